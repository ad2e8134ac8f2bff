"""The positions of an event and their seats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select

from volunteer_core.database import Work
from volunteer_core.errors import Malformed, RuleBroken
from volunteer_core.events.calling_off import refuse_called_off
from volunteer_core.events.concerned import organisers_of
from volunteer_core.events.listing import position_view
from volunteer_core.events.models import SEATED, Event, Position, Signup, SignupStatus
from volunteer_core.events.position_rules import (
    checked_companions,
    checked_offer,
    checked_qualification,
    free_name,
    refuse_wrong_ages,
)
from volunteer_core.events.signups import PositionStarted
from volunteer_core.events.telling import tell_of_lost_seat
from volunteer_core.events.timetable import instant, position_span
from volunteer_core.events.views import PositionView
from volunteer_core.events.waitlist import event_of, lapse_late_offers, promote, take_out
from volunteer_core.places.models import Site
from volunteer_core.timespans import Span

MOST_SEATS = 100_000
MOST_NAMED = 50


class SeatsTaken(
    RuleBroken,
    code="seats_taken",
    sentence="已有 {taken} 个名额报名成功，还多出 {too_many} 个：请指明由谁转为候补。",
):
    """Nobody loses a seat silently because there are to be fewer. ``latest``: up to 50 sign-ups with seats,
    the last to come first."""


_SEATED = (
    select(Signup)
    .where(Signup.position_id == bindparam("position_id"), Signup.status.in_(SEATED))
    .order_by(Signup.number.desc())
    .execution_options(populate_existing=True)
)


def add_position(
    work: Work,
    *,
    event_id: int,
    name: str,
    capacity: int,
    earns_hours: bool,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    min_age: int | None = None,
    max_age: int | None = None,
    qualification: str | None = None,
    approval: bool = False,
    offer_minutes: int | None = None,
    most_companions: int = 0,
) -> PositionView:
    """Adds a position with 0 to 100,000 seats to an event that is not called off; its span is the
    event's unless given.

    With ``approval`` somebody decides who comes. A freed seat goes to the next in line at once, or is
    offered for ``offer_minutes`` (5 to 10,080). People may bring ``most_companions`` (0 to 20) along.
    Ages are completed years on the civil date of its start. Refuses a name the event has already,
    and a span that does not overlap the event's or reaches over 3 hours beyond it.
    """
    event = work.lock(Event, event_id)
    site = work.find(Site, event.site_id)
    work.demand("events.change", teams=[event.team_id], communities=[site.community_id])
    refuse_called_off(event)
    kept = free_name(work, event, name)
    span = position_span(
        Span(event.starts_at, event.ends_at),
        instant("starts_at", starts_at or event.starts_at, now=work.now),
        instant("ends_at", ends_at or event.ends_at, now=work.now),
        now=work.now,
    )
    refuse_wrong_ages(min_age, max_age)
    position = Position(
        event_id=event.id,
        name=kept,
        capacity=_seats(capacity),
        earns_hours=earns_hours,
        starts_at=span.start,
        ends_at=span.end,
        min_age=min_age,
        max_age=max_age,
        qualification=checked_qualification(qualification),
        approval=approval,
        offer_minutes=checked_offer(offer_minutes),
        most_companions=checked_companions(most_companions),
    )
    work.add(position)
    work.flush()
    return position_view(work, position.id)


def change_capacity(
    work: Work, *, position_id: int, capacity: int, leaving: Sequence[int] = ()
) -> PositionView:
    """Gives a position more or fewer seats; as many more as there are move people up at once.

    Fewer than are taken are refused, with who came last, unless ``leaving`` names sign-ups whose seats go:
    they wait again, at the place that they had in the line, and are told. Refused too: more of them than
    need to go, and an event that is called off.
    """
    position = work.lock(Position, position_id)
    event = event_of(work, position)
    work.demand("events.change", **organisers_of(work, event))
    refuse_called_off(event)
    if leaving and work.now >= position.starts_at:
        raise PositionStarted(position_id=position.id)
    lapse_late_offers(work, event, position)
    going = _whose_seats_go(work, position, _seats(capacity), leaving)
    position.capacity = capacity
    for signup in going:
        tell_of_lost_seat(work, event, position, signup)
    take_out(work, position, going, SignupStatus.WAITING)
    promote(work, position)
    return position_view(work, position.id)


def _whose_seats_go(work: Work, position: Position, capacity: int, leaving: Sequence[int]) -> list[Signup]:
    """Those who are named, if without them, and only then, so many seats are enough."""
    seated = list(work.scalars(_SEATED, {"position_id": position.id}))
    taken = sum(signup.seats for signup in seated)
    going = [signup for signup in seated if signup.id in leaving]
    if len(going) < len(set(leaving)):
        raise Malformed("leaving", "只能是这个岗位报名成功的人。")
    left = taken - sum(signup.seats for signup in going)
    if left > capacity:
        raise SeatsTaken(
            position_id=position.id,
            taken=taken,
            too_many=left - capacity,
            latest=[signup.id for signup in seated if signup not in going][:MOST_NAMED],
        )
    if any(left + signup.seats <= capacity for signup in going):
        raise Malformed("leaving", "点名的人数超过需要腾出的名额。")
    return going


def _seats(capacity: int) -> int:
    if not 0 <= capacity <= MOST_SEATS:
        raise Malformed("capacity", f"应在 0 至 {MOST_SEATS} 之间。")
    return capacity
