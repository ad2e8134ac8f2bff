"""Into what periods a span of dates is cut, and which comes before which. Pure."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum

from volunteer_core.timespans import Month, Week, month_of, week_of

YEAR_MONTHS = 12


class Period(StrEnum):
    """Into which periods a span is cut. Weeks are ISO weeks."""

    WHOLE = "whole"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


MONTHS = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: YEAR_MONTHS}
"""How many months the longer periods have."""

Dates = tuple[date, date]
"""A first and a last date, both included."""


def label_of(period: Period, dates: Dates) -> str:
    """2026-11-30, 2026-W48, 2026-11, 2026-Q4, 2026, or nothing for the whole span."""
    first, _ = dates
    match period:
        case Period.WHOLE:
            return ""
        case Period.DAY:
            return first.isoformat()
        case Period.WEEK:
            return str(week_of(first))
        case Period.MONTH:
            return str(month_of(first))
        case Period.QUARTER:
            return f"{first.year:04d}-Q{(first.month + 2) // 3}"
        case Period.YEAR:
            return f"{first.year:04d}"


def dates_of(period: Period, year: int, number: int, within: Dates) -> Dates:
    """The dates of the period with that number in its year that lie within a span.

    The number is that of the week, month or quarter; of a day, the one in the year; otherwise 0.
    """
    if period is Period.WHOLE:
        return within
    if period is Period.DAY:
        first = last = date(year, 1, 1) + timedelta(days=number - 1)
    elif period is Period.WEEK:
        first, last = Week(year, number).monday, Week(year, number).sunday
    else:
        months = MONTHS[period]
        opening = (max(number, 1) - 1) * months + 1
        first, last = Month(year, opening).first, Month(year, opening + months - 1).last
    return max(first, within[0]), min(last, within[1])


def before(period: Period, dates: Dates) -> Dates:
    """The span one period earlier. The whole span's is of as many months, or else as many days."""
    first, last = dates
    months = MONTHS.get(period, 0)
    if period is Period.WHOLE and first.day == 1 and _ends_month(last):
        months = (last.year - first.year) * YEAR_MONTHS + last.month - first.month + 1
    if months:
        return _months_earlier(first, months), _months_earlier(last, months, to_the_end=_ends_month(last))
    days = {Period.DAY: 1, Period.WEEK: 7}.get(period, (last - first).days + 1)
    return first - timedelta(days=days), last - timedelta(days=days)


def whole_months(dates: Dates) -> tuple[list[Dates], Dates | None]:
    """A span as its whole months, from the first's first day to the last's first, and what is left."""
    first, last = dates
    opening = first if first.day == 1 else month_of(first).last + timedelta(days=1)
    closing = last if _ends_month(last) else month_of(last).first - timedelta(days=1)
    if opening > closing:
        return [dates], None
    edges = [(first, opening - timedelta(days=1)), (closing + timedelta(days=1), last)]
    return [edge for edge in edges if edge[0] <= edge[1]], (opening, month_of(closing).first)


def _ends_month(day: date) -> bool:
    return (day + timedelta(days=1)).day == 1


def _months_earlier(day: date, months: int, *, to_the_end: bool = False) -> date:
    number = day.year * YEAR_MONTHS + day.month - 1 - months
    month = Month(number // YEAR_MONTHS, number % YEAR_MONTHS + 1)
    return (
        month.last
        if to_the_end
        else min(date(month.year, month.number, 1) + timedelta(days=day.day - 1), month.last)
    )
