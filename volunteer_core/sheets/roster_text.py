"""A week's roster as a text for a group chat, in parts that fit a message."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from volunteer_core.database import Work
from volunteer_core.people.masking import masked_name
from volunteer_core.sheets.roster_week import PrintedDay, printed_weeks
from volunteer_core.timespans import chinese_date

LONGEST_MESSAGE = 2048
"""Bytes of a message of a WeCom group robot (企业微信群机器人)."""


class WeekText(msgspec.Struct, frozen=True):
    """The text of a site's week. Each part is a message of its own, headed and numbered."""

    site_id: int
    week: str
    parts: list[str]


def week_text(work: Work, *, programme_id: int, week: str, site_id: int, masked: bool = False) -> WeekText:
    """A programme's ISO week at a site as a text, a line a day: who is on, leads with a star, what lacks.

    Days that do not run are named with their reason, drafts are marked. In parts of 2,048 bytes at
    most, split between days where possible. Names are in full, for the leader's own group, or
    ``masked`` for others. Only those who make the roster write it, see
    :func:`~volunteer_core.sheets.roster.week_sheet`.
    """
    [printed] = printed_weeks(work, programme_id=programme_id, week=week, site_id=site_id)
    head = [f"{printed.dates}　{printed.state}", f"地点：{printed.site_name}　★ 为带班"]
    lines = [_line(day, masked=masked) for day in printed.days]
    return WeekText(site_id, week, in_parts(printed.title, head, lines))


def in_parts(
    title: str, head: Sequence[str], lines: Sequence[str], *, longest: int = LONGEST_MESSAGE
) -> list[str]:
    """Lines as messages of so many bytes at most, each below the title and head, numbered if several.

    A line that is longer than a message is broken after a name, else anywhere. Pure.
    """
    whole = "\n".join([f"【{title}】", *head, *lines])
    if _size(whole) <= longest:
        return [whole]
    room = longest - _size("\n".join([f"【{title}】（999/999）", *head])) - 1
    bodies: list[str] = []
    for line in lines:
        for piece in _broken(line, room):
            if bodies and _size(f"{bodies[-1]}\n{piece}") <= room:
                bodies[-1] += f"\n{piece}"
            else:
                bodies.append(piece)
    return [
        "\n".join([f"【{title}】（{number}/{len(bodies)}）", *head, body])
        for number, body in enumerate(bodies, 1)
    ]


def _broken(line: str, room: int) -> Iterator[str]:
    while _size(line) > room:
        fitting = line.encode()[:room].decode(errors="ignore")
        cut = max(fitting.rfind(mark) for mark in "、；") + 1 or len(fitting)
        yield line[:cut]
        line = line[cut:]
    yield line


def _line(day: PrintedDay, *, masked: bool) -> str:
    """``11月30日（周一）17:00–18:00 ★王小敏、陈立【缺 1 人】``."""
    date = chinese_date(day.day, year=False)
    if not day.shifts:
        return f"{date}{day.kind or '无班次'}"
    shifts = []
    for shift in day.shifts:
        names = "、".join(
            f"{'★' if person.lead else ''}{masked_name(person.name) if masked else person.name}"
            for person in shift.people
        )
        remarks = f"【{'；'.join(shift.remarks)}】" if shift.remarks else ""
        shifts.append(" ".join(part for part in (shift.time, names) if part) + remarks)
    return f"{date}{f'{day.kind} ' if day.kind else ''}{'；'.join(shifts)}"


def _size(text: str) -> int:
    return len(text.encode())
