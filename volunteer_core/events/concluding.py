"""Concluding an event: who was there has attended, who was not is a no-show, and hours are entered."""

from __future__ import annotations

from enum import StrEnum

import msgspec
from sqlalchemy import bindparam, select

from volunteer_core.commitments.models import Attendance, Commitment
from volunteer_core.database import Work
from volunteer_core.errors import Refused, RuleBroken
from volunteer_core.events.calling_off import turn
from volunteer_core.events.concerned import organisers_of
from volunteer_core.events.crediting import Mark, credit, due
from volunteer_core.events.door.comings import Course
from volunteer_core.events.models import Event, EventStatus, Position, Signup, SignupStatus
from volunteer_core.hours.presence import PRESENT
from volunteer_core.people.models import Person

_IN_POSITIONS = select(Position.id).where(Position.event_id == bindparam("event_id"))
_SEATED = select(Signup.id, Signup.person_id).where(
    Signup.position_id.in_(bindparam("positions", expanding=True)), Signup.status == SignupStatus.CONFIRMED
)


class EventNotOver(RuleBroken, code="event_not_over", sentence="活动尚未结束，结束后才能统一登记出勤。"):
    """An event is concluded when it and all of its positions are over."""


class Unmarked(StrEnum):
    """What to say of who has a seat, and of whom no door has reported."""

    ABSENT = "absent"
    ATTENDED = "attended"
    """No door was kept."""


class LeftOpen(msgspec.Struct, frozen=True):
    """A sign-up that could not be marked, and the code of what hours refused."""

    signup_id: int
    refusal: str


class Conclusion(msgspec.Struct, frozen=True):
    """How many of those with a seat were there and how many not, and who is to be marked by hand."""

    event_id: int
    status: EventStatus
    attended: int
    missing: int
    left_open: list[LeftOpen]


def conclude(work: Work, *, event_id: int, unmarked: Unmarked = Unmarked.ABSENT) -> Conclusion:
    """Says of all with a seat whether they were there; the event is held.

    Whom a door let in, or out, has attended: where the position earns hours, with their times. Who is
    marked already stays so. Repeating changes nothing; single people can be marked anew afterwards. Whom
    hours refuse (``day_full``, ``month_closed``) is left open and does not hold up the others.

    Refused before the end, and for what was never published or is called off.
    """
    event = work.lock(Event, event_id)
    work.demand("events.conclude", **organisers_of(work, event))
    ids = work.scalars(_IN_POSITIONS, {"event_id": event.id})
    positions = {position.id: position for position in work.lock_all(Position, ids)}
    if work.now < max([event.ends_at, *(position.ends_at for position in positions.values())]):
        raise EventNotOver(event_id=event.id)
    if event.status is not EventStatus.HELD:
        turn(event, EventStatus.HELD)
    seated = work.execute(_SEATED, {"positions": list(positions)}).all()
    work.lock_all(Person, (person_id for _, person_id in seated))
    signups = work.lock_all(Signup, (signup_id for signup_id, _ in seated))
    promises = {row.id: row for row in work.lock_all(Commitment, (one.commitment_id or 0 for one in signups))}
    work.flush()
    left_open = []
    for signup in signups:
        promise = promises[signup.commitment_id or 0]
        if promise.attendance is not None:
            continue
        refusal = _say(work, event, positions[signup.position_id], signup, promise, unmarked)
        if refusal is not None:
            left_open.append(LeftOpen(signup.id, refusal.code))
    work.flush()
    said = [promise.attendance for promise in promises.values()]
    attended = sum(attendance in PRESENT for attendance in said)
    return Conclusion(event.id, event.status, attended, len(said) - attended - len(left_open), left_open)


def _say(
    work: Work, event: Event, position: Position, signup: Signup, promise: Commitment, unmarked: Unmarked
) -> Refused | None:
    """Marks one person; gives what hours refuse."""
    course = Course(signup.arrived_at, signup.left_at)
    said = (due(event, position, course) if course.was_there else None) or Mark(Attendance(unmarked))
    if not position.earns_hours:  # nothing to enter, and there may be thousands
        promise.attendance = said.attendance
        return None
    try:
        with work.begin_nested():
            credit(work, event, position, promise, said)
    except Refused as refusal:
        return refusal
    return None
