"""Teams and programmes have weekly targets of their own, from a week on and never for weeks that are over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.hours.giving import AFTERWARDS, give
from tests.world import MONDAY, NOW, World, hour
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.hours.targets.one_person import progress
from volunteer_core.hours.targets.own_targets import (
    TargetChange,
    TargetView,
    WeekOver,
    read_programme_target,
    read_team_target,
    set_programme_target,
    set_team_target,
)
from volunteer_core.office.settings import change_setting
from volunteer_core.permissions import Actor
from volunteer_core.timespans import WeekInvalid

WEEK = timedelta(days=7)


def set_own(world: World, minutes: int | None, week: str, **facts: Any) -> TargetView:
    found: TargetView = world.do(set_team_target, team_id=world.team, minutes=minutes, week=week, **facts)
    return found


def asked_of(world: World, person: int, weeks: int = 4, **scope: int) -> list[int]:
    """The targets of the weeks from the first on."""
    span = {"first": MONDAY, "last": MONDAY + (weeks - 1) * WEEK}
    found = world.see(progress, person_id=person, now=AFTERWARDS, **span, **scope)
    return [week.target for week in found.weeks]


def test_a_target_holds_from_its_week_on_until_the_next_one(world: World) -> None:
    person = world.person()
    set_own(world, 90, "2026-W46")
    set_own(world, None, "2026-W48")
    assert asked_of(world, person, team_id=world.team) == [120, 90, 90, 120]
    # Nobody else's weeks: not the whole of what they give, not another team, not the team's programmes.
    for scope in ({}, {"team_id": world.other_team}, {"programme_id": world.clean_up}):
        assert asked_of(world, person, **scope) == [120] * 4
    world.do(set_programme_target, programme_id=world.clean_up, minutes=30, week="2026-W47")
    assert asked_of(world, person, programme_id=world.clean_up) == [120, 120, 30, 30]
    assert asked_of(world, person, programme_id=world.school) == [120] * 4


def test_without_one_of_its_own_the_offices_changes_hold(world: World) -> None:
    person = world.person()
    set_own(world, 90, "2026-W46")
    set_own(world, None, "2026-W47")
    world.do(change_setting, name="weekly_target_minutes", value=60, valid_from=MONDAY + WEEK)
    world.do(change_setting, name="weekly_target_minutes", value=150, valid_from=MONDAY + 2 * WEEK)
    assert asked_of(world, person, team_id=world.team) == [120, 90, 150, 150]


def test_an_office_target_changed_in_the_middle_of_a_week_holds_from_the_next(world: World) -> None:
    person = world.person()
    world.do(change_setting, name="weekly_target_minutes", value=60, valid_from=MONDAY + timedelta(days=1))
    assert asked_of(world, person, weeks=2) == [120, 60]


def test_the_same_week_again_replaces_it(world: World) -> None:
    set_own(world, 90, "2026-W46")
    view = set_own(world, 60, "2026-W46")
    assert view == TargetView("2026-W45", 120, [TargetChange("2026-W46", 60)])
    later = world.see(read_team_target, team_id=world.team, now=NOW + WEEK)
    assert (later.week, later.minutes) == ("2026-W46", 60)


def test_weeks_that_are_over_keep_their_target(world: World) -> None:
    person, sunday = world.person(), hour(23, day=MONDAY + timedelta(days=6))
    give(world, person, minutes=90)
    set_own(world, 60, "2026-W45", now=sunday)  # the week still runs
    with pytest.raises(WeekOver) as refusal:
        set_own(world, 150, "2026-W45", now=hour(0, day=MONDAY + WEEK))
    assert refusal.value.facts == {"week": "2026-W45", "this_week": "2026-W46"}
    set_own(world, 150, "2026-W46", now=sunday)
    found = world.see(
        progress, person_id=person, first=MONDAY, last=MONDAY, team_id=world.team, now=AFTERWARDS
    )
    assert [(week.target, week.reached) for week in found.weeks] == [(60, True)]


def test_a_target_is_of_one_minute_to_a_week(world: World) -> None:
    for minutes in (1, 7 * 24 * 60):
        assert set_own(world, minutes, "2026-W45").minutes == minutes
    for minutes in (0, -60, 7 * 24 * 60 + 1, 10**12):
        with pytest.raises(Malformed):
            set_own(world, minutes, "2026-W45")
    with pytest.raises(WeekInvalid):
        set_own(world, 60, "2027-W53")
    assert world.see(read_team_target, team_id=world.team).changes == [TargetChange("2026-W45", 10080)]


def test_leaders_set_their_teams_and_its_programmes_targets_and_everybody_reads_them(world: World) -> None:
    leader, other, officer = world.leader(), world.leader(world.other_team), world.officer()
    of_programme = {"programme_id": world.clean_up, "minutes": 60, "week": "2026-W45"}
    for actor in (leader, officer):
        set_own(world, 90, "2026-W45", by=actor)
        world.do(set_programme_target, by=actor, **of_programme)
    for actor in (other, world.coordinator(), world.actor(world.person()), Actor.anonymous()):
        with pytest.raises(NotAllowed):
            set_own(world, 60, "2026-W45", by=actor)
        with pytest.raises(NotAllowed):
            world.do(set_programme_target, by=actor, **of_programme)
    member = world.actor(world.person())
    assert world.see(read_team_target, by=member, team_id=world.team).minutes == 90
    assert world.see(read_programme_target, by=member, programme_id=world.clean_up).minutes == 60
    assert world.see(read_programme_target, by=member, programme_id=world.school).minutes == 120
    with pytest.raises(NotAllowed):
        world.see(read_team_target, by=Actor.anonymous(), team_id=world.team)
    with pytest.raises(NotFound):
        set_programme_target_of_nothing(world)


def set_programme_target_of_nothing(world: World) -> None:
    world.do(set_programme_target, programme_id=999, minutes=60, week="2026-W45")
