"""What a person offers between two dates, in the planner's terms: weekly windows and exceptions. Pure.

The planner's windows hold every week of the plan. Where a pattern begins or ends within it the windows are
those of all its dates, and a date of which less holds says so: as unavailable, or busy at what falls away.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta

from volunteer_core.rosters.availability.models import DateWish
from volunteer_core.rosters.drafts.said import OPENING, Clocks, Said, fits, merged
from volunteer_core.rosters.planning.problem import Busy, DateException, ExceptionKind, Window
from volunteer_core.timespans import days

CANNOT = "cannot"
NOT_OFFERED = "not_offered"
_KINDS = {
    DateWish.CANNOT: ExceptionKind.UNAVAILABLE,
    DateWish.CAN: ExceptionKind.AVAILABLE,
    DateWish.PREFERS: ExceptionKind.PREFER,
    DateWish.RATHER_NOT: ExceptionKind.AVOID,
}


def weekly_of(said: Said, first: date, last: date) -> tuple[Window, ...]:
    """The windows that hold on any date between two."""
    return tuple(
        Window(weekday, *window) for weekday in range(1, 8) for window in _windows(said, first, last, weekday)
    )


def exceptions_of(
    said: Said, times: Mapping[date, Collection[Clocks]], against: Mapping[date, str | None]
) -> tuple[tuple[DateException, ...], tuple[Busy, ...]]:
    """What differs from the windows on dates of which ``times`` are to be staffed.

    ``against`` are the codes of what stands against the person on a date whatever they have said.
    """
    exceptions: list[DateException] = []
    gaps: list[Busy] = []
    first, last = min(times), max(times)
    changing = said.changes_between(first, last)
    for day, sought in sorted(times.items()):
        wish = said.wish(day)
        if (code := against.get(day)) is not None:
            exceptions.append(DateException(day, ExceptionKind.UNAVAILABLE, code))
            continue
        if changing and wish not in OPENING and wish is not DateWish.CANNOT:
            weekly = _windows(said, first, last, day.isoweekday())
            claimed = sorted(clocks for clocks in sought if fits(clocks, weekly))
            lost = [clocks for clocks in claimed if not fits(clocks, said.windows(day))]
            if lost and lost == claimed:
                exceptions.append(DateException(day, ExceptionKind.UNAVAILABLE))
                continue
            gaps += [Busy(day, *clocks, NOT_OFFERED) for clocks in lost]
        if wish is not None:
            why = CANNOT if wish is DateWish.CANNOT else None
            exceptions.append(DateException(day, _KINDS[wish], why))
    return tuple(exceptions), tuple(gaps)


def _windows(said: Said, first: date, last: date, weekday: int) -> list[Clocks]:
    one = first + timedelta(days=(weekday - first.isoweekday()) % 7)
    if not said.changes_between(first, last):
        return said.windows(one)
    return merged(
        window for day in days(one, last) if day.isoweekday() == weekday for window in said.windows(day)
    )
