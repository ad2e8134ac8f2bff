"""Importing a sheet, or only looking it over first: all of its rows, or every problem and nothing.

Reading a workbook takes time, so :func:`import_file` and :func:`preview_file` do it between two works:
the first asks whether they may.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import msgspec
from sqlalchemy import event

from volunteer_core.commitments.busy.opens import Opens
from volunteer_core.database import Work
from volunteer_core.sheets.files import read_file
from volunteer_core.sheets.headings import Column
from volunteer_core.sheets.problems import MOST_PROBLEMS, FileMalformed, SheetProblem
from volunteer_core.sheets.reading import Row, Sheet


class Imported(msgspec.Struct, frozen=True):
    """What an import did: how many rows were new, corrected what was known, or changed nothing."""

    file: str
    added: int
    corrected: int
    unchanged: int


class Preview(msgspec.Struct, frozen=True):
    """What an import would do, and all that stands against it; nothing was changed.

    With problems nothing would be imported; the first hundred are listed. ``remarks`` are none, but
    worth knowing. ``left_out`` names worksheets that are not read: hidden ones, and explanations.
    """

    file: str
    added: int
    corrected: int
    unchanged: int
    left_out: list[str]
    problem_count: int
    problems: list[SheetProblem]
    remarks: list[SheetProblem]


class Count:
    """Counts what the rows of a sheet do, while they are loaded."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._writes = 0
        self.added: set[int] = set()
        self.changed: set[int] = set()

    @contextmanager
    def of(self, row: Row[Any], column: str | None = None) -> Iterator[None]:
        """What happens in it is this row's: whether it writes, and a refusal, noted as its problem."""
        before = self._writes
        with row.noting(column):
            yield
            self._work.flush()
        if self._writes > before:
            self.changed.add(id(row))

    def add(self, row: Row[Any]) -> None:
        """Says that this row's subject is new."""
        self.added.add(id(row))

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Looks at what the work writes meanwhile."""

        def note(session: Work, _: object) -> None:
            changed = any(session.is_modified(row) for row in session.dirty)
            self._writes += bool(session.new or session.deleted or changed)

        event.listen(self._work, "after_flush", note)
        try:
            yield
        finally:
            event.remove(self._work, "after_flush", note)


class Form(msgspec.Struct, frozen=True):
    """A kind of sheet: its columns, who may import it, and how its rows are loaded.

    ``once`` is a column whose cells stand in one row of the file only.
    """

    columns: Sequence[Column]
    ask: Callable[[Work], None]
    load: Callable[[Work, Sheet, Count], None]
    once: str | None = "code"

    def sheet(self, file: str, content: bytes) -> Sheet:
        """The sheet in a file. It takes seconds: hold no connection meanwhile."""
        return Sheet(file, read_file(file, content), self.columns, once=self.once)


def import_file(opens: Opens, form: Form, *, file: str, content: bytes) -> Imported:
    """Imports a CSV file or workbook. Refuses (``FileMalformed``) with every problem by sheet, line and
    column, and then loads nothing of it."""
    with opens.read() as work:
        form.ask(work)
    sheet = form.sheet(file, content)
    with opens.write() as work:
        form.ask(work)
        return load(work, form, sheet)


def preview_file(opens: Opens, form: Form, *, file: str, content: bytes) -> Preview:
    """Looks over a CSV file or workbook: what importing it would do, and every problem. Changes nothing."""
    with opens.read() as work:
        form.ask(work)
    try:
        sheet = form.sheet(file, content)
        with opens.write() as work:
            form.ask(work)
            return look_over(work, form, sheet)
    except FileMalformed as refusal:
        return Preview(file, 0, 0, 0, [], len(refusal.problems), refusal.problems[:MOST_PROBLEMS], [])


def load(work: Work, form: Form, sheet: Sheet) -> Imported:
    """Loads all rows, or refuses. Inner."""
    count = Count(work)
    with work.begin_nested():
        with count.watching():
            form.load(work, sheet, count)
        sheet.check()
    return Imported(sheet.file, *_numbers(sheet, count))


def look_over(work: Work, form: Form, sheet: Sheet) -> Preview:
    """Loads all rows and takes everything back. Inner."""
    count = Count(work)
    attempt = work.begin_nested()
    try:
        with count.watching():
            form.load(work, sheet, count)
    finally:
        attempt.rollback()
    problems = sheet.sorted_problems()
    return Preview(
        sheet.file,
        *_numbers(sheet, count),
        sheet.left_out,
        len(problems),
        problems[:MOST_PROBLEMS],
        sheet.remarks[:MOST_PROBLEMS],
    )


def _numbers(sheet: Sheet, count: Count) -> tuple[int, int, int]:
    """Rows added, corrected and unchanged; those with problems are none of these."""
    sound = {id(row) for row in sheet.rows if not row.faulty}
    added, corrected = sound & count.added, (sound & count.changed) - count.added
    return len(added), len(corrected), len(sound) - len(added) - len(corrected)
