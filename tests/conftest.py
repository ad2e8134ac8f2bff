"""The engines the suite runs on: a test that asks for ``office`` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Protocol

import pytest
from hypothesis import settings
from sqlalchemy import URL, make_url

from tests import postgres_server
from tests.compiled_once import share_what_is_compiled
from tests.web import Web, serving
from volunteer_core.database import Database
from volunteer_core.migrations import upgrade
from volunteer_core.opening import open_office

settings.register_profile("shared-cores", deadline=None)
settings.load_profile("shared-cores")
share_what_is_compiled()

server_key = pytest.StashKey[postgres_server.Server]()


class Databases(Protocol):
    """Makes databases of one engine."""

    def new(self, *, tables: bool) -> AbstractContextManager[str]:
        """The URL of a database of one's own, without tables or with the office's, which are empty."""

    def copy(self, url: str) -> AbstractContextManager[str]:
        """The URL of a copy of such a database, which nobody has open now."""


class SqliteDatabases:
    """Files in a folder; those with tables are copies of a template."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._numbers = count()

    @contextmanager
    def new(self, *, tables: bool) -> Iterator[str]:
        path = self._folder / f"{next(self._numbers)}.sqlite3"
        if tables:
            template = self._folder / "template.sqlite3"
            if not template.exists():
                prepare(f"sqlite:///{template}")
            shutil.copyfile(template, path)
        yield f"sqlite:///{path}"
        for file in self._folder.glob(f"{path.name}*"):
            file.unlink()

    @contextmanager
    def copy(self, url: str) -> Iterator[str]:
        with self.new(tables=False) as copied:
            shutil.copyfile(make_url(url).database or "", make_url(copied).database or "")
            yield copied


class PostgresDatabases:
    """Databases of a server, copies of two templates: with btree_gist only, and with the tables too."""

    def __init__(self, url: URL) -> None:
        self._url = url
        self._admin = postgres_server.connect(url)
        self._prefix = f"volunteer_{uuid.uuid4().hex[:8]}"
        self._numbers = count()
        self._templates: dict[bool, str] = {}

    @contextmanager
    def new(self, *, tables: bool) -> Iterator[str]:
        name = self._copy(self._template(tables=tables), str(next(self._numbers)))
        yield self._url_of(name).render_as_string(hide_password=False)
        self._drop(name)

    @contextmanager
    def copy(self, url: str) -> Iterator[str]:
        name = self._copy(make_url(url).database or "", str(next(self._numbers)))
        yield self._url_of(name).render_as_string(hide_password=False)
        self._drop(name)

    def close(self) -> None:
        for name in self._templates.values():
            self._drop(name)
        self._admin.close()

    def _template(self, *, tables: bool) -> str:
        if tables not in self._templates:
            if tables:
                name = self._copy(self._template(tables=False), "tables")
                prepare(self._url_of(name).render_as_string(hide_password=False))
            else:
                name = self._copy("template0", "empty")
                with postgres_server.connect(self._url_of(name)) as connection:
                    connection.execute("CREATE EXTENSION btree_gist")
            self._templates[tables] = name
        return self._templates[tables]

    def _copy(self, template: str, ending: str) -> str:
        name = f"{self._prefix}_{ending}"
        self._admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        return name

    def _drop(self, name: str) -> None:
        self._admin.execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _url_of(self, name: str) -> URL:
        return self._url.set(database=name)


def prepare(url: str) -> None:
    """Makes the tables as every office gets them: by the migrations."""
    office = open_office(url)
    try:
        upgrade(office)
    finally:
        office.dispose()


def pytest_collection_finish() -> None:
    """What is loaded by now stays to the end: looking through it for garbage again and again takes long."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """With xdist: one server for the whole run, started by the process that hands out the tests."""
    try:
        url = own_server(node.config).url
        node.workerinput["postgres_url"] = url.render_as_string(hide_password=False)
    except postgres_server.NoServer as refusal:
        node.workerinput["no_postgres"] = str(refusal)


def pytest_unconfigure(config: pytest.Config) -> None:
    if server_key in config.stash:
        config.stash[server_key].stop()


def own_server(config: pytest.Config) -> postgres_server.Server:
    if server_key not in config.stash:
        config.stash[server_key] = postgres_server.Server()
    return config.stash[server_key]


@pytest.fixture(scope="session")
def postgres_url(request: pytest.FixtureRequest) -> URL:
    """The administrator's database of the run's PostgreSQL. Without one: skipped, in CI failed."""
    from_xdist: dict[str, str] | None = getattr(request.config, "workerinput", None)
    try:
        if from_xdist is None:
            return own_server(request.config).url
        if "no_postgres" in from_xdist:
            raise postgres_server.NoServer(from_xdist["no_postgres"])
        return make_url(from_xdist["postgres_url"])
    except postgres_server.NoServer as refusal:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI needs a PostgreSQL: {refusal}", pytrace=False)
        pytest.skip(f"no PostgreSQL: {refusal}")


@pytest.fixture(scope="session")
def sqlite_databases() -> Iterator[SqliteDatabases]:
    with tempfile.TemporaryDirectory(
        prefix="volunteer-sqlite-", dir=postgres_server.roomy_folder()
    ) as folder:
        yield SqliteDatabases(Path(folder))


@pytest.fixture(scope="session")
def postgres_databases(postgres_url: URL) -> Iterator[PostgresDatabases]:
    databases = PostgresDatabases(postgres_url)
    yield databases
    databases.close()


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest) -> Databases:
    """Makes databases, for a fixture or test that needs several, or one for longer than a test."""
    name = {"sqlite": "sqlite_databases", "postgresql": "postgres_databases"}[request.param]
    found: Databases = request.getfixturevalue(name)
    return found


@pytest.fixture
def engine_url(databases: Databases) -> Iterator[str]:
    """The URL of an empty database, without tables."""
    with databases.new(tables=False) as url:
        yield url


@pytest.fixture
def office_url(databases: Databases) -> Iterator[str]:
    """The URL of a database with the office's tables, which are empty."""
    with databases.new(tables=True) as url:
        yield url


@pytest.fixture
def office(office_url: str) -> Iterator[Database]:
    """An open office with its tables, which are empty."""
    opened = open_office(office_url)
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def web() -> Iterator[Web]:
    """A web server on this machine, for what is fetched."""
    with serving() as found:
        yield found
