"""Workbooks as offices have them are read; what one cannot be sure of is refused with its place."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from time import process_time
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.styles import Font

from volunteer_core.sheets.cells import civil_day, clock, hours, minutes
from volunteer_core.sheets.files import read_file
from volunteer_core.sheets.headings import Column
from volunteer_core.sheets.problems import FileMalformed
from volunteer_core.sheets.reading import Row, Sheet

COLUMNS = (
    Column("code", ("编号",), own=True),
    Column("name", ("姓名",), own=True),
    Column("day", ("日期",), needed=False),
    Column("community", ("社区",), needed=False),
    Column("id", ("证件号码",), needed=False),
    Column("minutes", ("分钟",), needed=False, own=True),
)
HEADING = ["编号", "姓名"]


def saved(book: openpyxl.Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def workbook(*rows: list[Any], change: Callable[[Any], None] = lambda _: None) -> bytes:
    """A workbook of one worksheet."""
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    change(book.active)
    return saved(book)


def sheets(**named: list[list[Any]]) -> bytes:
    """A workbook of several worksheets."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in named.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    return saved(book)


def read(content: bytes, *, once: str | None = "code") -> list[Row[object]]:
    sheet = Sheet("a.xlsx", read_file("a.xlsx", content), COLUMNS, once=once)
    sheet.check()
    return sheet.rows


def texts(content: bytes, *columns: str) -> list[tuple[Any, ...]]:
    """The line and the texts of some columns of each row."""
    return [
        (row.line, *(row.text(column) for column in columns or ("code", "name"))) for row in read(content)
    ]


def problems(content: bytes) -> list[tuple[str | None, int | None, str | None, str]]:
    """Worksheet, line, column and sentence of each problem."""
    with pytest.raises(FileMalformed) as refusal:
        read(content)
    return [(one.sheet, one.line, one.column, one.problem) for one in refusal.value.problems]


def refused(content: bytes) -> str:
    """The sentence of the one problem of a whole file."""
    [(sheet, line, column, sentence)] = problems(content)
    assert (sheet, line, column) == (None, None, None)
    return sentence


def test_the_table_is_found_between_title_and_signatures() -> None:
    content = workbook(
        ["凤翔街道志愿者花名册"],
        ["单位：凤翔街道办事处", None, "2026年11月"],
        [],
        ["序号", " 编 号", "姓名*", "备注", None],
        [1, "V1", "王小敏", "党员"],
        [],
        ["小计", None, 1],
        [2, "V2", "欧阳静"],
        ["序号", "编号", "姓名", "备注"],
        ["合  计", None, "2 人"],
        ["填表人：王", None, "审核人：李", None],
        ["（盖章）", None, "2026年11月30日"],
    )
    assert texts(content) == [(5, "V1", "王小敏"), (8, "V2", "欧阳静")]


def test_people_below_the_signatures_are_not_left_out_unsaid() -> None:
    content = workbook(
        [*HEADING, "日期"], ["V1", "王", "2026-11-02"], ["审核人", "李"], ["V2", "李", "2026-11-02"]
    )
    assert problems(content) == [("Sheet", 4, None, "在填表人、审核人一行之后还有内容，请移到表内或删除。")]


def test_a_heading_of_two_lines_with_merged_cells() -> None:
    def merge(sheet: Any) -> None:
        for cells in ("A1:D1", "A2:A3", "B2:B3", "C2:D2"):
            sheet.merge_cells(cells)

    content = workbook(
        ["台账"],
        ["编号", "姓名", "服务"],
        [None, None, "日期", "分钟"],
        ["V1", "王", "2026-11-02", 60],
        change=merge,
    )
    assert texts(content, "code", "day", "minutes") == [(4, "V1", "2026-11-02", "60")]


def test_what_is_merged_down_holds_for_every_line() -> None:
    content = workbook(
        [*HEADING, "社区"],
        ["V1", "王", "三峰社区"],
        ["V2", "李", None],
        ["V3", "张", "滨濂社区"],
        change=lambda sheet: sheet.merge_cells("C2:C3"),
    )
    assert [row[1] for row in texts(content, "community")] == ["三峰社区", "三峰社区", "滨濂社区"]


def test_what_each_line_has_to_itself_is_not_merged() -> None:
    content = workbook(
        [*HEADING, "分钟"],
        ["V1", "王", 120],
        ["V2", "李", None],
        change=lambda sheet: sheet.merge_cells("C2:C3"),
    )
    assert problems(content) == [("Sheet", 3, "分钟", "是合并单元格，请取消合并，每行单独填写。")]


def test_cells_merged_across_columns_are_refused_but_not_in_totals() -> None:
    def merge(sheet: Any) -> None:
        sheet.merge_cells("A2:B2")
        sheet.merge_cells("A4:B4")

    content = workbook(HEADING, ["V1"], ["V2", "李"], ["合计"], change=merge)
    assert problems(content) == [("Sheet", 2, None, "合并了几列的单元格，请取消合并后再导入。")]


def test_hidden_and_filtered_lines_are_neither_imported_nor_forgotten() -> None:
    def hide(sheet: Any) -> None:
        for line in (3, 4, 6, 8, 9):
            sheet.row_dimensions[line].hidden = True

    content = workbook(HEADING, *([f"V{number}", "王"] for number in range(2, 8)), change=hide)
    assert problems(content) == [
        ("Sheet", 3, None, "第 3—4 行被隐藏或筛选掉了，请取消隐藏、取消筛选，或删除后再导入。"),
        ("Sheet", 6, None, "这一行被隐藏或筛选掉了，请取消隐藏、取消筛选，或删除后再导入。"),
    ]


def test_a_hidden_column_is_refused_if_something_stands_in_it() -> None:
    def hide(sheet: Any) -> None:
        for column in "CD":
            sheet.column_dimensions[column].hidden = True

    content = workbook([*HEADING, "社区", "日期"], ["V1", "王", "三峰社区", None], change=hide)
    assert problems(content) == [("Sheet", 2, "社区", "这一列被隐藏，请取消隐藏或删除后再导入。")]


def test_a_formula_counts_by_its_result() -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [*HEADING, "分钟"])
        sheet.write_row(1, 0, ["V1", "王"])
        sheet.write_formula(1, 2, "=2*60", value=120)
    assert texts(content.getvalue(), "minutes") == [(2, "120")]


def test_a_formula_without_a_result_is_refused() -> None:
    [(sheet, line, column, sentence)] = problems(workbook([*HEADING, "分钟"], ["V1", "王", "=2*60"]))
    assert (sheet, line, column) == ("Sheet", 2, "分钟")
    assert sentence == "公式没有计算结果，请用 Excel 打开并保存一次，或把这一列粘贴为数值。"


def test_an_error_is_refused_where_it_matters() -> None:
    def spoil(sheet: Any) -> None:
        sheet["B2"], sheet["D2"] = "#REF!", "#N/A"

    content = workbook([*HEADING, "分钟", "备注"], ["V1", "王", 60], change=spoil)
    assert problems(content) == [("Sheet", 2, "姓名", "公式出错（#REF!），请改正。")]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (date(2026, 11, 2), "yyyy-mm-dd"),
        (date(2026, 11, 2), 'yyyy"年"m"月"d"日"'),
        (date(2026, 11, 2), "[$-804]aaaa"),
        (datetime.fromisoformat("2026-11-02"), "yyyy/m/d h:mm"),
        (46328, "General"),
        (46328, "0"),
        (20261102, "General"),
        ("2026/11/2", "@"),
        ("２０２６年１１月２日", "@"),
        (" 2026.11.02 ", "@"),
    ],
)
def test_a_day_however_a_workbook_has_it(value: Any, shown: str) -> None:
    def form(sheet: Any) -> None:
        sheet["C2"].number_format = shown

    [row] = read(workbook([*HEADING, "日期"], ["V1", "王", value], change=form))
    assert row.need("day", civil_day) == date(2026, 11, 2)


@pytest.mark.parametrize(
    "value",
    [time(17, 0), time(16, 59, 59, 999_900), "17:00", "17：00", "17点", "下午5:00", 17 / 24],
)
def test_a_time_however_a_workbook_has_it(value: Any) -> None:
    [row] = read(workbook([*HEADING, "日期"], ["V1", "王", value]))
    assert row.need("day", clock) == time(17)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("90", 90),
        ("90分钟", 90),
        ("９０", 90),
        ("90.0", 90),
        ("0", None),
        ("1441", None),
        ("-60", None),
        ("1.5", None),
    ],
)
def test_minutes(text: str, found: int | None) -> None:
    [row] = read(workbook([*HEADING, "分钟"], ["V1", "王", text]))
    assert row.need("minutes", minutes) == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (1.5, 90), (0.1 + 0.2, 18), (2, 120), ("2小时", 120), ("1小时30分", 90), ("1:30", 90), ("1.25h", 75),
        (timedelta(hours=1, minutes=30), 90), (24, 1440), (24.5, None), (0.33, None), (0, None),
        ("两小时", None),
    ],
)  # fmt: skip
def test_hours_as_minutes_without_rounding(value: Any, found: int | None) -> None:
    [row] = read(workbook([*HEADING, "分钟"], ["V1", "王", value]))
    assert row.need("minutes", hours) == found


@pytest.mark.parametrize("value", ["2026/2/30", "20260230", "2026-11-02 17:00", "十一月", 3.5, 1e9])
def test_what_is_no_day(value: Any) -> None:
    sheet = Sheet("a", read_file("a", workbook([*HEADING, "日期"], ["V1", "王", value])), COLUMNS)
    sheet.rows[0].need("day", civil_day)
    [problem] = sheet.problems
    assert (problem.line, problem.column) == (2, "日期")


def test_numbers_are_what_people_typed() -> None:
    content = workbook([*HEADING, "证件号码"], [138.0, 13812345678, 0.1 + 0.2])
    assert texts(content, "code", "name", "id") == [(2, "138", "13812345678", "0.3")]


@pytest.mark.parametrize("value", [460105199001011234, 4.60105199001011e17, "4.60105E+17", "1.38E+10"])
def test_digits_that_are_lost_are_not_guessed(value: Any) -> None:
    [(_, line, column, sentence)] = problems(workbook([*HEADING, "证件号码"], ["V1", "王", value]))
    assert (line, column) == (2, "证件号码")
    assert "已丢失" in sentence or "已丢失末尾" in sentence
    assert "“文本”格式" in sentence


def test_lines_that_are_only_formatted_are_no_lines() -> None:
    def form(sheet: Any) -> None:
        for line in range(3, 3000):
            for column in (1, 2):
                sheet.cell(line, column).font = Font(bold=True)

    assert texts(workbook(HEADING, ["V1", "王"], change=form)) == [(2, "V1", "王")]


def test_several_worksheets_are_one_import() -> None:
    content = sheets(一队=[HEADING, ["V1", "王"]], 二队=[["二队"], HEADING, ["V2", "李"]], Sheet3=[])
    assert texts(content) == [(2, "V1", "王"), (3, "V2", "李")]
    twice = sheets(一队=[HEADING, ["V1", "王"]], 二队=[HEADING, ["V1", "王"]])
    assert problems(twice) == [("二队", 2, "编号", "与工作表「一队」第 2 行重复。")]


def test_a_worksheet_of_another_kind_is_not_left_out_unsaid() -> None:
    content = sheets(名单=[HEADING, ["V1", "王"]], 统计=[["月份", "人数"], ["11月", 5]])
    [(sheet, line, column, sentence)] = problems(content)
    assert (sheet, line, column) == ("统计", 1, None)
    assert sentence == "没有找到表头（应有：编号、姓名）；不需要导入的工作表，请删除或隐藏。"


def test_hidden_worksheets_and_explanations_are_left_out_and_named() -> None:
    book = openpyxl.load_workbook(
        io.BytesIO(sheets(名单=[HEADING, ["V1", "王"]], 选项=[["三峰社区"]], 填写说明=[["请勿改动表头"]]))
    )
    book["选项"].sheet_state = "hidden"
    sheet = Sheet("a", read_file("a", saved(book)), COLUMNS)
    assert (len(sheet.rows), sheet.left_out, sheet.problems) == (1, ["选项", "填写说明"], [])


def test_a_workbook_without_anything() -> None:
    assert refused(workbook()) == "没有可以读取的内容。"


def test_dates_since_1904_are_four_years_off() -> None:
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    assert "1904" in refused(saved(book))


def stored(*parts: tuple[str, bytes]) -> bytes:
    return zipped(*parts, how=zipfile.ZIP_STORED)


def zipped(*parts: tuple[str, bytes], how: int = zipfile.ZIP_DEFLATED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", how) as archive:
        for name, part in parts:
            archive.writestr(name, part)
    return content.getvalue()


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, "另存为 .xlsx"),
        (b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "密码"),
        (stored(("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")), ".ods"),
        (zipped(("word/document.xml", b"<w/>")), "不是 Excel 工作簿"),
        (b"PK\x03\x04 nothing more", "不完整或已损坏"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n", "图片"),
        ("﻿<html><table><tr><td>编号".encode(), "网页"),
    ],
    ids=["xls", "locked", "ods", "docx", "rest of a zip", "pdf", "picture", "html"],
)
def test_what_is_no_workbook_of_today_says_what_to_do(content: bytes, said: str) -> None:
    assert said in refused(content)


def replaced(content: bytes, part: str, text: bytes) -> bytes:
    """A workbook with another content of one of its parts."""
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    return zipped(*(parts | {part: text}).items())


SHEET = "xl/worksheets/sheet1.xml"


def test_a_zip_bomb_is_measured_before_it_is_unpacked() -> None:
    bomb = replaced(workbook(HEADING), SHEET, b"<a>" + b" " * 150_000_000)
    assert len(bomb) < 200_000
    assert "展开后过大" in refused(bomb)
    assert "压缩方式异常" in refused(replaced(workbook(HEADING), SHEET, b"<a>" + b" " * 20_000_000))


def test_a_zip_bomb_that_lies_about_its_size() -> None:
    bomb = replaced(workbook(HEADING), SHEET, b"<a>" + b" " * 150_000_000)
    assert refused(bomb.replace((150_000_003).to_bytes(4, "little"), (1000).to_bytes(4, "little")))


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        (
            '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
            "过多",
        ),
        ("<row>" + "<c/>" * 1_000_001 + "</row>", "过多"),
    ],
    ids=["far apart", "very many"],
)
def test_cells_are_counted_before_they_are_held(cells: str, said: str) -> None:
    filler = "".join(f"<!-- {number} -->" for number in range(2000))  # so that it is packed as others are
    text = f"<worksheet>{filler}<sheetData>{cells}</sheetData></worksheet>".encode()
    assert said in refused(replaced(workbook(HEADING), SHEET, text))


def test_cells_without_addresses_stand_one_after_the_other() -> None:
    def row(*texts: str, hidden: str = "") -> str:
        cells = "".join(f'<c t="inlineStr"><is><t>{text}</t></is></c>' for text in texts)
        return f"<row{hidden}>{cells}</row>"

    lines = row(*HEADING) + row("V1", "王") + row("V2", "李", hidden=' hidden="1"')
    bad = "<row><c t='inlineStr'><is><t>V3</t></is></c><c t='e'><v>#REF!</v></c></row>"
    text = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData>{lines}{bad}</sheetData></worksheet>"
    )
    content = replaced(workbook(HEADING), SHEET, text.encode())
    assert [(line, column) for _, line, column, _ in problems(content)] == [(3, None), (4, "姓名")]


def test_entities_are_not_expanded() -> None:
    text = b'<!DOCTYPE w [<!ENTITY a "aaaaaaaaaa">]><worksheet><sheetData/></worksheet>'
    assert "异常" in refused(replaced(workbook(HEADING), SHEET, text))


def test_what_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("volunteer_core.sheets.files.WALL_SECONDS", 0.01)
    assert "过于复杂" in refused(workbook(HEADING))


def written(rows: str, merges: str = "") -> bytes:
    """A workbook with the heading and rows as XML, which takes no library's time."""
    heading = "".join(f'<c t="inlineStr"><is><t>{name}</t></is></c>' for name in HEADING)
    text = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f"<sheetData><row>{heading}</row>{rows}</sheetData><mergeCells>{merges}</mergeCells></worksheet>"
    )
    return replaced(workbook(HEADING), SHEET, text.encode())


def numbered(count: int, attributes: str = "") -> str:
    return "".join(f"<row{attributes}><c><v>{number}</v></c></row>" for number in range(count))


def test_lines_are_counted_before_anything_is_made_of_them() -> None:
    assert "行数过多" in refused(written(numbered(100_000)))
    assert "行数过多" in refused(b"code,name\n" + b"V1,W\n" * 100_000)


def test_many_hidden_lines_take_no_longer_than_others() -> None:
    found = read_file("a.xlsx", written(numbered(60_000, ' hidden="1"')))
    before = process_time()
    with pytest.raises(FileMalformed, match="第 2—60001 行"):
        Sheet("a.xlsx", found, COLUMNS).check()
    assert process_time() - before < 6


def test_a_heading_that_repeats_one_column_very_often() -> None:
    before = process_time()
    [(_, line, _, said)] = problems(",".join(["编号"] * 50_000).encode())
    assert (line, said) == (1, "缺少列：姓名；重复列：编号")
    assert process_time() - before < 6


def test_what_is_merged_down_to_the_end_ends_with_the_lines() -> None:
    [found] = read_file("a.xlsx", written(numbered(2), '<mergeCell ref="B2:B1048576"/>'))
    assert [(merge.top, merge.bottom) for merge in found.merges] == [(2, 3)]


def test_one_long_text_in_very_many_cells_is_not_handed_on() -> None:
    texts_of = f"<sst xmlns='http://schemas.openxmlformats.org/spreadsheetml/2006/main'><si><t>{'V' * 30_000}"
    rows = '<row><c t="s"><v>0</v></c></row>' * 4_000
    content = replaced(written(rows), "xl/sharedStrings.xml", f"{texts_of}</t></si></sst>".encode())
    assert len(content) < 20_000
    assert "过于复杂" in refused(content)


def test_cells_that_are_merged_over_and_over_are_refused() -> None:
    content = written(numbered(2000), '<mergeCell ref="B2:B2001"/>' * 501)
    assert "合并的单元格过多" in refused(content)


WHOLE = workbook(HEADING, ["V1", "王"], ["V2", "李"])


@settings(max_examples=15)
@given(st.integers(0, len(WHOLE) - 1), st.binary(max_size=8))
def test_a_broken_workbook_is_read_or_refused(place: int, instead: bytes) -> None:
    """Cut off anywhere, or with other bytes there."""
    for content in (WHOLE[:place], WHOLE[:place] + instead + WHOLE[place + len(instead) :]):
        try:
            found = texts(content)
        except FileMalformed:
            found = []
        assert found in ([], [(2, "V1", "王"), (3, "V2", "李")])
