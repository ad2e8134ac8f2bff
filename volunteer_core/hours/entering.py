"""The only way into the ledger. Inner: attendance, claims, corrections and imports enter here."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import bindparam, func, select

from volunteer_core.database import Work
from volunteer_core.errors import Conflict, RuleBroken
from volunteer_core.hours.models import EntryKind, EntrySource, LedgerEntry
from volunteer_core.hours.months.states import is_closed
from volunteer_core.hours.stars import note
from volunteer_core.office.settings import settings_on
from volunteer_core.people.models import Person
from volunteer_core.timespans import Span, civil_date, week_of

DAY_MINUTES = 24 * 60

_KEPT = (
    "person_id", "team_id", "programme_id", "community_id", "grid_id", "home_community_id",
    "commitment_id", "claim_id", "what", "place", "counted_from", "counted_to", "recording_body",
)  # fmt: skip
"""What a reversal or a correction has in common with the entry it is about."""

SERVICE_DAY = func.coalesce(LedgerEntry.concerns, LedgerEntry.civil_date)
"""The day of the service, in whatever month its entry stands."""

_REVERSAL = select(LedgerEntry.id).where(LedgerEntry.reverses_id == bindparam("entry_id"))
_OF_DAY = select(func.coalesce(func.sum(LedgerEntry.minutes), 0)).where(
    LedgerEntry.person_id == bindparam("person_id"),
    LedgerEntry.civil_date >= bindparam("day"),
    bindparam("day") == SERVICE_DAY,
)


class AlreadyReversed(Conflict, code="already_reversed", sentence="这条记录已被更正。"):
    """An entry is reversed once, and a reversal not at all."""


class DayFull(RuleBroken, code="day_full", sentence="{day} 的时长合计超过 24 小时（已有 {minutes} 分钟）。"):
    """All entries of a person for one civil date are at most 24 hours, however they are pieced together."""


class MonthClosed(Conflict, code="month_closed", sentence="{month} 已经结账，不能再登记。"):
    """Entries for closed months are entered today, so today's month has to be open."""


def enter(
    work: Work,
    *,
    person_id: int,
    kind: EntryKind,
    minutes: int,
    day: date,
    community_id: int,
    source: EntrySource,
    what: str,
    place: str,
    grid_id: int | None = None,
    team_id: int | None = None,
    programme_id: int | None = None,
    span: Span | None = None,
    commitment_id: int | None = None,
    claim_id: int | None = None,
    import_key: str | None = None,
    reason: str = "",
    settled: bool = True,
) -> LedgerEntry:
    """Enters minutes of a day (1 to 1440); for a closed month in the open one, as an adjustment.

    ``settled`` is false, here and below, where what overlaps is settled next: levels are noted then.

    Refuses (:class:`DayFull`) more than 24 hours for one day.
    """
    person = work.lock(Person, person_id)
    entry = _add(
        work,
        kind,
        minutes,
        day,
        person_id=person_id,
        team_id=team_id,
        programme_id=programme_id,
        community_id=community_id,
        grid_id=grid_id,
        home_community_id=person.community_id,
        commitment_id=commitment_id,
        claim_id=claim_id,
        import_key=import_key,
        source=source,
        what=what,
        place=place,
        counted_from=span.start if span else None,
        counted_to=span.end if span else None,
        recording_body=settings_on(work, day).recording_body,
        reason=reason,
    )
    if settled:
        note(work, person_id)
    return entry


def reverse(
    work: Work, entry: LedgerEntry, *, source: EntrySource, reason: str, settled: bool = True
) -> LedgerEntry:
    """Takes an entry back by its negative; both stay. Refuses (:class:`AlreadyReversed`) to do so twice."""
    reversal = _reverse(work, entry, source, reason)
    if settled:
        note(work, entry.person_id)
    return reversal


def restore(work: Work, entry: LedgerEntry, *, minutes: int, reason: str) -> LedgerEntry:
    """Enters again what a recount has taken back all of; what overlaps is being settled."""
    return _add_about(work, entry, minutes, corrects_id=entry.id, source=EntrySource.RECOUNT, reason=reason)


def _reverse(work: Work, entry: LedgerEntry, source: EntrySource, reason: str) -> LedgerEntry:
    work.lock(Person, entry.person_id)
    refuse_reversed(work, entry)
    return _add_about(work, entry, -entry.minutes, reverses_id=entry.id, source=source, reason=reason)


def replace(
    work: Work,
    entry: LedgerEntry,
    *,
    minutes: int,
    source: EntrySource,
    reason: str,
    kind: EntryKind | None = None,
    span: Span | None = None,
    settled: bool = True,
) -> LedgerEntry:
    """Reverses an entry and enters other minutes in its place; of another kind or span if given."""
    _reverse(work, entry, source, reason)
    other: dict[str, Any] = {"counted_from": span.start, "counted_to": span.end} if span else {}
    renewed = _add_about(
        work, entry, minutes, kind=kind, corrects_id=entry.id, source=source, reason=reason, **other
    )
    if settled:
        note(work, entry.person_id)
    return renewed


def refuse_reversed(work: Work, entry: LedgerEntry) -> None:
    """Refuses (:class:`AlreadyReversed`) what stands no more, and reversals. Its person is locked."""
    if entry.reverses_id is not None or work.scalar(_REVERSAL, {"entry_id": entry.id}) is not None:
        raise AlreadyReversed(entry_id=entry.id)


def _add_about(
    work: Work, entry: LedgerEntry, minutes: int, *, kind: EntryKind | None = None, **facts: Any
) -> LedgerEntry:
    kept = {field: getattr(entry, field) for field in _KEPT}
    return _add(work, kind or entry.kind, minutes, entry.civil_date, entry.concerns, **kept | facts)


def _add(
    work: Work, kind: EntryKind, minutes: int, day: date, concerns: date | None = None, **facts: Any
) -> LedgerEntry:
    """Adds the entry where it belongs: on its day, or today if that month is closed."""
    today = civil_date(work.now)
    if is_closed(work, facts["community_id"], day):
        if is_closed(work, facts["community_id"], today):
            raise MonthClosed(month=f"{today:%Y-%m}")
        day, concerns = today, concerns or day
    if concerns is not None and kind is EntryKind.SERVICE:
        kind = EntryKind.ADJUSTMENT
    if minutes > 0:
        _refuse_a_full_day(work, facts["person_id"], concerns or day, minutes)
    week = week_of(day)
    entry = LedgerEntry(
        kind=kind,
        minutes=minutes,
        civil_date=day,
        iso_year=week.year,
        iso_week=week.number,
        concerns=concerns,
        recorded_by=work.by.person_id,
        recorded_at=work.now,
        **facts,
    )
    work.add(entry)
    work.flush()
    return entry


def day_minutes(work: Work, person_id: int, day: date) -> int:
    """What the ledger has of a person for a day of service, of all kinds."""
    return work.scalar(_OF_DAY, {"person_id": person_id, "day": day}) or 0


def _refuse_a_full_day(work: Work, person_id: int, day: date, minutes: int) -> None:
    there = day_minutes(work, person_id, day)
    if there + minutes > DAY_MINUTES:
        raise DayFull(day=day.isoformat(), minutes=there)
