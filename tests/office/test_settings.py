"""A setting holds from its date on; earlier dates keep the value they had."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.world import MONDAY, NOW, SCRIPT, World
from volunteer_core.database import Database
from volunteer_core.errors import Malformed, NotAllowed
from volunteer_core.office.settings import OfficeSettings, change_setting, list_changes, read_settings
from volunteer_core.permissions import Actor

YESTERDAY = MONDAY - timedelta(days=1)


def target(office: Database, day: date) -> int:
    with office.read(by=SCRIPT, now=NOW) as work:
        return read_settings(work, day=day).weekly_target_minutes


def test_the_defaults_are_those_of_the_rules(office: Database) -> None:
    with office.read(by=SCRIPT, now=NOW) as work:
        settings = read_settings(work, day=MONDAY)
    assert settings == OfficeSettings()
    assert (settings.weekly_target_minutes, settings.record_within_workdays) == (120, 10)
    assert (settings.consent_below_years, settings.presence_below_years) == (18, 10)
    assert settings.star_level_hours == (100, 300, 600, 1000, 1500)


def test_a_change_holds_from_its_date_on(office: Database) -> None:
    with office.write(by=SCRIPT, now=NOW) as work:
        change_setting(work, name="weekly_target_minutes", value=90, valid_from=MONDAY)
        change_setting(work, name="weekly_target_minutes", value=60, valid_from=date(2027, 1, 1))
    days = (YESTERDAY, MONDAY, date(2026, 12, 31), date(2027, 1, 1))
    assert [target(office, day) for day in days] == [120, 90, 90, 60]


def test_the_same_date_again_replaces_the_value(office: Database) -> None:
    for value in (90, 80):
        with office.write(by=SCRIPT, now=NOW) as work:
            change_setting(work, name="weekly_target_minutes", value=value, valid_from=MONDAY)
    assert target(office, MONDAY) == 80
    with office.read(by=SCRIPT, now=NOW) as work:
        [change] = list_changes(work).items
    assert (change.name, change.value, change.valid_from) == ("weekly_target_minutes", 80, MONDAY)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("no_such_setting", 1),
        ("weekly_target_minutes", "120"),
        ("weekly_target_minutes", -1),
        ("weekly_target_minutes", 1.5),
        ("weekly_target_minutes", None),
        ("star_level_hours", [300, 100]),
        ("star_level_hours", [100, 100]),
        ("office_name", ""),
        ("office_name", "字" * 61),
        ("office_name", "街道\nBEGIN:VEVENT"),
    ],
)
def test_what_does_not_fit_is_refused(office: Database, name: str, value: Any) -> None:
    with pytest.raises(Malformed), office.write(by=SCRIPT, now=NOW) as work:
        change_setting(work, name=name, value=value, valid_from=MONDAY)
    with office.read(by=SCRIPT, now=NOW) as work:
        assert list_changes(work).items == []


def test_only_the_street_office_changes_them(office: Database) -> None:
    world = World(office)
    change = {"name": "weekly_target_minutes", "value": 90, "valid_from": MONDAY}
    for somebody in (world.coordinator(), world.leader(), Actor.anonymous()):
        with pytest.raises(NotAllowed):
            world.do(change_setting, by=somebody, **change)
    assert world.do(change_setting, by=world.officer(), **change).weekly_target_minutes == 90
