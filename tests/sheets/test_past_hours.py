"""Past hours are imported whole or not at all, never twice, and never more than there was."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import date, time
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select

from tests.at_once import at_once
from tests.sheets.writing import everything
from tests.world import MONDAY, NOW, SCRIPT, World, hour
from volunteer_core.commitments.busy.opens import Acting
from volunteer_core.commitments.models import Attendance
from volunteer_core.database import Work
from volunteer_core.errors import NotAllowed
from volunteer_core.hours.ledger import balance, list_entries
from volunteer_core.hours.models import EntryKind, EntrySource, LedgerEntry
from volunteer_core.hours.months.models import MonthClosing, MonthState
from volunteer_core.people.registry import leave_office
from volunteer_core.sheets.importing import Imported, Preview, import_file, look_over, preview_file
from volunteer_core.sheets.past_hours import HOURS, HOURS_COLUMNS, import_hours
from volunteer_core.sheets.problems import FileMalformed
from volunteer_core.timespans import Span, at

HEADING = "编号,姓名,电话,日期,开始,结束,分钟,小时,活动内容,地点,队伍,社区,类别"
LINE = {
    "编号": "V1",
    "日期": "2026-10-12",
    "分钟": "90",
    "活动内容": "文明劝导",
    "地点": "凤翔东路口",
    "社区": "三峰社区",
}


@pytest.fixture
def person(world: World) -> int:
    return world.person("王小敏", code="V1", phone="13812345678")


def sheet(*lines: dict[str, str]) -> bytes:
    """A sheet; a line says only what differs from :data:`LINE`."""
    rows = [",".join((LINE | line).get(name, "") for name in HEADING.split(",")) for line in lines]
    return "\n".join((HEADING, *rows)).encode()


def load(world: World, *lines: dict[str, str], **facts: Any) -> Imported:
    found: Imported = world.do(import_hours, file="h.csv", content=sheet(*lines), **facts)
    return found


def look(world: World, *lines: dict[str, str]) -> Preview:
    """What a preview says; it changes nothing, and an import refuses just what it lists."""
    before = everything(world)
    seen: Preview = world.do(look_over, form=HOURS, sheet=HOURS.sheet("h.csv", sheet(*lines)))
    assert everything(world) == before
    if seen.problems:
        with pytest.raises(FileMalformed) as refusal:
            load(world, *lines)
        assert refusal.value.problems == seen.problems
        assert everything(world) == before
    return seen


def problems(world: World, *lines: dict[str, str]) -> list[tuple[int | None, str | None, str]]:
    return [(one.line, one.column, one.problem) for one in look(world, *lines).problems]


def entries(world: World, person: int) -> list[Any]:
    found: list[Any] = world.see(list_entries, person_id=person).items
    return found


def test_a_line_becomes_an_entry(world: World, person: int) -> None:
    done = load(
        world, {"开始": "8:30", "结束": "11点", "分钟": "", "小时": "2.5小时", "队伍": "全职太太俱乐部"}
    )
    assert done == Imported("h.csv", 1, 0, 0)
    [entry] = entries(world, person)
    assert (entry.kind, entry.minutes, entry.civil_date) == (EntryKind.SERVICE, 150, date(2026, 10, 12))
    assert (entry.team_id, entry.community_id) == (world.team, world.community)
    with world.office.read(by=SCRIPT) as work:
        row = work.find(LedgerEntry, entry.id)
        assert (row.source, row.what, row.place) == (EntrySource.IMPORT, "文明劝导", "凤翔东路口")
        assert Span(row.counted_from, row.counted_to) == Span(
            at(date(2026, 10, 12), time(8, 30)), at(date(2026, 10, 12), time(11))
        )


@pytest.mark.parametrize(
    ("line", "minutes"),
    [
        ({"开始": "9:00", "结束": "10:30", "分钟": ""}, 90),
        ({"开始": "9:00", "结束": "12:00", "分钟": "90"}, 90),
        ({"开始": "22:00", "结束": "24:00", "分钟": ""}, 120),
        ({"开始": "22:00", "结束": "00:00", "分钟": ""}, 120),
        ({"分钟": "90", "小时": "1.5"}, 90),
        ({"分钟": "", "小时": "24"}, 1440),
        ({"日期": "2026/10/12"}, 90),
        ({"编号": "", "姓名": "王小敏", "电话": "１３８ 1234 5678"}, 90),
        ({"编号": "ｖ１".upper(), "姓名": "王小敏"}, 90),
        ({"社区": "SF"}, 90),
    ],
)
def test_what_is_understood(world: World, person: int, line: dict[str, str], minutes: int) -> None:
    load(world, line)
    assert [entry.minutes for entry in entries(world, person)] == [minutes]


@pytest.mark.parametrize(
    ("kind", "sums"),
    [("", (90, 0, 0)), ("志愿服务", (90, 0, 0)), ("职务工时", (0, 90, 0)), ("培训", (0, 0, 90))],
)
def test_kinds_are_kept_apart(world: World, person: int, kind: str, sums: tuple[int, int, int]) -> None:
    load(world, {"类别": kind})
    found = world.see(balance, person_id=person)
    assert (found.service_minutes, found.paid_duty_minutes, found.training_minutes) == sums


@pytest.mark.parametrize(
    ("line", "column"),
    [
        ({"编号": "V404"}, "编号"),
        ({"编号": ""}, "编号"),
        ({"姓名": "李四"}, "姓名"),
        ({"编号": "", "姓名": "王小敏"}, "电话"),
        ({"编号": "", "姓名": "王小敏", "电话": "13900000000"}, "姓名"),
        ({"编号": "", "姓名": "王小敏", "电话": "12"}, "电话"),
        ({"日期": ""}, "日期"),
        ({"日期": "2026/2/30"}, "日期"),
        ({"日期": "2026-11-03"}, "日期"),
        ({"日期": "1926-10-12"}, "日期"),
        ({"日期": "0001-01-01", "开始": "0:00", "结束": "1:30"}, "日期"),
        ({"日期": "9999-12-31", "开始": "22:30", "结束": "24:00"}, "日期"),
        ({"日期": "2026-11-02", "开始": "8:00", "结束": "9:30"}, "结束"),
        ({"分钟": ""}, "分钟"),
        ({"分钟": "0"}, "分钟"),
        ({"分钟": "-60"}, "分钟"),
        ({"分钟": "1441"}, "分钟"),
        ({"分钟": "九十"}, "分钟"),
        ({"分钟": "90", "小时": "2"}, "小时"),
        ({"分钟": "", "小时": "0.33"}, "小时"),
        ({"分钟": "", "小时": "25"}, "小时"),
        ({"开始": "22:00", "结束": "1:00", "分钟": ""}, "结束"),
        ({"开始": "9:00", "结束": "9:00", "分钟": ""}, "结束"),
        ({"开始": "9:00", "结束": "", "分钟": ""}, "结束"),
        ({"开始": "", "结束": "9:00", "分钟": ""}, "开始"),
        ({"开始": "25:00", "结束": "26:00", "分钟": ""}, "开始"),
        ({"开始": "9:00", "结束": "10:00", "分钟": "90"}, "分钟"),
        ({"活动内容": ""}, "活动内容"),
        ({"活动内容": "字" * 201}, "活动内容"),
        ({"地点": ""}, "地点"),
        ({"队伍": "没有的队"}, "队伍"),
        ({"社区": ""}, "社区"),
        ({"社区": "没有的社区"}, "社区"),
        ({"类别": "加班"}, "类别"),
    ],
)
def test_a_problem_has_its_place(world: World, person: int, line: dict[str, str], column: str) -> None:
    found = problems(world, {"日期": "2026-10-13"}, line)
    assert {(number, where) for number, where, _ in found} >= {(3, column)}
    assert all(number == 3 for number, _, _ in found)


def test_two_of_one_name_and_phone_are_not_guessed(world: World, person: int) -> None:
    line = {"编号": "", "姓名": "王小敏", "电话": "13812345678"}
    assert problems(world, line) == []
    world.person("王小敏", code="V2", phone="13812345678")
    assert problems(world, line) == [(2, "姓名", "不止一人是这个姓名和电话，请填写编号。")]


def test_problems_repeat_no_name_and_no_phone(world: World, person: int) -> None:
    said = str(
        problems(world, {"编号": "13911112222"}, {"编号": "", "姓名": "陈秘密", "电话": "13911112222"})
    )
    assert "13911112222" not in said
    assert "陈秘密" not in said


def test_who_has_left_serves_no_more(world: World, person: int) -> None:
    world.do(leave_office, person_id=person, on=date(2026, 10, 12))
    assert problems(world, {"日期": "2026-10-11"}) == []
    assert problems(world, {}) == [(2, "日期", "此人在这一天已经离开，不能登记。")]


def test_a_day_has_24_hours_by_pieces_and_with_what_is_recorded(world: World, person: int) -> None:
    pieces = [{"分钟": "600", "活动内容": what} for what in ("上午", "下午", "晚上")]
    [(line, column, sentence)] = problems(world, *pieces)
    assert (line, column) == (4, "分钟")
    assert "24 小时" in sentence
    load(world, *pieces[:2])
    [(line, column, _)] = problems(world, {"分钟": "", "小时": "4.5", "活动内容": "夜里"})
    assert (line, column) == (2, "小时")


def test_importing_again_adds_nothing(world: World, person: int) -> None:
    lines = (
        {},
        {"开始": "9:00", "结束": "10:00", "分钟": "", "活动内容": "清洁"},
        {"类别": "培训", "活动内容": "急救"},
    )
    assert load(world, *lines) == Imported("h.csv", 3, 0, 0)
    before = everything(world)
    assert load(world, *lines) == Imported("h.csv", 0, 0, 3)
    assert load(world, *reversed(lines), now=hour(9, day=date(2027, 1, 4))).unchanged == 3
    assert everything(world) == before
    assert load(world, *lines, {"活动内容": "看望老人"}) == Imported("h.csv", 1, 0, 3)


def test_what_was_imported_is_not_corrected_by_importing(world: World, person: int) -> None:
    load(world, {})
    for line in ({"分钟": "120"}, {"地点": "别处"}, {"队伍": "DRIVERS"}, {"社区": "BL"}, {"类别": "培训"}):
        [(number, column, sentence)] = problems(world, line)
        assert (number, column) == (2, None)
        assert "以前导入过" in sentence
    [(_, column, _)] = problems(world, {"开始": "9:00", "结束": "10:30"})
    assert column == "开始"
    assert len(entries(world, person)) == 1


def test_the_same_activity_twice_in_one_sheet_needs_its_times(world: World, person: int) -> None:
    [(line, column, sentence)] = problems(world, {}, {"分钟": "30"})
    assert (line, column) == (3, "活动内容")
    assert sentence == "与第 2 行是同一人、同一天的同一活动。如确有两次，请填写开始时间。"
    [(line, column, _)] = problems(world, {}, {"开始": "9:00", "结束": "10:30"})
    assert (line, column) == (3, "开始")
    twice = ({"开始": "9:00", "结束": "10:30"}, {"开始": "15:00", "结束": "16:30"})
    assert load(world, *twice).added == 2


def test_time_that_is_recorded_is_not_counted_again(world: World, person: int) -> None:
    shift = world.published(person)
    world.mark(shift, person, attendance=Attendance.ATTENDED)
    line = {"日期": str(MONDAY), "开始": "17:30", "结束": "18:30", "分钟": ""}
    with world.office.write(by=SCRIPT, now=hour(23)) as work:
        seen = look_over(work, HOURS, HOURS.sheet("h.csv", sheet(line)))
    [problem] = seen.problems
    assert problem.column == "开始"
    assert "同一时间只计一次" in problem.problem
    load(world, line | {"开始": "18:00"}, now=hour(23))
    assert len(entries(world, person)) == 2


def test_lines_that_overlap_each_other_are_named_by_their_lines(world: World, person: int) -> None:
    lines = ({"开始": "9:00", "结束": "10:30"}, {"开始": "10:00", "结束": "11:30", "活动内容": "清洁"})
    assert problems(world, *lines) == [(3, "开始", "与第 2 行的时间重叠，同一时间只计一次。")]


def close(world: World, *months: date) -> None:
    with world.office.write(by=SCRIPT, now=NOW) as work:
        work.add_all(
            MonthClosing(community_id=world.community, month=month, state=MonthState.CLOSED)
            for month in months
        )


def test_a_closed_month_is_told_before_and_entered_in_the_open_one(world: World, person: int) -> None:
    close(world, date(2026, 10, 1))
    seen = look(world, {}, {"社区": "BL", "活动内容": "清洁"})
    assert (seen.added, seen.problems) == (2, [])
    assert [(one.line, one.column, one.problem) for one in seen.remarks] == [
        (2, "日期", "当月已经结账，将记入本月，作为调整。")
    ]
    load(world, {})
    [entry] = entries(world, person)
    assert (entry.kind, entry.civil_date, entry.minutes) == (EntryKind.ADJUSTMENT, MONDAY, 90)
    assert load(world, {}).unchanged == 1


def test_without_an_open_month_nothing_is_imported(world: World, person: int) -> None:
    close(world, date(2026, 10, 1), date(2026, 11, 1))
    [(line, column, sentence)] = problems(world, {})
    assert (line, column) == (2, "分钟")
    assert "结账" in sentence


def test_only_the_street_office_imports(world: World, person: int) -> None:
    for by in (world.coordinator(), world.leader(), world.actor(person)):
        with pytest.raises(NotAllowed):
            load(world, {}, by=by)
        with pytest.raises(NotAllowed):
            preview_file(Acting(world.office, by), HOURS, file="h.csv", content=sheet({}))
    assert load(world, {}, by=world.officer()).added == 1


class Looking(Acting):
    """Works that cannot change anything."""

    def write(self) -> AbstractContextManager[Work]:
        raise AssertionError("nothing was to be written")


def test_a_file_is_read_while_nobody_waits_for_the_database(world: World) -> None:
    opens = Looking(world.office, SCRIPT)
    with pytest.raises(FileMalformed):
        import_file(opens, HOURS, file="h.csv", content=b"a,b\n")
    assert preview_file(opens, HOURS, file="h.csv", content=b"a,b\n").problem_count == 1


def test_the_same_sheet_twice_at_once_is_entered_once(world: World, person: int) -> None:
    lines = [{"日期": f"2026-10-{day:02}"} for day in range(1, 20)]
    done = at_once(*[lambda: load(world, *lines)] * 3)
    assert sorted(one.added for one in done if isinstance(one, Imported)) == [0, 0, 19]
    with world.office.read(by=SCRIPT) as work:
        assert work.scalar(select(func.count()).select_from(LedgerEntry)) == 19


def test_the_columns_may_be_called_by_their_codes(world: World, person: int) -> None:
    cells = dict.fromkeys(HOURS_COLUMNS, "") | {
        "code": "V1",
        "date": "2026-10-12",
        "minutes": "90",
        "what": "文明劝导",
        "place": "凤翔东路口",
        "community": "SF",
        "kind": "service",
    }
    content = "\n".join((",".join(cells), ",".join(cells.values()))).encode()
    assert world.do(import_hours, file="h.csv", content=content).added == 1
    assert load(world, {}).unchanged == 1
    assert msgspec.to_builtins(look(world, {}))["problem_count"] == 0
