"""Calendars as others write them, and the window in which the tests look at them."""

from __future__ import annotations

from datetime import UTC, datetime

from volunteer_core.commitments.busy.expanding import busy_spans
from volunteer_core.timespans import OFFICE_ZONE, Span

FIRST = datetime(2026, 11, 30, 16, tzinfo=UTC)
LAST = datetime(2027, 1, 31, 16, tzinfo=UTC)
"""December 2026 and January 2027 in the office's zone."""


def calendar(*lines: str) -> bytes:
    """A calendar of the lines."""
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", ""]).encode()


def event(*lines: str, uid: str = "one@example.com") -> list[str]:
    """The lines of an event."""
    return ["BEGIN:VEVENT", f"UID:{uid}", "SUMMARY:体检", *lines, "END:VEVENT"]


def busy(*lines: str, first: datetime = FIRST, last: datetime = LAST) -> list[Span]:
    """The busy spans of a calendar of the lines."""
    return busy_spans(calendar(*lines), first=first, last=last, zone=OFFICE_ZONE)


def shown(spans: list[Span]) -> list[str]:
    """``1201 0900-1000`` in the office's zone, and with the last day if it is another."""
    return [_shown(one) for one in spans]


def _shown(one: Span) -> str:
    start, end = one.start.astimezone(OFFICE_ZONE), one.end.astimezone(OFFICE_ZONE)
    until = f"{end:%H%M}" if end.date() == start.date() else f"{end:%m%d %H%M}"
    return f"{start:%m%d %H%M}-{until}"
