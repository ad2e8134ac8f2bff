"""Prints what a Python parser, named as the argument, shows of a calendar: reads iCalendar, writes JSON.

Runs in the clients' own environment, which has none of this project's packages.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any


def vobject(text: str) -> Iterator[dict[str, Any]]:
    import vobject

    for event in vobject.readOne(text).vevent_list:
        shown = {name: event.getChildValue(name) for name in ("uid", "summary", "status")}
        place, description = event.getChildValue("location"), event.getChildValue("description")
        yield _entry(shown, event.dtstart.value, event.dtend.value, place, description)


def ics(text: str) -> Iterator[dict[str, Any]]:
    from ics import Calendar

    for event in Calendar(text).events:
        shown = {"uid": event.uid, "summary": event.name, "status": event.status}
        start, end = event.begin.datetime, event.end.datetime
        if event.all_day:
            start, end = start.date(), end.date()
        yield _entry(shown, start, end, event.location, event.description)


def ical(text: str) -> Iterator[dict[str, Any]]:
    from ical.calendar_stream import IcsCalendarStream

    for event in IcsCalendarStream.calendar_from_ics(text).events:
        shown = {"uid": event.uid, "summary": event.summary, "status": event.status}
        yield _entry(shown, event.dtstart, event.dtend, event.location, event.description)


def _time(value: date) -> str:
    """An instant in UTC; of a whole day its date, as the midnight of UTC."""
    if not isinstance(value, datetime):
        return f"{value}T00:00:00Z"
    assert value.tzinfo is not None, "a floating time"
    return value.astimezone(UTC).isoformat()


def _entry(
    shown: dict[str, Any], start: date, end: date, place: str | None, text: str | None
) -> dict[str, Any]:
    return {
        "uid": shown["uid"],
        "start": _time(start),
        "end": _time(end),
        "title": shown["summary"],
        "status": shown["status"],
        "place": place or "",  # a day has none
        "text": text or "",  # a shift has none
    }


if __name__ == "__main__":
    read = {"vobject": vobject, "ics": ics, "ical": ical}[sys.argv[1]]
    calendar = sys.stdin.buffer.read().decode()  # not as text: that would change the ends of lines
    json.dump(list(read(calendar)), sys.stdout)
