"""From patterns to dated shifts: as often as one likes, without ever losing anybody."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import msgspec
from sqlalchemy import select

from volunteer_core.commitments.models import ACTIVE, Commitment
from volunteer_core.database import Work
from volunteer_core.errors import Malformed
from volunteer_core.places.models import Site
from volunteer_core.rosters.models import OPEN, Pattern, Shift, ShiftStatus
from volunteer_core.rosters.placing import LeftOut, Place
from volunteer_core.rosters.shifts import turn
from volunteer_core.rosters.standing_seats import fill_seats
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import Span, at, days
from volunteer_core.workdays.daybook import DayAnswer, DayBook
from volunteer_core.workdays.upkeep import load_daybook

LONGEST_DAYS = 400


class Generated(msgspec.Struct, frozen=True):
    """What generating did, as ids of shifts."""

    added: list[int]
    revived: list[int]
    dropped: list[int]
    kept: list[int]
    """Not wanted any more, but with people on them: for somebody to decide."""
    tentative: int
    """How many of the wanted dates lie in a year whose calendar is not announced."""
    seated: list[Place]
    """Who has been put on a shift because it is their standing seat."""
    seats_left_open: list[LeftOut]
    """Whose standing seat stays open on a shift, and what stands against them that day."""


def generate(
    work: Work, *, programme_id: int, first: date, last: date, site_id: int | None = None
) -> Generated:
    """Makes the shifts that the patterns of a programme want between two dates (at most 400 days).

    Running it again changes nothing. Shifts that are not wanted any more are dropped if nobody is
    on them and kept, and named, if somebody is; those that have ended stay as they are. Closed
    times yield no shift. Dates whose year is not announced yield tentative drafts. Standing seats are
    filled on all wanted drafts, with every rule checked for each.
    """
    programme = work.lock(Programme, programme_id)
    communities = [work.find(Site, site_id).community_id] if site_id is not None else []
    work.demand("rosters.generate", teams=[programme.team_id], communities=communities)
    if not 0 <= (last - first).days < LONGEST_DAYS:
        raise Malformed("last", f"不能早于起始日期，一次最多 {LONGEST_DAYS} 天。")
    patterns = select(Pattern).where(Pattern.programme_id == programme.id).order_by(Pattern.id)
    if site_id is not None:
        patterns = patterns.where(Pattern.site_id == site_id)
    rows = {pattern.id: pattern for pattern in work.scalars(patterns)}
    work.lock_all(Site, (pattern.site_id for pattern in rows.values()))  # no closure comes in between
    existing = _existing(work, list(rows), first, last)
    book = load_daybook(work)
    wanted = {
        (pattern.id, day): (span, answer.tentative)
        for pattern in rows.values()
        for day, span, answer in _dates(pattern, programme, book, first, last)
    }
    added, revived, dropped, kept = [], [], [], []
    planned = []
    for key, (span, tentative) in wanted.items():
        shift = existing.get(key)
        if shift is None:
            shift = _new_shift(rows[key[0]], key[1], span, tentative)
            work.add(shift)
            added.append(shift)
        elif shift.ends_at > work.now:
            shift.tentative = tentative
            if shift.status is ShiftStatus.DROPPED:
                turn(shift, ShiftStatus.DRAFT)
                revived.append(shift)
        planned.append(shift)
    staffed = _staffed(work, [shift.id for shift in existing.values()])
    for key, shift in existing.items():
        if key in wanted or shift.ends_at <= work.now or shift.status not in OPEN:
            continue
        if shift.id in staffed:
            kept.append(shift)
        else:
            turn(shift, ShiftStatus.DROPPED)
            dropped.append(shift)
    work.flush()
    seated, left_open = fill_seats(work, programme, planned)
    return Generated(
        added=[shift.id for shift in added],
        revived=[shift.id for shift in revived],
        dropped=[shift.id for shift in dropped],
        kept=[shift.id for shift in kept],
        tentative=sum(tentative for _, tentative in wanted.values()),
        seated=seated,
        seats_left_open=left_open,
    )


def _existing(work: Work, pattern_ids: list[int], first: date, last: date) -> dict[tuple[int, date], Shift]:
    ids = work.scalars(
        select(Shift.id).where(Shift.pattern_id.in_(pattern_ids), Shift.civil_date.between(first, last))
    )
    return {
        (shift.pattern_id, shift.civil_date): shift
        for shift in work.lock_all(Shift, ids)
        if shift.pattern_id is not None
    }


def _dates(
    pattern: Pattern, programme: Programme, book: DayBook, first: date, last: date
) -> Iterator[tuple[date, Span, DayAnswer]]:
    for day in days(max(first, pattern.valid_from), min(last, pattern.valid_to)):
        answer = book.runs(programme.day_rule, day)
        if answer.holds and str(day.isoweekday()) in pattern.weekdays:
            span = Span(at(day, pattern.starts), at(day, pattern.ends))
            if book.closure_of(pattern.site_id, span) is None:
                yield day, span, answer


def _new_shift(pattern: Pattern, day: date, span: Span, tentative: bool) -> Shift:
    return Shift(
        programme_id=pattern.programme_id,
        site_id=pattern.site_id,
        pattern_id=pattern.id,
        civil_date=day,
        starts_at=span.start,
        ends_at=span.end,
        minimum=pattern.minimum,
        maximum=pattern.maximum,
        leads=pattern.leads,
        qualification=pattern.qualification,
        status=ShiftStatus.DRAFT,
        tentative=tentative,
    )


def _staffed(work: Work, shift_ids: list[int]) -> set[int]:
    return set(
        work.scalars(
            select(Commitment.shift_id)
            .where(Commitment.shift_id.in_(shift_ids), Commitment.status.in_(ACTIVE))
            .distinct()
        )
    )
