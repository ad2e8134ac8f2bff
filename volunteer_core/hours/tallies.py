"""Tallies: minutes by person, team, community, grid, programme or kind, for every period.

Each figure is a sum over the ledger, so that totals by different ways are equal, and each can be
followed to its entries.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, FromClause, Row, false, select

from volunteer_core.database import Page, Paging, Work
from volunteer_core.errors import Malformed, RuleBroken
from volunteer_core.hours.dimensions import COLUMNS, Dimension
from volunteer_core.hours.ledger import EntryView
from volunteer_core.hours.models import EntryKind, LedgerEntry
from volunteer_core.hours.periods import Dates, Period, before, dates_of, label_of
from volunteer_core.hours.sums import grouped, source
from volunteer_core.people.models import Person
from volunteer_core.permissions import Reach
from volunteer_core.places.models import Community, Grid
from volunteer_core.tables import Table
from volunteer_core.teams.models import Programme, Team

LONGEST_DAYS = 3 * 366
MOST_ROWS = 20_000
NO_KEY = "（未归属）"
KIND_NAMES = {
    EntryKind.SERVICE: "志愿服务",
    EntryKind.PAID_DUTY: "在岗值班",
    EntryKind.TRAINING: "培训",
    EntryKind.ADJUSTMENT: "跨月更正",
}


class TallyTooLong(
    RuleBroken, code="tally_too_long", sentence="结果超过 {most} 行，请缩短时间段或缩小范围。"
):
    """A tally is whole or not given: rows are never left out."""


class TallyKey(msgspec.Struct, frozen=True):
    """What a line is of. ``id`` is null for what belongs to none, and for a kind, which is its code."""

    id: int | None
    code: str
    label: str


class TallyRow(msgspec.Struct, frozen=True):
    """One line: minutes of one key, or of one key within another, in one period.

    The same filters with ``first`` and ``last`` list the entries it is the sum of.
    """

    key: int | None
    code: str
    label: str
    then: TallyKey | None
    period: str
    first: date
    last: date
    service_minutes: int
    paid_duty_minutes: int
    training_minutes: int
    people: int
    """People with service in it; each is counted once."""
    average_minutes: int
    """Service by the people with service, rounded down."""
    service_before: int | None
    """Service in the period before, if that was asked for."""


class Tally(msgspec.Struct, frozen=True):
    """The lines of a tally, sub-totals, and the total over all. ``people`` counts each person once.

    ``by_key`` sums up each key over the whole span, ``by_period`` each period over all keys; both
    are empty where they would repeat the lines.
    """

    by: Dimension
    then: Dimension | None
    period: Period
    first: date
    last: date
    rows: list[TallyRow]
    by_key: list[TallyRow]
    by_period: list[TallyRow]
    service_minutes: int
    paid_duty_minutes: int
    training_minutes: int
    people: int
    average_minutes: int
    service_before: int | None


_NAMED: dict[Dimension, type[Table]] = {
    Dimension.PERSON: Person,
    Dimension.TEAM: Team,
    Dimension.COMMUNITY: Community,
    Dimension.HOME_COMMUNITY: Community,
    Dimension.GRID: Grid,
    Dimension.PROGRAMME: Programme,
}


class Filters(msgspec.Struct, frozen=True):
    """To what a tally is narrowed; ``without`` asks for what has none of that dimension."""

    person_id: int | None = None
    team_id: int | None = None
    community_id: int | None = None
    home_community_id: int | None = None
    grid_id: int | None = None
    programme_id: int | None = None
    kind: EntryKind | None = None
    without: Dimension | None = None


EVERYTHING = Filters()


def tally(
    work: Work,
    *,
    by: Dimension,
    first: date,
    last: date,
    then: Dimension | None = None,
    period: Period = Period.WHOLE,
    filters: Filters = EVERYTHING,
    compare: bool = False,
) -> Tally:
    """Tallies hours between two dates, both included (at most three years, and 20,000 rows).

    ``then`` splits each key by another dimension; ``compare`` adds the service of the period before.
    The street office tallies everything, a coordinator their communities, a leader their teams.
    Volunteer hours are ``service_minutes`` (service and its adjustments); paid duty and training
    are never added to them.
    """
    reach = work.reach("hours.tally")
    dates = _checked(first, last)
    if then is by:
        raise Malformed("then", "不能与第一个维度相同。")
    tallying = _Tallying(work, reach, filters, dates)
    keys = [by] if then is None else [by, then]
    rows = tallying.rows(keys, period, compare=compare)
    split, cut = then is not None, period is not Period.WHOLE
    by_key = tallying.rows([by], Period.WHOLE, compare=compare) if split or cut else []
    by_period = tallying.rows([], period, compare=compare) if cut else []
    totals = tallying.rows([], Period.WHOLE, compare=compare)
    total = totals[0] if totals else _line([], Period.WHOLE, dates, (0, 0, 0, 0), 0 if compare else None)
    return Tally(
        by,
        then,
        period,
        first,
        last,
        rows,
        by_key,
        by_period,
        total.service_minutes,
        total.paid_duty_minutes,
        total.training_minutes,
        total.people,
        total.average_minutes,
        total.service_before,
    )


def list_entries_behind(
    work: Work, *, first: date, last: date, filters: Filters = EVERYTHING, paging: Paging = Paging()
) -> Page[EntryView]:
    """The entries that a figure of a tally with the same dates and filters is the sum of, oldest first."""
    reach = work.reach("hours.tally")
    dates = _checked(first, last)
    columns = [getattr(LedgerEntry, field) for field in EntryView.__struct_fields__]
    statement = select(*columns).where(
        LedgerEntry.civil_date.between(*dates), *_where(LedgerEntry.__table__, reach, filters, none=None)
    )
    return work.page(EntryView, statement.order_by(LedgerEntry.civil_date, LedgerEntry.id), paging)


def _checked(first: date, last: date) -> Dates:
    if not 0 <= (last - first).days < LONGEST_DAYS:
        raise Malformed("last", "不能早于起始日期，一次最多三年。")
    return first, last


def _where(
    rows: FromClause, reach: Reach, filters: Filters, *, none: int | None
) -> list[ColumnElement[bool]]:
    where: list[ColumnElement[bool]] = []
    if not reach.everything:
        where.append(rows.c.team_id.in_(reach.teams) | rows.c.community_id.in_(reach.communities))
    for dimension, column in COLUMNS.items():
        value = getattr(filters, column)
        if value is not None:
            where.append(rows.c[column] == (value.value if isinstance(value, EntryKind) else value))
        if filters.without is dimension is Dimension.KIND:
            where.append(false())  # whatever is entered is of one
        elif filters.without is dimension:
            where.append(rows.c[column].is_(None) if none is None else rows.c[column] == none)
    return where


class _Tallying:
    """One tally: the same dates and filters for its lines and all of its sub-totals."""

    def __init__(self, work: Work, reach: Reach, filters: Filters, dates: Dates) -> None:
        self._work, self._reach, self._filters, self._dates = work, reach, filters, dates

    def rows(self, keys: Sequence[Dimension], period: Period, *, compare: bool) -> list[TallyRow]:
        """The lines by keys, largest first within each period."""
        found = self._sums(keys, period, self._dates)
        earlier: dict[tuple[Any, ...], int] = {}
        if compare:
            dates = before(period, self._dates)
            earlier = {
                (*_ids(keys, row), label_of(period, _dates(period, row, dates))): row.service
                for row in self._sums(keys, period, dates)
            }
        ids_of_lines = [_ids(keys, row) for row in found] + [ids[:-1] for ids in earlier]
        names = [self._names(key, {ids[number] for ids in ids_of_lines}) for number, key in enumerate(keys)]
        lines = []
        for row in found:
            dates = _dates(period, row, self._dates)
            ids = _ids(keys, row)
            then = earlier.pop((*ids, label_of(period, before(period, dates))), 0) if compare else None
            sums = (row.service, row.paid_duty, row.training, row.people)
            lines.append(
                _line([names[number][one] for number, one in enumerate(ids)], period, dates, sums, then)
            )
        if period is Period.WHOLE:  # who served only in the span before
            for (*left, _), then in earlier.items():
                named = [names[number][one] for number, one in enumerate(left)]
                lines.append(_line(named, period, self._dates, (0, 0, 0, 0), then))
        return sorted(
            (line for line in lines if _says_something(line)),
            key=lambda line: (line.period, line.key is None, -line.service_minutes, line.code),
        )

    def _sums(
        self, keys: Sequence[Dimension], period: Period, dates: Dates
    ) -> Sequence[Row[*tuple[Any, ...]]]:
        by_entry = period in {Period.DAY, Period.WEEK} or Dimension.KIND in keys
        rows = source(dates, whole=not by_entry and self._filters.kind is None)
        where = _where(rows, self._reach, self._filters, none=0)
        found = self._work.execute(grouped(rows, where, keys, period).limit(MOST_ROWS + 1)).all()
        if len(found) > MOST_ROWS:
            raise TallyTooLong(most=MOST_ROWS)
        return found

    def _names(self, dimension: Dimension, ids: Iterable[Any]) -> dict[Any, TallyKey]:
        if dimension is Dimension.KIND:
            return {str(kind): TallyKey(None, kind.value, KIND_NAMES[kind]) for kind in map(EntryKind, ids)}
        table = _NAMED[dimension].__table__.c
        named = self._work.execute(select(table.id, table.code, table.name).where(table.id.in_(ids)))
        return {0: TallyKey(None, "", NO_KEY)} | {row[0]: TallyKey(*row) for row in named}


def _ids(keys: Sequence[Dimension], row: Row[*tuple[Any, ...]]) -> tuple[Any, ...]:
    return tuple(row)[: len(keys)]


def _dates(period: Period, row: Row[*tuple[Any, ...]], within: Dates) -> Dates:
    return within if period is Period.WHOLE else dates_of(period, row.year, row.number, within)


def _line(
    keys: Sequence[TallyKey],
    period: Period,
    dates: Dates,
    sums: tuple[int, int, int, int],
    service_before: int | None,
) -> TallyRow:
    service, _, _, people = sums
    key = keys[0] if keys else TallyKey(None, "", "")
    return TallyRow(
        key.id,
        key.code,
        key.label,
        keys[1] if len(keys) > 1 else None,
        label_of(period, dates),
        *dates,
        *sums,
        service // people if people else 0,
        service_before,
    )


def _says_something(line: TallyRow) -> bool:
    return bool(
        line.service_minutes or line.paid_duty_minutes or line.training_minutes or line.service_before
    )
