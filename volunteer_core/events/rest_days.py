"""What becomes of dates on which the office does not work. Pure."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from enum import StrEnum

from volunteer_core.errors import RuleBroken
from volunteer_core.timespans import chinese_date
from volunteer_core.workdays.daybook import DayBook


class RestDays(StrEnum):
    """What to do with dates that are no working days."""

    REFUSE = "refuse"
    NEXT = "next"
    """The next working day that is free takes their place."""
    KEEP = "keep"


class OnRestDays(RuleBroken, code="on_rest_days", sentence="{named}不是工作日。"):
    """Events are copied to working days, unless somebody wants the date nevertheless, or the next one."""

    def __init__(self, days: Collection[date]) -> None:
        named = "、".join(chinese_date(day, year=False) for day in days)
        super().__init__(dates=[day.isoformat() for day in days], named=named)


def placed(
    wanted: Collection[date], rest_days: RestDays, book: DayBook, *, taken: Collection[date] = ()
) -> dict[date, date]:
    """The day for each date: itself if people work then, and else as ``rest_days`` says. No two are on one
    day, and none moves to one that is taken."""
    resting = sorted(day for day in wanted if not book.is_workday(day).holds)
    found = {day: day for day in wanted}
    if not resting or rest_days is RestDays.KEEP:
        return found
    if rest_days is RestDays.REFUSE:
        raise OnRestDays(resting)
    used = {*taken, *found.keys()}
    for day in resting:
        other = book.nth_workday_after(day, 1)
        while other in used:
            other = book.nth_workday_after(other, 1)
        used.add(other)
        found[day] = other
    return found
