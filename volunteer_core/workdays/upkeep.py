"""Entering local days and terms, and loading the day book."""

from __future__ import annotations

from datetime import date, datetime

import msgspec
from sqlalchemy import select

from volunteer_core import texts
from volunteer_core.database import Page, Paging, Work
from volunteer_core.errors import Malformed
from volunteer_core.places.models import Site
from volunteer_core.timespans import Span, days, span
from volunteer_core.workdays.daybook import (
    ClosureRule,
    DayAnswer,
    DayBook,
    LocalDayRule,
    TermRule,
)
from volunteer_core.workdays.models import Closure, LocalDay, Term

LONGEST_RANGE_DAYS = 400


class LocalDayView(msgspec.Struct, frozen=True):
    """A local day with its source and when it was entered."""

    id: int
    day: date
    works: bool
    name: str
    source: str
    set_by: int | None
    set_at: datetime


class TermView(msgspec.Struct, frozen=True):
    """A school term; ``tentative`` until it is announced."""

    id: int
    name: str
    first_day: date
    last_day: date
    tentative: bool
    source: str
    set_by: int | None
    set_at: datetime


class DayView(msgspec.Struct, frozen=True):
    """What a date is: its working-day and its school-day answer."""

    day: date
    workday: DayAnswer
    school_day: DayAnswer


def load_daybook(work: Work) -> DayBook:
    """The day book as of this work. Open to every operation: rules need it."""
    local = work.execute(select(LocalDay.day, LocalDay.works, LocalDay.name))
    terms = work.execute(select(Term.first_day, Term.last_day, Term.name, Term.tentative))
    closures = work.execute(
        select(Closure.starts_at, Closure.ends_at, Closure.name, Closure.community_id, Closure.site_id).where(
            Closure.lifted_at.is_(None)
        )
    )
    return DayBook(
        local_days=[LocalDayRule(*row) for row in local],
        terms=[TermRule(*row) for row in terms],
        closures=[
            ClosureRule(Span(start, end), name, community, site)
            for start, end, name, community, site in closures
        ],
        site_communities=dict(work.execute(select(Site.id, Site.community_id)).all()),
    )


def set_local_day(work: Work, *, day: date, works: bool, name: str, source: str) -> LocalDayView:
    """Declares a date working or free for the office; the same date again replaces it."""
    work.demand("workdays.change")
    row = work.scalar(select(LocalDay).where(LocalDay.day == day))
    if row is None:
        row = LocalDay(day=day)
        work.add(row)
    row.works = works
    row.name = texts.line("name", name, longest=60)
    row.source = texts.line("source", source, longest=200)
    row.set_by, row.set_at = work.by.person_id, work.now
    work.flush()
    return LocalDayView(row.id, row.day, row.works, row.name, row.source, row.set_by, row.set_at)


def set_term(
    work: Work, *, name: str, first_day: date, last_day: date, source: str, tentative: bool = False
) -> TermView:
    """Enters a school term; the same name again corrects it. Refuses an end before the start."""
    work.demand("workdays.change")
    if last_day < first_day:
        raise Malformed("last_day", "不能早于开学日。")
    kept = texts.line("name", name, longest=60)
    row = work.scalar(select(Term).where(Term.name == kept))
    if row is None:
        row = Term(name=kept)
        work.add(row)
    row.first_day, row.last_day, row.tentative = first_day, last_day, tentative
    row.source = texts.line("source", source, longest=200)
    row.set_by, row.set_at = work.by.person_id, work.now
    work.flush()
    return TermView(
        row.id, row.name, row.first_day, row.last_day, row.tentative, row.source, row.set_by, row.set_at
    )


def list_local_days(work: Work, *, paging: Paging = Paging()) -> Page[LocalDayView]:
    """Local days, oldest first."""
    work.demand("workdays.read")
    columns = [getattr(LocalDay, field) for field in LocalDayView.__struct_fields__]
    return work.page(LocalDayView, select(*columns).order_by(LocalDay.day), paging)


def list_terms(work: Work, *, paging: Paging = Paging()) -> Page[TermView]:
    """School terms, oldest first."""
    work.demand("workdays.read")
    columns = [getattr(Term, field) for field in TermView.__struct_fields__]
    return work.page(TermView, select(*columns).order_by(Term.first_day, Term.id), paging)


def list_days(work: Work, *, first: date, last: date) -> list[DayView]:
    """Every date from ``first`` to ``last`` (at most 400) with what it is and which layer says so."""
    work.demand("workdays.read")
    if last < first:
        raise Malformed("last", "不能早于起始日期。")
    if (last - first).days >= LONGEST_RANGE_DAYS:
        raise Malformed("last", f"一次最多查询 {LONGEST_RANGE_DAYS} 天。")
    book = load_daybook(work)
    return [DayView(day, book.is_workday(day), book.is_school_day(day)) for day in days(first, last)]


def check_open(work: Work, *, site_id: int, start: datetime, end: datetime) -> DayAnswer:
    """Whether a site is open during a span, and which layer says so."""
    work.demand("workdays.read")
    work.find(Site, site_id)
    return load_daybook(work).is_open(site_id, span(start, end))


def nth_workday_after(work: Work, *, day: date, number: int) -> date:
    """The date of the nth (1 to 2,000) working day after a date."""
    work.demand("workdays.read")
    return load_daybook(work).nth_workday_after(day, number)
