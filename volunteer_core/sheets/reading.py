"""Reading CSV and TOML with the place of every problem. Pure: it touches no database."""

from __future__ import annotations

import csv
import io
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from typing import Generic, TypeVar

import msgspec

from volunteer_core.errors import Malformed, NotAllowed, Refused, RuleBroken

T = TypeVar("T")

LARGEST_BYTES = 20 * 1024 * 1024
MOST_PROBLEMS = 100
MOST_COLUMNS_NAMED = 5


class Problem(msgspec.Struct, frozen=True):
    """What is wrong in a file, and where: line 1 is the first; column is its heading."""

    file: str
    line: int | None
    column: str | None
    problem: str


class Imported(msgspec.Struct, frozen=True):
    """What an import did with the rows of a sheet: whose code was new is ``added``; whose code was
    ``known`` is corrected where the sheet says otherwise."""

    file: str
    added: int
    known: int


class FileMalformed(
    RuleBroken,
    code="file_malformed",
    sentence="文件 {file} 有 {count} 处问题，未导入任何内容。第一处：{first}",
):
    """A file has problems: each is named with line and column, and nothing of the file is loaded."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        kept = problems[:MOST_PROBLEMS]
        first = kept[0]
        where = "".join(
            part
            for part in (
                f"第 {first.line} 行" if first.line else "",
                f"「{first.column}」列" if first.column else "",
            )
        )
        super().__init__(
            file=file,
            count=len(problems),
            first=f"{where}{first.problem}",
            problems=[msgspec.to_builtins(problem) for problem in kept],
        )


class Row(Generic[T]):
    """One line of a sheet: its cells by heading, and where problems with them are noted."""

    def __init__(self, sheet: Sheet, line: int, cells: dict[str, str]) -> None:
        self._sheet = sheet
        self.line = line
        self._cells = cells

    def text(self, column: str) -> str:
        """The trimmed cell; empty if there is nothing in it."""
        return self._cells[column].strip()

    def read(self, column: str, parse: Callable[[str], T]) -> T | None:
        """The parsed cell; None when it is empty or, noted as a problem, cannot be parsed."""
        text = self.text(column)
        if not text:
            return None
        try:
            return parse(text)
        except Malformed as malformed:
            self.note(column, str(malformed.facts["problem"]))
        except ValueError:
            self.note(column, "无法识别。")
        return None

    def need(self, column: str, parse: Callable[[str], T]) -> T | None:
        """Like :meth:`read`, but an empty cell is a problem too."""
        if not self.text(column):
            self.note(column, "不能为空。")
        return self.read(column, parse)

    def note(self, column: str | None, problem: str) -> None:
        """Notes a problem of this line."""
        self._sheet.note(self.line, column, problem)

    @contextmanager
    def noting(self, column: str | None = None) -> Iterator[None]:
        """Turns a refusal into a noted problem of this line, in the column it names if there is one.

        A missing right is no problem of the file: it refuses the import.
        """
        try:
            yield
        except NotAllowed:
            raise
        except Refused as refused:
            field = str(refused.facts.get("field", "")).removesuffix("_id")
            named = field if field in self._cells else column
            self.note(named, str(refused.facts.get("problem", refused.message)))


class Sheet:
    """A CSV sheet with a heading line. Problems are collected; :meth:`check` refuses them all at once."""

    def __init__(self, file: str, content: bytes, columns: tuple[str, ...]) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.rows: list[Row[object]] = []
        text = _decoded(file, content)
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        line = 1  # where the row begins that is being read
        try:
            heading = [cell.strip() for cell in next(reader, [])]
            self._check_heading(heading, columns)
            line = reader.line_num + 1
            for cells in reader:
                if any(cell.strip() for cell in cells):
                    if len(cells) == len(heading):
                        self.rows.append(Row(self, line, dict(zip(heading, cells, strict=True))))
                    else:
                        self.note(line, None, f"应有 {len(heading)} 列，实有 {len(cells)} 列。")
                line = reader.line_num + 1
        except csv.Error:
            self.note(line, None, "不是有效的 CSV（引号没有成对？）。")
        self._refuse_repeated_codes()

    def note(self, line: int | None, column: str | None, problem: str) -> None:
        """Notes a problem."""
        self.problems.append(Problem(self.file, line, column, problem))

    def check(self) -> None:
        """Refuses (:class:`FileMalformed`) if anything was noted."""
        if self.problems:
            by_line = sorted(self.problems, key=lambda one: one.line or 0)
            raise FileMalformed(self.file, list(dict.fromkeys(by_line)))

    def _check_heading(self, heading: list[str], columns: tuple[str, ...]) -> None:
        missing = [column for column in columns if column not in heading]
        unknown = [cell[:20] for cell in heading if cell not in columns]
        repeated = {cell for cell in heading if heading.count(cell) > 1 and cell in columns}
        if missing or unknown or repeated:
            named = (
                ("缺少列", missing),
                ("多出列", unknown[:MOST_COLUMNS_NAMED]),
                ("重复列", sorted(repeated)),
            )
            self.note(1, None, "；".join(f"{what}：{'、'.join(cells)}" for what, cells in named if cells))
            self.check()

    def _refuse_repeated_codes(self) -> None:
        seen: dict[str, int] = {}
        for row in self.rows:
            code = row.text("code")
            if code in seen:
                row.note("code", f"与第 {seen[code]} 行重复。")
            elif code:
                seen[code] = row.line


def read_toml(file: str, content: bytes, form: type[T]) -> T:
    """A TOML file as a Struct. Refuses bad syntax with its line, a bad value with its path."""
    try:
        return msgspec.convert(tomllib.loads(_decoded(file, content)), form)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        line, column = (int(place[1]), place[2]) if place else (None, None)
        raise FileMalformed(file, [Problem(file, line, column, "不是有效的 TOML。")]) from error
    except msgspec.ValidationError as error:
        path = re.search(r"at `\$\.?(.*)`", str(error))
        problem = f"取值不符合要求（{str(error).split(' - at')[0]}）。"
        raise FileMalformed(file, [Problem(file, None, path[1] if path else None, problem)]) from error


def civil_day(text: str) -> date:
    """A date as ISO writes it, 2026-09-01, or as people do: 2026/9/1, 2026.9.1, 2026年9月1日."""
    plain = unicodedata.normalize("NFKC", text)
    match = re.fullmatch(r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?", plain)
    try:
        if match:
            return date(int(match[1]), int(match[2]), int(match[3]))
    except ValueError:
        pass
    raise Malformed("date", "不是有效的日期，应写作 2026-09-01。")


def yes_or_no(text: str) -> bool:
    """``yes`` or ``no``, ``是`` or ``否``."""
    answers = {"yes": True, "是": True, "true": True, "no": False, "否": False, "false": False}
    if text.lower() not in answers:
        raise Malformed("answer", "请填 yes 或 no（是 或 否）。")
    return answers[text.lower()]


def several(text: str) -> list[str]:
    """The parts of a cell that lists several things, separated by ``|``."""
    return [part.strip() for part in text.split("|") if part.strip()]


def _decoded(file: str, content: bytes) -> str:
    """UTF-8 with or without BOM, or GB18030 as spreadsheets on Chinese systems write it."""
    if len(content) > LARGEST_BYTES:
        raise FileMalformed(file, [Problem(file, None, None, f"文件超过 {LARGEST_BYTES >> 20} MB。")])
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            line = text.count("\n", 0, text.index("\0")) + 1
            raise FileMalformed(file, [Problem(file, line, None, "不是文本文件。")])
        return text
    raise FileMalformed(file, [Problem(file, None, None, "编码无法识别，请保存为 UTF-8。")])
