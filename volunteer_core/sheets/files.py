"""Opening what people send as a sheet: CSV as editors and spreadsheets write it, or an Excel workbook."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import msgspec

from volunteer_core import apart
from volunteer_core.sheets.problems import FileMalformed, SheetProblem
from volunteer_core.sheets.raw import (
    LARGEST_BYTES,
    MOST_LINES,
    WALL_SECONDS,
    WHOLE_LINE,
    Flaw,
    RawLine,
    RawSheet,
)
from volunteer_core.sheets.workbook import BROKEN, TOO_HEAVY, TOO_MANY_LINES, Answer, main

START = apart.start_of(main.__module__)
TOO_LARGE = f"文件超过 {LARGEST_BYTES >> 20} MB。"
OLD = "这是旧格式的表格（.xls、.et），请另存为 .xlsx 或 CSV 后再导入。"
LOCKED = "工作簿有密码，请取消密码后再导入。"

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_OTHERS = (
    (b"%PDF", "这是 PDF，不是表格，请提供 .xlsx 或 CSV。"),
    (b"\x89PNG", "这是图片，不是表格，请提供 .xlsx 或 CSV。"),
    (b"\xff\xd8\xff", "这是图片，不是表格，请提供 .xlsx 或 CSV。"),
    (b"<", "这是网页或 XML，不是表格（有的系统导出的 .xls 其实是网页），请另存为 .xlsx 或 CSV。"),
)


def content_of(path: Path) -> bytes:
    """The content of a file on this machine. One that is too large is refused unread."""
    if path.stat().st_size > LARGEST_BYTES:
        raise _refusal(path.name, TOO_LARGE)
    return path.read_bytes()


def sheets_in(folder: Path, *names: str) -> list[Path]:
    """The sheets of these names that are in a folder, in this order."""
    paths = [folder / f"{name}{ending}" for name in names for ending in (".csv", ".xlsx")]
    return [path for path in paths if path.is_file()]


def read_file(file: str, content: bytes) -> list[RawSheet]:
    """The sheets of a file, by what it is and not by how it is called.

    Refuses (``FileMalformed``) what is too large, no table, locked, broken or of an old format. A workbook
    is read in a process apart: hold no connection meanwhile.
    """
    if len(content) > LARGEST_BYTES:
        raise _refusal(file, TOO_LARGE)
    if content.startswith(b"PK\x03\x04"):
        return _workbook(file, content)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise _refusal(file, LOCKED if _ENCRYPTED in content else OLD)
    start = content[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    for beginning, sentence in _OTHERS:
        if start.startswith(beginning):
            raise _refusal(file, sentence)
    return [_csv(file, content)]


def decoded(file: str, content: bytes) -> str:
    """UTF-8 with or without BOM, or GB18030 as spreadsheets on Chinese systems write it."""
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            line = text.count("\n", 0, text.index("\0")) + 1
            raise _refusal(file, "不是文本文件。", line)
        return text
    raise _refusal(file, "编码无法识别，请保存为 UTF-8。")


def _workbook(file: str, content: bytes) -> list[RawSheet]:
    if b"mimetypeapplication/vnd.oasis" in content[:100]:
        raise _refusal(file, "这是 .ods 表格，请另存为 .xlsx 或 CSV 后再导入。")
    try:
        said = apart.answer(START, content, seconds=WALL_SECONDS)
    except apart.Killed:
        raise _refusal(file, TOO_HEAVY) from None
    except apart.Failed:
        raise _refusal(file, BROKEN) from None
    answer = msgspec.json.decode(said, type=Answer)
    if answer.refused:
        raise _refusal(file, answer.refused)
    return answer.sheets


def _csv(file: str, content: bytes) -> RawSheet:
    reader = csv.reader(io.StringIO(decoded(file, content), newline=""), strict=True)
    lines, flaws = [], []
    number = 1  # where the line begins that is being read
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                lines.append(RawLine(number, cells))
            if len(lines) > MOST_LINES:
                raise _refusal(file, TOO_MANY_LINES)
            number = reader.line_num + 1
    except csv.Error:
        flaws.append(Flaw(number, WHOLE_LINE, "不是有效的 CSV（引号没有成对？）。"))
    return RawSheet("", lines, flaws=flaws)


def _refusal(file: str, sentence: str, line: int | None = None) -> FileMalformed:
    return FileMalformed(file, [SheetProblem(file, None, line, None, sentence)])
