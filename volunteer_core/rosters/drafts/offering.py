"""What a person offers between two dates, in the planner's terms: weekly windows and exceptions. Pure.

The planner's windows hold every week of the plan. Where a pattern begins or ends within it the windows are
those of all its dates, and a date of which less holds says so: as unavailable, or busy at what falls away.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date

from volunteer_core.rosters.availability.models import DateWish
from volunteer_core.rosters.drafts.said import OPENING, Clocks, Said, fits, merged
from volunteer_core.rosters.planning.problem import Busy, DateException, ExceptionKind, Window

CANNOT = "cannot"
NOT_OFFERED = "not_offered"
_KINDS = {
    DateWish.CANNOT: ExceptionKind.UNAVAILABLE,
    DateWish.CAN: ExceptionKind.AVAILABLE,
    DateWish.PREFERS: ExceptionKind.PREFER,
    DateWish.RATHER_NOT: ExceptionKind.AVOID,
}


def weekly_of(said: Said, dates: Collection[date]) -> tuple[Window, ...]:
    """The windows that hold on any of the dates."""
    return tuple(
        Window(weekday, *window)
        for weekday in sorted({day.isoweekday() for day in dates})
        for window in _windows(said, dates, weekday)
    )


def exceptions_of(
    said: Said, times: Mapping[date, Collection[Clocks]], against: Mapping[date, str | None]
) -> tuple[tuple[DateException, ...], tuple[Busy, ...]]:
    """What differs from the windows on dates of which ``times`` are to be staffed.

    ``against`` are the codes of what stands against the person on a date whatever they have said.
    """
    exceptions: list[DateException] = []
    gaps: list[Busy] = []
    changing = said.changes_between(min(times), max(times))
    for day, sought in sorted(times.items()):
        wish = said.wish(day)
        if (code := against.get(day)) is not None:
            exceptions.append(DateException(day, ExceptionKind.UNAVAILABLE, code))
            continue
        if changing and wish not in OPENING and wish is not DateWish.CANNOT:
            weekly = _windows(said, times, day.isoweekday())
            claimed = sorted(clocks for clocks in sought if fits(clocks, weekly))
            lost = [clocks for clocks in claimed if not fits(clocks, said.windows(day))]
            if lost and lost == claimed:
                exceptions.append(DateException(day, ExceptionKind.UNAVAILABLE, NOT_OFFERED))
                continue
            gaps += [Busy(day, *clocks, NOT_OFFERED) for clocks in lost]
        if wish is not None:
            why = CANNOT if wish is DateWish.CANNOT else None
            exceptions.append(DateException(day, _KINDS[wish], why))
    return tuple(exceptions), tuple(gaps)


def _windows(said: Said, dates: Collection[date], weekday: int) -> list[Clocks]:
    days = dates if said.changes_between(min(dates), max(dates)) else _first_of(dates, weekday)
    return merged(window for day in days if day.isoweekday() == weekday for window in said.windows(day))


def _first_of(dates: Collection[date], weekday: int) -> list[date]:
    """One date of the weekday: the pattern is the same on all of them."""
    return [next(day for day in sorted(dates) if day.isoweekday() == weekday)]
