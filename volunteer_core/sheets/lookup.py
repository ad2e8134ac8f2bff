"""Finding the rows that the cells of a sheet name by their codes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import select

from volunteer_core.database import Work
from volunteer_core.errors import Malformed
from volunteer_core.sheets.cells import plain

UNKNOWN_CODE = "没有这个编号的记录。"
"""Cells are not repeated in problems: what stands in a wrong column may be a name or a phone."""


class Lookup:
    """Ids by code, one statement a table. It holds the rows, so that operations find them loaded."""

    def __init__(self, work: Work) -> None:
        self._work = work
        self._rows: dict[Any, dict[str, Any]] = {}

    def ids(self, table: Any) -> dict[str, int]:
        return {code: row.id for code, row in self._of(table).items()}

    def finder(self, table: Any) -> Callable[[str], int]:
        """A parser of a cell that holds a code."""

        def find(code: str) -> int:
            row = self._of(table).get(plain(code))
            if row is None:
                raise Malformed("code", UNKNOWN_CODE)
            return int(row.id)

        return find

    def named_finder(self, table: Any) -> Callable[[str], int]:
        """A parser of a cell that holds a code, or a name that only one row has."""
        by_name: dict[str, list[Any]] = {}
        for row in self._of(table).values():
            by_name.setdefault(plain(row.name), []).append(row)

        def find(text: str) -> int:
            row = self._of(table).get(plain(text))
            rows = [row] if row is not None else by_name.get(plain(text), [])
            if len(rows) != 1:
                raise Malformed("name", "不止一个这个名称，请填写编号。" if rows else "没有这个编号或名称。")
            return int(rows[0].id)

        return find

    def _of(self, table: Any) -> dict[str, Any]:
        if table not in self._rows:
            self._rows[table] = {row.code: row for row in self._work.scalars(select(table))}
        return self._rows[table]
