"""The same application without its locks: every work looks in one transaction and writes in the next.

What an operation does is carried out with all its locks, noted and taken back. All who race wait here for
each other, and then each writes what it had in mind: rows that were changed get the values that it gave them,
new ones are added. Places in a line are handed out as they are written. So nobody sees what the others do,
which is what the locks prevent.

``python -m tests.events.looking_first --port … --workers …`` serves it as ``volunteer serve`` would.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from threading import Thread
from typing import Any, NamedTuple

from litestar import Litestar
from sqlalchemy import inspect

from api.app import create_app
from api.settings import read_settings
from tests.running import serve_app
from volunteer_core.database import Database, Work
from volunteer_core.events.models import Position, Signup
from volunteer_core.opening import open_office
from volunteer_core.permissions import Actor
from volunteer_core.tables import Table

GATE = "LOOKING_FIRST_GATE"
PATIENCE_SECONDS = 15


class Gate:
    """Where works of all processes that have looked wait for each other: a port of the tests."""

    def __init__(self) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.settimeout(PATIENCE_SECONDS)
        self.port = int(self._listening.getsockname()[1])

    @contextmanager
    def of(self, number: int) -> Iterator[None]:
        """Opens once so many have come."""
        opening = Thread(target=self._let_in, args=(number,))
        opening.start()
        yield
        opening.join()

    def _let_in(self, number: int) -> None:
        waiting: list[socket.socket] = []
        try:
            while len(waiting) < number:
                waiting.append(self._listening.accept()[0])
        finally:
            for one in waiting:
                one.close()

    def close(self) -> None:
        self._listening.close()


class Change(NamedTuple):
    """A row that is new or changed, by the id that it had for who looked, and its columns."""

    table: type[Table]
    row_id: int
    values: dict[str, Any]


class Changes(NamedTuple):
    """What a work had in mind."""

    added: list[Change]
    changed: list[Change]
    handed_out: dict[int, int]
    """By position the last number of its line that was handed out when it looked."""


class Notes:
    """Notes what the flushes of a work write."""

    def __init__(self) -> None:
        self._added: dict[Table, None] = {}
        self._changed: dict[Table, set[str]] = {}
        self._handed_out: dict[int, int] = {}

    def note(self, work: Work) -> None:
        self._added |= dict.fromkeys(sorted(work.new, key=lambda row: (_ORDER.index(row.__table__), row.id)))
        for row in work.dirty:
            for name in _names(row):
                history = inspect(row).attrs[name].history
                if history.has_changes():
                    self._changed.setdefault(row, set()).add(name)
                    if isinstance(row, Position) and name == "arrivals":
                        self._handed_out.setdefault(row.id, history.deleted[0])

    def changes(self) -> Changes:
        added = [_change(row, _names(row)) for row in self._added]
        changed = [_change(row, names) for row, names in self._changed.items() if row not in self._added]
        return Changes(added, changed, self._handed_out)


_ORDER = Table.metadata.sorted_tables


def _names(row: Table) -> list[str]:
    return list(inspect(row).mapper.column_attrs.keys())


def _change(row: Table, names: Iterable[str]) -> Change:
    return Change(type(row), row.id, {name: getattr(row, name) for name in names if name != "id"})


def look_first(office: Database, gate: int) -> Database:
    """Takes the locks out of an opened database: from now on works that write to a line wait at the gate."""
    write = office.write
    office.watch("after_flush", lambda work, _: work.notes.note(work) if hasattr(work, "notes") else None)

    @contextmanager
    def look_and_write(*, by: Actor, now: datetime | None = None) -> Iterator[Work]:
        with write(by=by, now=now) as work:
            work.notes = notes = Notes()  # type: ignore[attr-defined]
            yield work
            work.flush()
            changes = notes.changes()
            work.rollback()
        if any(change.table in (Position, Signup) for change in (*changes.added, *changes.changed)):
            _wait_at(gate)
        with write(by=by, now=now) as work:
            _carry_out(work, changes)

    opening: Callable[..., AbstractContextManager[Work]] = look_and_write
    office.write = opening  # type: ignore[method-assign]
    return office


def app() -> Litestar:
    """What a worker serves."""
    settings = read_settings()
    office = open_office(settings.database_url, clock=settings.clock, pool_size=settings.threads)
    return create_app(look_first(office, int(os.environ[GATE])), settings)


def _wait_at(gate: int) -> None:
    with socket.create_connection(("127.0.0.1", gate), timeout=PATIENCE_SECONDS) as waiting:
        waiting.recv(1)


Made = dict[tuple[str, int], int]
"""The ids of new rows, by their table and the id that was taken back."""


def _carry_out(work: Work, changes: Changes) -> None:
    """Writes what was in mind. A new row gets another id than the one that was taken back, and a new place
    in a line is the next one."""
    since = {
        row.id: row.arrivals - changes.handed_out[row.id]
        for row in work.lock_all(Position, changes.handed_out)
    }
    made: Made = {}
    for table, row_id, values in changes.added:
        row = table(**_as_of_now(table, values, made))
        if isinstance(row, Signup):
            row.number += since[row.position_id]
        work.add(row)
        work.flush()
        made[table.__tablename__, row_id] = row.id
    for table, row_id, values in changes.changed:
        row = work.find(table, row_id)
        for name, value in _as_of_now(table, values, made).items():
            setattr(row, name, value)
        if isinstance(row, Position) and "arrivals" in values:
            row.arrivals += since[row.id]
        if isinstance(row, Signup) and "number" in values:
            row.number += since[row.position_id]


def _as_of_now(table: type[Table], values: dict[str, Any], made: Made) -> dict[str, Any]:
    """The values, with the ids of new rows where they refer to them."""
    found = dict(values)
    for name in values:
        for key in inspect(table).columns[name].foreign_keys:
            found[name] = made.get((key.column.table.name, found[name]), found[name])
    return found


if __name__ == "__main__":
    serve_app("tests.events.looking_first:app")
