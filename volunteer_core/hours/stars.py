"""Noting star levels in the transaction that reaches or misses them. Inner: whoever enters calls it."""

from __future__ import annotations

from datetime import date

from sqlalchemy import bindparam, func, select

from volunteer_core.database import Work
from volunteer_core.hours.models import VOLUNTEER_HOURS, HourSum, LedgerEntry
from volunteer_core.hours.recognitions.models import Recognition, RecognitionState
from volunteer_core.office.settings import settings_on
from volunteer_core.people.models import Person
from volunteer_core.timespans import civil_date

_MINUTES = (
    select(func.coalesce(func.sum(HourSum.minutes), 0))
    .where(HourSum.person_id == bindparam("person_id"), HourSum.kind.in_(VOLUNTEER_HOURS))
    .scalar_subquery()
)
_STANDING = (
    select(_MINUTES, Recognition)
    .select_from(Person)
    .outerjoin(
        Recognition,
        (Recognition.person_id == Person.id) & (Recognition.state != RecognitionState.WITHDRAWN),
    )
    .where(Person.id == bindparam("person_id"))
)
_DAYS = (
    select(LedgerEntry.civil_date, func.sum(LedgerEntry.minutes))
    .where(LedgerEntry.person_id == bindparam("person_id"), LedgerEntry.kind.in_(VOLUNTEER_HOURS))
    .group_by(LedgerEntry.civil_date)
    .order_by(LedgerEntry.civil_date)
)
_HELD = select(func.coalesce(func.max(Recognition.level), 0)).where(
    Recognition.person_id == bindparam("person_id"), Recognition.state != RecognitionState.WITHDRAWN
)


def note(work: Work, person_id: int) -> None:
    """Notes the levels that a locked person's volunteer hours have reached by today's thresholds.

    A level that they do not reach any more, by the threshold of its time, is not taken away but to be
    reviewed. Call it once an entry, a reversal or a replacement is whole.
    """
    rows = work.execute(_STANDING, {"person_id": person_id}).all()
    minutes = rows[0][0]
    held = {row.level: row for _, row in rows if row is not None}
    for row in held.values():
        state = _state(row, minutes)
        if state is not row.state:
            row.state = state
            row.review_since = work.now if state is RecognitionState.TO_REVIEW else None
            row.confirmed_minutes = None
    thresholds = settings_on(work, civil_date(work.now)).star_level_hours
    for level, hours in enumerate(thresholds, 1):
        if level not in held and minutes >= hours * 60:
            work.add(
                Recognition(
                    person_id=person_id,
                    level=level,
                    hours=hours,
                    reached_on=_reached_on(work, person_id, hours * 60),
                    recorded_at=work.now,
                )
            )
    work.flush()


def stars_of(work: Work, person_id: int) -> int:
    """The highest level that a person holds, or 0. One to be reviewed is held."""
    return work.scalar(_HELD, {"person_id": person_id}) or 0


def _state(row: Recognition, minutes: int) -> RecognitionState:
    """How a level stands with so many minutes."""
    if minutes >= row.hours * 60:
        return RecognitionState.REACHED
    if row.confirmed_minutes is not None and minutes >= row.confirmed_minutes:
        return RecognitionState.CONFIRMED
    return RecognitionState.TO_REVIEW


def _reached_on(work: Work, person_id: int, wanted: int) -> date:
    """The first day of the ledger at whose end there were so many minutes."""
    total = 0
    for day, minutes in work.execute(_DAYS, {"person_id": person_id}):
        total += minutes
        if total >= wanted:
            return day
    raise LookupError("the summary has more minutes than the ledger")
