"""A month is closed by the community, then by the street office; then it never changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from typing import Any

import pytest

from tests.at_once import just_before_the_commit
from tests.world import MONDAY, World, hour
from volunteer_core.commitments.models import Attendance
from volunteer_core.database import Work
from volunteer_core.errors import Malformed, NotAllowed
from volunteer_core.hours.entering import enter
from volunteer_core.hours.ledger import EntryView, balance, correct, list_entries
from volunteer_core.hours.models import EntryKind, EntrySource
from volunteer_core.hours.months.checklist import Checklist, ItemKind, read_checklist
from volunteer_core.hours.months.closing import (
    MonthNotOver,
    MonthNotReady,
    MonthStateWrong,
    close_month,
    list_months,
    reopen_month,
    report_month,
)
from volunteer_core.hours.months.models import MonthState
from volunteer_core.hours.tallies import Dimension, tally
from volunteer_core.permissions import Actor
from volunteer_core.timespans import MonthInvalid

DECEMBER = hour(9, day=date(2026, 12, 3))
NOVEMBER = {"first": date(2026, 11, 1), "last": date(2026, 11, 30)}


def month(world: World, **facts: Any) -> dict[str, Any]:
    return {"community_id": world.community, "month": "2026-11", "now": DECEMBER} | facts


def close(world: World, **facts: Any) -> None:
    """By a coordinator and an officer."""
    where = month(world, **facts)
    world.do(report_month, by=world.coordinator(where["community_id"]), **where)
    world.do(close_month, by=world.officer(), **where)


def checklist(world: World, **facts: Any) -> Checklist:
    found: Checklist = world.see(read_checklist, **month(world, **facts))
    return found


def entries(world: World, person: int) -> list[EntryView]:
    """In the order in which they were entered."""
    found: list[EntryView] = world.see(list_entries, person_id=person).items
    return sorted(found, key=lambda entry: entry.id)


def november(world: World, **facts: Any) -> int:
    with world.office.read(by=facts.pop("by", Actor.system("test"))) as work:
        return tally(work, by=Dimension.PERSON, **NOVEMBER | facts).service_minutes


def test_the_coordinator_closes_first_then_the_street_office(world: World) -> None:
    coordinator, officer = world.coordinator(), world.officer()
    with pytest.raises(MonthStateWrong, match="未结账"):
        world.do(close_month, by=officer, **month(world))
    for wrong in (officer, world.leader(), world.coordinator(world.other_community)):
        with pytest.raises(NotAllowed):
            world.do(report_month, by=wrong, **month(world))
    reported = world.do(report_month, by=coordinator, **month(world))
    assert (reported.state, reported.reported_by) == (MonthState.REPORTED, coordinator.person_id)
    with pytest.raises(NotAllowed):
        world.do(close_month, by=coordinator, **month(world))
    with pytest.raises(MonthStateWrong, match="社区已结账"):
        world.do(report_month, by=coordinator, **month(world))
    closed = world.do(close_month, by=officer, **month(world))
    assert (closed.state, closed.closed_by, closed.closed_at) == (
        MonthState.CLOSED,
        officer.person_id,
        DECEMBER,
    )
    with pytest.raises(MonthStateWrong, match="街道已结账"):
        world.do(close_month, by=officer, **month(world))


def test_a_month_is_closed_once_it_is_over(world: World) -> None:
    for now in (hour(9), hour(23, 59, day=date(2026, 11, 30))):
        with pytest.raises(MonthNotOver):
            world.do(report_month, **month(world, now=now))
    world.do(report_month, **month(world, now=hour(0, day=date(2026, 12, 1))))


@pytest.mark.parametrize("wrong", ["2026-13", "2026-1", "November", "2026-00", "0001-01", "２０２６-11", ""])
def test_a_month_is_written_as_2026_11(world: World, wrong: str) -> None:
    with pytest.raises(MonthInvalid):
        world.do(report_month, **month(world, month=wrong))


def test_what_is_not_settled_is_listed_and_stops_the_closing(world: World) -> None:
    person = world.person()
    shift = world.published(person)
    world.published(person, day=MONDAY + timedelta(days=1), site=world.other_site)
    coordinator = world.coordinator()
    found = checklist(world, by=coordinator)
    [item] = found.items
    assert (item.kind, item.person_id, item.civil_date) == (ItemKind.UNMARKED, person, MONDAY)
    assert (item.due, item.overdue) == (date(2026, 11, 16), True)
    assert (found.ready, found.unmarked, found.overdue, found.state) == (False, 1, 1, MonthState.OPEN)
    with pytest.raises(MonthNotReady, match="未登记出勤 1"):
        world.do(report_month, by=coordinator, **month(world))
    assert checklist(world).state is MonthState.OPEN
    world.mark(shift, person, attendance=Attendance.ABSENT)
    assert checklist(world).ready
    close(world)


def test_nothing_of_the_next_month_or_of_another_community_stops_it(world: World) -> None:
    person = world.person()
    world.published(person, day=date(2026, 12, 1))
    world.published(person, site=world.other_site)
    assert checklist(world).ready
    assert checklist(world, month="2026-12").unmarked == 1


def test_the_checklist_is_for_the_community_and_the_office(world: World) -> None:
    for somebody in (world.coordinator(), world.officer()):
        assert checklist(world, by=somebody).ready
    for somebody in (world.leader(), world.coordinator(world.other_community), Actor.person(1)):
        with pytest.raises(NotAllowed):
            checklist(world, by=somebody)


def test_a_correction_of_a_closed_month_is_entered_in_the_open_one_and_points_back(world: World) -> None:
    person = world.person()
    world.mark(world.published(person), person, attendance=Attendance.ATTENDED)
    [original] = entries(world, person)
    close(world)
    world.do(correct, now=DECEMBER, entry_id=original.id, minutes=45, reason="核对签到表")
    _, reversal, corrected = entries(world, person)
    assert [entry.minutes for entry in (reversal, corrected)] == [-60, 45]
    assert (reversal.reverses_id, corrected.corrects_id) == (original.id, original.id)
    for entry in (reversal, corrected):
        assert (entry.kind, entry.civil_date, entry.concerns, entry.iso_week) == (
            EntryKind.ADJUSTMENT,
            date(2026, 12, 3),
            MONDAY,
            49,
        )
    assert november(world) == 60
    assert world.see(balance, person_id=person).service_minutes == 45
    world.do(correct, now=DECEMBER, entry_id=corrected.id, minutes=30, reason="再核对")
    last = entries(world, person)[-1]
    assert (last.kind, last.concerns, last.minutes) == (EntryKind.ADJUSTMENT, MONDAY, 30)
    assert november(world) == 60


def test_attendance_marked_anew_after_closing_is_entered_in_the_open_month(world: World) -> None:
    person = world.person()
    shift = world.published(person)
    world.mark(shift, person, attendance=Attendance.ATTENDED)
    close(world)
    world.mark(shift, person, attendance=Attendance.ABSENT, now=DECEMBER)
    world.mark(shift, person, attendance=Attendance.ATTENDED, now=DECEMBER)
    assert [(entry.kind, entry.minutes) for entry in entries(world, person)] == [
        (EntryKind.SERVICE, 60),
        (EntryKind.ADJUSTMENT, -60),
        (EntryKind.ADJUSTMENT, 60),
    ]
    world.mark(shift, person, attendance=Attendance.ATTENDED, now=DECEMBER)
    assert len(entries(world, person)) == 3
    assert november(world) == 60


def test_paid_duty_of_a_closed_month_never_becomes_volunteer_hours(world: World) -> None:
    person = world.person()
    facts = {
        "person_id": person,
        "kind": EntryKind.PAID_DUTY,
        "day": MONDAY,
        "community_id": world.community,
        "source": EntrySource.IMPORT,
        "what": "五点学堂",
        "place": "三峰学堂",
    }
    close(world)
    world.do(enter, now=DECEMBER, minutes=60, **facts)
    [entry] = entries(world, person)
    assert (entry.kind, entry.civil_date, entry.concerns) == (
        EntryKind.PAID_DUTY,
        date(2026, 12, 3),
        MONDAY,
    )
    assert world.see(balance, person_id=person).service_minutes == 0


def test_a_reported_month_takes_no_entries_either_and_other_communities_are_not_closed(world: World) -> None:
    person = world.person()
    shift = world.published(person)
    other = world.published(person, starts=time(9), ends=time(10), site=world.other_site)
    world.mark(shift, person, attendance=Attendance.ATTENDED)
    world.do(report_month, **month(world))
    world.mark(other, person, attendance=Attendance.ATTENDED, now=DECEMBER)
    world.mark(shift, person, attendance=Attendance.ABSENT, now=DECEMBER)
    assert [(entry.kind, entry.civil_date) for entry in entries(world, person)] == [
        (EntryKind.SERVICE, MONDAY),
        (EntryKind.SERVICE, MONDAY),
        (EntryKind.ADJUSTMENT, date(2026, 12, 3)),
    ]


def test_the_street_office_reopens_a_month_with_a_reason(world: World) -> None:
    person = world.person()
    world.mark(world.published(person), person, attendance=Attendance.ATTENDED)
    close(world)
    with pytest.raises(NotAllowed):
        world.do(reopen_month, by=world.coordinator(), reason="漏登", **month(world))
    with pytest.raises(Malformed):
        world.do(reopen_month, reason=" ", **month(world))
    officer = world.officer()
    reopened = world.do(reopen_month, by=officer, reason="漏登一次活动", **month(world))
    assert (reopened.state, reopened.reopened_by, reopened.reopen_reason, reopened.closed_at) == (
        MonthState.OPEN,
        officer.person_id,
        "漏登一次活动",
        None,
    )
    world.do(correct, now=DECEMBER, entry_id=entries(world, person)[0].id, minutes=45, reason="核对")
    assert november(world) == 45
    close(world)


def test_months_are_listed_by_community(world: World) -> None:
    close(world)
    asked = {"first": "2026-10", "last": "2026-11"}
    found = world.see(list_months, **asked)
    assert {(one.month, one.community_id): one.state for one in found} == {
        ("2026-10", world.community): MonthState.OPEN,
        ("2026-10", world.other_community): MonthState.OPEN,
        ("2026-11", world.community): MonthState.CLOSED,
        ("2026-11", world.other_community): MonthState.OPEN,
    }
    own = world.see(list_months, by=world.coordinator(), **asked)
    assert {one.community_id for one in own} == {world.community}
    for wrong in ({"last": "2026-09"}, {"first": "2023-11"}):
        with pytest.raises(Malformed):
            world.see(list_months, **asked | wrong)


@pytest.mark.parametrize("entry_first", [True, False], ids=["entry first", "closing first"])
def test_what_the_closing_saw_is_what_the_month_holds(world: World, *, entry_first: bool) -> None:
    """Whoever enters meanwhile is in the month before it is closed, or in the open one."""
    person = world.person()
    world.mark(world.published(person), person, attendance=Attendance.ATTENDED)
    [entry] = entries(world, person)

    def closing(work: Work) -> int:
        report_month(work, community_id=world.community, month="2026-11")
        return tally(work, by=Dimension.PERSON, **NOVEMBER).service_minutes

    def correcting(work: Work) -> EntryView:
        return correct(work, entry_id=entry.id, minutes=30, reason="核对")

    def do(operation: Callable[[Work], Any]) -> Any:
        return world.do(operation, now=DECEMBER)

    if entry_first:
        _, seen = just_before_the_commit(do, correcting, lambda: do(closing))
    else:
        seen, _ = just_before_the_commit(do, closing, lambda: do(correcting))
    assert seen == november(world) == (30 if entry_first else 60)
    assert world.see(balance, person_id=person).service_minutes == 30
