"""What a week's roster says on paper, site by site: read once for the sheet and for the text. Inner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from sqlalchemy import ColumnElement, or_, select

from volunteer_core.database import Work
from volunteer_core.people.models import Person
from volunteer_core.places.models import Community, Site
from volunteer_core.rosters.coverage import ShiftCoverage, week_coverage
from volunteer_core.rosters.models import Pattern, Shift, ShiftStatus
from volunteer_core.rosters.own_sites import own_sites
from volunteer_core.teams.models import Programme, Team
from volunteer_core.timespans import Week, civil, day_span, parse_week
from volunteer_core.workdays.daybook import DayBook, Layer
from volunteer_core.workdays.upkeep import load_daybook


class PrintedPerson(msgspec.Struct, frozen=True):
    """A person on a shift; ``phone`` is theirs in full, or empty."""

    name: str
    phone: str
    lead: bool


class PrintedShift(msgspec.Struct, frozen=True):
    """A shift, leads first, and what is to be remarked of it, in Chinese."""

    time: str
    people: list[PrintedPerson]
    missing: int
    remarks: list[str]


class PrintedDay(msgspec.Struct, frozen=True):
    """A day of the week. ``word`` says that it does not run (休息, 停课), ``reason`` what day it is."""

    day: date
    word: str
    reason: str
    shifts: list[PrintedShift]

    @property
    def kind(self) -> str:
        """Both together: ``国庆节调休上班``, ``停课（台风）``."""
        return f"{self.word}（{self.reason}）" if self.word else self.reason


class PrintedWeek(msgspec.Struct, frozen=True):
    """A site's week, Monday first, every day of it."""

    site_id: int
    site_name: str
    address: str
    title: str
    dates: str
    """``2026年第49周（11月30日—12月6日）``."""
    state: str
    days: list[PrintedDay]


def printed_weeks(work: Work, *, programme_id: int, week: str, site_id: int | None) -> list[PrintedWeek]:
    """The weeks of the site asked for, or of all sites with a shift or pattern in it that the actor
    answers for, by the sites' codes. Asks the right to print. Inner."""
    dates = parse_week(week)
    programme = work.find(Programme, programme_id)
    where = own_sites(work, "rosters.print", programme=programme, site_id=site_id)
    if site_id is None:
        patterns = select(Pattern.site_id).where(
            Pattern.programme_id == programme.id,
            Pattern.valid_from <= dates.sunday,
            Pattern.valid_to >= dates.monday,
        )
        shifts = select(Shift.site_id).where(_in_week(programme, dates), Shift.status != ShiftStatus.DROPPED)
        where &= or_(Site.id.in_(patterns), Site.id.in_(shifts))
    sites = work.execute(
        select(Site, Community.name)
        .join(Community, Community.id == Site.community_id)
        .where(where)
        .order_by(Site.code)
    ).all()
    planned = week_coverage(work, programme_id=programme.id, week=week, site_id=site_id).shifts
    reader = _Reader(work, programme, dates, planned)
    return [reader.week(site, community) for site, community in sites]


def chinese_week(week: Week) -> str:
    """``2026年第49周（11月30日—12月6日）``; the years of the dates too, where there are two."""
    first, last = week.monday, week.sunday
    two = first.year != last.year
    spans = (f"{f'{day.year}年' if two else ''}{day.month}月{day.day}日" for day in (first, last))
    return f"{week.year}年第{week.number}周（{'—'.join(spans)}）"


class _Reader:
    """What all sites of the week have in common, read once."""

    def __init__(
        self, work: Work, programme: Programme, dates: Week, planned: Sequence[ShiftCoverage]
    ) -> None:
        self._programme, self._dates = programme, dates
        self._discreet = programme.team_id is not None and work.find(Team, programme.team_id).discreet
        self._book = load_daybook(work)
        self._phones = dict(
            work.execute(
                select(Person.id, Person.phone).where(
                    Person.id.in_({person.person_id for shift in planned for person in shift.people})
                )
            ).all()
        )
        self._planned: dict[tuple[int, date], list[ShiftCoverage]] = defaultdict(list)
        for shift in planned:
            self._planned[shift.site_id, shift.civil_date].append(shift)
        self._notes: dict[int, str] = {}
        self._called_off: dict[tuple[int, date], list[Shift]] = defaultdict(list)
        rows = select(Shift).where(_in_week(programme, dates)).order_by(Shift.starts_at, Shift.id)
        for row in work.scalars(rows):
            self._notes[row.id] = row.note
            if row.status is ShiftStatus.CALLED_OFF:
                self._called_off[row.site_id, row.civil_date].append(row)

    def week(self, site: Site, community: str) -> PrintedWeek:
        statuses = {shift.status for day in self._dates.dates for shift in self._planned[site.id, day]}
        draft = statuses == {ShiftStatus.DRAFT}
        return PrintedWeek(
            site.id,
            site.name,
            site.address,
            f"{community}{self._programme.name}值班表{'（草稿）' if draft else ''}",
            chinese_week(self._dates),
            _state(statuses) + ("　内部资料，请勿张贴、转发" if self._discreet else ""),
            [self._day(site.id, day) for day in self._dates.dates],
        )

    def _day(self, site_id: int, day: date) -> PrintedDay:
        planned = self._planned[site_id, day]
        word, reason = _kind(self._book, self._programme, site_id, day, runs=bool(planned))
        shifts = [
            (shift.starts_at, self._shift(shift)) for shift in planned
        ] + [
            (row.starts_at, PrintedShift(_time(row.starts_at, row.ends_at), [], 0, ["已取消"]))
            for row in self._called_off[site_id, day]
        ]  # fmt: skip
        return PrintedDay(day, word, reason, [shift for _, shift in sorted(shifts, key=lambda one: one[0])])

    def _shift(self, shift: ShiftCoverage) -> PrintedShift:
        remarks = []
        if shift.status is ShiftStatus.DRAFT:
            remarks.append("草稿，日期安排待公布" if shift.tentative else "草稿")
        if shift.missing:
            leads = f"，其中带班 {shift.leads_missing} 人" if shift.leads_missing else ""
            remarks.append(f"缺 {shift.missing} 人{leads}")
        if self._notes[shift.shift_id]:
            remarks.append(self._notes[shift.shift_id])
        people = sorted(shift.people, key=lambda person: not person.lead)
        return PrintedShift(
            _time(shift.starts_at, shift.ends_at),
            [PrintedPerson(person.name, self._phones[person.person_id], person.lead) for person in people],
            shift.missing,
            remarks,
        )


def _kind(book: DayBook, programme: Programme, site_id: int, day: date, *, runs: bool) -> tuple[str, str]:
    """Whether and why a day does not run, or what is special about one that does."""
    workday = book.is_workday(day)
    special = workday.name if workday.layer in (Layer.NATIONAL, Layer.LOCAL) else ""
    if runs:
        return "", special
    answer = book.runs(programme.day_rule, day)
    if not answer.holds:
        return "休息", answer.name
    closure = book.closure_of(site_id, day_span(day))
    if closure is not None:
        return "停课" if programme.minds_children else "暂停", closure.name
    return "", special


def _state(statuses: set[ShiftStatus]) -> str:
    if not statuses:
        return "本周无班次"
    if statuses == {ShiftStatus.PUBLISHED}:
        return "已公布"
    return "草稿，尚未公布" if statuses == {ShiftStatus.DRAFT} else "部分公布，草稿尚未公布"


def _time(starts_at: datetime, ends_at: datetime) -> str:
    start, end = civil(starts_at), civil(ends_at)
    return f"{start:%H:%M}–{'' if start.date() == end.date() else '次日'}{end:%H:%M}"


def _in_week(programme: Programme, dates: Week) -> ColumnElement[bool]:
    return (Shift.programme_id == programme.id) & Shift.civil_date.between(dates.monday, dates.sunday)
