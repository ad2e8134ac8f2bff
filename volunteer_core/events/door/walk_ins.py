"""Who comes to the door without having signed up gets a free seat, and is in at once."""

from __future__ import annotations

from volunteer_core import texts
from volunteer_core.database import Work
from volunteer_core.errors import Malformed
from volunteer_core.events.concerned import organisers_of
from volunteer_core.events.door.admission import opening, refuse_untimely
from volunteer_core.events.door.models import Direction
from volunteer_core.events.door.scanning import admit
from volunteer_core.events.door.views import ScanView
from volunteer_core.events.entering import EventNotPublished, Terms, enter_line
from volunteer_core.events.models import EventStatus, Position
from volunteer_core.events.waitlist import event_of
from volunteer_core.office.settings import settings_on
from volunteer_core.people.masking import checked_phone
from volunteer_core.people.models import Person
from volunteer_core.people.visitors import person_of
from volunteer_core.places.models import Community
from volunteer_core.timespans import civil_date


def walk_in(
    work: Work,
    *,
    position_id: int,
    person_id: int | None = None,
    name: str | None = None,
    phone: str | None = None,
    community_id: int | None = None,
    accompanied: bool = False,
    companions: int = 0,
) -> ScanView:
    """Signs somebody up at the door and lets them in, also once sign-up has closed, or if they wait in line:
    a known person, or a resident by name and phone, who becomes a visitor if nobody is known by both.

    Seats of those who are marked absent are free. Refuses (``NoSeatFree``) when there is none, who has
    a seat already, whom the rules of the position keep out, and outside of the time of the door.
    """
    position = work.lock(Position, position_id)
    event = event_of(work, position)
    work.demand("events.walk_in", **organisers_of(work, event))
    if event.status is not EventStatus.PUBLISHED:
        raise EventNotPublished(event_id=event.id)
    minutes = settings_on(work, civil_date(position.starts_at)).door_opens_minutes
    opens_at = opening(position.starts_at, minutes)
    refuse_untimely(Direction.IN, work.now, opens_at=opens_at, ends_at=position.ends_at, by_ticket=False)
    signup = enter_line(
        work,
        event,
        position,
        _whom(work, person_id, name, phone, community_id),
        accompanied=accompanied,
        companions=companions,
        terms=Terms(walk_in=True),
    )
    return admit(work, event, signup.id)


def _whom(
    work: Work, person_id: int | None, name: str | None, phone: str | None, community_id: int | None
) -> int:
    if person_id is not None:
        if (name, phone, community_id) != (None, None, None):
            raise Malformed("person_id", "已写明是哪一位，不必再填姓名、电话和社区。")
        return work.find(Person, person_id).id
    if name is None or not (number := checked_phone(phone or "")):
        raise Malformed("person_id", "请写明是哪一位，或填写姓名和电话。")
    if community_id is not None:
        work.find(Community, community_id)
    kept = texts.stranger("name", name, longest=60)
    return person_of(work, name=kept, phone=number, community_id=community_id)
