"""The table in one sheet: its rows by column, and what is wrong with its form. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from volunteer_core.sheets.headings import (
    IGNORED,
    SCIENTIFIC,
    Column,
    find_heading,
    is_foot,
    is_total,
    named,
    spread_heading,
)
from volunteer_core.sheets.raw import WHOLE_LINE, RawLine, RawSheet

MOST_COLUMNS_NAMED = 5
AFTER_THE_END = "在填表人、审核人一行之后还有内容，请移到表内或删除。"
LOST_DIGITS = "是科学记数法，末尾几位已丢失。请把这一列设为“文本”格式后重新填写。"


class Unclear(NamedTuple):
    """What is wrong in a line, in the column of that code or in all of it."""

    line: int
    column: str | None
    problem: str


class FoundTable:
    """The rows of a sheet's table. ``headings`` has what the sheet calls its columns, by their codes."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.headings: dict[str | None, str] = {}
        self.rows: list[tuple[int, dict[str, str]]] = []
        self.problems: list[Unclear] = []
        self.flaws: dict[int, list[Unclear]] = defaultdict(list)

    def note(self, line: int, column: str | None, problem: str) -> None:
        self.problems.append(Unclear(line, column, problem))

    def flaw(self, line: int, column: str, problem: str) -> None:
        """Notes that one cannot say what stands in a cell."""
        self.note(line, column, problem)
        self.flaws[line].append(self.problems[-1])


def read_table(sheet: RawSheet, columns: Sequence[Column]) -> FoundTable:
    """Finds the heading, then reads the lines below it; a sheet without its columns has no rows."""
    table = FoundTable(sheet.name)
    for flaw in sheet.flaws:
        if flaw.column == WHOLE_LINE:
            table.note(flaw.line, None, flaw.problem)
    lines = spread_heading(sheet)
    heading = find_heading(lines, columns)
    line = lines[heading.at] if lines else RawLine(1, [])
    if not heading.named:
        wanted = "、".join(column.name for column in columns if column.needed)
        besides = "；不需要导入的工作表，请删除或隐藏。" if sheet.name else "。"
        table.note(line.number, None, f"没有找到表头（应有：{wanted}）{besides}")
        return table
    places = _places(table, line, columns)
    if places:
        _Reader(table, sheet, line, places).read(sheet.lines[heading.at + 1 :])
    return table


def _places(table: FoundTable, line: RawLine, columns: Sequence[Column]) -> dict[int, Column]:
    """Where which column stands. Notes what is missing, and what is too many or unknown."""
    by_name = {name: column for column in columns for name in (column.code, *map(named, column.names))}
    cells = [named(cell) for cell in line.cells]
    places = {index: by_name[cell] for index, cell in enumerate(cells) if cell in by_name}
    found = [column.code for column in places.values()]
    times, times_found = Counter(cells), Counter(found)
    wrong = (
        ("缺少列", [column.name for column in columns if column.needed and column.code not in found]),
        (
            "多出列",
            [
                raw.strip()[:20]
                for raw, cell in zip(line.cells, cells, strict=True)
                if cell and cell not in by_name and cell not in IGNORED
            ][:MOST_COLUMNS_NAMED],
        ),
        ("重复列", sorted({by_name[cell].name for cell in cells if times[cell] > 1 and cell in by_name}
                      | {column.name for column in places.values() if times_found[column.code] > 1})),
    )  # fmt: skip
    if any(names for _, names in wrong):
        table.note(
            line.number, None, "；".join(f"{what}：{'、'.join(names)}" for what, names in wrong if names)
        )
        return {}
    table.headings = {column.code: line.cells[index].strip() for index, column in places.items()}
    return places


class _Reader:
    """Reads the lines below a heading."""

    def __init__(
        self, table: FoundTable, sheet: RawSheet, heading: RawLine, places: dict[int, Column]
    ) -> None:
        self._table, self._sheet, self._places = table, sheet, places
        self._heading = [named(cell) for cell in heading.cells]
        self._width = len(heading.cells)
        self._hidden = set(sheet.hidden_lines)
        self._flaws = {(flaw.line, flaw.column): flaw.problem for flaw in sheet.flaws}
        self._merged: dict[tuple[int, int], str] = {}
        self._across: set[int] = set()
        tops = {line.number: line.cells for line in sheet.lines}
        for merge in sheet.merges:
            if merge.bottom > heading.number and merge.left != merge.right:
                self._across.update(range(merge.top, merge.bottom + 1))
            elif merge.bottom > heading.number and merge.left in places:
                text = tops.get(merge.top, [""] * self._width)[merge.left]
                for number in range(merge.top + 1, merge.bottom + 1):
                    self._merged[number, merge.left] = text

    def read(self, lines: Sequence[RawLine]) -> None:
        hidden: list[int] = []
        seen_foot = False
        for line in lines:
            if [named(cell) for cell in line.cells] == self._heading or is_total(line.cells):
                continue
            filled = sum(1 for cell in line.cells if cell.strip())
            seen_foot = seen_foot or is_foot(line.cells)
            if seen_foot:
                if not is_foot(line.cells) and filled > 2:
                    self._table.note(line.number, None, AFTER_THE_END)
            elif line.number in self._hidden:
                hidden.append(line.number)
            elif line.number in self._across:
                self._table.note(line.number, None, "合并了几列的单元格，请取消合并后再导入。")
            else:
                self._read_line(line)
        self._note_hidden(hidden)

    def _read_line(self, line: RawLine) -> None:
        cells = list(line.cells)
        if not self._sheet.name and len(cells) != self._width:  # a worksheet's lines are all as long
            self._table.note(line.number, None, f"应有 {self._width} 列，实有 {len(cells)} 列。")
            return
        for index in range(self._width):
            text = cells[index].strip()
            column = self._places.get(index)
            if column is None:
                if text and not self._heading[index]:
                    self._table.note(line.number, None, f"第 {index + 1} 列没有表头，却有内容。")
                continue
            if (line.number, index) in self._merged:
                if column.own:
                    self._table.flaw(line.number, column.code, "是合并单元格，请取消合并，每行单独填写。")
                cells[index] = self._merged[line.number, index]
            if (line.number, index) in self._flaws:
                self._table.flaw(line.number, column.code, self._flaws[line.number, index])
            elif SCIENTIFIC.fullmatch(text):
                self._table.flaw(line.number, column.code, LOST_DIGITS)
        found = {column.code: cells[index] for index, column in self._places.items()}
        self._table.rows.append((line.number, found))

    def _note_hidden(self, numbers: list[int]) -> None:
        """Hidden lines and columns are neither imported unseen nor left out unsaid."""
        starts = [number for before, number in pairwise([-1, *numbers]) if number != before + 1]
        ends = [number for number, after in pairwise([*numbers, -1]) if after != number + 1]
        for start, end in zip(starts, ends, strict=True):
            what = f"第 {start}—{end} 行" if end > start else "这一行"
            self._table.note(start, None, f"{what}被隐藏或筛选掉了，请取消隐藏、取消筛选，或删除后再导入。")
        for index in sorted({*self._sheet.hidden_columns} & self._places.keys()):
            code = self._places[index].code
            if any(cells[code].strip() for _, cells in self._table.rows):
                first = self._table.rows[0][0]
                self._table.note(first, code, "这一列被隐藏，请取消隐藏或删除后再导入。")
