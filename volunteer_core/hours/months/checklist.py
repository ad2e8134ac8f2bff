"""What has to be settled before a month is closed."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import Row, select

from volunteer_core.commitments.models import Commitment, CommitmentStatus
from volunteer_core.database import Work
from volunteer_core.hours.claims.models import Claim, ClaimState
from volunteer_core.hours.deadlines import recording_due
from volunteer_core.hours.models import LedgerEntry
from volunteer_core.hours.months.models import MonthState
from volunteer_core.hours.months.states import state_of
from volunteer_core.hours.objections.models import Objection, ObjectionState
from volunteer_core.places.models import Community, Site
from volunteer_core.timespans import Month, civil_date, parse_month
from volunteer_core.workdays.upkeep import load_daybook

MOST_ITEMS = 500


class ItemKind(StrEnum):
    UNMARKED = "unmarked"
    """A promise whose attendance is not marked; ``id`` is the commitment's."""
    CLAIM = "claim"
    """A claim that nobody has decided."""
    OBJECTION = "objection"
    """An objection that nobody has answered."""


class Item(msgspec.Struct, frozen=True):
    """Something to settle: what it is, about whose service on which day, until when it is due."""

    kind: ItemKind
    id: int
    person_id: int
    civil_date: date
    due: date
    overdue: bool
    shift_id: int | None = None
    position_id: int | None = None
    """Of a promise: at which shift, or at which position of an event."""


class Checklist(msgspec.Struct, frozen=True):
    """A month of a community before it is closed: how much there is to settle, and what (at most 500).

    ``overdue`` counts what is beyond its date: service is recorded within 10 working days
    (民政部令67号 Art 11), an objection answered within the office's.
    """

    community_id: int
    month: str
    state: MonthState
    ready: bool
    unmarked: int
    claims: int
    objections: int
    overdue: int
    items: list[Item]


def read_checklist(work: Work, *, community_id: int, month: str) -> Checklist:
    """What still has to be settled before a month of a community can be closed."""
    work.find(Community, community_id)
    work.demand("hours.months.read", communities=[community_id])
    return unsettled(work, community_id, parse_month(month))


def unsettled(work: Work, community_id: int, month: Month) -> Checklist:
    """What is not settled in a month of a community. Inner."""
    items = [*_recordings(work, community_id, month), *_objections(work, community_id, month)]
    count = {kind: sum(item.kind is kind for item in items) for kind in ItemKind}
    return Checklist(
        community_id,
        str(month),
        state_of(work, community_id, month.first),
        not items,
        count[ItemKind.UNMARKED],
        count[ItemKind.CLAIM],
        count[ItemKind.OBJECTION],
        sum(item.overdue for item in items),
        sorted(items, key=lambda item: (item.due, item.kind, item.id))[:MOST_ITEMS],
    )


def _recordings(work: Work, community_id: int, month: Month) -> list[Item]:
    unmarked = (
        select(
            Commitment.id,
            Commitment.person_id,
            Commitment.civil_date,
            Commitment.ends_at,
            Commitment.shift_id,
            Commitment.position_id,
        )
        .join(Site, Site.id == Commitment.site_id)
        .where(
            Site.community_id == community_id,
            Commitment.civil_date.between(month.first, month.last),
            Commitment.status == CommitmentStatus.PROMISED,
            Commitment.attendance.is_(None),
        )
    )
    claims = select(Claim.id, Claim.person_id, Claim.civil_date, Claim.ends_at).where(
        Claim.community_id == community_id,
        Claim.civil_date.between(month.first, month.last),
        Claim.state == ClaimState.PENDING,
    )
    book, today = load_daybook(work), civil_date(work.now)

    def item(kind: ItemKind, row: Row[*tuple[Any, ...]]) -> Item:
        due = recording_due(work, book, row.ends_at)
        return Item(kind, row.id, row.person_id, row.civil_date, due, due < today, *row[4:])

    return [
        *(item(ItemKind.UNMARKED, row) for row in work.execute(unmarked)),
        *(item(ItemKind.CLAIM, row) for row in work.execute(claims)),
    ]


def _objections(work: Work, community_id: int, month: Month) -> list[Item]:
    rows = work.execute(
        select(Objection.id, Objection.person_id, LedgerEntry.civil_date, Objection.due)
        .join(LedgerEntry, LedgerEntry.id == Objection.entry_id)
        .where(
            LedgerEntry.community_id == community_id,
            LedgerEntry.civil_date.between(month.first, month.last),
            Objection.state == ObjectionState.OPEN,
        )
    )
    today = civil_date(work.now)
    return [
        Item(ItemKind.OBJECTION, row.id, row.person_id, row.civil_date, row.due, row.due < today)
        for row in rows
    ]
