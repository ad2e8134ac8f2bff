"""Spans are half-open, weeks are ISO weeks, and dates are the office's."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from volunteer_core.errors import Malformed
from volunteer_core.timespans import (
    Span,
    SpanInvalid,
    WeekInvalid,
    age_on,
    at,
    chinese_date,
    chinese_span,
    civil_date,
    dates_span,
    day_span,
    month_dates,
    parse_week,
    span,
    week_of,
)

minutes = st.integers(0, 500)
START = datetime(2026, 11, 2, tzinfo=UTC)


@given(minutes, minutes, minutes, minutes)
def test_spans_overlap_when_a_minute_lies_in_both(a: int, b: int, c: int, d: int) -> None:
    one, other = (
        Span(START + timedelta(minutes=first), START + timedelta(minutes=first + length + 1))
        for first, length in ((a, b), (c, d))
    )
    shared = set(range(a, a + b + 1)) & set(range(c, c + d + 1))
    assert one.overlaps(other) == other.overlaps(one) == bool(shared)
    both = one.intersection(other)
    assert (both.minutes if both else 0) == len(shared)


def test_minutes_are_rounded_down() -> None:
    assert Span(START, START + timedelta(minutes=29, seconds=59)).minutes == 29


def test_a_span_ends_after_it_starts_and_knows_its_time_zone() -> None:
    with pytest.raises(SpanInvalid):
        span(START, START)
    with pytest.raises(Malformed):
        span(START, datetime(2026, 11, 3))  # noqa: DTZ001
    assert span(at(date(2026, 11, 2), time(17)), at(date(2026, 11, 2), time(18))).start.tzinfo is UTC


def test_the_offices_day_begins_at_sixteen_utc() -> None:
    assert civil_date(datetime(2026, 11, 2, 15, 59, tzinfo=UTC)) == date(2026, 11, 2)
    assert civil_date(datetime(2026, 11, 2, 16, 0, tzinfo=UTC)) == date(2026, 11, 3)
    assert day_span(date(2026, 11, 3)).start == datetime(2026, 11, 2, 16, tzinfo=UTC)
    assert dates_span(date(2026, 11, 2), date(2026, 11, 3)).minutes == 2 * 24 * 60
    with pytest.raises(SpanInvalid):
        dates_span(date(2026, 11, 3), date(2026, 11, 2))


@given(st.dates(date(1, 1, 8), date(9999, 12, 20)))
def test_a_week_is_written_and_read_back(day: date) -> None:
    week = week_of(day)
    assert parse_week(str(week)) == week
    assert week.monday <= day <= week.sunday
    assert week.monday.isoweekday() == 1
    assert len(week.dates) == 7


def test_the_turn_of_the_year_belongs_to_the_iso_year() -> None:
    assert str(week_of(date(2027, 1, 3))) == "2026-W53"
    assert str(week_of(date(2027, 1, 4))) == "2027-W01"
    assert str(week_of(date(2025, 12, 29))) == "2026-W01"


@pytest.mark.parametrize(
    "text",
    ["", "2026-49", "2026-W00", "2026-W54", "2027-W53", "2026-W4", "２０２６-W49", "9999-W52", "0000-W01"],
)
def test_what_is_no_iso_week_is_refused(text: str) -> None:
    with pytest.raises(WeekInvalid):
        parse_week(text)


def test_months_end_on_their_last_day() -> None:
    assert month_dates(2028, 2) == (date(2028, 2, 1), date(2028, 2, 29))
    assert month_dates(2026, 12) == (date(2026, 12, 1), date(2026, 12, 31))
    for year, month in ((2026, 0), (2026, 13), (1, 1)):
        with pytest.raises(Malformed):
            month_dates(year, month)


def test_age_is_counted_in_completed_years() -> None:
    assert age_on(date(2008, 11, 2), date(2026, 11, 1)) == 17
    assert age_on(date(2008, 11, 2), date(2026, 11, 2)) == 18
    assert age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert age_on(date(2008, 2, 29), date(2026, 3, 1)) == 18


def test_dates_and_spans_read_as_people_write_them() -> None:
    assert chinese_date(date(2026, 11, 22)) == "2026年11月22日 星期日"
    day = date(2026, 12, 3)
    assert chinese_span(at(day, time(17)), at(day, time(18))) == "12月3日（周四）17:00–18:00"
    overnight = chinese_span(at(day, time(22)), at(date(2026, 12, 4), time(2)))
    assert overnight == "12月3日（周四）22:00–12月4日（周五）02:00"
    with_year = chinese_span(at(day, time(22)), at(date(2026, 12, 4), time(2)), year=True)
    assert with_year == "2026年12月3日 星期四 22:00–2026年12月4日 星期五 02:00"
