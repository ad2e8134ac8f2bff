"""The list with which a door works without the network."""

from __future__ import annotations

from sqlalchemy import select

from volunteer_core.database import Work
from volunteer_core.events.concerned import organisers_of
from volunteer_core.events.door.admission import opening
from volunteer_core.events.door.keys import public_keys, signing_key
from volunteer_core.events.door.views import DoorKey, DoorList, DoorPosition, Expected
from volunteer_core.events.models import Event, Position, Signup, SignupStatus
from volunteer_core.office.settings import settings_on
from volunteer_core.people.masking import masked_name
from volunteer_core.people.models import Person
from volunteer_core.timespans import civil_date

_EXPECTED = (
    select(
        Signup.id.label("signup_id"),
        Signup.position_id,
        Signup.ticket.label("serial"),
        Person.name,
        Signup.companions,
        Signup.arrived_at,
        Signup.left_at,
    )
    .join(Position, Position.id == Signup.position_id)
    .join(Person, Person.id == Signup.person_id)
    .where(Signup.status == SignupStatus.CONFIRMED)
    .order_by(Signup.position_id, Signup.number)
)
_POSITIONS = select(Position).order_by(Position.starts_at, Position.id)


def read_door_list(work: Work, *, event_id: int) -> DoorList:
    """Keys, times, and everybody who has a seat, with the serial of the ticket that counts.

    Refuses (``NoTicketKey``) to make the office's first key in a work that only looks.
    """
    event = work.find(Event, event_id)
    work.demand("events.door", **organisers_of(work, event))
    signing_key(work)  # whose tickets are to be handed out later is verified by it too
    return DoorList(
        event_id=event.id,
        title=event.title,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        made_at=work.now,
        keys=[DoorKey(number, key) for number, key in sorted(public_keys(work).items())],
        positions=[
            _position(work, position)
            for position in work.scalars(_POSITIONS.where(Position.event_id == event.id))
        ],
        expected=[
            Expected(**{**row, "name": masked_name(row["name"])})
            for row in work.execute(_EXPECTED.where(Position.event_id == event.id)).mappings()
        ],
    )


def _position(work: Work, position: Position) -> DoorPosition:
    minutes = settings_on(work, civil_date(position.starts_at)).door_opens_minutes
    return DoorPosition(
        id=position.id,
        name=position.name,
        earns_hours=position.earns_hours,
        opens_at=opening(position.starts_at, minutes),
        starts_at=position.starts_at,
        ends_at=position.ends_at,
    )
