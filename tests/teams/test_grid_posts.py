"""一格三员: one person for each role of a grid at a time; who is salaried is a matter of dates."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.world import MONDAY, World
from volunteer_core.errors import Malformed, NotAllowed
from volunteer_core.teams.grid_posts import (
    NeverSalaried,
    PostTaken,
    appoint,
    list_posts,
    relieve,
    salaried_on,
)
from volunteer_core.teams.models import GridRole

TUESDAY = MONDAY + timedelta(days=1)
START = date(2026, 1, 1)


def post(world: World, person: int, **facts: Any) -> Any:
    known = {
        "role": GridRole.RECRUITED_GRID_WORKER,
        "community_id": world.community,
        "grid_id": world.grid,
        "salaried": True,
        "since": START,
    }
    return world.do(appoint, person_id=person, **known | facts)


def test_a_grid_has_one_of_each_at_a_time(world: World) -> None:
    one, other = world.people(2)
    first = post(world, one)
    post(world, other, role=GridRole.COMMUNITY_CADRE)
    with pytest.raises(PostTaken):
        post(world, other)
    world.do(relieve, post_id=first.id, until=TUESDAY)
    with pytest.raises(PostTaken):  # on Monday it is still held
        post(world, other, since=MONDAY)
    post(world, other, since=TUESDAY)
    holders = [
        {
            row.person_id
            for row in world.see(list_posts, day=day).items
            if row.role != GridRole.COMMUNITY_CADRE
        }
        for day in (MONDAY, TUESDAY)
    ]
    assert holders == [{one}, {other}]


def test_a_station_has_as_many_as_it_needs(world: World) -> None:
    for person in world.people(2):
        assert post(world, person, grid_id=None).name == "张*"


def test_who_is_salaried_depends_on_the_date(world: World) -> None:
    worker, leader = world.people(2)
    held = post(world, worker)
    post(world, leader, role=GridRole.RESIDENTS_GROUP_LEADER, salaried=False)
    world.do(relieve, post_id=held.id, until=TUESDAY)
    days = (START - timedelta(days=1), START, MONDAY, TUESDAY)
    paid = [world.see(salaried_on, person_ids=[worker, leader], day=day) for day in days]
    assert paid == [set(), {worker}, {worker}, set()]


def test_what_cannot_be_is_refused(world: World) -> None:
    person = world.person()
    with pytest.raises(NeverSalaried):
        post(world, person, role=GridRole.RESIDENTS_GROUP_LEADER)
    with pytest.raises(Malformed):
        post(world, person, community_id=world.other_community)
    held = post(world, person)
    with pytest.raises(Malformed):
        world.do(relieve, post_id=held.id, until=START - timedelta(days=1))


def test_coordinators_appoint_in_their_community_only(world: World) -> None:
    person, coordinator = world.person(), world.coordinator()
    held = post(world, person, by=coordinator)
    for somebody in (world.leader(), world.coordinator(world.other_community)):
        with pytest.raises(NotAllowed):
            post(world, person, by=somebody)
        with pytest.raises(NotAllowed):
            world.do(relieve, by=somebody, post_id=held.id, until=TUESDAY)
