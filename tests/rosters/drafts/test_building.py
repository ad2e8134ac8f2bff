"""What the planner is told: shifts, people, what they offer, and what they have promised elsewhere."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from sqlalchemy import event

from tests.rosters.drafts.planned import FRIDAY, SUNDAY, Planned
from tests.world import MONDAY, NOW, SCRIPT, hour
from volunteer_core.commitments.models import Attendance
from volunteer_core.events.planning import create_event, publish_event
from volunteer_core.events.positions import add_position
from volunteer_core.events.signups import sign_up
from volunteer_core.office.settings import change_setting
from volunteer_core.people.registry import correct, leave_office
from volunteer_core.people.vouching import link_guardian, qualify, take_leave
from volunteer_core.places.directory import add_site
from volunteer_core.rosters.assigning import lock_assignment
from volunteer_core.rosters.availability.models import DateWish
from volunteer_core.rosters.availability.stating import WeeklyTime, state_weekly, withdraw_dates
from volunteer_core.rosters.calling_off import call_off_shift
from volunteer_core.rosters.drafts.building import NothingToPlan, build_problem, planned_ids
from volunteer_core.rosters.models import PairKind, Shift
from volunteer_core.rosters.planning.problem import (
    Busy,
    DateException,
    ExceptionKind,
    Pair,
    Person,
    Problem,
    Window,
)
from volunteer_core.teams.membership import join, quit_team
from volunteer_core.teams.models import Programme

TUESDAY = MONDAY + timedelta(days=1)
NEXT_MONDAY = MONDAY + timedelta(days=7)


def exceptions(person: Person) -> dict[date, tuple[str, str | None]]:
    return {one.date: (one.kind.value, one.why) for one in person.exceptions}


def session(problem: Problem, shift: int) -> Any:
    return next(one for one in problem.sessions if one.id == str(shift))


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


def test_whoever_has_said_nothing_has_no_windows(world: Planned) -> None:
    world.shift()
    silent = world.person()
    found = world.told(silent)
    assert (found.weekly, found.exceptions) == ((), ())


def test_weekly_spans_that_touch_are_one_window(world: Planned) -> None:
    world.shift()
    person = world.person()
    spans = [
        WeeklyTime(1, time(17), time(18)),
        WeeklyTime(1, time(16), time(17)),
        WeeklyTime(6, time(8), time(9)),
    ]
    world.do(state_weekly, person_id=person, spans=spans, valid_from=date(2026, 1, 1))
    assert world.told(person).weekly == (Window(1, time(16), time(18)), Window(6, time(8), time(9)))


def test_a_pattern_that_begins_or_ends_within_the_plan_is_told_by_dates(world: Planned) -> None:
    for day in (MONDAY, NEXT_MONDAY):
        world.shift(day=day)
        world.shift(day=day, starts=time(9, 30), ends=time(10))
    ending = world.offers(world.person(), "1", until=MONDAY)
    shrinking = world.offers(world.person(), "1", time(9), time(19), until=MONDAY)
    world.offers(shrinking, "1", since=TUESDAY)
    last = {"last": NEXT_MONDAY}
    assert exceptions(world.told(ending, **last)) == {NEXT_MONDAY: ("unavailable", None)}
    found = world.told(shrinking, **last)
    assert (found.weekly, found.exceptions) == ((Window(1, time(9), time(19)),), ())
    assert found.busy == (Busy(NEXT_MONDAY, time(9, 30), time(10), "not_offered"),)


@pytest.mark.parametrize(
    ("wish", "kind", "why"),
    [
        (DateWish.CANNOT, ExceptionKind.UNAVAILABLE, "cannot"),
        (DateWish.CAN, ExceptionKind.AVAILABLE, None),
        (DateWish.PREFERS, ExceptionKind.PREFER, None),
        (DateWish.RATHER_NOT, ExceptionKind.AVOID, None),
    ],
)
def test_of_dated_wishes_the_newest_counts_and_no_reason_is_passed_on(
    world: Planned, wish: DateWish, kind: ExceptionKind, why: str | None
) -> None:
    world.shift()
    person = world.helper()
    world.wishes(person, DateWish.RATHER_NOT if wish is not DateWish.RATHER_NOT else DateWish.CAN)
    newest = world.wishes(person, wish, MONDAY, FRIDAY, reason="住院检查")
    assert world.told(person).exceptions == (DateException(MONDAY, kind, why),)
    assert "住院检查" not in repr(world.problem())
    world.do(withdraw_dates, wish_id=newest)
    assert {one.kind for one in world.told(person).exceptions} != {kind}


def test_limits_sites_and_partners_are_passed_on(world: Planned) -> None:
    world.shift()
    person, partner, former = world.helper(), world.helper(), world.helper()
    assert (world.told(partner).max_per_week, world.told(partner).sites) == (1000, None)
    world.limits(
        person,
        sites=(world.other_site,),
        max_per_week=0,
        max_consecutive_days=2,
        rest_minutes=30,
        home_site_id=world.other_site,
        partner_ids=[partner, former],
    )
    world.do(quit_team, team_id=world.team, person_id=former, on=MONDAY)
    found = world.told(person)
    assert (found.max_per_week, found.max_consecutive_days, found.rest_minutes) == (0, 2, 30)
    assert (found.sites, found.home, found.partners) == (
        (str(world.other_site),),
        str(world.other_site),
        (str(partner),),
    )
    assert world.told(partner).home == str(world.site)  # the first of their community


def test_how_far_somebody_goes_counts_from_where_they_live(world: Planned) -> None:
    places = [
        world.do(
            add_site,
            community_id=community,
            code=f"K{number}",
            name=f"第{number}点",
            latitude=20.0 + north / 111.2,
            longitude=110.0,
        ).id
        for number, (north, community) in enumerate(
            [(0.0, world.community), (1.9, world.other_community), (2.1, world.other_community)]
        )
    ]
    world.shift()
    person = world.helper()
    world.limits(person, farthest_km=2.0)
    nobody_knows = {str(world.site), str(world.other_site)}
    assert set(world.told(person).sites or ()) == {*map(str, places[:2]), *nobody_knows}
    picky = world.helper()
    world.limits(picky, sites=tuple(places[1:]), farthest_km=2.0)
    assert world.told(picky).sites == (str(places[1]),)
    neighbour = world.helper(community=world.other_community)
    world.limits(neighbour, farthest_km=0.5)
    assert set(world.told(neighbour).sites or ()) == {*map(str, places[1:]), *nobody_knows}


def test_pairs_are_passed_on_if_both_are_there(world: Planned) -> None:
    world.shift()
    a, b, c = world.helper(), world.helper(), world.helper(teams=())
    for one, other, kind in ((a, b, PairKind.APART), (a, c, PairKind.TOGETHER)):
        world.pair(one, other, kind)
    assert world.problem().pairs == (Pair("never", str(a), str(b)),)


def test_events_keep_people_busy(world: Planned) -> None:
    world.shift()
    person = world.helper()
    event_id = world.do(
        create_event,
        title="红娘见面会",
        site_id=world.site,
        team_id=world.team,
        starts_at=hour(15, day=TUESDAY),
        ends_at=hour(16, day=TUESDAY),
    ).id
    position = world.do(add_position, event_id=event_id, name="引导员", capacity=3, earns_hours=True).id
    world.do(publish_event, event_id=event_id)
    world.do(sign_up, position_id=position, person_id=person)
    assert world.told(person).busy == (Busy(TUESDAY, time(15), time(16), "event"),)
    assert "红娘" not in repr(world.problem())


def test_shifts_beside_the_plan_count_as_fixed_sessions(world: Planned) -> None:
    """So the most shifts of a week and the most days in a row see them."""
    person, other = (world.offers(world.person(), starts=time(8)) for _ in range(2))
    planned = world.shift(day=FRIDAY)
    cleaning = world.shift(person, other, programme=world.clean_up, starts=time(10), ends=time(11))
    begun = world.published(person, starts=time(8), ends=time(10))
    world.shift(person, day=NEXT_MONDAY)
    problem = world.problem()
    assert planned_ids(problem) == [planned]
    assert set(problem.locked) == {
        (str(person), str(cleaning)),
        (str(other), str(cleaning)),
        (str(person), str(begun)),
    }
    fixed = session(problem, cleaning)
    assert (fixed.min, fixed.max) == (0, 2)
    assert all(fixed.qualification not in one.qualifications for one in problem.people)


def test_days_around_the_weeks_count_as_far_as_they_are_in_a_row(world: Planned) -> None:
    person, carefree = world.helper(), world.helper()
    world.limits(person, max_consecutive_days=3)
    world.shift()
    for number in (0, 1, 3):
        world.shift(person, carefree, day=NEXT_MONDAY + timedelta(days=number), programme=world.clean_up)
    fixed = {one.date: one.max for one in world.problem().sessions if one.max < 9}
    assert fixed == {NEXT_MONDAY: 1, NEXT_MONDAY + timedelta(days=1): 1}


def test_what_is_locked_or_promised_is_said_and_what_is_held_is_free(world: Planned) -> None:
    locked, held, promised, arranged, away = (
        world.helper(),
        world.helper(),
        world.helper(),
        world.person(),
        world.person(),
    )
    draft = world.shift(locked, held)
    published = world.published(promised, arranged, away, day=FRIDAY, site=world.other_site)
    world.do(take_leave, person_id=away, first_day=FRIDAY, last_day=FRIDAY)
    world.do(lock_assignment, shift_id=draft, person_id=locked)
    problem = world.problem()
    assert set(problem.published) == {(str(one), str(published)) for one in (promised, arranged, away)}
    assert set(problem.locked) == {(str(locked), str(draft)), (str(arranged), str(published))}
    again = world.problem(locked=[(held, draft), (held, 99)])
    assert set(again.locked) - set(problem.locked) == {(str(held), str(draft))}


def test_the_past_is_what_was_served_and_offered_in_eight_weeks(world: Planned) -> None:
    world.shift(day=MONDAY + timedelta(days=14))
    person = world.offers(world.person(checked_on=date(2026, 1, 1)), "12345", ends=time(20))
    last_week = MONDAY - timedelta(days=7)
    early = NOW - timedelta(days=80)
    for number in range(3):
        world.published(person, day=last_week + timedelta(days=number), now=early)
    for number in range(2):
        world.mark(
            world.published(
                person,
                day=last_week - timedelta(days=7 * 8 * number),
                starts=time(19),
                ends=time(20),
                now=early,
            ),
            person,
            attendance=Attendance.ATTENDED,
        )
    world.published(person, day=TUESDAY)  # coming, and before the plan
    world.shift(day=last_week - timedelta(days=7), now=early)  # a draft that nobody published took no place
    later = {"first": MONDAY + timedelta(days=14), "last": MONDAY + timedelta(days=20)}
    found = world.told(person, **later)
    assert found.past_minutes == 60 + 60
    # Three days in last week, at most the weekly target of two hours; one day in this.
    assert found.past_offered_minutes == 120 + 60
    world.limits(person, max_per_week=1)
    assert world.told(person, **later).past_offered_minutes == 60 + 60
    world.limits(person)
    world.do(take_leave, person_id=person, first_day=last_week, last_day=last_week + timedelta(days=6))
    # An hour is left of what was offered; but who served two had offered as much.
    assert world.told(person, **later).past_offered_minutes == 120


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
