"""Coming into the line of a position. Inner: asks no rights. The caller has locked the position."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import NamedTuple

from sqlalchemy import bindparam, select

from volunteer_core.database import Work
from volunteer_core.errors import Conflict, Malformed, Refused, RuleBroken
from volunteer_core.events.door.codes import LARGEST_SERIAL
from volunteer_core.events.hindrances import Entrant, hindrances, refuse_unaccompanied
from volunteer_core.events.models import (
    IN_LINE,
    Event,
    EventStatus,
    Position,
    Signup,
    SignupGroup,
    SignupStatus,
)
from volunteer_core.events.no_shows import habitual
from volunteer_core.events.seats import seats_of
from volunteer_core.events.telling import tell_of_request
from volunteer_core.events.waitlist import (
    confirm,
    give_seats,
    lapse_late_offers,
    next_in_line,
    waiting,
    wanted,
)
from volunteer_core.office.settings import settings_on
from volunteer_core.timespans import chinese_span, civil_date

_OWN = (
    select(Signup)
    .where(
        Signup.position_id == bindparam("position_id"),
        Signup.person_id.in_(bindparam("people", expanding=True)),
    )
    .execution_options(populate_existing=True)
)


class AlreadySignedUp(Conflict, code="already_signed_up", sentence="此人已经报名。"):
    """A person signs up for a position once."""


class EventNotPublished(Conflict, code="event_not_published", sentence="活动尚未发布或已取消，不能报名。"):
    """People sign up for what is published and not called off."""


class SignupNotOpen(RuleBroken, code="signup_not_open", sentence="不在报名时间内（{window}）。"):
    """People sign up between the opening and the close, and before the position starts."""


class NotSignedUp(Conflict, code="not_signed_up", sentence="这个报名已经取消。"):
    """Only who has a seat or waits for one can cancel."""


class NoSeatFree(RuleBroken, code="no_seat_free", sentence="没有空余名额。"):
    """Who comes to the door without having signed up is let in while seats are free."""


class Terms(NamedTuple):
    """How people come into the line."""

    group: SignupGroup | None = None
    """Together with others; a whole group gets seats together or waits."""
    override_reason: str | None = None
    """Why somebody who may has them come although their time is promised elsewhere."""
    decided: bool = False
    """Whoever has them come may decide that they do. Otherwise, where the position asks for approval, and
    about those who often did not come, somebody decides: until then they have a place in the line, no seat.
    """
    leave_out: bool = False
    """Of several, those whom something hinders are left out: otherwise the first of them is refused."""
    walk_in: bool = False
    """They stand at the door: they get a free seat now, or none."""


class Entered(NamedTuple):
    """Who came into the line, and what kept others from it who were left out."""

    signups: list[Signup]
    left_out: dict[int, Refused]


def enter_line(
    work: Work,
    event: Event,
    position: Position,
    person_id: int,
    *,
    accompanied: bool = False,
    companions: int = 0,
    terms: Terms = Terms(),
) -> Signup:
    """Puts one person into the line, see :func:`enter_all`; refuses what hinders them."""
    entrant = Entrant(person_id, accompanied, companions, terms.override_reason is not None)
    return enter_all(work, event, position, [entrant], terms=terms).signups[0]


def enter_all(
    work: Work, event: Event, position: Position, entrants: Sequence[Entrant], *, terms: Terms = Terms()
) -> Entered:
    """Puts people into the line, with seats if there are some once whoever ahead can take one has it; else
    they wait.

    Refuses, or leaves out, whom something hinders and whoever is in the line already. Refuses more companions
    than the position allows, a guardian who is said to come and takes no seat, and at the door too few seats.
    """
    seats = seats_of(work, position, at_door=terms.walk_in)
    if seats.late:
        lapse_late_offers(work, event, position)
    people = [entrant.person_id for entrant in entrants]
    rows = {row.person_id: row for row in work.scalars(_OWN, {"position_id": position.id, "people": people})}
    again: dict[int, Refused] = {
        row.person_id: AlreadySignedUp(signup_id=row.id, person_id=row.person_id)
        for row in rows.values()
        if row.status is SignupStatus.CONFIRMED or (row.status in IN_LINE and not terms.walk_in)
    }
    if terms.walk_in:  # what is offered to them is theirs already
        seats.free += sum(row.seats for row in rows.values() if row.status is SignupStatus.OFFERED)
    for entrant in entrants:
        _refuse_companions(position, entrant)
        refuse_unaccompanied(work, event, entrant)

    line = waiting(work, position) if seats.free > 0 and seats.waiting and not terms.walk_in else []
    hindered = hindrances(work, event, position, [*map(Entrant.of, line), *entrants])
    kept_out = {one: again.get(one) or hindered[one] for one in people if one in again or one in hindered}
    if not terms.leave_out:
        for refusal in kept_out.values():
            raise refusal
    give_seats(work, event, position, next_in_line(work, line, hindered, seats))

    coming = [entrant for entrant in entrants if entrant.person_id not in kept_out]
    together = terms.group is not None and terms.group.whole
    asking = _who_asks(work, position, [entrant.person_id for entrant in coming], terms)
    seated: set[int] = set()
    for unit in [coming] if together else [[one] for one in coming]:
        members = {entrant.person_id for entrant in unit}
        if members & asking:
            asking |= members
        elif seats.take(wanted(work, unit)):
            seated |= members
    if terms.walk_in and len(seated) < len(coming):
        raise NoSeatFree(position_id=position.id)
    signups = [
        _enter(
            work,
            event,
            position,
            entrant,
            rows.get(entrant.person_id),
            terms,
            status=SignupStatus.CONFIRMED
            if entrant.person_id in seated
            else SignupStatus.REQUESTED
            if entrant.person_id in asking
            else SignupStatus.WAITING,
        )
        for entrant in coming
    ]
    return Entered(signups, kept_out)


def refuse_unless_in_line(signup: Signup) -> None:
    """Refuses what is cancelled or over."""
    if signup.status not in IN_LINE:
        raise NotSignedUp(signup_id=signup.id, status=signup.status.value)


def refuse_unless_open(work: Work, event: Event, position: Position) -> None:
    """Refuses outside of the time of sign-up."""
    if event.status is not EventStatus.PUBLISHED:
        raise EventNotPublished(event_id=event.id)
    closes = min(event.signup_closes_at, position.starts_at)
    if not event.signup_opens_at <= work.now < closes:
        raise SignupNotOpen(event_id=event.id, window=chinese_span(event.signup_opens_at, closes))


def _enter(
    work: Work,
    event: Event,
    position: Position,
    entrant: Entrant,
    row: Signup | None,
    terms: Terms,
    *,
    status: SignupStatus,
) -> Signup:
    """One person, at the end of the line; at the door at the place that they had."""
    if row is None:
        row = Signup(position_id=position.id, person_id=entrant.person_id)
    elif row.status not in IN_LINE:
        row.ticket = row.ticket % LARGEST_SERIAL + 1  # the one of before does not count again
    if row.status not in IN_LINE:
        position.arrivals += 1
        row.number = position.arrivals
        row.signed_up_at, row.walk_in = work.now, terms.walk_in
        row.promoted_at = row.cancelled_at = row.commitment_id = None
        row.arrived_at = row.left_at = row.decided_by = row.decided_at = None
    row.accompanied, row.companions = entrant.accompanied, entrant.companions
    row.group_id = terms.group.id if terms.group else None
    row.override_reason = terms.override_reason
    row.overridden_by = work.by.person_id if terms.override_reason is not None else None
    row.overridden_at = work.now if terms.override_reason is not None else None
    if status is SignupStatus.CONFIRMED:
        with work.no_autoflush:  # the number and the promise go to the database together
            confirm(work, event, position, row)
    else:
        row.status, row.offer_until = status, None
    work.add(row)
    work.flush()
    if row.status is SignupStatus.REQUESTED:
        tell_of_request(work, event, position, row)
    return row


def _who_asks(work: Work, position: Position, people: Collection[int], terms: Terms) -> set[int]:
    """Those about whom somebody has to decide."""
    if terms.decided or terms.walk_in:
        return set()
    if position.approval:
        return set(people)
    settings = settings_on(work, civil_date(position.starts_at))
    return habitual(work, people, civil_date(work.now), settings)


def _refuse_companions(position: Position, entrant: Entrant) -> None:
    most = max(position.most_companions, 1 if entrant.accompanied else 0)
    if not 0 <= entrant.companions <= most:
        raise Malformed("companions", f"应在 0 至 {most} 之间。", most=most)
