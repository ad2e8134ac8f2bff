"""When people are busy elsewhere, for checks and plans of many people. Inner: asks no rights.

It says only that somebody has other plans; what is made of it must not say more to anybody else.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import bindparam, select

from volunteer_core.commitments.busy.models import BusySpan
from volunteer_core.database import Work
from volunteer_core.tables import Instant
from volunteer_core.timespans import Span

_BUSY = (
    select(BusySpan.person_id, BusySpan.starts_at, BusySpan.ends_at)
    .where(
        BusySpan.person_id.in_(bindparam("people", expanding=True)),
        BusySpan.ends_at > bindparam("start", type_=Instant),
        BusySpan.starts_at < bindparam("end", type_=Instant),
    )
    .order_by(BusySpan.person_id, BusySpan.starts_at)
)

BusyTimes = Mapping[int, Sequence[Span]]
"""By person the spans at which their calendars say that they are busy."""


def busy_times(work: Work, person_ids: Collection[int], within: Span) -> BusyTimes:
    """Of each person the busy spans that touch a span, in one statement; who has none is left out."""
    found: dict[int, list[Span]] = {}
    facts = {"people": list(person_ids), "start": within.start, "end": within.end}
    for row in work.execute(_BUSY, facts):
        found.setdefault(row.person_id, []).append(Span(row.starts_at, row.ends_at))
    return found


def is_busy(times: BusyTimes, person_id: int, span: Span) -> bool:
    """Whether a person is busy at some time of a span. Pure."""
    return any(one.overlaps(span) for one in times.get(person_id, ()))
