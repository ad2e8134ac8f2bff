"""Short ways to let a pattern yield shifts, and to see day by day who is on them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, time
from typing import Any

from sqlalchemy import select

from tests.world import MONDAY, NOW, SCRIPT, World, hour
from volunteer_core.commitments.models import Commitment, CommitmentStatus
from volunteer_core.rosters.assigning import assign
from volunteer_core.rosters.copying import CopiedWeek, copy_week
from volunteer_core.rosters.generating import Generated, generate
from volunteer_core.rosters.models import Shift
from volunteer_core.rosters.patterns import PatternView, set_pattern
from volunteer_core.rosters.shifts import ShiftView, list_shifts
from volunteer_core.rosters.standing_seats import SeatView, give_seat, list_seats
from volunteer_core.timespans import parse_week

AUGUST = hour(9, day=date(2026, 8, 31))
"""Before all make-up days of the autumn: 2026-09-20 (a Sunday) and 2026-10-10 (a Saturday)."""
PATTERN: dict[str, Any] = {
    "weekdays": "1234567",
    "starts": time(17),
    "ends": time(18),
    "minimum": 1,
    "maximum": 3,
    "valid_from": date(2026, 9, 1),
    "valid_to": date(2027, 1, 31),
}


def pattern(world: World, **facts: Any) -> PatternView:
    known = {"programme_id": world.school, "site_id": world.site}
    found: PatternView = world.do(set_pattern, **known | PATTERN | facts)
    return found


def run(world: World, *weeks: str, **facts: Any) -> Generated:
    """Generates the shifts from the first week to the last; of the week of MONDAY if none is named."""
    dates = [parse_week(week) for week in weeks or ("2026-W45",)]
    known = {"programme_id": world.school, "first": dates[0].monday, "last": dates[-1].sunday}
    found: Generated = world.do(generate, **known | facts)
    return found


def shift_on(world: World, day: date = MONDAY, *, site: int | None = None, starts: int = 17) -> ShiftView:
    """The shift of a day at a site."""
    shifts = world.see(list_shifts, first=day, last=day, site_id=site or world.site).items
    [found] = [shift for shift in shifts if shift.starts_at == hour(starts, day=day)]
    assert isinstance(found, ShiftView)
    return found


def rows(world: World, week: str = "2026-W45") -> list[Commitment]:
    """All commitments on the shifts of a week, by day and person."""
    dates = parse_week(week)
    with world.office.read(by=SCRIPT, now=NOW) as work:
        statement = select(Commitment).where(Commitment.civil_date.between(dates.monday, dates.sunday))
        return list(work.scalars(statement.order_by(Commitment.starts_at, Commitment.person_id)))


def on_days(world: World, week: str = "2026-W45", *, site: int | None = None) -> dict[date, list[int]]:
    """Who is held or promised on the days of a week, at one site or at all."""
    found: dict[date, list[int]] = {}
    for row in rows(world, week):
        active = row.status in (CommitmentStatus.HELD, CommitmentStatus.PROMISED)
        if active and site in (None, row.site_id):
            found.setdefault(row.civil_date, []).append(row.person_id)
    return found


def days_of(world: World, shift_ids: Iterable[int]) -> list[date]:
    """The dates of shifts, in the order of their ids' list."""
    with world.office.read(by=SCRIPT, now=NOW) as work:
        return [work.find(Shift, shift_id).civil_date for shift_id in shift_ids]


def seat(world: World, person: int, pattern_id: int, **facts: Any) -> SeatView:
    """A seat on Tuesdays from the first of November on, unless said otherwise."""
    known = {"pattern_id": pattern_id, "person_id": person, "weekday": 2, "valid_from": date(2026, 11, 1)}
    found: SeatView = world.do(give_seat, **known | facts)
    return found


def seats(world: World, **facts: Any) -> list[SeatView]:
    found: list[SeatView] = world.see(list_seats, programme_id=world.school, **facts).items
    return found


def copy(world: World, source: str = "2026-W45", target: str = "2026-W46", **facts: Any) -> CopiedWeek:
    known = {"programme_id": world.school, "from_week": source, "to_week": target}
    found: CopiedWeek = world.do(copy_week, **known | facts)
    return found


def staff(world: World, *days: date, site: int | None = None) -> dict[date, int]:
    """Somebody on the shift of each of these days."""
    crew = {day: world.person(checked_on=AUGUST.date()) for day in days}
    for day, person in crew.items():
        world.do(assign, now=AUGUST, shift_id=shift_on(world, day, site=site).id, person_id=person)
    return crew
