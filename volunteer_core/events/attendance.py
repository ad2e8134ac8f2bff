"""Marking who was there; in the same transaction it becomes hours, for those who serve."""

from __future__ import annotations

from datetime import datetime

from volunteer_core.commitments.models import Attendance, Commitment
from volunteer_core.database import Work
from volunteer_core.events.concerned import organisers_of
from volunteer_core.events.crediting import Mark, credit
from volunteer_core.events.models import Event, Position, Signup
from volunteer_core.events.views import AttendanceView
from volunteer_core.hours.recording import NotPromised
from volunteer_core.people.models import Person


def mark_attendance(
    work: Work,
    *,
    signup_id: int,
    attendance: Attendance,
    checked_in_at: datetime | None = None,
    checked_out_at: datetime | None = None,
) -> AttendanceView:
    """Marks what became of a confirmed sign-up; marking anew corrects it.

    Who serves earns the minutes given, an audience none. Refused before the start, before the end
    without a check-out, for who only waited, and for what was cancelled or called off.
    """
    position = work.lock(Position, work.find(Signup, signup_id).position_id)
    event = work.find(Event, position.event_id)
    work.demand("events.mark_attendance", **organisers_of(work, event))
    work.lock(Person, work.find(Signup, signup_id).person_id)
    signup = work.lock(Signup, signup_id)
    if signup.commitment_id is None:
        raise NotPromised(signup_id=signup.id, status=signup.status.value)
    said = Mark(attendance, checked_in_at, checked_out_at)
    entry = credit(work, event, position, work.lock(Commitment, signup.commitment_id), said)
    return AttendanceView(
        signup.id,
        signup.person_id,
        attendance,
        checked_in_at,
        checked_out_at,
        entry.minutes if entry else 0,
    )
