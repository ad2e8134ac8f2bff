"""Who was there, and what they say of it: short ways to tell, in the evening of the lecture."""

from __future__ import annotations

from datetime import datetime

from tests.events.lecture import Lecture, clock
from volunteer_core.commitments.models import Attendance
from volunteer_core.events.attendance import mark_attendance
from volunteer_core.events.evaluating import EvaluationView, evaluate_event
from volunteer_core.events.views import SignupView
from volunteer_core.permissions import Actor

EVENING = clock(18)


def attended(lecture: Lecture, *people: int, position: int | None = None) -> list[SignupView]:
    """People who were there, in the audience unless another position is named."""
    found = []
    for person in people:
        signup = lecture.sign_up(person, position)
        mark(lecture, signup, Attendance.ATTENDED)
        found.append(signup)
    return found


def mark(lecture: Lecture, signup: SignupView, attendance: Attendance) -> None:
    with lecture.write(now=EVENING) as work:
        mark_attendance(work, signup_id=signup.id, attendance=attendance)


def rate(
    lecture: Lecture,
    signup: SignupView,
    rating: int = 5,
    remark: str = "",
    *,
    by: Actor | None = None,
    now: datetime = EVENING,
) -> EvaluationView:
    with lecture.write(by or Actor.person(signup.person_id), now) as work:
        return evaluate_event(work, signup_id=signup.id, rating=rating, remark=remark)
