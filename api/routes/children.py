"""Children of the 五点学堂, their guardians, enrolments and pick-up lists: need-to-know."""

from __future__ import annotations

from datetime import date

from litestar import Router
from litestar.params import FromPath, JSONBody

from api.incoming import Body, Id, OptionalQueryId, Paged, PathId, QueryId, given
from api.operations import act, get, post
from api.work import Opened
from volunteer_core.care import enrolment, pickups, sessions, staffing
from volunteer_core.care.enrolment import ChildGuardianView, ChildRow, ChildView, EnrolmentView
from volunteer_core.care.pickups import PickupView
from volunteer_core.care.staffing import CareNeed, ShiftRaised
from volunteer_core.care.views import ChildToday
from volunteer_core.database import Page

FIRST, LAST = date(2026, 9, 1), date(2027, 1, 31)
ENROLMENT = EnrolmentView(5, 8, 1, 1, "1234567", FIRST, LAST)
CHILD = ChildView(
    8, "C008", "林小雨", date(2018, 5, 2), 1, [ChildGuardianView(143, "林*", "母亲")], [ENROLMENT]
)
CHILD_ROW = ChildRow(8, "C008", "林小雨", 1)
PICKUP = PickupView(11, 8, 143, "林*", "母亲", FIRST, LAST, None)
TODAY = ChildToday(8, "林小雨", 1, 1, None, None, None, None, None, None, None)
NEED = CareNeed(1, 1, date(2026, 12, 3), 36, 3, 1)
RAISED = ShiftRaised(31, 1, date(2026, 12, 3), 36, 2, 3, 4, 1)


class RegisterChild(Body):
    """A child to register. No school class, no ID number, no photo."""

    name: str
    birth_date: date
    community_id: Id
    code: str | None = None


class LinkChildGuardian(Body):
    """Who answers for a child."""

    person_id: Id
    relation: str


class Enrol(Body):
    """Where and on which weekdays a child comes, both dates included."""

    programme_id: Id
    site_id: Id
    weekdays: str
    first_day: date
    last_day: date


class EndEnrolment(Body):
    """The last day on which a child comes."""

    last_day: date


class AuthorisePickup(Body):
    """An adult who may take a child home, both dates included."""

    person_id: Id
    relation: str
    valid_from: date
    valid_to: date


class SetMinimum(Body):
    """For which dates the minimum of the shifts follows from the children enrolled."""

    first: date
    last: date


@get("/children", operation="care.children", answers=Page([CHILD_ROW], 38, 50, 0))
def list_children(
    opened: Opened,
    paging: Paged,
    community_id: OptionalQueryId = None,
    site_id: OptionalQueryId = None,
) -> Page[ChildRow]:
    """List children: guardians see their own, coordinators those of their communities.

    With a site those who are enrolled there, today or later.
    """
    with opened.read() as work:
        return enrolment.list_children(work, community_id=community_id, site_id=site_id, paging=paging)


@post(
    "/children",
    operation="care.enrol",
    asks=RegisterChild(name="林小雨", birth_date=date(2018, 5, 2), community_id=1),
    answers=CHILD,
)
def register_child(opened: Opened, data: JSONBody[RegisterChild]) -> ChildView:
    """Register a child."""
    with opened.write() as work:
        return enrolment.register_child(work, **given(data))


@get("/children/{child_id:int}", operation="care.children", answers=CHILD)
def read_child(opened: Opened, child_id: PathId) -> ChildView:
    """Read one child with guardians and enrolments."""
    with opened.read() as work:
        return enrolment.read_child(work, child_id=child_id)


@get("/children/today/{day:date}", operation="care.children", answers=[TODAY])
def my_children_today(opened: Opened, day: FromPath[date]) -> list[ChildToday]:
    """See on a day where one's own children are: expected, arrived, handed over."""
    with opened.read() as work:
        return sessions.my_children_today(work, day=day)


@act(
    "/children/{child_id:int}/guardians",
    operation="care.enrol",
    asks=LinkChildGuardian(person_id=143, relation="母亲"),
    answers=CHILD,
)
def link_child_guardian(opened: Opened, child_id: PathId, data: JSONBody[LinkChildGuardian]) -> ChildView:
    """Record who answers for a child."""
    with opened.write() as work:
        return enrolment.link_guardian(work, child_id=child_id, **given(data))


@act("/children/{child_id:int}/guardians/{person_id:int}/unlink", operation="care.enrol", answers=CHILD)
def unlink_child_guardian(opened: Opened, child_id: PathId, person_id: PathId) -> ChildView:
    """Record that somebody does not answer for a child any more."""
    with opened.write() as work:
        return enrolment.unlink_guardian(work, child_id=child_id, person_id=person_id)


@post(
    "/children/{child_id:int}/enrolments",
    operation="care.enrol",
    asks=Enrol(programme_id=1, site_id=1, weekdays="12345", first_day=FIRST, last_day=LAST),
    answers=ENROLMENT,
)
def enrol_child(opened: Opened, child_id: PathId, data: JSONBody[Enrol]) -> EnrolmentView:
    """Enrol a child at a site. Refused: two enrolments at the same time."""
    with opened.write() as work:
        return enrolment.enrol(work, child_id=child_id, **given(data))


@act(
    "/enrolments/{enrolment_id:int}/end",
    operation="care.enrol",
    asks=EndEnrolment(last_day=date(2026, 12, 31)),
    answers=ENROLMENT,
)
def end_enrolment(opened: Opened, enrolment_id: PathId, data: JSONBody[EndEnrolment]) -> EnrolmentView:
    """End an enrolment after a day."""
    with opened.write() as work:
        return enrolment.end_enrolment(work, enrolment_id=enrolment_id, **given(data))


@get("/children/{child_id:int}/pickups", operation="care.pickups", answers=Page([PICKUP], 1, 50, 0))
def list_pickups(opened: Opened, paging: Paged, child_id: PathId) -> Page[PickupView]:
    """List who may take a child home."""
    with opened.read() as work:
        return pickups.list_pickups(work, child_id=child_id, paging=paging)


@post(
    "/children/{child_id:int}/pickups",
    operation="care.pickups",
    asks=AuthorisePickup(person_id=143, relation="母亲", valid_from=FIRST, valid_to=LAST),
    answers=PICKUP,
)
def authorise_pickup(opened: Opened, child_id: PathId, data: JSONBody[AuthorisePickup]) -> PickupView:
    """Put an adult on a child's pick-up list. Refused: a minor, or no known birth date."""
    with opened.write() as work:
        return pickups.authorise_pickup(work, child_id=child_id, **given(data))


@act("/pickups/{authorisation_id:int}/withdraw", operation="care.pickups", answers=PICKUP)
def withdraw_pickup(opened: Opened, authorisation_id: PathId) -> PickupView:
    """Take an adult off a child's pick-up list, at once."""
    with opened.write() as work:
        return pickups.withdraw_pickup(work, authorisation_id=authorisation_id)


@get("/programmes/{programme_id:int}/care-need/{day:date}", operation="care.adults_needed", answers=NEED)
def read_care_need(opened: Opened, programme_id: PathId, day: FromPath[date], site_id: QueryId) -> CareNeed:
    """Read how many adults a day needs at a site: numbers only."""
    with opened.read() as work:
        return staffing.adults_needed_for(work, programme_id=programme_id, site_id=site_id, day=day)


@act(
    "/programmes/{programme_id:int}/minimum-from-enrolment",
    operation="rosters.generate",
    asks=SetMinimum(first=FIRST, last=LAST),
    answers=[RAISED],
)
def set_minimum_from_enrolment(
    opened: Opened, programme_id: PathId, data: JSONBody[SetMinimum]
) -> list[ShiftRaised]:
    """Raise the minimum of a programme's shifts to what the enrolled children need."""
    with opened.write() as work:
        return staffing.set_minimum_from_enrolment(work, programme_id=programme_id, **given(data))


router = Router(
    "/",
    tags=["children"],
    route_handlers=[
        list_children,
        register_child,
        read_child,
        my_children_today,
        link_child_guardian,
        unlink_child_guardian,
        enrol_child,
        end_enrolment,
        list_pickups,
        authorise_pickup,
        withdraw_pickup,
        read_care_need,
        set_minimum_from_enrolment,
    ],
)
