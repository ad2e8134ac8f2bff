"""The outbox: what whom to tell, readable by who answers for it, copied as text, ticked off once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.world import MONDAY, NOW, World, hour
from volunteer_core.errors import NotAllowed
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.outbox import group_text, list_notices, mark_told
from volunteer_core.permissions import Actor


def test_publishing_tells_everybody_once_for_the_week(world: World) -> None:
    one, other = world.person("欧阳修"), world.person("曾丽", phone="13812345678")
    world.shift(one, other)
    world.shift(one, day=MONDAY + timedelta(days=1))
    world.publish()
    notices = world.see(list_notices).items
    assert [(row.kind, row.person_id, row.name) for row in notices] == [
        (NoticeKind.PUBLISHED, one, "欧阳*"),
        (NoticeKind.PUBLISHED, other, "曾*"),
    ]
    assert "11月2日（周一）17:00–18:00、11月3日（周二）17:00–18:00" in notices[0].text
    assert "11月3日" not in notices[1].text
    assert "13812345678" not in str(notices)


def test_the_text_for_the_group_chat_lists_what_is_open(world: World) -> None:
    assert world.see(group_text).text == "目前没有需要通知的事项。"
    world.published(world.person("欧阳修"), world.person("曾丽"))
    text = world.see(group_text, team_id=world.team)
    first, second, third = text.text.splitlines()
    assert first == "【志愿服务通知】共 2 条"
    assert second == (
        "1. 欧阳*：2026-W45 排班已公布：三峰学堂 五点学堂，您的班次 11月2日（周一）17:00–18:00。"
    )
    assert third.startswith("2. 曾*：")
    world.do(mark_told, notice_ids=text.notice_ids[:1])
    assert world.see(group_text).notice_ids == text.notice_ids[1:]


def test_told_is_told_once_and_by_whom_is_known(world: World) -> None:
    leader = world.leader()
    world.published(*world.people(2))
    ids = world.see(group_text, by=leader).notice_ids
    assert world.do(mark_told, by=leader, notice_ids=ids) == 2
    assert world.do(mark_told, by=leader, notice_ids=ids, now=hour(20)) == 0
    assert {row.told_at for row in world.see(list_notices, open_only=False).items} == {NOW}
    assert world.see(list_notices).total == 0


def test_notices_are_seen_by_whom_they_are_for_and_who_answers_for_them(world: World) -> None:
    one, other = world.people(2)
    world.published(one, other)
    seen = {
        "own": world.see(list_notices, by=Actor.person(one)).total,
        "leader": world.see(list_notices, by=world.leader()).total,
        "other leader": world.see(list_notices, by=world.leader(world.other_team)).total,
        "coordinator": world.see(list_notices, by=world.coordinator()).total,
        "other coordinator": world.see(list_notices, by=world.coordinator(world.other_community)).total,
        "officer": world.see(list_notices, by=world.officer()).total,
    }
    assert seen == {
        "own": 1,
        "leader": 2,
        "other leader": 0,
        "coordinator": 2,
        "other coordinator": 0,
        "officer": 2,
    }
    with pytest.raises(NotAllowed):
        world.see(list_notices, by=Actor.anonymous())


def test_only_who_answers_for_all_of_them_ticks_them_off(world: World) -> None:
    person = world.person()
    world.published(person)
    world.published(person, site=world.other_site, day=MONDAY + timedelta(days=1))
    ids = world.see(group_text).notice_ids
    for somebody in (Actor.person(person), world.leader(world.other_team), world.coordinator()):
        with pytest.raises(NotAllowed):
            world.do(mark_told, by=somebody, notice_ids=ids)
    assert world.see(list_notices).total == 2
