"""Somebody is put on a shift against a wish or a house rule: by whom, against what, and what is kept."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest
from sqlalchemy import select

from tests.world import MONDAY, NOW, SCRIPT, World
from volunteer_core.commitments.models import Commitment, CommitmentStatus
from volunteer_core.commitments.promises import AlreadyCommitted, Clash
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.people.models import CheckResult
from volunteer_core.people.registry import leave_office
from volunteer_core.people.standing import (
    AgeOutside,
    AgeUnknown,
    CheckMissing,
    ConsentMissing,
    GuardianPresenceNeeded,
    MinorAtEmergency,
    OnLeave,
    PersonLeft,
    QualificationMissing,
)
from volunteer_core.people.vouching import give_consent, link_guardian, record_check, take_leave
from volunteer_core.rosters.assigning import (
    AssignmentView,
    ShiftFull,
    assign,
    lock_assignment,
    release,
    unlock_assignment,
)
from volunteer_core.rosters.availability.models import DateWish
from volunteer_core.rosters.availability.stating import state_dates, state_limits, state_weekly
from volunteer_core.rosters.coverage import PersonOnShift, week_coverage
from volunteer_core.rosters.house_rules import KeptApart, Unavailable, WeeklyMaximum
from volunteer_core.rosters.models import Override, PairKind
from volunteer_core.rosters.pairs import set_pair
from volunteer_core.rosters.rules import set_rules
from volunteer_core.rosters.shifts import change_shift

WHY = "人手不足，已与本人商量"


def overrides(world: World) -> list[Override]:
    with world.office.read(by=SCRIPT, now=NOW) as work:
        return list(work.scalars(select(Override).order_by(Override.id)))


def on_shift(world: World, shift: int) -> dict[int, PersonOnShift]:
    week = world.see(week_coverage, programme_id=world.school, week="2026-W45")
    return {one.person_id: one for found in week.shifts if found.shift_id == shift for one in found.people}


def never(world: World, person: int) -> None:
    world.do(state_weekly, person_id=person, spans=[], valid_from=MONDAY)


def put_on(world: World, shift: int, person: int, **facts: Any) -> AssignmentView:
    found: AssignmentView = world.do(assign, shift_id=shift, person_id=person, override_reason=WHY, **facts)
    return found


def test_a_coordinator_overrides_wishes_and_house_rules_and_it_is_kept(world: World) -> None:
    other, person = world.people(2)
    world.do(set_pair, programme_id=world.school, person_id=person, other_id=other, kind=PairKind.APART)
    never(world, person)
    world.do(state_limits, person_id=person, max_per_week=0)
    shift, coordinator = world.shift(other), world.coordinator()
    with pytest.raises(Unavailable):
        world.do(assign, by=coordinator, shift_id=shift, person_id=person)
    put_on(world, shift, person, by=coordinator)
    [kept] = overrides(world)
    assert (kept.codes, kept.reason) == (["unavailable", "weekly_maximum", "apart"], WHY)
    assert (kept.made_by, kept.made_at) == (coordinator.person_id, NOW)
    shown = on_shift(world, shift)[person]
    assert (shown.overridden, shown.against) == (["unavailable", "weekly_maximum", "apart"], [])
    assert on_shift(world, shift)[other].against == ["apart"]
    with world.office.read(by=SCRIPT, now=NOW) as work:  # nothing overlaps: the time is guarded as ever
        assert not any(work.scalars(select(Commitment.overridden)))


def test_what_has_been_overridden_ends_with_the_assignment(world: World) -> None:
    person, shift = world.person(), world.shift()
    never(world, person)
    put_on(world, shift, person)
    world.do(release, shift_id=shift, person_id=person)
    with pytest.raises(Unavailable):
        world.do(assign, shift_id=shift, person_id=person)
    world.do(state_dates, person_id=person, first_day=MONDAY, last_day=MONDAY, kind=DateWish.CAN)
    world.do(assign, shift_id=shift, person_id=person)
    assert overrides(world) == []
    assert on_shift(world, shift)[person].overridden == []


def test_nothing_is_kept_where_nothing_stood_against_it(world: World) -> None:
    person, shift = world.person(), world.shift()
    put_on(world, shift, person)
    assert overrides(world) == []


def test_leaders_do_not_override_nor_coordinators_elsewhere(world: World) -> None:
    person, shift = world.person(), world.shift()
    for somebody in (world.leader(), world.coordinator(world.other_community), world.actor(person)):
        with pytest.raises(NotAllowed):
            put_on(world, shift, person, by=somebody)
    put_on(world, shift, person, by=world.officer())


@pytest.mark.parametrize("reason", ["", "  ", "长" * 201, "a\nb"])
def test_a_reason_is_given(world: World, reason: str) -> None:
    person, shift = world.person(), world.shift()
    with pytest.raises(Malformed):
        world.do(assign, shift_id=shift, person_id=person, override_reason=reason)
    assert on_shift(world, shift) == {}


def test_a_clash_is_overridden_as_an_accepted_overlap(world: World) -> None:
    person = world.person()
    first = world.shift(person)
    second = world.shift(starts=time(17, 30), ends=time(18, 30), site=world.other_site)
    with pytest.raises(Clash):
        world.do(assign, shift_id=second, person_id=person)
    put_on(world, second, person)
    assert on_shift(world, second)[person].overridden == ["clash"]
    assert on_shift(world, first)[person].against == ["clash"]
    with world.office.read(by=SCRIPT, now=NOW) as work:
        rows = work.scalars(select(Commitment).where(Commitment.person_id == person)).all()
    assert {row.shift_id: row.overridden for row in rows} == {first: False, second: True}
    # It is published and moved as it is, and holds the time against a third.
    world.publish(site=world.other_site)
    world.do(change_shift, shift_id=second, starts_at=NOW.replace(hour=9, minute=15))
    assert on_shift(world, second)[person].status is CommitmentStatus.PROMISED
    with pytest.raises(Clash):
        world.do(assign, shift_id=world.shift(starts=time(18), ends=time(19)), person_id=person)
    # Put there again when nothing overlaps any more, it guards the time as every other.
    world.do(release, shift_id=second, person_id=person)
    world.do(release, shift_id=first, person_id=person)
    world.do(assign, shift_id=second, person_id=person)
    with pytest.raises(Clash):
        world.do(assign, shift_id=first, person_id=person)
    with world.office.read(by=SCRIPT, now=NOW) as work:
        assert not any(work.scalars(select(Commitment.overridden)))


def test_law_and_safety_are_never_overridden(world: World) -> None:
    shift, emergency = world.shift(), world.programme("FLOOD", emergency=True)
    unchecked, left, away, unknown = (
        world.person(checked_on=None),
        world.person(),
        world.person(),
        world.person(born=None),
    )
    minor, child = world.person(born=date(2010, 5, 4)), world.person(born=date(2018, 5, 4))
    world.do(leave_office, person_id=left, on=MONDAY)
    world.do(take_leave, person_id=away, first_day=MONDAY, last_day=MONDAY)
    for person in (left, away, unchecked, unknown):
        never(world, person)  # a wish beside it changes nothing
    for person, refusal in (
        (unchecked, CheckMissing),
        (left, PersonLeft),
        (away, OnLeave),
        (unknown, AgeUnknown),
        (minor, ConsentMissing),
    ):
        with pytest.raises(refusal):
            put_on(world, shift, person)
    guardian = world.person()
    for ward in (minor, child):
        answers_for = {"ward_id": ward, "guardian_id": guardian}
        world.do(link_guardian, **answers_for, relation="母亲", valid_from=MONDAY)
        world.do(give_consent, **answers_for, valid_from=MONDAY, valid_to=MONDAY)
    with pytest.raises(GuardianPresenceNeeded):
        put_on(world, shift, child)
    with pytest.raises(MinorAtEmergency):
        put_on(world, world.shift(programme=emergency), minor)
    adult = world.person()
    world.do(set_rules, programme_id=world.school, qualification="first_aid", min_age=60)
    with pytest.raises(AgeOutside):
        put_on(world, shift, adult)
    world.do(set_rules, programme_id=world.school, qualification="first_aid")
    with pytest.raises(QualificationMissing):
        put_on(world, shift, adult)
    assert on_shift(world, shift) == {}


def test_a_full_shift_stays_full_and_nobody_is_on_it_twice(world: World) -> None:
    one, other = world.people(2)
    shift = world.shift(one, maximum=1)
    with pytest.raises(ShiftFull):
        put_on(world, shift, other)
    roomy = world.shift(one, starts=time(19), ends=time(20))
    with pytest.raises(AlreadyCommitted):
        put_on(world, roomy, one)


def test_what_stands_against_it_by_now_is_seen_and_still_counts(world: World) -> None:
    one, other = world.people(2)
    shift = world.shift(one, other, minimum=2)
    never(world, one)
    world.do(state_limits, person_id=one, max_per_week=0)
    world.do(set_pair, programme_id=world.school, person_id=one, other_id=other, kind=PairKind.APART)
    found = on_shift(world, shift)
    assert (found[one].obstacles, found[one].against) == ([], ["unavailable", "weekly_maximum", "apart"])
    assert (found[other].obstacles, found[other].against) == ([], ["apart"])
    assert world.see(week_coverage, programme_id=world.school, week="2026-W45").missing == 0
    world.do(record_check, person_id=one, checked_on=MONDAY, result=CheckResult.NOT_CLEAR)
    found = on_shift(world, shift)
    assert found[one].obstacles == ["check_missing"]
    assert "check_missing" not in found[one].against


def test_a_lock_is_for_the_planning_and_ends_with_the_assignment(world: World) -> None:
    person, leader = world.person(), world.leader()
    shift = world.shift(person)
    assert world.do(lock_assignment, by=leader, shift_id=shift, person_id=person).locked
    assert on_shift(world, shift)[person].locked
    assert not world.do(unlock_assignment, by=leader, shift_id=shift, person_id=person).locked
    assert not on_shift(world, shift)[person].locked
    world.do(lock_assignment, by=leader, shift_id=shift, person_id=person)
    world.do(release, by=leader, shift_id=shift, person_id=person)
    for operation in (lock_assignment, unlock_assignment):
        with pytest.raises(NotFound):
            world.do(operation, by=leader, shift_id=shift, person_id=person)
    assert not world.do(assign, by=leader, shift_id=shift, person_id=person).locked
    for somebody in (world.actor(person), world.leader(world.other_team)):
        for operation in (lock_assignment, unlock_assignment):
            with pytest.raises(NotAllowed):
                world.do(operation, by=somebody, shift_id=shift, person_id=person)


def test_the_first_that_stands_against_it_is_what_is_said(world: World) -> None:
    person, other = world.people(2)
    shift = world.shift(other)
    world.do(set_pair, programme_id=world.school, person_id=person, other_id=other, kind=PairKind.APART)
    with pytest.raises(KeptApart) as refused:
        world.do(assign, shift_id=shift, person_id=person)
    assert set(refused.value.facts) == {"person_id", "shift_id"}  # not from whom
    world.do(state_limits, person_id=person, max_per_week=0)
    with pytest.raises(WeeklyMaximum):
        world.do(assign, shift_id=shift, person_id=person)
