"""The ledger only grows: a mistake is corrected by a reversal and a new entry; what is late is seen."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.world import MONDAY, World, hour
from volunteer_core.access.tokens import grant_role
from volunteer_core.commitments.models import Attendance
from volunteer_core.errors import Malformed, NotAllowed
from volunteer_core.hours.entering import AlreadyReversed
from volunteer_core.hours.ledger import (
    EntryView,
    Overdue,
    OwnHours,
    balance,
    correct,
    list_entries,
    list_overdue,
)
from volunteer_core.hours.models import EntryKind, LedgerEntry
from volunteer_core.hours.recording import CorrectedByHand
from volunteer_core.office.settings import change_setting
from volunteer_core.people.vouching import link_guardian
from volunteer_core.permissions import Actor, Role


def entries(world: World, person: int, **facts: Any) -> list[EntryView]:
    """Oldest first."""
    found: list[EntryView] = world.see(list_entries, person_id=person, **facts).items[::-1]
    return found


@pytest.fixture
def person(world: World) -> int:
    """Somebody who has served for an hour."""
    person = world.person()
    world.mark(world.published(person), person, attendance=Attendance.ATTENDED)
    return person


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_entries SET minutes = 600",
        "UPDATE ledger_entries SET reason = 'x'",
        "DELETE FROM ledger_entries",
    ],
)
def test_the_database_itself_refuses_to_change_or_delete_an_entry(
    world: World, person: int, statement: str
) -> None:
    with pytest.raises(DBAPIError, match="append-only"), world.office.engine.begin() as connection:
        connection.execute(text(statement))
    assert [entry.minutes for entry in entries(world, person)] == [60]


def test_an_insert_replaces_no_entry_either(world: World, person: int) -> None:
    """SQLite's REPLACE deletes what is in its way, without asking whoever guards against deleting."""
    if not world.office.is_sqlite:
        pytest.skip("PostgreSQL knows no REPLACE")
    columns = ", ".join(column.name for column in LedgerEntry.__table__.columns)
    more = columns.replace("minutes", "600")
    statement = f"REPLACE INTO ledger_entries ({columns}) SELECT {more} FROM ledger_entries"
    with pytest.raises(DBAPIError, match="append-only"), world.office.engine.begin() as connection:
        connection.execute(text(statement))
    assert [entry.minutes for entry in entries(world, person)] == [60]


def test_a_correction_keeps_the_old_entry_and_says_why(world: World, person: int) -> None:
    [mistaken] = entries(world, person)
    coordinator = world.coordinator()
    corrected = world.do(correct, by=coordinator, entry_id=mistaken.id, minutes=45, reason="提前离开")
    kept = entries(world, person)
    assert [entry.minutes for entry in kept] == [60, -60, 45]
    assert (kept[1].reverses_id, kept[1].reason, kept[2]) == (mistaken.id, "提前离开", corrected)
    assert {(entry.team_id, entry.community_id, entry.grid_id, entry.iso_week) for entry in kept} == {
        (world.team, world.community, world.grid, 45)
    }
    assert corrected.recorded_by == coordinator.person_id
    assert world.see(balance, person_id=person).service_minutes == 45


def test_a_correction_to_nothing_takes_the_entry_back(world: World, person: int) -> None:
    [mistaken] = entries(world, person)
    world.do(correct, entry_id=mistaken.id, minutes=0, reason="记错人")
    assert [entry.minutes for entry in entries(world, person)] == [60, -60]


def test_whoever_may_correct_does_not_mark_anew_what_was_corrected_of_their_own(world: World) -> None:
    person, others = world.person(), world.coordinator()
    world.do(
        grant_role,
        person_id=person,
        role=Role.COMMUNITY_COORDINATOR,
        community_id=world.community,
        valid_from=date(2026, 1, 1),
    )
    shift = world.published(person)
    world.mark(shift, person, attendance=Attendance.ATTENDED)
    [entry] = entries(world, person)
    world.do(correct, by=others, entry_id=entry.id, minutes=30, reason="提前离开")
    for who, refusal in ((world.actor(person), OwnHours), (world.leader(), CorrectedByHand)):
        with pytest.raises(refusal):
            world.mark(shift, person, by=who, attendance=Attendance.ATTENDED)
    assert world.see(balance, person_id=person).service_minutes == 30
    world.mark(shift, person, by=others, attendance=Attendance.ATTENDED)
    assert world.see(balance, person_id=person).service_minutes == 60


def test_what_a_coordinator_has_corrected_a_leader_does_not_mark_anew(world: World) -> None:
    person, leader, coordinator = world.person(), world.leader(), world.coordinator()
    shift = world.published(person)
    for corrected in (45, 0):
        world.mark(shift, person, attendance=Attendance.ATTENDED, by=coordinator)
        live = entries(world, person)[-1]
        world.do(correct, by=coordinator, entry_id=live.id, minutes=corrected, reason="核对签到表")
        with pytest.raises(CorrectedByHand):
            world.mark(shift, person, attendance=Attendance.ATTENDED, by=leader)
        assert world.see(balance, person_id=person).service_minutes == corrected


def test_an_entry_is_corrected_once_and_a_reversal_never(world: World, person: int) -> None:
    [mistaken] = entries(world, person)
    world.do(correct, entry_id=mistaken.id, minutes=45, reason="提前离开")
    _, reversal, live = entries(world, person)
    for entry in (mistaken, reversal):
        with pytest.raises(AlreadyReversed):
            world.do(correct, entry_id=entry.id, minutes=30, reason="再改")
    world.do(correct, entry_id=live.id, minutes=30, reason="再改")
    assert world.see(balance, person_id=person).service_minutes == 30


def test_a_correction_that_cannot_be_is_refused(world: World, person: int) -> None:
    [entry] = entries(world, person)
    for bad in ({"minutes": -1}, {"minutes": 1441}, {"reason": ""}):
        with pytest.raises(Malformed):
            world.do(correct, entry_id=entry.id, **{"minutes": 30, "reason": "核对"} | bad)
    for somebody in (Actor.person(person), world.leader(), world.coordinator(world.other_community)):
        with pytest.raises(NotAllowed):
            world.do(correct, by=somebody, entry_id=entry.id, minutes=30, reason="核对")
    assert len(entries(world, person)) == 1


def test_entries_are_for_the_person_and_who_answers_for_them(world: World, person: int) -> None:
    guardian = world.person()
    world.do(
        link_guardian, ward_id=person, guardian_id=guardian, relation="父亲", valid_from=date(2026, 1, 1)
    )
    for somebody in (Actor.person(person), Actor.person(guardian), world.leader(), world.coordinator()):
        assert len(entries(world, person, by=somebody)) == 1
    for somebody in (
        Actor.person(world.person()),
        world.leader(world.other_team),
        world.coordinator(world.other_community),
    ):
        for operation in (list_entries, balance):
            with pytest.raises(NotAllowed):
                world.see(operation, by=somebody, person_id=person)


def test_a_balance_is_of_its_dates_and_stars_of_all_service(world: World) -> None:
    world.do(change_setting, name="star_level_hours", value=[1, 2], valid_from=MONDAY)
    person = world.person()
    world.mark(world.published(person), person, attendance=Attendance.ATTENDED)
    tomorrow = MONDAY + timedelta(days=1)
    assert world.see(balance, person_id=person, first=MONDAY, last=MONDAY).service_minutes == 60
    later = world.see(balance, person_id=person, first=tomorrow)
    assert (later.service_minutes, later.stars) == (0, 1)
    [entry] = entries(world, person)
    world.do(correct, entry_id=entry.id, minutes=59, reason="核对")
    assert world.see(balance, person_id=person).stars == 1  # to be reviewed, and held until then
    assert entry.kind is EntryKind.SERVICE


def overdue(world: World, day: date, by: Actor | None = None) -> list[Overdue]:
    found: list[Overdue] = world.see(list_overdue, now=hour(9, day=day), **({"by": by} if by else {})).items
    return found


def test_attendance_is_due_within_ten_working_days_of_the_end(world: World) -> None:
    """29 September: 30 September, 8, 9, Saturday 10, 12 to 16 and 19 October are the ten."""
    day = date(2026, 9, 29)
    person = world.person(checked_on=date(2026, 9, 1))
    shift = world.published(person, day=day, now=hour(9, day=day))
    assert overdue(world, day) == []
    [waiting] = overdue(world, date(2026, 10, 19))
    assert (waiting.shift_id, waiting.due, waiting.overdue) == (shift, date(2026, 10, 19), False)
    assert overdue(world, date(2026, 10, 20))[0].overdue
    world.mark(shift, person, attendance=Attendance.ABSENT, now=hour(9, day=date(2026, 10, 20)))
    assert overdue(world, date(2026, 10, 20)) == []


def test_drafts_and_released_people_are_not_overdue(world: World) -> None:
    world.shift(world.person())
    assert overdue(world, MONDAY + timedelta(days=30)) == []


def test_what_is_overdue_is_seen_by_who_has_to_mark_it(world: World) -> None:
    """Also by the leader of the programme's team, when somebody of another team stood in."""
    world.published(world.person(teams=(world.other_team,)))
    later = MONDAY + timedelta(days=1)
    for somebody in (world.leader(), world.coordinator(), world.officer()):
        assert len(overdue(world, later, somebody)) == 1
    assert overdue(world, later, world.coordinator(world.other_community)) == []
    with pytest.raises(NotAllowed):
        overdue(world, later, Actor.person(1))
