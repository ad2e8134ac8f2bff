"""A published week is kept as it was after each change, and it is known who was told of which."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from functools import partial
from typing import Any

import pytest

from tests.at_once import at_once
from tests.world import MONDAY, NOW, World, hour
from volunteer_core.closures.declaring import declare_closure
from volunteer_core.database import Work
from volunteer_core.errors import Malformed, NotAllowed
from volunteer_core.notices.outbox import list_notices, mark_told
from volunteer_core.rosters.assigning import ShiftFull, assign, release
from volunteer_core.rosters.calling_off import call_off_shift
from volunteer_core.rosters.dropping_out import cannot_come
from volunteer_core.rosters.models import ShiftStatus
from volunteer_core.rosters.publishing import withdraw_week
from volunteer_core.rosters.shifts import change_shift
from volunteer_core.rosters.swaps.offering import offer_shift
from volunteer_core.rosters.swaps.open_shifts import take_shift
from volunteer_core.rosters.swaps.taking_over import accept_offer
from volunteer_core.rosters.versions import (
    VersionView,
    compare_versions,
    list_versions,
    read_version,
)

WEEK = "2026-W45"
TUESDAY = MONDAY + timedelta(days=1)


def versions(world: World, *, week: str = WEEK, **facts: Any) -> list[VersionView]:
    """Oldest first."""
    where = {"programme_id": world.school, "site_id": world.site, "week": week}
    found: list[VersionView] = world.see(list_versions, **where, **facts).items[::-1]
    return found


def people(world: World, version: VersionView) -> list[list[int]]:
    return [
        [one.person_id for one in shift.people]
        for shift in world.see(read_version, version_id=version.id).shifts
    ]


def test_every_change_of_a_published_week_is_a_version(world: World) -> None:
    one, other, third = world.people(3)
    shift = world.published(one)
    spare = world.published(day=TUESDAY)
    offered = {"by": world.actor(other), "shift_id": shift, "to_person_id": third}
    where = {"programme_id": world.school, "site_id": world.site, "week": WEEK}
    changes: list[tuple[str, Callable[[], Any]]] = [
        ("assigned", partial(world.do, assign, shift_id=shift, person_id=other)),
        ("released", partial(world.do, release, shift_id=shift, person_id=one)),
        ("taken", partial(world.do, take_shift, by=world.actor(one), shift_id=shift)),
        ("cannot_come", partial(world.do, cannot_come, by=world.actor(one), shift_id=shift)),
        ("handed_over", lambda: take_over(world, world.do(offer_shift, **offered).id, third)),
        ("changed", partial(world.do, change_shift, shift_id=shift, maximum=4)),
        ("called_off", partial(world.do, call_off_shift, shift_id=spare, reason="检修")),
        ("withdrawn", partial(world.do, withdraw_week, **where)),
        ("published", partial(world.publish)),
    ]
    assert [one.cause for one in versions(world)] == ["published", "published"]
    for number, (cause, change) in enumerate(changes, 3):
        change()
        newest = versions(world)[-1]
        assert (newest.number, newest.cause) == (number, cause)
    assert [people(world, one) for one in versions(world)] == [
        [[one]],
        [[one], []],
        [[one, other], []],
        [[other], []],
        [[one, other], []],
        [[other], []],
        [[third], []],
        [[third], []],
        [[third], []],
        [[], []],  # withdrawn: nothing is promised
        [[third], []],
    ]


def take_over(world: World, offer: int, person: int) -> None:
    world.do(accept_offer, by=world.actor(person), offer_id=offer)


def test_a_version_is_never_changed(world: World) -> None:
    one, other = world.people(2)
    shift = world.published(one)
    before = world.see(read_version, version_id=versions(world)[0].id)
    world.do(assign, shift_id=shift, person_id=other)
    world.do(change_shift, shift_id=shift, starts_at=hour(16), ends_at=hour(18))
    assert world.see(read_version, version_id=before.version.id) == before
    assert before.shifts[0].starts_at == hour(17)


def test_what_changes_nothing_that_was_promised_is_no_version(world: World) -> None:
    person = world.person()
    shift = world.shift(person)
    world.do(change_shift, shift_id=shift, maximum=5)
    world.do(release, shift_id=shift, person_id=person)
    world.do(call_off_shift, shift_id=world.shift(person, starts=time(9), ends=time(10)), reason="检修")
    assert versions(world) == []
    world.publish()
    world.do(change_shift, shift_id=shift, note="带钥匙")
    with pytest.raises(Malformed):
        world.do(change_shift, shift_id=shift, maximum=-1)
    assert len(versions(world)) == 1


def test_drafts_of_a_week_are_in_none_of_its_versions(world: World) -> None:
    person = world.person()
    shift = world.published()
    world.shift(day=TUESDAY)
    world.do(assign, shift_id=shift, person_id=person)
    assert people(world, versions(world)[-1]) == [[person]]


def test_one_version_for_a_transaction_and_week(world: World) -> None:
    one, other = world.people(2)
    shift = world.published(one)
    next_week = MONDAY + timedelta(days=7)
    later = world.published(one, day=next_week)

    def both(work: Work) -> None:
        release(work, shift_id=shift, person_id=one)
        assign(work, shift_id=shift, person_id=other)
        release(work, shift_id=later, person_id=one)

    world.do(both)
    assert [(found.number, found.cause) for found in versions(world)] == [(1, "published"), (2, "released")]
    assert people(world, versions(world)[-1]) == [[other]]
    assert [found.number for found in versions(world, week="2026-W46")] == [1, 2]


def test_sites_and_programmes_are_counted_apart(world: World) -> None:
    person = world.person()
    world.published(person)
    world.published(site=world.other_site)
    world.published(programme=world.clean_up)
    assert [one.number for one in versions(world)] == [1]


def test_a_closure_is_a_version_too(world: World) -> None:
    world.published(world.person())
    closed = {"starts_at": hour(8), "ends_at": hour(20)}
    world.do(declare_closure, name="台风停课", source="通知", site_id=world.site, **closed)
    assert [one.cause for one in versions(world)] == ["published", "called_off"]


def test_who_was_told_of_a_version_and_whether_it_was_passed_on(world: World) -> None:
    leader = world.leader()
    one, other = world.person("甲"), world.person("乙")
    shift = world.published(one)
    world.do(assign, by=leader, shift_id=shift, person_id=other, now=hour(10))
    first, second = versions(world)
    assert (first.told, second.told, second.made_by, second.made_at) == (1, 1, leader.person_id, hour(10))
    [notice] = [found for found in world.see(list_notices).items if found.person_id == other]
    [told] = world.see(read_version, version_id=second.id).told
    assert (told.person.name, told.text, told.written_at, told.told_at) == (
        "乙",
        notice.text,
        hour(10),
        None,
    )
    world.do(mark_told, notice_ids=[notice.id], now=hour(11))
    assert world.see(read_version, version_id=second.id).told[0].told_at == hour(11)


def test_who_came_who_left_and_what_moved(world: World) -> None:
    stays, leaves, comes = world.people(3)
    shift = world.published(stays, leaves)
    first = versions(world)[-1].id
    world.do(release, shift_id=shift, person_id=leaves)
    world.do(assign, shift_id=shift, person_id=comes)
    world.do(change_shift, shift_id=shift, starts_at=hour(16), ends_at=hour(18))
    added = world.published(day=TUESDAY)
    last = versions(world)[-1].id
    found = world.see(compare_versions, earlier_id=first, later_id=last)
    assert [(one.shift_id, one.person.person_id) for one in found.came] == [(shift, comes)]
    assert [(one.shift_id, one.person.person_id) for one in found.left] == [(shift, leaves)]
    moved, new = found.changed
    assert (moved.shift_id, moved.before.starts_at, moved.after.starts_at) == (shift, hour(17), hour(16))
    assert (new.shift_id, new.before, new.after.status) == (added, None, ShiftStatus.PUBLISHED)
    back = world.see(compare_versions, earlier_id=last, later_id=first)
    assert [one.person.person_id for one in back.came] == [leaves]
    same = world.see(compare_versions, earlier_id=last, later_id=last)
    assert (same.came, same.left, same.changed) == ([], [], [])


def test_only_versions_of_one_week_are_compared(world: World) -> None:
    world.published()
    world.published(day=MONDAY + timedelta(days=7))
    [one], [other] = versions(world), versions(world, week="2026-W46")
    with pytest.raises(Malformed):
        world.see(compare_versions, earlier_id=one.id, later_id=other.id)


def test_versions_are_for_who_makes_the_roster(world: World) -> None:
    world.published(world.person())
    [version] = versions(world)
    questions = (
        (list_versions, {"programme_id": world.school, "site_id": world.site, "week": WEEK}),
        (read_version, {"version_id": version.id}),
        (compare_versions, {"earlier_id": version.id, "later_id": version.id}),
    )
    for question, facts in questions:
        for somebody in (world.actor(world.person()), world.coordinator(world.other_community)):
            with pytest.raises(NotAllowed):
                world.see(question, by=somebody, **facts)
        for allowed in (world.leader(), world.coordinator(), world.officer()):
            world.see(question, by=allowed, **facts)


def test_numbers_have_no_gaps_and_no_version_misses_what_was_committed_before_it(world: World) -> None:
    """Two shifts of one week change at the same moment: neither waits for the other's shift."""
    for round_number in range(5):
        day = date(2026, 11, 9) + timedelta(weeks=round_number)
        shifts = [world.shift(day=day), world.shift(day=day, starts=time(19), ends=time(20))]
        world.publish(day=day)
        people_now = world.people(2)
        acts = [
            partial(world.do, assign, shift_id=shift, person_id=person)
            for shift, person in zip(shifts, people_now, strict=True)
        ]
        for answer in at_once(*acts, round_number=round_number):
            assert not isinstance(answer, Exception)
        week = str(day.isocalendar().year) + f"-W{day.isocalendar().week:02}"
        found = versions(world, week=week)
        assert [one.number for one in found] == [1, 2, 3]
        assert people(world, found[-1]) == [[person] for person in people_now]


def test_what_is_refused_leaves_no_version(world: World) -> None:
    one, other = world.people(2)
    shift = world.published(one, maximum=1)
    with pytest.raises(ShiftFull):
        world.do(assign, shift_id=shift, person_id=other)
    assert [found.made_at for found in versions(world)] == [NOW]
