"""每周两小时: progress towards the weekly target. A miss is never carried over as a debt."""

from __future__ import annotations

from datetime import date, timedelta

import msgspec
from sqlalchemy import func, select

from volunteer_core.database import Work
from volunteer_core.errors import Malformed
from volunteer_core.hours.ledger import demand_person
from volunteer_core.hours.models import EntryKind, LedgerEntry
from volunteer_core.office.settings import settings_on
from volunteer_core.people.models import Leave, Person
from volunteer_core.timespans import Week, civil_date, day_span, week_of
from volunteer_core.workdays.daybook import DayBook
from volunteer_core.workdays.models import Closure
from volunteer_core.workdays.upkeep import load_daybook

MOST_WEEKS = 106


class WeekProgress(msgspec.Struct, frozen=True):
    """One ISO week: minutes of service, the target, and whether it was reached or excused."""

    week: str
    minutes: int
    target: int
    reached: bool
    excused: bool


class Progress(msgspec.Struct, frozen=True):
    """Weeks, oldest first, and the streak of reached ones that an excused week does not break."""

    person_id: int
    weeks: list[WeekProgress]
    streak: int


def progress(work: Work, *, person_id: int, first: date, last: date) -> Progress:
    """A person's weeks from the one of ``first`` to the one of ``last`` (at most 106).

    A week is excused when none of its working days was left to serve on: all were on leave or
    closed everywhere, or it has none. The week that still runs does not break the streak.
    """
    demand_person(work, "hours.progress", person_id)
    if not 0 <= (last - first).days < MOST_WEEKS * 7:
        raise Malformed("last", f"不能早于起始日期，一次最多 {MOST_WEEKS} 周。")
    weeks = _weeks(first, last)
    minutes = _minutes(work, person_id, weeks[0].monday, weeks[-1].sunday)
    leave = _days_of_leave(work, person_id)
    book, home = load_daybook(work), work.find(Person, person_id).community_id
    closed = _closures(work, home)
    found = []
    for week in weeks:
        target = settings_on(work, week.monday).weekly_target_minutes
        given = minutes.get(week, 0)
        found.append(
            WeekProgress(str(week), given, target, given >= target, _is_excused(week, book, leave, closed))
        )
    this_week = str(week_of(civil_date(work.now)))
    return Progress(person_id, found, _streak(found, this_week))


def _weeks(first: date, last: date) -> list[Week]:
    week, found = week_of(first), []
    while week.monday <= last:
        found.append(week)
        week = week_of(week.monday + timedelta(days=7))
    return found


def _minutes(work: Work, person_id: int, first: date, last: date) -> dict[Week, int]:
    rows = work.execute(
        select(LedgerEntry.iso_year, LedgerEntry.iso_week, func.sum(LedgerEntry.minutes))
        .where(
            LedgerEntry.person_id == person_id,
            LedgerEntry.kind.in_((EntryKind.SERVICE, EntryKind.ADJUSTMENT)),
            LedgerEntry.civil_date.between(first, last),
        )
        .group_by(LedgerEntry.iso_year, LedgerEntry.iso_week)
    )
    return {Week(year, number): int(minutes) for year, number, minutes in rows}


def _days_of_leave(work: Work, person_id: int) -> list[tuple[date, date]]:
    rows = work.execute(
        select(Leave.first_day, Leave.last_day).where(
            Leave.person_id == person_id, Leave.withdrawn_at.is_(None)
        )
    )
    return list(rows)


def _closures(work: Work, community_id: int | None) -> list[tuple[date, date]]:
    """The civil days that lie whole within a closure of everything or of the home community."""
    rows = work.execute(
        select(Closure.starts_at, Closure.ends_at).where(
            Closure.lifted_at.is_(None),
            Closure.site_id.is_(None),
            Closure.community_id.is_(None) | (Closure.community_id == community_id),
        )
    )
    whole = []
    for starts_at, ends_at in rows:
        first = civil_date(starts_at)
        if day_span(first).start < starts_at:
            first += timedelta(days=1)
        whole.append((first, civil_date(ends_at) - timedelta(days=1)))
    return whole


def _is_excused(
    week: Week, book: DayBook, leave: list[tuple[date, date]], closed: list[tuple[date, date]]
) -> bool:
    return not any(
        book.is_workday(day).holds and not any(first <= day <= last for first, last in leave + closed)
        for day in week.dates
    )


def _streak(weeks: list[WeekProgress], this_week: str) -> int:
    """Reached weeks in a row, counted back from the last; excused and running weeks are skipped."""
    count = 0
    for week in reversed(weeks):
        if week.reached:
            count += 1
        elif not week.excused and week.week < this_week:
            break
    return count
