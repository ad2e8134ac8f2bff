"""Migrations lead to exactly the tables that the models describe, guards and all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import text

from volunteer_core import migrations
from volunteer_core.care.models import Enrolment
from volunteer_core.database import Database
from volunteer_core.hours.recognitions.listing import list_recognitions_of
from volunteer_core.opening import open_office
from volunteer_core.permissions import Actor
from volunteer_core.tables import Table

POSTGRES_SCHEMA = (
    (
        "SELECT table_name, column_name, data_type, is_nullable, character_maximum_length "
        "FROM information_schema.columns WHERE table_schema = 'public'"
    ),
    (
        "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint "
        "WHERE connamespace = 'public'::regnamespace"
    ),
    "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "SELECT tgrelid::regclass::text, tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    (
        "SELECT proname, prosrc FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace "
        "WHERE nspname = 'public' AND probin IS NULL"
    ),
)


def schema(office: Database) -> list[list[str]]:
    """Everything the database itself says of its tables, in a form that can be compared."""
    with office.engine.connect() as connection:
        if office.is_sqlite:
            rows = connection.execute(text("SELECT type, name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
            found = [[kind, name, *_parts(sql)] for kind, name, sql in rows if name != "alembic_version"]
        else:
            found = [
                [str(cell) for cell in row]
                for query in POSTGRES_SCHEMA
                for row in connection.execute(text(query))
                if "alembic_version" not in str(row[0])
            ]
    return sorted(found)


def _parts(sql: str) -> list[str]:
    """The parts of a CREATE statement, in any order: columns may be added behind the constraints."""
    head, _, rest = sql.replace('"', "").partition("(")
    return sorted(" ".join(part.split()) for part in [head, *re.split(r",(?![^(]*\))", rest.rstrip()[:-1])])


@pytest.fixture
def created(engine_url: str) -> Iterator[Database]:
    """A database whose tables are made as the models say, without the migrations."""
    office = open_office(engine_url)
    Table.metadata.create_all(office.engine)
    yield office
    office.dispose()


def test_migrated_and_created_databases_have_the_same_schema(office: Database, created: Database) -> None:
    assert schema(office) == schema(created)


def test_alembic_finds_no_difference_to_the_models(office: Database) -> None:
    with office.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Table.metadata) == []


def test_upgrading_twice_changes_nothing(office: Database) -> None:
    before = schema(office)
    migrations.upgrade(office)
    assert schema(office) == before
    assert migrations.current(office) == migrations.newest()


def test_an_empty_database_has_no_revision(engine_url: str) -> None:
    office = open_office(engine_url)
    assert migrations.current(office) is None
    office.dispose()


def test_children_enrolled_before_families_had_calendars_are_still_so(engine_url: str) -> None:
    office = open_office(engine_url)
    migrations.upgrade(office, "0003")
    with office.engine.begin() as connection:
        for table, row in (
            ("communities (id, code, name)", "1, 'C', '社区'"),
            ("sites (id, code, name, address, community_id)", "1, 'S', '学堂', '', 1"),
            (
                "programmes (id, code, name, day_rule, duty, minds_children, emergency)",
                "1, 'P', '五点学堂', 'workdays', false, true, false",
            ),
            ("children (id, code, name, birth_date, community_id)", "1, 'C1', '符', '2018-03-04', 1"),
            (
                "enrolments (id, child_id, programme_id, site_id, weekdays, first_day, last_day)",
                "1, 1, 1, 1, '12345', '2026-09-01', '2027-01-22'",
            ),
        ):
            connection.execute(text(f"INSERT INTO {table} VALUES ({row})"))
    migrations.upgrade(office)
    with office.read(by=Actor.system("test")) as work:
        row = work.find(Enrolment, 1)
        assert (row.last_day, row.ended_at, row.planned_to) == (date(2027, 1, 22), None, None)
        assert row.enrolled_at <= work.now
    office.dispose()


def test_star_levels_that_were_reached_before_they_were_kept_are_kept_now(engine_url: str) -> None:
    office = open_office(engine_url)
    migrations.upgrade(office, "0007")
    of_day = "{}, 1, 'service', {}, '{}', 2026, 45, 1, 'attendance', '学堂', '', '', '街道', '2026-11-02', {}"
    with office.engine.begin() as connection:
        for table, row in (
            ("communities (id, code, name)", "1, 'C', '社区'"),
            ("people (id, code, name, phone, registered_at)", "1, 'V1', '张三', '', '2026-09-01'"),
            (
                "setting_changes (name, valid_from, value, changed_at)",
                "'star_level_hours', '2026-01-01', '[1, 2]', '2026-01-01'",
            ),
        ):
            connection.execute(text(f"INSERT INTO {table} VALUES ({row})"))
        for entry in (
            of_day.format(1, 60, "2026-11-02", "NULL"),
            of_day.format(2, -60, "2026-11-03", "1"),
            of_day.format(3, 119, "2026-11-04", "NULL"),
        ):
            columns = (
                "id, person_id, kind, minutes, civil_date, iso_year, iso_week, community_id, source, what, "
                "place, reason, recording_body, recorded_at, reverses_id"
            )
            connection.execute(text(f"INSERT INTO ledger_entries ({columns}) VALUES ({entry})"))
    migrations.upgrade(office)
    with office.read(by=Actor.system("test")) as work:
        [level] = list_recognitions_of(work, person_id=1)
        assert (level.level, level.hours, level.reached_on) == (1, 1, date(2026, 11, 2))
        assert level.recorded_at <= work.now
    office.dispose()


def test_every_revision_is_numbered() -> None:
    files = sorted(path.name for path in Path(migrations.__file__).parent.glob("versions/*.py"))
    assert [name[:4] for name in files] == [f"{number:04d}" for number in range(1, len(files) + 1)]
