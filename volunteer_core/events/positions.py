"""The positions of an event and their seats."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from volunteer_core import texts
from volunteer_core.database import Work
from volunteer_core.errors import Conflict, Malformed, RuleBroken
from volunteer_core.events.calling_off import refuse_called_off
from volunteer_core.events.listing import position_view
from volunteer_core.events.models import Event, Position
from volunteer_core.events.timetable import instant, position_span
from volunteer_core.events.views import PositionView
from volunteer_core.events.waitlist import event_of, promote, seats_taken
from volunteer_core.places.models import Site
from volunteer_core.timespans import Span

MOST_SEATS = 100_000
OLDEST = 120


class PositionNameTaken(Conflict, code="position_name_taken", sentence="活动中已有同名岗位。"):
    """The positions of an event have different names."""


class SeatsTaken(RuleBroken, code="seats_taken", sentence="已有 {taken} 人报名成功，名额不能少于这个数。"):
    """Nobody loses a seat because there are to be fewer."""


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
) -> PositionView:
    """Adds a position with 0 to 100,000 seats to an event that is not called off; its span is the
    event's unless given.

    Ages are completed years on the civil date of its start. Refuses a name the event has already,
    and a span that does not overlap the event's or reaches over 3 hours beyond it.
    """
    event = work.lock(Event, event_id)
    site = work.find(Site, event.site_id)
    work.demand("events.change", teams=[event.team_id], communities=[site.community_id])
    refuse_called_off(event)
    kept = texts.line("name", name, longest=40)
    if work.scalar(select(Position.id).where(Position.event_id == event.id, Position.name == kept)):
        raise PositionNameTaken(event_id=event.id)
    span = position_span(
        Span(event.starts_at, event.ends_at),
        instant("starts_at", starts_at or event.starts_at, now=work.now),
        instant("ends_at", ends_at or event.ends_at, now=work.now),
        now=work.now,
    )
    _refuse_wrong_ages(min_age, max_age)
    position = Position(
        event_id=event.id,
        name=kept,
        capacity=_seats(capacity),
        earns_hours=earns_hours,
        starts_at=span.start,
        ends_at=span.end,
        min_age=min_age,
        max_age=max_age,
        qualification=None if qualification is None else texts.code("qualification", qualification),
    )
    work.add(position)
    work.flush()
    return position_view(work, position.id)


def change_capacity(work: Work, *, position_id: int, capacity: int) -> PositionView:
    """Gives a position more or fewer seats; as many more as there are move people up at once.

    Refuses fewer than are taken, and an event that is called off.
    """
    position = work.lock(Position, position_id)
    event = event_of(work, position)
    site = work.find(Site, event.site_id)
    work.demand("events.change", teams=[event.team_id], communities=[site.community_id])
    refuse_called_off(event)
    taken = seats_taken(work, position)
    if _seats(capacity) < taken:
        raise SeatsTaken(position_id=position.id, taken=taken)
    more = capacity - position.capacity
    position.capacity = capacity
    work.flush()
    promote(work, position, at_most=more)
    return position_view(work, position.id)


def _seats(capacity: int) -> int:
    if not 0 <= capacity <= MOST_SEATS:
        raise Malformed("capacity", f"应在 0 至 {MOST_SEATS} 之间。")
    return capacity


def _refuse_wrong_ages(min_age: int | None, max_age: int | None) -> None:
    for field, age in (("min_age", min_age), ("max_age", max_age)):
        if age is not None and not 0 <= age <= OLDEST:
            raise Malformed(field, f"应在 0 至 {OLDEST} 之间。")
    if min_age is not None and max_age is not None and min_age > max_age:
        raise Malformed("max_age", "不能小于最小年龄。")
