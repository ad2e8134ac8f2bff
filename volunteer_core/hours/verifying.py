"""Whether the summary says what the ledger says, and making it so."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    cast,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    type_coerce,
    union_all,
)

from volunteer_core.audit import UNAUDITED
from volunteer_core.database import Work, is_sqlite
from volunteer_core.hours.models import SUM_KEYS, HourSum, LedgerEntry
from volunteer_core.hours.sums import as_summed

MOST_NAMED = 1_000


class Difference(msgspec.Struct, frozen=True):
    """A line of the summary that is not the sum of its entries. An id of 0 is none; minutes and
    entries that a side does not have are 0."""

    person_id: int
    iso_year: int
    iso_week: int
    month: date
    team_id: int
    community_id: int
    grid_id: int
    programme_id: int
    home_community_id: int
    kind: str
    minutes_kept: int
    minutes_entered: int
    entries_kept: int
    entries_entered: int


def verify(work: Work) -> list[Difference]:
    """Sums up the whole ledger anew and names the lines of the summary that differ (the first 1,000).

    It reads all entries: a minute for ten millions.
    """
    work.demand("hours.verify")
    entered = _entered(work).subquery()
    both = union_all(
        select(
            *(getattr(HourSum, key) for key in SUM_KEYS),
            HourSum.minutes.label("minutes_kept"),
            literal(0).label("minutes_entered"),
            HourSum.entries.label("entries_kept"),
            literal(0).label("entries_entered"),
        ),
        select(
            *(entered.c[key] for key in SUM_KEYS),
            literal(0).label("minutes_kept"),
            entered.c.minutes.label("minutes_entered"),
            literal(0).label("entries_kept"),
            entered.c.entries.label("entries_entered"),
        ),
    ).subquery()
    keys = [both.c[key] for key in SUM_KEYS]
    sums = [
        cast(func.sum(both.c[side]), Integer)
        for side in ("minutes_kept", "minutes_entered", "entries_kept", "entries_entered")
    ]
    differ = or_(sums[0] != sums[1], sums[2] != sums[3])
    rows = work.execute(select(*keys, *sums).group_by(*keys).having(differ).order_by(*keys).limit(MOST_NAMED))
    return [Difference(*row) for row in rows]


def sum_up_anew(work: Work) -> None:
    """Replaces the summary by the sums of the ledger."""
    work.demand("hours.verify")
    work.execute(delete(HourSum), execution_options=UNAUDITED)
    columns = [*SUM_KEYS, "minutes", "entries"]
    work.execute(insert(HourSum).from_select(columns, _entered(work)), execution_options=UNAUDITED)


def _entered(work: Work) -> Select[*tuple[Any, ...]]:
    """The summary as it follows from the ledger."""
    month: ColumnElement[date]
    if is_sqlite(work):
        month = type_coerce(func.strftime("%Y-%m-01", LedgerEntry.civil_date), Date)
    else:
        month = cast(func.date_trunc("month", LedgerEntry.civil_date), Date)
    keys = [month if key == "month" else as_summed(key) for key in SUM_KEYS]
    return select(
        *(column.label(key) for key, column in zip(SUM_KEYS, keys, strict=True)),
        cast(func.sum(LedgerEntry.minutes), Integer).label("minutes"),
        func.count().label("entries"),
    ).group_by(*keys)
