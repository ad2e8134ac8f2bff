"""Looking at single rows outside of any work, for what must be quicker than a transaction."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Engine, Select, event

from volunteer_core.database import Database, V


class Glances:
    """The same database opened once more. Each statement sees what is committed when it runs.

    On SQLite a glance takes some ten microseconds and waits for nobody (it fails instead), so an event
    loop may take it itself, one at a time; on PostgreSQL it waits for an answer, which is a thread's work.
    """

    def __init__(self, database: Database) -> None:
        self.at_once = database.is_sqlite
        self._database = database
        if self.at_once:
            self._database = Database(database.url, clock=database.clock, pool_size=1)
            event.listen(self._database.engine, "connect", _wait_for_nobody)
        self._autocommit = self._database.engine.execution_options(isolation_level="AUTOCOMMIT")
        self._raw: Any = None
        self._plain: dict[Select[*tuple[Any, ...]], Plain] = {}

    @property
    def now(self) -> datetime:
        """The present, by the database's clock."""
        return self._database.clock()

    def row(self, statement: Select[*tuple[Any, ...]], facts: Mapping[str, Any]) -> Any:
        """The first row of a constant statement, or nothing."""
        if self.at_once:
            return next(iter(self._rows(statement, facts)[1]), None)
        with self._autocommit.connect() as connection:
            return connection.execute(statement, facts).first()

    def views(self, view: type[V], statement: Select[*tuple[Any, ...]], facts: Mapping[str, Any]) -> list[V]:
        """The rows of a constant statement as Structs, as :meth:`Work.views` gives them."""
        if self.at_once:
            names, rows = self._rows(statement, facts)
            return [view(**dict(zip(names, row, strict=True))) for row in rows]
        with self._autocommit.connect() as connection:
            return [view(**row) for row in connection.execute(statement, facts).mappings()]

    def close(self) -> None:
        """Closes what was opened for glances, not the database itself."""
        if self._raw is not None:
            self._raw.close()
            self._raw = None
        if self.at_once:
            self._database.dispose()

    def _rows(
        self, statement: Select[*tuple[Any, ...]], facts: Mapping[str, Any]
    ) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
        """Names of columns and rows, by the driver itself: SQLAlchemy takes ten times as long."""
        if self._raw is None:
            opened = self._database.engine.raw_connection()
            self._raw = opened.driver_connection
            opened.detach()
        if (plain := self._plain.get(statement)) is None:
            plain = self._plain[statement] = _plain(statement, self._database.engine)
        given = [
            value if (bind := plain.binds.get(name)) is None else bind(value)
            for name, value in ((name, facts.get(name, plain.constants[name])) for name in plain.parameters)
        ]
        rows = self._raw.execute(plain.sql, given).fetchall()
        if not plain.reads:
            return plain.columns, rows
        return plain.columns, [
            tuple(
                value if (read := plain.reads.get(at)) is None else read(value)
                for at, value in enumerate(row)
            )
            for row in rows
        ]


class Plain(msgspec.Struct, frozen=True):
    """A statement as the driver takes it, and how values go in and come out."""

    sql: str
    parameters: tuple[str, ...]
    constants: dict[str, Any]
    binds: dict[str, Callable[[Any], Any]]
    columns: tuple[str, ...]
    reads: dict[int, Callable[[Any], Any]]


def _plain(statement: Select[*tuple[Any, ...]], engine: Engine) -> Plain:
    dialect = engine.dialect
    compiled: Any = statement.compile(engine)
    binds: dict[str, Callable[[Any], Any]] = {}
    reads: dict[int, Callable[[Any], Any]] = {}
    for name in compiled.positiontup:
        bind = compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
        if bind is not None:
            binds[name] = bind
    for at, column in enumerate(statement.selected_columns):
        read = column.type.dialect_impl(dialect).result_processor(dialect, None)
        if read is not None:
            reads[at] = read
    columns = tuple(statement.selected_columns.keys())
    return Plain(str(compiled), tuple(compiled.positiontup), dict(compiled.params), binds, columns, reads)


def _wait_for_nobody(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA busy_timeout=0")
