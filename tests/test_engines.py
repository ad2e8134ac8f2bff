"""Both engines are there, PostgreSQL is a real one, and every test has a database of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import URL, create_engine, inspect, text

from tests import postgres_server
from tests.databases import Databases


def test_an_empty_database_answers_and_has_no_tables(engine_url: str) -> None:
    engine = create_engine(engine_url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1
        assert inspect(connection).get_table_names() == []
    engine.dispose()


def test_what_one_database_keeps_another_does_not_see(databases: Databases) -> None:
    with databases.new(tables=True) as one, databases.new(tables=True) as other:
        engines = [create_engine(one), create_engine(other)]
        tables = [set(inspect(engine).get_table_names()) for engine in engines]
        assert tables[0] == tables[1] != set()
        with engines[0].begin() as connection:
            connection.execute(text("CREATE TABLE mine (id INTEGER)"))
        assert "mine" in inspect(engines[0]).get_table_names()
        assert "mine" not in inspect(engines[1]).get_table_names()
        for engine in engines:
            engine.dispose()


def test_postgresql_is_a_real_one(postgres_url: URL) -> None:
    with postgres_server.connect(postgres_url) as connection:
        assert connection.info.server_version >= 150000
        [(version,)] = connection.execute("SELECT version()").fetchall()
        assert version.startswith("PostgreSQL ")


def test_postgresql_refuses_overlapping_spans_of_one_person(postgres_databases: Databases) -> None:
    with postgres_databases.new(tables=False) as url:
        engine = create_engine(url)
        with engine.connect() as connection:
            connection.execute(
                text(
                    "CREATE TABLE promised (person INTEGER, span TSTZRANGE,"
                    " EXCLUDE USING gist (person WITH =, span WITH &&))"
                )
            )
            promise = text("INSERT INTO promised VALUES (1, tstzrange(:start, :end))")
            connection.execute(promise, {"start": "2026-12-03 17:00Z", "end": "2026-12-03 18:00Z"})
            connection.execute(promise, {"start": "2026-12-03 18:00Z", "end": "2026-12-03 19:00Z"})
            with pytest.raises(Exception, match="exclusion constraint") as refused:
                connection.execute(promise, {"start": "2026-12-03 17:30Z", "end": "2026-12-03 18:30Z"})
            assert isinstance(refused.value.__cause__, psycopg.errors.ExclusionViolation)
        engine.dispose()


@pytest.mark.skipif("TEST_PG_URL" in os.environ, reason="that server is not ours to stop")
def test_the_server_ends_when_its_owner_is_killed(postgres_url: URL) -> None:
    script = (
        "import time; from tests.postgres_server import Server\n"
        "print(Server().url.query['host'], flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout
        folder = Path(owner.stdout.readline().strip())
        assert (folder / ".s.PGSQL.5432").exists()
        owner.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 20
    while folder.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not folder.exists()
