"""Several weeks at several sites are published as a whole, or not at all."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.world import MONDAY, World
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.notices.outbox import list_notices
from volunteer_core.permissions import Actor
from volunteer_core.rosters.models import ShiftStatus
from volunteer_core.rosters.publishing import NothingToPublish
from volunteer_core.rosters.publishing_weeks import publish_weeks
from volunteer_core.rosters.shifts import list_shifts
from volunteer_core.timespans import WeekInvalid

NEXT = MONDAY + timedelta(days=7)


def weeks(world: World, **facts: Any) -> dict[str, Any]:
    return {"programme_id": world.school, "first_week": "2026-W45", "last_week": "2026-W46"} | facts


def published(world: World) -> set[int]:
    page = world.see(list_shifts, first=MONDAY, last=date(2027, 12, 31))
    return {shift.id for shift in page.items if shift.status is ShiftStatus.PUBLISHED}


def test_all_sites_and_weeks_are_published(world: World) -> None:
    person = world.person()
    shifts = [world.shift(person, day=day) for day in (MONDAY, NEXT)]
    shifts.append(world.shift(day=NEXT, site=world.other_site))
    beyond = world.shift(day=NEXT + timedelta(days=7))
    world.shift(programme=world.clean_up)
    outcomes = world.do(publish_weeks, by=world.leader(), **weeks(world))
    assert [(one.week, one.shift_ids) for one in outcomes] == [
        ("2026-W45", [shifts[0]]),
        ("2026-W46", [shifts[1]]),
        ("2026-W46", [shifts[2]]),
    ]
    assert published(world) == set(shifts)
    assert beyond not in published(world)
    assert [one.person_id for one in world.see(list_notices).items] == [person, person]  # once a week
    with pytest.raises(NothingToPublish):
        world.do(publish_weeks, **weeks(world))


def test_sites_can_be_chosen_and_have_to_be_ones_own(world: World) -> None:
    here, there = world.shift(), world.shift(site=world.other_site)
    coordinator = world.coordinator()
    for facts in ({}, {"site_ids": [world.site, world.other_site]}, {"site_ids": [world.other_site]}):
        with pytest.raises(NotAllowed):
            world.do(publish_weeks, by=coordinator, **weeks(world, **facts))
    assert published(world) == set()
    world.do(publish_weeks, by=coordinator, **weeks(world, site_ids=[world.site]))
    assert published(world) == {here}
    world.do(publish_weeks, by=world.officer(), **weeks(world))
    assert published(world) == {here, there}


def test_what_cannot_be_published_is_refused(world: World) -> None:
    world.shift()
    for bad, refusal in (
        ({"last_week": "2026-W44"}, Malformed),
        ({"last_week": "2028-W01"}, Malformed),
        ({"first_week": "下周"}, WeekInvalid),
        ({"site_ids": [99]}, NotFound),
        ({"programme_id": 99}, NotFound),
        ({"first_week": "2026-W46"}, NothingToPublish),
    ):
        with pytest.raises(refusal):
            world.do(publish_weeks, **weeks(world, **bad))
    for first in ("2026-W45", "2026-W46"):  # also where there is nothing
        with pytest.raises(NotAllowed):
            world.do(publish_weeks, by=Actor.person(world.person()), **weeks(world, first_week=first))
    assert published(world) == set()


def test_a_week_that_is_tentative_stays_a_draft_beside_the_others(world: World) -> None:
    firm, tentative = world.shift(), world.shift(day=date(2027, 11, 1))
    year = weeks(world, last_week="2027-W45")
    assert [one.shift_ids for one in world.do(publish_weeks, **year)] == [[firm]]
    with pytest.raises(NothingToPublish):
        world.do(publish_weeks, **year)
    assert tentative not in published(world)
