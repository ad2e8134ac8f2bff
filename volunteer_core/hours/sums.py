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
    null,
    select,
    type_coerce,
    union_all,
)

from volunteer_core.hours.dimensions import COLUMNS, Dimension
from volunteer_core.hours.models import VOLUNTEER_HOURS, EntryKind, LedgerEntry, MonthSum
from volunteer_core.hours.periods import Dates, Period, whole_months

_OPTIONAL = ("team_id", "grid_id", "programme_id", "home_community_id")


def source(dates: Dates, *, whole: bool) -> FromClause:
    """What is to be summed up between two dates: rows with all dimensions, ``service``, ``paid_duty``
    and ``training``; an id of 0 is none. Whole months come from the summary, where that is enough:
    it knows no day, no week, and no kind beside the three.
    """
    edges, months = whole_months(dates)
    if months is None or not whole:
        return _ledger([dates]).subquery("sums")
    opening, closing = months
    kept = select(
        MonthSum.month.label("day"),
        null().label("iso_year"),
        null().label("iso_week"),
        null().label("kind"),
        *(getattr(MonthSum, column) for column in COLUMNS.values() if column != "kind"),
        *(getattr(MonthSum, column) for column in MINUTES),
    ).where(MonthSum.month == opening if opening == closing else MonthSum.month.between(opening, closing))
    if not edges:
        return kept.subquery("sums")
    return union_all(kept, _ledger(edges)).subquery("sums")


def _ledger(spans: Sequence[Dates]) -> Select[*tuple[Any, ...]]:
    where: ColumnElement[bool] = LedgerEntry.civil_date.between(*spans[0])
    for span in spans[1:]:
        where |= LedgerEntry.civil_date.between(*span)
    return select(
        LedgerEntry.civil_date.label("day"),
        LedgerEntry.iso_year,
        LedgerEntry.iso_week,
        type_coerce(LedgerEntry.kind, String).label("kind"),
        *(as_summed(column).label(column) for column in COLUMNS.values() if column != "kind"),
        *(minutes_of(*kinds).label(column) for column, kinds in MINUTES.items()),
    ).where(where)


MINUTES: dict[str, tuple[EntryKind, ...]] = {
    "service": VOLUNTEER_HOURS,
    "paid_duty": (EntryKind.PAID_DUTY,),
    "training": (EntryKind.TRAINING,),
}
"""The columns of minutes in the monthly summary, and what they sum up."""


def minutes_of(*kinds: EntryKind) -> ColumnElement[int]:
    """An entry's minutes if it is of one of the kinds, else 0."""
    return case((LedgerEntry.kind.in_(kinds), LedgerEntry.minutes), else_=0)


def as_summed(column: str) -> ColumnElement[int]:
    """A column of the ledger as it stands in the summaries."""
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

    def whole(found: ColumnElement[Any]) -> ColumnElement[int]:
        return cast(func.coalesce(found, 0), Integer)

    named = [rows.c[COLUMNS[key]].label(f"key{number}") for number, key in enumerate(keys)]
    year, number = _period(rows, period)
    by = [*named, year.label("year"), number.label("number")] if period is not Period.WHOLE else named
    each = (
        select(*by, rows.c.person_id, *(func.sum(rows.c[column]).label(column) for column in MINUTES))
        .where(*where)
        .group_by(*by, rows.c.person_id)
        .subquery("each")
    )
    labels = [each.c[column.name] for column in by]
    return (
        select(
            *labels,
            *(whole(func.sum(each.c[column])).label(column) for column in MINUTES),
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
