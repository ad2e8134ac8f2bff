"""Attendance becomes hours at once: presence within the planned span, whole minutes, rounded down."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from tests.world import MONDAY, World, hour
from volunteer_core.commitments.models import Attendance
from volunteer_core.errors import Malformed, NotAllowed
from volunteer_core.hours.ledger import balance, list_entries
from volunteer_core.hours.models import EntryKind
from volunteer_core.hours.recording import NotPromised, NotYetEnded, NotYetStarted
from volunteer_core.permissions import Actor
from volunteer_core.rosters.attendance import mark_all_attended
from volunteer_core.teams.grid_posts import appoint, relieve
from volunteer_core.teams.models import GridRole

ATTENDED, LATE = Attendance.ATTENDED, Attendance.LATE


def minutes(world: World, person: int) -> list[int]:
    """What the ledger holds, oldest first."""
    return [entry.minutes for entry in world.see(list_entries, person_id=person).items][::-1]


def test_who_attended_earns_the_whole_span_and_the_entry_says_where(world: World) -> None:
    person, leader = world.person(), world.leader()
    shift = world.published(person)
    marked = world.mark(shift, person, by=leader, attendance=ATTENDED)
    assert (marked.kind, marked.minutes) == (EntryKind.SERVICE, 60)
    [entry] = world.see(list_entries, person_id=person).items
    assert (entry.minutes, entry.civil_date, entry.iso_year, entry.iso_week) == (60, MONDAY, 2026, 45)
    assert (entry.team_id, entry.programme_id, entry.community_id, entry.grid_id) == (
        world.team,
        world.school,
        world.community,
        world.grid,
    )
    assert (entry.recorded_by, entry.recording_body) == (leader.person_id, "街道办事处")


@pytest.mark.parametrize(
    ("attendance", "arrived", "left", "earned"),
    [
        (ATTENDED, hour(16, 30), hour(18, 30), [60]),
        (ATTENDED, hour(17, 10), hour(17, 50), [40]),
        (ATTENDED, None, hour(17, 45), [45]),
        (LATE, hour(17, 15) + timedelta(seconds=1), None, [44]),
        (ATTENDED, hour(16), hour(17), []),
        (Attendance.ABSENT, None, None, []),
        (Attendance.EXCUSED, None, None, []),
    ],
)
def test_minutes_are_presence_within_the_planned_span(
    world: World, attendance: Attendance, arrived: datetime | None, left: datetime | None, earned: list[int]
) -> None:
    person = world.person()
    shift = world.published(person)
    world.mark(shift, person, attendance=attendance, checked_in_at=arrived, checked_out_at=left)
    assert minutes(world, person) == earned


@pytest.mark.parametrize(
    ("refusal", "facts"),
    [
        (Malformed, {"attendance": LATE}),
        (Malformed, {"attendance": LATE, "checked_in_at": hour(17)}),
        (Malformed, {"attendance": ATTENDED, "checked_in_at": hour(18)}),
        (Malformed, {"attendance": ATTENDED, "checked_in_at": hour(17, 30), "checked_out_at": hour(17, 30)}),
        (Malformed, {"attendance": ATTENDED, "checked_out_at": hour(23, 1)}),
        (Malformed, {"attendance": ATTENDED, "checked_in_at": datetime(2026, 11, 2, 17)}),  # noqa: DTZ001
        (Malformed, {"attendance": Attendance.ABSENT, "checked_in_at": hour(17)}),
        (NotYetStarted, {"attendance": Attendance.ABSENT, "now": hour(16, 59)}),
        (NotYetEnded, {"attendance": ATTENDED, "now": hour(17, 59)}),
    ],
)
def test_what_cannot_be_is_refused(world: World, refusal: type[Exception], facts: dict[str, Any]) -> None:
    person = world.person()
    shift = world.published(person)
    with pytest.raises(refusal):
        world.mark(shift, person, **facts)
    assert minutes(world, person) == []


def test_who_leaves_early_is_marked_before_the_end_with_a_check_out(world: World) -> None:
    person = world.person()
    shift = world.published(person)
    world.mark(shift, person, attendance=ATTENDED, checked_out_at=hour(17, 30), now=hour(17, 40))
    assert minutes(world, person) == [30]


def test_a_draft_is_no_promise_to_keep(world: World) -> None:
    person = world.person()
    shift = world.shift(person)
    with pytest.raises(NotPromised):
        world.mark(shift, person, attendance=ATTENDED)


def test_marking_anew_reverses_and_enters_again_and_the_same_again_changes_nothing(world: World) -> None:
    person = world.person()
    shift = world.published(person)
    for facts in (
        {"attendance": ATTENDED},
        {"attendance": ATTENDED},
        {"attendance": LATE, "checked_in_at": hour(17, 20)},
        {"attendance": Attendance.ABSENT},
        {"attendance": ATTENDED},
    ):
        world.mark(shift, person, **facts)
    assert minutes(world, person) == [60, -60, 40, -40, 60]
    assert world.see(balance, person_id=person).service_minutes == 60


def test_everybody_not_marked_yet_is_marked_at_once(world: World) -> None:
    one, other, absent = world.people(3)
    shift = world.published(one, other, absent)
    world.mark(shift, absent, attendance=Attendance.ABSENT)
    marked = world.do(mark_all_attended, shift_id=shift, now=hour(18))
    assert [(row.person_id, row.minutes) for row in marked] == [(one, 60), (other, 60)]
    assert minutes(world, absent) == []
    assert world.do(mark_all_attended, shift_id=shift, now=hour(18)) == []


def earned(world: World, person: int) -> tuple[int, int]:
    found = world.see(balance, person_id=person)
    return found.service_minutes, found.paid_duty_minutes


def test_a_salaried_worker_on_duty_earns_paid_duty_and_never_volunteer_hours(world: World) -> None:
    cadre, group_leader, volunteer = world.people(3)
    for person, role, salaried in (
        (cadre, GridRole.COMMUNITY_CADRE, True),
        (group_leader, GridRole.RESIDENTS_GROUP_LEADER, False),
    ):
        world.do(
            appoint,
            person_id=person,
            role=role,
            salaried=salaried,
            community_id=world.community,
            grid_id=world.grid,
            since=date(2026, 1, 1),
        )
    everybody = (cadre, group_leader, volunteer)
    duty = world.published(*everybody)
    weekend = world.published(*everybody, programme=world.clean_up, starts=time(19), ends=time(20))
    for shift in (duty, weekend):
        world.do(mark_all_attended, shift_id=shift, now=hour(23))
    assert [earned(world, person) for person in everybody] == [(60, 60), (120, 0), (120, 0)]


def test_salaried_is_who_was_so_on_that_date(world: World) -> None:
    person = world.person()
    post = world.do(
        appoint,
        person_id=person,
        role=GridRole.COMMUNITY_CADRE,
        salaried=True,
        community_id=world.community,
        since=date(2026, 1, 1),
    )
    world.do(relieve, post_id=post.id, until=MONDAY + timedelta(days=1))
    for day in (MONDAY, MONDAY + timedelta(days=1)):
        shift = world.published(person, day=day)
        world.mark(shift, person, attendance=ATTENDED, now=hour(23, day=day))
    assert earned(world, person) == (60, 60)


def test_attendance_is_marked_by_those_who_answer_for_the_shift(world: World) -> None:
    person = world.person()
    shift = world.published(person)
    for somebody in (
        Actor.person(person),
        world.leader(world.other_team),
        world.coordinator(world.other_community),
    ):
        with pytest.raises(NotAllowed):
            world.mark(shift, person, by=somebody, attendance=ATTENDED)
        with pytest.raises(NotAllowed):
            world.do(mark_all_attended, by=somebody, shift_id=shift, now=hour(23))
    for somebody in (world.leader(), world.coordinator(), world.officer()):
        world.mark(shift, person, by=somebody, attendance=ATTENDED)
    assert minutes(world, person) == [60]
