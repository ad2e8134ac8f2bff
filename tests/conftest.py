"""The engines the suite runs on: a test that asks for ``office`` runs on SQLite and on PostgreSQL."""

from __future__ import annotations

import gc
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from sqlalchemy import URL, make_url

from tests import postgres_server
from tests.compiled_once import share_what_is_compiled
from tests.databases import Beginnings, Databases, PostgresDatabases, SqliteDatabases
from tests.web import Web, serving
from tests.world import World
from volunteer_core.database import Database
from volunteer_core.opening import open_office

settings.register_profile("shared-cores", deadline=None)
settings.load_profile("shared-cores")
share_what_is_compiled()

server_key = pytest.StashKey[postgres_server.Server]()


ENGINES = ("sqlite", "postgresql")
FEW_VARIANTS = 2
THIN = Path(__file__).parent / "api"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--every-variant",
        action="store_true",
        help="run every variant of a test on both engines, not by turns on one of them",
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Every test runs on both engines. Of its variants, if there are many, the first does; the others
    by turns on one: it is the engine, not the engine times the variant, that a rule may differ by. So do
    the tests of a file of the API, which hands over to rules that are tested on both."""
    if config.getoption("--every-variant"):
        return
    variants: dict[tuple[str, str], list[str]] = {}
    for item in items:
        if (found := _variant(item)) is not None:
            names = variants.setdefault(found[:2], [])
            if found[2] not in names:
                names.append(found[2])
    left_out = []
    for item in items:
        if (found := _variant(item)) is None or len(names := variants[found[:2]]) <= FEW_VARIANTS:
            continue
        number = names.index(found[2])
        if number and ENGINES[number % 2] != found[3]:
            left_out.append(item)
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        gone = set(map(id, left_out))
        items[:] = [item for item in items if id(item) not in gone]


def _variant(item: pytest.Item) -> tuple[str, str, str, str] | None:
    """The file and function of a test, its variant beside the engine, and the engine; None without one."""
    engine = item.callspec.params.get("databases") if hasattr(item, "callspec") else None
    if engine is None:
        return None
    if item.path.parent == THIN:
        return str(item.path), "", item.name.replace(engine, "", 1), engine
    name = item.name.partition("[")
    return str(item.path), name[0], name[2].replace(engine, "", 1), engine


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


@pytest.fixture(scope="session", params=ENGINES)
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
def office_folder(tmp_path: Path, sqlite_databases: SqliteDatabases) -> Path:
    """A folder with ``office.db``, an office's empty tables: for tests about processes of their own."""
    sqlite_databases.place(tmp_path / "office.db")
    return tmp_path


@pytest.fixture
def office(office_url: str) -> Iterator[Database]:
    """An open office with its tables, which are empty."""
    opened = open_office(office_url)
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def beginnings(databases: Databases) -> Iterator[Beginnings]:
    """Copies of what tests begin with, for their fixtures."""
    found = Beginnings(databases)
    yield found
    found.close()


@pytest.fixture
def world(beginnings: Beginnings) -> Iterator[World]:
    """A small office, which most tests begin with."""
    with beginnings.copy(World) as found:
        yield found


@pytest.fixture(scope="session")
def web() -> Iterator[Web]:
    """A web server on this machine, for what is fetched."""
    with serving() as found:
        yield found
