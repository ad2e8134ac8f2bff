"""What a calendar says of time, as icalendar reads it: events with their recurrences, and busy periods."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from icalendar import Calendar

from volunteer_core.commitments.busy.limits import FIRST_YEAR, CalendarBeyondLimits, CalendarUnreadable
from volunteer_core.timespans import Span

Moment = date | datetime
"""A day, a time of the clock, or an instant: what a DATE or DATE-TIME says."""


class Rule(NamedTuple):
    """A recurrence without its end, which is a time of the event's own clock."""

    text: str
    until: datetime


class Entry(NamedTuple):
    """An event. Its ``start`` and what repeats it are times of the clock in its ``zone``."""

    uid: str
    start: datetime
    zone: tzinfo
    whole_days: bool
    length: timedelta
    busy: bool
    replaces: Moment | None
    rules: tuple[Rule, ...]
    more: tuple[Moment, ...]
    excepted: tuple[Moment, ...]


def read(text: str, zone: ZoneInfo, besides: Collection[str]) -> tuple[list[Entry], list[Span]]:
    """The events, but those of some UIDs, and the periods that are busy by themselves, of checked lines.

    Days and times without a zone, or with one that nobody knows, are those of ``zone``.
    """
    entries: list[Entry] = []
    periods: list[Span] = []
    for calendar in Calendar.from_ical(text, multiple=True):
        for component in calendar.walk():
            if component.get("UID") in besides:
                continue
            if component.name == "VEVENT":
                entries.append(_entry(component, zone))
                periods += _periods(component, "RDATE", zone) if entries[-1].busy else []
            elif component.name == "VFREEBUSY":
                periods += _periods(component, "FREEBUSY", zone)
    return entries, periods


def clock(moment: Moment, zone: tzinfo) -> datetime:
    """The moment on a clock in a zone, without the zone; a day is its midnight."""
    if not isinstance(moment, datetime):
        return datetime.combine(moment, time.min)
    return moment.astimezone(zone).replace(tzinfo=None) if moment.tzinfo else moment


def instant(moment: Moment, zone: tzinfo) -> datetime:
    """The instant in UTC; what names no zone is on a clock in ``zone``."""
    if isinstance(moment, datetime) and moment.tzinfo:
        return moment.astimezone(UTC)
    return clock(moment, zone).replace(tzinfo=zone).astimezone(UTC)


def _entry(event: Any, office: ZoneInfo) -> Entry:
    start = _one(event, "DTSTART")
    whole_days = not isinstance(start, datetime)
    zone = start.tzinfo or office if isinstance(start, datetime) else office
    rules = tuple(_rule(rule, zone) for rule in _all(event, "RRULE"))
    if rules and start.year < FIRST_YEAR:
        raise CalendarBeyondLimits(limit=f"重复的事件须始于 {FIRST_YEAR} 年或以后")
    replaced = event.get("RECURRENCE-ID")
    if replaced is not None and "RANGE" in replaced.params:
        raise CalendarBeyondLimits(limit="不支持“此次及以后”的改动（RANGE）")
    return Entry(
        uid=str(event.get("UID", "")),
        start=clock(start, zone),
        zone=zone,
        whole_days=whole_days,
        length=_length(event, start, zone),
        busy=_word(event, "TRANSP") != "TRANSPARENT" and _word(event, "STATUS") != "CANCELLED",
        replaces=None if replaced is None else replaced.dt,
        rules=rules,
        more=tuple(moment for moment in _listed(event, "RDATE") if not isinstance(moment, tuple)),
        excepted=tuple(_listed(event, "EXDATE")),
    )


def _length(event: Any, start: Moment, zone: tzinfo) -> timedelta:
    """How long an event takes: whole days one at least, else nothing if it does not say."""
    if "DTEND" in event:
        end = _one(event, "DTEND")
        if isinstance(start, datetime) and isinstance(end, datetime):
            length = instant(end, zone) - instant(start, zone)
        else:
            length = clock(end, zone) - clock(start, zone)
    else:
        length = event["DURATION"].dt if "DURATION" in event else timedelta()
    if length < timedelta():
        raise CalendarUnreadable
    return length if isinstance(start, datetime) else max(length, timedelta(days=1))


def _rule(rule: Any, zone: tzinfo) -> Rule:
    """A recurrence; the day it may end on is included, whatever the clock shows."""
    until = datetime.combine(date.max, time.max)
    if "UNTIL" in rule:
        (moment,) = rule["UNTIL"]
        until = clock(moment, zone)
        if not isinstance(moment, datetime):
            until = datetime.combine(moment, time.max)
    kept = type(rule)({name: value for name, value in rule.items() if name != "UNTIL"})
    if "BYDAY" in kept:
        most = 5 if "BYMONTH" in kept or kept["FREQ"] == ["MONTHLY"] else 53
        kept["BYDAY"] = _weekdays([str(day).upper() for day in kept["BYDAY"]], most)
    return Rule(kept.to_ical().decode(), until)


def _weekdays(days: list[str], most: int) -> list[str]:
    """The weekdays of a rule. Where some are numbered and others not (MO,1TU), which dateutil asks a day to
    be both of, every Monday is written as the 1st to the last that a period can have."""
    every = {day for day in days if len(day) <= len("MO")}
    if every in (set(), set(days)):
        return days
    return [*(set(days) - every), *(f"{number}{day}" for day in every for number in range(1, most + 1))]


def _periods(component: Any, name: str, zone: ZoneInfo) -> Iterator[Span]:
    """The periods of a property, but not those that it calls free."""
    for listed in _all(component, name):
        if listed.params.get("FBTYPE", "BUSY").upper() == "FREE":
            continue
        for start, end in _periods_in(listed):
            first = instant(start, zone)
            yield Span(first, first + end if isinstance(end, timedelta) else instant(end, zone))


def _periods_in(listed: Any) -> Iterator[tuple[Moment, Moment | timedelta]]:
    for value in getattr(listed, "dts", [listed]):
        if isinstance(value.dt, tuple):
            yield value.dt


def _one(component: Any, name: str) -> Moment:
    """A property that must be there once, and hold a day or a time."""
    (found,) = _all(component, name)
    if not isinstance(found.dt, date):
        raise CalendarUnreadable
    return found.dt


def _all(component: Any, name: str) -> list[Any]:
    found = component.get(name, [])
    return found if isinstance(found, list) else [found]


def _listed(component: Any, name: str) -> Iterator[Any]:
    for listed in _all(component, name):
        for value in listed.dts:
            yield value.dt


def _word(component: Any, name: str) -> str:
    return str(component.get(name, "")).strip().upper()
