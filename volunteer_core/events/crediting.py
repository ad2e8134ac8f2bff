"""What the door, and who concludes an event, say of a sign-up becomes attendance and hours. Inner."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from volunteer_core.commitments.models import Attendance, Commitment
from volunteer_core.database import Work
from volunteer_core.events.door.comings import Course
from volunteer_core.events.models import Event, EventStatus, Position
from volunteer_core.events.seats import MISSED
from volunteer_core.hours.models import LedgerEntry
from volunteer_core.hours.recording import mark, unmark
from volunteer_core.teams.models import Programme


class Mark(NamedTuple):
    """What is said of a promise."""

    attendance: Attendance
    checked_in_at: datetime | None = None
    checked_out_at: datetime | None = None


def mark_of(commitment: Commitment) -> Mark | None:
    """What is said of a promise so far."""
    if commitment.attendance is None:
        return None
    return Mark(commitment.attendance, commitment.checked_in_at, commitment.checked_out_at)


def due(event: Event, position: Position, course: Course) -> Mark | None:
    """What is to be said of somebody, as far as the doors know. Pure.

    Service that is over is said at once, with its times; the rest once the event is held: of an
    audience only whether it was there.
    """
    held = event.status is EventStatus.HELD
    if not course.was_there:
        return Mark(Attendance.ABSENT) if held else None
    if not position.earns_hours:
        return Mark(Attendance.ATTENDED) if held else None
    arrived, left = course.arrived_at, course.left_at
    over = arrived is not None and left is not None and left > position.starts_at
    return Mark(Attendance.ATTENDED, arrived, left) if held or over else None


def credit(
    work: Work, event: Event, position: Position, commitment: Commitment, said: Mark
) -> LedgerEntry | None:
    """Marks a locked promise of a locked person, and enters the minutes that they have served, if any."""
    programme = work.find(Programme, event.programme_id) if event.programme_id else None
    return mark(
        work,
        commitment,
        what=event.title,
        attendance=said.attendance,
        checked_in_at=said.checked_in_at,
        checked_out_at=said.checked_out_at,
        earns=position.earns_hours,
        duty=programme is not None and programme.duty,
    )


def follow(
    work: Work, event: Event, position: Position, commitment: Commitment, before: Course, after: Course
) -> None:
    """Says anew what the door now knows better.

    What somebody said by hand stays, save that who has come after all is not missing.
    """
    said, now = mark_of(commitment), due(event, position, after)
    came = after.was_there and said is not None and said.attendance in MISSED
    if said == now or (said != due(event, position, before) and not came):
        return
    if now is None:
        unmark(work, commitment)
    else:
        credit(work, event, position, commitment, now)
