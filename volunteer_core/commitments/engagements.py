"""What people have promised already, for checks of many people over many days. Inner: asks no rights."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

import msgspec
from sqlalchemy import Date, bindparam, select

from volunteer_core.commitments.models import ACTIVE, Attendance, Commitment
from volunteer_core.database import Work


class Engagement(msgspec.Struct, frozen=True):
    """An active commitment as checks read it."""

    id: int
    person_id: int
    shift_id: int | None
    position_id: int | None
    programme_id: int | None
    starts_at: datetime
    ends_at: datetime
    civil_date: date
    attendance: Attendance | None


_ENGAGEMENTS = (
    select(*(getattr(Commitment, field) for field in Engagement.__struct_fields__))
    .where(
        Commitment.person_id.in_(bindparam("people", expanding=True)),
        Commitment.status.in_(ACTIVE),
        Commitment.civil_date.between(bindparam("first", type_=Date()), bindparam("last", type_=Date())),
    )
    .order_by(Commitment.starts_at, Commitment.id)
)


def engagements(
    work: Work, person_ids: Collection[int], first: date, last: date
) -> dict[int, list[Engagement]]:
    """What people have promised or hold between two civil dates, both included, by person and time."""
    found: dict[int, list[Engagement]] = {}
    for row in work.execute(_ENGAGEMENTS, {"people": list(person_ids), "first": first, "last": last}):
        found.setdefault(row.person_id, []).append(Engagement(*row))
    return found
