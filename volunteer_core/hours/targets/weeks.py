"""Minutes of service week by week, and the streak of weeks in which a target was reached. Inner: asks no
rights."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import date, timedelta
from enum import Enum, auto
from typing import NamedTuple

from sqlalchemy import ColumnElement, bindparam, func, select

from volunteer_core.database import Work
from volunteer_core.errors import Malformed
from volunteer_core.hours.models import EntryKind, HourSum
from volunteer_core.hours.targets.excuses import Excuses
from volunteer_core.hours.targets.own_targets import Counted, Targets
from volunteer_core.timespans import Week, week_of

EARLIEST, LATEST = date(1900, 1, 1), date(2999, 12, 31)


class Outcome(Enum):
    """What became of a week, for a streak."""

    REACHED = auto()
    """Also where it was excused."""
    NEUTRAL = auto()
    """Excused, or it still runs."""
    PASSED = auto()
    """It is over, and the target was not reached: a new streak can begin."""


class Streak(NamedTuple):
    """Weeks in which the target was reached, one after the other."""

    current: int
    longest: int


def streak_of(outcomes: Iterable[Outcome]) -> Streak:
    """Of weeks in order, oldest first: what is neutral neither breaks a streak nor lengthens it. Pure."""
    current = longest = 0
    for outcome in outcomes:
        if outcome is Outcome.REACHED:
            current += 1
            longest = max(longest, current)
        elif outcome is Outcome.PASSED:
            current = 0
    return Streak(current, longest)


def streak_until(
    last: Week,
    person: tuple[int, int | None],
    given: dict[Week, int],
    targets: Targets,
    excuses: Excuses,
    *,
    this_week: Week,
) -> Streak:
    """A person's streak (with the id of their home community) from the first week with service on."""
    first = min((week for week, minutes in given.items() if minutes > 0), default=None)
    if first is None:
        return Streak(0, 0)

    def outcome(week: Week) -> Outcome:
        if given.get(week, 0) >= targets.of(week):
            return Outcome.REACHED
        neutral = week >= this_week or excuses.of(week, *person) is not None
        return Outcome.NEUTRAL if neutral else Outcome.PASSED

    return streak_of(outcome(week) for week in weeks_from(first, min(last, this_week)))


def weeks_from(first: Week, last: Week) -> Iterator[Week]:
    """The weeks from one to another, both included."""
    week = first
    while week <= last:
        yield week
        week = week_of(week.monday + timedelta(days=7))


def weeks_between(first: date, last: date, *, most: int) -> list[Week]:
    """The weeks from the one of ``first`` to the one of ``last``; refuses more than ``most``, and dates
    that lie in no year of an office."""
    if not (EARLIEST <= first <= last <= LATEST and (last - first).days < most * 7):
        raise Malformed("last", f"不能早于起始日期，一次最多 {most} 周。")
    return list(weeks_from(week_of(first), week_of(last)))


def effort(counted: Counted) -> list[ColumnElement[bool]]:
    """The conditions on sums that count towards a target: service only, for the team or programme."""
    where = [HourSum.kind == EntryKind.SERVICE]
    if counted.team_id is not None:
        where.append(HourSum.team_id == counted.team_id)
    if counted.programme_id is not None:
        where.append(HourSum.programme_id == counted.programme_id)
    return where


def given_by(work: Work, person_ids: Collection[int], counted: Counted) -> dict[int, dict[Week, int]]:
    """All minutes that count, by person and week, in one statement."""
    rows = work.execute(
        select(HourSum.person_id, HourSum.iso_year, HourSum.iso_week, func.sum(HourSum.minutes))
        .where(HourSum.person_id.in_(bindparam("people", expanding=True)), *effort(counted))
        .group_by(HourSum.person_id, HourSum.iso_year, HourSum.iso_week),
        {"people": list(person_ids)},
    )
    found: dict[int, dict[Week, int]] = {person_id: {} for person_id in person_ids}
    for person_id, year, number, minutes in rows:
        found[person_id][Week(year, number)] = int(minutes)
    return found
