"""The sign-ups that doors report of, locked, and what one more report does to them. Inner: asks no rights."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import bindparam, select

from volunteer_core.commitments.models import Commitment
from volunteer_core.database import Work
from volunteer_core.errors import RuleBroken
from volunteer_core.events.calling_off import refuse_called_off
from volunteer_core.events.crediting import follow, mark_of
from volunteer_core.events.door.admission import known_from, opening, refuse_untimely
from volunteer_core.events.door.codes import Ticket, refuse_other
from volunteer_core.events.door.comings import Course, Way, course, outcome_of
from volunteer_core.events.door.models import Direction, DoorScan, Outcome
from volunteer_core.events.models import Event, EventStatus, Position, Signup, SignupStatus
from volunteer_core.events.seats import MISSED, seats_of
from volunteer_core.events.waitlist import event_of
from volunteer_core.office.settings import settings_on
from volunteer_core.people.models import Person
from volunteer_core.timespans import civil_date

_OF_EVENT = (
    select(Signup.id, Signup.position_id, Signup.person_id)
    .join(Position, Position.id == Signup.position_id)
    .where(Signup.id.in_(bindparam("signups", expanding=True)), Position.event_id == bindparam("event_id"))
)
_REPORTED = (
    select(DoorScan)
    .where(DoorScan.signup_id.in_(bindparam("signups", expanding=True)), DoorScan.outcome != Outcome.REFUSED)
    .order_by(DoorScan.scanned_at, DoorScan.id)
)


class NotOfEvent(RuleBroken, code="signup_not_of_event", sentence="这个报名不属于本次活动。"):
    """A door lets in who signed up for its event."""


class WithoutSeat(RuleBroken, code="signup_without_seat", sentence="此人没有名额，不能入场。"):
    """Who waits, was refused or has cancelled has no seat; at the door they may get a free one."""


class SeatGivenAway(RuleBroken, code="seat_given_away", sentence="此人登记为缺席，名额已给他人。"):
    """Who was marked absent gets in while seats are free: theirs may have gone to somebody at the door."""


class AtDoor:
    """Sign-ups of an event, locked with their positions, people and promises, and all that is known of
    who came and went.

    Locks in the order of all works on events: positions, people, sign-ups, promises.
    """

    def __init__(self, work: Work, event: Event, signup_ids: Collection[int]) -> None:
        self._work = work
        self.event = event
        facts = {"signups": sorted(set(signup_ids)), "event_id": event.id}
        found = work.execute(_OF_EVENT, facts).all()
        self.positions = {row.id: row for row in work.lock_all(Position, (one.position_id for one in found))}
        for position in self.positions.values():
            self.event = event_of(work, position)  # may have been called off, or held, while we waited
        self.people = {row.id: row for row in work.lock_all(Person, (one.person_id for one in found))}
        self.signups = {row.id: row for row in work.lock_all(Signup, (one.id for one in found))}
        promises = (row.commitment_id for row in self.signups.values() if row.commitment_id is not None)
        self._promises = {row.id: row for row in work.lock_all(Commitment, promises)}
        self._reported: dict[int, list[DoorScan]] = {}
        for scan in work.scalars(_REPORTED, {"signups": list(self.signups)}):
            self._reported.setdefault(scan.signup_id or 0, []).append(scan)

    def course(self, signup: Signup, *more: Way) -> Course:
        """What is known of a sign-up, since it was made and of its day, and what it would be with one
        more report."""
        starts_at = self.positions[signup.position_id].starts_at
        since = known_from(starts_at, settings_on(self._work, civil_date(starts_at)).door_opens_minutes)
        known = [
            Way(scan.scanned_at, scan.direction)
            for scan in self._reported.get(signup.id, [])
            if scan.reported_at >= signup.signed_up_at and scan.scanned_at >= since
        ]
        return course([*known, *more])

    def refuse_stranger(self, signup_id: int, ticket: Ticket | None) -> None:
        """Refuses who is not of this event or has no seat, and a ticket that does not count."""
        if ticket is not None and ticket.event_id != self.event.id:
            refuse_other(ticket, event_id=self.event.id, serial=None)
        signup = self.signups.get(signup_id)
        if signup is None:
            raise NotOfEvent(signup_id=signup_id)
        has_seat = signup.status is SignupStatus.CONFIRMED
        if ticket is not None:
            refuse_other(ticket, event_id=self.event.id, serial=signup.ticket if has_seat else None)
        if not has_seat:
            raise WithoutSeat(signup_id=signup.id, status=signup.status.value)

    def take(self, signup_id: int, direction: Direction, at: datetime, *, by_ticket: bool = False) -> Outcome:
        """Has somebody come in, leave, or the last of these undone, with what it means for their hours.

        Refuses, and changes nothing, outside of the time of the door, and what hours refuse.
        """
        work, signup = self._work, self.signups[signup_id]
        position, promise = self.positions[signup.position_id], self._promises[signup.commitment_id or 0]
        refuse_called_off(self.event)
        minutes = settings_on(work, civil_date(position.starts_at)).door_opens_minutes
        opens_at = opening(position.starts_at, minutes)
        refuse_untimely(direction, at, opens_at=opens_at, ends_at=position.ends_at, by_ticket=by_ticket)
        before, after = self.course(signup), self.course(signup, Way(at, direction))
        if after.is_in and not before.is_in:
            self._refuse_given_away(signup, position, promise)
        with work.begin_nested():
            signup.arrived_at, signup.left_at = after.arrived_at, after.left_at
            follow(work, self.event, position, promise, before, after)
            work.flush()
        return outcome_of(direction, before, after)

    def note(self, scan: DoorScan) -> None:
        """Keeps a report with what came of it: it is known from now on."""
        self._work.add(scan)
        if scan.signup_id is not None and scan.outcome is not Outcome.REFUSED:
            self._reported.setdefault(scan.signup_id, []).append(scan)

    def _refuse_given_away(self, signup: Signup, position: Position, promise: Commitment) -> None:
        """Once an event is held, who reports late tells the truth all the same."""
        marked = mark_of(promise)
        if marked is None or marked.attendance not in MISSED or self.event.status is EventStatus.HELD:
            return
        if seats_of(self._work, position, at_door=True).free < signup.seats:
            raise SeatGivenAway(signup_id=signup.id)
