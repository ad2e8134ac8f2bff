"""What a person offers between two dates, in the planner's terms: weekly windows and exceptions. Pure.

The planner's windows hold every week of the plan. Where a pattern begins or ends within it the windows are
those of all its dates, and a date of which less holds says so: as unavailable, or busy at what falls away.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, time, timedelta

from volunteer_core.rosters.availability.models import DateWish
from volunteer_core.rosters.availability.offers import OPENS, Offer
from volunteer_core.rosters.planning.problem import Busy, DateException, ExceptionKind, Window
from volunteer_core.timespans import Span

CANNOT = "cannot"
NOT_OFFERED = "not_offered"
BUSY_ELSEWHERE = "busy_elsewhere"
Clocks = tuple[time, time]
Slots = Mapping[date, Mapping[Clocks, Span]]
"""By date the times of day of shifts, each with its true span."""

_KINDS = {
    DateWish.CANNOT: ExceptionKind.UNAVAILABLE,
    DateWish.CAN: ExceptionKind.AVAILABLE,
    DateWish.PREFERS: ExceptionKind.PREFER,
    DateWish.RATHER_NOT: ExceptionKind.AVOID,
}


def weekly_of(offer: Offer, first: date, last: date) -> tuple[Window, ...]:
    """The windows that hold on any date between two."""
    return tuple(
        Window(weekday, *window)
        for weekday in range(1, 8)
        for window in _windows(offer, first, last, weekday)
    )


def exceptions_of(
    offer: Offer, slots: Slots, against: Mapping[date, str], elsewhere: Sequence[Span]
) -> tuple[tuple[DateException, ...], tuple[Busy, ...]]:
    """What differs from the windows on the dates of shifts, and the times at which a window is none.

    ``against`` are the codes of what stands against the person on a date whatever they have said,
    ``elsewhere`` the spans of their calendars: who is busy then is so for all of a shift, for when exactly
    is not passed on.
    """
    exceptions: list[DateException] = []
    gaps: list[Busy] = []
    first, last = min(slots), max(slots)
    for day, there in sorted(slots.items()):
        wish = offer.wish_on(day)
        if day in against:
            exceptions.append(DateException(day, ExceptionKind.UNAVAILABLE, against[day]))
            continue
        if wish not in OPENS and wish is not DateWish.CANNOT:
            weekly = _windows(offer, first, last, day.isoweekday())
            claimed = sorted(clocks for clocks in there if _fits(clocks, weekly))
            lost = [clocks for clocks in claimed if not offer.covers(day, there[clocks])]
            if lost and lost == claimed:
                exceptions.append(DateException(day, ExceptionKind.UNAVAILABLE))
                continue
            gaps += [Busy(day, *clocks, NOT_OFFERED) for clocks in lost]
        gaps += [
            Busy(day, *clocks, BUSY_ELSEWHERE)
            for clocks, span in sorted(there.items())
            if any(one.overlaps(span) for one in elsewhere)
        ]
        if wish is not None:
            why = CANNOT if wish is DateWish.CANNOT else None
            exceptions.append(DateException(day, _KINDS[wish], why))
    return tuple(exceptions), tuple(gaps)


def _windows(offer: Offer, first: date, last: date, weekday: int) -> list[Clocks]:
    """The windows of a weekday that hold on any of its dates, without overlaps."""
    one = first + timedelta(days=(weekday - first.isoweekday()) % 7)
    until = max(one, last)
    spans = [span for span in offer.weekly if span.weekday == weekday and span.valid_from <= until]
    found: list[Clocks] = []
    for starts, ends in sorted(
        (span.starts, span.ends) for span in spans if span.valid_to is None or one <= span.valid_to
    ):
        if found and starts <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], ends)
        else:
            found.append((starts, ends))
    return found


def _fits(clocks: Clocks, windows: Iterable[Clocks]) -> bool:
    return any(starts <= clocks[0] and clocks[1] <= ends for starts, ends in windows)
