"""The clock: what is due by time is done once, however often and from wherever it runs."""

from __future__ import annotations

from datetime import date, timedelta
from threading import Barrier, Thread

import pytest

from tests.world import MONDAY, NOW, World, hour
from volunteer_core import tick
from volunteer_core.database import Database
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.outbox import list_notices
from volunteer_core.opening import open_office
from volunteer_core.people.models import CheckResult
from volunteer_core.people.registry import leave_office
from volunteer_core.people.vouching import qualify, record_check, take_leave
from volunteer_core.rosters.swaps.offering import offer_shift


@pytest.fixture
def world(world: World) -> World:
    world.office.clock = lambda: NOW
    return world


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


def test_gaps_are_told_and_late_offers_lapse(world: World) -> None:
    leader, away, giver = world.leader(), *world.people(2)
    shift = world.published(away, giver)
    world.do(take_leave, person_id=away, first_day=MONDAY, last_day=MONDAY)
    world.do(offer_shift, shift_id=shift, person_id=giver)
    done = [tick.run(world.office) for _ in range(2)]
    assert [(one.gaps_told, one.offers_lapsed) for one in done] == [(1, 0), (0, 0)]
    gaps = [row for row in world.see(list_notices).items if row.kind is NoticeKind.GAP]
    assert [row.person_id for row in gaps] == [leader.person_id]
    world.office.clock = lambda: hour(16)
    assert tick.run(world.office).offers_lapsed == 1


def test_two_processes_at_once_warn_once(world: World) -> None:
    soon = [world.person(checked_on=MONDAY - timedelta(days=350)) for _ in range(5)]
    offices = [world.office, open_office(world.url, clock=lambda: NOW)]
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
