"""Ranked substitutes for one shift: with reasons in words, and in well under a second for a large team."""

from __future__ import annotations

import time as clock
from datetime import date, time

import pytest

from tests.world import MONDAY, NOW, SCRIPT, World
from volunteer_core.errors import NotAllowed
from volunteer_core.people.models import Person, RecordCheck
from volunteer_core.people.vouching import qualify, take_leave
from volunteer_core.rosters.dropping_out import cannot_come
from volunteer_core.rosters.substitutes import Substitutes, substitutes
from volunteer_core.teams.models import Membership


def test_what_lacks_and_who_could_come_with_reasons_in_words(world: World) -> None:
    world.person("远", code="A", community=world.other_community)
    lead, loaded, away, busy = (
        world.person("带班", code="E"),
        world.person("勤", code="B"),
        world.person("假", code="C"),
        world.person("忙", code="D"),
    )
    for one in (lead, busy):
        world.do(qualify, person_id=one, kind="trained_lead", valid_from=MONDAY, expires_on=None)
    world.shift(loaded, starts=time(9), ends=time(10))
    world.do(take_leave, person_id=away, first_day=MONDAY, last_day=MONDAY)
    world.shift(busy, programme=world.clean_up)
    drops = world.person()
    shift = world.published(drops, minimum=2, leads=1)
    world.do(cannot_come, by=world.actor(drops), shift_id=shift)
    found: Substitutes = world.see(substitutes, shift_id=shift)
    assert (found.missing, found.leads_missing) == (2, 1)
    assert [(one.code, one.reason) for one in found.people] == [
        ("E", "住同社区，近四周 0 次，可带班，没有说明时间"),
        ("B", "住同社区，近四周 1 次，没有说明时间"),
        ("A", "近四周 0 次，没有说明时间"),
        ("D", "时间冲突"),
        ("C", "请假"),
    ]
    assert [bool(one.obstacles) for one in found.people] == [False, False, False, True, True]


def test_without_a_lead_lacking_leads_do_not_go_first(world: World) -> None:
    near, lead = world.person(), world.person(community=world.other_community)
    world.do(qualify, person_id=lead, kind="trained_lead", valid_from=MONDAY, expires_on=None)
    found = world.see(substitutes, shift_id=world.published())
    assert [one.person_id for one in found.people] == [near, lead]


def test_who_is_on_it_and_cannot_serve_does_not_count(world: World) -> None:
    stays, away = world.people(2)
    shift = world.published(stays, away, minimum=2)
    world.do(take_leave, person_id=away, first_day=MONDAY, last_day=MONDAY)
    found = world.see(substitutes, shift_id=shift)
    assert (found.missing, found.people) == (1, [])


def test_for_who_makes_the_roster(world: World) -> None:
    shift = world.shift()
    for somebody in (world.actor(world.person()), world.leader(world.other_team)):
        with pytest.raises(NotAllowed):
            world.see(substitutes, by=somebody, shift_id=shift)
    for allowed in (world.leader(), world.coordinator(), world.officer()):
        world.see(substitutes, by=allowed, shift_id=shift)


def test_well_under_a_second_for_200_members(world: World) -> None:
    with world.office.write(by=SCRIPT, now=NOW) as work:
        people = [
            Person(code=f"M{number}", name="张三", birth_date=date(1980, 1, 1), registered_at=NOW)
            for number in range(200)
        ]
        work.add_all(people)
        work.flush()
        for person in people:
            work.add(Membership(team_id=world.team, person_id=person.id, joined_on=date(2026, 1, 1)))
            work.add(RecordCheck(person_id=person.id, checked_on=date(2026, 10, 1), result="clear"))
    shift = world.shift()
    began = clock.perf_counter()
    found = world.see(substitutes, shift_id=shift)
    assert clock.perf_counter() - began < 1
    assert len([one for one in found.people if not one.obstacles]) == 200
