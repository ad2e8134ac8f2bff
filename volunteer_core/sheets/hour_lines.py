"""The entries of a span as lines of a sheet, read one after the other: a year is never held. Inner."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, datetime
from typing import NamedTuple

import msgspec
from sqlalchemy import ColumnElement, func, select

from volunteer_core.database import Work
from volunteer_core.errors import Malformed, RuleBroken
from volunteer_core.hours.models import EntryKind, LedgerEntry
from volunteer_core.hours.months.models import MonthClosing, MonthState
from volunteer_core.office.settings import settings_on
from volunteer_core.people.models import Person
from volunteer_core.places.models import Community
from volunteer_core.teams.models import Programme, Team
from volunteer_core.timespans import civil, civil_date

LONGEST_DAYS = 3 * 366
MOST_LINES = 1_000_000
"""A worksheet has 1,048,576 rows."""
AT_A_TIME = 2_000

NO_TEAM = "（未归属）"
KINDS = {
    EntryKind.SERVICE: "志愿服务",
    EntryKind.ADJUSTMENT: "志愿服务（补记）",
    EntryKind.PAID_DUTY: "职务工时",
    EntryKind.TRAINING: "培训",
}


class TooManyLines(
    RuleBroken,
    code="too_many_lines",
    sentence="这段时间有 {lines} 条记录，一份表格最多 {most} 条，请分段导出。",
):
    """A sheet is whole or not given: lines are never left out."""


class Entry(NamedTuple):
    """What a line shows of an entry, as the ledger has it."""

    id: int
    civil_date: date
    person_id: int
    kind: EntryKind
    minutes: int
    team_id: int | None
    programme_id: int | None
    community_id: int
    what: str
    place: str
    counted_from: datetime | None
    counted_to: datetime | None
    concerns: date | None
    recording_body: str
    recorded_at: datetime
    reverses_id: int | None
    corrects_id: int | None

    @property
    def times(self) -> str:
        """``17:00–18:00``, where it is known."""
        if self.counted_from is None or self.counted_to is None:
            return ""
        end = f"{civil(self.counted_to):%H:%M}"
        return f"{civil(self.counted_from):%H:%M}–{'24:00' if end == '00:00' else end}"

    @property
    def remark(self) -> str:
        """What it takes back or stands for, and of which day it is if it stands in a later month."""
        parts = (
            f"冲销记录 {self.reverses_id}" if self.reverses_id else "",
            f"更正记录 {self.corrects_id}" if self.corrects_id else "",
            f"服务日期 {self.concerns}" if self.concerns else "",
        )
        return "；".join(part for part in parts if part)


class Someone(msgspec.Struct, frozen=True):
    """A person on a line."""

    code: str
    name: str
    phone: str
    community_id: int | None


class HourLines:
    """The entries between two dates, both included, that the actor answers for, oldest first.

    Asks the right to tally, or another. Refuses (:class:`TooManyLines`) more than a worksheet holds.
    """

    def __init__(
        self,
        work: Work,
        *,
        first: date,
        last: date,
        community_id: int | None = None,
        team_id: int | None = None,
        right: str = "hours.tally",
    ) -> None:
        reach = work.reach(right)
        if not 0 <= (last - first).days < LONGEST_DAYS:
            raise Malformed("last", "不能早于起始日期，一次最多三年。")
        self.first, self.last = first, last
        self.where: list[ColumnElement[bool]] = [LedgerEntry.civil_date.between(first, last)]
        if not reach.everything:
            self.where.append(
                LedgerEntry.team_id.in_(reach.teams) | LedgerEntry.community_id.in_(reach.communities)
            )
        self.scope: list[str] = []
        if community_id is not None:
            self.scope.append(work.find(Community, community_id).name)
            self.where.append(LedgerEntry.community_id == community_id)
        if team_id is not None:
            self.scope.append(work.find(Team, team_id).name)
            self.where.append(LedgerEntry.team_id == team_id)
        self._work = work
        number = work.scalar(select(func.count()).select_from(LedgerEntry).where(*self.where)) or 0
        if number > MOST_LINES:
            raise TooManyLines(lines=number, most=MOST_LINES)
        settings = settings_on(work, civil_date(work.now))
        self.office, self.recording_body = settings.office_name, settings.recording_body
        self.teams: dict[int | None, str] = dict(work.execute(select(Team.id, Team.name)).all())
        self.teams[None] = NO_TEAM
        self._discreet = set(work.scalars(select(Team.id).where(Team.discreet)))
        self._discreetly_run = set(
            work.scalars(select(Programme.id).where(Programme.team_id.in_(self._discreet)))
        )
        self.communities: dict[int | None, str] = dict(
            work.execute(select(Community.id, Community.name)).all()
        )
        self.people = {
            row.id: Someone(row.code, row.name, row.phone, row.community_id)
            for row in work.execute(
                select(Person.id, Person.code, Person.name, Person.phone, Person.community_id)
            )
        }

    def __iter__(self) -> Iterator[Entry]:
        columns = (getattr(LedgerEntry, field) for field in Entry._fields)
        statement = (
            select(*columns)
            .where(*self.where)
            .order_by(LedgerEntry.civil_date, LedgerEntry.id)
            .execution_options(yield_per=AT_A_TIME)
        )
        for row in self._work.execute(statement):
            yield Entry._make(row)

    def is_discreet(self, entry: Entry) -> bool:
        """Whether it was done for, or run by, a discreet team."""
        return entry.team_id in self._discreet or entry.programme_id in self._discreetly_run

    def any_discreet(self) -> bool:
        """Whether some of them are discreet."""
        discreet = LedgerEntry.team_id.in_(self._discreet) | LedgerEntry.programme_id.in_(
            self._discreetly_run
        )
        return self._work.scalar(select(LedgerEntry.id).where(*self.where, discreet).limit(1)) is not None

    def all_closed(self) -> bool:
        """Whether every month in it is closed by the street office, so that its figures stay."""
        spans = select(LedgerEntry.community_id, LedgerEntry.civil_date).where(*self.where).distinct()
        wanted = {(community, day.replace(day=1)) for community, day in self._work.execute(spans)}
        closed = select(MonthClosing.community_id, MonthClosing.month).where(
            MonthClosing.state == MonthState.CLOSED,
            MonthClosing.month.between(self.first.replace(day=1), self.last),
        )
        return wanted <= {(community, month) for community, month in self._work.execute(closed)}


def period_of(first: date, last: date) -> str:
    """``2026年11月`` for a whole month, else both days. Pure."""
    whole = first.day == 1 and last.day == monthrange(last.year, last.month)[1]
    if whole and (first.year, first.month) == (last.year, last.month):
        return f"{first.year}年{first.month}月"
    return f"{first.year}年{first.month}月{first.day}日—{last.year}年{last.month}月{last.day}日"


def tenths(minutes: int) -> float:
    """Minutes as hours with one decimal, rounded down; what takes back as much as was given. Pure."""
    return (minutes // 6 if minutes >= 0 else -(-minutes // 6)) / 10
