"""Saying that one cannot come, up to the start; and reading back why, which is one's own business."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import select

from volunteer_core import texts
from volunteer_core.commitments.models import Commitment
from volunteer_core.database import Page, Paging, Work
from volunteer_core.people.models import Person
from volunteer_core.rosters.assigning import find_assignment, lock_shift, take_off
from volunteer_core.rosters.gaps import tell_of_gap
from volunteer_core.rosters.models import DropOut, Shift, ShiftStatus
from volunteer_core.rosters.own_accord import about, meant
from volunteer_core.rosters.swaps.line import lock_line, promote_waiting
from volunteer_core.rosters.versions import keep_version


class DroppedOut(msgspec.Struct, frozen=True):
    """A person does not come, and what follows. ``replaced``: who was first in line comes instead."""

    shift_id: int
    person_id: int
    replaced: bool
    leaders_told: int


class DropOutView(msgspec.Struct, frozen=True):
    """A shift to which a person said they could not come. Only they themselves read ``reason``."""

    id: int
    shift_id: int
    starts_at: datetime
    said_at: datetime
    said_by: int | None
    reason: str | None


def cannot_come(work: Work, *, shift_id: int, person_id: int | None = None, reason: str = "") -> DroppedOut:
    """A person (by default whoever asks) cannot come to a shift they are on, promised or held. One call,
    up to the start: by themselves, a guardian, or who makes the roster.

    The place goes to the first in line for whom everything still holds. Those who make the roster are
    told who does not come, what lacks and who could come instead, never why.
    """
    shift, programme, site = lock_shift(work, shift_id)
    person = meant(work, person_id)
    work.demand("rosters.drop_out", **about(work, person, programme=programme, site=site))
    kept = texts.line("reason", reason, longest=200, empty=True)
    lock_line(work, shift, person.id)
    commitment = find_assignment(work, shift_id=shift.id, person_id=person.id)
    told = None if work.by.person_id == person.id else "已为您登记不能参加"
    take_off(work, shift, programme, site, commitment, told=told, cause="cannot_come")
    work.add(DropOut(commitment_id=commitment.id, reason=kept, said_at=work.now, said_by=work.by.person_id))
    work.flush()
    promoted = promote_waiting(work, shift, programme, site)
    version_id = None
    if shift.status is ShiftStatus.PUBLISHED:
        version_id = keep_version(work, shift, "cannot_come")
    told_now = tell_of_gap(
        work, shift, programme, site, f"{person.name} ", promoted=promoted, version_id=version_id
    )
    return DroppedOut(shift.id, person.id, bool(promoted), told_now)


def list_drop_outs(work: Work, *, person_id: int, paging: Paging = Paging()) -> Page[DropOutView]:
    """To which shifts a person could not come, the latest first. Why stands there for them alone."""
    person = work.find(Person, person_id)
    work.demand("rosters.drop_out", **about(work, person))
    statement = (
        select(
            DropOut.id, Commitment.shift_id, Shift.starts_at, DropOut.said_at, DropOut.said_by, DropOut.reason
        )
        .join(Commitment, Commitment.id == DropOut.commitment_id)
        .join(Shift, Shift.id == Commitment.shift_id)
        .where(Commitment.person_id == person.id)
        .order_by(DropOut.id.desc())
    )
    page = work.page(DropOutView, statement, paging)
    if work.by.person_id == person.id:
        return page
    hidden = [msgspec.structs.replace(one, reason=None) for one in page.items]
    return msgspec.structs.replace(page, items=hidden)
