"""Signing up for a position of an event, and cancelling. Neither can oversell it."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from volunteer_core.commitments.models import Commitment, CommitmentStatus
from volunteer_core.commitments.promises import set_status
from volunteer_core.database import Work
from volunteer_core.errors import Conflict, RuleBroken
from volunteer_core.events.listing import signup_view
from volunteer_core.events.models import Event, EventStatus, Position, Signup, SignupStatus
from volunteer_core.events.views import SignupView
from volunteer_core.events.waitlist import (
    event_of,
    give_seats,
    hindrances,
    promise,
    promote,
    seats_taken,
    waiting,
)
from volunteer_core.people.models import Person
from volunteer_core.people.standing import guardian_ids
from volunteer_core.places.models import Site
from volunteer_core.teams.membership import teams_of
from volunteer_core.timespans import chinese_span, civil_date

ACTIVE = (SignupStatus.CONFIRMED, SignupStatus.WAITING)

_OWN = (
    select(Signup)
    .where(Signup.position_id == bindparam("position_id"), Signup.person_id == bindparam("person_id"))
    .execution_options(populate_existing=True)
)


class EventNotPublished(Conflict, code="event_not_published", sentence="活动尚未发布或已取消，不能报名。"):
    """People sign up for what is published and not called off."""


class SignupNotOpen(RuleBroken, code="signup_not_open", sentence="不在报名时间内（{window}）。"):
    """People sign up between the opening and the close, and before the position starts."""


class AlreadySignedUp(Conflict, code="already_signed_up", sentence="此人已经报名。"):
    """A person signs up for a position once."""


class NotSignedUp(Conflict, code="not_signed_up", sentence="这个报名已经取消。"):
    """Only who has a seat or waits for one can cancel."""


class CancelTooLate(
    RuleBroken, code="cancel_too_late", sentence="已过自行取消的期限，请联系队长或社区协调员。"
):
    """After the event's limit a leader, a coordinator or the street office cancels for people."""


class PositionStarted(RuleBroken, code="position_started", sentence="活动已经开始，不能再取消，请登记出勤。"):
    """Once it has started, attendance says who was there."""


def sign_up(work: Work, *, position_id: int, person_id: int, accompanied: bool = False) -> SignupView:
    """Signs a person up: with a seat if one is free and nobody ahead can take it, else at the end
    of the line. Whoever ahead can take a free seat by now gets it first.

    ``accompanied`` says that the guardian comes along, which the youngest need. Refuses outside of
    the time of sign-up, a second sign-up, whom the rules of the position keep out on its day, and a
    clash even for who would only wait. Who cancelled and comes back goes to the end of the line.
    """
    position = work.lock(Position, position_id)
    event = event_of(work, position)
    site = work.find(Site, event.site_id)
    person = work.find(Person, person_id)
    today = civil_date(work.now)
    work.demand(
        "events.sign_up",
        people=[person.id],
        guardians=guardian_ids(work, person.id, today),
        teams=teams_of(work, person.id, today),
        communities=[site.community_id],
    )
    _refuse_unless_open(work, event, position)
    row = work.scalar(_OWN, {"position_id": position.id, "person_id": person.id})
    if row is not None and row.status in ACTIVE:
        raise AlreadySignedUp(signup_id=row.id)

    free = position.capacity - seats_taken(work, position)
    line = waiting(work, position) if free > 0 else []
    coming = {ahead.person_id: ahead.accompanied for ahead in line} | {person.id: accompanied}
    hindered = hindrances(work, event, position, coming)
    if person.id in hindered:
        raise hindered[person.id]
    able = [ahead for ahead in line if ahead.person_id not in hindered][:free]
    give_seats(work, event, position, able)
    commitment = promise(work, event, position, person.id) if free > len(able) else None

    position.arrivals += 1
    if row is None:
        row = Signup(position_id=position.id, person_id=person.id)
        work.add(row)
    row.number = position.arrivals
    row.status = SignupStatus.CONFIRMED if commitment else SignupStatus.WAITING
    row.commitment_id = commitment.id if commitment else None
    row.accompanied = accompanied
    row.signed_up_at, row.promoted_at, row.cancelled_at = work.now, None, None
    work.flush()
    return signup_view(work, row.id)


def cancel(work: Work, *, signup_id: int) -> SignupView:
    """Cancels a sign-up, releases the person's time and promotes who is next in line.

    People and guardians do so until the event's ``cancel_until``, or at any time while they only
    wait; leaders (of the person's team or the organising one), coordinators and the street office
    until the start. Refused later, and for what is cancelled already.
    """
    position = work.lock(Position, work.find(Signup, signup_id).position_id)
    signup = work.lock(Signup, signup_id)
    event = event_of(work, position)
    site = work.find(Site, event.site_id)
    today = civil_date(work.now)
    teams = [event.team_id, *teams_of(work, signup.person_id, today)]
    work.demand(
        "events.cancel",
        people=[signup.person_id],
        guardians=guardian_ids(work, signup.person_id, today),
        teams=teams,
        communities=[site.community_id],
    )
    if signup.status not in ACTIVE:
        raise NotSignedUp(signup_id=signup.id)
    if work.now >= position.starts_at:
        raise PositionStarted(signup_id=signup.id)
    too_late = signup.status is SignupStatus.CONFIRMED and work.now >= event.cancel_until
    if too_late and not work.may("events.cancel", teams=teams, communities=[site.community_id]):
        raise CancelTooLate(signup_id=signup.id)
    signup.status, signup.cancelled_at = SignupStatus.CANCELLED, work.now
    if signup.commitment_id is not None:  # who only waited has none
        promote(work, position, at_most=1)  # locks people, so it comes before other rows
        set_status(work, work.lock(Commitment, signup.commitment_id), CommitmentStatus.RELEASED)
    work.flush()
    return signup_view(work, signup.id)


def _refuse_unless_open(work: Work, event: Event, position: Position) -> None:
    if event.status is not EventStatus.PUBLISHED:
        raise EventNotPublished(event_id=event.id)
    closes = min(event.signup_closes_at, position.starts_at)
    if not event.signup_opens_at <= work.now < closes:
        raise SignupNotOpen(event_id=event.id, window=chinese_span(event.signup_opens_at, closes))
