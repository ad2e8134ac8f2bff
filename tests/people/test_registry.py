"""People are registered, corrected and found; who may not see them, does not."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.world import MONDAY, World, hour
from volunteer_core.database import Paging
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.people.registry import correct, leave_office, read, register, search
from volunteer_core.people.vouching import link_guardian
from volunteer_core.permissions import Actor
from volunteer_core.places.directory import CodeTaken


def found(world: World, query: str, by: Actor | None = None) -> set[str]:
    page = world.see(search, query=query, **({"by": by} if by else {}))
    return {row.code for row in page.items}


def test_a_person_without_a_code_is_given_one(world: World) -> None:
    one, other = (world.do(register, name="张三", community_id=world.community) for _ in range(2))
    assert one.code != other.code
    with pytest.raises(CodeTaken):
        world.do(register, name="李四", code=one.code)


@pytest.mark.parametrize(
    "bad",
    [
        {"name": ""},
        {"name": "张\n三"},
        {"phone": "12345"},
        {"birth_date": date(2026, 11, 3)},
        {"birth_date": date(1905, 12, 31)},
        {"code": "编号"},
    ],
)
def test_a_person_that_cannot_be_is_refused(world: World, bad: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        world.do(register, **{"name": "张三", "community_id": world.community} | bad)
    assert world.see(search).total == 0


def test_a_home_grid_lies_in_the_home_community(world: World) -> None:
    with pytest.raises(Malformed):
        world.do(register, name="张三", community_id=world.other_community, grid_id=world.grid)
    person = world.do(register, name="张三", community_id=world.community, grid_id=world.grid, code="V1").id
    moved = world.do(correct, person_id=person, community_id=world.other_community)
    assert (moved.community_id, moved.grid_id) == (world.other_community, None)
    with pytest.raises(Malformed):
        world.do(correct, person_id=person, grid_id=world.grid)


def test_people_are_found_by_what_one_types(world: World) -> None:
    for code, name in (("V1", "单晓明"), ("V2", "曾丽"), ("V3", "仇英"), ("V4", "解海"), ("v5", "任盈盈")):
        world.person(name, code=code, phone="13800001234" if code == "V2" else "")
    for typed in (
        "shanxiaoming",
        "ShanXiao",
        "shan xiaoming",
        "sxm",
        "danxiaoming",
        "单晓",
        "晓明",
        "V1",
        "v1",
    ):
        assert found(world, typed) == {"V1"}, typed
    for typed, code in (("zengl", "V2"), ("qiu", "V3"), ("xieh", "V4"), ("ryy", "v5"), ("V5", "v5")):
        assert found(world, typed) == {code}, typed
    assert found(world, "1234") == found(world, "13800001234") == {"V2"}
    assert found(world, "234") == set()  # too short an end of a phone to mean it
    assert found(world, "%") == found(world, "_") == found(world, "无此人") == set()
    assert len(found(world, "")) == 5


def test_a_renamed_person_is_found_by_the_new_name_only(world: World) -> None:
    person = world.person("单晓明", code="V1")
    world.do(correct, person_id=person, name="任盈盈")
    assert (found(world, "sxm"), found(world, "ryy")) == (set(), {"V1"})


def test_lists_are_masked_and_in_pages(world: World) -> None:
    world.person("欧阳修", phone="13812345678")
    world.person("张三")
    page = world.see(search, paging=Paging(limit=1))
    assert (page.total, page.items[0].name, page.items[0].phone) == (2, "欧阳*", "138****5678")


def test_coordinators_find_and_read_the_people_of_their_community_only(world: World) -> None:
    here, there = world.person(), world.person(community=world.other_community)
    coordinator = world.coordinator()
    assert world.see(search, by=coordinator, community_id=world.other_community).total == 0
    assert world.see(read, by=coordinator, person_id=here).name == "张三丰"
    with pytest.raises(NotAllowed):
        world.see(read, by=coordinator, person_id=there)
    with pytest.raises(NotAllowed):
        world.do(register, by=coordinator, name="李四", community_id=world.other_community)
    with pytest.raises(NotAllowed):
        world.do(correct, by=coordinator, person_id=there, name="李四")
    with pytest.raises(NotAllowed):
        world.see(search, by=world.leader())
    with pytest.raises(NotFound):
        world.see(read, by=world.officer(), person_id=999)


def test_people_read_themselves_and_guardians_their_wards(world: World) -> None:
    ward, mother, stranger = world.person(born=date(2012, 1, 1)), world.person(), world.person()
    world.do(
        link_guardian,
        ward_id=ward,
        guardian_id=mother,
        relation="母亲",
        valid_from=date(2020, 1, 1),
        valid_to=MONDAY,
    )
    for somebody in (ward, mother):
        assert world.see(read, by=Actor.person(somebody), person_id=ward).guardians[0].guardian_id == mother
    with pytest.raises(NotAllowed):
        world.see(read, by=Actor.person(stranger), person_id=ward)
    with pytest.raises(NotAllowed):  # the link ended yesterday
        world.see(read, by=Actor.person(mother), person_id=ward, now=hour(9, day=date(2026, 11, 3)))


def test_people_correct_their_own_phone_and_nothing_else(world: World) -> None:
    person, other = world.people(2)
    me = Actor.person(person)
    assert world.do(correct, by=me, person_id=person, phone="138 1234 5678").phone == "13812345678"
    for change in (
        {"name": "李四"},
        {"birth_date": date(1980, 1, 1)},
        {"community_id": world.other_community},
    ):
        with pytest.raises(NotAllowed):
            world.do(correct, by=me, person_id=person, phone="13900000000", **change)
    with pytest.raises(NotAllowed):
        world.do(correct, by=me, person_id=other, phone="13900000000")
    kept = world.see(read, person_id=person)
    assert (kept.phone, kept.name) == ("13812345678", "张三丰")


def test_who_left_is_not_in_the_list_unless_asked_for(world: World) -> None:
    person = world.person(code="V1")
    world.do(leave_office, person_id=person, on=MONDAY)
    assert found(world, "V1") == set()
    assert world.see(search, query="V1", with_left=True).total == 1
