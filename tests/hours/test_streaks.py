"""A streak, against somebody who walks through the days with a pencil."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tests.world import hour
from volunteer_core.hours.targets.excuses import Excuse, Excuses
from volunteer_core.hours.targets.own_targets import Targets
from volunteer_core.hours.targets.weeks import OwnWeeks, Streak
from volunteer_core.people.models import LeaveKind
from volunteer_core.timespans import Week, day_span, days, week_of
from volunteer_core.workdays.daybook import DayBook

FIRST, LAST = date(2026, 12, 21), date(2027, 2, 28)
"""Ten weeks over the turn of the year: W52 and W53 of 2026, then W01 to W08. 2027 is not announced."""
TODAY = date(2027, 2, 5)
"""In W05: the weeks after it are not looked at, and it still runs."""
HOME = 3
TARGET, RAISED, RAISED_ON = 120, 180, date(2027, 1, 18)

numbers = st.integers(0, (LAST - FIRST).days)
spells = st.lists(st.tuples(numbers, st.integers(1, 16)), max_size=4)


def dates(spell: tuple[int, int]) -> tuple[date, date]:
    first = FIRST + timedelta(days=spell[0])
    return first, first + timedelta(days=spell[1] - 1)


def walk(given_on: dict[date, int], away: set[date], last: date) -> tuple[int, int, list[bool]]:
    """The streak, the longest one, and which of the weeks are excused, day by day."""
    book = DayBook()
    running = longest = minutes = 0
    could_serve = served = False
    excused = []
    for day in days(FIRST, LAST):
        minutes += given_on.get(day, 0)
        could_serve = could_serve or (book.is_workday(day).holds and day not in away)
        if day.isoweekday() < 7:
            continue
        reached = minutes >= (RAISED if day > RAISED_ON else TARGET)
        served = served or minutes > 0
        excused.append(not could_serve)
        if day - timedelta(days=6) <= min(last, TODAY) and served:
            if reached:
                running += 1
            elif could_serve and day < TODAY:
                running = 0
            longest = max(longest, running)
        minutes, could_serve = 0, False
    return running, longest, excused


@given(
    st.lists(st.tuples(numbers, st.sampled_from([30, 60, 120, 180])), max_size=24),
    spells,
    spells,
    spells,
    numbers,
)
def test_a_streak_is_what_comes_of_looking_at_every_day(
    served: list[tuple[int, int]],
    leaves: list[tuple[int, int]],
    closed: list[tuple[int, int]],
    closed_elsewhere: list[tuple[int, int]],
    until: int,
) -> None:
    given_on: dict[date, int] = {}
    for number, minutes in served:
        day = FIRST + timedelta(days=number)
        given_on[day] = given_on.get(day, 0) + minutes
    by_week: dict[Week, int] = {}
    for day, minutes in given_on.items():
        by_week[week_of(day)] = by_week.get(week_of(day), 0) + minutes
    spans = [(HOME if n % 2 else None, *dates(spell)) for n, spell in enumerate(closed)]
    spans += [(HOME + 1, *dates(spell)) for spell in closed_elsewhere]
    closures = sorted(
        ((where, day_span(first).start, day_span(last).end) for where, first, last in spans),
        key=lambda closure: closure[1],
    )
    off = [(*dates(spell), LeaveKind.ILLNESS) for spell in leaves]
    excuses = Excuses(DayBook(), closures, {7: off})
    targets = Targets([(date.min, TARGET), (RAISED_ON, RAISED)], [])
    own = OwnWeeks(7, HOME, by_week, targets, excuses, week_of(TODAY))
    away = {day for first, last, _ in off for day in days(first, last)}
    away |= {day for where, first, last in spans if where != HOME + 1 for day in days(first, last)}
    last = FIRST + timedelta(days=until)
    running, longest, excused = walk(given_on, away, last)
    assert own.streak(week_of(last)) == Streak(running, longest)
    assert own.current_streak(week_of(last)) == running
    weeks = [week_of(FIRST + timedelta(days=7 * number)) for number in range(10)]
    assert [excuses.of(week, 7, HOME) is not None for week in weeks] == excused


def test_leave_of_somebody_else_excuses_nobody() -> None:
    week = week_of(FIRST)
    excuses = Excuses(DayBook(), [], {8: [(FIRST, LAST, LeaveKind.PERSONAL)]})
    assert excuses.of(week, 8, None) is Excuse.LEAVE
    assert excuses.of(week, 7, None) is None


def test_a_closure_at_home_closes_nothing_for_who_has_no_home() -> None:
    week = week_of(FIRST)
    closure = (HOME, hour(0, day=week.monday), hour(0, day=week.sunday))
    excuses = Excuses(DayBook(), [closure], {})
    assert [excuses.for_all(week, home) for home in (HOME, None, HOME + 1)] == [Excuse.CLOSURE, None, None]
