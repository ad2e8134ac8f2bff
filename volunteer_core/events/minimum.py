"""Below how many seats taken an event is called off, and when that is decided. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from volunteer_core.errors import Malformed
from volunteer_core.events.timetable import (
    DecisionInvalid,
    Times,
    decision_time,
    instant,
    refuse_wrong_decision,
)

MOST = 100_000


class Minimum(NamedTuple):
    """With fewer seats taken at that instant an event is called off; both None: it never is."""

    seats: int | None = None
    decided_at: datetime | None = None


NO_MINIMUM = Minimum()


def minimum_of(seats: int | None, decided_at: datetime | None, times: Times, *, now: datetime) -> Minimum:
    """A checked minimum. Unless it is said when it is decided, that follows from the times.

    Refuses one below 1 or above 100,000, and a decision without one, in the past, before sign-up opens or
    once the event has started.
    """
    if seats is None:
        if decided_at is not None:
            raise Malformed("decided_at", "没有最少人数，就没有可以决定的。")
        return NO_MINIMUM
    checked_minimum(seats)
    when = decision_time(times, now=now) if decided_at is None else instant("decided_at", decided_at, now=now)
    refuse_past_decision(when, now=now)
    refuse_wrong_decision(when, times)
    return Minimum(seats, when)


def checked_minimum(seats: int) -> int:
    """A number of seats. Refuses one below 1 or above 100,000."""
    if not 1 <= seats <= MOST:
        raise Malformed("minimum", f"应在 1 至 {MOST} 之间。")
    return seats


def carried(before: Minimum, shift: timedelta, times: Times, *, now: datetime) -> Minimum:
    """The minimum of an event that moves: decided as long before the start as it was, and if that is past,
    as if nobody had said when."""
    if before.decided_at is None:
        return before
    when = before.decided_at + shift
    if shift and when <= now:
        when = decision_time(times, now=now)
    refuse_wrong_decision(when, times)
    return Minimum(before.seats, when)


def refuse_past_decision(decided_at: datetime | None, *, now: datetime) -> None:
    """Refuses what would be decided at once: nobody could sign up before."""
    if decided_at is not None and decided_at <= now:
        raise DecisionInvalid(decided_at=decided_at.isoformat())
