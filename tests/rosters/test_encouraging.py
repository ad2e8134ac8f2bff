"""The gentle list: who could still reach this week's target, by which shifts, and in what words."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from tests.hours.giving import give
from tests.world import MONDAY, World, hour
from volunteer_core.commitments.models import Attendance
from volunteer_core.database import Paging
from volunteer_core.errors import NotAllowed, NotFound
from volunteer_core.events.planning import create_event, publish_event
from volunteer_core.events.positions import add_position
from volunteer_core.events.signups import sign_up
from volunteer_core.hours.targets.own_targets import set_team_target
from volunteer_core.people.vouching import take_leave
from volunteer_core.permissions import Actor
from volunteer_core.rosters.availability.models import DateWish
from volunteer_core.rosters.availability.stating import state_dates, state_limits
from volunteer_core.rosters.encouraging import CouldReach, Encouragement, could_reach
from volunteer_core.rosters.rules import set_rules
from volunteer_core.teams.grid_posts import appoint
from volunteer_core.teams.membership import change_team, found_team
from volunteer_core.teams.models import GridRole

WEDNESDAY, THURSDAY, FRIDAY = (MONDAY + timedelta(days=number) for number in (2, 3, 4))
NOON = hour(12, day=WEDNESDAY)
"""When the list is asked for, unless said otherwise."""
FIRST = date(2026, 1, 1)


def listed(world: World, **facts: Any) -> Encouragement:
    found: Encouragement = world.see(could_reach, **{"team_id": world.team, "now": NOON} | facts)
    return found


def people(world: World, **facts: Any) -> dict[int, CouldReach]:
    return {one.person_id: one for one in listed(world, **facts).people.items}


def fitting(world: World, person: int) -> list[int]:
    """The shifts that are named to a person."""
    found = people(world).get(person)
    return [shift.shift_id for shift in found.shifts] if found else []


def cleaning(
    world: World, *on_it: int, day: date = THURSDAY, starts: int = 8, length: int = 2, **facts: Any
) -> int:
    """A published shift of the programme that asks for nothing; of two hours unless said otherwise."""
    times = {"starts": time(starts), "ends": time(starts + length)}
    return world.published(*on_it, day=day, programme=world.clean_up, **times, **facts)


def test_whoever_needs_least_comes_first(world: World) -> None:
    nothing, much, little, done = world.people(4)
    for person, minutes in ((much, 90), (little, 30), (done, 120)):
        give(world, person, minutes=minutes)
    shift = cleaning(world)
    found = listed(world)
    assert (found.week, found.target, found.people.total) == ("2026-W45", 120, 3)
    assert [(one.person_id, one.minutes, one.more) for one in found.people.items] == [
        (much, 90, 30),
        (little, 30, 90),
        (nothing, 0, 120),
    ]
    [one] = found.people.items[0].shifts
    assert (one.shift_id, one.minutes, one.free, one.site_name) == (shift, 120, 9, "三峰学堂")
    second = listed(world, paging=Paging(1, 1)).people
    assert ([one.person_id for one in second.items], second.total) == ([little], 3)


def test_what_is_promised_counts_as_planned_also_while_it_waits_for_its_mark(world: World) -> None:
    rest, yesterday, draft, absent, enough = world.people(5)
    cleaning(world, rest, day=FRIDAY, length=1)
    cleaning(world, yesterday, day=MONDAY + timedelta(days=1), length=1)
    missed = cleaning(world, absent, day=MONDAY, starts=10)
    world.mark(missed, absent, attendance=Attendance.ABSENT)
    cleaning(world, enough, day=FRIDAY, starts=14)
    cleaning(world)
    world.shift(draft, day=FRIDAY, starts=time(10), ends=time(12), programme=world.clean_up)
    found = people(world)
    assert {person: (one.planned, one.more) for person, one in found.items()} == {
        rest: (60, 60),
        yesterday: (60, 60),
        absent: (0, 120),
        draft: (0, 120),
    }


def test_next_weeks_promises_and_those_for_another_team_are_not_of_this_week(world: World) -> None:
    person = world.person(teams=(world.team, world.other_team))
    other = world.programme("OTHER", team_id=world.other_team)
    world.published(person, day=FRIDAY, programme=other)
    cleaning(world, person, day=MONDAY + timedelta(days=7))
    cleaning(world)
    assert people(world)[person].planned == 0


@pytest.mark.parametrize("earns", [True, False])
def test_an_ushers_promise_is_planned_and_an_audiences_is_not(world: World, *, earns: bool) -> None:
    person = world.person()
    cleaning(world)
    event = world.do(
        create_event,
        title="消防安全知识讲座",
        site_id=world.site,
        team_id=world.team,
        starts_at=hour(19, day=FRIDAY),
        ends_at=hour(20, day=FRIDAY),
    ).id
    position = world.do(add_position, event_id=event, name="岗位", capacity=3, earns_hours=earns).id
    world.do(publish_event, event_id=event)
    world.do(sign_up, position_id=position, person_id=person)
    assert people(world)[person].planned == (60 if earns else 0)


def test_whoever_is_excused_or_joined_this_week_is_left_alone(world: World) -> None:
    away, there = world.people(2)
    world.do(take_leave, person_id=away, first_day=MONDAY, last_day=FRIDAY)
    stranger = world.person(teams=(world.other_team,))
    cleaning(world, day=MONDAY + timedelta(days=5))  # a Saturday: the leave is over
    assert people(world).keys() == {there}
    assert stranger not in people(world)


def test_only_published_shifts_to_come_this_week_with_free_places_are_named(world: World) -> None:
    person, other = world.people(2)
    give(world, other)
    cleaning(world, day=WEDNESDAY)  # has begun
    cleaning(world, day=MONDAY + timedelta(days=7))
    cleaning(world, other, maximum=1)
    world.published(day=FRIDAY, programme=world.programme("OTHER", team_id=world.other_team))
    sunday = cleaning(world, day=MONDAY + timedelta(days=6), starts=20)
    world.shift(day=FRIDAY, starts=time(10), ends=time(12), programme=world.clean_up)  # a draft
    assert fitting(world, person) == [sunday]
    assert listed(world, now=hour(20, day=MONDAY + timedelta(days=6))).people.items == []


def test_a_shift_fits_against_which_nothing_stands(world: World) -> None:
    clash, cannot, child, no_check, fine = (
        world.person(),
        world.person(),
        world.person(born=date(2010, 1, 1)),
        world.person(checked_on=None),
        world.person(),
    )
    world.published(clash, day=THURSDAY, starts=time(9), ends=time(9, 30), maximum=1)
    world.do(state_dates, person_id=cannot, first_day=THURSDAY, last_day=THURSDAY, kind=DateWish.CANNOT)
    shift = cleaning(world)
    assert people(world).keys() == {no_check, fine}
    school = world.published(day=FRIDAY, starts=time(8), ends=time(10))
    assert fitting(world, no_check) == [shift]
    assert fitting(world, fine) == [shift, school]
    assert fitting(world, cannot) == fitting(world, clash) == [school]
    assert fitting(world, child) == []  # without consent
    world.do(set_rules, programme_id=world.clean_up, qualification="first_aid")
    assert fitting(world, fine) == [school]


def test_paid_duty_is_no_way_to_reach_it_and_is_not_planned(world: World) -> None:
    worker, volunteer = world.people(2)
    world.do(
        appoint,
        person_id=worker,
        role=GridRole.RECRUITED_GRID_WORKER,
        community_id=world.community,
        grid_id=world.grid,
        salaried=True,
        since=FIRST,
    )
    on_duty = world.published(worker, volunteer, day=FRIDAY)
    duty = world.published(day=THURSDAY, starts=time(8), ends=time(10))
    assert fitting(world, volunteer) == [duty]
    assert fitting(world, worker) == []
    shift = cleaning(world, starts=14)
    assert fitting(world, worker) == [shift]
    found = people(world)
    assert (found[worker].planned, found[volunteer].planned) == (0, 60)
    assert on_duty not in fitting(world, volunteer)


def test_the_closest_come_first_and_three_at_most(world: World) -> None:
    person = world.person()
    cleaning(world, person, day=MONDAY, length=1, starts=10, site=world.other_site)  # where they serve
    give(world, person, minutes=30)
    far = world.person(community=world.other_community)
    give(world, far, minutes=90)
    elsewhere = cleaning(world, site=world.other_site, starts=16, length=1)
    short = cleaning(world, length=1, starts=6)
    early, late = cleaning(world, starts=8), cleaning(world, day=FRIDAY)
    assert people(world)[person].more == 30
    assert fitting(world, person) == [elsewhere, short, early]
    # More is needed: those that are long enough come first in the own community.
    world.do(set_team_target, team_id=world.team, minutes=180, week="2026-W45")
    assert fitting(world, person) == [elsewhere, early, late]
    assert fitting(world, far) == [elsewhere, early, late]


def test_several_shifts_together_are_enough_unless_they_overlap(world: World) -> None:
    person = world.person()
    for site in (world.site, world.other_site, world.site):  # all at the same time
        cleaning(world, length=1, site=site)
    assert fitting(world, person) == []
    cleaning(world, length=1, starts=9)
    assert len(fitting(world, person)) == 3


def test_the_persons_own_number_of_shifts_is_kept(world: World) -> None:
    person = world.person()
    world.do(state_limits, person_id=person, max_per_week=1)
    for starts in (6, 8, 10):
        cleaning(world, starts=starts, length=1)
    assert fitting(world, person) == []
    whole = cleaning(world, starts=14)
    assert whole in fitting(world, person)


def test_shifts_already_promised_this_week_are_of_that_number(world: World) -> None:
    person = world.person()
    cleaning(world, person, day=FRIDAY, length=1, maximum=1)
    cleaning(world, person, day=MONDAY + timedelta(days=8), length=1)  # next week
    for starts in (6, 10):
        cleaning(world, starts=starts, length=1)
    world.do(set_team_target, team_id=world.team, minutes=180, week="2026-W45")
    world.do(state_limits, person_id=person, max_per_week=2)
    assert fitting(world, person) == []
    world.do(state_limits, person_id=person, max_per_week=3)
    assert len(fitting(world, person)) == 2


def test_a_long_shift_after_short_ones_that_overlap_it_is_found(world: World) -> None:
    person = world.person()
    short = cleaning(world, length=1)
    whole = cleaning(world, site=world.other_site)
    assert fitting(world, person) == [short, whole]


def test_the_texts_are_friendly_and_name_at_most_one(world: World) -> None:
    person, other = world.person("王小敏"), world.person("李海燕")
    give(world, person, minutes=60)
    cleaning(world)
    cleaning(world, starts=6, length=1, day=FRIDAY)
    found = listed(world)
    assert found.people.items[0].text == (
        "王小敏，您好！本周再服务 60 分钟，就达到每周的小目标了。这几个班次和您的时间合适：\n"
        "· 11月5日（周四）08:00–10:00 三峰学堂 每周两小时\n"
        "· 11月6日（周五）06:00–07:00 三峰学堂 每周两小时\n"
        "方便的话欢迎来，不方便也没关系。谢谢您！"
    )
    assert found.text == (
        "本周这些班次还有空位：\n"
        "· 11月5日（周四）08:00–10:00 三峰学堂 每周两小时\n"
        "· 11月6日（周五）06:00–07:00 三峰学堂 每周两小时\n"
        "方便的话欢迎报名。谢谢大家！"
    )
    assert "李海燕" in people(world)[other].text
    for text in (found.text, *(one.text for one in found.people.items)):
        assert not set("欠补差缺债罚") & set(text)
    assert listed(world, team_id=world.other_team).text == ""


def test_a_discreet_teams_texts_name_no_places(world: World) -> None:
    person = world.person()
    cleaning(world)
    world.do(change_team, team_id=world.team, discreet=True)
    found = listed(world)
    for text in (found.text, people(world)[person].text):
        assert "11月5日（周四）08:00–10:00\n" in text
        assert "三峰学堂" not in text
        assert "每周两小时" not in text


def test_leaders_the_coordinator_and_the_office_see_it(world: World) -> None:
    local = world.do(found_team, code="LOCAL", name="老人互访团", community_id=world.community).id
    for actor in (world.leader(local), world.coordinator(), world.officer()):
        listed(world, team_id=local, by=actor)
    outsiders = (
        world.leader(world.other_team),
        world.coordinator(world.other_community),
        world.actor(world.person(teams=(local,))),
        Actor.anonymous(),
    )
    for actor in outsiders:
        with pytest.raises(NotAllowed):
            listed(world, team_id=local, by=actor)
    with pytest.raises(NotFound):
        listed(world, team_id=999)
