"""When somebody was there: what was checked in and out, cut to what was planned. Inner."""

from __future__ import annotations

from datetime import timedelta

from volunteer_core.commitments.models import Attendance, Commitment
from volunteer_core.database import Work
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import Span

PRESENT = (Attendance.ATTENDED, Attendance.LATE)


def presence(work: Work, commitment: Commitment) -> Span | None:
    """The span that counts of a marked promise; None for the absent and for who came too late.

    Without times it is the planned span. Checked-in time counts from the planned start on, save the
    grace that the programme gives before and after (travel and preparation do not count).
    """
    if commitment.attendance not in PRESENT:
        return None
    grace = timedelta()
    if commitment.programme_id is not None:
        grace = timedelta(minutes=work.find(Programme, commitment.programme_id).grace_minutes)
    start = max(commitment.checked_in_at or commitment.starts_at, commitment.starts_at - grace)
    end = min(commitment.checked_out_at or commitment.ends_at, commitment.ends_at + grace)
    return Span(start, end) if start < end else None
