"""Reading what stands in a cell: days, times, minutes, yes or no. Pure."""

from __future__ import annotations

import re
import unicodedata
from datetime import date, time, timedelta
from decimal import Decimal

from volunteer_core.errors import Malformed

FIRST_SERIAL = date(1899, 12, 30)
"""Day 0 of the numbers by which workbooks know days (those after February 1900)."""

_DAY = re.compile(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(\s+00:00(:00)?)?", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_CLOCK = re.compile(
    r"(上午|下午|中午|晚上)?\s*(\d{1,2})\s*(?:[:点时]\s*(?:(\d{1,2})|(半))?\s*分?(?::(\d{1,2}))?)", re.ASCII
)
_MINUTES = re.compile(r"(\d{1,6}(?:\.\d+)?)\s*(分|分钟|min)?", re.ASCII)
_HOURS = re.compile(r"(\d{1,4}(?:\.\d{1,15})?)\s*(?:小时|时|h)?(?:\s*(\d{1,2})\s*(?:分|分钟))?", re.ASCII)
_SPENT = re.compile(r"(\d{1,3}):(\d{2})(?::00)?", re.ASCII)


def plain(text: str) -> str:
    """A text with full-width letters and digits folded, trimmed: what codes and numbers are read from."""
    return unicodedata.normalize("NFKC", text).strip()


def civil_day(text: str) -> date:
    """A date as ISO writes it, 2026-09-01, or as people do: 2026/9/1, 2026.9.1, 2026年9月1日, 20260901; or
    the number that a workbook has for a day whose cell is not formatted as one."""
    written = plain(text)
    try:
        if match := _DAY.fullmatch(written) or _COMPACT.fullmatch(written):
            return date(int(match[1]), int(match[2]), int(match[3]))
        if re.fullmatch(r"\d{5}", written, re.ASCII):
            return FIRST_SERIAL + timedelta(days=int(written))
    except ValueError:
        pass
    raise Malformed("date", "不是有效的日期，应写作 2026-09-01。")


def clock(text: str) -> time:
    """A time of day: 17:00, 17：00, 17点半, 下午5:30, or the fraction of a day that workbooks have. 24:00 is
    midnight."""
    written = plain(text)
    if re.fullmatch(r"0?\.\d+", written, re.ASCII):
        minutes = round(Decimal(written) * 1440)
    elif match := _CLOCK.fullmatch(written):
        part, hour, minute = match[1], int(match[2]), 30 if match[4] else int(match[3] or 0)
        if part in {"下午", "晚上"} and hour < 12:
            hour += 12
        minutes = hour * 60 + minute if minute < 60 and int(match[5] or 0) < 60 else -1
    else:
        minutes = -1
    if not 0 <= minutes <= 1440:
        raise Malformed("time", "不是有效的时间，应写作 17:00。")
    return time(minutes // 60 % 24, minutes % 60)


def minutes(text: str) -> int:
    """Whole minutes: 90, 90分钟. Refuses parts of a minute, none and what a day does not have."""
    match = _MINUTES.fullmatch(plain(text))
    if not match:
        raise Malformed("minutes", "应为分钟数，例如 90。")
    return _of_a_day(Decimal(match[1]))


def hours(text: str) -> int:
    """Hours as whole minutes: 1.5, 1.5小时, 1小时30分, 1:30. Nothing is rounded: 0.33 is refused."""
    written = plain(text)
    if match := _SPENT.fullmatch(written):
        return _of_a_day(Decimal(match[1]) * 60 + Decimal(match[2]))
    match = _HOURS.fullmatch(written)
    if not match:
        raise Malformed("hours", "应为小时数，例如 1.5。")
    return _of_a_day(Decimal(match[1]) * 60 + Decimal(match[2] or 0))


def yes_or_no(text: str) -> bool:
    """``yes`` or ``no``, ``是`` or ``否``."""
    answers = {"yes": True, "是": True, "true": True, "no": False, "否": False, "false": False}
    if text.lower() not in answers:
        raise Malformed("answer", "请填 yes 或 no（是 或 否）。")
    return answers[text.lower()]


def several(text: str) -> list[str]:
    """The parts of a cell that lists several things, separated by ``|`` or ``、``."""
    return [part.strip() for part in re.split(r"[|、]", text) if part.strip()]


def _of_a_day(found: Decimal) -> int:
    if found != int(found):
        raise Malformed("minutes", "不是整分钟，请改填整分钟数（不四舍五入）。")
    if not 1 <= found <= 24 * 60:
        raise Malformed("minutes", "应在 1 至 1440 分钟（24 小时）之间。")
    return int(found)
