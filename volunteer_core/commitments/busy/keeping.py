"""What is read of a calendar, and what is kept of that: the spans of the coming half year. Inner."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

import msgspec
from sqlalchemy import bindparam, delete, insert, select

from volunteer_core.audit import UNAUDITED
from volunteer_core.commitments.busy.apart import busy_spans_apart
from volunteer_core.commitments.busy.limits import CalendarBeyondLimits
from volunteer_core.commitments.busy.models import BusyCalendar, BusySpan
from volunteer_core.commitments.models import Commitment
from volunteer_core.database import Work
from volunteer_core.tables import Instant
from volunteer_core.timespans import OFFICE_ZONE, Span, civil_date, dates_span

HORIZON_DAYS = 180
"""Of so many days from today on spans are kept."""
KEPT_MOST = 4000
"""Merged spans of one calendar: more than twenty a day are no life but an attack."""

_OWN = select(Commitment.uid).where(
    Commitment.person_id == bindparam("person_id"), Commitment.ends_at > bindparam("now", type_=Instant)
)
_FORGET = delete(BusySpan).where(BusySpan.calendar_id == bindparam("calendar"))
_KEEP = insert(BusySpan)


class Wanted(msgspec.Struct, frozen=True):
    """What a calendar is read for: the time from ``first`` to the end of the civil date ``until``, without
    the person's own promises, should their phone have copied them."""

    today: date
    own: frozenset[str]

    @property
    def until(self) -> date:
        return self.today + timedelta(days=HORIZON_DAYS)


class Reading(msgspec.Struct, frozen=True):
    """What was understood of a calendar, and until which civil date."""

    spans: Collection[Span]
    until: date


def wanted_of(work: Work, person_id: int) -> Wanted:
    """What a calendar of a person is read for now."""
    own = work.scalars(_OWN, {"person_id": person_id, "now": work.now})
    return Wanted(civil_date(work.now), frozenset(own))


def understood(data: bytes, wanted: Wanted) -> Reading:
    """Reads a file in a process of its own: hold no transaction meanwhile. Refuses as
    :func:`~volunteer_core.commitments.busy.apart.busy_spans_apart` does, and more than 4,000 spans."""
    window = dates_span(wanted.today, wanted.until)
    spans = busy_spans_apart(
        data, first=window.start, last=window.end, zone=OFFICE_ZONE, besides=sorted(wanted.own)
    )
    if len(spans) > KEPT_MOST:
        raise CalendarBeyondLimits(limit=f"{HORIZON_DAYS} 天内最多 {KEPT_MOST} 个时段")
    return Reading(spans, wanted.until)


def keep(work: Work, calendar: BusyCalendar, reading: Reading) -> None:
    """Keeps what was read of a locked calendar in place of what was before."""
    forget(work, calendar.id)
    rows = [
        {
            "calendar_id": calendar.id,
            "person_id": calendar.person_id,
            "starts_at": one.start,
            "ends_at": one.end,
        }
        for one in reading.spans
    ]
    if rows:
        work.execute(_KEEP, rows, execution_options=UNAUDITED)


def forget(work: Work, calendar_id: int) -> None:
    """Removes all spans of a calendar."""
    work.execute(_FORGET, {"calendar": calendar_id}, execution_options=UNAUDITED)


def forget_past(work: Work, before: datetime) -> int:
    """Removes the spans that ended before an instant; returns how many."""
    found = work.execute(
        delete(BusySpan).where(BusySpan.ends_at < before).returning(BusySpan.id), execution_options=UNAUDITED
    )
    return len(found.all())
