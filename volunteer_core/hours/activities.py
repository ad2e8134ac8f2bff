"""A person's entries as activities: every minute that counts, once, at its day. Inner: asks no rights.

An entry and what takes it back cancel each other and neither appears; what a closed month could not
take any more appears on the day of the service, wherever it stands in the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import msgspec
from sqlalchemy import Date, bindparam, exists, func, or_, select
from sqlalchemy.orm import aliased

from volunteer_core.database import Work
from volunteer_core.errors import RuleBroken
from volunteer_core.hours.entering import SERVICE_DAY
from volunteer_core.hours.models import VOLUNTEER_HOURS, EntryKind, LedgerEntry
from volunteer_core.hours.months.models import MonthClosing, MonthState
from volunteer_core.teams.models import Programme, Team

DISCREET_ACTIVITY = "志愿服务"
"""What stands for something that was done for, or run by, a discreet team (DESIGN.md, rule 14)."""
MOST_ACTIVITIES = 500


class TooManyActivities(
    RuleBroken,
    code="too_many_activities",
    sentence="这段时间的活动超过 {most} 项，请缩短起止日期，分次办理。",
):
    """A record or certificate lists at most 500 activities: a shorter period is asked for."""


class Counted(msgspec.Struct, frozen=True):
    """Minutes that count, at the day of the service."""

    entry_id: int
    day: date
    civil_date: date
    """The day under which the ledger has them: another only for what a closed month did not take."""
    kind: EntryKind
    minutes: int
    what: str
    place: str
    community_id: int
    team_id: int | None
    runs_id: int | None
    """The team that runs the programme."""
    discreet: bool
    recording_body: str
    recorded_at: datetime

    @property
    def is_service(self) -> bool:
        """Whether they are volunteer hours."""
        return self.kind in VOLUNTEER_HOURS

    @property
    def month(self) -> tuple[int, date]:
        """The community and month in whose books they stand."""
        return self.community_id, self.civil_date.replace(day=1)


_reversal, _served, _runs = aliased(LedgerEntry), aliased(Team), aliased(Team)
_COUNTED = (
    select(
        LedgerEntry.id.label("entry_id"),
        SERVICE_DAY.label("day"),
        LedgerEntry.civil_date,
        LedgerEntry.kind,
        LedgerEntry.minutes,
        LedgerEntry.what,
        LedgerEntry.place,
        LedgerEntry.community_id,
        LedgerEntry.team_id,
        Programme.team_id.label("runs_id"),
        or_(func.coalesce(_served.discreet, False), func.coalesce(_runs.discreet, False)).label("discreet"),
        LedgerEntry.recording_body,
        LedgerEntry.recorded_at,
    )
    .outerjoin(_served, _served.id == LedgerEntry.team_id)
    .outerjoin(Programme, Programme.id == LedgerEntry.programme_id)
    .outerjoin(_runs, _runs.id == Programme.team_id)
    .where(
        LedgerEntry.person_id == bindparam("person_id"),
        LedgerEntry.kind.in_((*VOLUNTEER_HOURS, EntryKind.TRAINING)),
        LedgerEntry.reverses_id.is_(None),
        ~exists().where(_reversal.reverses_id == LedgerEntry.id),
        LedgerEntry.civil_date >= bindparam("first", type_=Date()),
        SERVICE_DAY.between(bindparam("first", type_=Date()), bindparam("last", type_=Date())),
    )
    .order_by(SERVICE_DAY, LedgerEntry.id)
)
_CLOSED = select(MonthClosing.community_id, MonthClosing.month).where(
    MonthClosing.state == MonthState.CLOSED,
    MonthClosing.community_id.in_(bindparam("communities", expanding=True)),
)


def counted(work: Work, person_id: int, first: date, last: date) -> list[Counted]:
    """Volunteer hours and training whose service was between two dates, both included, by day.

    Paid duty is neither and is not here (民政部令67号 Art 19).
    """
    return work.views(Counted, _COUNTED, {"person_id": person_id, "first": first, "last": last})


def closed_months(work: Work, entries: Iterable[Counted]) -> set[tuple[int, date]]:
    """Of the months in which entries stand, those that the street office has closed."""
    communities = {entry.community_id for entry in entries}
    return {(community, month) for community, month in work.execute(_CLOSED, {"communities": communities})}


def hours_of(minutes: int) -> str:
    """Minutes as hours with one decimal, rounded down: 89 are ``1.4``."""
    return f"{minutes // 60}.{minutes % 60 // 6}"
