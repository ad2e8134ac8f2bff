"""Tickets: a signed text for each sign-up with a seat, which a door can verify without the network."""

from __future__ import annotations

from volunteer_core.database import Facts, Work
from volunteer_core.errors import Conflict
from volunteer_core.events.concerned import organisers_of
from volunteer_core.events.door.admission import opening
from volunteer_core.events.door.codes import MOST_TICKETS, Ticket, written
from volunteer_core.events.door.keys import signing_key
from volunteer_core.events.door.views import TicketView
from volunteer_core.events.models import Event, Position, Signup, SignupStatus
from volunteer_core.office.settings import settings_on
from volunteer_core.people.standing import guardian_ids
from volunteer_core.timespans import civil_date


class NoTicket(Conflict, code="no_ticket", sentence="报名成功后才有入场码。"):
    """Who waits, was refused or has cancelled has no seat, so no ticket."""


class TooManyTickets(Conflict, code="too_many_tickets", sentence="换码次数过多，请到现场按名单签到。"):
    """One sign-up gets a thousand tickets at most."""


def read_ticket(work: Work, *, signup_id: int) -> TicketView:
    """The ticket of a sign-up with a seat. It is the same text each time, until it is renewed.

    Refuses (``NoTicketKey``) the office's very first in a work that only looks: its key is made then.
    """
    signup = work.find(Signup, signup_id)
    position = work.find(Position, signup.position_id)
    event = work.find(Event, position.event_id)
    work.demand("events.ticket", **_whose(work, event, signup))
    return _view(work, event, position, signup)


def renew_ticket(work: Work, *, signup_id: int) -> TicketView:
    """Gives a new ticket, and revokes those before: for who has shown theirs around, or lost the phone.

    A door without the network learns of it when it next loads its list.
    """
    position = work.lock(Position, work.find(Signup, signup_id).position_id)
    signup = work.lock(Signup, signup_id)
    event = work.find(Event, position.event_id)
    work.demand("events.renew_ticket", **_whose(work, event, signup))
    _refuse_without_seat(signup)
    if signup.ticket >= MOST_TICKETS:
        raise TooManyTickets(signup_id=signup.id)
    signup.ticket += 1
    work.flush()
    return _view(work, event, position, signup)


def ticket_text(work: Work, signup: Signup) -> str:
    """The text of the ticket that counts. Inner. Refuses who has no seat."""
    _refuse_without_seat(signup)
    key = signing_key(work)
    event_id = work.find(Position, signup.position_id).event_id
    return written(Ticket(key.number, event_id, signup.id, signup.ticket), key.private_key)


def _whose(work: Work, event: Event, signup: Signup) -> Facts:
    """The person's, their guardians', and that of who organises the event."""
    return Facts(
        people=[signup.person_id],
        guardians=guardian_ids(work, signup.person_id, civil_date(work.now)),
        **organisers_of(work, event),
    )


def _refuse_without_seat(signup: Signup) -> None:
    if signup.status is not SignupStatus.CONFIRMED:
        raise NoTicket(signup_id=signup.id, status=signup.status.value)


def _view(work: Work, event: Event, position: Position, signup: Signup) -> TicketView:
    settings = settings_on(work, civil_date(position.starts_at))
    return TicketView(
        signup_id=signup.id,
        event_id=event.id,
        title=event.title,
        position=position.name,
        opens_at=opening(position.starts_at, settings.door_opens_minutes),
        starts_at=position.starts_at,
        ends_at=position.ends_at,
        companions=signup.companions,
        code=ticket_text(work, signup),
    )
