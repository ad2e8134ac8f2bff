"""Whether the summaries say what the ledger says, and making it so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    String,
    cast,
    delete,
    func,
    insert,
    literal,
    select,
    type_coerce,
    union_all,
)

from volunteer_core.audit import UNAUDITED
from volunteer_core.database import Work, is_sqlite
from volunteer_core.hours.models import HourSum, LedgerEntry, MonthSum
from volunteer_core.hours.sums import MINUTES, as_summed, minutes_of
from volunteer_core.timespans import Week, month_of

MOST_NAMED = 1_000

_WEEK = ("person_id", "iso_year", "iso_week", "team_id", "programme_id", "kind")
_MONTH = (
    "person_id", "month", "team_id", "programme_id", "community_id", "grid_id", "home_community_id",
)  # fmt: skip


class Summary(StrEnum):
    WEEKS = "weeks"
    MONTHS = "months"


class Difference(msgspec.Struct, frozen=True):
    """A line of a summary that is not the sum of its entries. ``period`` is 2026-W48 or 2026-11; an
    id of 0 is none, and weeks know neither communities nor grids."""

    summary: Summary
    person_id: int
    period: str
    team_id: int
    programme_id: int
    community_id: int
    grid_id: int
    home_community_id: int
    kind: str
    minutes_kept: int
    minutes_entered: int


def verify(work: Work) -> list[Difference]:
    """Sums up the whole ledger anew and names what differs in the summaries (the first 1,000 lines).

    It reads all entries: minutes for ten millions.
    """
    work.demand("hours.verify")
    weeks = _differing(
        work, _WEEK, select(*(getattr(HourSum, key) for key in _WEEK), HourSum.minutes), _weeks()
    )
    months = _differing(work, (*_MONTH, "kind"), _by_kind(_kept_months()), _by_kind(_months(work)))
    found = [
        Difference(Summary.WEEKS, person, str(Week(year, week)), team, programme, 0, 0, 0, *rest)
        for person, year, week, team, programme, *rest in weeks
    ] + [Difference(Summary.MONTHS, person, str(month_of(month)), *rest) for person, month, *rest in months]
    return found[:MOST_NAMED]


def sum_up_anew(work: Work) -> None:
    """Replaces the summaries by the sums of the ledger."""
    work.demand("hours.verify")
    for table, columns, rows in (
        (HourSum, (*_WEEK, "minutes"), _weeks()),
        (MonthSum, (*_MONTH, *MINUTES), _months(work)),
    ):
        work.execute(delete(table), execution_options=UNAUDITED)
        work.execute(insert(table).from_select(columns, rows), execution_options=UNAUDITED)


def _weeks() -> Select[*tuple[Any, ...]]:
    """The weekly summary as it follows from the ledger."""
    keys = [type_coerce(LedgerEntry.kind, String) if key == "kind" else as_summed(key) for key in _WEEK]
    return _summed(_WEEK, keys, {"minutes": LedgerEntry.minutes})


def _months(work: Work) -> Select[*tuple[Any, ...]]:
    """The monthly summary as it follows from the ledger."""
    month: ColumnElement[date]
    if is_sqlite(work):
        month = type_coerce(func.strftime("%Y-%m-01", LedgerEntry.civil_date), Date)
    else:
        month = cast(func.date_trunc("month", LedgerEntry.civil_date), Date)
    keys = [month if key == "month" else as_summed(key) for key in _MONTH]
    return _summed(_MONTH, keys, {column: minutes_of(*kinds) for column, kinds in MINUTES.items()})


def _kept_months() -> Select[*tuple[Any, ...]]:
    return select(*(getattr(MonthSum, column) for column in (*_MONTH, *MINUTES)))


def _summed(
    names: Sequence[str], keys: Sequence[ColumnElement[Any]], minutes: dict[str, Any]
) -> Select[*tuple[Any, ...]]:
    return select(
        *(key.label(name) for name, key in zip(names, keys, strict=True)),
        *(cast(func.sum(column), Integer).label(name) for name, column in minutes.items()),
    ).group_by(*keys)


def _by_kind(rows: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """A line for each column of minutes."""
    months = rows.subquery()
    lines = union_all(
        *(
            select(
                *(months.c[key] for key in _MONTH),
                literal(kind).label("kind"),
                months.c[kind].label("minutes"),
            )
            for kind in MINUTES
        )
    ).subquery()
    return select(*(lines.c[key] for key in (*_MONTH, "kind")), lines.c.minutes)


def _differing(
    work: Work, keys: Sequence[str], kept: Select[*tuple[Any, ...]], entered: Select[*tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    sides = [
        select(
            *(rows.c[key] for key in keys),
            (rows.c.minutes if side == 0 else literal(0)).label("kept"),
            (rows.c.minutes if side == 1 else literal(0)).label("entered"),
        )
        for side, rows in enumerate((kept.subquery(), entered.subquery()))
    ]
    both = union_all(*sides).subquery()
    columns = [both.c[key] for key in keys]
    sums = [cast(func.sum(both.c[side]), Integer) for side in ("kept", "entered")]
    rows = work.execute(
        select(*columns, *sums)
        .group_by(*columns)
        .having(sums[0] != sums[1])
        .order_by(*columns)
        .limit(MOST_NAMED)
    )
    return [tuple(row) for row in rows]
