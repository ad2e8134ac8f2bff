"""The week's sheet is printed as it is: on A4, a page for a site, and what people typed stays text."""

from __future__ import annotations

import io

import pytest
import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st

from tests.sheets.workbooks import book, page
from tests.world import World
from volunteer_core.places.directory import correct_site
from volunteer_core.rosters.shifts import change_shift
from volunteer_core.sheets.roster import sheet_names, week_sheet


def test_each_person_has_a_row_and_the_day_spans_them(world: World) -> None:
    world.shift(*world.people(3))
    found = page(world)
    assert {"A5:A7", "B5:B7", "C5:C7", "F5:F7", "G5:G7", "A1:G1", "C8:F8"} <= set(found.merged)
    assert [row[3] for row in found.rows()[:3]] == ["张三丰"] * 3


def test_it_prints_on_a4_landscape_one_page_wide_with_headings_on_every_page(world: World) -> None:
    world.shift(*world.people(3))
    found = book(world)
    setup = page(world).pages
    assert setup["paperSize"] == "9"
    assert setup["orientation"] == "landscape"
    assert setup["fitToPage"] == "1"
    assert not {"fitToWidth", "fitToHeight"} & set(setup)  # one page is what they say if nothing else
    assert found.defined == {"0 _xlnm.Print_Titles": "三峰学堂!$1:$4"}
    assert "宋体" in found.fonts
    assert sum(page(world).widths) * 7 < 10.7 * 96  # fits A4 without being made smaller


def test_a_crew_for_several_pages_is_not_squeezed_onto_one(world: World) -> None:
    world.shift(*world.people(30), maximum=60)
    found = page(world)
    assert found.pages["fitToHeight"] == "2"
    assert max(found.heights.values()) <= 409


def test_a_long_remark_has_room(world: World) -> None:
    shift = world.shift(world.person())
    before = page(world).heights[5]
    world.do(change_shift, shift_id=shift, note="请提前到场" * 20)
    assert before < 45
    assert page(world).heights[5] >= 7 * 20  # lines of 15 characters


@pytest.mark.parametrize(
    "text", ["=1+1", "+86", "-1", "@SUM(A1)", "<r><t>x</t></r>", "&A", "{=1}", "http://x.cn"]
)
def test_what_people_typed_stays_text(world: World, text: str) -> None:
    world.do(correct_site, site_id=world.site, name=f"{text}学堂", address=text)
    shift = world.shift(world.person(text))
    world.do(change_shift, shift_id=shift, note=text)
    found = book(world)
    [sheet] = found.sheets.values()
    assert found.formulas == 0
    assert sheet.cells["D5"].strip() == text
    assert sheet.cells["A3"] == f"地点：{text}学堂　{text}"
    assert sheet.cells["G5"] == f"草稿；{text}"


def test_the_same_content_gives_the_same_bytes(world: World) -> None:
    world.shift(*world.people(2))
    facts = {"programme_id": world.school, "week": "2026-W45"}
    assert world.see(week_sheet, **facts) == world.see(week_sheet, **facts)
    assert book(world).created == "2026-11-02T01:00:00Z"


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=40), max_size=5)
)
@example(["三峰学堂", "三峰学堂", "三峰学堂（2）", "", "'", "History", "a/b", "A?B", "字" * 40, "字" * 41])
@example(["𠮷" * 20, "𠮷" * 20])
def test_any_names_of_sites_make_names_of_sheets(names: list[str]) -> None:
    found = sheet_names(names)
    assert len(found) == len(names)
    with xlsxwriter.Workbook(io.BytesIO()) as workbook:
        for name in found:
            assert workbook.add_worksheet(name).name == name  # it refuses what Excel does
    assert "history" not in {name.lower() for name in found}
