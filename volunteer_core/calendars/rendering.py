"""Entries as iCalendar text (RFC 5545, RFC 7986). Pure: the same entries give the same bytes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event, Timezone, TimezoneStandard, vText

from volunteer_core.calendars.contents import Entry
from volunteer_core.timespans import OFFICE_ZONE, civil

PRODUCT = "-//Fengxiang Volunteers//Calendars 1//ZH"
REFRESH_EVERY = timedelta(hours=1)
CANCELLED_MARK = "【已取消】"
REPLACED = "此日历地址已更换，请重新订阅"


def render(name: str, entries: Iterable[Entry]) -> bytes:
    """A calendar of single events. It has no METHOD and no UID of its own."""
    return _calendar(name, map(_event, entries))


def render_replaced(uid: str, *, since: datetime) -> bytes:
    """What is left of a rotated address: one day that says so, and nothing else."""
    event = _stamped(uid, 0, since)
    day = civil(since).date()
    _add(event, dtstart=day, dtend=day + timedelta(days=1), summary=REPLACED)
    _add(event, status="CONFIRMED", transp="TRANSPARENT")
    return _calendar(REPLACED, [event])


def _calendar(name: str, events: Iterable[Event]) -> bytes:
    calendar = Calendar()
    _add(calendar, version="2.0", prodid=PRODUCT)
    # Said to be text, for icalendar escapes neither of the two by itself.
    calendar["NAME"] = calendar["X-WR-CALNAME"] = vText(_line(name))
    calendar.add("refresh-interval", REFRESH_EVERY, parameters={"VALUE": "DURATION"})
    calendar["X-PUBLISHED-TTL"] = "PT1H"
    calendar.subcomponents = [_ZONE, *events]
    return bytes(calendar.to_ical())


def _event(entry: Entry) -> Event:
    event = _stamped(entry.uid, entry.sequence, entry.revised_at)
    title = f"{CANCELLED_MARK}{entry.title}" if entry.cancelled else entry.title
    _add(event, dtstart=civil(entry.starts_at), dtend=civil(entry.ends_at), summary=_line(title))
    _add(
        event,
        status="CANCELLED" if entry.cancelled else "CONFIRMED",
        transp="OPAQUE" if entry.busy else "TRANSPARENT",
    )
    if entry.place:
        event.add("location", _line(entry.place))
    if entry.position:
        event.add("geo", entry.position)
    if entry.description:
        event.add("description", _paragraph(entry.description))
    if entry.category:
        event.add("categories", [_line(entry.category)])
    return event


def _stamped(uid: str, sequence: int, revised_at: datetime) -> Event:
    """An event with what tells one revision from another. DTSTAMP is the change, never now:
    without a METHOD that is what it means (RFC 5545 §3.8.7.2), and the bytes stay the same."""
    event = Event()
    _add(event, uid=uid, sequence=sequence, dtstamp=revised_at, last_modified=revised_at)
    return event


def _add(component: Calendar | Event, **properties: str | int | date) -> None:
    for name, value in properties.items():
        component.add(name.replace("_", "-"), value)


def _zone() -> Timezone:
    """Asia/Shanghai: one offset, without summer time since 1991."""
    standard = TimezoneStandard()
    standard.add("dtstart", datetime(1992, 1, 1))  # noqa: DTZ001 - civil by definition
    standard.add("tzoffsetfrom", timedelta(hours=8))
    standard.add("tzoffsetto", timedelta(hours=8))
    standard.add("tzname", "CST")
    zone = Timezone()
    zone.add("tzid", OFFICE_ZONE.key)
    zone.add_component(standard)
    return zone


_ZONE = _zone()


def _line(text: str) -> str:
    return " ".join(_paragraph(text).split("\n"))


def _paragraph(text: str) -> str:
    """Text that every client shows alike: without control characters and separators that end a
    line for some, and with the full-width backslash, for before an n some read a line break."""
    return "".join(map(_shown, text.replace("\r\n", "\n")))


def _shown(character: str) -> str:
    if character == "\\":
        return "＼"
    if character != "\n" and unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
        return " "
    return character
