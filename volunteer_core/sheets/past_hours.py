"""Importing past hours: what was served before this system, or recorded on paper meanwhile.

A line is told from all others by its person, day, start and activity, so that the same sheet can be
imported again. It is never corrected by importing: a recorded minute is corrected with a reason.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from datetime import date, time, timedelta
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from volunteer_core import texts
from volunteer_core.database import Work
from volunteer_core.hours.entering import SERVICE_DAY, enter
from volunteer_core.hours.models import VOLUNTEER_HOURS, EntryKind, EntrySource, LedgerEntry
from volunteer_core.hours.months.states import is_closed
from volunteer_core.hours.overlaps import Stays
from volunteer_core.people.models import Person
from volunteer_core.places.models import Community
from volunteer_core.sheets.cells import civil_day, clock, hours, minutes, plain
from volunteer_core.sheets.headings import Column
from volunteer_core.sheets.importing import Count, Form, Imported, load
from volunteer_core.sheets.lookup import Lookup
from volunteer_core.sheets.people_named import PeopleNamed
from volunteer_core.sheets.reading import Row, Sheet
from volunteer_core.teams.models import Team
from volunteer_core.timespans import Span, at, civil_date

FIRST_DAY = date(2000, 1, 1)
"""Earlier days are typing errors."""

_COLUMNS = (
    Column("code", ("编号", "人员编号", "志愿者编号"), needed=False, own=True,
           about="人员编号；没有编号的，填写姓名和电话。"),
    Column("name", ("姓名", "志愿者姓名"), needed=False, own=True,
           about="有编号时可不填；填了会核对。"),
    Column("phone", ("电话", "联系电话", "手机", "手机号", "手机号码", "联系方式"), needed=False, own=True,
           about="没有编号时必填。"),
    Column("date", ("日期", "服务日期", "活动日期"),
           about="服务当天的日期，例如 2026-10-12。"),
    Column("start", ("开始", "开始时间", "起始时间"), needed=False,
           about="例如 09:00；填了开始就要填结束。"),
    Column("end", ("结束", "结束时间", "截止时间"), needed=False,
           about="不能晚于当天 24:00，跨过午夜的分成两行。"),
    Column("minutes", ("分钟", "服务分钟", "分钟数", "服务时长(分钟)", "时长(分钟)"), needed=False, own=True,
           about="实际服务的分钟数；不填时按小时，或按起止时间计算。"),
    Column("hours", ("小时", "服务小时", "小时数", "服务时长", "服务时长(小时)", "时长(小时)"), needed=False,
           own=True,
           about="例如 1.5；换算后必须是整分钟，不四舍五入。"),
    Column("what", ("活动内容", "服务内容", "活动名称", "内容"),
           about="做了什么，最多 200 字。"),
    Column("place", ("地点", "服务地点", "活动地点"),
           about="在哪里，最多 100 字。"),
    Column("team", ("队伍", "志愿队", "服务队", "团队"), needed=False,
           about="为哪支队伍服务：名称或编号。"),
    Column("community", ("社区", "服务社区", "所在社区"),
           about="服务地点所在社区：名称或编号。"),
    Column("kind", ("类别", "类型"), needed=False,
           about="志愿服务、培训或职务工时；留空为志愿服务。"),
)  # fmt: skip
HOURS_COLUMNS = tuple(column.code for column in _COLUMNS)

KINDS = {
    "志愿服务": EntryKind.SERVICE,
    "服务": EntryKind.SERVICE,
    "service": EntryKind.SERVICE,
    "培训": EntryKind.TRAINING,
    "training": EntryKind.TRAINING,
    "职务工时": EntryKind.PAID_DUTY,
    "paid_duty": EntryKind.PAID_DUTY,
}

REASON = "导入台账"
TO_COME = "还没有到，只能导入已经完成的服务。"
TWICE = "如确有两次，请填写开始时间。"

_ALIKE = (
    select(LedgerEntry.id)
    .where(
        LedgerEntry.person_id == bindparam("person_id"),
        LedgerEntry.civil_date >= bindparam("day"),
        bindparam("day") == SERVICE_DAY,
        LedgerEntry.import_key.is_not(None),
        LedgerEntry.what == bindparam("what"),
        LedgerEntry.counted_from.is_not(None) != bindparam("timed"),
    )
    .limit(1)
)
"""What was imported of the same day and activity, with a start where this line has none, or without."""
_IMPORTED = select(LedgerEntry).where(LedgerEntry.import_key.in_(bindparam("keys", expanding=True)))


class Line(msgspec.Struct, frozen=True):
    """A line that is understood. ``span`` is when the person was there, if it says so."""

    person_id: int
    day: date
    span: Span | None
    minutes: int
    what: str
    place: str
    team_id: int | None
    community_id: int
    kind: EntryKind

    @property
    def key(self) -> str:
        """Its identity: whoever imports it again means the same service."""
        start = self.span.start.isoformat() if self.span else ""
        facts = (str(self.person_id), self.day.isoformat(), start, re.sub(r"\s", "", self.what))
        return hashlib.sha256("\n".join(facts).encode()).hexdigest()


def import_hours(work: Work, *, file: str, content: bytes) -> Imported:
    """Imports a sheet of past hours (columns: :data:`HOURS_COLUMNS`, or as offices call them).

    The person by code, or by name and phone; minutes, hours, or start and end. Refuses
    (``FileMalformed``) with every problem: nobody or several of that name, over midnight, nothing or
    more than 24 hours a day together with what is recorded, days to come, time that is recorded
    already, and a line that was imported before with other minutes. Lines of closed months are
    entered today, as adjustments.
    """
    HOURS.ask(work)
    return load(work, HOURS, HOURS.sheet(file, content))


def _ask(work: Work) -> None:
    work.demand("sheets.import")


def _load(work: Work, sheet: Sheet, count: Count) -> None:
    people, lookup = PeopleNamed(work), Lookup(work)
    lines: list[tuple[Row[Any], Line]] = []
    for row in sheet.rows:
        line = _understood(work, row, people, lookup)
        if line is not None:
            lines.append((row, line))
    work.lock_all(Person, {line.person_id for _, line in lines})  # whoever imports the same waits here
    known = _known(work, (line.key for _, line in lines))
    first_with: dict[str, Row[Any]] = {}
    entered: dict[int, Row[Any]] = {}
    for row, line in lines:
        before = first_with.setdefault(line.key, row)
        if before is not row:
            row.note("what", f"与{before.place}是同一人、同一天的同一活动。{TWICE}")
        elif line.key in known:
            _compare(row, line, known[line.key])
        else:
            with count.of(row, _amount(row)):
                _enter(work, row, line, entered)
                count.add(row)


def _understood(work: Work, row: Row[Any], people: PeopleNamed, lookup: Lookup) -> Line | None:
    """What a line says; None if, noted as a problem, it cannot be said."""
    person = people.of(row)
    day = _day(row, civil_date(work.now))
    start, end = row.read("start", clock), row.read("end", clock)
    given = row.read("minutes", minutes)
    in_hours = row.read("hours", hours)
    what = row.need("what", lambda text: texts.line("what", text, longest=200))
    place = row.need("place", lambda text: texts.line("place", text, longest=100))
    team = row.read("team", lookup.named_finder(Team))
    community = row.need("community", lookup.named_finder(Community))
    kind = row.read("kind", lambda text: KINDS[plain(text)]) if row.text("kind") else EntryKind.SERVICE
    if given is not None and in_hours is not None and given != in_hours:
        row.note("hours", "与分钟数不一致。")
        return None
    span = _span(row, day, start, end) if day is not None else None
    spent = given or in_hours
    if row.text("start") and span is None:
        return None
    if spent is None and not any(row.text(column) for column in ("minutes", "hours", "start", "end")):
        row.note("minutes", "请填写分钟、小时，或开始和结束时间。")
    if span is not None and spent is not None and spent > span.minutes:
        row.note("minutes" if given is not None else "hours", f"多于起止时间之间的 {span.minutes} 分钟。")
        return None
    spent = spent or (span.minutes if span is not None else None)
    if span is not None and span.end > work.now:
        row.note("end", TO_COME)
    elif person is not None and day is not None and person.left_on is not None and day >= person.left_on:
        row.note("date", "此人在这一天已经离开，不能登记。")
    if not (person and day and spent and what and place and community and kind):
        return None  # why not has been noted
    return Line(person.id, day, span, spent, what, place, team, community, kind)


def _day(row: Row[Any], today: date) -> date | None:
    """The day; years like 1 and 9999, of which no instant can be had, go no further."""
    day = row.need("date", civil_day)
    if day is None or FIRST_DAY <= day <= today:
        return day
    row.note("date", TO_COME if day > today else f"早于 {FIRST_DAY.year} 年，请核对。")
    return None


def _span(row: Row[Any], day: date, start: time | None, end: time | None) -> Span | None:
    if start is None and end is None:
        return None
    for column, value in (("start", start), ("end", end)):
        if value is None and not row.text(column):
            row.note(column, "开始和结束时间要一起填写。")
    if start is None or end is None:
        return None
    ends = at(day, end) if end != time() else at(day + timedelta(days=1), end)
    if ends <= at(day, start):
        row.note("end", "必须晚于开始时间；跨过午夜的服务，请按两天分成两行。")
        return None
    return Span(at(day, start), ends)


def _known(work: Work, keys: Iterable[str]) -> dict[str, LedgerEntry]:
    found, wanted = {}, sorted(set(keys))
    for start in range(0, len(wanted), 500):
        for entry in work.scalars(_IMPORTED, {"keys": wanted[start : start + 500]}):
            found[entry.import_key or ""] = entry
    return found


def _compare(row: Row[Any], line: Line, entry: LedgerEntry) -> None:
    """The same line again changes nothing; one that says otherwise is no correction."""
    kept = EntryKind.SERVICE if entry.kind in VOLUNTEER_HOURS else entry.kind
    differing = [
        row.heading(column)
        for column, before, now in (
            ("minutes", entry.minutes, line.minutes),
            ("kind", kept, line.kind),
            ("team", entry.team_id, line.team_id),
            ("community", entry.community_id, line.community_id),
            ("place", entry.place, line.place),
        )
        if before != now
    ]
    if differing:
        row.note(
            None,
            f"以前导入过这一行，但{'、'.join(differing)}不同。更正请在系统中进行（记录 {entry.id}）；{TWICE}",
        )


def _enter(work: Work, row: Row[Any], line: Line, entered: dict[int, Row[Any]]) -> None:
    alike = work.scalar(
        _ALIKE,
        {"person_id": line.person_id, "day": line.day, "what": line.what, "timed": line.span is not None},
    )
    if alike is not None:
        said = "写" if line.span is None else "没有写"
        row.note("start", f"与{_named(alike, entered)}是同一天的同一活动，那里{said}了开始时间，请核对。")
        return
    there = Stays(work, line.person_id, line.day).overlapping(line.span) if line.span else []
    if there:
        row.note("start", f"与{_named(there[0].entry.id, entered)}的时间重叠，同一时间只计一次。")
        return
    if is_closed(work, line.community_id, line.day):
        row.remark("date", "当月已经结账，将记入本月，作为调整。")
    entry = enter(
        work,
        person_id=line.person_id,
        kind=line.kind,
        minutes=line.minutes,
        day=line.day,
        community_id=line.community_id,
        source=EntrySource.IMPORT,
        what=line.what,
        place=line.place,
        team_id=line.team_id,
        span=line.span,
        import_key=line.key,
        reason=REASON,
    )
    entered[entry.id] = row


def _named(entry_id: int, entered: dict[int, Row[Any]]) -> str:
    """The line of this file that an entry is of, or else its number in the ledger."""
    return entered[entry_id].place if entry_id in entered else f"已有的记录 {entry_id} "


def _amount(row: Row[Any]) -> str:
    """The column that says how long it was."""
    return next((column for column in ("minutes", "hours") if row.text(column)), "end")


HOURS = Form(_COLUMNS, _ask, _load, once=None)
"""The sheet of past hours."""
