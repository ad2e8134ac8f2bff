"""The seats of a position: how many are free, and for whom. Inner: asks no rights.

Seats are counted from sign-ups, never kept as a number. The caller has locked the position.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from sqlalchemy import Select, and_, bindparam, exists, func, or_, select

from volunteer_core.commitments.models import Attendance, Commitment
from volunteer_core.database import Work
from volunteer_core.events.models import SEATED, HeldSeats, Position, Signup, SignupStatus
from volunteer_core.people.models import Person
from volunteer_core.tables import Instant

MISSED = (Attendance.ABSENT, Attendance.EXCUSED)
"""Whose seat others may have at the door."""

_HAS_SEATS = or_(
    Signup.status == SignupStatus.CONFIRMED,
    and_(
        Signup.status == SignupStatus.OFFERED,
        Signup.offer_until > bindparam("now", type_=Instant),
    ),
)
"""An offer that has run out holds no seat, whether or not the clock has noticed."""
_TAKEN = select(func.coalesce(func.sum(1 + Signup.companions), 0)).where(
    Signup.position_id == bindparam("position_id"), Signup.status.in_(SEATED), _HAS_SEATS
)
_TAKEN_AT_DOOR = _TAKEN.outerjoin(Commitment, Commitment.id == Signup.commitment_id).where(
    Commitment.attendance.is_(None) | Commitment.attendance.not_in(MISSED)
)
_WAITING = exists().where(
    Signup.position_id == bindparam("position_id"), Signup.status == SignupStatus.WAITING
)
_LATE = exists().where(
    Signup.position_id == bindparam("position_id"),
    Signup.status == SignupStatus.OFFERED,
    Signup.offer_until <= bindparam("now", type_=Instant),
)
_KEPT = (
    HeldSeats.position_id == bindparam("position_id"),
    HeldSeats.until > bindparam("now", type_=Instant),
)


def _look(taken: Select[int]) -> Select[int, bool, bool, bool]:
    return select(
        taken.scalar_subquery(),
        select(_WAITING).scalar_subquery(),
        select(_LATE).scalar_subquery(),
        select(exists().where(*_KEPT)).scalar_subquery(),
    )


_LOOK, _LOOK_AT_DOOR = _look(_TAKEN), _look(_TAKEN_AT_DOOR)
_TAKEN_OF_COMMUNITY = (
    select(func.coalesce(func.sum(1 + Signup.companions), 0))
    .join(Person, Person.id == Signup.person_id)
    .where(
        Signup.position_id == HeldSeats.position_id,
        Signup.status.in_(SEATED),
        _HAS_SEATS,
        Person.community_id == HeldSeats.community_id,
    )
    .correlate(HeldSeats)
    .scalar_subquery()
)
_KEPT_EMPTY = select(HeldSeats.community_id, HeldSeats.seats - _TAKEN_OF_COMMUNITY).where(*_KEPT)


class Seats:
    """The free seats of a position, counted down as they are given."""

    def __init__(self, free: int, kept: Mapping[int, int], *, waiting: bool, late: bool) -> None:
        self.free = free
        self._kept = dict(kept)
        """Seats that are empty and kept for people of a community."""
        self.waiting = waiting
        """Whether anybody waits for one."""
        self.late = late
        """Whether offers have run out that nobody has ended yet."""

    def free_for(self, community_id: int | None) -> int:
        """How many somebody of a community could have."""
        return self.free - sum(seats for community, seats in self._kept.items() if community != community_id)

    def take(self, wanted: Iterable[tuple[int | None, int]]) -> bool:
        """Takes seats for people of communities, for all of them or, if there are too few, for none."""
        free, kept = self.free, dict(self._kept)
        for community_id, seats in wanted:
            if seats > self.free_for(community_id):
                self.free, self._kept = free, kept
                return False
            self.free -= seats
            if community_id in self._kept:
                self._kept[community_id] = max(0, self._kept[community_id] - seats)
        return True


def seats_taken(work: Work, position: Position) -> int:
    """How many seats of a locked position are taken, by people and those they bring along."""
    return work.scalar(_TAKEN, {"position_id": position.id, "now": work.now}) or 0


def seats_of(work: Work, position: Position, *, at_door: bool = False) -> Seats:
    """The seats of a locked position. At the door whoever is known not to come has none any more."""
    facts = {"position_id": position.id, "now": work.now}
    taken, waiting, late, kept = work.execute(_LOOK_AT_DOOR if at_door else _LOOK, facts).one()
    empty = (
        {community_id: max(0, seats) for community_id, seats in work.execute(_KEPT_EMPTY, facts)}
        if kept
        else {}
    )
    return Seats(position.capacity - taken, empty, waiting=waiting, late=late)
