"""When a door lets people in and out. Pure: doors without the network judge by it as the office does."""

from __future__ import annotations

from datetime import datetime, timedelta

from volunteer_core.errors import RuleBroken
from volunteer_core.events.door.models import Direction
from volunteer_core.timespans import civil_date, day_span

AFTERWARDS = timedelta(hours=6)
"""How long after a position's end its tickets are read and people leave; then attendance is marked."""


class DoorNotOpen(RuleBroken, code="door_not_open", sentence="还没有开始入场。"):
    """A door opens so many minutes before the position's start as the office has laid down."""


class DoorClosed(RuleBroken, code="door_closed", sentence="已经结束，不能再入场；请登记出勤。"):
    """People come in until their position ends, and leave until some hours later."""


class TicketExpired(RuleBroken, code="ticket_expired", sentence="入场码已过期，活动已经结束。"):
    """Some hours after the end of its position a ticket says nothing any more."""


def opening(starts_at: datetime, minutes: int) -> datetime:
    """From when on a door lets in whose position starts then."""
    return starts_at - timedelta(minutes=minutes)


def known_from(starts_at: datetime, minutes: int) -> datetime:
    """Who came before that came on another day, to what has been moved since. The door may have opened
    earlier that day, for it was to start earlier."""
    return min(opening(starts_at, minutes), day_span(civil_date(starts_at)).start)


def refuse_untimely(
    direction: Direction, at: datetime, *, opens_at: datetime, ends_at: datetime, by_ticket: bool
) -> None:
    """Refuses whoever comes before the door opens, comes in after the end, or leaves long after it."""
    if at > ends_at + AFTERWARDS:
        raise TicketExpired if by_ticket else DoorClosed
    if at < opens_at:
        raise DoorNotOpen(opens_at=opens_at.isoformat())
    if direction is Direction.IN and at >= ends_at:
        raise DoorClosed(ends_at=ends_at.isoformat())
