"""Deciding who comes, where a position asks for approval or somebody has often not come."""

from __future__ import annotations

from volunteer_core.database import Work
from volunteer_core.errors import Conflict
from volunteer_core.events.concerned import organisers_of
from volunteer_core.events.listing import signup_view
from volunteer_core.events.models import Event, Position, Signup, SignupStatus
from volunteer_core.events.signups import PositionStarted
from volunteer_core.events.telling import tell_of_decision
from volunteer_core.events.views import SignupView
from volunteer_core.events.waitlist import event_of, promote, together_with


class NotRequested(Conflict, code="not_requested", sentence="这份报名不需要审批，或者已经审批过。"):
    """What is decided is what somebody has asked for."""


def grant(work: Work, *, signup_id: int) -> SignupView:
    """Grants what was asked for: a seat if one is free for their place in the line, else they wait there.

    Of a whole group all are granted at once. They are told. Refused once the position has started.
    """
    position, event, signups = _asked_for(work, signup_id)
    for signup in signups:
        signup.status = SignupStatus.WAITING
    work.flush()
    promote(work, position)
    for signup in signups:
        if signup.status is SignupStatus.WAITING:
            tell_of_decision(work, event, position, signup, granted=True)
    work.flush()
    return signup_view(work, signup_id)


def decline(work: Work, *, signup_id: int) -> SignupView:
    """Declines what was asked for, of a whole group for all; they are told."""
    position, event, signups = _asked_for(work, signup_id)
    for signup in signups:
        signup.status, signup.cancelled_at = SignupStatus.DECLINED, work.now
        tell_of_decision(work, event, position, signup, granted=False)
    work.flush()
    return signup_view(work, signup_id)


def _asked_for(work: Work, signup_id: int) -> tuple[Position, Event, list[Signup]]:
    position = work.lock(Position, work.find(Signup, signup_id).position_id)
    signup = work.lock(Signup, signup_id)
    event = event_of(work, position)
    work.demand("events.decide", **organisers_of(work, event))
    if signup.status is not SignupStatus.REQUESTED:
        raise NotRequested(signup_id=signup.id, status=signup.status.value)
    if work.now >= position.starts_at:
        raise PositionStarted(signup_id=signup.id)
    signups = together_with(work, signup)
    for row in signups:
        row.decided_by, row.decided_at = work.by.person_id, work.now
    return position, event, signups
