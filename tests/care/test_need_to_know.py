"""Who learns of a child: rule 6 of DESIGN.md. Nobody else does, the street office included."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import msgspec
import pytest
from sqlalchemy import text

from tests.care.school import (
    BEFORE,
    CHILD_NAME,
    FIRST,
    LAST,
    RELATION,
    SCRIPT,
    THURSDAY,
    School,
    clock,
    enrolled_child,
)
from volunteer_core.care.enrolment import (
    end_enrolment,
    enrol,
    link_guardian,
    list_children,
    read_child,
    register_child,
    unlink_guardian,
)
from volunteer_core.care.handover import NotEnrolled, arrive, hand_over
from volunteer_core.care.pickups import authorise_pickup, list_pickups, withdraw_pickup
from volunteer_core.care.sessions import my_children_today, open_session, read_session
from volunteer_core.care.staffing import adults_needed_for
from volunteer_core.commitments.models import Attendance
from volunteer_core.database import Work
from volunteer_core.errors import NotAllowed
from volunteer_core.events.planning import create_event, publish_event
from volunteer_core.events.positions import add_position
from volunteer_core.events.signups import sign_up
from volunteer_core.people.models import CheckResult
from volunteer_core.people.vouching import record_check
from volunteer_core.permissions import Actor
from volunteer_core.rosters.assigning import assign, release
from volunteer_core.rosters.attendance import mark_attendance
from volunteer_core.rosters.publishing import publish_week
from volunteer_core.rosters.shifts import add_shift, list_shifts

AT_FIVE = clock(17, 5)

ACTORS: dict[str, Callable[[School], Actor]] = {
    "nobody": lambda _: Actor.anonymous(),
    "volunteer off duty": lambda school: Actor.person(school.off_duty),
    "team leader": lambda school: school.leader,
    "street officer": lambda school: school.officer,
    "other coordinator": lambda school: school.neighbour,
    "guardian": lambda school: Actor.person(school.mother),
    "staff on duty": lambda school: Actor.person(school.staff),
    "coordinator": lambda school: school.coordinator,
    "script": lambda _: SCRIPT,
}

GUARDIANS = {"guardian", "coordinator", "script"}
STAFF = {"staff on duty", "coordinator", "script"}
OFFICE = {"coordinator", "script"}

OPERATIONS: dict[str, tuple[set[str], Callable[[Work, School], object]]] = {
    "register_child": (
        OFFICE,
        lambda work, school: register_child(
            work, name="小米", birth_date=date(2019, 1, 1), community_id=school.community
        ),
    ),
    "link_guardian": (
        OFFICE,
        lambda work, school: link_guardian(
            work, child_id=school.child, person_id=school.grandmother, relation="奶奶"
        ),
    ),
    "unlink_guardian": (
        OFFICE,
        lambda work, school: unlink_guardian(work, child_id=school.child, person_id=school.mother),
    ),
    "enrol": (
        OFFICE,
        lambda work, school: enrol(
            work,
            child_id=school.child,
            programme_id=school.programme,
            site_id=school.site,
            weekdays="6",
            first_day=FIRST,
            last_day=LAST,
        ),
    ),
    "end_enrolment": (OFFICE, lambda work, _: end_enrolment(work, enrolment_id=1, last_day=THURSDAY)),
    # Every coordinator has a list; what stands in it is tested below.
    "list_children": (GUARDIANS | {"other coordinator"}, lambda work, _: list_children(work)),
    "read_child": (GUARDIANS, lambda work, school: read_child(work, child_id=school.child)),
    "authorise_pickup": (
        GUARDIANS,
        lambda work, school: authorise_pickup(
            work,
            child_id=school.child,
            person_id=school.stranger,
            relation="邻居",
            valid_from=FIRST,
            valid_to=LAST,
        ),
    ),
    "withdraw_pickup": (
        GUARDIANS,
        lambda work, school: withdraw_pickup(work, authorisation_id=school.pickup),
    ),
    "list_pickups": (GUARDIANS, lambda work, school: list_pickups(work, child_id=school.child)),
    "my_children_today": (
        {"guardian", "script"},
        lambda work, _: my_children_today(work, day=THURSDAY),
    ),
    "open_session": (
        STAFF,
        lambda work, school: open_session(
            work, programme_id=school.programme, site_id=school.site, day=THURSDAY
        ),
    ),
    "read_session": (STAFF, lambda work, _: read_session(work, session_id=1)),
    "arrive": (STAFF, lambda work, school: arrive(work, session_id=1, child_id=school.child)),
    "hand_over": (
        STAFF,
        lambda work, school: hand_over(
            work, session_id=1, child_id=school.child, authorisation_id=school.pickup
        ),
    ),
    "adults_needed_for": (
        STAFF | {"team leader", "street officer"},
        lambda work, school: adults_needed_for(
            work, programme_id=school.programme, site_id=school.site, day=THURSDAY
        ),
    ),
}


def test_only_who_needs_to_know_may(school: School) -> None:
    session = school.open()
    with school.office.write(by=SCRIPT, now=clock(17, 1)) as work:
        arrive(work, session_id=session, child_id=school.child)
    did: dict[str, set[str]] = {operation: set() for operation in OPERATIONS}
    for name, actor in ACTORS.items():
        for operation, (_, do) in OPERATIONS.items():
            with school.office.write(by=actor(school), now=AT_FIVE) as work:
                try:
                    do(work, school)
                except NotAllowed:
                    pass
                else:
                    did[operation].add(name)
                work.rollback()
    assert did == {operation: may for operation, (may, _) in OPERATIONS.items()}


def test_staff_know_on_the_day_only(school: School) -> None:
    session, staff = school.open(), Actor.person(school.staff)
    for moment in (clock(17) - timedelta(days=1), clock(17) + timedelta(days=1)):
        with pytest.raises(NotAllowed), school.office.read(by=staff, now=moment) as work:
            read_session(work, session_id=session)


def test_staff_of_another_site_do_not_know(school: School) -> None:
    school.publish(THURSDAY, [school.off_duty], site=school.other_site)
    session, elsewhere = school.open(), Actor.person(school.off_duty)
    with pytest.raises(NotAllowed), school.office.read(by=elsewhere, now=AT_FIVE) as work:
        read_session(work, session_id=session)


@pytest.mark.parametrize(("clean_up", "starts"), [(True, 17), (False, 19)])
def test_who_does_something_else_there_does_not_know(school: School, clean_up: bool, starts: int) -> None:
    session = school.open()
    with school.office.write(by=SCRIPT, now=clock(9)) as work:
        shift = add_shift(
            work,
            programme_id=school.clean_up if clean_up else school.programme,
            site_id=school.site,
            starts_at=clock(starts),
            ends_at=clock(starts + 1),
            minimum=1,
            maximum=1,
        )
        assign(work, shift_id=shift.id, person_id=school.off_duty)
        publish_week(work, programme_id=shift.programme_id, site_id=school.site, week="2026-W45")
    with (
        pytest.raises(NotAllowed),
        school.office.read(by=Actor.person(school.off_duty), now=AT_FIVE) as work,
    ):
        read_session(work, session_id=session)


def test_who_signs_up_for_an_event_of_the_programme_there_does_not_know(school: School) -> None:
    session = school.open()
    with school.office.write(by=SCRIPT, now=clock(9)) as work:
        event = create_event(
            work,
            title="家长会",
            site_id=school.site,
            programme_id=school.programme,
            starts_at=clock(17),
            ends_at=clock(18),
        )
        seat = add_position(work, event_id=event.id, name="听众", capacity=9, earns_hours=False)
        publish_event(work, event_id=event.id)
        sign_up(work, position_id=seat.id, person_id=school.off_duty)
    with (
        pytest.raises(NotAllowed),
        school.office.read(by=Actor.person(school.off_duty), now=AT_FIVE) as work,
    ):
        read_session(work, session_id=session)


def test_who_was_released_does_not_know(school: School) -> None:
    session = school.open()
    with school.office.write(by=SCRIPT, now=clock(9)) as work:
        (shift,) = list_shifts(work, first=THURSDAY, last=THURSDAY, site_id=school.site).items
        release(work, shift_id=shift.id, person_id=school.staff)
    with (
        pytest.raises(NotAllowed),
        school.office.read(by=Actor.person(school.staff), now=AT_FIVE) as work,
    ):
        read_session(work, session_id=session)


def test_who_was_marked_absent_does_not_know(school: School) -> None:
    session = school.open()
    with school.office.write(by=SCRIPT, now=AT_FIVE) as work:
        (shift,) = list_shifts(work, first=THURSDAY, last=THURSDAY, site_id=school.site).items
        mark_attendance(work, shift_id=shift.id, person_id=school.staff, attendance=Attendance.ABSENT)
    with (
        pytest.raises(NotAllowed),
        school.office.read(by=Actor.person(school.staff), now=AT_FIVE) as work,
    ):
        read_session(work, session_id=session)


def test_whose_check_is_not_clear_any_more_knows_of_no_child_and_receives_none(school: School) -> None:
    session, staff = school.open(), Actor.person(school.staff)
    with school.office.write(by=SCRIPT, now=AT_FIVE) as work:
        assert read_session(work, session_id=session).short_of_adults == 0
        record_check(work, person_id=school.staff, checked_on=THURSDAY, result=CheckResult.NOT_CLEAR)
        found = read_session(work, session_id=session)
        assert [adult.person_id for adult in found.adults] == [school.lead]
        assert found.short_of_adults == 1
    with pytest.raises(NotAllowed), school.office.write(by=staff, now=AT_FIVE) as work:
        arrive(work, session_id=session, child_id=school.child)


def test_who_may_see_no_child_does_not_learn_which_there_are(school: School) -> None:
    for operation in (read_child, list_pickups):
        for child in (school.child, 999):
            with pytest.raises(NotAllowed), school.office.read(by=school.neighbour, now=AT_FIVE) as work:
                operation(work, child_id=child)


def test_a_guardian_sees_only_their_own_child(school: School) -> None:
    (other,) = school.add_children(1)
    with school.office.write(by=Actor.person(school.mother), now=AT_FIVE) as work:
        assert [child.id for child in list_children(work).items] == [school.child]
        assert [child.child_id for child in my_children_today(work, day=THURSDAY)] == [school.child]
        with pytest.raises(NotAllowed):
            read_child(work, child_id=other)
        with pytest.raises(NotAllowed):
            list_pickups(work, child_id=other)


def test_a_coordinator_sees_the_children_of_their_community(school: School) -> None:
    with school.office.write(by=school.neighbour, now=BEFORE) as work:
        register_child(
            work, code="N1", name="小米", birth_date=date(2019, 1, 1), community_id=school.other_community
        )
        assert [child.code for child in list_children(work).items] == ["N1"]
    with school.office.read(by=school.coordinator, now=AT_FIVE) as work:
        assert [child.code for child in list_children(work).items] == ["C1"]
        assert [list_children(work, site_id=site).total for site in (school.site, school.other_site)] == [
            1,
            0,
        ]
    with school.office.read(by=school.coordinator, now=AT_FIVE + timedelta(days=365)) as work:
        assert list_children(work, site_id=school.site).total == 0


def test_nobody_learns_of_a_child_by_enrolling_it(school: School) -> None:
    """The other community's coordinator knows the child's id, and has a site of their own."""
    with pytest.raises(NotAllowed), school.office.write(by=school.neighbour) as work:
        enrol(
            work,
            child_id=school.child,
            programme_id=school.programme,
            site_id=school.other_site,
            weekdays="6",
            first_day=FIRST,
            last_day=LAST,
        )


def test_a_pick_up_list_masks_names(school: School) -> None:
    """Otherwise a guardian could learn anybody's name by putting ids on the list."""
    with school.office.read(by=Actor.person(school.mother)) as work:
        (pickup,) = list_pickups(work, child_id=school.child).items
    assert (pickup.name, pickup.relation) == ("符*", RELATION)


def test_the_audit_log_and_the_notices_hold_nothing_about_a_child(school: School) -> None:
    session = school.open()
    with school.office.write(by=Actor.person(school.staff), now=AT_FIVE) as work:
        arrive(work, session_id=session, child_id=school.child)
        hand_over(work, session_id=session, child_id=school.child, authorisation_id=school.pickup)
        withdrawn = {"authorisation_id": school.pickup}
    with school.office.write(by=school.coordinator, now=clock(18)) as work:
        withdraw_pickup(work, **withdrawn)
        unlink_guardian(work, child_id=school.child, person_id=school.mother)
    with school.office.engine.connect() as connection:
        kept = [
            str(row)
            for statement in (
                "SELECT subject, changes FROM audit_entries",
                "SELECT text FROM notices",
            )
            for row in connection.execute(text(statement))
        ]
    assert any("presences" in row for row in kept)
    escaped = [msgspec.json.encode(word).decode() for word in (CHILD_NAME, RELATION, "母亲")]
    ascii_escaped = [word.encode("unicode_escape").decode() for word in (CHILD_NAME, RELATION, "母亲")]
    for secret in ("2018-03-04", CHILD_NAME, RELATION, "母亲", *escaped, *ascii_escaped):
        assert not [row for row in kept if secret in row]


def test_a_refusal_holds_nothing_about_a_child_but_its_id(school: School) -> None:
    session = school.open()
    with school.office.write(by=SCRIPT, now=AT_FIVE) as work:
        elsewhere = enrolled_child(work, school, site=school.other_site)
        with pytest.raises(NotEnrolled) as refused:
            arrive(work, session_id=session, child_id=elsewhere)
    assert refused.value.facts == {"session_id": session, "child_id": elsewhere}
