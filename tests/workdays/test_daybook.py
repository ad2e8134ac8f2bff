"""The five layers: the last that speaks wins, and every answer says which it was."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volunteer_core.timespans import Span, at, day_span, days
from volunteer_core.workdays.daybook import (
    ClosureRule,
    DayBook,
    DayRule,
    DaysUnbounded,
    Layer,
    LocalDayRule,
    TermRule,
)

PLAIN = DayBook()
AUTUMN = TermRule(date(2026, 9, 1), date(2027, 1, 29), "秋季学期", tentative=False)


def off(first: date, last: date) -> set[date]:
    return {day for day in days(first, last) if not PLAIN.is_workday(day).holds}


def test_2026_has_the_working_days_the_state_council_announced() -> None:
    year = list(days(date(2026, 1, 1), date(2026, 12, 31)))
    working = {day for day in year if PLAIN.is_workday(day).holds}
    assert len(working) == 248
    assert {day for day in working if day.isoweekday() >= 6} == {
        date(2026, 1, 4), date(2026, 2, 14), date(2026, 2, 28), date(2026, 5, 9), date(2026, 9, 20),
        date(2026, 10, 10),
    }  # fmt: skip
    holidays = [
        ((1, 1), (1, 3)), ((2, 15), (2, 23)), ((4, 4), (4, 6)), ((5, 1), (5, 5)), ((6, 19), (6, 21)),
        ((9, 25), (9, 27)), ((10, 1), (10, 7)),
    ]  # fmt: skip
    resting = {day for first, last in holidays for day in days(date(2026, *first), date(2026, *last))}
    assert {day for day in year if day.isoweekday() < 6} - working == {
        day for day in resting if day.isoweekday() < 6
    }
    assert not any(PLAIN.is_workday(day).tentative for day in year)


@pytest.mark.parametrize(
    ("day", "holds", "layer", "name"),
    [
        (date(2026, 11, 3), True, Layer.WEEKDAY, "工作日"),
        (date(2026, 11, 7), False, Layer.WEEKDAY, "周末"),
        (date(2026, 10, 10), True, Layer.NATIONAL, "国庆节调休上班"),
        (date(2026, 10, 5), False, Layer.NATIONAL, "国庆节"),
        (date(2026, 1, 2), False, Layer.NATIONAL, "元旦"),  # a bridge day
    ],
)
def test_the_answer_names_the_layer_that_decided(day: date, holds: bool, layer: Layer, name: str) -> None:
    answer = PLAIN.is_workday(day)
    assert (answer.holds, answer.layer, answer.name) == (holds, layer, name)


def test_a_year_not_announced_is_tentative_and_knows_the_fixed_holidays() -> None:
    year = [PLAIN.is_workday(day) for day in days(date(2027, 1, 1), date(2027, 12, 31))]
    assert all(answer.tentative for answer in year)
    for month, day in ((1, 1), (5, 1), (5, 2), (10, 1), (10, 2), (10, 3)):
        assert not PLAIN.is_workday(date(2027, month, day)).holds
    assert PLAIN.is_workday(date(2027, 1, 4)).holds
    assert not PLAIN.is_workday(date(2027, 1, 9)).holds


def test_a_local_day_wins_over_the_national_calendar() -> None:
    book = DayBook(
        local_days=[
            LocalDayRule(date(2026, 10, 10), works=False, name="台风调休"),
            LocalDayRule(date(2027, 1, 2), works=True, name="值班"),
        ]
    )
    rest, work = book.is_workday(date(2026, 10, 10)), book.is_workday(date(2027, 1, 2))
    assert (rest.holds, rest.layer, rest.name) == (False, Layer.LOCAL, "台风调休")
    assert (work.holds, work.layer, work.tentative) == (True, Layer.LOCAL, False)


def test_school_days_are_the_countrys_working_days_within_a_term() -> None:
    spring = TermRule(date(2026, 3, 2), date(2026, 7, 10), "春季学期", tentative=False)
    book = DayBook(terms=[AUTUMN, spring], local_days=[LocalDayRule(date(2026, 11, 3), False, "街道放假")])
    assert book.is_school_day(date(2026, 11, 3)).layer is Layer.TERM
    assert book.is_school_day(date(2026, 10, 10)).holds  # a make-up Saturday in the term
    assert not book.is_school_day(date(2026, 10, 5)).holds
    assert not book.is_school_day(date(2026, 11, 7)).holds
    make_up_in_the_break = book.is_school_day(date(2026, 2, 28))
    assert (make_up_in_the_break.holds, make_up_in_the_break.layer) == (False, Layer.TERM)
    assert not book.is_school_day(date(2026, 8, 31)).tentative  # between two known terms


def test_a_school_day_is_tentative_where_the_term_or_the_year_is() -> None:
    assert DayBook(terms=[AUTUMN]).is_school_day(date(2027, 1, 5)).tentative
    assert not DayBook(terms=[AUTUMN]).is_school_day(date(2026, 12, 1)).tentative
    draft = TermRule(AUTUMN.first_day, AUTUMN.last_day, AUTUMN.name, tentative=True)
    assert DayBook(terms=[draft]).is_school_day(date(2026, 12, 1)).tentative
    after_all_terms = DayBook(terms=[AUTUMN]).is_school_day(date(2028, 3, 1))
    assert (after_all_terms.holds, after_all_terms.tentative) == (False, True)
    assert PLAIN.is_school_day(date(2026, 12, 1)).tentative


@given(st.dates(date(2026, 1, 1), date(2027, 12, 31)))
def test_both_means_working_day_and_school_day(day: date) -> None:
    book = DayBook(terms=[AUTUMN], local_days=[LocalDayRule(date(2026, 11, 3), False, "街道放假")])
    work, school = book.runs(DayRule.WORKDAYS, day), book.runs(DayRule.SCHOOL_DAYS, day)
    both = book.runs(DayRule.BOTH, day)
    assert both.holds == (work.holds and school.holds)
    assert not both.holds or both.tentative == (work.tentative or school.tentative)
    assert book.runs(DayRule.EVERY_DAY, day).holds


def test_a_working_day_in_the_break_does_not_run_on_both() -> None:
    book = DayBook(terms=[AUTUMN])
    assert book.runs(DayRule.WORKDAYS, date(2026, 8, 31)).holds
    assert not book.runs(DayRule.BOTH, date(2026, 8, 31)).holds


TYPHOON = at(date(2026, 11, 3), time(12)), at(date(2026, 11, 3), time(17))


@pytest.mark.parametrize(
    ("scope", "open_sites"),
    [({"site_id": 1}, {2, 3}), ({"community_id": 8}, {3}), ({}, set())],
    ids=["site", "community", "everywhere"],
)
def test_a_closure_closes_its_scope_for_its_span(scope: dict[str, int], open_sites: set[int]) -> None:
    book = DayBook(
        closures=[ClosureRule(Span(*TYPHOON), "台风停课", **scope)], site_communities={1: 8, 2: 8, 3: 9}
    )
    day = date(2026, 11, 3)
    assert {site for site in (1, 2, 3) if book.is_open(site, day_span(day)).holds} == open_sites
    closed = book.is_open(1, Span(at(day, time(16, 59)), at(day, time(18))))
    assert (closed.holds, closed.layer, closed.name) == (False, Layer.CLOSURE, "台风停课")
    assert book.is_open(1, Span(at(day, time(17)), at(day, time(18)))).holds
    assert book.is_workday(day).holds


def test_a_site_is_not_open_on_a_day_off() -> None:
    assert PLAIN.is_open(1, day_span(date(2026, 11, 7))).layer is Layer.WEEKDAY


def test_working_days_are_counted_past_holidays_and_make_up_days() -> None:
    # 30 Sep; off 1-7 Oct; 8, 9 and Saturday the 10th work, Sunday the 11th does not.
    assert PLAIN.nth_workday_after(date(2026, 9, 29), 1) == date(2026, 9, 30)
    assert PLAIN.nth_workday_after(date(2026, 9, 30), 3) == date(2026, 10, 10)
    assert PLAIN.nth_workday_after(date(2026, 9, 30), 4) == date(2026, 10, 12)


@given(st.dates(date(2025, 1, 1), date(2027, 6, 1)), st.integers(1, 120))
def test_between_a_day_and_its_nth_working_day_lie_n_working_days(day: date, number: int) -> None:
    found = PLAIN.nth_workday_after(day, number)
    assert PLAIN.is_workday(found).holds
    after = days(day + timedelta(days=1), found)
    assert sum(PLAIN.is_workday(one).holds for one in after) == number


def test_only_so_many_working_days_can_be_counted() -> None:
    for number in (0, -1, 2001):
        with pytest.raises(DaysUnbounded):
            PLAIN.nth_workday_after(date(2026, 11, 2), number)
    never = DayBook(
        local_days=[LocalDayRule(date(2026, 1, 1) + timedelta(days=n), False, "停") for n in range(400)]
    )
    with pytest.raises(DaysUnbounded):
        never.nth_workday_after(date(2026, 1, 1), 1)
