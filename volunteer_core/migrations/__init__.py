"""Bringing a database to the present: Alembic, from the first table on."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from volunteer_core.database import Database
from volunteer_core.errors import Refused


class NotUpgraded(
    Refused,
    code="database_not_upgraded",
    sentence="数据库还没有建立或不是最新版本，请先运行 volunteer database upgrade。",
):
    """The database has no tables yet, or those of another version."""


class TooNew(
    Refused,
    code="database_too_new",
    sentence="数据库的版本（{revision}）比程序新，请更新程序。",
):
    """The database was upgraded by a newer program."""


def upgrade(database: Database, revision: str = "head") -> None:
    """Brings an empty or older database to a revision, by default to the newest.

    Refuses (:class:`TooNew`) one that a newer program has upgraded.
    """
    _refuse_newer(current(database))
    with database.engine.connect() as connection:
        configuration = _configuration()
        configuration.attributes["connection"] = connection
        command.upgrade(configuration, revision)
        connection.commit()


def revise(database: Database, message: str, *, number: str) -> None:
    """Writes a new revision: what the tables lack in a database that is at the newest one.

    For developers; triggers and PostgreSQL's exclusion constraints have to be added by hand.
    """
    with database.engine.connect() as connection:
        configuration = _configuration()
        configuration.attributes["connection"] = connection
        command.revision(configuration, message, autogenerate=True, rev_id=number)


def current(database: Database) -> str | None:
    """The revision a database is at; None if it has never been upgraded.

    Refuses (``Unreachable``) a database that does not answer.
    """
    database.demand_ready()
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def newest() -> str | None:
    """The revision that :func:`upgrade` leads to."""
    return ScriptDirectory.from_config(_configuration()).get_current_head()


def demand_newest(database: Database) -> None:
    """Refuses (:class:`NotUpgraded`, :class:`TooNew`) unless the database is at the newest revision."""
    found = current(database)
    _refuse_newer(found)
    if found != newest():
        raise NotUpgraded


def _refuse_newer(revision: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_configuration()).walk_revisions()}
    if revision is not None and revision not in known:
        raise TooNew(revision=revision)


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(Path(__file__).parent))
    return configuration
