"""Objections (异议): to entries of one's own that stand; the objection and its answer stay visible."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.at_once import just_before_the_commit
from tests.hours.claiming import DECEMBER, attended, close_november, entries
from tests.hours.objecting import CORRECTION, REASON, TUESDAY, notices, objection
from tests.world import MONDAY, World, hour
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.hours.entering import AlreadyReversed
from volunteer_core.hours.ledger import correct
from volunteer_core.hours.months.checklist import read_checklist
from volunteer_core.hours.objections.answering import correct_objected, explain_objected
from volunteer_core.hours.objections.filing import (
    ObjectionOpen,
    file_objection,
    withdraw_objection,
)
from volunteer_core.hours.objections.listing import (
    list_objections,
    list_objections_to_entry,
    list_own_objections,
)
from volunteer_core.hours.objections.models import ObjectionState
from volunteer_core.office.settings import change_setting
from volunteer_core.people.vouching import link_guardian
from volunteer_core.permissions import Actor
from volunteer_core.timespans import MonthInvalid


def test_an_objection_waits_for_ten_working_days(world: World, person: int) -> None:
    [entry] = entries(world, person)
    filed = objection(world, person)
    assert (filed.entry_id, filed.person_id, filed.text, filed.filed_by) == (
        entry.id, person, "少记了一小时", person,
    )  # fmt: skip
    assert (filed.civil_date, filed.entry_minutes, filed.what) == (MONDAY, 60, "每周两小时")
    assert (filed.state, filed.due, filed.overdue) == (ObjectionState.OPEN, date(2026, 11, 17), False)
    for day, overdue in ((17, False), (18, True)):
        [seen] = world.see(list_objections, now=hour(9, day=date(2026, 11, day))).items
        assert seen.overdue is overdue
    world.do(explain_objected, objection_id=filed.id, **REASON)
    [seen] = world.see(list_objections, now=DECEMBER).items
    assert not seen.overdue


def test_the_office_sets_how_long_an_answer_may_take(world: World, person: int) -> None:
    world.do(change_setting, name="objection_answer_workdays", value=3, valid_from=MONDAY)
    assert objection(world, person).due == date(2026, 11, 6)


def test_people_object_to_entries_of_their_own_that_stand(world: World, person: int) -> None:
    mother = world.person(teams=())
    world.do(link_guardian, ward_id=person, guardian_id=mother, relation="母亲", valid_from=date(2026, 1, 1))
    for other in (world.leader(), world.coordinator(), world.officer(), Actor.person(world.person())):
        with pytest.raises(NotAllowed):
            objection(world, person, by=other)
    for bad in ("", " ", "长" * 501):
        with pytest.raises(Malformed):
            objection(world, person, text=bad)
    with pytest.raises(NotFound):
        objection(world, person, entry_id=999)
    [first] = entries(world, person)
    world.do(correct, entry_id=first.id, minutes=45, reason="核对")
    for gone in entries(world, person)[:2]:
        with pytest.raises(AlreadyReversed):
            objection(world, person, entry_id=gone.id)
    assert objection(world, person, by=Actor.person(mother)).entry_minutes == 45


def test_one_objection_to_an_entry_waits_at_a_time(world: World, person: int) -> None:
    filed = objection(world, person)
    with pytest.raises(ObjectionOpen):
        objection(world, person)
    world.do(withdraw_objection, by=Actor.person(person), objection_id=filed.id)
    world.do(explain_objected, objection_id=objection(world, person).id, **REASON)
    assert objection(world, person).state is ObjectionState.OPEN


def test_it_is_withdrawn_by_its_person(world: World, person: int) -> None:
    filed = objection(world, person)
    for other in (world.leader(), world.coordinator(), world.officer()):
        with pytest.raises(NotAllowed):
            world.do(withdraw_objection, by=other, objection_id=filed.id)
    withdrawn = world.do(withdraw_objection, by=Actor.person(person), objection_id=filed.id)
    assert withdrawn.state is ObjectionState.WITHDRAWN


def test_the_communitys_coordinator_is_told_of_it_and_the_person_of_the_answer(
    world: World, person: int
) -> None:
    coordinator, officer = world.coordinator(), world.officer()
    world.coordinator(world.other_community)
    filed = objection(world, person)
    told = "对 2026年11月2日 星期一 服务时长有一条异议，请在 2026年11月17日 星期二 前答复。"
    assert notices(world, coordinator) == [told]
    assert notices(world, officer, of=officer.person_id) == []
    world.do(correct_objected, objection_id=filed.id, **CORRECTION)
    world.do(explain_objected, objection_id=objection(world, person).id, **REASON)
    assert notices(world, Actor.person(person)) == [
        "您对 2026年11月2日 星期一 服务时长的异议已答复：更正为 120 分钟，说明见异议记录。",
        "您对 2026年11月2日 星期一 服务时长的异议已答复：维持现有记录，说明见异议记录。",
    ]


def test_where_only_the_person_or_nobody_coordinates_the_office_is_told(world: World) -> None:
    officer, coordinator = world.officer(), world.coordinator()
    assert coordinator.person_id
    attended(world, coordinator.person_id, 9, 10)
    objection(world, coordinator.person_id)
    assert len(notices(world, officer, of=officer.person_id)) == 1


def test_objections_are_seen_by_the_person_and_who_answers(world: World, person: int) -> None:
    mother = world.person(teams=())
    world.do(link_guardian, ward_id=person, guardian_id=mother, relation="母亲", valid_from=date(2026, 1, 1))
    filed = objection(world, person)
    own = {"person_id": person}
    for somebody in (Actor.person(person), Actor.person(mother), world.coordinator(), world.officer()):
        assert world.see(list_own_objections, now=TUESDAY, by=somebody, **own).items == [filed]
        assert world.see(list_objections_to_entry, by=somebody, entry_id=filed.entry_id).items == [filed]
    for other in (
        world.leader(),  # perhaps it is the leader who has marked too little
        world.coordinator(world.other_community),
        Actor.person(world.person()),
    ):
        with pytest.raises(NotAllowed):
            world.see(list_own_objections, by=other, **own)
        with pytest.raises(NotAllowed):
            world.see(list_objections_to_entry, by=other, entry_id=filed.entry_id)


def test_open_ones_are_listed_first_in_the_order_in_which_they_are_due(world: World) -> None:
    settled, later, sooner = world.people(3)
    for one in (settled, later, sooner):
        attended(world, one, 9, 10)
    world.do(explain_objected, objection_id=objection(world, settled).id, **REASON)
    objection(world, later, now=TUESDAY + timedelta(days=1))
    objection(world, sooner)
    assert [one.person_id for one in world.see(list_objections).items] == [sooner, later, settled]
    open_ones = world.see(list_objections, state=ObjectionState.OPEN).items
    assert [one.person_id for one in open_ones] == [sooner, later]
    for asked, number in (
        ({"month": "2026-11"}, 3),
        ({"month": "2026-12"}, 0),
        ({"community_id": world.community}, 3),
        ({"community_id": world.other_community}, 0),
        ({"by": world.coordinator()}, 3),
        ({"by": world.coordinator(world.other_community)}, 0),
    ):
        assert world.see(list_objections, **asked).total == number
    with pytest.raises(MonthInvalid):
        world.see(list_objections, month="11")
    for nobody in (world.leader(), Actor.person(settled)):
        with pytest.raises(NotAllowed):
            world.see(list_objections, by=nobody)


def test_an_objection_stands_in_the_month_of_its_entry_and_its_way_of_closing(
    world: World, person: int
) -> None:
    filed = objection(world, person)
    november = {"community_id": world.community, "month": "2026-11", "now": DECEMBER}
    assert world.see(read_checklist, **november).objections == 1
    world.do(withdraw_objection, objection_id=filed.id)
    close_november(world)
    filed = objection(world, person, now=DECEMBER)
    world.do(correct_objected, now=DECEMBER, objection_id=filed.id, **CORRECTION)
    reversal, corrected = entries(world, person)[1:]
    assert [(entry.civil_date, entry.concerns) for entry in (reversal, corrected)] == [
        (DECEMBER.date(), MONDAY)
    ] * 2
    again = objection(world, person, now=DECEMBER)
    assert (again.civil_date, again.entry_minutes) == (MONDAY, 120)
    assert world.see(list_objections, month="2026-12", state=ObjectionState.OPEN).items[0].id == again.id


def test_objecting_twice_at_once_leaves_one(world: World, person: int) -> None:
    [entry] = entries(world, person)
    _, second = just_before_the_commit(
        lambda operation: world.do(operation, by=Actor.person(person), now=TUESDAY),
        lambda work: file_objection(work, entry_id=entry.id, text="少记了"),
        lambda: objection(world, person),
    )
    assert isinstance(second, ObjectionOpen)
