"""Who cannot come says so in one call; the leaders know at once whom to ask, and nobody else knows why."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from tests.rosters.telling import told
from tests.world import MONDAY, NOW, SCRIPT, World, hour
from volunteer_core.access.tokens import grant_role
from volunteer_core.audit import entries
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.notices.models import Notice, NoticeKind
from volunteer_core.notices.outbox import group_text
from volunteer_core.people.registry import leave_office
from volunteer_core.people.vouching import give_consent, link_guardian, qualify
from volunteer_core.permissions import Role
from volunteer_core.rosters.assigning import ShiftOver, assign
from volunteer_core.rosters.coverage import week_coverage
from volunteer_core.rosters.dropping_out import cannot_come, list_drop_outs
from volunteer_core.rosters.swaps.waiting import join_wait

WHY = "孩子发烧"


def on_shift(world: World, shift: int) -> list[int]:
    week = world.see(week_coverage, programme_id=world.school, week="2026-W45")
    return [one.person_id for found in week.shifts if found.shift_id == shift for one in found.people]


def test_who_cannot_come_is_off_the_shift_and_the_leaders_know_whom_to_ask(world: World) -> None:
    leader = world.leader()
    person = world.person("王小敏", code="V801")
    for name, code in (("陈一", "V802"), ("陈二", "V803"), ("陈三", "V804"), ("陈四", "V805")):
        world.person(name, code=code)
    busy = world.person("陈忙", code="V800")
    world.shift(busy, programme=world.clean_up)
    shift = world.published(person, leader.person_id, minimum=2)
    answer = world.do(cannot_come, by=world.actor(person), shift_id=shift, reason=WHY)
    assert (answer.person_id, answer.replaced, answer.leaders_told) == (person, False, 1)
    assert on_shift(world, shift) == [leader.person_id]
    [text] = told(world, leader.person_id, NoticeKind.GAP)
    assert text == (
        "王小敏 不能参加 11月2日（周一）17:00–18:00 三峰学堂 五点学堂，现缺 1 人。"
        "可替班：陈一（V802）、陈二（V803）、陈三（V804）。"
    )
    assert told(world, person, NoticeKind.CHANGED) == []  # they know


def test_leads_are_named_first_where_a_lead_lacks(world: World) -> None:
    leader = world.leader()
    lead, other_lead, near = (
        world.person(),
        world.person("马带班", code="Z9"),
        world.person("何近", code="A1"),
    )
    for one in (lead, other_lead):
        world.do(qualify, person_id=one, kind="trained_lead", valid_from=MONDAY, expires_on=None)
    shift = world.published(lead, near, leads=1)
    world.do(cannot_come, by=world.actor(lead), shift_id=shift)
    [text] = told(world, leader.person_id, NoticeKind.GAP)
    assert "，现缺 1 人，其中带班 1 人。可替班：马带班（Z9）、" in text


def test_why_is_read_back_by_nobody_but_the_person(world: World) -> None:
    leader, officer, person = world.leader(), world.officer(), world.person()
    shift = world.published(person)
    world.do(cannot_come, by=leader, shift_id=shift, person_id=person, reason=WHY)
    [own] = world.see(list_drop_outs, by=world.actor(person), person_id=person).items
    assert (own.shift_id, own.reason, own.said_by) == (shift, WHY, leader.person_id)
    for other in (leader, officer, SCRIPT):
        [seen] = world.see(list_drop_outs, by=other, person_id=person).items
        assert (seen.id, seen.reason) == (own.id, None)
    with pytest.raises(NotAllowed):
        world.see(list_drop_outs, by=world.actor(world.person()), person_id=person)
    log = world.see(entries, subject="drop_outs").items
    assert [one.changes["reason"] for one in log] == [None]
    with world.office.read(by=SCRIPT, now=NOW) as work:
        assert not any(WHY in text for text in work.scalars(select(Notice.text)))


def test_a_held_place_can_be_given_up_too(world: World) -> None:
    leader, person = world.leader(), world.person()
    shift = world.shift(person)
    world.do(cannot_come, by=world.actor(person), shift_id=shift)
    assert on_shift(world, shift) == []
    assert len(told(world, leader.person_id, NoticeKind.GAP)) == 1


def test_guardians_leaders_coordinators_and_the_office_say_it_for_others(world: World) -> None:
    ward, mother = world.person(born=date(2012, 5, 4)), world.person(teams=())
    answers = {"ward_id": ward, "guardian_id": mother}
    world.do(link_guardian, **answers, relation="母亲", valid_from=date(2026, 1, 1))
    world.do(give_consent, **answers, valid_from=date(2026, 1, 1), valid_to=date(2027, 1, 1))
    shift = world.published(ward)
    for somebody in (world.actor(world.person()), world.leader(world.other_team)):
        with pytest.raises(NotAllowed):
            world.do(cannot_come, by=somebody, shift_id=shift, person_id=ward)
    for allowed in (world.actor(mother), world.leader(), world.coordinator(), world.officer()):
        world.do(cannot_come, by=allowed, shift_id=shift, person_id=ward)
        world.do(assign, shift_id=shift, person_id=ward)
    texts = told(world, ward, NoticeKind.CHANGED)
    assert sum(text.startswith("已为您登记不能参加：") for text in texts) == 4


def test_for_whom_another_team_or_community_has_sent_it_is_who_runs_the_shift_that_says_it(
    world: World,
) -> None:
    sent = world.person(teams=(world.other_team,), community=world.other_community)
    shift = world.published(sent)
    with pytest.raises(NotAllowed):
        world.do(cannot_come, by=world.coordinator(world.other_community), shift_id=shift, person_id=sent)
    for allowed in (world.leader(), world.leader(world.other_team), world.coordinator()):
        world.do(cannot_come, by=allowed, shift_id=shift, person_id=sent)
        world.do(assign, shift_id=shift, person_id=sent)


def test_until_the_start_and_only_who_is_on_it(world: World) -> None:
    person, other = world.people(2)
    shift = world.published(person)
    with pytest.raises(NotFound):
        world.do(cannot_come, by=world.actor(other), shift_id=shift)
    with pytest.raises(Malformed):
        world.do(cannot_come, by=world.actor(person), shift_id=shift, reason="字" * 201)
    with pytest.raises(Malformed):
        world.do(cannot_come, shift_id=shift)  # a script has to say who
    with pytest.raises(ShiftOver):
        world.do(cannot_come, by=world.actor(person), shift_id=shift, now=hour(17))
    assert on_shift(world, shift) == [person]
    world.do(cannot_come, by=world.actor(person), shift_id=shift, now=hour(16, 59))
    assert on_shift(world, shift) == []


def test_who_is_first_in_line_comes_instead_and_the_leaders_are_told_so(world: World) -> None:
    leader = world.leader()
    person, busy, waits, later = world.people(4)
    shift = world.published(person, maximum=1)
    for one in (busy, waits, later):
        world.do(join_wait, by=world.actor(one), shift_id=shift)
    world.shift(busy, programme=world.clean_up)
    answer = world.do(cannot_come, by=world.actor(person), shift_id=shift)
    assert answer.replaced
    assert on_shift(world, shift) == [waits]
    [text] = told(world, leader.person_id, NoticeKind.GAP)
    assert "，候补的 张三丰（" in text
    assert text.endswith("已补上，人数仍够。")
    assert [text[:10] for text in told(world, waits, NoticeKind.PROMOTED)] == ["您候补的班次有了名额"]
    assert told(world, later, NoticeKind.PROMOTED) == []


def test_without_a_leader_the_coordinators_are_told_and_without_these_the_office(world: World) -> None:
    person = world.person()
    officer = world.officer()
    shift = world.published(person)
    world.do(cannot_come, by=world.actor(person), shift_id=shift)
    assert len(told(world, officer.person_id, NoticeKind.GAP)) == 1
    world.do(assign, shift_id=shift, person_id=person)
    here, elsewhere = world.coordinator(), world.coordinator(world.other_community)
    gone = world.coordinator()
    world.do(leave_office, person_id=gone.person_id, on=MONDAY)
    former = world.person()
    ended = {"valid_from": date(2026, 1, 1), "valid_to": date(2026, 11, 1)}
    where = {"role": Role.COMMUNITY_COORDINATOR, "community_id": world.community}
    world.do(grant_role, person_id=former, **where, **ended)
    world.do(cannot_come, by=world.actor(person), shift_id=shift)
    assert len(told(world, here.person_id, NoticeKind.GAP)) == 1
    for other in (elsewhere.person_id, gone.person_id, former):
        assert told(world, other) == []
    assert len(told(world, officer.person_id, NoticeKind.GAP)) == 1  # of the first time


def test_what_leaders_are_told_of_others_is_not_for_the_group_chat(world: World) -> None:
    leader, person = world.leader(), world.person("王小敏")
    world.person("陈一")
    shift = world.published(person)
    world.do(cannot_come, by=world.actor(person), shift_id=shift)
    text = world.see(group_text, by=leader).text
    assert "排班已公布" in text
    assert "陈一" not in text
    assert "王小敏" not in text
