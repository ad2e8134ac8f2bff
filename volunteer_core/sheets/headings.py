"""Finding the table in a sheet as offices make them: titles above the heading, totals and signatures below.

Pure.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from volunteer_core.sheets.raw import RawLine, RawSheet

HEADING_WITHIN = 30
"""Lines with something in them among which the heading is."""
IGNORED = frozenset({"序号", "备注", "签名", "签字", "本人签名", "No", "no"})
"""Columns of an office's own, which nobody wants imported."""
EXPLAINING = ("填写说明", "说明")
"""Worksheets that explain the others."""
SCIENTIFIC = re.compile(r"[+-]?\d(\.\d+)?[eE]\+\d+", re.ASCII)

_TOTAL = re.compile(r"(本页|本月|本季|全年|累计)?(合计|总计|小计|共计|累计)([:：（(\d].*)?")
_FOOT = re.compile(
    r"(填表|制表|统计|填报|审核|复核|审批|经办|负责|盖章|领导|说明|注|备注)[^:：]{0,8}[:：].*"
    r"|(填表|制表|统计|审核|复核|经办|负责)人"
)


class Column(msgspec.Struct, frozen=True):
    """A column: the code that programs use, and what offices call it; the first name is our own.

    ``needed`` says that a sheet has to have it. ``own`` that each line has its own, so that a cell
    merged over several lines cannot be meant for all of them.
    """

    code: str
    names: tuple[str, ...] = ()
    needed: bool = True
    own: bool = False
    about: str = ""
    """How it is filled in, for our template."""

    @property
    def name(self) -> str:
        return self.names[0] if self.names else self.code


class Heading(NamedTuple):
    """Where the heading stands among the lines, and how many columns it names."""

    at: int
    named: int


def find_heading(lines: Sequence[RawLine], columns: Sequence[Column]) -> Heading:
    """The line that names most columns: the first of the kind, or the last of those that follow it
    directly, for a heading of two lines repeats what is merged over both."""
    known = {name for column in columns for name in (column.code, *map(named, column.names))}
    numbers = [
        len({named(cell) for cell in line.cells} & known) for line in list(lines)[:HEADING_WITHIN]
    ] or [0]
    most = max(numbers)
    index = numbers.index(most)
    while most and index + 1 < len(numbers) and numbers[index + 1] == most:
        index += 1
    return Heading(index, most)


def named(cell: str) -> str:
    """The name in a heading's cell, without spaces, a star, or 「（必填）」."""
    kept = re.sub(r"\s", "", unicodedata.normalize("NFKC", cell)).strip("*")
    return re.sub(r"\((必填|选填|可不填)\)$", "", kept)


def is_total(cells: Sequence[str]) -> bool:
    """Whether a line is a total: 合计, 小计, 本月合计."""
    return bool(_TOTAL.fullmatch(_first(cells)))


def is_foot(cells: Sequence[str]) -> bool:
    """Whether a line says who made and checked the sheet, or remarks something of all of it."""
    return bool(_FOOT.fullmatch(_first(cells)))


def spread_heading(sheet: RawSheet) -> list[RawLine]:
    """The lines with merged cells filled: what stands at the top left stands in all of them."""
    lines = [RawLine(line.number, list(line.cells)) for line in sheet.lines]
    by_number = {line.number: line for line in lines[: HEADING_WITHIN + 1]}
    for merge in sheet.merges:
        if merge.top in by_number:
            text = _cell(by_number[merge.top], merge.left)
            for number in range(merge.top, min(merge.bottom, merge.top + HEADING_WITHIN) + 1):
                if number in by_number:
                    cells = by_number[number].cells
                    for column in range(merge.left, min(merge.right + 1, len(cells))):
                        cells[column] = text
    return lines


def _cell(line: RawLine, column: int) -> str:
    return line.cells[column] if column < len(line.cells) else ""


def _first(cells: Sequence[str]) -> str:
    return next((kept for cell in cells if (kept := re.sub(r"\s", "", cell))), "")
