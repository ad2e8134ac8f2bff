"""The clock tells the leaders, once, of promised people who cannot come by now."""

from __future__ import annotations

from datetime import time, timedelta

from tests.rosters.telling import told
from tests.world import MONDAY, World, hour
from volunteer_core.notices.models import NoticeKind
from volunteer_core.people.models import CheckResult
from volunteer_core.people.registry import leave_office
from volunteer_core.people.vouching import record_check, take_leave, withdraw_leave
from volunteer_core.rosters.assigning import assign, release
from volunteer_core.rosters.gaps import tell_of_those_who_cannot

TUESDAY = MONDAY + timedelta(days=1)


def gaps(world: World, leader: int | None) -> list[str]:
    return told(world, leader, NoticeKind.GAP)


def test_leave_on_a_promised_shift_is_told_once_with_substitutes(world: World) -> None:
    leader, person = world.leader(), world.person("王小敏")
    world.person("陈一", code="A1")
    world.published(person, leader.person_id, minimum=2)
    assert world.do(tell_of_those_who_cannot) == 0
    world.do(take_leave, person_id=person, first_day=MONDAY, last_day=MONDAY)
    assert [world.do(tell_of_those_who_cannot) for _ in range(2)] == [1, 0]
    assert gaps(world, leader.person_id) == [
        "王小敏（请假）不能参加 11月2日（周一）17:00–18:00 三峰学堂 五点学堂，现缺 1 人。可替班：陈一（A1）。"
    ]


def test_every_leader_is_told(world: World) -> None:
    leaders, person = [world.leader(), world.leader()], world.person()
    world.published(person)
    world.do(take_leave, person_id=person, first_day=MONDAY, last_day=MONDAY)
    assert world.do(tell_of_those_who_cannot) == 2
    assert [len(gaps(world, leader.person_id)) for leader in leaders] == [1, 1]


def test_a_check_that_ran_out_and_who_left_are_told_too(world: World) -> None:
    leader, unclear, left = world.leader(), world.person("甲"), world.person("乙")
    world.published(unclear, left)
    world.do(record_check, person_id=unclear, checked_on=MONDAY, result=CheckResult.NOT_CLEAR)
    world.do(leave_office, person_id=left, on=MONDAY)
    assert world.do(tell_of_those_who_cannot) == 2
    assert [text.split("不能参加")[0] for text in gaps(world, leader.person_id)] == [
        "甲（缺有效的记录查询）",
        "乙（已退出）",
    ]


def test_drafts_what_has_begun_and_who_was_released_are_not_told_of(world: World) -> None:
    leader, (drafted, begun, released) = world.leader(), world.people(3)
    world.published(begun)
    shift = world.published(released, starts=time(19), ends=time(20))
    world.shift(drafted, day=TUESDAY)
    for one in (drafted, begun, released):
        world.do(take_leave, person_id=one, first_day=MONDAY, last_day=TUESDAY)
    world.do(release, shift_id=shift, person_id=released)
    assert world.do(tell_of_those_who_cannot, now=hour(17)) == 0
    assert world.do(tell_of_those_who_cannot, now=hour(16, 59)) == 1  # of who has not begun yet
    assert len(gaps(world, leader.person_id)) == 1


def test_who_comes_back_and_cannot_again_is_told_of_again(world: World) -> None:
    leader, person = world.leader(), world.person()
    shift = world.published(person)
    leave = world.do(take_leave, person_id=person, first_day=MONDAY, last_day=MONDAY).id
    world.do(tell_of_those_who_cannot)
    world.do(release, shift_id=shift, person_id=person)
    world.do(withdraw_leave, leave_id=leave)
    world.do(assign, shift_id=shift, person_id=person)
    world.do(take_leave, person_id=person, first_day=MONDAY, last_day=MONDAY)
    world.do(tell_of_those_who_cannot)
    assert len(gaps(world, leader.person_id)) == 2
