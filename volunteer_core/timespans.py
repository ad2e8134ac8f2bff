"""Half-open spans, ISO weeks, months and the office's civil time. Pure: no clock, no database."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from volunteer_core.errors import Malformed, RuleBroken

OFFICE_ZONE = ZoneInfo("Asia/Shanghai")
"""The zone people read: one office is in one zone, and all of China in this one."""

WEEKDAYS = "一二三四五六日"


class SpanInvalid(RuleBroken, code="span_invalid", sentence="结束时间必须晚于开始时间。"):
    """A span must end after it starts."""


class WeekInvalid(RuleBroken, code="week_invalid", sentence="{week} 不是有效的周次，应写作 2026-W49。"):
    """A week is written as ISO 8601 says (2026-W49) and must exist."""


class Span(NamedTuple):
    """A half-open span of time ``[start, end)`` between two aware instants."""

    start: datetime
    end: datetime

    def overlaps(self, other: Span) -> bool:
        """Whether both share more than a boundary: back-to-back spans do not overlap."""
        return self.start < other.end and other.start < self.end

    def intersection(self, other: Span) -> Span | None:
        """The part both share, or None."""
        start, end = max(self.start, other.start), min(self.end, other.end)
        return Span(start, end) if start < end else None

    @property
    def minutes(self) -> int:
        """Whole minutes, rounded down: nothing rounds up (民政部令67号 Art 7 counts time given)."""
        return int((self.end - self.start).total_seconds() // 60)


def span(start: datetime, end: datetime) -> Span:
    """A checked span in UTC. Refuses naive instants and a span that does not end after it starts."""
    if start.tzinfo is None or end.tzinfo is None:
        raise Malformed("time", "时间必须带时区。")
    if end <= start:
        raise SpanInvalid(start=start.isoformat(), end=end.isoformat())
    return Span(start.astimezone(UTC), end.astimezone(UTC))


def at(day: date, clock: time) -> datetime:
    """The UTC instant of a civil date and time of day in the office's zone."""
    return datetime.combine(day, clock, OFFICE_ZONE).astimezone(UTC)


def civil(instant: datetime) -> datetime:
    """An instant as the office's clocks show it."""
    return instant.astimezone(OFFICE_ZONE)


def civil_date(instant: datetime) -> date:
    """The office's date at an instant."""
    return civil(instant).date()


def day_span(day: date) -> Span:
    """A civil day as a span of instants."""
    return dates_span(day, day)


def dates_span(first: date, last: date) -> Span:
    """All of the civil days from ``first`` to ``last``, both included, as a span of instants."""
    if last < first:
        raise SpanInvalid(start=first.isoformat(), end=last.isoformat())
    return Span(at(first, time.min), at(last + timedelta(days=1), time.min))


def days(first: date, last: date) -> Iterator[date]:
    """The civil dates from ``first`` to ``last``, both included."""
    for number in range((last - first).days + 1):
        yield first + timedelta(days=number)


def age_on(born: date, day: date) -> int:
    """Completed years of life on a day; who is born on 29 February ages on 1 March."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


class Week(NamedTuple):
    """An ISO 8601 week: Monday first, numbered within its ISO year."""

    year: int
    number: int

    @property
    def monday(self) -> date:
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def sunday(self) -> date:
        return self.monday + timedelta(days=6)

    @property
    def dates(self) -> list[date]:
        return list(days(self.monday, self.sunday))

    def __str__(self) -> str:
        return f"{self.year:04d}-W{self.number:02d}"


def week_of(day: date) -> Week:
    """The ISO week a civil date belongs to."""
    iso = day.isocalendar()
    return Week(iso.year, iso.week)


def parse_week(text: str) -> Week:
    """Reads ``2026-W49``; refuses what is no such week (2026 has 53, 2027 has 52)."""
    match = re.fullmatch(r"(\d{4})-W(\d{2})", text, re.ASCII)
    if match:
        try:
            week = Week(int(match[1]), int(match[2]))
            _ = week.sunday
        except (ValueError, OverflowError):
            pass
        else:
            return week
    raise WeekInvalid(week=text[:20])


class MonthInvalid(RuleBroken, code="month_invalid", sentence="{month} 不是有效的月份，应写作 2026-11。"):
    """A month is written as 2026-11."""


class Month(NamedTuple):
    """A calendar month."""

    year: int
    number: int

    @property
    def first(self) -> date:
        return month_dates(self.year, self.number)[0]

    @property
    def last(self) -> date:
        return month_dates(self.year, self.number)[1]

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"


def month_of(day: date) -> Month:
    """The month a civil date belongs to."""
    return Month(day.year, day.month)


def parse_month(text: str) -> Month:
    """Reads ``2026-11``, of the years 1900 to 2999."""
    match = re.fullmatch(r"(19\d\d|2\d\d\d)-(0[1-9]|1[0-2])", text, re.ASCII)
    if not match:
        raise MonthInvalid(month=text[:20])
    return Month(int(match[1]), int(match[2]))


def month_dates(year: int, month: int) -> tuple[date, date]:
    """The first and the last day of a month."""
    if not (1 <= month <= 12 and 1900 <= year <= 2999):
        raise Malformed("month", "月份应在 1 至 12 之间。")
    after = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), after - timedelta(days=1)


def chinese_date(day: date, *, year: bool = True) -> str:
    """``2026年12月3日 星期四``, or without the year ``12月3日（周四）``."""
    weekday = WEEKDAYS[day.weekday()]
    if year:
        return f"{day.year}年{day.month}月{day.day}日 星期{weekday}"
    return f"{day.month}月{day.day}日（周{weekday}）"


def chinese_span(start: datetime, end: datetime, *, year: bool = False) -> str:
    """``12月3日（周四）17:00–18:00`` in the office's zone, or ``2026年12月3日 星期四 17:00–18:00``."""
    first, last = civil(start), civil(end)
    gap = " " if year else ""
    until = f"{last:%H:%M}"
    if last.date() != first.date():
        until = f"{chinese_date(last.date(), year=year)}{gap}{until}"
    return f"{chinese_date(first.date(), year=year)}{gap}{first:%H:%M}–{until}"
