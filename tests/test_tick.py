"""The clock: what is due by time is done once, however often and from wherever it runs."""

from __future__ import annotations

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest

from tests.world import MONDAY, NOW, World
from volunteer_core import tick
from volunteer_core.database import Database
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.outbox import list_notices
from volunteer_core.opening import open_office
from volunteer_core.people.models import CheckResult
from volunteer_core.people.registry import leave_office
from volunteer_core.people.vouching import qualify, record_check


@pytest.fixture
def world(office: Database) -> World:
    office.clock = lambda: NOW
    return World(office)


def warned(world: World) -> list[int]:
    found = world.see(list_notices).items
    assert {row.kind for row in found} <= {NoticeKind.EXPIRING}
    return [row.person_id for row in found]


def test_who_has_a_check_that_runs_out_soon_is_warned_once(world: World) -> None:
    last = MONDAY + timedelta(days=30)  # counts for 365 days, told 30 before
    soon = world.person(checked_on=last - timedelta(days=365))
    world.person(checked_on=last - timedelta(days=364))
    world.person(checked_on=MONDAY - timedelta(days=366))
    for expected in (1, 0):
        assert tick.run(world.office).expiry_warnings == expected
    assert warned(world) == [soon]
    another = world.person(checked_on=last - timedelta(days=365))
    assert tick.run(world.office).expiry_warnings == 1
    assert warned(world) == [soon, another]
    notice, _ = world.see(list_notices).items
    assert notice.text == "您的违法犯罪记录查询有效至 2026年12月2日 星期三，请及时重新办理。"


def test_a_renewed_or_ended_check_is_not_warned_of(world: World) -> None:
    old = MONDAY - timedelta(days=350)
    renewed, not_clear, left = (world.person(checked_on=old) for _ in range(3))
    world.do(record_check, person_id=renewed, checked_on=MONDAY, result=CheckResult.CLEAR)
    world.do(record_check, person_id=not_clear, checked_on=MONDAY, result=CheckResult.NOT_CLEAR)
    world.do(leave_office, person_id=left, on=MONDAY)
    tick.run(world.office)
    assert warned(world) == []


def test_a_qualification_that_runs_out_is_warned_of_too(world: World) -> None:
    person = world.person()
    for kind, last in (
        ("trained_lead", MONDAY),
        ("first_aid", MONDAY + timedelta(days=31)),
        ("driver", None),
    ):
        world.do(qualify, person_id=person, kind=kind, valid_from=date(2026, 1, 1), expires_on=last)
    assert tick.run(world.office).expiry_warnings == 1
    assert warned(world) == [person]


def test_two_processes_at_once_warn_once(world: World, office_url: str) -> None:
    soon = [world.person(checked_on=MONDAY - timedelta(days=350)) for _ in range(5)]
    offices = [world.office, open_office(office_url, clock=lambda: NOW)]
    at_once, failed = Barrier(2), []

    def run(office: Database) -> None:
        at_once.wait()
        try:
            tick.run(office)
        except Exception as error:  # noqa: BLE001 - told below
            failed.append(error)

    threads = [Thread(target=run, args=(office,)) for office in offices]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    offices[1].dispose()
    assert failed == []
    tick.run(world.office)
    assert sorted(warned(world)) == soon
