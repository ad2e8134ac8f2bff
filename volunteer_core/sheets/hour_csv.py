"""Hours as CSV: every entry, and the records in a form for entry into the national system."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import BinaryIO

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import aliased

from volunteer_core.database import Work
from volunteer_core.hours.activities import DISCREET_ACTIVITY
from volunteer_core.hours.models import EntryKind, LedgerEntry
from volunteer_core.sheets.hour_lines import KINDS, Entry, HourLines, tenths
from volunteer_core.sheets.lines_csv import write_csv
from volunteer_core.timespans import civil, civil_date

ENTRY_HEADING = (
    "序号", "记录号", "日期", "编号", "姓名", "队伍", "服务社区", "活动内容", "地点", "时间", "类别",
    "分钟", "小时", "记录单位", "备注",
)  # fmt: skip
RECORD_HEADING = (
    "记录号", "志愿者编号", "志愿者姓名", "记录类型", "活动名称", "服务内容", "活动日期", "开始时间",
    "结束时间", "服务地点", "服务社区", "组织队伍", "服务分钟", "服务小时", "记录单位", "记录日期",
    "更正的记录号",
)  # fmt: skip
RECORDED = {EntryKind.SERVICE: "志愿服务", EntryKind.ADJUSTMENT: "志愿服务", EntryKind.TRAINING: "培训"}
"""What is a volunteer's record (民政部令67号 Arts 5-10). Paid duty is none (Art 19)."""

Cell = str | int | float


def write_hour_csv(
    work: Work,
    *,
    to: BinaryIO,
    first: date,
    last: date,
    community_id: int | None = None,
    team_id: int | None = None,
) -> None:
    """Writes the entries between two dates, both included: the same lines as the workbook's."""
    lines = HourLines(work, first=first, last=last, community_id=community_id, team_id=team_id)
    write_csv(to, ENTRY_HEADING, _entry_lines(lines))


def write_records(
    work: Work, *, to: BinaryIO, first: date, last: date, community_id: int | None = None
) -> None:
    """Writes the records of service and training between two dates, for entry into the national system.

    A documented form, no conformance with that system's own is claimed. A record that was taken back
    in the same span is left out together with what takes it back, so that the minutes are those of the
    tally; what takes back a record of another span is a line with negative minutes. What was done for a
    discreet team is handed on without saying what, where and for whom, as certificates have it.
    """
    lines = HourLines(work, first=first, last=last, community_id=community_id, right="sheets.records")
    lines.where += [LedgerEntry.kind.in_(RECORDED), *_not_taken_back(first, last)]
    write_csv(to, RECORD_HEADING, _record_lines(lines))


def _entry_lines(lines: HourLines) -> Iterator[tuple[Cell, ...]]:
    for number, entry in enumerate(lines, 1):
        person = lines.people[entry.person_id]
        yield (
            number, entry.id, entry.civil_date.isoformat(), person.code, person.name,
            lines.teams[entry.team_id], lines.communities[entry.community_id], entry.what,
            entry.place, entry.times, KINDS[entry.kind], entry.minutes, tenths(entry.minutes),
            entry.recording_body, entry.remark,
        )  # fmt: skip


def _record_lines(lines: HourLines) -> Iterator[tuple[Cell, ...]]:
    for entry in lines:
        person = lines.people[entry.person_id]
        start, end = _clock(entry)
        team = lines.teams[entry.team_id] if entry.team_id else ""
        what, place, team = (
            (DISCREET_ACTIVITY, "", "") if lines.is_discreet(entry) else (entry.what, entry.place, team)
        )
        yield (
            entry.id, person.code, person.name, RECORDED[entry.kind], what, what,
            (entry.concerns or entry.civil_date).isoformat(), start, end, place,
            lines.communities[entry.community_id], team,
            entry.minutes, tenths(entry.minutes), entry.recording_body,
            civil_date(entry.recorded_at).isoformat(), entry.reverses_id or entry.corrects_id or "",
        )  # fmt: skip


def _clock(entry: Entry) -> tuple[str, str]:
    if entry.counted_from is None or entry.counted_to is None:
        return "", ""
    end = f"{civil(entry.counted_to):%H:%M}"
    return f"{civil(entry.counted_from):%H:%M}", "24:00" if end == "00:00" else end


def _not_taken_back(first: date, last: date) -> list[ColumnElement[bool]]:
    """Leaves out pairs that take each other back within the span."""
    other = aliased(LedgerEntry)
    within = other.civil_date.between(first, last)
    taken_back = select(other.id).where(other.reverses_id == LedgerEntry.id, within).exists()
    takes_back = select(other.id).where(other.id == LedgerEntry.reverses_id, within).exists()
    return [~taken_back, or_(LedgerEntry.reverses_id.is_(None), ~takes_back)]
