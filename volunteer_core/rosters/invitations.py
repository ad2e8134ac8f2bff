"""Messages that invite to open shifts, for a leader to pass on. Pure: friendly, and without a debt."""

from __future__ import annotations

from collections.abc import Collection

from volunteer_core.rosters.fitting import FittingShift
from volunteer_core.timespans import chinese_span

MOST_LINES = 10


def invitation_for(name: str, more: int, shifts: Collection[FittingShift], *, discreet: bool) -> str:
    """For one person: what fits them, and with how many minutes more the week is whole. A discreet team's
    names only times (rule 14 of DESIGN.md)."""
    return (
        f"{name}，您好！本周再服务 {more} 分钟，就达到每周的小目标了。这几个班次和您的时间合适：\n"
        f"{_lines(shifts, discreet)}\n方便的话欢迎来，不方便也没关系。谢谢您！"
    )


def invitation_to_all(shifts: Collection[FittingShift], *, discreet: bool) -> str:
    """For the whole team: the next open shifts (at most ten), and nobody's name. Empty without any."""
    if not shifts:
        return ""
    soonest = sorted(shifts, key=lambda shift: (shift.starts_at, shift.shift_id))[:MOST_LINES]
    return f"本周这些班次还有空位：\n{_lines(soonest, discreet)}\n方便的话欢迎报名。谢谢大家！"


def _lines(shifts: Collection[FittingShift], discreet: bool) -> str:
    return "\n".join(
        f"· {chinese_span(shift.starts_at, shift.ends_at)}"
        + ("" if discreet else f" {shift.site_name} {shift.programme_name}")
        for shift in shifts
    )
