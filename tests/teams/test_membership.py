"""Who belongs to a team, who leads it, from when until when, and what leading allows."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.world import MONDAY, World, hour
from volunteer_core.errors import Malformed, NotAllowed
from volunteer_core.people.registry import leave_office, register
from volunteer_core.permissions import Actor
from volunteer_core.places.directory import CodeTaken
from volunteer_core.teams.membership import (
    AlreadyMember,
    NotMember,
    PersonUnknown,
    add_known,
    appoint_leader,
    change_team,
    found_team,
    join,
    list_members,
    list_teams,
    quit_team,
)
from volunteer_core.teams.programmes import list_programmes, rename_programme, set_up_programme
from volunteer_core.workdays.daybook import DayRule

TUESDAY = MONDAY + timedelta(days=1)


def members(world: World, day: date) -> set[int]:
    return {row.person_id for row in world.see(list_members, team_id=world.team, day=day).items}


def test_membership_holds_from_its_first_day_to_the_day_before_its_end(world: World) -> None:
    person = world.person(teams=())
    world.do(join, by=Actor.person(person), team_id=world.team, person_id=person, on=MONDAY)
    world.do(quit_team, by=Actor.person(person), team_id=world.team, person_id=person, on=TUESDAY)
    days = (MONDAY - timedelta(days=1), MONDAY, TUESDAY)
    assert [members(world, day) for day in days] == [set(), {person}, set()]


def test_one_joins_once_and_may_come_back(world: World) -> None:
    person = world.person(teams=())
    world.do(join, team_id=world.team, person_id=person, on=MONDAY)
    with pytest.raises(AlreadyMember):
        world.do(join, team_id=world.team, person_id=person, on=TUESDAY)
    world.do(quit_team, team_id=world.team, person_id=person, on=TUESDAY)
    with pytest.raises(NotMember):
        world.do(quit_team, team_id=world.team, person_id=person, on=TUESDAY)
    with pytest.raises(AlreadyMember):  # for on Monday they still were
        world.do(join, team_id=world.team, person_id=person, on=MONDAY)
    world.do(join, team_id=world.team, person_id=person, on=TUESDAY)
    with pytest.raises(Malformed):
        world.do(quit_team, team_id=world.team, person_id=person, on=MONDAY)


def test_leading_gives_rights_in_the_team_while_it_lasts(world: World) -> None:
    leader = world.leader()
    person = leader.person_id or 0
    assert leader.teams == {world.team}
    known = {"name": "符海燕", "phone": "13812345678", "on": MONDAY}
    member = world.person("符海燕", teams=(), phone="13812345678")
    added = world.do(add_known, by=leader, team_id=world.team, **known)
    assert (added.person_id, added.leads) == (member, False)
    rows = world.see(list_members, by=leader, team_id=world.team).items
    assert [(row.leads, row.phone) for row in rows] == [(True, ""), (False, "13812345678")]
    with pytest.raises(NotAllowed):
        world.see(list_members, by=leader, team_id=world.other_team)
    with pytest.raises(NotAllowed):
        world.do(add_known, by=leader, team_id=world.other_team, **known)
    world.do(quit_team, team_id=world.team, person_id=person, on=TUESDAY)
    assert world.actor(person).teams == {world.team}
    assert world.actor(person, now=hour(9, day=TUESDAY)).teams == set()


def test_a_leader_takes_in_whom_they_know_by_name_and_phone_and_nobody_by_an_id(world: World) -> None:
    leader, stranger = world.leader(), world.person("符海燕", teams=(), phone="13812345678")
    with pytest.raises(NotAllowed):
        world.do(join, by=leader, team_id=world.team, person_id=stranger, on=MONDAY)
    world.person("陈秀英", teams=())  # whose phone nobody has written down
    left = world.person("王大力", teams=(), phone="13800000002")
    world.do(leave_office, person_id=left, on=MONDAY)
    for name, phone, refusal in (
        ("符海燕", "13812345679", PersonUnknown),
        ("符海", "13812345678", PersonUnknown),
        ("王大力", "13800000002", PersonUnknown),
        ("陈秀英", "", Malformed),
        ("陈秀英", "1", Malformed),
        ("", "13812345678", Malformed),
    ):
        with pytest.raises(refusal):
            world.do(add_known, by=leader, team_id=world.team, name=name, phone=phone, on=MONDAY)
    assert members(world, MONDAY) == {leader.person_id}
    twin = world.person("符海燕", teams=(), phone="13812345678")
    known = {"name": "符海燕", "phone": "138 1234 5678", "on": MONDAY}
    with pytest.raises(PersonUnknown):  # which of the two is meant?
        world.do(add_known, by=leader, team_id=world.team, **known)
    world.do(leave_office, person_id=twin, on=MONDAY)
    world.do(add_known, by=leader, team_id=world.team, **known)
    with pytest.raises(AlreadyMember):
        world.do(add_known, by=leader, team_id=world.team, **known)
    assert members(world, MONDAY) == {leader.person_id, stranger}


def test_a_coordinator_lets_people_of_their_community_join(world: World) -> None:
    person = world.person(teams=())
    with pytest.raises(NotAllowed):
        world.do(
            join,
            by=world.coordinator(world.other_community),
            team_id=world.team,
            person_id=person,
            on=MONDAY,
        )
    world.do(join, by=world.coordinator(), team_id=world.team, person_id=person, on=MONDAY)
    assert members(world, MONDAY) == {person}


def test_only_members_lead_and_the_office_appoints_them(world: World) -> None:
    member, stranger = world.person(), world.person(teams=())
    with pytest.raises(NotMember):
        world.do(appoint_leader, team_id=world.team, person_id=stranger)
    for somebody in (Actor.person(member), world.leader(), world.coordinator()):
        with pytest.raises(NotAllowed):
            world.do(appoint_leader, by=somebody, team_id=world.team, person_id=member)
    officer = world.officer()
    world.do(appoint_leader, by=officer, team_id=world.team, person_id=member)
    world.do(appoint_leader, by=officer, team_id=world.team, person_id=member, leads=False)
    assert world.actor(member).teams == set()


def test_people_join_and_quit_for_themselves_only(world: World) -> None:
    one, other = world.person(teams=()), world.person()
    for operation, person in ((join, one), (quit_team, other)):
        with pytest.raises(NotAllowed):
            world.do(
                operation, by=world.actor(world.person()), team_id=world.team, person_id=person, on=MONDAY
            )
    with pytest.raises(NotAllowed):
        world.see(list_members, by=Actor.person(other), team_id=world.team)


def test_members_are_found_as_people_are(world: World) -> None:
    person = world.person("单晓明")
    world.person("曾丽")
    found = world.see(list_members, team_id=world.team, query="sxm").items
    assert [row.person_id for row in found] == [person]


@pytest.mark.parametrize("code", ["", "a b", "a\x00", "\ud800", "编号"])
def test_codes_of_teams_and_programmes_are_plain_and_taken_once(world: World, code: str) -> None:
    with pytest.raises(Malformed):
        world.do(found_team, code=code, name="队")
    with pytest.raises(Malformed):
        world.do(set_up_programme, code=code, name="项目", day_rule=DayRule.WORKDAYS)
    with pytest.raises(CodeTaken):
        world.do(found_team, code="MOTHERS", name="队")
    with pytest.raises(CodeTaken):
        world.do(set_up_programme, code="SCHOOL", name="项目", day_rule=DayRule.WORKDAYS)


def test_a_team_and_a_programme_are_changed_by_the_office_only(world: World) -> None:
    changed = world.do(change_team, team_id=world.team, discreet=True)
    assert (changed.discreet, changed.name) == (True, "全职太太俱乐部")
    world.do(rename_programme, programme_id=world.school, name="四点半学堂")
    names = [programme.name for programme in world.see(list_programmes, by=Actor.anonymous()).items]
    assert names == ["每周两小时", "四点半学堂"]
    for operation, facts in (
        (change_team, {"team_id": world.team, "name": "队"}),
        (rename_programme, {"programme_id": world.school, "name": "项目"}),
        (found_team, {"code": "X", "name": "队"}),
    ):
        with pytest.raises(NotAllowed):
            world.do(operation, by=world.leader(), **facts)
    with pytest.raises(NotAllowed):
        world.see(list_teams, by=Actor.anonymous())


def test_a_person_that_is_no_member_is_nobodys_to_see(world: World) -> None:
    """A leader sees members, not everybody the office knows."""
    outsider = world.do(register, name="李四", community_id=world.community).id
    assert outsider not in {
        row.person_id for row in world.see(list_members, by=world.leader(), team_id=world.team).items
    }
