"""Minutes of service week by week, and the streak of weeks in which a target was reached. Inner: asks no
rights."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date, timedelta
from enum import Enum, auto
from itertools import takewhile
from typing import NamedTuple

import msgspec
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


class OwnWeeks(msgspec.Struct, frozen=True):
    """One person's weeks, and what is asked of them."""

    person_id: int
    home_id: int | None
    given: Mapping[Week, int]
    """Minutes that count."""
    targets: Targets
    excuses: Excuses
    this_week: Week

    def outcome(self, week: Week) -> Outcome:
        """What became of a week."""
        if self.given.get(week, 0) >= self.targets.of(week):
            return Outcome.REACHED
        neutral = week >= self.this_week or self.excuses.of(week, self.person_id, self.home_id) is not None
        return Outcome.NEUTRAL if neutral else Outcome.PASSED

    def until(self, last: Week) -> Iterator[Outcome]:
        """The outcomes up to a week or this one, whichever is earlier, the newest first, back to the first
        week with service."""
        week, first = min(last, self.this_week), min(self.given, default=self.this_week)
        while week >= first:
            yield self.outcome(week)
            week = week_of(week.monday - timedelta(days=1))

    def streak(self, last: Week) -> Streak:
        """The streak as of a week, and the longest until then."""
        return streak_of(reversed(list(self.until(last))))

    def current_streak(self, last: Week) -> int:
        """The streak as of a week, without looking further back than it reaches."""
        reaching = takewhile(lambda outcome: outcome is not Outcome.PASSED, self.until(last))
        return sum(outcome is Outcome.REACHED for outcome in reaching)


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


def effort(counted: Counted) -> ColumnElement[int]:
    """The sum of what counts towards a target: service only, for the team or programme.

    A filter of the sum and not of the rows, so that sums are looked up by person and week alone.
    """
    counts = [HourSum.kind == EntryKind.SERVICE]
    if counted.team_id is not None:
        counts.append(HourSum.team_id == counted.team_id)
    if counted.programme_id is not None:
        counts.append(HourSum.programme_id == counted.programme_id)
    return func.coalesce(func.sum(HourSum.minutes).filter(*counts), 0)


def given_by(work: Work, person_ids: Collection[int], counted: Counted) -> dict[int, dict[Week, int]]:
    """All minutes that count, by person and week, in one statement."""
    rows = work.execute(
        select(HourSum.person_id, HourSum.iso_year, HourSum.iso_week, effort(counted))
        .where(HourSum.person_id.in_(bindparam("people", expanding=True)))
        .group_by(HourSum.person_id, HourSum.iso_year, HourSum.iso_week),
        {"people": list(person_ids)},
    )
    found: dict[int, dict[Week, int]] = {person_id: {} for person_id in person_ids}
    for person_id, year, number, minutes in rows:
        found[person_id][Week(year, number)] = int(minutes)
    return found
