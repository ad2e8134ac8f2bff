"""Who is on a shift: candidates, assigning, releasing, and marking attendance."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from litestar import Router
from litestar.params import JSONBody

from api.incoming import AwareDatetime, Body, Id, PathId, given
from api.operations import act, get, post
from api.work import Opened
from volunteer_core.commitments.models import Attendance, CommitmentStatus
from volunteer_core.hours.models import EntryKind
from volunteer_core.rosters import assigning, attendance, candidates
from volunteer_core.rosters.assigning import AssignmentView
from volunteer_core.rosters.attendance import AttendanceView
from volunteer_core.rosters.availability.models import DateWish
from volunteer_core.rosters.candidates import Candidate

CANDIDATES = [
    Candidate(
        person_id=42,
        code="V0042",
        name="王小敏",
        lead=True,
        obstacles=[],
        not_said=False,
        wish=DateWish.PREFERS,
        near=True,
        recent_shifts=1,
    ),
    Candidate(
        person_id=57,
        code="V0057",
        name="李强",
        lead=False,
        obstacles=["on_leave"],
        not_said=True,
        wish=None,
        near=True,
        recent_shifts=0,
    ),
]
ASSIGNMENT = AssignmentView(
    commitment_id=310,
    shift_id=104,
    person_id=42,
    team_id=1,
    status=CommitmentStatus.HELD,
    attendance=None,
    locked=False,
    confirmed_at=None,
)
ATTENDANCE = AttendanceView(
    commitment_id=310,
    person_id=42,
    attendance=Attendance.LATE,
    kind=EntryKind.SERVICE,
    minutes=50,
)


class AssignPerson(Body):
    """Who is put on the shift, and for which of their teams if not the one that runs it.

    With a reason, against wishes and house rules too: for coordinators and the office.
    """

    person_id: Id
    team_id: Id | None = None
    override_reason: str | None = None


class MarkShiftAttendance(Body):
    """What became of a person's promise. Without times the whole span counts; who was late needs one."""

    person_id: Id
    attendance: Attendance
    checked_in_at: AwareDatetime | None = None
    checked_out_at: AwareDatetime | None = None


@get("/shifts/{shift_id:int}/candidates", operation="rosters.candidates", answers=CANDIDATES)
def list_candidates(opened: Opened, shift_id: PathId) -> list[Candidate]:
    """List the team's members for a shift: the free ones first, of these who has said that they can.

    Then neighbours and the least loaded. `obstacles` are the codes of what stands against the others.
    """
    with opened.read() as work:
        return candidates.candidates(work, shift_id=shift_id)


@post(
    "/shifts/{shift_id:int}/assignments",
    operation="rosters.assign",
    asks=AssignPerson(person_id=42),
    answers=ASSIGNMENT,
)
def assign_person(opened: Opened, shift_id: PathId, data: JSONBody[AssignPerson]) -> AssignmentView:
    """Put a person on a shift: in a draft their time is held, in a published one promised and told.

    Leaders put members of their teams there, nobody else (`not_of_team`). Refused: who is on it
    already (`already_committed`), a full or finished shift, whoever age, consent, leave, record check or
    qualification keep from it on that day; and, unless a coordinator or the office overrides it with a
    reason, a clash (`clash`), the person's wishes (`unavailable`, `site_unwanted`, `rest`,
    `weekly_maximum`, `consecutive_days`) and the programme's rules (`apart`, `family_full`,
    `mentor_missing`). Other plans in a calendar of theirs only warn (`warnings: ["busy_elsewhere"]`).
    """
    with opened.write() as work:
        return assigning.assign(work, shift_id=shift_id, **given(data))


@act(
    "/shifts/{shift_id:int}/assignments/{person_id:int}/release",
    operation="rosters.release",
    answers=ASSIGNMENT,
)
def release_person(opened: Opened, shift_id: PathId, person_id: PathId) -> AssignmentView:
    """Take a person off a shift.

    Refused: a shift that has begun (`shift_over`), a person who is not on it.
    """
    with opened.write() as work:
        return assigning.release(work, shift_id=shift_id, person_id=person_id)


@act(
    "/shifts/{shift_id:int}/assignments/{person_id:int}/lock",
    operation="rosters.assign",
    answers=msgspec.structs.replace(ASSIGNMENT, locked=True),
)
def lock_assignment(opened: Opened, shift_id: PathId, person_id: PathId) -> AssignmentView:
    """Have planning leave a person on a shift. By hand they can still be taken off."""
    with opened.write() as work:
        return assigning.lock_assignment(work, shift_id=shift_id, person_id=person_id)


@act(
    "/shifts/{shift_id:int}/assignments/{person_id:int}/unlock",
    operation="rosters.assign",
    answers=ASSIGNMENT,
)
def unlock_assignment(opened: Opened, shift_id: PathId, person_id: PathId) -> AssignmentView:
    """Let planning move a person again."""
    with opened.write() as work:
        return assigning.unlock_assignment(work, shift_id=shift_id, person_id=person_id)


@act(
    "/shifts/{shift_id:int}/attendance",
    operation="rosters.mark_attendance",
    asks=MarkShiftAttendance(
        person_id=42,
        attendance=Attendance.LATE,
        checked_in_at=datetime(2026, 12, 3, 9, 10, tzinfo=UTC),
    ),
    answers=ATTENDANCE,
)
def mark_shift_attendance(
    opened: Opened, shift_id: PathId, data: JSONBody[MarkShiftAttendance]
) -> AttendanceView:
    """Mark what became of one person's promise; it becomes hours at once. Marking anew corrects it.

    Minutes are those of the presence within the shift, rounded down. Refused before the shift has
    begun, and before its end without a check-out.
    """
    with opened.write() as work:
        return attendance.mark_attendance(work, shift_id=shift_id, **given(data))


@act(
    "/shifts/{shift_id:int}/attendance/all",
    operation="rosters.mark_attendance",
    answers=[ATTENDANCE],
)
def mark_all_attended(opened: Opened, shift_id: PathId) -> list[AttendanceView]:
    """Mark everybody on a shift who is not marked yet as having attended all of it."""
    with opened.write() as work:
        return attendance.mark_all_attended(work, shift_id=shift_id)


router = Router(
    "/",
    route_handlers=[
        list_candidates, assign_person, release_person, lock_assignment, unlock_assignment,
        mark_shift_attendance, mark_all_attended,
    ],
    tags=["shifts"],
)  # fmt: skip
