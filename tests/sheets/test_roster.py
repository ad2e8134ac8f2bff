"""The week's sheet says what the roster says, also of the days that do not run."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from tests.sheets.workbooks import book, page
from tests.world import MONDAY, World, hour
from volunteer_core.closures.declaring import declare_closure
from volunteer_core.errors import NotAllowed, NotFound
from volunteer_core.people.vouching import qualify, take_leave
from volunteer_core.permissions import Actor
from volunteer_core.places.directory import add_site, correct_site
from volunteer_core.rosters.calling_off import call_off_shift
from volunteer_core.rosters.generating import generate
from volunteer_core.rosters.patterns import end_pattern, set_pattern
from volunteer_core.rosters.shifts import add_shift, change_shift
from volunteer_core.teams.membership import change_team
from volunteer_core.timespans import WeekInvalid
from volunteer_core.workdays.daybook import DayRule
from volunteer_core.workdays.upkeep import set_local_day

AUGUST = hour(9, day=date(2026, 8, 31))
WEEKEND = [["11月7日", "六", "休息", "", "", "", "周末"], ["11月8日", "日", "休息", "", "", "", "周末"]]


def lead(world: World, name: str, **facts: Any) -> int:
    person = world.person(name, checked_on=AUGUST.date(), **facts)
    world.do(qualify, person_id=person, kind="trained_lead", valid_from=AUGUST.date(), expires_on=None)
    return person


def test_a_published_week_by_day_shift_and_person(world: World) -> None:
    world.do(correct_site, site_id=world.site, address="凤翔东路 14 号")
    helper = world.person("陈立", phone="13812345678")
    first = lead(world, "欧阳春梅", phone="13987654321")
    world.shift(helper, first, minimum=2, leads=1)
    world.shift(helper, day=MONDAY + timedelta(days=2), minimum=3, leads=1)
    world.publish()
    found = page(world)
    assert found.cells["A1"] == "三峰社区五点学堂值班表"
    assert (found.cells["A2"], found.cells["E2"]) == ("2026年第45周（11月2日—11月8日）", "已公布")
    assert found.cells["A3"] == "地点：三峰学堂　凤翔东路 14 号"
    assert found.rows(4)[0] == ["日期", "星期", "时间", "值守人员（★ 带班）", "联系", "人数", "备注"]
    assert found.rows()[:-1] == [
        ["11月2日", "一", "17:00–18:00", "★欧阳春梅", "139****4321", "2", ""],
        ["", "", "", "陈立", "138****5678", "", ""],
        ["11月3日", "二", "无班次", "", "", "", ""],
        ["11月4日", "三", "17:00–18:00", "陈立", "138****5678", "1", "缺 2 人，其中带班 1 人"],
        ["11月5日", "四", "无班次", "", "", "", ""],
        ["11月6日", "五", "无班次", "", "", "", ""],
        *WEEKEND,
    ]
    signed = found.rows()[-1][0]
    assert all(part in signed for part in ("填表人：", "审核人：", "制表日期：2026年11月2日 星期一"))


def test_phones_are_masked_unless_the_leader_asks_for_them(world: World) -> None:
    world.shift(world.person("陈立", phone="13812345678"), world.person("符海燕"))
    leader = world.leader()
    assert [row[4] for row in page(world, by=leader).rows()[:2]] == ["138****5678", ""]
    assert [row[4] for row in page(world, by=leader, contacts=True).rows()[:2]] == ["13812345678", ""]


def test_drafts_are_marked(world: World) -> None:
    world.shift(minimum=0)
    found = page(world)
    assert found.cells["A1"] == "三峰社区五点学堂值班表（草稿）"
    assert found.cells["E2"] == "草稿，尚未公布"
    assert found.rows()[0][6] == "草稿"
    world.publish()
    world.shift(minimum=0, day=MONDAY + timedelta(days=1))
    found = page(world)
    assert (found.cells["A1"], found.cells["E2"]) == ("三峰社区五点学堂值班表", "部分公布，草稿尚未公布")
    assert [row[6] for row in found.rows()[:2]] == ["", "草稿"]


def test_holidays_and_make_up_days_are_named(world: World) -> None:
    """In 2026-W41 the national holiday lasts until Wednesday, and Saturday the 10th works for it."""
    for day in (8, 9, 10):
        world.shift(lead(world, "王小敏"), day=date(2026, 10, day), now=AUGUST)
    world.publish(day=date(2026, 10, 8), now=AUGUST)
    assert page(world, "2026-W41").rows()[:-1] == [
        ["10月5日", "一", "休息", "", "", "", "国庆节"],
        ["10月6日", "二", "休息", "", "", "", "国庆节"],
        ["10月7日", "三", "休息", "", "", "", "国庆节"],
        ["10月8日", "四", "17:00–18:00", "★王小敏", "", "1", ""],
        ["10月9日", "五", "17:00–18:00", "★王小敏", "", "1", ""],
        ["10月10日", "六", "17:00–18:00", "★王小敏", "", "1", "国庆节调休上班"],
        ["10月11日", "日", "休息", "", "", "", "周末"],
    ]


def test_closures_local_days_and_called_off_shifts_are_named(world: World) -> None:
    tuesday, wednesday, thursday = (MONDAY + timedelta(days=number) for number in (1, 2, 3))
    world.shift(world.person(), day=tuesday)
    world.shift(world.person(), day=thursday)
    off = world.shift(world.person(), day=thursday, starts=time(19), ends=time(20))
    world.publish()
    world.do(call_off_shift, shift_id=off, reason="停电")
    world.do(
        declare_closure,
        name="台风蓝色预警",
        source="通知",
        site_id=world.site,
        starts_at=hour(12),
        ends_at=hour(20, day=tuesday),
    )
    world.do(set_local_day, day=wednesday, works=False, name="街道放假", source="通知")
    world.do(set_local_day, day=thursday, works=True, name="照常上班", source="通知")
    assert page(world).rows()[:5] == [
        ["11月2日", "一", "停课", "", "", "", "台风蓝色预警"],
        ["11月3日", "二", "17:00–18:00", "", "", "0", "停课（台风蓝色预警）；已取消"],
        ["11月4日", "三", "休息", "", "", "", "街道放假"],
        ["11月5日", "四", "17:00–18:00", "张三丰", "", "1", "照常上班"],
        ["", "", "19:00–20:00", "", "", "0", "照常上班；已取消"],
    ]


def test_a_closure_of_a_part_of_the_day_does_not_stop_what_runs_besides(world: World) -> None:
    world.shift(world.person(), starts=time(17), ends=time(18))
    world.publish()
    morning = {"starts_at": hour(8), "ends_at": hour(12)}
    world.do(declare_closure, name="停电", source="通知", site_id=world.site, **morning)
    assert page(world).rows()[0][2:] == ["17:00–18:00", "张三丰", "", "1", ""]


def test_without_children_a_closed_site_pauses_and_every_day_can_run(world: World) -> None:
    programme = world.programme("DAILY", day_rule=DayRule.EVERY_DAY)
    world.shift(world.person(), programme=programme, starts=time(22), day=MONDAY, ends=time(23))
    tuesday = MONDAY + timedelta(days=1)
    closed = {"starts_at": hour(8, day=tuesday), "ends_at": hour(20, day=tuesday)}
    world.do(declare_closure, name="停电", source="通知", site_id=world.site, **closed)
    found = page(world, programme_id=programme).rows()
    assert found[1][2:] == ["暂停", "", "", "", "停电"]
    assert found[5] == ["11月7日", "六", "无班次", "", "", "", ""]


def test_a_year_not_announced_is_said_to_be_open(world: World) -> None:
    world.shift(day=date(2027, 1, 5), minimum=0)
    found = page(world, "2027-W01")
    assert found.cells["A2"] == "2027年第1周（1月4日—1月10日）"
    assert [row[6] for row in found.rows()[1:2] + found.rows()[5:6]] == [
        "草稿，日期安排待公布",
        "周末（待公布）",
    ]


def test_a_week_of_two_years_says_both(world: World) -> None:
    assert page(world, "2026-W53").cells["A2"] == "2026年第53周（2026年12月28日—2027年1月3日）"


def test_notes_are_printed_and_who_cannot_come_any_more_is_lacking(world: World) -> None:
    person = world.person()
    shift = world.shift(person)
    world.do(change_shift, shift_id=shift, note="提前 10 分钟开门")
    world.publish()
    world.do(take_leave, person_id=person, first_day=MONDAY, last_day=MONDAY)
    assert page(world).rows()[0][3:] == ["张三丰", "", "1", "缺 1 人；提前 10 分钟开门"]


def test_a_shift_until_after_midnight_says_so(world: World) -> None:
    world.do(
        add_shift,
        programme_id=world.school,
        site_id=world.site,
        starts_at=hour(22),
        ends_at=hour(2, day=MONDAY + timedelta(days=1)),
        minimum=0,
        maximum=2,
    )
    assert page(world).rows()[0][2] == "22:00–次日02:00"


def test_the_sheet_of_a_discreet_team_is_not_for_the_wall(world: World) -> None:
    world.do(change_team, team_id=world.team, discreet=True)
    world.shift()
    assert page(world).cells["E2"] == "草稿，尚未公布　内部资料，请勿张贴、转发"


def test_all_sites_of_the_week_are_in_one_workbook_by_their_code(world: World) -> None:
    world.do(add_site, community_id=world.community, code="UNUSED", name="空站点")
    twin = world.do(add_site, community_id=world.community, code="TWIN", name="三峰学堂").id
    world.shift(world.person("陈立"))
    world.shift(site=twin)
    pattern = {"weekdays": "1", "starts": time(17), "ends": time(18), "minimum": 1, "maximum": 2}
    world.do(
        set_pattern,
        programme_id=world.school,
        site_id=world.other_site,
        **pattern,
        valid_from=MONDAY,
        valid_to=MONDAY,
    )
    found = book(world, site_id=None).sheets
    assert list(found) == ["滨濂学堂", "三峰学堂", "三峰学堂（2）"]
    assert [sheet.cells["E2"] for sheet in found.values()] == ["本周无班次", *["草稿，尚未公布"] * 2]
    assert found["三峰学堂"].cells["D5"] == "陈立"
    assert list(book(world, "2026-W46", site_id=None).sheets) == ["值班表"]


def test_a_site_whose_shifts_were_all_dropped_has_no_page(world: World) -> None:
    facts = {"programme_id": world.school, "site_id": world.other_site}
    times = {"starts": time(17), "ends": time(18), "minimum": 1, "maximum": 2}
    held = world.do(set_pattern, **facts, weekdays="1", **times, valid_from=MONDAY, valid_to=MONDAY)
    for kept in (["滨濂学堂"], ["值班表"]):
        world.do(generate, **facts, first=MONDAY, last=MONDAY)
        assert list(book(world, site_id=None).sheets) == kept
        world.do(end_pattern, pattern_id=held.id, last_day=MONDAY - timedelta(days=1))


def test_only_those_print_who_make_the_roster(world: World) -> None:
    world.published(world.person())
    for actor in (world.leader(), world.coordinator(), world.officer()):
        assert len(book(world, by=actor).sheets) == 1
        assert list(book(world, by=actor, site_id=None).sheets) == ["三峰学堂"]
    neighbour = world.coordinator(world.other_community)
    assert list(book(world, by=neighbour, site_id=None).sheets) == ["值班表"]
    member, other = Actor.person(world.person()), world.leader(world.other_team)
    for actor, site in ((member, world.site), (member, None), (other, world.site), (neighbour, world.site)):
        with pytest.raises(NotAllowed):
            book(world, by=actor, site_id=site)


def test_what_is_no_week_and_no_site_is_refused(world: World) -> None:
    with pytest.raises(WeekInvalid):
        book(world, "2026-W54")
    for nothing in ({"site_id": 99}, {"programme_id": 99}):
        with pytest.raises(NotFound):
            book(world, **nothing)
