"""How much of a calendar is taken, and the refusals. Their facts never hold its text."""

from __future__ import annotations

from datetime import timedelta

from volunteer_core.errors import RuleBroken

BYTES_MOST = 2_000_000
EVENTS_MOST = 5_000
DEPTH_MOST = 4
LINE_MOST = 20_000
"""Bytes of a file, events in it, components within each other, characters of an unfolded line."""

FREQUENCIES = frozenset({"DAILY", "WEEKLY", "MONTHLY", "YEARLY"})
INTERVAL_MOST = 999
FIRST_YEAR = 1990
"""What repeats must have begun in this year or later; what happened once before is merely past."""

LONGEST = timedelta(days=31)
SPANS_MOST = 20_000
"""Spans within the time asked for, before they are merged."""

CPU_SECONDS = 5
WALL_SECONDS = 10
MEMORY_BYTES = 512 * 1024 * 1024


class NotACalendar(RuleBroken, code="not_a_calendar", sentence="这不是日历文件（.ics），请检查文件或地址。"):
    """What was given is no iCalendar file: a web page, a picture, or nothing."""


class CalendarTruncated(
    RuleBroken, code="calendar_truncated", sentence="日历文件不完整，请重新导出后再上传。"
):
    """The file ends within a calendar, or its components do not close as they opened."""


class CalendarUnreadable(
    RuleBroken,
    code="calendar_unreadable",
    sentence="日历文件中有无法读取的时间或重复规则，请改用其他日历软件导出。",
):
    """A time, a duration or a recurrence in the calendar is not of the form that RFC 5545 asks for."""


class CalendarTooLarge(
    RuleBroken, code="calendar_too_large", sentence="日历文件过大，最多 {megabytes} MB，请只导出近期的日程。"
):
    """The file has more bytes than are read."""


class CalendarBeyondLimits(
    RuleBroken, code="calendar_beyond_limits", sentence="日历超出可以处理的范围：{limit}。请精简后再试。"
):
    """Something in the calendar is of a kind or a number that is not taken."""


class CalendarTooHeavy(
    RuleBroken, code="calendar_too_heavy", sentence="日历过于复杂，无法在规定时间内处理，请精简后再上传。"
):
    """Reading the calendar took more time or memory than it may."""


REFUSALS: dict[str, type[RuleBroken]] = {
    kind.code: kind
    for kind in (
        NotACalendar,
        CalendarTruncated,
        CalendarUnreadable,
        CalendarTooLarge,
        CalendarBeyondLimits,
        CalendarTooHeavy,
    )
}


def check_size(data: bytes) -> None:
    """Refuses a file that is too large."""
    if len(data) > BYTES_MOST:
        raise CalendarTooLarge(megabytes=BYTES_MOST // 1_000_000)
