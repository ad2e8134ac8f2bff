"""Reading the lines of a sheet with the place of every problem. Pure: it touches no database."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Generic, TypeVar

import msgspec

from volunteer_core.errors import Malformed, NotAllowed, Refused
from volunteer_core.sheets.files import decoded
from volunteer_core.sheets.finding import FoundTable, read_table
from volunteer_core.sheets.headings import EXPLAINING, Column
from volunteer_core.sheets.problems import FileMalformed, SheetProblem
from volunteer_core.sheets.raw import RawSheet

T = TypeVar("T")

MOST_ROWS = 20_000
"""Lines of a file that are imported at once: all of them are in one transaction."""


class Row(Generic[T]):
    """One line of a sheet: its cells by the columns' codes, and where problems with them are noted."""

    def __init__(self, sheet: Sheet, table: FoundTable, line: int, cells: dict[str, str]) -> None:
        self._sheet, self._table = sheet, table
        self.line = line
        self._cells = cells
        self._unclear = {flaw.column for flaw in table.flaws.get(line, ())}
        self.faulty = bool(self._unclear)
        """Whether a problem of it is noted."""

    @property
    def place(self) -> str:
        """``第 5 行``, with its worksheet if there are several."""
        return f"{self._sheet.name_of(self._table)}第 {self.line} 行"

    def heading(self, column: str) -> str:
        """What the sheet calls a column."""
        return self._table.headings.get(column) or self._sheet.name(column)

    def text(self, column: str) -> str:
        """The trimmed cell; empty if there is nothing in it, or no such column."""
        return self._cells.get(column, "").strip()

    def read(self, column: str, parse: Callable[[str], T]) -> T | None:
        """The parsed cell; None when it is empty or, noted as a problem, cannot be parsed."""
        text = self.text(column)
        if not text or column in self._unclear:
            return None
        try:
            return parse(text)
        except Malformed as malformed:
            self.note(column, str(malformed.facts["problem"]))
        except (LookupError, ValueError):
            self.note(column, "无法识别。")
        return None

    def need(self, column: str, parse: Callable[[str], T]) -> T | None:
        """Like :meth:`read`, but an empty cell is a problem too."""
        if not self.text(column) and column not in self._unclear:
            self.note(column, "不能为空。")
        return self.read(column, parse)

    def note(self, column: str | None, problem: str) -> None:
        """Notes a problem of this line."""
        self.faulty = True
        self._sheet.problems.append(self._problem(column, problem))

    def remark(self, column: str | None, remark: str) -> None:
        """Notes what is no problem, but should be known before this line is imported."""
        self._sheet.remarks.append(self._problem(column, remark))

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
            known = field in self._sheet.codes
            self.note(field if known else column, str(refused.facts.get("problem", refused.message)))

    def _problem(self, column: str | None, problem: str) -> SheetProblem:
        heading = self.heading(column) if column else None
        return SheetProblem(self._sheet.file, self._table.name or None, self.line, heading, problem)


class Sheet:
    """A file's tables with their rows. Problems are collected; :meth:`check` refuses them all at once.

    ``once`` names a column whose cells may stand in one row of the file only.
    """

    def __init__(
        self, file: str, sheets: Sequence[RawSheet], columns: Sequence[Column], *, once: str | None = "code"
    ) -> None:
        self.file = file
        self.columns = tuple(columns)
        self.codes = {column.code for column in columns}
        self.problems: list[SheetProblem] = []
        self.remarks: list[SheetProblem] = []
        self.rows: list[Row[object]] = []
        self.left_out = [one.name for one in sheets if one.lines and _is_left_out(one)]
        shown = [one for one in sheets if (one.lines or one.flaws or not one.name) and not _is_left_out(one)]
        if not shown:
            raise FileMalformed(file, [SheetProblem(file, None, None, None, "没有可以读取的内容。")])
        self._tables = [read_table(one, self.columns) for one in shown]
        for table in self._tables:
            self.problems += [
                SheetProblem(
                    file, table.name or None, flaw.line, table.headings.get(flaw.column), flaw.problem
                )
                for flaw in table.problems
            ]
            self.rows += [Row(self, table, line, cells) for line, cells in table.rows]
        if len(self.rows) > MOST_ROWS:
            sentence = f"有 {len(self.rows)} 行，一次最多导入 {MOST_ROWS} 行，请分成几个文件。"
            raise FileMalformed(file, [SheetProblem(file, None, None, None, sentence)])
        if any(not table.headings for table in self._tables):
            self.check()
        if once is not None:
            self._refuse_repeated(once)

    def check(self) -> None:
        """Refuses (:class:`FileMalformed`) if anything was noted."""
        if self.problems:
            raise FileMalformed(self.file, self.sorted_problems())

    def sorted_problems(self) -> list[SheetProblem]:
        """All problems in the order of the file, each once."""
        order = {table.name or None: number for number, table in enumerate(self._tables)}
        return sorted(dict.fromkeys(self.problems), key=lambda one: (order[one.sheet], one.line or 0))

    def name(self, code: str) -> str:
        """What we call a column ourselves."""
        return next((column.name for column in self.columns if column.code == code), code)

    def name_of(self, table: FoundTable) -> str:
        """The worksheet's name where there are several to tell apart."""
        return f"工作表「{table.name}」" if len(self._tables) > 1 else ""

    def _refuse_repeated(self, column: str) -> None:
        seen: dict[str, Row[object]] = {}
        for row in self.rows:
            code = row.text(column)
            if code in seen:
                row.note(column, f"与{seen[code].place}重复。")
            elif code:
                seen[code] = row


def read_toml(file: str, content: bytes, form: type[T]) -> T:
    """A TOML file as a Struct. Refuses bad syntax with its line, a bad value with its path."""
    try:
        return msgspec.convert(tomllib.loads(decoded(file, content)), form)
    except tomllib.TOMLDecodeError as error:
        place = re.search(r"line (\d+), column (\d+)", str(error))
        line, column = (int(place[1]), place[2]) if place else (None, None)
        raise FileMalformed(file, [SheetProblem(file, None, line, column, "不是有效的 TOML。")]) from error
    except msgspec.ValidationError as error:
        path = re.search(r"at `\$\.?(.*)`", str(error))
        problem = f"取值不符合要求（{str(error).split(' - at')[0]}）。"
        place_in = path[1] if path else None
        raise FileMalformed(file, [SheetProblem(file, None, None, place_in, problem)]) from error


def _is_left_out(sheet: RawSheet) -> bool:
    """Hidden worksheets hold lists for others, and some only explain."""
    return sheet.hidden or sheet.name.strip() in EXPLAINING
