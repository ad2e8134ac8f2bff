"""What a file holds before anybody knows what it means: texts in lines and columns. Pure."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

LARGEST_BYTES = 20 * 1024 * 1024
MOST_UNPACKED = 100 * 1024 * 1024
HIGHEST_RATIO = 200
RATIO_FROM = 4 * 1024 * 1024
"""Bytes of a file, of what a workbook unpacks to, and how many times larger a part of it may become
when it is unpacked, if that is more than some megabytes."""
MOST_CELLS = 1_000_000
"""Cells of a workbook, also of the rectangle that a sheet's values span: those are held all at once."""
MOST_LINES = 100_000
"""Lines of a file with something in them, hidden ones too: far more than are imported at once."""
CPU_SECONDS, WALL_SECONDS, MEMORY_BYTES = 20, 30, 768 * 1024 * 1024
"""What reading a workbook may take of the machine."""
WHOLE_LINE = -1
"""Stands for a column where a flaw is the whole line's."""


class Merge(NamedTuple):
    """Merged cells: first and last line (from 1), first and last column (from 0)."""

    top: int
    left: int
    bottom: int
    right: int


class Flaw(NamedTuple):
    """A cell of which one cannot say what stands in it, and why: line from 1, column from 0."""

    line: int
    column: int
    problem: str


class RawLine(NamedTuple):
    """A line with something in it. ``number`` is where it begins, from 1."""

    number: int
    cells: list[str]


class RawSheet(msgspec.Struct, frozen=True):
    """A CSV file, whose name is then empty, or a worksheet. Lines without anything are left out."""

    name: str
    lines: list[RawLine]
    hidden: bool = False
    hidden_lines: list[int] = []
    hidden_columns: list[int] = []
    merges: list[Merge] = []
    flaws: list[Flaw] = []
