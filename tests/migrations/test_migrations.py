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
from sqlalchemy.exc import DBAPIError

from volunteer_core import migrations
from volunteer_core.care.models import Enrolment
from volunteer_core.database import Database
from volunteer_core.hours.dimensions import Dimension
from volunteer_core.hours.ledger import balance, list_entries
from volunteer_core.hours.recognitions.listing import list_recognitions_of
from volunteer_core.hours.tallies import tally
from volunteer_core.hours.verifying import verify
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


def test_entries_from_before_say_what_they_are_for_and_are_summed_up(engine_url: str) -> None:
    """One of a shift, to which somebody came late; its correction by hand; one of an event, marked anew."""
    office = open_office(engine_url)
    migrations.upgrade(office, "0006")
    utc = "" if office.is_sqlite else "+00"
    clocks = ("08:00", "09:00", "09:15", "10:00")
    eight, nine, quarter, ten = (f"'2026-11-02 {clock}:00.000000{utc}'" for clock in clocks)
    with office.engine.begin() as connection:
        for table, row in (
            ("communities (id, code, name)", "1, 'C', '社区'"),
            ("sites (id, code, name, address, community_id)", "1, 'S', '学堂', '', 1"),
            ("people (id, code, name, phone, registered_at)", f"1, 'V1', '张三', '', {nine}"),
            (
                "programmes (id, code, name, day_rule, duty, minds_children, emergency)",
                "1, 'P', '五点学堂', 'workdays', false, true, false",
            ),
            (
                (
                    "shifts (id, programme_id, site_id, civil_date, starts_at, ends_at, minimum, maximum,"
                    " leads, status, tentative, note, uid, sequence, revised_at)"
                ),
                f"1, 1, 1, '2026-11-02', {nine}, {ten}, 1, 1, 0, 'published', false, '', 'a', 0, {nine}",
            ),
            (
                (
                    "events (id, title, description, site_id, starts_at, ends_at, signup_opens_at,"
                    " signup_closes_at, cancel_until, public, status, uid, sequence, revised_at)"
                ),
                f"1, '讲座', '', 1, {nine}, {ten}, {eight}, {nine}, {nine}, true, 'draft', 'b', 0, {nine}",
            ),
            (
                "positions (id, event_id, name, capacity, earns_hours, starts_at, ends_at, arrivals)",
                f"1, 1, '引导', 1, true, {nine}, {ten}, 0",
            ),
            *(
                (
                    (
                        f"commitments (id, person_id, {kind}_id, programme_id, site_id, starts_at, ends_at,"
                        " civil_date, status, overridden, checked_in_at, uid, sequence, revised_at)"
                    ),
                    (
                        f"{n}, 1, 1, {programme}, 1, {nine}, {ten}, '2026-11-02', 'promised', true,"
                        f" {arrived}, 'c{n}', 0, {nine}"
                    ),
                )
                for n, kind, programme, arrived in ((1, "shift", 1, quarter), (2, "position", "NULL", "NULL"))
            ),
            *(
                (
                    (
                        "ledger_entries (id, person_id, kind, minutes, civil_date, iso_year, iso_week,"
                        " programme_id, community_id, commitment_id, recording_body, recorded_at, reason,"
                        " reverses_id)"
                    ),
                    (
                        f"{n}, 1, 'service', {minutes}, '2026-11-02', 2026, 45, {programme}, 1, {commitment},"
                        f" '街道', {ten}, '{reason}', {reverses}"
                    ),
                )
                for n, minutes, programme, commitment, reason, reverses in (
                    (1, 45, 1, 1, "", "NULL"),
                    (2, -45, 1, 1, "核对签到表", 1),
                    (3, 40, 1, 1, "核对签到表", "NULL"),
                    (4, 60, "NULL", 2, "重新登记出勤", "NULL"),
                )
            ),
        ):
            connection.execute(text(f"INSERT INTO {table} VALUES ({row})"))
    migrations.upgrade(office)
    script = Actor.system("test")
    with office.read(by=script) as work:
        found = sorted(list_entries(work, person_id=1).items, key=lambda entry: entry.id)
        spans = [
            (f"{one.counted_from:%H:%M}", f"{one.counted_to:%H:%M}") if one.counted_from else None
            for one in found
        ]
        assert [(one.what, one.place, one.source.value) for one in found] == [
            ("五点学堂", "学堂", "attendance"),
            ("五点学堂", "学堂", "correction"),
            ("五点学堂", "学堂", "correction"),
            ("讲座", "学堂", "attendance"),
        ]
        assert spans == [("09:15", "10:00"), None, None, ("09:00", "10:00")]
        assert verify(work) == []
        assert balance(work, person_id=1).service_minutes == 100
        month = {"first": date(2026, 11, 1), "last": date(2026, 11, 30)}
        assert tally(work, by=Dimension.PERSON, **month).service_minutes == 100
    with pytest.raises(DBAPIError, match="append-only"), office.engine.begin() as connection:
        connection.execute(text("DELETE FROM ledger_entries"))
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
