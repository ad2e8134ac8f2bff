"""The raw text of a calendar: checked before it is interpreted, and freed of what says nothing of time."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator

from volunteer_core.commitments.busy.limits import (
    DEPTH_MOST,
    EVENTS_MOST,
    FREQUENCIES,
    INTERVAL_MOST,
    LINE_MOST,
    CalendarBeyondLimits,
    CalendarTruncated,
    CalendarUnreadable,
    NotACalendar,
    check_size,
)

FIRST = "BEGIN:VCALENDAR"
EVENTS = frozenset({"VEVENT", "VFREEBUSY"})
COMPONENTS = EVENTS | {"VCALENDAR", "VTIMEZONE", "STANDARD", "DAYLIGHT"}
PROPERTIES = frozenset(
    {
        *(
            "DTSTART",
            "DTEND",
            "DURATION",
            "RRULE",
            "RDATE",
            "EXDATE",
            "RECURRENCE-ID",
            "UID",
            "STATUS",
            "TRANSP",
        ),
        *("FREEBUSY", "TZID", "TZOFFSETFROM", "TZOFFSETTO"),
    }
)
RULE_PARTS = frozenset(
    {
        *("FREQ", "UNTIL", "COUNT", "INTERVAL", "WKST", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYYEARDAY"),
        *("BYWEEKNO", "BYSETPOS"),
    }
)
_NAME = re.compile(r"([A-Za-z0-9-]+)[;:]")


def lines_of_time(data: bytes) -> str:
    """The unfolded lines that say when somebody is busy; titles, places, alarms and tasks are gone.

    Refuses what is no calendar, ends early or goes beyond the limits that the text alone shows.
    """
    check_size(data)
    kept: list[str] = []
    within: list[str] = []
    events = 0
    text = _text(data).lstrip()
    if text[: len(FIRST)].upper() != FIRST:
        raise NotACalendar
    for line in _unfolded(text):
        name = _name(line)
        if name == "BEGIN":
            within.append(_component(line))
            events += within[-1] in EVENTS
        _check_place(within, events)
        if (name in PROPERTIES or name in ("BEGIN", "END")) and COMPONENTS.issuperset(within):
            kept.append(line)
            if name == "RRULE":
                _check_rule(line)
        if name == "END" and _component(line) != within.pop():
            raise CalendarTruncated
    if within:
        raise CalendarTruncated
    if not kept:
        raise NotACalendar
    return "\r\n".join([*kept, ""])


def _text(data: bytes) -> str:
    """The text of UTF-8 or, if it begins so, UTF-16. Bytes that are neither stand in titles, unread."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")


def _unfolded(text: str) -> Iterator[str]:
    """The lines that are not empty, put together again where they were folded (RFC 5545, 3.1)."""
    for line in re.split(r"\r\n?|\n", re.sub(r"(?:\r\n?|\n)[ \t]", "", text)):
        if len(line) > LINE_MOST:
            raise CalendarBeyondLimits(limit=f"一行最多 {LINE_MOST} 个字符")
        if line.strip():
            yield line


def _name(line: str) -> str:
    named = _NAME.match(line)
    return named[1].upper() if named else ""


def _component(line: str) -> str:
    """What a BEGIN or an END names."""
    return line.partition(":")[2].strip().upper()


def _check_place(within: list[str], events: int) -> None:
    """Refuses what stands outside of a calendar or too deep in it, and too many events."""
    if not within or within[0] != "VCALENDAR":
        raise NotACalendar
    if len(within) > DEPTH_MOST:
        raise CalendarBeyondLimits(limit=f"嵌套最多 {DEPTH_MOST} 层")
    if events > EVENTS_MOST:
        raise CalendarBeyondLimits(limit=f"最多 {EVENTS_MOST} 个事件")


def _check_rule(line: str) -> None:
    """Refuses a recurrence finer than daily, with times of day or unknown parts, or with wide or no steps."""
    parts: dict[str, str] = {}
    for part in line.upper().rpartition(":")[2].strip().strip(";").split(";"):
        name, _, value = part.partition("=")
        if name in parts:
            raise CalendarUnreadable
        parts[name.strip()] = value.strip()
    if parts.get("FREQ") not in FREQUENCIES:
        raise CalendarBeyondLimits(limit="重复频率须为每天、每周、每月或每年")
    if not RULE_PARTS.issuperset(parts):
        raise CalendarBeyondLimits(limit="重复规则只能按日期，不能按时、分、秒或农历")
    if not re.fullmatch(r"0{0,9}[1-9][0-9]{0,2}", parts.get("INTERVAL", "1")):
        raise CalendarBeyondLimits(limit=f"重复间隔须在 1 至 {INTERVAL_MOST} 之间")
