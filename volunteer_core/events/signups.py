"""Signing up for a position of an event, and cancelling. Neither can oversell it."""

from __future__ import annotations

from volunteer_core import texts
from volunteer_core.database import Work
from volunteer_core.errors import RuleBroken
from volunteer_core.events.alerting import tell_organisers
from volunteer_core.events.concerned import concerned_by, organisers_of
from volunteer_core.events.entering import Terms, enter_line, refuse_unless_in_line, refuse_unless_open
from volunteer_core.events.hindrances import left_alone
from volunteer_core.events.listing import signup_view
from volunteer_core.events.models import Position, Signup, SignupStatus
from volunteer_core.events.views import SignupView
from volunteer_core.events.waitlist import event_of, take_out
from volunteer_core.people.models import Person
from volunteer_core.people.standing import guardian_ids
from volunteer_core.teams.membership import teams_of
from volunteer_core.timespans import civil_date


class CancelTooLate(
    RuleBroken, code="cancel_too_late", sentence="已过自行取消的期限，请联系队长或社区协调员。"
):
    """After the event's limit a leader, a coordinator or the street office cancels for people."""


class PositionStarted(RuleBroken, code="position_started", sentence="活动已经开始，不能再取消，请登记出勤。"):
    """Once it has started, attendance says who was there."""


def sign_up(
    work: Work,
    *,
    position_id: int,
    person_id: int,
    accompanied: bool = False,
    companions: int = 0,
    override_reason: str | None = None,
) -> SignupView:
    """Signs a person up: with a seat if one is free and nobody ahead can take it, else at the end
    of the line. Whoever ahead can take a free seat by now gets it first.

    ``companions`` people without a sign-up of their own come along, and each takes a seat; ``accompanied``
    says that the guardian comes, which the youngest need: as one of them, or with a sign-up of their own
    for the same event. Where the position asks for approval the sign-up waits for it, unless whoever signs
    up may give it. With a reason for it leaders have people come whose time is promised elsewhere: that is
    recorded.

    Refuses outside of the time of sign-up, a second sign-up, whom the rules of the position keep out
    on its day, and a clash even for who would only wait. Who cancelled and comes back goes to the end
    of the line.
    """
    position = work.lock(Position, position_id)
    event = event_of(work, position)
    organisers = organisers_of(work, event)
    if person_id != work.by.person_id:  # most sign up themselves: it need not be looked up who else may
        person, today = work.find(Person, person_id), civil_date(work.now)
        work.demand(
            "events.sign_up",
            guardians=guardian_ids(work, person.id, today),
            teams=teams_of(work, person.id, today),
            communities=organisers.get("communities", ()),
        )
    else:
        work.demand("events.sign_up", people=[person_id])
    reason = None
    if override_reason is not None:
        work.demand("events.override", **organisers)
        reason = texts.line("override_reason", override_reason, longest=200)
    refuse_unless_open(work, event, position)
    signup = enter_line(
        work,
        event,
        position,
        person_id,
        accompanied=accompanied,
        companions=companions,
        terms=Terms(
            override_reason=reason,
            decided=work.may("events.decide", **organisers),
        ),
    )
    return signup_view(work, signup.id)


def cancel(work: Work, *, signup_id: int) -> SignupView:
    """Cancels a sign-up, releases the person's time and promotes who is next in line.

    People and guardians do so until the event's ``cancel_until``, or at any time while they have no seat yet;
    leaders (of the person's team or the organising one), coordinators and the street office
    until the start. Refused later, and for what is cancelled already. Who organises the event is told if a
    minor now comes without the guardian who was to accompany them.
    """
    position = work.lock(Position, work.find(Signup, signup_id).position_id)
    signup = work.lock(Signup, signup_id)
    event = event_of(work, position)
    facts = concerned_by(work, event, signup.person_id)
    work.demand("events.cancel", **facts)
    refuse_unless_in_line(signup)
    if work.now >= position.starts_at:
        raise PositionStarted(signup_id=signup.id)
    too_late = signup.status is SignupStatus.CONFIRMED and work.now >= event.cancel_until
    if too_late and not work.may("events.cancel", teams=facts["teams"], communities=facts["communities"]):
        raise CancelTooLate(signup_id=signup.id)
    take_out(work, position, [signup], SignupStatus.CANCELLED)
    for ward in left_alone(work, event, signup.person_id):
        tell_organisers(
            work,
            event,
            f"活动“{event.title}”的报名（编号 {ward.id}）须有监护人陪同，但监护人已取消报名，请联系其家长。",
        )
    return signup_view(work, signup.id)
