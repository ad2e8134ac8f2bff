"""Spans of what a calendar holds: recurrences by dateutil's rules, with what is left out, added and moved."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from dateutil.rrule import rrulestr

from volunteer_core.commitments.busy.entries import Entry, Moment, clock, instant, read
from volunteer_core.commitments.busy.limits import (
    LONGEST,
    SPANS_MOST,
    CalendarBeyondLimits,
    CalendarUnreadable,
)
from volunteer_core.commitments.busy.lines import lines_of_time
from volunteer_core.timespans import Span, span


def busy_spans(
    data: bytes, *, first: datetime, last: datetime, zone: ZoneInfo, besides: Collection[str] = ()
) -> list[Span]:
    """When the owner of a calendar is busy within ``[first, last)``: in UTC, merged, in order, cut to it.

    ``zone`` is that of days and clocks without one; what has a UID of ``besides`` is left out, so that nobody
    is busy with the very thing they have promised. Refuses what is no calendar or goes beyond the
    limits; a calendar that keeps to them can still take long, so what strangers wrote is read by
    :func:`volunteer_core.commitments.busy.apart.busy_spans_apart`.
    """
    window = span(first, last)
    text = lines_of_time(data)
    try:
        entries, periods = read(text, zone, besides)
        return _merged(_within(window, periods, entries))
    except (ValueError, TypeError, AttributeError, LookupError, ArithmeticError, RecursionError):
        raise CalendarUnreadable from None  # what they say may quote the calendar


def _within(window: Span, periods: list[Span], entries: list[Entry]) -> list[Span]:
    """What of all there is touches the window, cut to it."""
    moved: dict[str, list[Moment]] = defaultdict(list)
    for entry in entries:
        if entry.replaces is not None:
            moved[entry.uid].append(entry.replaces)
    found: list[Span] = []
    for one in _all_spans(window, periods, entries, moved):
        cut = one.intersection(window)
        if cut is None:
            continue
        if one.end - one.start > LONGEST:
            raise CalendarBeyondLimits(limit=f"一个事件最长 {LONGEST.days} 天")
        found.append(cut)
        if len(found) > SPANS_MOST:
            raise CalendarBeyondLimits(limit=f"最多 {SPANS_MOST} 个时段")
    return found


def _all_spans(
    window: Span, periods: list[Span], entries: list[Entry], moved: dict[str, list[Moment]]
) -> Iterator[Span]:
    yield from periods
    for entry in entries:
        if entry.busy:
            yield from _spans(entry, [] if entry.replaces is not None else moved[entry.uid], window.end)


def _spans(entry: Entry, moved: Iterable[Moment], last: datetime) -> Iterator[Span]:
    """Each time an event takes place, but those left out, or told of by an event of their own."""
    days: set[date] = set()
    instants: set[datetime] = set()
    for moment in (*entry.excepted, *moved):
        if entry.whole_days or not isinstance(moment, datetime):
            days.add(clock(moment, entry.zone).date())
        else:
            instants.add(instant(moment, entry.zone))
    for start in _starts(entry, last):
        begun = instant(start, entry.zone)
        if start.date() not in days and begun not in instants:
            end = instant(start + entry.length, entry.zone) if entry.whole_days else begun + entry.length
            yield Span(begun, end)


def _starts(entry: Entry, last: datetime) -> Iterator[datetime]:
    """When it begins by its own clock: first, by its rules until ``last`` is over, and as listed besides."""
    yield entry.start
    latest = clock(last, entry.zone) + timedelta(days=1)
    for rule in entry.rules:
        for start in rrulestr(rule.text, dtstart=entry.start):
            if start > rule.until or start > latest:
                break
            yield start
    for moment in entry.more:
        yield clock(moment, entry.zone)


def _merged(spans: list[Span]) -> list[Span]:
    """The same time in as few spans as can be, in order."""
    merged: list[Span] = []
    for one in sorted(spans):
        if merged and one.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, one.end))
        else:
            merged.append(one)
    return merged
