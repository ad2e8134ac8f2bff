"""Arrival and hand-over: rule 7 of DESIGN.md."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from tests.care.school import (
    BEFORE,
    FIRST,
    LAST,
    SCRIPT,
    THURSDAY,
    School,
    clock,
)
from volunteer_core.care.calling_off import call_off_sessions
from volunteer_core.care.enrolment import end_enrolment, register_child
from volunteer_core.care.handover import (
    HandedOverAlready,
    NotArrived,
    NotEnrolled,
    NotSessionDay,
    PresenceView,
    SessionCalledOff,
    arrive,
    hand_over,
)
from volunteer_core.care.pickup_rules import (
    PickupNotAdult,
    PickupNotListed,
    PickupOutOfDates,
    PickupWithdrawn,
)
from volunteer_core.care.pickups import authorise_pickup, withdraw_pickup
from volunteer_core.care.sessions import read_session
from volunteer_core.errors import Malformed, NotFound, Refused
from volunteer_core.people.registry import correct
from volunteer_core.permissions import Actor
from volunteer_core.rosters.calling_off import call_off_shift
from volunteer_core.rosters.shifts import list_shifts
from volunteer_core.timespans import day_span

COMES, GOES = clock(17, 2), clock(17, 55)


def received(school: School, *, child: int | None = None) -> int:
    """The id of the Thursday's session, to which the child has come."""
    session = school.open()
    with school.office.write(by=Actor.person(school.staff), now=COMES) as work:
        arrive(work, session_id=session, child_id=child or school.child)
    return session


def let_go(
    school: School,
    session: int,
    *,
    authorisation: int | None = None,
    now: datetime = GOES,
    by: Actor = SCRIPT,
) -> PresenceView:
    with school.office.write(by=by, now=now) as work:
        return hand_over(
            work,
            session_id=session,
            child_id=school.child,
            authorisation_id=authorisation or school.pickup,
        )


def refused(school: School, session: int, refusal: type[Refused], **given: object) -> Refused:
    """The hand-over is refused, and the child is still there."""
    with pytest.raises(refusal) as told:
        let_go(school, session, **given)
    with school.office.read(by=SCRIPT, now=GOES) as work:
        assert read_session(work, session_id=session).children[0].handed_over_at is None
    return told.value


def test_a_child_comes_and_goes_home_with_a_person_on_its_list(school: School) -> None:
    session = received(school)
    gone = let_go(school, session, by=Actor.person(school.lead))
    assert gone == PresenceView(session, school.child, COMES, school.staff, GOES, school.pickup, school.lead)


def test_arriving_twice_changes_nothing(school: School) -> None:
    session = received(school)
    with school.office.write(by=Actor.person(school.lead), now=GOES) as work:
        again = arrive(work, session_id=session, child_id=school.child)
    assert (again.arrived_at, again.received_by) == (COMES, school.staff)


def test_an_arrival_may_be_noted_a_little_later(school: School) -> None:
    session = school.open()
    with school.office.write(by=Actor.person(school.staff), now=GOES) as work:
        assert arrive(work, session_id=session, child_id=school.child, at=COMES).arrived_at == COMES


@pytest.mark.parametrize("days", [-1, 1])
def test_a_child_arrives_on_the_date_of_the_session(school: School, days: int) -> None:
    session = school.open()
    moment = COMES + timedelta(days=days)
    with pytest.raises(NotSessionDay), school.office.write(by=school.coordinator, now=moment) as work:
        arrive(work, session_id=session, child_id=school.child)


@pytest.mark.parametrize("at", [COMES + timedelta(seconds=1), COMES.replace(tzinfo=None)])
def test_times_are_not_ahead_and_have_a_zone(school: School, at: datetime) -> None:
    session = school.open()
    with pytest.raises(Malformed), school.office.write(by=SCRIPT, now=COMES) as work:
        arrive(work, session_id=session, child_id=school.child, at=at)
    received(school)
    with pytest.raises(Malformed), school.office.write(by=SCRIPT, now=COMES) as work:
        hand_over(work, session_id=session, child_id=school.child, authorisation_id=school.pickup, at=at)


def test_only_who_is_enrolled_for_the_day_is_received(school: School) -> None:
    session = school.open()
    (elsewhere,) = school.add_children(1, site=school.other_site)
    (mondays,) = school.add_children(1, weekdays="1")
    with school.office.write(by=SCRIPT, now=BEFORE) as work:
        nowhere = register_child(
            work, name="小米", birth_date=date(2019, 1, 1), community_id=school.community
        ).id
        end_enrolment(work, enrolment_id=1, last_day=THURSDAY - timedelta(days=1))
    for child in (elsewhere, mondays, nowhere, school.child):
        with pytest.raises(NotEnrolled), school.office.write(by=SCRIPT, now=COMES) as work:
            arrive(work, session_id=session, child_id=child)
    with pytest.raises(NotFound), school.office.write(by=SCRIPT, now=COMES) as work:
        arrive(work, session_id=session, child_id=999)


def test_nobody_arrives_at_a_session_that_was_called_off(school: School) -> None:
    session = school.open()
    with school.office.write(by=SCRIPT, now=clock(12)) as work:
        call_off_sessions(work, site_ids=None, span=day_span(THURSDAY))
    with pytest.raises(SessionCalledOff), school.office.write(by=SCRIPT, now=COMES) as work:
        arrive(work, session_id=session, child_id=school.child)


def test_nobody_arrives_when_the_shift_was_called_off(school: School) -> None:
    session = school.open()
    with school.office.write(by=SCRIPT, now=clock(12)) as work:
        (shift,) = list_shifts(work, first=THURSDAY, last=THURSDAY, site_id=school.site).items
        call_off_shift(work, shift_id=shift.id, reason="停电")
    with pytest.raises(SessionCalledOff), school.office.write(by=SCRIPT, now=COMES) as work:
        arrive(work, session_id=session, child_id=school.child)


def test_a_child_leaves_only_with_a_person_on_its_own_list(school: School) -> None:
    (other,) = school.add_children(1)
    with school.office.write(by=SCRIPT, now=BEFORE) as work:
        for_other = authorise_pickup(
            work,
            child_id=other,
            person_id=school.grandmother,
            relation="邻居",
            valid_from=FIRST,
            valid_to=LAST,
        )
    session = received(school)
    told = refused(school, session, PickupNotListed, authorisation=for_other.id)
    assert told.facts == {"child_id": school.child, "authorisation_id": for_other.id}
    refused(school, session, NotFound, authorisation=999)


@pytest.mark.parametrize(
    ("valid_from", "valid_to", "goes"),
    [
        (THURSDAY, THURSDAY, True),
        (FIRST, THURSDAY - timedelta(days=1), False),
        (THURSDAY + timedelta(days=1), LAST, False),
    ],
)
def test_an_authorisation_counts_on_its_dates(
    school: School, valid_from: date, valid_to: date, goes: bool
) -> None:
    with school.office.write(by=Actor.person(school.mother), now=BEFORE) as work:
        neighbour = authorise_pickup(
            work,
            child_id=school.child,
            person_id=school.stranger,
            relation="邻居",
            valid_from=valid_from,
            valid_to=valid_to,
        )
    session = received(school)
    if goes:
        assert let_go(school, session, authorisation=neighbour.id).handed_over_at == GOES
    else:
        refused(school, session, PickupOutOfDates, authorisation=neighbour.id)


def test_a_withdrawn_authorisation_counts_no_more(school: School) -> None:
    session = received(school)
    with school.office.write(by=Actor.person(school.mother), now=clock(17, 30)) as work:
        withdraw_pickup(work, authorisation_id=school.pickup)
    refused(school, session, PickupWithdrawn)


def test_a_child_leaves_only_with_an_adult(school: School) -> None:
    session = received(school)
    with school.office.write(by=SCRIPT, now=COMES) as work:
        correct(work, person_id=school.grandmother, birth_date=THURSDAY.replace(day=6, year=2008))
    refused(school, session, PickupNotAdult)
    with school.office.write(by=SCRIPT, now=COMES) as work:
        correct(work, person_id=school.grandmother, birth_date=THURSDAY.replace(year=2008))
    let_go(school, session)


def test_only_who_has_come_is_handed_over(school: School) -> None:
    session = school.open()
    with pytest.raises(NotArrived):
        let_go(school, session)


def test_a_child_is_handed_over_once(school: School) -> None:
    session = received(school)
    let_go(school, session)
    with pytest.raises(HandedOverAlready):
        let_go(school, session, now=clock(18))


def test_nobody_leaves_before_they_came(school: School) -> None:
    session = received(school)
    with pytest.raises(Malformed), school.office.write(by=SCRIPT, now=GOES) as work:
        hand_over(
            work,
            session_id=session,
            child_id=school.child,
            authorisation_id=school.pickup,
            at=COMES - timedelta(minutes=1),
        )


def test_late_pick_up_is_always_possible(school: School) -> None:
    """After the end, on a day whose shift was called off meanwhile, and by more adults than children."""
    session = received(school)
    with school.office.write(by=SCRIPT, now=clock(17, 30)) as work:
        (shift,) = list_shifts(work, first=THURSDAY, last=THURSDAY, site_id=school.site).items
        call_off_shift(work, shift_id=shift.id, reason="停电")
    gone = let_go(school, session, now=clock(21, 30), by=school.coordinator)
    assert gone.handed_over_at == clock(21, 30)


def test_the_coordinator_may_note_it_the_day_after(school: School) -> None:
    """The authorisation is judged by when the child left, not by when it was noted."""
    with school.office.write(by=SCRIPT, now=BEFORE) as work:
        neighbour = authorise_pickup(
            work,
            child_id=school.child,
            person_id=school.stranger,
            relation="邻居",
            valid_from=THURSDAY,
            valid_to=THURSDAY,
        )
    session = received(school)
    with school.office.write(by=school.coordinator, now=GOES + timedelta(days=1)) as work:
        gone = hand_over(
            work, session_id=session, child_id=school.child, authorisation_id=neighbour.id, at=GOES
        )
    assert gone.handed_over_at == GOES
