"""Tallies: minutes by person, team, community, grid or programme, for every period.

Each figure is a sum over the ledger, so that totals by different ways are equal.
"""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Integer, case, cast, distinct, extract, func, literal, null, select

from volunteer_core.database import Work
from volunteer_core.errors import Malformed, RuleBroken
from volunteer_core.hours.models import EntryKind, LedgerEntry
from volunteer_core.people.models import Person
from volunteer_core.places.models import Community, Grid
from volunteer_core.tables import Table
from volunteer_core.teams.models import Programme, Team

LONGEST_DAYS = 3 * 366
MOST_ROWS = 20_000


class TallyTooLong(
    RuleBroken, code="tally_too_long", sentence="结果超过 {most} 行，请缩短时间段或缩小范围。"
):
    """A tally is whole or not given: rows are never left out."""


class Dimension(StrEnum):
    """By what minutes are tallied. ``community`` and ``grid`` are those of the place of service;
    ``home_community`` is the person's own."""

    PERSON = "person"
    TEAM = "team"
    COMMUNITY = "community"
    HOME_COMMUNITY = "home_community"
    GRID = "grid"
    PROGRAMME = "programme"


class Period(StrEnum):
    """Into which periods the span is cut. Weeks are ISO weeks."""

    WHOLE = "whole"
    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"


class TallyRow(msgspec.Struct, frozen=True):
    """One line: minutes of one key in one period. ``key`` is null for what belongs to none."""

    key: int | None
    code: str
    label: str
    period: str
    service_minutes: int
    paid_duty_minutes: int
    training_minutes: int
    people: int
    """People with service in it; each is counted once."""


class Tally(msgspec.Struct, frozen=True):
    """The lines of a tally, and its totals over all of them. ``people`` counts each person once."""

    by: Dimension
    period: Period
    first: date
    last: date
    rows: list[TallyRow]
    service_minutes: int
    paid_duty_minutes: int
    training_minutes: int
    people: int


_NAMED: dict[Dimension, tuple[Any, type[Table]]] = {
    Dimension.PERSON: (LedgerEntry.person_id, Person),
    Dimension.TEAM: (LedgerEntry.team_id, Team),
    Dimension.COMMUNITY: (LedgerEntry.community_id, Community),
    Dimension.HOME_COMMUNITY: (LedgerEntry.home_community_id, Community),
    Dimension.GRID: (LedgerEntry.grid_id, Grid),
    Dimension.PROGRAMME: (LedgerEntry.programme_id, Programme),
}
NO_KEY = "（未归属）"


def tally(
    work: Work,
    *,
    by: Dimension,
    first: date,
    last: date,
    period: Period = Period.WHOLE,
    team_id: int | None = None,
    community_id: int | None = None,
    programme_id: int | None = None,
    person_id: int | None = None,
) -> Tally:
    """Tallies the ledger between two dates, both included (at most three years, and 20,000 rows).

    The street office tallies everything, a coordinator their communities, a leader their teams.
    Volunteer hours are ``service_minutes``; paid duty and training are never added to them.
    """
    reach = work.reach("hours.tally")
    if not 0 <= (last - first).days < LONGEST_DAYS:
        raise Malformed("last", "不能早于起始日期，一次最多三年。")
    where: list[ColumnElement[bool]] = [LedgerEntry.civil_date.between(first, last)]
    if not reach.everything:
        where.append(LedgerEntry.team_id.in_(reach.teams) | LedgerEntry.community_id.in_(reach.communities))
    for column, value in (
        (LedgerEntry.team_id, team_id),
        (LedgerEntry.community_id, community_id),
        (LedgerEntry.programme_id, programme_id),
        (LedgerEntry.person_id, person_id),
    ):
        if value is not None:
            where.append(column == value)
    key, named = _NAMED[by]
    rows = _rows(work, where, key, named, period)
    totals = _rows(work, where, cast(null(), Integer), None, Period.WHOLE)
    total = totals[0] if totals else TallyRow(None, "", "", "", 0, 0, 0, 0)
    return Tally(
        by,
        period,
        first,
        last,
        rows,
        total.service_minutes,
        total.paid_duty_minutes,
        total.training_minutes,
        total.people,
    )


def _rows(
    work: Work,
    where: list[ColumnElement[bool]],
    key: ColumnElement[Any],
    named: type[Table] | None,
    period: Period,
) -> list[TallyRow]:
    """Sums per person first, so that only people whose service does not cancel out are counted."""

    def minutes(*kinds: EntryKind) -> ColumnElement[int]:
        return func.coalesce(func.sum(case((LedgerEntry.kind.in_(kinds), LedgerEntry.minutes), else_=0)), 0)

    year, number = _period(period)
    each = (
        select(
            key.label("key"),
            year.label("year"),
            number.label("number"),
            LedgerEntry.person_id,
            minutes(EntryKind.SERVICE, EntryKind.ADJUSTMENT).label("service"),
            minutes(EntryKind.PAID_DUTY).label("paid_duty"),
            minutes(EntryKind.TRAINING).label("training"),
        )
        .where(*where)
        .group_by("key", "year", "number", LedgerEntry.person_id)
        .subquery()
    )
    columns = (
        each.c.key,
        each.c.year,
        each.c.number,
        cast(func.sum(each.c.service), Integer).label("service"),
        cast(func.sum(each.c.paid_duty), Integer).label("paid_duty"),
        cast(func.sum(each.c.training), Integer).label("training"),
        func.count(distinct(case((each.c.service > 0, each.c.person_id)))).label("people"),
    )
    found = work.execute(
        select(*columns)
        .group_by(each.c.key, each.c.year, each.c.number)
        .order_by(each.c.year, each.c.number)
        .limit(MOST_ROWS + 1)
    ).all()
    if len(found) > MOST_ROWS:
        raise TallyTooLong(most=MOST_ROWS)
    names: dict[int | None, tuple[str, str]] = {}
    if named is not None:
        table = named.__table__.c
        ids = {row.key for row in found if row.key is not None}
        names = {
            row_id: (code, name)
            for row_id, code, name in work.execute(
                select(table.id, table.code, table.name).where(table.id.in_(ids))
            )
        }
    rows = [
        TallyRow(
            row.key,
            *names.get(row.key, ("", NO_KEY)),
            _label(period, row.year, row.number),
            row.service,
            row.paid_duty,
            row.training,
            row.people,
        )
        for row in found
        if row.service or row.paid_duty or row.training
    ]
    return sorted(rows, key=lambda row: (row.period, row.key is None, -row.service_minutes, row.code))


def _period(period: Period) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """The year and the number within it of the period that an entry falls in."""
    nothing = literal(0)
    year = cast(extract("year", LedgerEntry.civil_date), Integer)
    month = cast(extract("month", LedgerEntry.civil_date), Integer)
    return {
        Period.WHOLE: (nothing, nothing),
        Period.WEEK: (LedgerEntry.iso_year + 0, LedgerEntry.iso_week + 0),
        Period.MONTH: (year, month),
        Period.QUARTER: (year, (month + 2) // 3),
        Period.YEAR: (year, nothing),
    }[period]


def _label(period: Period, year: int, number: int) -> str:
    """2026-W48, 2026-11, 2026-Q4, 2026, or nothing for the whole span."""
    return {
        Period.WHOLE: "",
        Period.WEEK: f"{year:04d}-W{number:02d}",
        Period.MONTH: f"{year:04d}-{number:02d}",
        Period.QUARTER: f"{year:04d}-Q{number}",
        Period.YEAR: f"{year:04d}",
    }[period]
