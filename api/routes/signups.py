"""Signing up for a position of an event, cancelling, and what became of it."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from litestar import Router
from litestar.params import FromQuery, JSONBody
from msgspec import Meta

from api.incoming import AwareDatetime, Body, Id, OptionalQueryId, Paged, PathId, given
from api.operations import act, get, post, put
from api.work import Opened
from volunteer_core.commitments.models import Attendance
from volunteer_core.database import Page
from volunteer_core.events import approving, attendance, groups, held_seats, listing, offers, signups
from volunteer_core.events.groups import GroupView, LeftOut
from volunteer_core.events.models import SignupStatus
from volunteer_core.events.views import AttendanceView, HeldSeatsView, ListedSignup, MySignup, SignupView

SIGNED_UP_AT = datetime(2026, 11, 23, 1, tzinfo=UTC)
STARTS, ENDS = datetime(2026, 12, 5, 7, tzinfo=UTC), datetime(2026, 12, 5, 8, 30, tzinfo=UTC)
SIGNUP = SignupView(
    id=9,
    event_id=3,
    position_id=7,
    person_id=42,
    number=41,
    status=SignupStatus.WAITING,
    place=1,
    accompanied=False,
    signed_up_at=SIGNED_UP_AT,
    promoted_at=None,
    cancelled_at=None,
    companions=0,
    group_id=None,
    offer_until=None,
    walk_in=False,
    arrived_at=None,
    left_at=None,
)
_SIGNUP = {field: getattr(SIGNUP, field) for field in SignupView.__struct_fields__}
LISTED = ListedSignup(**_SIGNUP, name="张晓明", attendance=None, no_shows=0, override_reason=None)
MINE = MySignup(
    **_SIGNUP,
    title="消防安全知识讲座",
    position="听众",
    site_name="三峰社区五点学堂",
    starts_at=STARTS,
    ends_at=ENDS,
)
GROUP = GroupView(
    4, 7, 1, True, [SIGNUP], [LeftOut(43, "clash", "与已有安排时间冲突：12月5日（周六）15:00–16:30。")]
)
HELD_UNTIL = datetime(2026, 12, 1, 10, tzinfo=UTC)
HELD = [HeldSeatsView(7, 1, 10, HELD_UNTIL)]
ATTENDED = AttendanceView(9, 42, Attendance.ATTENDED, None, None, 120)


class SignUp(Body):
    """Who signs up, how many come along without a sign-up of their own, and whether the guardian does; why
    a leader has somebody come although their time is promised elsewhere."""

    person_id: Id
    accompanied: bool = False
    companions: Annotated[int, Meta(ge=0, le=20)] = 0
    override_reason: str | None = None


class SignUpGroup(Body):
    """Members of a team who sign up together; `whole`: all of them or nobody."""

    team_id: Id
    person_ids: Annotated[list[Id], Meta(min_length=1, max_length=100)]
    whole: bool


class HoldSeats(Body):
    """How many seats are kept for people of a community, and until when."""

    community_id: Id
    seats: Annotated[int, Meta(ge=0, le=100_000)]
    until: AwareDatetime


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


@post(
    "/positions/{position_id:int}/groups",
    operation="events.sign_up_group",
    asks=SignUpGroup(team_id=1, person_ids=[42, 43, 44], whole=True),
    answers=GROUP,
)
def sign_up_group(opened: Opened, position_id: PathId, data: JSONBody[SignUpGroup]) -> GroupView:
    """Sign people of a team up together: all or none, or as many as there are seats for.

    Who cannot come is named with the reason. A whole group waits, and moves up, together.
    """
    with opened.write() as work:
        return groups.sign_up_group(work, position_id=position_id, **given(data))


@act("/signups/{signup_id:int}/accept", operation="events.accept_offer", answers=SIGNUP)
def accept_seat(opened: Opened, signup_id: PathId) -> SignupView:
    """Accept a seat that is kept for a sign-up; refused once its time is up (`seat_offer_lapsed`).

    Who does not want it cancels.
    """
    with opened.write() as work:
        return offers.accept_offer(work, signup_id=signup_id)


@act("/signups/{signup_id:int}/grant", operation="events.decide", answers=SIGNUP)
def grant_signup(opened: Opened, signup_id: PathId) -> SignupView:
    """Grant what was asked for, where the position asks for approval."""
    with opened.write() as work:
        return approving.grant(work, signup_id=signup_id)


@act("/signups/{signup_id:int}/decline", operation="events.decide", answers=SIGNUP)
def decline_signup(opened: Opened, signup_id: PathId) -> SignupView:
    """Decline what was asked for; the person is told."""
    with opened.write() as work:
        return approving.decline(work, signup_id=signup_id)


@put(
    "/positions/{position_id:int}/held-seats",
    operation="events.change",
    asks=HoldSeats(community_id=1, seats=10, until=HELD_UNTIL),
    answers=HELD,
)
def hold_seats(opened: Opened, position_id: PathId, data: JSONBody[HoldSeats]) -> list[HeldSeatsView]:
    """Keep seats for people of a community until an instant; 0 seats: no longer."""
    with opened.write() as work:
        return held_seats.hold_seats(work, position_id=position_id, **given(data))


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
    route_handlers=[
        list_signups,
        sign_up,
        sign_up_group,
        accept_seat,
        grant_signup,
        decline_signup,
        hold_seats,
        cancel_signup,
        mark_signup,
        list_signups_of_person,
    ],
)
