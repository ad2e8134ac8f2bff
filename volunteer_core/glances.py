"""Looking at single rows outside of any work, for what must be quicker than a transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Select, event

from volunteer_core.database import Database, Work
from volunteer_core.permissions import Actor


class Glances:
    """The same database opened once more, for glances.

    On SQLite a glance takes about ten microseconds and waits for nobody (it fails instead), so an event
    loop may take it itself, one at a time; on PostgreSQL it waits for an answer, which is a thread's work.
    """

    def __init__(self, database: Database) -> None:
        self.at_once = database.is_sqlite
        self._database = database
        self._raw: Any = None
        self._texts: dict[Any, tuple[str, list[str]]] = {}
        if self.at_once:
            self._database = Database(database.url, clock=database.clock, pool_size=2)
            event.listen(self._database.engine, "connect", _wait_for_nobody)
        self._autocommit = self._database.engine.execution_options(isolation_level="AUTOCOMMIT")

    def row(self, statement: Select[*tuple[Any, ...]], facts: Mapping[str, Any]) -> Any:
        """The first row of a statement as the driver gives it, or nothing. The statement is a constant
        whose columns and parameters are numbers, texts and bytes."""
        if not self.at_once:
            with self._autocommit.connect() as connection:
                return connection.execute(statement, facts).first()
        if self._raw is None:
            opened = self._database.engine.raw_connection()
            self._raw = opened.driver_connection
            opened.detach()
        if (known := self._texts.get(statement)) is None:
            compiled = statement.compile(self._database.engine)
            known = self._texts[statement] = str(compiled), list(compiled.positiontup or ())
        sql, names = known
        return self._raw.execute(sql, [facts[name] for name in names]).fetchone()

    @contextmanager
    def read(self, *, by: Actor) -> Iterator[Work]:
        """Work that looks further, as :meth:`Database.read`."""
        with self._database.read(by=by) as work:
            yield work

    def close(self) -> None:
        """Closes what was opened for glances, not the database itself."""
        if self._raw is not None:
            self._raw.close()
            self._raw = None
        if self.at_once:
            self._database.dispose()


def _wait_for_nobody(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA busy_timeout=0")
