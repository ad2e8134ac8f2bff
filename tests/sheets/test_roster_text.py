"""The week as a text for the group: a line a day, and never more than a message holds."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.world import MONDAY, World, hour
from volunteer_core.errors import NotAllowed, NotFound
from volunteer_core.people.vouching import qualify
from volunteer_core.permissions import Actor
from volunteer_core.places.directory import correct_site
from volunteer_core.rosters.shifts import change_shift
from volunteer_core.sheets.roster_text import LONGEST_MESSAGE, WeekText, in_parts, week_text
from volunteer_core.teams.programmes import rename_programme
from volunteer_core.timespans import WeekInvalid

AUGUST = hour(9, day=date(2026, 8, 31))


def parts(world: World, week: str = "2026-W45", **facts: Any) -> list[str]:
    known = {"programme_id": world.school, "site_id": world.site, "week": week}
    found: WeekText = world.see(week_text, **known | facts)
    assert (found.site_id, found.week) == (world.site, week)
    return found.parts


def test_a_week_is_a_line_a_day(world: World) -> None:
    lead, helper = world.person("王小敏"), world.person("陈立")
    world.do(qualify, person_id=lead, kind="trained_lead", valid_from=MONDAY, expires_on=None)
    world.shift(helper, lead)
    evening = world.shift(lead, starts=time(19), ends=time(20))
    world.do(change_shift, shift_id=evening, note="带好钥匙")
    world.shift(helper, day=MONDAY + timedelta(days=1), minimum=2, leads=1)
    world.publish()
    world.shift(day=MONDAY + timedelta(days=2))
    assert parts(world)[0].split("\n") == [
        "【三峰社区五点学堂值班表】",
        "2026年第45周（11月2日—11月8日）　部分公布，草稿尚未公布",
        "地点：三峰学堂　★ 为带班",
        "11月2日（周一）17:00–18:00 ★王小敏、陈立；19:00–20:00 ★王小敏【带好钥匙】",
        "11月3日（周二）17:00–18:00 陈立【缺 1 人，其中带班 1 人】",
        "11月4日（周三）17:00–18:00【草稿；缺 1 人】",
        "11月5日（周四）无班次",
        "11月6日（周五）无班次",
        "11月7日（周六）休息（周末）",
        "11月8日（周日）休息（周末）",
    ]


def test_holidays_and_make_up_days_are_named(world: World) -> None:
    person = world.person("陈立", checked_on=AUGUST.date())
    world.shift(person, day=date(2026, 10, 10), now=AUGUST)
    world.publish(day=date(2026, 10, 10), now=AUGUST)
    lines = parts(world, "2026-W41")[0].split("\n")
    assert lines[3] == "10月5日（周一）休息（国庆节）"
    assert lines[8] == "10月10日（周六）国庆节调休上班 17:00–18:00 陈立"


def test_names_can_be_masked(world: World) -> None:
    world.shift(world.person("王小敏"), world.person("欧阳春梅"))
    assert "王小敏、欧阳春梅" in parts(world)[0]
    assert "17:00–18:00 王*、欧阳*【" in parts(world, masked=True)[0]


def test_a_long_week_comes_in_numbered_parts_split_between_days(world: World) -> None:
    people = [world.person(f"欧阳春梅{number:02}") for number in range(30)]
    for number in range(5):
        world.shift(*people, day=MONDAY + timedelta(days=number), maximum=30)
    found = parts(world)
    assert [part.split("\n")[0] for part in found] == [
        f"【三峰社区五点学堂值班表（草稿）】（{number}/2）" for number in (1, 2)
    ]
    assert all(len(part.encode()) <= 2048 for part in found)
    assert [len(part.split("\n")) - 3 for part in found] == [3, 4]
    assert all(part.split("\n")[1].startswith("2026年第45周") for part in found)


def test_the_longest_names_and_notes_still_fit(world: World) -> None:
    world.do(correct_site, site_id=world.site, name="站" * 60)
    world.do(rename_programme, programme_id=world.school, name="项" * 60)
    shift = world.shift(*(world.person("欧" * 60) for _ in range(9)))
    world.do(change_shift, shift_id=shift, note="注" * 200)
    found = parts(world)
    assert all(len(part.encode()) <= LONGEST_MESSAGE for part in found)
    assert "".join(found).count("欧") == 9 * 60
    assert "".join(found).count("注") == 200


texts = st.text(st.sampled_from("王小敏★、；【】 17:00–"), max_size=120)


@given(st.lists(texts, max_size=9), st.integers(120, 400))
def test_any_lines_fit_and_nothing_of_them_is_lost(lines: list[str], longest: int) -> None:
    found = in_parts("标题", ["第一行", "第二行"], lines, longest=longest)
    assert all(len(part.encode()) <= longest for part in found)
    bodies = ["\n".join(part.split("\n")[3:]) for part in found]
    assert "".join(bodies).replace("\n", "") == "".join(lines)
    if len(found) == 1:
        assert found[0].startswith("【标题】\n第一行\n第二行")
    else:
        assert [part.split("\n")[0] for part in found] == [
            f"【标题】（{number}/{len(found)}）" for number in range(1, len(found) + 1)
        ]


def test_a_day_is_broken_only_if_it_alone_is_too_long_and_then_after_a_name() -> None:
    room = 60 - len("【题】（999/999）\n".encode())
    days = ["一" * 5, "二二二二、" * 5, "三" * 5]
    assert max(len(day.encode()) for day in (days[0], days[2])) <= room < len(days[1].encode())
    assert in_parts("题", [], days, longest=60) == [
        "【题】（1/4）\n" + "一" * 5,
        "【题】（2/4）\n" + "二二二二、" * 2,
        "【题】（3/4）\n" + "二二二二、" * 2,
        "【题】（4/4）\n" + "二二二二、\n" + "三" * 5,
    ]


def test_only_those_write_it_who_make_the_roster(world: World) -> None:
    world.published(world.person())
    for actor in (world.leader(), world.coordinator(), world.officer()):
        assert len(parts(world, by=actor)) == 1
    for actor in (
        Actor.person(world.person()),
        world.leader(world.other_team),
        world.coordinator(world.other_community),
    ):
        with pytest.raises(NotAllowed):
            parts(world, by=actor)


def test_what_is_no_week_and_no_site_is_refused(world: World) -> None:
    with pytest.raises(WeekInvalid):
        parts(world, "第45周")
    for nothing in ({"site_id": 99}, {"programme_id": 99}):
        with pytest.raises(NotFound):
            parts(world, **nothing)
