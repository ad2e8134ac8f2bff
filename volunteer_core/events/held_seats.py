"""Seats of a position that are kept for people of a community until an instant."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from volunteer_core.database import Work
from volunteer_core.errors import Malformed
from volunteer_core.events.calling_off import refuse_called_off
from volunteer_core.events.concerned import organisers_of
from volunteer_core.events.listing import held_seats
from volunteer_core.events.models import HeldSeats, Position
from volunteer_core.events.timetable import instant
from volunteer_core.events.views import HeldSeatsView
from volunteer_core.events.waitlist import event_of, promote
from volunteer_core.places.models import Community


def hold_seats(
    work: Work, *, position_id: int, community_id: int, seats: int, until: datetime
) -> list[HeldSeatsView]:
    """Keeps seats of a position for people of a community until an instant; whoever has one already counts.
    The same community again replaces it, and with 0 seats nothing is kept any more. Returns all that is kept.

    Nobody loses a seat; what is let go promotes who waits. Refuses more than the position has in all, and an
    instant that is past or after the position's start.
    """
    position = work.lock(Position, position_id)
    event = event_of(work, position)
    work.demand("events.change", **organisers_of(work, event))
    refuse_called_off(event)
    community = work.find(Community, community_id)
    others = work.scalar(
        select(func.coalesce(func.sum(HeldSeats.seats), 0)).where(
            HeldSeats.position_id == position.id, HeldSeats.community_id != community.id
        )
    )
    most = max(0, position.capacity - (others or 0))
    if not 0 <= seats <= most:
        raise Malformed("seats", f"应在 0 至 {most} 之间。")
    last = instant("until", until, now=work.now)
    if not work.now < last <= position.starts_at:
        raise Malformed("until", "应晚于现在，且不晚于岗位开始。")
    row = work.scalar(
        select(HeldSeats).where(HeldSeats.position_id == position.id, HeldSeats.community_id == community.id)
    )
    if row is not None and seats == 0:
        work.delete(row)
    elif seats:
        row = row or HeldSeats(position_id=position.id, community_id=community.id)
        row.seats, row.until = seats, last
        work.add(row)
    work.flush()
    promote(work, position)
    return held_seats(work, HeldSeats.position_id == position.id)
