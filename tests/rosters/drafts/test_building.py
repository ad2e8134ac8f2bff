"""What the planner is told: shifts, people, what they offer, and what they have promised elsewhere."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from tests.rosters.drafts.planned import FRIDAY, SUNDAY, Planned, exceptions, session
from tests.world import MONDAY, NOW, SCRIPT, hour
from volunteer_core.commitments.models import Attendance
from volunteer_core.office.settings import change_setting
from volunteer_core.people.registry import correct, leave_office
from volunteer_core.people.vouching import link_guardian, qualify, take_leave
from volunteer_core.rosters.calling_off import call_off_shift
from volunteer_core.rosters.drafts.building import NothingToPlan, build_problem, planned_ids
from volunteer_core.rosters.models import PairKind, Shift
from volunteer_core.rosters.planning.problem import (
    Pair,
)
from volunteer_core.teams.membership import join, quit_team
from volunteer_core.teams.models import Programme

TUESDAY = MONDAY + timedelta(days=1)
NEXT_MONDAY = MONDAY + timedelta(days=7)


def test_the_coming_open_shifts_of_the_programme_at_the_sites_are_planned(world: Planned) -> None:
    here = world.shift(minimum=2, maximum=3, leads=1)
    there = world.published(site=world.other_site, day=FRIDAY)
    begun = world.shift(starts=time(8))
    world.shift(programme=world.clean_up)
    world.shift(day=NEXT_MONDAY)
    world.do(call_off_shift, shift_id=world.shift(day=TUESDAY), reason="停电")
    problem = world.problem()
    assert planned_ids(problem) == [here, there]
    assert (problem.start, problem.weeks) == (MONDAY, 1)
    first = session(problem, here)
    assert (first.site, first.date, first.start, first.end) == (str(world.site), MONDAY, time(17), time(18))
    assert (first.min, first.max, first.leads) == (2, 3, 1)
    assert planned_ids(world.problem(sites=(world.other_site,))) == [there]
    assert begun not in planned_ids(problem)
    with pytest.raises(NothingToPlan):
        world.problem(SUNDAY, SUNDAY)


def test_a_shift_over_midnight_ends_on_its_day_for_the_planner(world: Planned) -> None:
    night = world.shift(starts=time(22), ends=time(23, 50))
    with world.office.write(by=SCRIPT, now=NOW) as work:
        work.find(Shift, night).ends_at = hour(1, day=TUESDAY)
    person = world.offers(world.person(), ends=time(23, 59))
    found = session(world.problem(), night)
    assert exceptions(world.told(person)) == {MONDAY: ("unavailable", None)}  # their day ends at midnight
    assert (found.start, found.end) == (time(22), time(23, 45))


def test_people_are_the_members_on_any_of_the_dates(world: Planned) -> None:
    world.shift(day=MONDAY)
    world.shift(day=FRIDAY)
    member, leaving, joining, outsider = (
        world.helper(),
        world.helper(),
        world.helper(teams=()),
        world.helper(teams=()),
    )
    world.do(quit_team, team_id=world.team, person_id=leaving, on=TUESDAY)
    world.do(join, team_id=world.team, person_id=joining, on=FRIDAY)
    former = world.helper()
    world.do(quit_team, team_id=world.team, person_id=former, on=MONDAY)
    people = {int(one.id): exceptions(one) for one in world.problem().people}
    assert people == {
        member: {},
        leaving: {FRIDAY: ("unavailable", "not_of_team")},
        joining: {MONDAY: ("unavailable", "not_of_team")},
    }
    assert outsider not in people


def test_who_is_on_a_shift_is_there_also_without_being_a_member(world: Planned) -> None:
    stranger = world.person(teams=())
    shift = world.published(stranger)
    problem = world.problem()
    assert [one.id for one in problem.people] == [str(stranger)]
    assert problem.published == problem.locked == ((str(stranger), str(shift)),)  # somebody arranged it


def test_what_stands_against_somebody_on_a_day_is_an_exception_with_its_code(world: Planned) -> None:
    for day in (MONDAY, TUESDAY, FRIDAY):
        world.shift(day=day)
    away, unchecked, leaving, young = (
        world.helper(),
        world.helper(checked_on=TUESDAY - timedelta(days=366)),
        world.helper(),
        world.helper(born=date(2010, 1, 1)),
    )
    world.do(take_leave, person_id=away, first_day=TUESDAY, last_day=TUESDAY)
    world.do(leave_office, person_id=leaving, on=FRIDAY)
    people = {int(one.id): exceptions(one) for one in world.problem().people}
    assert people[away] == {TUESDAY: ("unavailable", "on_leave")}
    assert people[unchecked] == {
        TUESDAY: ("unavailable", "check_missing"),
        FRIDAY: ("unavailable", "check_missing"),
    }
    assert people[leaving][FRIDAY][1] == "person_left"
    assert set(people[young].values()) == {("unavailable", "consent_missing")}


def test_the_rules_of_the_programme_are_the_planners(world: Planned) -> None:
    shift = world.shift()
    able, young, old_hand = (
        world.helper(phone="13800000001"),
        world.helper(born=date(2000, 1, 1)),
        world.helper(),
    )
    for person, kind in (
        (able, "first_aid"),
        (able, "grid_worker"),
        (young, "first_aid"),
        (old_hand, "first_aid"),
        (old_hand, "mentor"),
    ):
        world.do(qualify, person_id=person, kind=kind, valid_from=date(2026, 1, 1), expires_on=None)
    unqualified = world.helper(phone="13800000001")
    past = world.published(old_hand, day=MONDAY - timedelta(days=3), now=NOW - timedelta(days=5))
    world.mark(past, old_hand, attendance=Attendance.ATTENDED)
    world.rules(
        lead_qualification="grid_worker",
        qualification="first_aid",
        min_age=30,
        newcomer_shifts=1,
        most_of_family=1,
        never_alone=True,
    )
    problem = world.problem()
    assert session(problem, shift).never_alone
    assert problem.most_of_family == 1
    people = {int(one.id): one for one in problem.people}
    assert exceptions(people[young]) == {MONDAY: ("unavailable", "age_outside")}
    assert exceptions(people[unqualified]) == {MONDAY: ("unavailable", "qualification_missing")}
    assert (people[able].lead, people[able].newcomer, people[able].mentor) == (True, True, False)
    assert (people[old_hand].lead, people[old_hand].newcomer, people[old_hand].mentor) == (False, False, True)
    assert people[able].family == people[unqualified].family != people[young].family


def test_a_lead_counts_who_is_one_on_all_dates(world: Planned) -> None:
    world.shift(day=MONDAY)
    world.shift(day=FRIDAY)
    always, until = world.helper(), world.helper()
    for person, last in ((always, None), (until, TUESDAY)):
        world.do(qualify, person_id=person, kind="trained_lead", valid_from=date(2026, 1, 1), expires_on=last)
    people = {int(one.id): one.lead for one in world.problem().people}
    assert people == {always: True, until: False}


def test_families_hang_together_by_phones_and_guardians(world: Planned) -> None:
    world.rules(most_of_family=1)
    world.shift()
    mother = world.person(teams=())
    son, daughter = (world.helper(born=date(2009, 1, 1)) for _ in range(2))
    aunt = world.helper(phone="13800000007")
    for ward in (son, daughter):
        world.do(
            link_guardian, ward_id=ward, guardian_id=mother, relation="母亲", valid_from=date(2026, 1, 1)
        )
    world.do(correct, person_id=daughter, phone="13800000007")
    alone = world.helper()
    families = {int(one.id): one.family for one in world.problem().people}
    assert families[son] == families[daughter] == families[aunt] != families[alone]


def test_pairs_are_passed_on_if_both_are_there(world: Planned) -> None:
    world.shift()
    a, b, c = world.helper(), world.helper(), world.helper(teams=())
    for one, other, kind in ((a, b, PairKind.APART), (a, c, PairKind.TOGETHER)):
        world.pair(one, other, kind)
    assert world.problem().pairs == (Pair("never", str(a), str(b)),)


def test_the_exchange_rates_are_the_offices(world: Planned) -> None:
    world.shift()
    world.do(change_setting, name="plan_continuity", value=7, valid_from=MONDAY)
    weights = world.problem().weights
    assert (weights.continuity, weights.preference, weights.partner) == (7, 300, 2)


def test_the_number_of_statements_does_not_grow_with_people_and_shifts(world: Planned) -> None:
    def count() -> int:
        statements: list[str] = []

        def note(*call: Any) -> None:
            statements.append(call[2])

        event.listen(world.office.engine, "before_cursor_execute", note)
        with world.office.read(by=SCRIPT, now=NOW) as work:
            build_problem(
                work, work.find(Programme, world.school), (world.site, world.other_site), MONDAY, FRIDAY
            )
        event.remove(world.office.engine, "before_cursor_execute", note)
        return len(statements)

    world.helper()
    world.shift()
    before = count()
    for person in (world.helper() for _ in range(4)):
        world.limits(person, max_consecutive_days=3)
        world.published(person, site=world.other_site)
    assert count() == before
