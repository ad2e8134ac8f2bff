"""Entries as iCalendar text (RFC 5545, RFC 7986). Pure: the same entries give the same bytes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from icalendar import Timezone, TimezoneStandard, vDuration, vGeo, vText
from icalendar.parser import Contentline

from volunteer_core.calendars.contents import Entry, Standing
from volunteer_core.calendars.options import Options, words
from volunteer_core.timespans import OFFICE_ZONE, civil, civil_date, day_span

PRODUCT = "-//Fengxiang Volunteers//Calendars 1//ZH"
LINE_MOST = 75
"""Octets in a line; a longer one is folded (RFC 5545 §3.1)."""
ENTRIES_KEPT = 20_000
"""How many rendered entries a process keeps, with their keys about 1.5 kB each."""


class Shown(NamedTuple):
    """An entry's texts as every client shows them alike."""

    title: str
    place: str
    description: str


def shown(entry: Entry, options: Options) -> Shown:
    """What an entry says: titles and places on one line, and before a title that it is cancelled."""
    cancelled = words(options.language).cancelled if entry.standing is Standing.CANCELLED else ""
    return Shown(_line(f"{cancelled}{entry.title}"), _line(entry.place), _paragraph(entry.description))


class Rendered(NamedTuple):
    """iCalendar text and a digest of it: of an entry, or of a calendar from those of its parts."""

    body: bytes
    digest: bytes


def render(
    name: str, entries: Iterable[Entry], options: Options = Options(), entry_pages: str = ""
) -> Rendered:
    """A calendar of single events. It has no METHOD and no UID of its own. ``entry_pages``: what the
    address of an entry's page begins with, before the UID; without it entries have none."""
    return join(name, [render_entry(entry, options, entry_pages) for entry in entries])


def render_replaced(uid: str, *, since: datetime, options: Options = Options()) -> Rendered:
    """What is left of a rotated address: one day that says so, and nothing else."""
    day = day_span(civil_date(since))
    notice = Entry(
        uid=uid,
        sequence=0,
        revised_at=since,
        starts_at=day.start,
        ends_at=day.end,
        standing=Standing.CONFIRMED,
        busy=False,
        title=words(options.language).replaced,
        all_day=True,
    )
    return render(notice.title, [notice])


def render_invitation(
    method: str,
    entry: Entry,
    *,
    organiser: tuple[str, str],
    attendee: tuple[str, str],
    sent_at: datetime,
    entry_pages: str = "",
) -> bytes:
    """An iTIP message (RFC 5546 §3.2.2, §3.2.5) about one entry; organiser and attendee are a name and
    a URI. With a METHOD, DTSTAMP is when the message was made (RFC 5545 §3.8.7.2)."""
    coming = "ACCEPTED" if entry.standing is Standing.CONFIRMED else "NEEDS-ACTION"
    status = "" if entry.standing is Standing.CANCELLED else f";PARTSTAT={coming};RSVP=FALSE"
    lines = _lines(entry, Options(), entry_pages, made_at=sent_at)
    lines[-1:-1] = [
        f"ORGANIZER;CN={_parameter(organiser[0])}:{organiser[1]}",
        f"ATTENDEE;CN={_parameter(attendee[0])};ROLE=REQ-PARTICIPANT{status}:{attendee[1]}",
    ]
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", f"METHOD:{method}"]
    return b"".join([_folded(head), _ZONE, _folded(lines), _END])


@lru_cache(ENTRIES_KEPT)
def render_entry(entry: Entry, options: Options, entry_pages: str = "") -> Rendered:
    """The folded lines of one entry, kept in memory: one that is the same is not rendered again, whichever
    feeds show it, and one that has changed is another key. icalendar escapes, writes the values and
    folds; putting the lines in order here and not by its ``Event`` is three times as fast."""
    body = _folded(_lines(entry, options, entry_pages, made_at=entry.revised_at))
    return Rendered(body, sha256(body).digest())


def _lines(entry: Entry, options: Options, entry_pages: str, *, made_at: datetime) -> list[str]:
    """DTSTAMP in a feed is the change, never now: without a METHOD that is what it means (RFC 5545
    §3.8.7.2), and the bytes stay the same."""
    title, place, description = map(_text, shown(entry, options))
    lines = [
        "BEGIN:VEVENT",
        f"SUMMARY:{title}",
        f"DTSTART{_time(entry.starts_at, entry.all_day)}",
        f"DTEND{_time(entry.ends_at, entry.all_day)}",
        f"DTSTAMP:{made_at:%Y%m%dT%H%M%SZ}",
        f"UID:{entry.uid}",
        f"SEQUENCE:{entry.sequence}",
        f"LAST-MODIFIED:{entry.revised_at:%Y%m%dT%H%M%SZ}",
        f"STATUS:{entry.standing.value}",
        f"TRANSP:{'OPAQUE' if entry.busy else 'TRANSPARENT'}",
    ]
    if place:
        lines.append(f"LOCATION:{place}")
    if entry.position:
        lines.append(f"GEO:{_geo(entry.position)}")
    if description:
        lines.append(f"DESCRIPTION:{description}")
    if entry.category:
        lines.append(f"CATEGORIES:{_text(_line(entry.category))}")
    if entry_pages and entry.page:
        lines.append(f"URL:{entry_pages}{entry.uid}")
    rings = entry.standing is not Standing.CANCELLED and not entry.all_day  # a notice calls nobody at night
    if rings and options.alarm_minutes is not None:
        before = _before(options.alarm_minutes)
        lines += ["BEGIN:VALARM", "ACTION:DISPLAY", f"DESCRIPTION:{title}", f"TRIGGER:{before}", "END:VALARM"]
    return [*lines, "END:VEVENT"]


def join(name: str, entries: list[Rendered]) -> Rendered:
    """A calendar of rendered entries."""
    head = _head(name)
    body = b"".join([head, *[entry.body for entry in entries], _END])
    return Rendered(body, sha256(b"".join([head, *[entry.digest for entry in entries]])).digest())


@lru_cache(1_000)
def _head(name: str) -> bytes:
    name = _text(_line(name))
    head = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        f"PRODID:{PRODUCT}",
        f"NAME:{name}",
        f"X-WR-CALNAME:{name}",
        "REFRESH-INTERVAL;VALUE=DURATION:PT1H",
        "X-PUBLISHED-TTL:PT1H",
    ]
    return _folded(head) + _ZONE


def _time(instant: datetime, all_day: bool) -> str:
    local = civil(instant)
    return f";VALUE=DATE:{local:%Y%m%d}" if all_day else f";TZID={OFFICE_ZONE.key}:{local:%Y%m%dT%H%M%S}"


def _folded(lines: Iterable[str]) -> bytes:
    return b"\r\n".join([*map(_fold, lines), b""])


def _fold(line: str) -> bytes:
    raw = line.encode()
    if len(raw) <= LINE_MOST:
        return raw
    return bytes(Contentline(line).to_ical())  # type: ignore[no-untyped-call]


def _before(minutes: int) -> str:
    return bytes(vDuration(-timedelta(minutes=minutes)).to_ical()).decode()  # type: ignore[no-untyped-call]


def _geo(position: tuple[float, float]) -> str:
    return str(vGeo(position).to_ical())


def _text(value: str) -> str:
    return vText(value).to_ical().decode()


def _parameter(value: str) -> str:
    """A quoted parameter value, which may hold no quote and no control character (RFC 5545 §3.2)."""
    return f'"{_line(value).replace(chr(34), "＂")}"'


def _zone() -> bytes:
    """Asia/Shanghai: one offset, without summer time since 1991."""
    standard = TimezoneStandard()
    standard.add("dtstart", datetime(1992, 1, 1))  # noqa: DTZ001 - civil by definition
    standard.add("tzoffsetfrom", timedelta(hours=8))
    standard.add("tzoffsetto", timedelta(hours=8))
    standard.add("tzname", "CST")
    zone = Timezone()
    zone.add("tzid", OFFICE_ZONE.key)
    zone.add_component(standard)
    return bytes(zone.to_ical())


_ZONE = _zone()
_END = b"END:VCALENDAR\r\n"


def _line(text: str) -> str:
    return " ".join(_paragraph(text).split("\n"))


def _paragraph(text: str) -> str:
    """Text that every client shows alike: without control characters and separators that end a
    line for some, and with the full-width backslash, for before an n some read a line break."""
    text = text.replace("\r\n", "\n")
    return text if text.isprintable() and "\\" not in text else "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character == "\\":
        return "＼"
    if character != "\n" and unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
        return " "
    return character
