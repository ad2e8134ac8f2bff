"""Signing up for a position of an event, cancelling, and what became of it."""

from __future__ import annotations

from datetime import UTC, datetime

from litestar import Router
from litestar.params import FromQuery, JSONBody

from api.incoming import AwareDatetime, Body, Id, OptionalQueryId, Paged, PathId, given
from api.operations import act, get, post
from api.work import Opened
from volunteer_core.commitments.models import Attendance
from volunteer_core.database import Page
from volunteer_core.events import attendance, listing, signups
from volunteer_core.events.models import SignupStatus
from volunteer_core.events.views import AttendanceView, ListedSignup, MySignup, SignupView

SIGNED_UP_AT = datetime(2026, 11, 23, 1, tzinfo=UTC)
STARTS, ENDS = datetime(2026, 12, 5, 7, tzinfo=UTC), datetime(2026, 12, 5, 8, 30, tzinfo=UTC)
SIGNUP = SignupView(9, 3, 7, 42, 41, SignupStatus.WAITING, 1, False, SIGNED_UP_AT, None, None)
_SIGNUP = {field: getattr(SIGNUP, field) for field in SignupView.__struct_fields__}
LISTED = ListedSignup(**_SIGNUP, name="张晓明", attendance=None)
MINE = MySignup(
    **_SIGNUP,
    title="消防安全知识讲座",
    position="听众",
    site_name="三峰社区五点学堂",
    starts_at=STARTS,
    ends_at=ENDS,
)
ATTENDED = AttendanceView(9, 42, Attendance.ATTENDED, None, None, 120)


class SignUp(Body):
    """Who signs up, and whether the guardian comes along."""

    person_id: Id
    accompanied: bool = False


class MarkSignup(Body):
    """What became of a sign-up."""

    attendance: Attendance
    checked_in_at: AwareDatetime | None = None
    checked_out_at: AwareDatetime | None = None


@get("/events/{event_id:int}/signups", operation="events.signups", answers=Page([LISTED], 46, 50, 0))
def list_signups(
    opened: Opened,
    paging: Paged,
    event_id: PathId,
    position_id: OptionalQueryId = None,
    status: FromQuery[SignupStatus | None] = None,
) -> Page[ListedSignup]:
    """List who signed up, with names, in order of arrival."""
    with opened.read() as work:
        return listing.list_signups(
            work, event_id=event_id, position_id=position_id, status=status, paging=paging
        )


@post(
    "/positions/{position_id:int}/signups",
    operation="events.sign_up",
    asks=SignUp(person_id=42),
    answers=SIGNUP,
)
def sign_up(opened: Opened, position_id: PathId, data: JSONBody[SignUp]) -> SignupView:
    """Sign a person up: with a seat if one is free, else at the end of the line.

    Refused: outside of the time of sign-up, a second time, a clash, and whom age, consent or
    qualification keep out on the day.
    """
    with opened.write() as work:
        return signups.sign_up(work, position_id=position_id, **given(data))


@act("/signups/{signup_id:int}/cancel", operation="events.cancel", answers=SIGNUP)
def cancel_signup(opened: Opened, signup_id: PathId) -> SignupView:
    """Cancel a sign-up; the first in line for whom everything still holds moves up."""
    with opened.write() as work:
        return signups.cancel(work, signup_id=signup_id)


@act(
    "/signups/{signup_id:int}/attendance",
    operation="events.mark_attendance",
    asks=MarkSignup(attendance=Attendance.ATTENDED),
    answers=ATTENDED,
)
def mark_signup(opened: Opened, signup_id: PathId, data: JSONBody[MarkSignup]) -> AttendanceView:
    """Mark what became of a sign-up; service becomes hours at once."""
    with opened.write() as work:
        return attendance.mark_attendance(work, signup_id=signup_id, **given(data))


@get("/people/{person_id:int}/signups", operation="commitments.list", answers=Page([MINE], 1, 50, 0))
def list_signups_of_person(opened: Opened, paging: Paged, person_id: PathId) -> Page[MySignup]:
    """List what a person signed up for, with the place in the line while waiting."""
    with opened.read() as work:
        return listing.my_signups(work, person_id=person_id, paging=paging)


router = Router(
    "/",
    tags=["events"],
    route_handlers=[list_signups, sign_up, cancel_signup, mark_signup, list_signups_of_person],
)
