"""The lecture's door to test with: tickets, scans, and what the office then knows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from itertools import count

from sqlalchemy import select

from tests.events.lecture import SCRIPT, Lecture, clock
from volunteer_core.commitments.models import Attendance, Commitment
from volunteer_core.events.attendance import mark_attendance
from volunteer_core.events.door.models import Direction
from volunteer_core.events.door.scanning import Report, report_scans
from volunteer_core.events.door.tickets import read_ticket
from volunteer_core.events.door.views import ScanView
from volunteer_core.events.models import Signup
from volunteer_core.events.views import SignupView
from volunteer_core.hours.ledger import balance
from volunteer_core.permissions import Actor

AFTER = clock(18)
_numbers = count(1)


def code_of(lecture: Lecture, signup: SignupView) -> str:
    with lecture.write() as work:
        return read_ticket(work, signup_id=signup.id).code


def report(of: SignupView | str, direction: Direction, at: datetime, *, key: str | None = None) -> Report:
    """A report of a sign-up, by its ticket's text or by name, with a key of its own."""
    what = {"code": of} if isinstance(of, str) else {"signup_id": of.id}
    return Report(key=key or f"scan-{next(_numbers)}", direction=direction, scanned_at=at, **what)


def send(
    lecture: Lecture, *reports: Report, now: datetime, by: Actor = SCRIPT, event: int | None = None
) -> list[ScanView]:
    with lecture.write(by, now) as work:
        return report_scans(work, event_id=event or lecture.event, reports=reports)


def minutes_of(lecture: Lecture, people: Sequence[int]) -> list[int]:
    with lecture.read() as work:
        return [balance(work, person_id=person).service_minutes for person in people]


def presence_of(lecture: Lecture, signup: SignupView) -> tuple[datetime | None, datetime | None]:
    with lecture.read() as work:
        found = work.find(Signup, signup.id)
        return found.arrived_at, found.left_at


def attendance_of(lecture: Lecture, signup: SignupView) -> str | None:
    return _promise(lecture, signup).attendance


def counted_elsewhere(lecture: Lecture, signup: SignupView) -> bool:
    return _promise(lecture, signup).counted_elsewhere


def _promise(lecture: Lecture, signup: SignupView) -> Commitment:
    of = (Commitment.position_id == signup.position_id, Commitment.person_id == signup.person_id)
    with lecture.read() as work:
        return work.scalars(select(Commitment).where(*of)).one()


def tick(
    lecture: Lecture,
    operation: Callable[..., ScanView],
    signup: SignupView,
    now: datetime,
    by: Actor = SCRIPT,
) -> ScanView:
    with lecture.write(by, now) as work:
        return operation(work, signup_id=signup.id)


def mark(
    lecture: Lecture, signup: SignupView, attendance: Attendance, now: datetime = AFTER, **times: datetime
) -> None:
    with lecture.write(now=now) as work:
        mark_attendance(work, signup_id=signup.id, attendance=attendance, **times)


def outcomes(views: Sequence[ScanView]) -> list[str]:
    """What came of each report: the outcome, or the refusal."""
    return [view.refusal or view.outcome.value for view in views]
