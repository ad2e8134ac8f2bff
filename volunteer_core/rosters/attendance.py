"""Marking attendance: attended, late, absent with or without excuse. It becomes hours at once."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import select

from volunteer_core.commitments.models import Attendance, Commitment, CommitmentStatus
from volunteer_core.database import Work
from volunteer_core.hours.models import EntryKind
from volunteer_core.hours.recording import mark
from volunteer_core.people.models import Person
from volunteer_core.rosters.assigning import find_assignment, lock_shift
from volunteer_core.teams.models import Programme


class AttendanceView(msgspec.Struct, frozen=True):
    """What became of a promise, and the minutes it entered in the ledger, if any."""

    commitment_id: int
    person_id: int
    attendance: Attendance
    kind: EntryKind | None
    minutes: int


def mark_attendance(
    work: Work,
    *,
    shift_id: int,
    person_id: int,
    attendance: Attendance,
    checked_in_at: datetime | None = None,
    checked_out_at: datetime | None = None,
) -> AttendanceView:
    """Marks one person on a shift; see :func:`volunteer_core.hours.recording.mark` for the rules."""
    shift, programme, site = lock_shift(work, shift_id)
    work.demand("rosters.mark_attendance", teams=[programme.team_id], communities=[site.community_id])
    work.lock_all(Person, [person_id])
    commitment = find_assignment(work, shift_id=shift.id, person_id=person_id)
    return _mark(work, commitment, attendance, checked_in_at, checked_out_at, programme)


def mark_all_attended(work: Work, *, shift_id: int) -> list[AttendanceView]:
    """Marks everybody on a shift that is not marked yet as attended for its whole span."""
    shift, programme, site = lock_shift(work, shift_id)
    work.demand("rosters.mark_attendance", teams=[programme.team_id], communities=[site.community_id])
    unmarked = work.execute(
        select(Commitment.id, Commitment.person_id).where(
            Commitment.shift_id == shift.id,
            Commitment.status == CommitmentStatus.PROMISED,
            Commitment.attendance.is_(None),
        )
    ).all()
    work.lock_all(Person, [person_id for _, person_id in unmarked])
    return [
        _mark(work, row, Attendance.ATTENDED, None, None, programme)
        for row in work.lock_all(Commitment, [row_id for row_id, _ in unmarked])
    ]


def _mark(
    work: Work,
    commitment: Commitment,
    attendance: Attendance,
    checked_in_at: datetime | None,
    checked_out_at: datetime | None,
    programme: Programme,
) -> AttendanceView:
    entry = mark(
        work,
        commitment,
        what=programme.name,
        attendance=attendance,
        checked_in_at=checked_in_at,
        checked_out_at=checked_out_at,
        duty=programme.duty,
    )
    return AttendanceView(
        commitment.id,
        commitment.person_id,
        attendance,
        entry.kind if entry else None,
        entry.minutes if entry else 0,
    )
