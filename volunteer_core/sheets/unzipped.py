"""What a workbook says beside its values: what is hidden, formulas without a result, errors. Pure.

It is read from the XML itself, for calamine gives empty cells there. What is read here is measured
first: a file of some kilobytes can unpack to gigabytes.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from typing import Any
from xml.parsers import expat

from volunteer_core.sheets.raw import (
    HIGHEST_RATIO,
    MOST_CELLS,
    MOST_UNPACKED,
    RATIO_FROM,
    Flaw,
)

MOST_PARTS = 2_000
CHUNK = 256 * 1024
WORKBOOK = "xl/workbook.xml"
NO_RESULT = "公式没有计算结果，请用 Excel 打开并保存一次，或把这一列粘贴为数值。"
_ADDRESS = re.compile(r"([A-Z]{1,3})(\d{1,7})", re.ASCII)


class Refusal(Exception):
    """Why a workbook is not read, as a Chinese sentence."""


class Marks:
    """What one worksheet says of its lines (from 1), columns (from 0) and cells."""

    def __init__(self) -> None:
        self.hidden_lines: list[int] = []
        self.hidden_columns: list[int] = []
        self.flaws: list[Flaw] = []
        self.cells = 0
        self.last_line = self.last_column = 0
        self._line = 0
        self._column = -1
        self._text: list[str] | None = None
        self._kind = ""
        self._formula = self._filled = False

    def start(self, name: str, attributes: dict[str, str]) -> None:
        match _local(name):
            case "col" if _is_true(attributes.get("hidden")):
                first, last = int(attributes["min"]), int(attributes["max"])
                self.hidden_columns += range(first - 1, min(last, 1000))
            case "row":
                self._line = int(attributes.get("r", self._line + 1))
                self._column = -1
                if _is_true(attributes.get("hidden")):
                    self.hidden_lines.append(self._line)
            case "c":
                self._begin_cell(attributes)
            case "f":
                self._formula = True
            case "v" | "is":
                self._text = []

    def text(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def end(self, name: str) -> None:
        match _local(name):
            case "v" | "is":
                self._filled = bool(self._text)
                if self._kind == "e":
                    said = "".join(self._text or ())[:20]
                    self.flaws.append(Flaw(self._line, self._column, f"公式出错（{said}），请改正。"))
                self._text = None
            case "c":
                if self._filled:
                    self.last_line = max(self.last_line, self._line)
                    self.last_column = max(self.last_column, self._column)
                elif self._formula and self._kind != "str":  # whose result is an empty text
                    self.flaws.append(Flaw(self._line, self._column, NO_RESULT))

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self.cells += 1
        self._column += 1
        if address := _ADDRESS.fullmatch(attributes.get("r", "")):
            self._column = column_number(address[1])
            self._line = int(address[2])
        self._kind = attributes.get("t", "")
        self._formula = self._filled = False


def column_number(letters: str) -> int:
    """The number of a column from 0: A is 0, AA is 26."""
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def marks_of(book: zipfile.ZipFile) -> dict[str, Marks]:
    """The marks of each worksheet by its name. Refuses what unpacks to too much, and dates from 1904."""
    if WORKBOOK not in book.namelist():
        raise Refusal("这不是 Excel 工作簿，请另存为 .xlsx 或 CSV 后再导入。")
    _measure(book)
    places: dict[str, str] = {}
    sheets: dict[str, str] = {}
    since_1904 = False

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal since_1904
        kind = _local(name)
        if kind == "Relationship":
            places[attributes["Id"]] = posixpath.normpath(posixpath.join("/xl", attributes["Target"]))[1:]
        elif kind == "workbookPr":
            since_1904 = _is_true(attributes.get("date1904"))
        elif kind == "sheet":
            ids = [value for key, value in attributes.items() if _local(key) == "id" and ":" in key]
            sheets[attributes["name"]] = ids[0]

    _parse(book, "xl/_rels/workbook.xml.rels", start)
    _parse(book, WORKBOOK, start)
    if since_1904:
        raise Refusal("工作簿从 1904 年起计算日期，容易差四年，请把内容复制到新的工作簿，并检查日期。")
    found: dict[str, Marks] = {}
    for name, key in sheets.items():
        found[name] = marks = Marks()
        if "worksheets/" in places[key]:  # charts have sheets of their own
            _parse(book, places[key], marks.start, marks)
    if sum(one.cells for one in found.values()) > MOST_CELLS or any(
        (one.last_line + 1) * (one.last_column + 1) > MOST_CELLS for one in found.values()
    ):
        most = f"{MOST_CELLS // 10_000} 万"
        raise Refusal(f"单元格过多（最多 {most}个，空行空列若有格式也算），请分成几个文件。")
    return found


def _measure(book: zipfile.ZipFile) -> None:
    parts = book.infolist()
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_UNPACKED:
        raise Refusal(f"工作簿展开后过大（最多 {MOST_UNPACKED >> 20} MB），请删除图片和多余的工作表。")
    for part in parts:
        if part.file_size > max(RATIO_FROM, HIGHEST_RATIO * part.compress_size):
            raise Refusal("工作簿的压缩方式异常，无法读取，请用 Excel 打开并另存。")
        if part.flag_bits & 0x1:
            raise Refusal("工作簿有密码，请取消密码后再导入。")


def _parse(book: zipfile.ZipFile, part: str, start: Any, marks: Marks | None = None) -> None:
    """Reads a part in pieces. No entities are declared in a workbook: who does so wants something else."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = _refuse_doctype
    if marks is not None:
        parser.EndElementHandler, parser.CharacterDataHandler = marks.end, marks.text
    with book.open(part) as content:
        while piece := content.read(CHUNK):
            parser.Parse(piece, False)
    parser.Parse(b"", True)


def _refuse_doctype(*_: object) -> None:
    raise Refusal("工作簿的内容异常，无法读取。")


def _local(name: str) -> str:
    return name.rpartition(":")[2]


def _is_true(value: str | None) -> bool:
    return value in {"1", "true", "on"}
