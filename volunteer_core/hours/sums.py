"""Sums of hours: whole months from the summary, the days beside them from the ledger. Inner."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    String,
    case,
    cast,
    extract,
    func,
    literal,
    select,
    type_coerce,
    union_all,
)

from volunteer_core.hours.dimensions import COLUMNS, Dimension
from volunteer_core.hours.models import VOLUNTEER_HOURS, EntryKind, HourSum, LedgerEntry
from volunteer_core.hours.periods import Dates, Period, whole_months

_OPTIONAL = ("team_id", "grid_id", "programme_id", "home_community_id")


def source(dates: Dates, period: Period) -> FromClause:
    """What is to be summed up between two dates: rows with all dimensions and minutes; an id of 0 is none."""
    edges, months = whole_months(dates)
    if period is Period.DAY or months is None:
        return _ledger([dates]).subquery("sums")
    opening, closing = months
    kept = select(
        HourSum.iso_year.label("iso_year"),
        HourSum.iso_week.label("iso_week"),
        HourSum.month.label("day"),
        HourSum.minutes,
        *(getattr(HourSum, column) for column in COLUMNS.values()),
    ).where(HourSum.month == opening if opening == closing else HourSum.month.between(opening, closing))
    if not edges:
        return kept.subquery("sums")
    return union_all(kept, _ledger(edges)).subquery("sums")


def _ledger(spans: Sequence[Dates]) -> Select[*tuple[Any, ...]]:
    where: ColumnElement[bool] = LedgerEntry.civil_date.between(*spans[0])
    for span in spans[1:]:
        where |= LedgerEntry.civil_date.between(*span)
    return select(
        LedgerEntry.iso_year,
        LedgerEntry.iso_week,
        LedgerEntry.civil_date.label("day"),
        LedgerEntry.minutes,
        *(as_summed(column).label(column) for column in COLUMNS.values()),
    ).where(where)


def as_summed(column: str) -> ColumnElement[Any]:
    """A column of the ledger as it stands in the summary."""
    if column == "kind":
        return type_coerce(LedgerEntry.kind, String)
    found: ColumnElement[int] = getattr(LedgerEntry, column)
    return func.coalesce(found, 0) if column in _OPTIONAL else found


def grouped(
    rows: FromClause,
    where: Sequence[ColumnElement[bool]],
    keys: Sequence[Dimension],
    period: Period,
) -> Select[*tuple[Any, ...]]:
    """Minutes by keys and period, and people: those whose service in it does not cancel out.

    Columns: one a key (``key0``, ``key1``), ``year``, ``number``, the minutes by kind, ``people``.
    """

    def minutes(*kinds: EntryKind) -> ColumnElement[int]:
        return func.sum(case((rows.c.kind.in_([kind.value for kind in kinds]), rows.c.minutes), else_=0))

    def whole(found: ColumnElement[Any]) -> ColumnElement[int]:
        return cast(func.coalesce(found, 0), Integer)

    named = [rows.c[COLUMNS[key]].label(f"key{number}") for number, key in enumerate(keys)]
    year, number = _period(rows, period)
    by = [*named, year.label("year"), number.label("number")] if period is not Period.WHOLE else named
    each = (
        select(
            *by,
            rows.c.person_id,
            minutes(*VOLUNTEER_HOURS).label("service"),
            minutes(EntryKind.PAID_DUTY).label("paid_duty"),
            minutes(EntryKind.TRAINING).label("training"),
        )
        .where(*where)
        .group_by(*by, rows.c.person_id)
        .subquery("each")
    )
    labels = [each.c[column.name] for column in by]
    return (
        select(
            *labels,
            whole(func.sum(each.c.service)).label("service"),
            whole(func.sum(each.c.paid_duty)).label("paid_duty"),
            whole(func.sum(each.c.training)).label("training"),
            # Keys do not split a person within a group, so nobody is counted twice.
            whole(func.sum(case((each.c.service > 0, 1), else_=0))).label("people"),
        )
        .group_by(*labels)
        .order_by(*labels)
    )


def _period(rows: FromClause, period: Period) -> tuple[ColumnElement[int], ColumnElement[int]]:
    """The year and the number within it of the period that a row falls in."""
    nothing = literal(0)
    year, month = (cast(extract(part, rows.c.day), Integer) for part in ("year", "month"))
    return {
        Period.WHOLE: (nothing, nothing),
        Period.DAY: (year, cast(extract("doy", rows.c.day), Integer)),
        Period.WEEK: (rows.c.iso_year, rows.c.iso_week),
        Period.MONTH: (year, month),
        Period.QUARTER: (year, (month + 2) // 3),
        Period.YEAR: (year, nothing),
    }[period]
