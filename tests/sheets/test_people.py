"""Sheets of people and of children: all rows, or every problem with its place and nothing at all."""

from __future__ import annotations

from datetime import date

import pytest

from tests.sheets.writing import (
    CHILD,
    children_sheet,
    everything,
    load_children,
    load_people,
    of_children,
    of_people,
    people_sheet,
    problems,
)
from tests.world import NOW, SCRIPT, World, hour
from volunteer_core.care.enrolment import list_children
from volunteer_core.errors import NotAllowed
from volunteer_core.events.consents import give_consent
from volunteer_core.events.planning import create_event, publish_event
from volunteer_core.people.registry import read, search
from volunteer_core.people.vouching import list_consents
from volunteer_core.sheets.importing import look_over
from volunteer_core.sheets.people import PEOPLE, import_people
from volunteer_core.teams.membership import list_members

LATER = date(2027, 6, 30)
MUM = {"code": "MUM", "name": "林海燕", "birth_date": "1990-01-01"}


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"name": ""}, "name"),
        ({"code": "王"}, "code"),
        ({"phone": "12345"}, "phone"),
        ({"birth_date": "2026/2/30"}, "birth_date"),
        ({"birth_date": "2030-01-01"}, "birth_date"),
        ({"community": "nowhere"}, "community"),
        ({"community": "nowhere", "grid": "SF-01"}, "community"),
        ({"community": "BL", "grid": "SF-01"}, "grid"),
        ({"community": "SF", "post": "mayor"}, "post"),
        ({"post": "community_cadre"}, "community"),
        ({"community": "SF", "post": "residents_group_leader", "salaried": "yes"}, "post"),
        ({"community": "SF", "post": "community_cadre", "salaried": "maybe"}, "salaried"),
        ({"teams": "MOTHERS|NOBODY"}, "teams"),
        ({"qualifications": "first_aid:bald"}, "qualifications"),
        ({"record_check_on": "2026-10-01", "record_check_result": "fine"}, "record_check_result"),
        ({"record_check_on": "2026-10-01"}, "record_check_result"),
        ({"record_check_on": "2030-01-01", "record_check_result": "clear"}, "record_check_on"),
        ({"guardian": "NOBODY"}, "guardian"),
        ({"guardian": "V900"}, "guardian"),
        ({"consent_until": "2027-01-01"}, "guardian"),
    ],
)
def test_a_problem_of_a_person_has_its_place(world: World, cells: dict[str, str], column: str) -> None:
    assert of_people(world, cells) == [(3, column)]


def test_all_problems_are_told_at_once(world: World) -> None:
    assert of_people(world, {"phone": "1", "code": "A"}, {"name": "", "code": "B"}) == [
        (3, "phone"),
        (4, "name"),
    ]


def test_a_problem_does_not_repeat_what_stands_in_the_cell(world: World) -> None:
    content = people_sheet({"community": "13812345678", "guardian": "王小敏", "birth_date": "13800000000"})
    said = str(problems(world, import_people, content))
    assert "13812345678" not in said
    assert "王小敏" not in said
    assert "13800000000" not in said


def test_a_guardian_may_stand_below_the_child(world: World) -> None:
    child = {"code": "J1", "name": "王小明", "birth_date": "2015-03-01", "since": "2026-09-01"}
    load_people(world, people_sheet(child | {"guardian": "MUM", "consent_until": "2027-06-30"}, MUM))
    ward = world.see(search, query="J1").items[0].id
    assert [one.relation for one in world.see(read, person_id=ward).guardians] == ["监护人"]


def test_a_consent_to_one_event_is_no_standing_one(world: World) -> None:
    child = {"code": "J1", "name": "王小明", "birth_date": "2015-03-01", "since": "2026-09-01"}
    load_people(world, people_sheet(MUM, child | {"guardian": "MUM"}))
    ward, mother = (world.see(search, query=code).items[0].id for code in ("J1", "MUM"))
    times = {"starts_at": hour(9, day=LATER), "ends_at": hour(10, day=LATER)}
    event = world.do(create_event, title="讲座", site_id=world.site, **times).id
    world.do(publish_event, event_id=event)
    world.do(give_consent, ward_id=ward, guardian_id=mother, event_id=event)
    sheet = people_sheet(child | {"guardian": "MUM", "consent_until": LATER.isoformat()})
    for _ in range(2):
        load_people(world, sheet)
        consents = world.see(list_consents, ward_id=ward).items
        assert sorted(one.event_id or 0 for one in consents) == [0, event]


def test_importing_again_changes_nothing(world: World) -> None:
    sheet = people_sheet(
        MUM,
        {
            "community": "SF",
            "grid": "SF-01",
            "post": "recruited_grid_worker",
            "salaried": "yes",
            "since": "2026-09-01",
            "teams": "MOTHERS",
            "qualifications": "trained_lead:2027-08-31",
            "record_check_on": "2026-08-01",
            "record_check_result": "clear",
        },
    )
    first = load_people(world, sheet)
    before = everything(world)
    second = load_people(world, sheet)
    assert (first.added, first.unchanged, second.added, second.unchanged) == (2, 0, 0, 2)
    assert everything(world) == before


def test_an_empty_cell_leaves_what_is_known(world: World) -> None:
    load_people(world, people_sheet({}))
    load_people(world, people_sheet({"name": "王敏", "phone": "", "birth_date": ""}))
    person = world.see(read, person_id=world.see(search, query="V900").items[0].id)
    assert (person.name, person.phone, str(person.birth_date)) == ("王敏", "13812345678", "1988-05-04")


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"birth_date": "bald"}, "birth_date"),
        ({"site": "nowhere"}, "site"),
        ({"programme": "CLEAN"}, "programme"),
        ({"weekdays": "531"}, "weekdays"),
        ({"last_day": "2026-08-01"}, "last_day"),
        ({"guardian": "NOBODY"}, "guardian"),
        ({"relation": ""}, "relation"),
        ({"pickups": "MUM:母亲"}, "pickups"),
        ({"pickups": "NOBODY:母亲:2026-09-01:2027-01-31"}, "pickups"),
        ({"pickups": "MUM:母亲:2027-01-31:2026-09-01"}, "pickups"),
    ],
)
def test_a_problem_of_a_child_has_its_place(world: World, cells: dict[str, str], column: str) -> None:
    load_people(world, people_sheet(MUM))
    places = of_children(world, {"code": "C002"} | cells)
    assert [line for line, _ in places] == [3]
    assert places[0][1] in {column, "valid_to"}


def test_children_are_imported_by_the_coordinator_of_their_site(world: World) -> None:
    load_people(world, people_sheet(MUM))
    for by in (world.officer(), world.coordinator(world.other_community), world.leader(world.team)):
        with pytest.raises(NotAllowed):
            load_children(world, children_sheet({}), by=by)
    by = world.coordinator(world.community)
    assert load_children(world, children_sheet({}), by=by).added == 1
    assert load_children(world, children_sheet({}), by=by).unchanged == 1
    assert [child.code for child in world.see(list_children, by=by).items] == [CHILD["code"]]


OFFICES = """凤翔街道志愿者花名册,,,,,,
单位：凤翔街道办事处,,,,,2026年11月,
序号,编号,姓名,联系电话,所属社区,志愿队,备注
1,V901,欧阳静,138 1234 5678,三峰社区,全职太太俱乐部、驾驶员之家,
2,V902,单小敏,,滨濂社区,,老党员
合计,,2,,,,
填表人：王,,,审核人：李,,,
"""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gbk"])
def test_a_roll_as_offices_keep_it(world: World, encoding: str) -> None:
    assert load_people(world, OFFICES.encode(encoding)).added == 2
    assert load_people(world, OFFICES.encode(encoding)).unchanged == 2
    assert [row.code for row in world.see(search).items] == ["V901", "V902"]
    assert len(world.see(list_members, team_id=world.other_team).items) == 1
    moved = OFFICES.replace("滨濂社区", "三峰社区").encode(encoding)
    assert load_people(world, moved).corrected == 1


def test_problems_name_columns_as_the_sheet_does(world: World) -> None:
    content = OFFICES.replace("138 1234 5678", "1381").replace("滨濂社区", "海口").encode()
    assert problems(world, import_people, content) == [
        (4, "联系电话", "不是有效的电话号码。"),
        (5, "所属社区", "没有这个编号或名称。"),
    ]


def test_looking_over_changes_nothing_and_says_what_importing_does(world: World) -> None:
    load_people(world, people_sheet({"code": "A"}, {"code": "B"}))
    content = people_sheet({"code": "A"}, {"code": "B", "name": "王大敏"}, {"code": "C"}, {"code": "D"})
    before = everything(world)
    with world.office.write(by=SCRIPT, now=NOW) as work:
        seen = look_over(work, PEOPLE, PEOPLE.sheet("people.csv", content))
    assert everything(world) == before
    assert (seen.added, seen.corrected, seen.unchanged, seen.problems) == (2, 1, 1, [])
    done = load_people(world, content)
    assert (done.added, done.corrected, done.unchanged) == (2, 1, 1)


def test_a_line_with_a_problem_is_not_counted_as_done(world: World) -> None:
    content = people_sheet({"code": "A"}, {"code": "B", "phone": "1"}, {"code": "C", "teams": "NOBODY"})
    with world.office.write(by=SCRIPT, now=NOW) as work:
        seen = look_over(work, PEOPLE, PEOPLE.sheet("people.csv", content))
    assert (seen.added, seen.corrected, seen.unchanged, seen.problem_count) == (1, 0, 0, 2)
