"""The service record shows what the order asks for, once, and to each what is theirs to see."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.hours.served import LATER, close, serve
from tests.world import MONDAY, World
from volunteer_core.errors import NotAllowed
from volunteer_core.hours.ledger import correct, list_entries
from volunteer_core.hours.models import EntryKind
from volunteer_core.hours.record import Record, RecordedLevel, record
from volunteer_core.office.settings import change_setting
from volunteer_core.people.vouching import qualify
from volunteer_core.permissions import Actor
from volunteer_core.teams.membership import appoint_leader, found_team, join
from volunteer_core.timespans import SpanInvalid

DAY = timedelta(days=1)


def read(world: World, person: int, **facts: Any) -> Record:
    known = {"first": date(2026, 1, 1), "last": date(2026, 12, 31), "now": LATER}
    found: Record = world.see(record, person_id=person, **known | facts)
    return found


def test_it_holds_the_person_their_service_training_and_levels(world: World) -> None:
    world.do(change_setting, name="star_level_hours", value=[1, 2], valid_from=date(2026, 1, 1))
    person = world.person("单小敏", phone="13800138000")
    world.do(qualify, person_id=person, kind="first_aid", valid_from=MONDAY, expires_on=None)
    serve(world, person, 95)
    serve(world, person, 120, kind=EntryKind.TRAINING, day=MONDAY + DAY, what="急救培训")
    serve(world, person, 60, kind=EntryKind.PAID_DUTY, day=MONDAY + 2 * DAY)
    found = read(world, person)
    who = found.volunteer
    assert (who.name, who.birth_date, who.phone) == ("单小敏", date(1990, 1, 1), "13800138000")
    assert (who.community, who.teams, who.qualifications) == ("三峰社区", ["全职太太俱乐部"], ["first_aid"])
    [service] = found.activities
    assert (service.day, service.what, service.place, service.minutes) == (MONDAY, "五点学堂", "三峰学堂", 95)
    assert (service.recording_body, service.recorded_at) == ("街道办事处", LATER)
    assert (found.minutes, found.hours) == (95, "1.5")
    assert [(one.what, one.minutes) for one in found.trainings] == [("急救培训", 120)]
    assert found.levels == [RecordedLevel(1, 1, MONDAY)]


def test_corrections_are_worked_in_closed_or_not(world: World) -> None:
    person = world.person()
    first, second = serve(world, person, 60), serve(world, person, 60, day=MONDAY + DAY)
    world.do(correct, entry_id=first, minutes=45, reason="提前离开", now=LATER)
    close(world)
    world.do(correct, entry_id=second, minutes=30, reason="提前离开", now=LATER)
    assert [(one.day, one.minutes) for one in read(world, person).activities] == [
        (MONDAY, 45), (MONDAY + DAY, 30)
    ]  # fmt: skip
    assert read(world, person, last=MONDAY).minutes == 45


def test_leaders_see_the_service_but_neither_birth_date_nor_phone(world: World) -> None:
    person = world.person(phone="13800138000")
    serve(world, person)
    for somebody in (Actor.person(person), world.coordinator(), world.officer()):
        assert read(world, person, by=somebody).volunteer.phone == "13800138000"
    seen = read(world, person, by=world.leader())
    assert (seen.volunteer.phone, seen.volunteer.birth_date, seen.minutes) == (None, None, 60)
    for somebody in (Actor.person(world.person()), world.leader(world.other_team)):
        with pytest.raises(NotAllowed):
            read(world, person, by=somebody)


def test_what_was_done_for_a_discreet_team_is_kept_from_leaders_of_other_teams(world: World) -> None:
    person = world.person()
    team = world.do(found_team, code="MATCH", name="社区红娘站", discreet=True).id
    world.do(join, team_id=team, person_id=person, on=date(2026, 1, 1))
    serve(world, person, team_id=team, what="相亲会", place="红娘站")
    matchmaker = world.person(teams=(team,))
    world.do(appoint_leader, team_id=team, person_id=matchmaker)
    for somebody in (Actor.person(person), world.coordinator(), world.actor(matchmaker)):
        seen = read(world, person, by=somebody)
        assert (seen.activities[0].what, seen.activities[0].place) == ("相亲会", "红娘站")
        assert "社区红娘站" in seen.volunteer.teams
    seen = read(world, person, by=world.leader())
    assert (seen.activities[0].what, seen.activities[0].place, seen.minutes) == ("志愿服务", "", 60)
    assert seen.volunteer.teams == ["全职太太俱乐部"]


def test_entries_keep_the_same_from_leaders_of_other_teams(world: World) -> None:
    """Also whose programme it was, and why it was corrected."""
    person = world.person()
    team = world.do(found_team, code="MATCH", name="社区红娘站", discreet=True).id
    programme = world.programme("MEET", team_id=team)
    for whose in ({"team_id": team}, {"team_id": None, "programme_id": programme}):
        serve(world, person, what="相亲会", place="红娘站", reason="补登记", **whose)
    serve(world, person)
    matchmaker = world.person(teams=())
    for leads in (world.team, team):
        world.do(join, team_id=leads, person_id=matchmaker, on=date(2026, 1, 1))
        world.do(appoint_leader, team_id=leads, person_id=matchmaker)
    for somebody in (Actor.person(person), world.coordinator(), world.actor(matchmaker)):
        found = world.see(list_entries, by=somebody, person_id=person).items
        assert [entry.what for entry in found] == ["五点学堂", "相亲会", "相亲会"]
    plain, *kept = world.see(list_entries, by=world.leader(), person_id=person).items
    assert (plain.what, plain.team_id) == ("五点学堂", world.team)
    for one in kept:
        assert (one.what, one.minutes, one.place, one.reason) == ("志愿服务", 60, "", "")
        assert (one.team_id, one.programme_id) == (None, None)


def test_a_period_that_ends_before_it_begins_is_refused(world: World) -> None:
    with pytest.raises(SpanInvalid):
        read(world, world.person(), first=MONDAY, last=MONDAY - DAY)
