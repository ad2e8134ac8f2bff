"""Communities, grids and sites: codes are unique, and a site's grid lies in its community."""

from __future__ import annotations

from typing import Any

import pytest

from tests.world import World
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.permissions import Actor
from volunteer_core.places.directory import (
    CodeTaken,
    add_community,
    add_grid,
    add_site,
    correct_site,
    list_grids,
    list_sites,
    read_site,
)


def test_a_code_is_taken_once_within_its_kind(world: World) -> None:
    with pytest.raises(CodeTaken):
        world.do(add_community, code="SF", name="又一个")
    with pytest.raises(CodeTaken):
        world.do(add_grid, community_id=world.other_community, code="SF-01", name="又一个")
    with pytest.raises(CodeTaken):
        world.do(add_site, community_id=world.community, code="SF-S", name="又一个")
    assert world.do(add_site, community_id=world.community, code="SF", name="同码不同类").code == "SF"


@pytest.mark.parametrize(
    "bad",
    [
        {"name": ""},
        {"name": "字" * 61},
        {"address": "路\n号"},
        {"latitude": 20.0},
        {"latitude": 90.1, "longitude": 110.0},
        {"latitude": 20.0, "longitude": -180.1},
        {"latitude": float("nan"), "longitude": 110.0},
    ],
)
def test_a_site_that_cannot_be_is_refused(world: World, bad: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        world.do(add_site, **{"community_id": world.community, "code": "X", "name": "学堂"} | bad)
    with pytest.raises(Malformed):
        world.do(correct_site, site_id=world.site, **bad)
    assert world.see(list_sites).total == 2
    assert world.see(read_site, site_id=world.site).name == "三峰学堂"


def test_a_grid_of_another_community_is_refused(world: World) -> None:
    with pytest.raises(Malformed):
        world.do(add_site, community_id=world.other_community, grid_id=world.grid, code="X", name="学堂")
    with pytest.raises(NotFound):
        world.do(add_grid, community_id=99, code="X", name="网格")


def test_a_correction_keeps_what_is_not_given(world: World) -> None:
    world.do(correct_site, site_id=world.site, latitude=20.0, longitude=110.3)
    site = world.do(correct_site, site_id=world.site, address="凤翔路 1 号")
    assert (site.name, site.latitude, site.address) == ("三峰学堂", 20.0, "凤翔路 1 号")


def test_coordinators_correct_their_own_sites_only(world: World) -> None:
    coordinator = world.coordinator()
    world.do(correct_site, by=coordinator, site_id=world.site, name="新学堂")
    with pytest.raises(NotAllowed):
        world.do(correct_site, by=coordinator, site_id=world.other_site, name="新学堂")
    with pytest.raises(NotAllowed):
        world.do(add_community, by=coordinator, code="X", name="社区")
    assert world.see(read_site, by=Actor.anonymous(), site_id=world.other_site).name == "滨濂学堂"


def test_lists_are_by_code_and_by_community(world: World) -> None:
    world.do(add_grid, community_id=world.other_community, code="A-01", name="网格")
    assert [grid.code for grid in world.see(list_grids).items] == ["A-01", "SF-01"]
    assert [site.id for site in world.see(list_sites, community_id=world.community).items] == [world.site]
