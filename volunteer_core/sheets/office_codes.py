"""What ``office.toml`` names by code, and where in the file a refusal arose. Inner: asks no rights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select

from volunteer_core.database import Work
from volunteer_core.errors import Malformed, NotAllowed, Refused
from volunteer_core.sheets.problems import FileMalformed, SheetProblem


@contextmanager
def part_at(file: str, path: str) -> Iterator[None]:
    """Names the place in the file in which a refusal arose."""
    try:
        yield
    except (FileMalformed, NotAllowed):
        raise
    except Refused as refused:
        field = refused.facts.get("field")
        place = f"{path}.{field}" if field else path
        problem = str(refused.facts.get("problem", refused.message))
        raise FileMalformed(file, [SheetProblem(file, None, None, place, problem)]) from refused


def by_code(work: Work, table: Any, code: str, field: str = "") -> int:
    """The id of the row with a code, which stands in a field of the part that is being read."""
    found = work.scalar(select(table.id).where(table.code == code))
    if found is None:
        raise Malformed(field, f"没有编号为 {code[:32]} 的记录。")
    return int(found)


def if_given(work: Work, table: Any, code: str | None, field: str = "") -> int | None:
    return None if code is None else by_code(work, table, code, field)


def is_there(work: Work, table: Any, code: str) -> bool:
    return work.scalar(select(table.id).where(table.code == code)) is not None
