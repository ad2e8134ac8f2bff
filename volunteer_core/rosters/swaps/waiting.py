"""Waiting for a place on a full shift: joining the line, leaving it, and one's place in it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from volunteer_core.database import Work
from volunteer_core.errors import Conflict
from volunteer_core.people.models import Person
from volunteer_core.places.models import Site
from volunteer_core.rosters.assigning import lock_shift, people_on
from volunteer_core.rosters.checking import Checks
from volunteer_core.rosters.models import Shift
from volunteer_core.rosters.own_accord import about, meant
from volunteer_core.rosters.swaps.line import lock_line, promote_waiting
from volunteer_core.rosters.swaps.models import ShiftWait, WaitStatus
from volunteer_core.rosters.swaps.open_shifts import refuse_unless_open_to
from volunteer_core.teams.models import Programme


class PlaceFree(Conflict, code="place_free", sentence="班次还有空位，可以直接报名。"):
    """People wait for what is full; what is not they take."""


class AlreadyWaiting(Conflict, code="already_waiting", sentence="已经在候补。"):
    """A person waits for a shift once at a time."""


class NotWaiting(Conflict, code="not_waiting", sentence="没有在候补这个班次。"):
    """Only who waits can leave the line."""


class WaitView(msgspec.Struct, frozen=True):
    """A person's place in the line of a shift, the first being 1."""

    shift_id: int
    starts_at: datetime
    ends_at: datetime
    person_id: int
    code: str
    name: str
    place: int
    joined_at: datetime


def join_wait(work: Work, *, shift_id: int, person_id: int | None = None) -> WaitView:
    """A member of the team (by default whoever asks) waits for a place on a full shift, behind all who
    came before. Whoever ahead can take a place that is free by now gets it first.

    Refuses a shift with a place left, a second time, and whom the rules keep from it today already.
    """
    shift, programme, site = lock_shift(work, shift_id)
    person = meant(work, person_id)
    work.demand("rosters.take", **about(work, person, programme=programme, site=site))
    refuse_unless_open_to(work, shift, programme, person.id)
    line = lock_line(work, shift, person.id)
    if any(wait.person_id == person.id for wait in line):
        raise AlreadyWaiting(shift_id=shift.id)
    for refusal in Checks.load(work, programme, [shift], [person.id]).against(shift, person.id):
        raise refusal
    promote_waiting(work, shift, programme, site, at_most=shift.maximum)
    if people_on(work, shift.id) < shift.maximum:
        raise PlaceFree(shift_id=shift.id)
    work.add(ShiftWait(shift_id=shift.id, person_id=person.id, status=WaitStatus.WAITING, joined_at=work.now))
    work.flush()
    [found] = work.views(WaitView, _select().where(ShiftWait.shift_id == shift.id, Person.id == person.id))
    return found


def leave_wait(work: Work, *, shift_id: int, person_id: int | None = None) -> None:
    """Leaves the line of a shift. Whoever comes back stands behind the others."""
    shift, programme, site = lock_shift(work, shift_id)
    person = meant(work, person_id)
    work.demand("rosters.take", **about(work, person, programme=programme, site=site))
    own = [wait for wait in lock_line(work, shift) if wait.person_id == person.id]
    if not own:
        raise NotWaiting(shift_id=shift.id)
    own[0].status, own[0].ended_at = WaitStatus.LEFT, work.now
    work.flush()


def list_waiting(work: Work, *, shift_id: int) -> list[WaitView]:
    """The line of a shift, strictly by arrival, with full names: for those who make the roster."""
    shift = work.find(Shift, shift_id)
    programme, site = work.find(Programme, shift.programme_id), work.find(Site, shift.site_id)
    work.demand("rosters.candidates", teams=[programme.team_id], communities=[site.community_id])
    return work.views(WaitView, _select().where(ShiftWait.shift_id == shift.id).order_by(ShiftWait.id))


def list_waits(work: Work, *, person_id: int) -> list[WaitView]:
    """For which coming shifts a person waits, and their place in each line."""
    person = work.find(Person, person_id)
    work.demand("rosters.take", **about(work, person))
    own = _select().where(Person.id == person.id, Shift.starts_at > work.now)
    return work.views(WaitView, own.order_by(Shift.starts_at, ShiftWait.id))


def _select() -> Any:
    ahead = aliased(ShiftWait)
    place = (
        select(func.count())
        .where(
            ahead.shift_id == ShiftWait.shift_id,
            ahead.status == WaitStatus.WAITING,
            ahead.id <= ShiftWait.id,
        )
        .scalar_subquery()
    )
    return (
        select(
            ShiftWait.shift_id,
            Shift.starts_at,
            Shift.ends_at,
            ShiftWait.person_id,
            Person.code,
            Person.name,
            place.label("place"),
            ShiftWait.joined_at,
        )
        .join(Shift, Shift.id == ShiftWait.shift_id)
        .join(Person, Person.id == ShiftWait.person_id)
        .where(ShiftWait.status == WaitStatus.WAITING)
    )
