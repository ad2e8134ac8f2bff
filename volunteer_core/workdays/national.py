"""The State Council's calendar, one year at a time. Pure; a year is expanded once per process."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cache

import chinese_calendar

from volunteer_core.timespans import days

HOLIDAY_NAMES = {
    "New Year's Day": "元旦",
    "Spring Festival": "春节",
    "Tomb-sweeping Day": "清明节",
    "Labour Day": "劳动节",
    "Dragon Boat Festival": "端午节",
    "National Day": "国庆节",
    "Mid-autumn Festival": "中秋节",
    "Anti-Fascist 70th Day": "抗战胜利纪念日",
}


@cache
def announced_year(year: int) -> Mapping[date, tuple[bool, str]] | None:
    """What differs from the weekday rule in a year: date → (works, name); None if not announced."""
    expanded: dict[date, tuple[bool, str]] = {}
    for day in days(date(year, 1, 1), date(year, 12, 31)):
        try:
            off, holiday = chinese_calendar.get_holiday_detail(day)
        except NotImplementedError:
            return None
        if holiday is not None:
            name = HOLIDAY_NAMES.get(holiday, holiday)
            expanded[day] = (False, name) if off else (True, f"{name}调休上班")
    return expanded
