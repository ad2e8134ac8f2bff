"""An office from a folder: the sample, and what is refused with its place."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import func, select

from tests.sheets.writing import everything
from tests.world import NOW, SCRIPT, World
from volunteer_core.care.models import Child
from volunteer_core.database import Database, Work
from volunteer_core.events.listing import read_event
from volunteer_core.events.models import Event, HeldSeats
from volunteer_core.events.series import read_series
from volunteer_core.office.settings import change_setting, settings_on
from volunteer_core.people.models import Person
from volunteer_core.places.models import Community, Grid, Site
from volunteer_core.sheets.importing import Imported
from volunteer_core.sheets.office import import_folder
from volunteer_core.sheets.problems import FileMalformed
from volunteer_core.teams.models import GridPost, Membership
from volunteer_core.timespans import at, civil_date

SAMPLE = Path(__file__).parents[2] / "examples" / "fengxiang"
COMMUNITY = '[[communities]]\ncode = "n"\nname = "新社区"\n'
TEAM = '[[teams]]\ncode = "t"\nname = "队"\n'
PROGRAMME = '[[programmes]]\ncode = "p"\nname = "课"\nday_rule = "workdays"\n'
PATTERN = """[[programmes.patterns]]
site = "SF-S"
weekdays = "{weekdays}"
start = 17:00:00
end = 18:00:00
minimum = 2
maximum = 4
valid_from = 2026-09-01
valid_to = 2027-01-31
"""


def test_the_sample_office_has_the_size_it_should_have(office: Database) -> None:
    with office.write(by=SCRIPT, now=at(date(2026, 11, 23), time(9))) as work:
        import_folder(work, folder=SAMPLE)

    def number(table: type, *conditions: object) -> int:
        with office.read(by=SCRIPT, now=NOW) as work:
            found: int = work.scalar(select(func.count()).select_from(table).where(*conditions))
            return found

    holders = select(GridPost.person_id)
    members = select(Membership.person_id)
    assert [number(table) for table in (Community, Grid, Site, Child)] == [5, 45, 5, 130]
    assert (number(GridPost), number(GridPost, GridPost.grid_id.is_(None))) == (140, 5)
    assert number(Person, Person.id.in_(members), Person.id.not_in(holders)) == 220
    assert number(Event) == 6  # the first of seven has been
    with office.read(by=SCRIPT, now=NOW) as work:
        talks = read_series(work, series_id=1)
        clean_up = read_event(work, event_id=_id_of(work, "big-clean-2026-12"))
        juniors = read_event(work, event_id=_id_of(work, "juniors-day-2026-12"))
        kept = work.scalars(select(HeldSeats)).all()
    assert (talks.title, [event.minimum for event in talks.events]) == ("凤翔道德讲堂", [15, 15])
    assert [(row.seats, row.until) for row in kept] == [(20, at(date(2026, 12, 14), time(18)))]
    groups = [position for position in clean_up.positions if position.name.startswith("第")]
    assert [position.capacity for position in groups] == [10] * 6
    assert [(one.capacity, one.approval) for one in clean_up.positions if one.name == "组长"] == [(6, True)]
    assert (clean_up.minimum, clean_up.decided_at) == (40, at(date(2026, 12, 24), time(18)))
    seats = next(position for position in juniors.positions if position.name == "小义工")
    assert (juniors.minimum, seats.offer_minutes, seats.most_companions) == (6, 240, 1)


def _id_of(work: Work, code: str) -> int:
    found: int = work.scalar(select(Event.id).where(Event.code == code))
    return found


EVENT = """[[sites]]
code = "s"
name = "礼堂"
community = "n"
[[events]]
code = "e"
title = "讲座"
site = "s"
starts_at = 2026-12-05T09:00:00+08:00
ends_at = 2026-12-05T10:00:00+08:00
"""


@pytest.mark.parametrize(("day", "number"), [(date(2026, 12, 4), 1), (date(2026, 12, 6), 0)])
def test_events_that_have_begun_are_left_out(
    office: Database, tmp_path: Path, day: date, number: int
) -> None:
    """An office is imported on any day: nobody can sign up for what is over."""
    (tmp_path / "office.toml").write_text(COMMUNITY + EVENT, encoding="utf-8")
    with office.write(by=SCRIPT, now=at(day, time(9))) as work:
        import_folder(work, folder=tmp_path)
        assert work.scalar(select(func.count()).select_from(Event)) == number


MORE = """[[events]]
code = "f"
title = "讲座"
site = "s"
series = "系列"
starts_at = 2026-12-12T09:00:00+08:00
ends_at = 2026-12-12T10:00:00+08:00
"""


def _import(office: Database, folder: Path, text: str, day: date) -> None:
    (folder / "office.toml").write_text(text, encoding="utf-8")
    with office.write(by=SCRIPT, now=at(day, time(9))) as work:
        import_folder(work, folder=folder)


def test_events_that_name_a_series_are_one_whenever_they_are_added(office: Database, tmp_path: Path) -> None:
    first = COMMUNITY + EVENT + 'series = "系列"\n'
    _import(office, tmp_path, first, date(2026, 12, 1))
    for _ in range(2):  # importing it again changes nothing
        _import(office, tmp_path, first + MORE, date(2026, 12, 7))
    with office.read(by=SCRIPT, now=NOW) as work:
        series = read_series(work, series_id=1)
        assert work.scalar(select(func.count()).select_from(Event)) == 2
    assert (series.title, [event.code for event in series.events]) == ("系列", ["e", "f"])


def test_what_would_be_decided_or_kept_in_the_past_does_not_hinder_an_import(
    office: Database, tmp_path: Path
) -> None:
    text = f"""{COMMUNITY}{EVENT}minimum = 5
for_community = "n"
decided_at = 2026-12-02T09:00:00+08:00
[[events.positions]]
name = "听众"
capacity = 5
earns_hours = false
[[events.positions.kept]]
community = "n"
seats = 2
until = 2026-12-02T09:00:00+08:00
"""
    _import(office, tmp_path, text, date(2026, 12, 3))
    with office.read(by=SCRIPT, now=NOW) as work:
        event = read_event(work, event_id=1)
        assert work.scalars(select(HeldSeats)).all() == []
    assert (event.minimum, event.decided_at) == (5, at(date(2026, 12, 4), time(9)))
    assert (event.for_community_id, event.public) == (event.community_id, False)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (COMMUNITY + EVENT + 'for_grid = "x"\n', "events[0].for_grid"),
        (COMMUNITY + EVENT + "minimum = -1\n", "events[0].minimum"),
        (COMMUNITY + EVENT + 'for_community = "n"\npublic = true\n', "events[0]"),
        (
            TEAM + COMMUNITY + EVENT + 'series = "x"\n' + MORE.replace("系列", "x") + 'team = "t"\n',
            "events[1].series",
        ),
        (COMMUNITY + '[[grids]]\ncode = "g"\nname = "格"\ncommunity = "x"\n', "grids[0].community"),
        (COMMUNITY + COMMUNITY, "communities[1].code"),
        (COMMUNITY + 'coordinator = "NOBODY"\n', "communities[0].coordinator"),
        (PROGRAMME + 'team = "x"\n', "programmes[0].team"),
        (PROGRAMME + PATTERN.format(weekdays="18"), "programmes[0].patterns[0].weekdays"),
        ('[office]\noffice_name = "x"\n', "office.valid_from"),
        ("[office]\nvalid_from = 2026-09-01\ncolour = 1\n", "office.colour.name"),
        ('[office]\nvalid_from = 2026-09-01\nweekly_target_minutes = "viel"\n', None),
        ('[office]\nofficers = ["NOBODY"]\n', "office.officers[0]"),
        ("[[communities]]\ncode = 1\n", "communities[0].code"),
    ],
)
def test_a_problem_of_an_office_has_its_place(
    world: World, tmp_path: Path, text: str, place: str | None
) -> None:
    (tmp_path / "office.toml").write_text(text, encoding="utf-8")
    before = everything(world)
    with world.office.write(by=SCRIPT, now=NOW) as work, pytest.raises(FileMalformed) as refused:
        import_folder(work, folder=tmp_path)  # refused inside the work, which then commits
    assert everything(world) == before
    found = refused.value.facts["problems"]
    assert isinstance(found, list)
    assert found[0]["file"] == "office.toml"
    assert place is None or found[0]["column"].startswith(place)


def test_a_folder_without_an_office(world: World, tmp_path: Path) -> None:
    with world.office.write(by=SCRIPT, now=NOW) as work, pytest.raises(FileMalformed):
        import_folder(work, folder=tmp_path)


def test_a_bad_sheet_undoes_the_whole_folder(world: World, tmp_path: Path) -> None:
    (tmp_path / "office.toml").write_text(COMMUNITY, encoding="utf-8")
    (tmp_path / "people.csv").write_text("code\nV1\n", encoding="utf-8")
    before = everything(world)
    with world.office.write(by=SCRIPT, now=NOW) as work, pytest.raises(FileMalformed) as refused:
        import_folder(work, folder=tmp_path)
    assert refused.value.facts["file"] == "people.csv"
    assert everything(world) == before


def test_settings_undone_with_a_savepoint_are_forgotten(world: World) -> None:
    day = civil_date(NOW)
    with world.office.write(by=SCRIPT, now=NOW) as work:
        savepoint = work.begin_nested()
        change_setting(work, name="weekly_target_minutes", value=60, valid_from=day)
        assert settings_on(work, day).weekly_target_minutes == 60
        savepoint.rollback()
        assert settings_on(work, day).weekly_target_minutes == 120


def test_sheets_of_a_folder_may_be_workbooks(world: World, tmp_path: Path) -> None:
    (tmp_path / "office.toml").write_text(COMMUNITY, encoding="utf-8")
    book = openpyxl.Workbook()
    for row in (["花名册"], ["编号", "姓名", "社区"], ["X1", "王小敏", "新社区"]):
        book.active.append(row)
    book.save(tmp_path / "people.xlsx")
    with world.office.write(by=SCRIPT, now=NOW) as work:
        assert import_folder(work, folder=tmp_path) == [Imported("people.xlsx", 1, 0, 0)]
