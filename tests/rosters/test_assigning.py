"""Who can be put on a shift, who cannot and why, and what becomes of it."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, datetime, time, timedelta
from threading import Barrier, Thread

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.world import MONDAY, NOW, SCRIPT, World, hour
from volunteer_core.commitments.models import Commitment, CommitmentStatus
from volunteer_core.commitments.promises import AlreadyCommitted, Clash, NotOfTeam
from volunteer_core.database import Database
from volunteer_core.errors import Conflict, NotAllowed, NotFound, Refused
from volunteer_core.notices.outbox import list_notices
from volunteer_core.opening import open_office
from volunteer_core.permissions import Actor
from volunteer_core.rosters.assigning import (
    AssignmentView,
    ShiftFull,
    ShiftNotOpen,
    ShiftOver,
    assign,
    release,
)
from volunteer_core.rosters.calling_off import call_off_shift
from volunteer_core.rosters.shifts import add_shift
from volunteer_core.teams.membership import join


class Undo(Exception):
    """Ends a work without keeping it."""


def commitments(world: World, person: int) -> list[Commitment]:
    with world.office.read(by=SCRIPT, now=NOW) as work:
        return list(work.scalars(select(Commitment).where(Commitment.person_id == person)))


def test_in_a_draft_time_is_held_and_in_a_published_shift_promised(world: World) -> None:
    early, late = world.people(2)
    shift = world.shift(early)
    assert commitments(world, early)[0].status is CommitmentStatus.HELD
    assert world.see(list_notices).total == 0
    world.publish()
    assignment: AssignmentView = world.do(assign, shift_id=shift, person_id=late)
    assert assignment.status is CommitmentStatus.PROMISED
    texts = [notice.text for notice in world.see(list_notices).items if notice.person_id == late]
    assert texts == ["您已被安排：11月2日（周一）17:00–18:00 三峰学堂 五点学堂。"]


def test_a_person_is_on_a_shift_once(world: World) -> None:
    person = world.person()
    shift = world.shift(person)
    with pytest.raises(AlreadyCommitted):
        world.do(assign, shift_id=shift, person_id=person)
    assert len(commitments(world, person)) == 1


def test_back_to_back_is_no_clash_and_overlapping_names_the_other(world: World) -> None:
    person = world.person()
    first = world.shift(person, starts=time(16), ends=time(17))
    world.shift(person, starts=time(17), ends=time(18))
    overlapping = world.shift(
        starts=time(15), ends=time(16, 1), programme=world.clean_up, site=world.other_site
    )
    with pytest.raises(Clash) as refused:
        world.do(assign, shift_id=overlapping, person_id=person)
    assert refused.value.facts["shift_id"] == first
    assert refused.value.message == "与已有安排时间冲突：11月2日（周一）16:00–17:00。"
    assert len(commitments(world, person)) == 2


def bypass(person: int, shift: int, start: datetime, end: datetime, world: World) -> Commitment:
    """A commitment as one would write it who forgot to look for clashes."""
    return Commitment(
        person_id=person,
        shift_id=shift,
        site_id=world.site,
        programme_id=world.clean_up,
        starts_at=start,
        ends_at=end,
        civil_date=MONDAY,
        status=CommitmentStatus.HELD,
    )


@pytest.fixture
def person(world: World) -> int:
    return world.person()


minute = st.integers(0, 120)


@given(minute, minute, minute, minute)
@example(0, 59, 60, 59)  # back to back
@example(0, 60, 60, 59)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_two_shifts_are_refused_exactly_when_they_overlap(
    world: World, person: int, a: int, b: int, c: int, d: int
) -> None:
    """By the check, and by the database itself where somebody passes the check by."""
    overlap = bool(set(range(a, a + b + 1)) & set(range(c, c + d + 1)))
    spans = [
        (hour(10) + timedelta(minutes=first), hour(10) + timedelta(minutes=first + length + 1))
        for first, length in ((a, b), (c, d))
    ]
    with suppress(Undo), world.office.write(by=SCRIPT, now=NOW) as work:
        one, other = (
            add_shift(
                work,
                programme_id=world.clean_up,
                site_id=world.site,
                starts_at=start,
                ends_at=end,
                minimum=1,
                maximum=2,
            ).id
            for start, end in spans
        )
        assign(work, shift_id=one, person_id=person)
        by_the_check = by_the_database = False
        try:
            assign(work, shift_id=other, person_id=person)
        except Clash:
            by_the_check = True
            try:
                with work.begin_nested():
                    work.add(bypass(person, other, *spans[1], world))
            except IntegrityError:
                by_the_database = True
        assert (by_the_check, by_the_database) == (overlap, overlap)
        raise Undo


def test_the_database_refuses_what_passes_the_check_by(world: World, person: int) -> None:
    world.shift(person, programme=world.clean_up)
    other = world.shift(starts=time(17, 30), ends=time(18, 30), programme=world.clean_up)
    with pytest.raises(Conflict) as refused, world.office.write(by=SCRIPT, now=NOW) as work:
        work.add(bypass(person, other, hour(17, 30), hour(18, 30), world))
    assert refused.value.facts == {"constraint": "ex_commitments_overlap"}
    with world.office.write(by=SCRIPT, now=NOW) as work:
        work.add(bypass(person, other, hour(20), hour(21), world))
    with pytest.raises(Conflict), world.office.write(by=SCRIPT, now=NOW) as work:
        work.scalars(select(Commitment).where(Commitment.shift_id == other)).one().starts_at = hour(17, 59)


def at_once(world: World, assignments: list[tuple[int, int]]) -> list[str]:
    """What comes of assigning (shift, person) at the same moment from two processes' databases."""
    offices = [world.office, open_office(world.url)]
    start, outcomes = Barrier(len(assignments)), []

    def run(office: Database, shift: int, person: int) -> None:
        start.wait()
        try:
            with office.write(by=SCRIPT, now=NOW) as work:
                assign(work, shift_id=shift, person_id=person)
            outcomes.append("assigned")
        except Refused as refused:
            outcomes.append(refused.code)

    threads = [Thread(target=run, args=(offices[number % 2], *one)) for number, one in enumerate(assignments)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    offices[1].dispose()
    return sorted(outcomes)


def test_who_assigns_a_person_while_another_does_waits_and_then_sees_the_clash(
    world: World, person: int
) -> None:
    first = world.shift()
    second = world.shift(starts=time(17, 30), ends=time(18, 30), site=world.other_site)
    another_process, outcomes = open_office(world.url), []

    def assign_there() -> None:
        try:
            with another_process.write(by=SCRIPT, now=NOW) as work:
                assign(work, shift_id=second, person_id=person)
            outcomes.append("assigned")
        except Refused as refused:
            outcomes.append(refused.code)

    thread = Thread(target=assign_there)
    with world.office.write(by=SCRIPT, now=NOW) as work:
        assign(work, shift_id=first, person_id=person)
        thread.start()
        thread.join(0.3)  # it looks for clashes now, unless it waits for its turn
        assert outcomes == []
    thread.join()
    another_process.dispose()
    assert outcomes == ["clash"]


def test_the_last_place_is_given_once(world: World) -> None:
    for starts in (10, 12, 14):
        shift = world.shift(maximum=1, starts=time(starts), ends=time(starts + 1))
        assert at_once(world, [(shift, person) for person in world.people(3)]) == [
            "assigned",
            "shift_full",
            "shift_full",
        ]


def test_a_full_a_finished_and_a_called_off_shift_take_nobody(world: World) -> None:
    one, other = world.people(2)
    full = world.shift(one, maximum=1)
    with pytest.raises(ShiftFull):
        world.do(assign, shift_id=full, person_id=other)
    world.do(release, shift_id=full, person_id=one)
    world.do(assign, shift_id=full, person_id=other)
    shift = world.shift(starts=time(19), ends=time(20))
    world.do(assign, shift_id=shift, person_id=one, now=hour(19, 59))  # comes to help while it runs
    with pytest.raises(ShiftOver):
        world.do(assign, shift_id=shift, person_id=other, now=hour(20))
    off = world.shift(starts=time(20), ends=time(21))
    world.do(call_off_shift, shift_id=off, reason="停电")
    with pytest.raises(ShiftNotOpen):
        world.do(assign, shift_id=off, person_id=other)


def test_who_is_released_and_put_back_keeps_the_uid_and_the_sequence_rises(world: World) -> None:
    person = world.person()
    shift = world.published(person)
    [first] = commitments(world, person)
    world.do(release, shift_id=shift, person_id=person)
    [released] = commitments(world, person)
    world.do(assign, shift_id=shift, person_id=person)
    [again] = commitments(world, person)
    assert {first.uid, released.uid, again.uid} == {first.uid}
    assert first.sequence < released.sequence < again.sequence
    assert [row.status for row in (first, released, again)] == [
        CommitmentStatus.PROMISED,
        CommitmentStatus.RELEASED,
        CommitmentStatus.PROMISED,
    ]


def test_a_released_person_is_free_and_told_and_nobody_is_released_twice(world: World) -> None:
    person = world.person()
    shift = world.published(person)
    world.do(release, shift_id=shift, person_id=person)
    assert world.see(list_notices).items[-1].text.startswith("您不必再参加：11月2日")
    with pytest.raises(NotFound):
        world.do(release, shift_id=shift, person_id=person)
    world.shift(person, site=world.other_site)


def test_nobody_is_released_from_a_shift_that_has_begun(world: World) -> None:
    person = world.person()
    shift = world.published(person)
    with pytest.raises(ShiftOver):
        world.do(release, shift_id=shift, person_id=person, now=hour(17))
    assert commitments(world, person)[0].status is CommitmentStatus.PROMISED


def test_for_which_team_one_serves(world: World) -> None:
    own, foreign, nobodys = world.person(), world.person(teams=(world.other_team,)), world.person(teams=())
    both = world.person()
    world.do(join, team_id=world.other_team, person_id=both, on=date(2026, 1, 1))
    shift = world.shift(own, foreign, nobodys, both)
    assert [commitments(world, one)[0].team_id for one in (own, foreign, nobodys, both)] == [
        world.team,
        world.other_team,
        None,
        world.team,
    ]
    world.do(release, shift_id=shift, person_id=both)
    chosen = world.do(assign, shift_id=shift, person_id=both, team_id=world.other_team)
    assert chosen.team_id == world.other_team
    with pytest.raises(NotOfTeam):
        world.do(
            assign, shift_id=world.shift(site=world.other_site, starts=time(9)), person_id=own, team_id=99
        )


def test_leaders_put_members_of_their_teams_on_shifts_and_nobody_by_an_id(world: World) -> None:
    """Whoever is on a shift is seen by name: nobody learns who people are by putting them there."""
    shift, stranger = world.shift(), world.person(teams=(world.other_team,))
    leader = world.leader()
    for team in (None, world.other_team):
        with pytest.raises(NotOfTeam):
            world.do(assign, by=leader, shift_id=shift, person_id=stranger, team_id=team)
    world.do(join, team_id=world.team, person_id=stranger, on=MONDAY)
    world.do(assign, by=leader, shift_id=shift, person_id=stranger, team_id=world.other_team)


def test_leaders_assign_in_their_programmes_and_coordinators_at_their_sites(world: World) -> None:
    shift, person = world.shift(), world.person()
    for allowed in (world.leader(), world.coordinator(), world.officer()):
        world.do(assign, by=allowed, shift_id=shift, person_id=person)
        world.do(release, by=allowed, shift_id=shift, person_id=person)
    for somebody in (
        Actor.person(person),
        world.leader(world.other_team),
        world.coordinator(world.other_community),
        Actor.anonymous(),
    ):
        for operation in (assign, release):
            with pytest.raises(NotAllowed):
                world.do(operation, by=somebody, shift_id=shift, person_id=person)
    for facts in ({"shift_id": 999, "person_id": person}, {"shift_id": shift, "person_id": 999}):
        with pytest.raises(NotFound):
            world.do(assign, **facts)
