"""A team's, a programme's and a community's weeks: who counts, who reached it, who is excused."""

from __future__ import annotations

from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hours.giving import AFTERWARDS, give, give_in
from tests.world import MONDAY, SCRIPT, World, hour
from volunteer_core.closures.declaring import declare_closure
from volunteer_core.database import Paging, Work
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.hours.targets.excuses import Excuse
from volunteer_core.hours.targets.many_people import (
    community_progress,
    community_weeks,
    programme_progress,
    programme_weeks,
    team_progress,
    team_weeks,
)
from volunteer_core.hours.targets.one_person import progress
from volunteer_core.hours.targets.own_targets import set_programme_target, set_team_target
from volunteer_core.hours.targets.views import WeekLine
from volunteer_core.people.models import LeaveKind
from volunteer_core.people.registry import leave_office
from volunteer_core.people.vouching import take_leave
from volunteer_core.permissions import Actor
from volunteer_core.teams.membership import found_team, join, quit_team
from volunteer_core.timespans import WeekInvalid, day_span

WEEK = timedelta(days=7)
SUNDAY = MONDAY + timedelta(days=6)
TUESDAY = MONDAY + timedelta(days=1)
THURSDAY = hour(12, day=MONDAY + timedelta(days=3))


class Undo(Exception):
    """Nothing of this is kept."""


def line(world: World, **facts: Any) -> WeekLine:
    [found] = world.see(team_weeks, team_id=world.team, now=AFTERWARDS, first=MONDAY, last=MONDAY, **facts)
    assert isinstance(found, WeekLine)
    return found


def take_off(world: World, person: int, *, weeks: int = 1, **facts: Any) -> None:
    days = {"first_day": MONDAY, "last_day": MONDAY + weeks * WEEK - timedelta(days=1)}
    world.do(take_leave, person_id=person, **days, **facts)


def close(world: World, **scope: Any) -> None:
    spans = {"starts_at": day_span(MONDAY).start, "ends_at": day_span(SUNDAY).end}
    world.do(declare_closure, name="台风", source="通知", **spans, **scope)


def counted(world: World) -> list[int]:
    found = world.see(team_progress, team_id=world.team, week="2026-W45", now=AFTERWARDS)
    return [member.person_id for member in found.members.items]


def test_a_week_says_who_reached_it_who_is_excused_and_who_has_not_yet(world: World) -> None:
    reached, away, served_though_away, little, nothing = world.people(5)
    give(world, reached, minutes=60)
    give(world, reached, SUNDAY, minutes=60)
    give(world, little, minutes=119)
    give(world, served_though_away)
    take_off(world, away, kind=LeaveKind.ILLNESS)
    take_off(world, served_though_away)
    found = world.see(team_progress, team_id=world.team, now=THURSDAY)
    assert found.totals == WeekLine("2026-W45", 120, people=5, reached=2, excused=1, not_yet=2)
    assert {
        one.person_id: (one.minutes, one.reached, one.excused, one.streak) for one in found.members.items
    } == {
        reached: (120, True, None, 1),
        away: (0, False, Excuse.LEAVE, 0),
        served_though_away: (120, True, Excuse.LEAVE, 1),
        little: (119, False, None, 0),
        nothing: (0, False, None, 0),
    }
    assert [one.code for one in found.members.items] == sorted(one.code for one in found.members.items)
    assert found.members.total == 5


def test_leave_that_began_before_the_week_and_ends_after_it_excuses_it(world: World) -> None:
    take_off(world, world.person(), weeks=3)
    second = MONDAY + WEEK
    [found] = world.see(team_weeks, team_id=world.team, first=second, last=second)
    assert (found.excused, found.not_yet) == (1, 0)


def test_who_belongs_for_the_whole_week_counts(world: World) -> None:
    whole, late, left, gone = world.person(), world.person(teams=()), world.person(), world.person()
    on_time = world.person(teams=())
    world.do(join, team_id=world.team, person_id=on_time, on=MONDAY)
    world.do(join, team_id=world.team, person_id=late, on=TUESDAY)
    world.do(quit_team, team_id=world.team, person_id=left, on=SUNDAY)
    world.do(leave_office, person_id=gone, on=SUNDAY)
    until_the_end = world.person()
    world.do(quit_team, team_id=world.team, person_id=until_the_end, on=MONDAY + WEEK)
    assert counted(world) == sorted([whole, on_time, until_the_end])
    assert line(world).people == 3


def test_who_quit_and_came_back_counts_once(world: World) -> None:
    person = world.person()
    world.do(quit_team, team_id=world.team, person_id=person, on=date(2026, 6, 1))
    world.do(join, team_id=world.team, person_id=person, on=date(2026, 9, 1))
    give(world, person)
    assert line(world) == WeekLine("2026-W45", 120, 1, 1, 0, 0)


def test_a_team_counts_what_was_given_for_it_against_its_own_target(world: World) -> None:
    both = world.person(teams=(world.team, world.other_team))
    give(world, both, minutes=60)
    give(world, both, minutes=90, team_id=world.other_team)
    world.do(set_team_target, team_id=world.other_team, minutes=90, week="2026-W45")
    first = world.see(team_progress, team_id=world.team)
    other = world.see(team_progress, team_id=world.other_team)
    assert (first.totals.target, first.totals.reached, first.members.items[0].minutes) == (120, 0, 60)
    assert (other.totals.target, other.totals.reached, other.members.items[0].minutes) == (90, 1, 90)


def test_a_programme_counts_what_its_teams_members_gave_there(world: World) -> None:
    member, stranger = world.person(), world.person(teams=(world.other_team,))
    nobodys = world.programme("NOBODYS", team_id=None)
    for person in (member, stranger):
        give(world, person, minutes=60, programme_id=world.clean_up)
        give(world, person, minutes=60, programme_id=world.school)
    world.do(set_programme_target, programme_id=world.clean_up, minutes=60, week="2026-W45")
    found = world.see(programme_progress, programme_id=world.clean_up)
    assert found.totals == WeekLine("2026-W45", 60, 1, 1, 0, 0)
    assert [(one.person_id, one.minutes) for one in found.members.items] == [(member, 60)]
    span = {"first": MONDAY, "last": MONDAY}
    assert world.see(programme_weeks, programme_id=world.clean_up, **span) == [found.totals]
    assert world.see(programme_progress, programme_id=nobodys).totals.people == 0


def test_a_community_counts_all_that_its_volunteers_gave_wherever_and_masks_names(world: World) -> None:
    person = world.person("欧阳海燕", teams=(world.team, world.other_team))
    world.person(teams=())  # belongs to no team: not a volunteer
    world.person(community=world.other_community)
    give(world, person, minutes=60)
    give(world, person, minutes=30, team_id=world.other_team)
    assert world.see(community_progress, community_id=world.community).totals.reached == 0
    give(world, person, minutes=30, team_id=None, community_id=world.other_community)
    found = world.see(community_progress, community_id=world.community)
    assert found.totals == WeekLine("2026-W45", 120, 1, 1, 0, 0)
    [one] = found.members.items
    assert (one.person_id, one.name, one.minutes) == (person, "欧阳*", 120)
    span = {"first": MONDAY, "last": MONDAY}
    assert world.see(community_weeks, community_id=world.community, **span) == [found.totals]
    [in_team] = world.see(team_progress, team_id=world.other_team).members.items
    assert in_team.name == "欧阳海燕"


def test_only_service_counts(world: World) -> None:
    person = world.person()
    for kind in ("paid_duty", "training", "adjustment"):
        give(world, person, kind=kind)
    assert line(world).reached == 0


def test_a_closed_community_excuses_its_people_whatever_their_team(world: World) -> None:
    near, far = world.person(), world.person(community=world.other_community)
    give(world, near)
    world.person()
    close(world, community_id=world.community)
    assert line(world) == WeekLine("2026-W45", 120, people=3, reached=1, excused=1, not_yet=1)
    found = world.see(team_progress, team_id=world.team, week="2026-W45").members.items
    assert {one.person_id: one.excused for one in found}[far] is None
    home = world.see(community_progress, community_id=world.community)
    elsewhere = world.see(community_progress, community_id=world.other_community)
    assert (home.totals.excused, elsewhere.totals.excused) == (1, 0)


def test_a_whole_week_of_holidays_excuses_everybody_and_national_day_nobody(world: World) -> None:
    """2026-10-01 to 10-07 lies in W40 and W41: both have working days, before and after."""
    world.people(2)
    span = {"first": date(2026, 2, 9), "last": date(2026, 2, 22)}
    found = world.see(team_weeks, team_id=world.team, now=AFTERWARDS, **span)
    assert [(one.week, one.excused) for one in found] == [("2026-W07", 0), ("2026-W08", 2)]
    span = {"first": date(2026, 9, 28), "last": date(2026, 10, 11)}
    found = world.see(team_weeks, team_id=world.team, now=AFTERWARDS, **span)
    assert [(one.week, one.excused, one.not_yet) for one in found] == [("2026-W40", 0, 2), ("2026-W41", 0, 2)]


def test_weeks_are_compared_over_the_turn_of_the_year(world: World) -> None:
    person, late = world.person(), world.person(teams=())
    world.do(join, team_id=world.team, person_id=late, on=date(2027, 1, 4))
    for day in (date(2026, 12, 28), date(2027, 1, 3)):  # W53, of which the end lies in January
        give(world, person, day, 60)
    give(world, late, date(2027, 1, 4))
    span = {"first": date(2026, 12, 27), "last": date(2027, 1, 4)}
    found = world.see(team_weeks, team_id=world.team, now=AFTERWARDS, **span)
    assert [(one.week, one.people, one.reached) for one in found] == [
        ("2026-W52", 1, 0),
        ("2026-W53", 1, 1),
        ("2027-W01", 2, 1),
    ]
    [one] = world.see(
        team_progress, team_id=world.team, week="2026-W53", now=hour(9, day=date(2027, 1, 3))
    ).members.items
    assert (one.minutes, one.streak) == (120, 1)


def test_a_streak_goes_on_after_a_week_that_was_excused(world: World) -> None:
    person = world.person()
    take_off(world, person)
    for number in (-1, 1):
        give(world, person, MONDAY + number * WEEK)
    [one] = world.see(team_progress, team_id=world.team, week="2026-W46", now=AFTERWARDS).members.items
    assert one.streak == 2


given_minutes = st.lists(
    st.tuples(st.integers(0, 4), st.integers(0, 27), st.sampled_from([30, 60, 120])), max_size=16
)
spells = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 27), st.integers(1, 12)), max_size=4)


@given(given_minutes, spells, spells)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_lines_are_what_the_people_add_up_to(
    crowd: list[int],
    world: World,
    minutes: list[tuple[int, int, int]],
    leaves: list[tuple[int, int, int]],
    closed: list[tuple[int, int, int]],
) -> None:
    with suppress(Undo), world.office.write(by=SCRIPT, now=AFTERWARDS) as work:
        for number, day, given_then in minutes:
            give_in(work, world, crowd[number], MONDAY + timedelta(day), given_then)
        for number, day, length in leaves:
            first = MONDAY + timedelta(day)
            take_leave(work, person_id=crowd[number], first_day=first, last_day=first + timedelta(length - 1))
        for number, day, length in closed:
            first = MONDAY + timedelta(day)
            declare_closure(
                work,
                name="台风",
                source="通知",
                starts_at=day_span(first).start,
                ends_at=day_span(first + timedelta(length - 1)).end,
                community_id=(None, world.community, world.other_community)[number % 3],
            )
        _compare(work, world, crowd)
        raise Undo


@pytest.fixture
def crowd(world: World) -> list[int]:
    return [*world.people(3), *(world.person(community=world.other_community) for _ in range(2))]


def _compare(work: Work, world: World, crowd: list[int]) -> None:
    span = {"first": MONDAY, "last": MONDAY + timedelta(days=27)}
    each = [progress(work, person_id=person, team_id=world.team, **span) for person in crowd]
    for number, found in enumerate(team_weeks(work, team_id=world.team, **span)):
        weeks = [one.weeks[number] for one in each]
        reached = sum(week.reached for week in weeks)
        excused = sum(week.excused is not None and not week.reached for week in weeks)
        expected = (weeks[0].week, 120, 5, reached, excused, 5 - reached - excused)
        assert found == WeekLine(*expected)
        page = team_progress(work, team_id=world.team, week=found.week)
        assert page.totals == found
        assert {one.person_id: one.minutes for one in page.members.items} == {
            one.person_id: one.weeks[number].minutes for one in each
        }
    assert {one.person_id: one.streak for one in page.members.items} == {
        one.person_id: one.streak for one in each
    }


def test_a_page_is_a_part_and_the_totals_are_of_all(world: World) -> None:
    people = world.people(3)
    take_off(world, people[0])
    give(world, people[2])
    found = world.see(team_progress, team_id=world.team, paging=Paging(1, 1))
    assert [one.person_id for one in found.members.items] == [people[1]]
    assert found.members.total == 3
    assert found.totals == WeekLine("2026-W45", 120, people=3, reached=1, excused=1, not_yet=1)


def test_leaders_see_their_team_and_coordinators_their_community(world: World) -> None:
    local = world.do(found_team, code="LOCAL", name="老人互访团", community_id=world.community).id
    leader, coordinator, officer = world.leader(local), world.coordinator(), world.officer()
    visits = world.programme("VISITS", team_id=local)
    span = {"first": MONDAY, "last": MONDAY}
    for operation, facts, may in (
        (team_progress, {"team_id": local}, (leader, coordinator, officer)),
        (team_weeks, {"team_id": local, **span}, (leader, coordinator, officer)),
        (programme_progress, {"programme_id": visits}, (leader, coordinator, officer)),
        (programme_weeks, {"programme_id": visits, **span}, (leader, coordinator, officer)),
        (team_progress, {"team_id": world.team}, (officer,)),
        (community_progress, {"community_id": world.community}, (coordinator, officer)),
        (community_weeks, {"community_id": world.community, **span}, (coordinator, officer)),
        (community_progress, {"community_id": world.other_community}, (officer,)),
    ):
        for actor in (leader, coordinator, officer, world.actor(world.person()), Actor.anonymous()):
            if actor in may:
                world.see(operation, by=actor, **facts)
            else:
                with pytest.raises(NotAllowed):
                    world.see(operation, by=actor, **facts)


def test_what_does_not_exist_and_too_many_weeks_are_refused(world: World) -> None:
    for operation, name in ((team_progress, "team"), (community_progress, "community")):
        with pytest.raises(NotFound):
            world.see(operation, **{f"{name}_id": 999})
        with pytest.raises(WeekInvalid):
            world.see(operation, **{f"{name}_id": getattr(world, name)}, week="2026-W54")
    for last in (MONDAY - timedelta(days=1), MONDAY + 53 * WEEK, date.max):
        with pytest.raises(Malformed):
            world.see(team_weeks, team_id=world.team, first=MONDAY, last=last)
    assert len(world.see(team_weeks, team_id=world.team, first=MONDAY, last=MONDAY + 52 * WEEK)) == 53
