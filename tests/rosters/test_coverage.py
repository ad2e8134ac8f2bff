"""The week's coverage: who is on, what is missing and why, and who could be asked first."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from tests.world import MONDAY, World
from volunteer_core.commitments.models import Attendance
from volunteer_core.errors import NotAllowed
from volunteer_core.people.models import CheckResult
from volunteer_core.people.registry import leave_office
from volunteer_core.people.vouching import qualify, record_check, take_leave
from volunteer_core.permissions import Actor
from volunteer_core.rosters.assigning import release
from volunteer_core.rosters.calling_off import call_off_shift
from volunteer_core.rosters.candidates import Candidate, candidates
from volunteer_core.rosters.coverage import WeekCoverage, week_coverage
from volunteer_core.teams.membership import quit_team

TUESDAY = MONDAY + timedelta(days=1)


def coverage(world: World, **facts: Any) -> WeekCoverage:
    found: WeekCoverage = world.see(week_coverage, programme_id=world.school, week="2026-W45", **facts)
    return found


def lead(world: World, **facts: Any) -> int:
    person = world.person("解带班", **facts)
    world.do(qualify, person_id=person, kind="trained_lead", valid_from=date(2026, 1, 1), expires_on=MONDAY)
    return person


def pool(world: World, shift: int) -> list[Candidate]:
    found: list[Candidate] = world.see(candidates, shift_id=shift)
    return found


def test_missing_is_what_lacks_to_the_minimum_or_to_the_leads(world: World) -> None:
    one, other, leads = world.person(), world.person(), lead(world)
    expected = {
        world.shift(minimum=2, starts=time(8), ends=time(9)): (2, 0),
        world.shift(one, minimum=2, starts=time(9), ends=time(10)): (1, 0),
        world.shift(one, other, minimum=2, starts=time(10), ends=time(11)): (0, 0),
        world.shift(one, other, minimum=2, leads=1, starts=time(11), ends=time(12)): (1, 1),
        world.shift(one, leads, minimum=2, leads=1, starts=time(12), ends=time(13)): (0, 0),
        # On Tuesday the lead's qualification has run out.
        world.shift(one, leads, minimum=2, leads=1, day=TUESDAY): (1, 1),
    }
    week = coverage(world)
    assert {shift.shift_id: (shift.missing, shift.leads_missing) for shift in week.shifts} == expected
    assert (week.uncovered, week.missing) == (4, 5)
    assert [bool(shift.reason) for shift in week.shifts] == [True, True, False, True, False, True]


def test_the_reason_counts_what_stands_against_the_team(world: World) -> None:
    lead(world)
    away, _unchecked, busy = world.person(), world.person(checked_on=None), world.person()
    world.person(teams=(world.other_team,))  # of another team: not asked
    world.do(take_leave, person_id=away, first_day=MONDAY, last_day=MONDAY)
    world.shift(busy, programme=world.clean_up)
    world.shift(minimum=2, leads=1)
    [shift] = coverage(world).shifts
    assert shift.reason == (
        "缺 2 人，其中带班 1 人：队里其余 4 人，可安排 1 人，可带班 1 人，"
        "请假 1 人，缺有效的记录查询 1 人，时间冲突 1 人"
    )


def test_who_cannot_come_by_now_does_not_cover_unless_they_came(world: World) -> None:
    leads, away, unfit, gone = lead(world), world.person(), world.person(), world.person()
    shift = world.published(leads, away, unfit, gone, minimum=4, leads=1)
    assert [one.missing for one in coverage(world).shifts] == [0]
    world.do(take_leave, person_id=leads, first_day=MONDAY, last_day=MONDAY)
    world.do(take_leave, person_id=away, first_day=MONDAY, last_day=MONDAY)
    world.do(record_check, person_id=unfit, checked_on=MONDAY, result=CheckResult.NOT_CLEAR)
    world.do(leave_office, person_id=gone, on=MONDAY)
    [covered] = coverage(world).shifts
    assert {one.person_id: one.obstacles for one in covered.people} == {
        leads: ["on_leave"],
        away: ["on_leave"],
        unfit: ["check_missing"],
        gone: ["person_left"],
    }
    assert (covered.missing, covered.leads_missing) == (4, 1)
    told = "（已排的人中请假 2 人、缺有效的记录查询 1 人、已退出 1 人）"
    assert covered.reason.startswith(f"缺 4 人，其中带班 1 人{told}：")
    world.mark(shift, away, attendance=Attendance.ATTENDED)
    assert [one.missing for one in coverage(world).shifts] == [3]


def test_called_off_shifts_and_released_people_do_not_count(world: World) -> None:
    person = world.person()
    shift, off = world.shift(person, minimum=1), world.shift(starts=time(9), ends=time(10))
    world.do(call_off_shift, shift_id=off, reason="停电")
    [only] = coverage(world).shifts
    assert (only.shift_id, [one.person_id for one in only.people], only.missing) == (shift, [person], 0)
    world.do(release, shift_id=shift, person_id=person)
    assert coverage(world).missing == 1


def test_everybody_sees_the_sites_they_answer_for(world: World) -> None:
    here, there = world.shift(), world.shift(site=world.other_site)
    seen = {
        name: {shift.shift_id for shift in coverage(world, by=actor).shifts}
        for name, actor in {
            "leader": world.leader(),
            "officer": world.officer(),
            "coordinator": world.coordinator(),
        }.items()
    }
    assert seen == {"leader": {here, there}, "officer": {here, there}, "coordinator": {here}}
    assert len(coverage(world, by=world.leader(), site_id=world.other_site).shifts) == 1
    for somebody in (world.leader(world.other_team), Actor.person(world.person())):
        with pytest.raises(NotAllowed):
            coverage(world, by=somebody)
    with pytest.raises(NotAllowed):
        coverage(world, by=world.coordinator(), site_id=world.other_site)


def test_the_free_come_first_then_neighbours_then_the_least_loaded(world: World) -> None:
    loaded, fresh = world.person(code="A"), world.person(code="B")
    far = world.person(code="C", community=world.other_community)
    away = world.person(code="D")
    world.do(take_leave, person_id=away, first_day=MONDAY, last_day=MONDAY)
    world.shift(loaded, day=TUESDAY)
    found = pool(world, world.shift())
    assert [one.person_id for one in found] == [fresh, loaded, far, away]
    assert [one.obstacles for one in found] == [[], [], [], ["on_leave"]]
    assert [one.recent_shifts for one in found] == [0, 1, 0, 0]
    assert [one.near for one in found] == [True, True, False, True]


def test_candidates_are_the_teams_members_of_that_day_who_are_not_on_it(world: World) -> None:
    on_it, gone, free = world.people(3)
    world.do(quit_team, team_id=world.team, person_id=gone, on=MONDAY)
    shift = world.shift(on_it)
    assert [one.person_id for one in pool(world, shift)] == [free]
    with pytest.raises(NotAllowed):
        world.see(candidates, by=Actor.person(free), shift_id=shift)
    with pytest.raises(NotAllowed):
        world.see(candidates, by=world.leader(world.other_team), shift_id=shift)
