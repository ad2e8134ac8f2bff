"""Alembic's environment: it migrates the connection it is handed by ``migrations.upgrade``."""

from __future__ import annotations

from typing import Literal

from alembic import context
from sqlalchemy import Connection

from volunteer_core.tables import Instant, Table


def _render(kind: str, item: object, _context: object) -> str | Literal[False]:
    """Migrations are history: they spell column types out instead of importing today's."""
    if kind == "type" and isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    return False


def _migrate(connection: Connection) -> None:
    sqlite = connection.dialect.name == "sqlite"
    context.configure(
        connection=connection,
        target_metadata=Table.metadata,
        render_as_batch=sqlite,
        render_item=_render,
        transaction_per_migration=True,
    )
    if sqlite:  # copying a table drops the old one: with foreign keys on, that deletes what refers to it
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    with context.begin_transaction():
        context.run_migrations()
    if sqlite:
        connection.exec_driver_sql("COMMIT")
        broken = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
        connection.exec_driver_sql("PRAGMA foreign_keys=ON")
        connection.exec_driver_sql("BEGIN")
        if broken:
            raise RuntimeError(f"the migration left rows that refer to nothing: {broken[:5]}")


_migrate(context.config.attributes["connection"])
