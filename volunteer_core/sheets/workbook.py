"""Reading an Excel workbook. It is the main of a process apart, so that it imports no more than it needs."""

from __future__ import annotations

import io
import sys
import zipfile
import zlib
from datetime import date, datetime, time, timedelta
from xml.parsers.expat import ExpatError

import msgspec
from python_calamine import CalamineError, CalamineSheet, SheetVisibleEnum, load_workbook

from volunteer_core import apart
from volunteer_core.sheets.raw import (
    CPU_SECONDS,
    MEMORY_BYTES,
    MOST_CELLS,
    MOST_LINES,
    MOST_UNPACKED,
    Flaw,
    Merge,
    RawLine,
    RawSheet,
)
from volunteer_core.sheets.unzipped import Marks, Refusal, marks_of

Value = int | float | str | bool | time | date | datetime | timedelta

MOST_DIGITS = 10**15
LOST = "数字超过 15 位，Excel 已丢失末尾几位。请把这一列设为“文本”格式后重新填写。"
BROKEN = "工作簿不完整或已损坏，请重新下载，或用 Excel 打开并另存。"
TOO_HEAVY = "工作簿过于复杂，无法在规定时间内读取，请删除多余的工作表和格式后再试。"
TOO_MANY_LINES = f"行数过多（最多 {MOST_LINES // 10_000} 万行，隐藏的也算），请分成几个文件。"
TOO_MERGED = "合并的单元格过多，请取消合并后再导入。"
BREAKS = (
    CalamineError, ExpatError, zipfile.BadZipFile, zlib.error, EOFError, LookupError, ValueError, OSError,
    NotImplementedError,
)  # fmt: skip
"""What the readers raise on a file that is no whole workbook."""


class Answer(msgspec.Struct, omit_defaults=True):
    """What the process says: the sheets, or a sentence about why there are none."""

    sheets: list[RawSheet] = []
    refused: str = ""


def main() -> None:
    """Reads a workbook from standard input and answers on standard output, within the limits."""
    apart.limit(cpu_seconds=CPU_SECONDS, memory_bytes=MEMORY_BYTES)
    try:
        answer = Answer(sheets=read_workbook(sys.stdin.buffer.read()))
    except Refusal as refusal:
        answer = Answer(refused=str(refusal))
    said = msgspec.json.encode(answer)
    if len(said) > MOST_UNPACKED:  # a text that stands in many cells is kept once in the file
        said = msgspec.json.encode(Answer(refused=TOO_HEAVY))
    sys.stdout.buffer.write(said)


def read_workbook(content: bytes) -> list[RawSheet]:
    """All worksheets, in their order. Refuses (:class:`Refusal`) what is broken or too large."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            marks = marks_of(book)
        with load_workbook(io.BytesIO(content)) as values:
            sheets = [
                _sheet(
                    values.get_sheet_by_name(sheet.name),
                    marks[sheet.name],
                    hidden=sheet.visible != SheetVisibleEnum.Visible,
                )
                for sheet in values.sheets_metadata
            ]
    except MemoryError:
        raise Refusal(TOO_HEAVY) from None
    except BREAKS as error:
        raise Refusal(BROKEN) from error
    if sum(len(sheet.lines) for sheet in sheets) > MOST_LINES:
        raise Refusal(TOO_MANY_LINES)
    if sum(merge.bottom - merge.top + 1 for sheet in sheets for merge in sheet.merges) > MOST_CELLS:
        raise Refusal(TOO_MERGED)  # each may span a million lines
    return sheets


def _sheet(sheet: CalamineSheet, marks: Marks, *, hidden: bool) -> RawSheet:
    lines, flaws = [], list(marks.flaws)
    flawed = {flaw.line for flaw in flaws}
    for number, values in enumerate(sheet.to_python(skip_empty_area=False), 1):
        cells = [_text(value) for value in values]
        flaws += [
            Flaw(number, column, LOST)
            for column, value in enumerate(values)
            if isinstance(value, float | int) and abs(value) >= MOST_DIGITS
        ]
        if number in flawed or any(cell.strip() for cell in cells):
            lines.append(RawLine(number, cells))
    last = lines[-1].number if lines else 0
    merges = [
        Merge(top + 1, left, min(bottom + 1, last), right)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
        if top < last
    ]
    return RawSheet(
        sheet.name, lines, hidden, marks.hidden_lines, marks.hidden_columns, merges, sorted(flaws)
    )


def _text(value: Value) -> str:
    """A value as a person would have typed it: 138, not 138.0; days and times as ISO writes them."""
    match value:
        case str():
            return value
        case bool():
            return "是" if value else "否"
        case int() | float():
            return f"{value:.15g}" if abs(value) < MOST_DIGITS else f"{value:.0f}"
        case datetime():
            near = value + timedelta(seconds=0.5)  # days are fractions in a workbook
            whole = near.replace(microsecond=0)
            return whole.date().isoformat() if whole.time() == time() else whole.isoformat(" ")
        case date():
            return value.isoformat()
        case time():
            return _text(datetime.combine(date(2000, 1, 1), value)).partition(" ")[2] or "00:00:00"
        case timedelta():
            seconds = round(value.total_seconds())
            return f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


if __name__ == "__main__":
    main()
