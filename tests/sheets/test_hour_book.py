"""The workbook of hours says what the tally says, in a form that an office files; other programs read it."""

from __future__ import annotations

import io
import re
from datetime import date
from functools import partial
from typing import Any

import openpyxl
import pytest
from python_calamine import load_workbook

from tests.hours.served import serve
from tests.sheets.workbooks import read_workbook
from tests.world import SCRIPT, World, hour
from volunteer_core.errors import Malformed, NotFound
from volunteer_core.hours.ledger import correct, list_entries
from volunteer_core.hours.months.models import MonthClosing, MonthState
from volunteer_core.hours.tallies import Dimension, tally
from volunteer_core.sheets import hour_lines
from volunteer_core.sheets.hour_book import write_hour_book
from volunteer_core.sheets.hour_lines import TooManyLines, period_of, tenths
from volunteer_core.sheets.past_hours import import_hours
from volunteer_core.teams.membership import change_team

NOVEMBER = {"first": date(2026, 11, 1), "last": date(2026, 11, 30)}
LATE = hour(23, day=date(2026, 11, 30))


def enter(world: World, *lines: str) -> None:
    """Lines of past hours: code, day, minutes, what, team, community, kind."""
    heading = "编号,日期,分钟,活动内容,队伍,社区,类别,地点"
    content = "\n".join((heading, *(f"{line},路口" for line in lines))).encode()
    world.do(import_hours, now=LATE, file="h.csv", content=content)


@pytest.fixture
def people(world: World) -> list[int]:
    """Three people with service in two teams and communities, paid duty, training and a correction."""
    found = [
        world.person("欧阳春梅", code="V1", phone="13812345678"),
        world.person("=1+1", code="V2", phone="08986581234", community=world.other_community),
        world.person("王小敏", code="V3", phone=""),
    ]
    enter(
        world,
        "V1,2026-11-02,125,劝导,MOTHERS,SF,",
        "V1,2026-11-03,65,劝导,DRIVERS,BL,",
        "V2,2026-11-03,60,<r>清洁</r>,DRIVERS,BL,",
        "V2,2026-11-04,480,值班,,SF,职务工时",
        "V3,2026-11-05,90,急救,MOTHERS,SF,培训",
        "V3,2026-10-31,90,上个月,MOTHERS,SF,",
    )
    [wrong] = world.see(list_entries, person_id=found[0], last=date(2026, 11, 2)).items
    world.do(correct, entry_id=wrong.id, minutes=119, reason="早退", now=LATE)
    return found


def content(world: World, **facts: Any) -> bytes:
    file = io.BytesIO()
    world.see(write_hour_book, to=file, now=LATE, **NOVEMBER | facts)
    return file.getvalue()


def rows(world: World, name: str, **facts: Any) -> list[list[Any]]:
    """The lines of a worksheet below its headings, as calamine reads them, whole numbers as such."""
    with load_workbook(io.BytesIO(content(world, **facts))) as book:
        found = book.get_sheet_by_name(name).to_python()
    return [
        [int(cell) if isinstance(cell, float) and cell.is_integer() else cell for cell in row]
        for row in found
    ]


def between(lines: list[list[Any]], first: str, last: str) -> list[list[Any]]:
    """The lines between those that begin with two words."""
    starts = [line[0] for line in lines]
    begin = starts.index(first) + 1
    return lines[begin : starts.index(last, begin)]


def test_every_sum_is_the_tallys(world: World, people: list[int]) -> None:
    found = rows(world, "汇总")
    middle = [line[0] for line in found].index("按服务地所在社区")
    for lines, by in ((found[:middle], Dimension.TEAM), (found[middle:], Dimension.COMMUNITY)):
        told = world.see(partial(tally, by=by), now=LATE, **NOVEMBER)
        listed = between(lines, "序号", "合计")
        assert {line[1]: (line[2], line[4], line[6], line[7]) for line in listed} == {
            row.label: (row.people, row.service_minutes, row.paid_duty_minutes, row.training_minutes)
            for row in told.rows
        }
        assert [line[0] for line in listed] == list(range(1, len(told.rows) + 1))
        [total] = [line for line in lines if line[0] == "合计"]
        assert (total[2], total[4], total[5], total[6], total[7]) == (
            told.people, told.service_minutes, tenths(told.service_minutes), told.paid_duty_minutes,
            told.training_minutes,
        )  # fmt: skip


def test_every_person_has_a_line_as_in_the_tally(world: World, people: list[int]) -> None:
    told = world.see(partial(tally, by=Dimension.PERSON), now=LATE, **NOVEMBER)
    listed = between(rows(world, "人员明细"), "序号", "合计")
    assert {line[1]: (line[2], line[6], line[8], line[9]) for line in listed} == {
        row.code: (row.label, row.service_minutes, row.paid_duty_minutes, row.training_minutes)
        for row in told.rows
    }
    assert [line[5] for line in listed] == [2, 2, 1]  # what was corrected is one service
    assert [line[7] for line in listed] == [3, 1, 0]  # 184, 60 and 0 minutes: never more than there was


def test_who_has_nothing_left_is_not_counted_among_the_people(world: World, people: list[int]) -> None:
    other = world.person("陈立", code="V4")
    enter(world, "V4,2026-11-06,60,劝导,DRIVERS,BL,")
    [entry] = world.see(list_entries, person_id=other).items
    world.do(correct, entry_id=entry.id, minutes=0, reason="没有来", now=LATE)
    told = world.see(partial(tally, by=Dimension.TEAM), now=LATE, **NOVEMBER)
    [drivers] = [line for line in rows(world, "汇总") if line[1] == "驾驶员之家"]
    assert (drivers[2], drivers[3]) == (2, 2)
    assert [row.people for row in told.rows if row.label == "驾驶员之家"] == [2]


def test_every_entry_has_a_line_with_what_it_corrects(world: World, people: list[int]) -> None:
    listed = between(rows(world, "明细"), "序号", "合计")
    assert [(str(line[2]), line[3], line[5], line[7], line[10], line[11], line[12]) for line in listed] == [
        ("2026-11-02", "V1", "全职太太俱乐部", "劝导", "志愿服务", 125, 2),
        ("2026-11-02", "V1", "全职太太俱乐部", "劝导", "志愿服务", -125, -2),
        ("2026-11-02", "V1", "全职太太俱乐部", "劝导", "志愿服务", 119, 1.9),
        ("2026-11-03", "V1", "驾驶员之家", "劝导", "志愿服务", 65, 1),
        ("2026-11-03", "V2", "驾驶员之家", " <r>清洁</r>", "志愿服务", 60, 1),
        ("2026-11-04", "V2", "（未归属）", "值班", "职务工时", 480, 8),
        ("2026-11-05", "V3", "全职太太俱乐部", "急救", "培训", 90, 1.5),
    ]
    first = listed[0][1]
    assert [line[14] for line in listed[:3]] == ["", f"冲销记录 {first}", f"更正记录 {first}"]


def test_reasons_stay_private(world: World, people: list[int]) -> None:
    assert "早退" not in str([rows(world, name) for name in ("汇总", "人员明细", "明细")])


def test_totals_are_formulas_with_their_values(world: World, people: list[int]) -> None:
    formulas = openpyxl.load_workbook(io.BytesIO(content(world)))
    values = openpyxl.load_workbook(io.BytesIO(content(world)), data_only=True)
    checked = 0
    for sheet in formulas:
        for row in sheet.iter_rows():
            for cell in row:
                if not isinstance(cell.value, str) or not cell.value.startswith("=SUM"):
                    continue
                column, first, last = re.fullmatch(r"=SUM\(([A-Z])(\d+):\1(\d+)\)", cell.value).groups()
                shown = values[sheet.title]
                summed = [shown[f"{column}{line}"].value for line in range(int(first), int(last) + 1)]
                assert shown[cell.coordinate].value == sum(summed)
                assert shown[f"A{int(first) - 1}"].value == "序号"
                assert int(last) == cell.row - 1
                checked += 1
    assert checked == 4 + 4 + 4 + 1


def test_an_office_accepts_it_as_it_is(world: World, people: list[int]) -> None:
    book = read_workbook(content(world))
    assert list(book.sheets) == ["汇总", "人员明细", "明细"]
    for name, sheet in book.sheets.items():
        assert sheet.cells["A1"] == f"街道办事处志愿服务时长{name}"
        assert sheet.cells["A2"] == "单位：街道办事处　期间：2026年11月　状态：含未结账月份，数字可能还会变动"
        assert any(text.startswith("填表人：") and "审核人：" in text for text in sheet.cells.values())
        assert (sheet.pages["paperSize"], sheet.pages["orientation"]) == ("9", "landscape")
        assert sheet.pages["fitToPage"] == "1"
    assert [book.defined[f"{number} _xlnm.Print_Titles"].rpartition("!")[2] for number in (0, 1, 2)] == [
        "$1:$3", "$1:$4", "$1:$4",
    ]  # fmt: skip
    read = openpyxl.load_workbook(io.BytesIO(content(world)))
    assert [sheet.freeze_panes for sheet in read] == ["A4", "A5", "A5"]
    assert [len(sheet._charts) for sheet in read] == [1, 0, 0]
    assert read["人员明细"]["B5"].number_format == read["人员明细"]["D5"].number_format == "@"
    assert all(kept.width >= 10 for kept in (read["明细"].column_dimensions[letter] for letter in "CFGH"))


def test_one_that_names_what_a_discreet_team_does_is_for_the_office_alone(
    world: World, people: list[int]
) -> None:
    internal = "　内部资料，请勿张贴、转发"
    world.do(change_team, team_id=world.team, discreet=True)
    assert read_workbook(content(world)).sheets["明细"].cells["A2"].endswith(internal)
    others = {"team_id": world.other_team}
    assert not read_workbook(content(world, **others)).sheets["明细"].cells["A2"].endswith(internal)
    serve(world, people[0], day=date(2026, 11, 9), programme_id=world.programme("MATCH"), **others)
    assert read_workbook(content(world, **others)).sheets["明细"].cells["A2"].endswith(internal)


def test_phones_are_masked_unless_asked_for_by_who_may_read_them(world: World, people: list[int]) -> None:
    def phones(**facts: Any) -> list[str]:
        return [line[3] for line in between(rows(world, "人员明细", **facts), "序号", "合计")]

    masked = ["138****5678", "089****1234", ""]
    assert phones(by=world.officer()) == masked
    assert phones(by=world.officer(), contacts=True) == ["13812345678", "08986581234", ""]
    coordinator = world.coordinator()  # of the first and third person's community
    assert phones(by=coordinator, contacts=True) == ["13812345678", "089****1234", ""]
    assert phones(by=world.leader(), contacts=True) == [masked[0], masked[2]]


def test_everybody_gets_the_entries_they_answer_for(world: World, people: list[int]) -> None:
    def number(**facts: Any) -> int:
        return len(between(rows(world, "明细", **facts), "序号", "合计"))

    assert number(by=world.officer()) == 7
    assert number(by=world.coordinator()) == 5
    assert number(by=world.leader(world.other_team)) == 2
    assert number(community_id=world.other_community) == number(team_id=world.other_team) == 2
    assert rows(world, "明细", team_id=world.team)[1][0].count("范围：全职太太俱乐部") == 1


def test_a_span_without_entries(world: World) -> None:
    found = rows(world, "汇总")
    assert [line[2:8] for line in found if line[0] == "合计"] == [[0] * 6] * 2


def test_what_is_refused(world: World, people: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    for span in ({"last": date(2026, 10, 31)}, {"last": date(2030, 1, 1)}):
        with pytest.raises(Malformed):
            content(world, **span)
    with pytest.raises(NotFound):
        content(world, team_id=404)
    monkeypatch.setattr(hour_lines, "MOST_LINES", 6)
    with pytest.raises(TooManyLines):
        content(world)


def test_a_span_that_is_closed_says_so(world: World, people: list[int]) -> None:
    def state() -> str:
        return str(rows(world, "汇总")[1][0]).rpartition("状态：")[2]

    for community in (world.community, world.other_community):
        assert state() == "含未结账月份，数字可能还会变动"
        with world.office.write(by=SCRIPT, now=LATE) as work:
            work.add(MonthClosing(community_id=community, month=date(2026, 11, 1), state=MonthState.CLOSED))
    assert state() == "已结账"


@pytest.mark.parametrize(
    ("minutes", "hours"), [(0, 0), (5, 0), (6, 0.1), (65, 1.0), (66, 1.1), (119, 1.9), (-65, -1.0), (-5, 0)]
)
def test_hours_are_rounded_down_and_taken_back_alike(minutes: int, hours: float) -> None:
    assert tenths(minutes) == hours


def test_periods() -> None:
    assert period_of(date(2026, 2, 1), date(2026, 2, 28)) == "2026年2月"
    assert period_of(date(2026, 1, 1), date(2026, 12, 31)) == "2026年1月1日—2026年12月31日"
    assert period_of(date(9999, 12, 1), date.max) == "9999年12月"
    assert period_of(date(2026, 11, 1), date(2026, 11, 29)) == "2026年11月1日—2026年11月29日"
