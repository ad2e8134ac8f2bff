"""Databases for the tests, of both engines: every test has one of its own, which is a copy."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from copy import deepcopy
from itertools import count
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import URL, make_url

from tests import postgres_server
from volunteer_core.database import Database
from volunteer_core.migrations import upgrade
from volunteer_core.opening import open_office

T = TypeVar("T")


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
            self.place(path)
        yield f"sqlite:///{path}"
        for file in self._folder.glob(f"{path.name}*"):
            file.unlink()

    def place(self, path: Path) -> None:
        """Makes a file of the office's tables, which are empty."""
        template = self._folder / "template.sqlite3"
        if not template.exists():
            prepare(f"sqlite:///{template}")
        shutil.copyfile(template, path)

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


class Beginnings:
    """What many tests begin with, built once for an engine: each of them gets a copy of it."""

    def __init__(self, databases: Databases) -> None:
        self._databases = databases
        self._built: dict[Callable[[Database], Any], tuple[str, Database, Any]] = {}
        self._kept = ExitStack()

    @contextmanager
    def copy(self, build: Callable[[Database], T]) -> Iterator[T]:
        """What ``build`` makes of an empty office, in an open office that holds what it wrote there and
        has the clock that it left."""
        if build not in self._built:
            url = self._kept.enter_context(self._databases.new(tables=True))
            first = open_office(url)
            self._built[build] = url, first, build(first)
            first.dispose()
        url, first, built = self._built[build]
        with self._databases.copy(url) as copied:
            office = open_office(copied, clock=first.clock)
            yield deepcopy(
                built, {id(first): office}
            )  # wherever it holds its office, the copy holds this one
            office.dispose()

    def close(self) -> None:
        self._kept.close()
