"""Short ways to write sheets, to import them, and to see what was refused and what is there."""

from __future__ import annotations

import csv
import io
from datetime import datetime
from typing import Any

import msgspec
import pytest
from sqlalchemy import select

from tests.world import NOW, SCRIPT, World
from volunteer_core.audit import AuditEntry
from volunteer_core.permissions import Actor
from volunteer_core.sheets.children import CHILDREN_COLUMNS, import_children
from volunteer_core.sheets.importing import Imported
from volunteer_core.sheets.people import PEOPLE_COLUMNS, import_people
from volunteer_core.sheets.problems import FileMalformed
from volunteer_core.tables import Table

PERSON = {"code": "V900", "name": "王小敏", "phone": "13812345678", "birth_date": "1988-05-04"}
CHILD = {
    "code": "C001",
    "name": "林小雨",
    "birth_date": "2018-05-02",
    "site": "SF-S",
    "programme": "SCHOOL",
    "weekdays": "12345",
    "first_day": "2026-09-01",
    "last_day": "2027-01-31",
    "guardian": "MUM",
    "relation": "母亲",
    "pickups": "MUM:母亲:2026-09-01:2027-01-31",
}


def people_sheet(*rows: dict[str, str], columns: tuple[str, ...] = PEOPLE_COLUMNS) -> bytes:
    """A sheet of people; a row says only what differs from :data:`PERSON`."""
    return _sheet([PERSON | row for row in rows], columns)


def children_sheet(*rows: dict[str, str]) -> bytes:
    """A sheet of children; a row says only what differs from :data:`CHILD`."""
    return _sheet([CHILD | row for row in rows], CHILDREN_COLUMNS)


def _sheet(rows: list[dict[str, str]], columns: tuple[str, ...]) -> bytes:
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def load_people(world: World, content: bytes, *, now: datetime = NOW, by: Actor = SCRIPT) -> Imported:
    found: Imported = world.do(import_people, file="people.csv", content=content, now=now, by=by)
    return found


def load_children(world: World, content: bytes, *, now: datetime = NOW, by: Actor = SCRIPT) -> Imported:
    found: Imported = world.do(import_children, file="children.csv", content=content, now=now, by=by)
    return found


def everything(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of all tables but the audit log."""
    with world.office.engine.connect() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in Table.metadata.sorted_tables
            if table.name != AuditEntry.__tablename__
        }


def problems(world: World, operation: Any, content: bytes, file: str = "people.csv") -> list[tuple[Any, ...]]:
    """The (line, column, problem) of each problem of a refused file.

    The caller goes on with the same work, and still nothing of the file has been loaded.
    """
    before = everything(world)
    with world.office.write(by=SCRIPT, now=NOW) as work, pytest.raises(FileMalformed) as refused:
        operation(work, file=file, content=content)  # refused inside the work, which then commits
    assert everything(world) == before
    facts = refused.value.facts
    found: Any = facts["problems"]
    assert {problem["file"] for problem in found} == {file}
    assert facts["count"] == len(found)
    assert msgspec.json.encode(facts)
    return [(problem["line"], problem["column"], problem["problem"]) for problem in found]


def of_people(world: World, *rows: dict[str, str]) -> list[tuple[Any, ...]]:
    """The (line, column) of each problem of people that follow one without any."""
    found = problems(world, import_people, people_sheet({"code": "FINE"}, *rows))
    return [(line, column) for line, column, _ in found]


def of_children(world: World, *rows: dict[str, str]) -> list[tuple[Any, ...]]:
    """The (line, column) of each problem of children that follow one without any."""
    found = problems(world, import_children, children_sheet({"code": "FINE"}, *rows), "children.csv")
    return [(line, column) for line, column, _ in found]
