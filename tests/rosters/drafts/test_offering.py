"""What the planner is told of what people offer: when, how much, where and with whom."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from tests.rosters.drafts.planned import FRIDAY, Planned, exceptions
from tests.world import MONDAY
from volunteer_core.places.directory import add_site
from volunteer_core.rosters.availability.models import DateWish
from volunteer_core.rosters.availability.stating import WeeklyTime, state_weekly, withdraw_dates
from volunteer_core.rosters.planning.problem import (
    Busy,
    DateException,
    ExceptionKind,
    Window,
)
from volunteer_core.teams.membership import quit_team

TUESDAY = MONDAY + timedelta(days=1)
NEXT_MONDAY = MONDAY + timedelta(days=7)


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
