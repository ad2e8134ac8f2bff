"""Reading CSV and TOML: whatever a file looks like, every problem has its place."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from volunteer_core.errors import Malformed
from volunteer_core.sheets.cells import civil_day, several, yes_or_no
from volunteer_core.sheets.files import read_file
from volunteer_core.sheets.headings import Column
from volunteer_core.sheets.problems import MOST_PROBLEMS, FileMalformed
from volunteer_core.sheets.raw import LARGEST_BYTES
from volunteer_core.sheets.reading import Sheet, read_toml

COLUMNS = (Column("code"), Column("name"))


def read(content: bytes | str) -> list[tuple[int, str, str]]:
    """Line, code and name of each row."""
    content = content.encode() if isinstance(content, str) else content
    sheet = Sheet("a.csv", read_file("a.csv", content), COLUMNS)
    sheet.check()
    return [(row.line, row.text("code"), row.text("name")) for row in sheet.rows]


def refused(content: bytes | str) -> list[tuple[int | None, str | None, str]]:
    """Line, column and sentence of each problem."""
    with pytest.raises(FileMalformed) as refusal:
        read(content)
    problems: Any = refusal.value.facts["problems"]
    return [(problem["line"], problem["column"], problem["problem"]) for problem in problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_files_as_editors_and_spreadsheets_write_them(encoding: str, end: str) -> None:
    text = end.join(["code,name", "V1,王小敏", "", " V2 , 欧阳静 ", ",", ""])
    assert read(text.encode(encoding)) == [(2, "V1", "王小敏"), (4, "V2", "欧阳静")]


def test_columns_stand_in_any_order() -> None:
    assert read("name,code\n王,V1\n") == [(2, "V1", "王")]


def test_lines_count_on_through_a_cell_of_several_lines() -> None:
    assert read('code,name\nV1,"王\n小\n敏"\nV2,李\n') == [(2, "V1", "王\n小\n敏"), (5, "V2", "李")]
    assert refused('code,name\nV1,"王\n小敏"\n\nV2\n')[0][:2] == (5, None)


@pytest.mark.parametrize(
    ("heading", "said"),
    [
        ("", "没有找到表头（应有：code、name）。"),
        ("code", "缺少列：name"),
        ("code,name,phone", "多出列：phone"),
        ("code,Name", "缺少列：name；多出列：Name"),
        ("code;name", "没有找到表头（应有：code、name）。"),
        ("code,name,name", "重复列：name"),
    ],
)
def test_a_heading_that_is_not_as_asked(heading: str, said: str) -> None:
    assert refused(f"{heading}\nV1,王\n") == [(1 if heading else 2, None, said)]


def test_a_column_without_a_heading_has_to_be_empty() -> None:
    assert read("code,name,\nV1,王,\n") == [(2, "V1", "王")]
    assert refused("code,name,\nV1,王,\nV2,李,秘密\n") == [(3, None, "第 3 列没有表头，却有内容。")]


def test_a_row_with_other_than_the_headings_cells() -> None:
    assert refused("code,name\nV1\nV2,王\nV3,李,13800000000\n") == [
        (2, None, "应有 2 列，实有 1 列。"),
        (4, None, "应有 2 列，实有 3 列。"),
    ]


@pytest.mark.parametrize(
    "rows",
    ['V1,"王', 'V1,"王"小', 'V1,"王\nV2,李\nV3,张', "V1," + "王" * 140_000],
    ids=["open", "text after", "open over lines", "endless"],
)
def test_quotes_that_do_not_pair_are_named_where_they_begin(rows: str) -> None:
    assert refused(f"code,name\nV0,陈\n{rows}\n") == [(3, None, "不是有效的 CSV（引号没有成对？）。")]


def test_a_quote_left_open_in_the_heading() -> None:
    assert refused('code,"name\nV1,王\n')[0][0] == 1


def test_a_code_stands_once() -> None:
    assert refused("code,name\nV1,王\nV2,李\nV1,张\nV1,陈\n,甲\n,乙\n") == [
        (4, "code", "与第 2 行重复。"),
        (5, "code", "与第 2 行重复。"),
    ]


def test_what_is_no_text() -> None:
    assert refused(b"code,name\nV1,\xff\xfe\xfa\n") == [(None, None, "编码无法识别，请保存为 UTF-8。")]
    assert refused(b"code,name\nV1,\0\n") == [(2, None, "不是文本文件。")]
    assert refused(b"\0" * (LARGEST_BYTES + 1)) == [(None, None, "文件超过 20 MB。")]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    refusals = []
    try:
        read(content)
    except FileMalformed as refusal:
        refusals.append(refusal)
    for refusal in refusals:
        assert len(refusal.message) < 300
        msgspec.json.encode(refusal.facts)


def test_a_file_of_too_many_lines_is_refused_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("volunteer_core.sheets.reading.MOST_ROWS", 2)
    assert len(read("code,name\nV1,王\nV2,李\n")) == 2
    [(line, column, sentence)] = refused("code,name\nV1,王\nV2,李\nV3,张\n")
    assert (line, column) == (None, None)
    assert sentence == "有 3 行，一次最多导入 2 行，请分成几个文件。"


def test_of_very_many_problems_the_first_are_told() -> None:
    text = "code,name\n" + "V\n" * 150
    with pytest.raises(FileMalformed) as refusal:
        read(text)
    assert refusal.value.facts["count"] == 150
    assert [one[0] for one in refused(text)] == list(range(2, 2 + MOST_PROBLEMS))
    assert refusal.value.message == (
        "文件 a.csv 有 150 处问题，未导入任何内容。第一处：第 2 行应有 2 列，实有 1 列。"
    )


@pytest.mark.parametrize(
    "text",
    [
        "2026-09-01",
        "2026-9-1",
        "2026/9/1",
        "2026.9.1",
        "2026年9月1日",
        "2026年9月1",
        "２０２６／９／１",
        "20260901",
        "46266",
    ],
)
def test_a_date_as_people_write_it(text: str) -> None:
    assert civil_day(text) == date(2026, 9, 1)


@pytest.mark.parametrize(
    "text",
    [
        "2026/2/30",
        "2026-13-01",
        "0000-01-01",
        "1/9/2026",
        "26-9-1",
        "462660",
        "2026-09-01 08:00",
        "九月一日",
        "",
    ],
)
def test_what_is_no_date_is_not_repeated(text: str) -> None:
    with pytest.raises(Malformed) as refusal:
        civil_day(text)
    assert not text or text not in str(refusal.value.facts)


@given(st.dates())
def test_every_date_is_read_back(day: date) -> None:
    assert civil_day(day.isoformat()) == civil_day(f"{day.year:04}/{day.month}/{day.day}") == day


def test_yes_and_no() -> None:
    assert [yes_or_no(text) for text in ("yes", "YES", "是", "true")] == [True] * 4
    assert [yes_or_no(text) for text in ("no", "No", "否", "FALSE")] == [False] * 4
    with pytest.raises(Malformed):
        yes_or_no("1")


def test_several_things_in_a_cell() -> None:
    assert several(" a | b||c ") == ["a", "b", "c"]
    assert several("") == []


class Part(msgspec.Struct, forbid_unknown_fields=True):
    code: str
    since: date | None = None


class Form(msgspec.Struct, forbid_unknown_fields=True):
    parts: list[Part] = []


def test_toml_as_a_form() -> None:
    text = '﻿[[parts]]\r\ncode = "甲"\r\nsince = 2026-09-01\r\n'
    assert read_toml("a.toml", text.encode(), Form) == Form([Part("甲", date(2026, 9, 1))])


@pytest.mark.parametrize(
    ("text", "line", "place"),
    [
        ('[[parts]]\ncode = "a"\nsince = \n', 3, "9"),
        ("[[parts]]\ncode = 1\n", None, "parts[0].code"),
        ('[[parts]]\ncode = "a"\n[[parts]]\ncode = "b"\nsince = "bald"\n', None, "parts[1].since"),
        ('[[parts]]\ncode = "a"\ncolour = "red"\n', None, "parts[0]"),
        ("[[parts]]\n", None, "parts[0]"),
        ('parts = "a"\n', None, "parts"),
        ("party = []\n", None, None),
    ],
)
def test_toml_that_does_not_fit(text: str, line: int | None, place: str | None) -> None:
    with pytest.raises(FileMalformed) as refusal:
        read_toml("a.toml", text.encode(), Form)
    (problem,) = refusal.value.facts["problems"]  # type: ignore[attr-defined]
    assert (problem["file"], problem["line"], problem["column"]) == ("a.toml", line, place)
