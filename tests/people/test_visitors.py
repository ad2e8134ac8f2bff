"""Visitors are known for having signed up by phone only: they serve nowhere before they are taken on."""

from __future__ import annotations

from datetime import date

import pytest

from tests.hours.claiming import claim
from tests.world import MONDAY, World, hour
from volunteer_core.errors import NotAllowed
from volunteer_core.events.planning import create_event, publish_event
from volunteer_core.events.positions import add_position
from volunteer_core.events.signups import sign_up
from volunteer_core.hours.targets.many_people import community_progress
from volunteer_core.people.registry import correct, leave_office, read, search
from volunteer_core.people.standing import StillVisitor
from volunteer_core.people.visitors import NotVisitor, note_home, person_of, take_on
from volunteer_core.rosters.assigning import assign
from volunteer_core.sheets.past_hours import import_hours
from volunteer_core.sheets.problems import FileMalformed
from volunteer_core.teams.membership import PersonUnknown, add_known, join

PHONE = "13800001111"


@pytest.fixture
def visitor(world: World) -> int:
    """Born in 1990, as somebody has corrected already: it is not the age that keeps them from serving."""
    person: int = world.do(person_of, name="符小兰", phone=PHONE, community_id=world.community)
    world.do(correct, person_id=person, birth_date=date(1990, 1, 1))
    return person


def test_whoever_is_not_known_is_made_a_visitor_once(world: World, visitor: int) -> None:
    assert world.see(read, person_id=visitor).visitor
    again = {"name": "符小兰", "phone": PHONE, "community_id": None}
    assert world.do(person_of, **again) == visitor
    world.do(leave_office, person_id=visitor, on=MONDAY)
    assert world.do(person_of, **again) != visitor


def test_a_volunteer_is_meant_before_a_visitor(world: World, visitor: int) -> None:
    volunteer = world.person("符小兰", phone=PHONE)
    assert volunteer > visitor
    assert world.do(person_of, name="符小兰", phone=PHONE, community_id=None) == volunteer


def test_where_they_are_at_home_is_kept_of_visitors_who_had_not_said(world: World, visitor: int) -> None:
    unsaid = world.do(person_of, name="符大兰", phone=PHONE, community_id=None)
    volunteer = world.person("陈小明")
    for person in (visitor, unsaid, volunteer):
        world.do(note_home, person_id=person, community_id=world.other_community)
    homes = [world.see(read, person_id=person).community_id for person in (visitor, unsaid, volunteer)]
    assert homes == [world.community, world.other_community, world.community]


def test_visitors_are_found_if_asked_for(world: World, visitor: int) -> None:
    volunteer = world.person("符小兰")
    assert [row.id for row in world.see(search, query="fxl").items] == [volunteer]
    both = world.see(search, query="fxl", visitors=True).items
    assert {row.id: row.visitor for row in both} == {visitor: True, volunteer: False}
    home = {"community_id": world.community}
    assert world.see(search, by=world.coordinator(), **home, query="fxl", visitors=True).total == 2


def test_a_visitor_joins_no_team_and_so_counts_in_no_week(world: World, visitor: int) -> None:
    with pytest.raises(StillVisitor):
        world.do(join, team_id=world.team, person_id=visitor, on=MONDAY)
    with pytest.raises(PersonUnknown):
        world.do(add_known, team_id=world.team, name="符小兰", phone=PHONE, on=MONDAY)
    assert world.see(community_progress, community_id=world.community).totals.people == 0


def test_a_visitor_serves_nowhere_but_is_an_audience(world: World, visitor: int) -> None:
    with pytest.raises(StillVisitor):
        world.do(assign, shift_id=world.shift(programme=world.clean_up), person_id=visitor)
    with pytest.raises(StillVisitor):
        claim(world, visitor, 8, 9)
    event = world.do(create_event, title="讲座", site_id=world.site, starts_at=hour(18), ends_at=hour(19)).id
    position = {
        name: world.do(add_position, event_id=event, name=name, capacity=1, earns_hours=earns).id
        for name, earns in (("听众", False), ("引导员", True))
    }
    world.do(publish_event, event_id=event)
    with pytest.raises(StillVisitor):
        world.do(sign_up, position_id=position["引导员"], person_id=visitor)
    assert world.do(sign_up, position_id=position["听众"], person_id=visitor).person_id == visitor


def test_a_sheet_of_past_hours_does_not_mean_visitors(world: World, visitor: int) -> None:
    sheet = f"姓名,电话,日期,分钟,活动内容,地点,社区\n符小兰,{PHONE},2026-10-12,60,劝导,路口,SF\n"
    with pytest.raises(FileMalformed):
        world.do(import_hours, file="h.csv", content=sheet.encode())
    world.do(take_on, person_id=visitor)
    assert world.do(import_hours, file="h.csv", content=sheet.encode()).added == 1


def test_a_visitor_is_taken_on_once_by_who_registers_people(world: World, visitor: int) -> None:
    for by in (world.leader(), world.coordinator(world.other_community)):
        with pytest.raises(NotAllowed):
            world.do(take_on, by=by, person_id=visitor)
    before = world.see(read, person_id=visitor)
    taken_on = world.do(take_on, by=world.coordinator(), person_id=visitor)
    assert (taken_on.visitor, taken_on.code) == (False, before.code)
    world.do(join, team_id=world.team, person_id=visitor, on=MONDAY)
    with pytest.raises(NotVisitor):
        world.do(take_on, person_id=visitor)
