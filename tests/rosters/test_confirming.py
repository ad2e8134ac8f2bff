"""People confirm that they will come; whoever makes the roster sees who was told and who has."""

from __future__ import annotations

from datetime import date

import pytest

from tests.rosters.telling import told
from tests.world import NOW, World, hour
from volunteer_core.errors import NotAllowed, NotFound
from volunteer_core.notices.outbox import list_notices, mark_told
from volunteer_core.rosters.assigning import ShiftOver, assign, release
from volunteer_core.rosters.confirming import Confirmation, confirm, read_confirmations
from volunteer_core.rosters.dropping_out import cannot_come
from volunteer_core.rosters.own_accord import ShiftNotPublished
from volunteer_core.rosters.publishing import withdraw_week
from volunteer_core.rosters.rules import set_rules
from volunteer_core.rosters.shifts import change_shift

ASKED = "请确认能否参加。"


def seen(world: World, **facts: object) -> list[Confirmation]:
    where = {"programme_id": world.school, "site_id": world.site, "week": "2026-W45"}
    found: list[Confirmation] = world.see(read_confirmations, **where | facts)
    return found


def confirmed(world: World) -> dict[int, object]:
    return {one.person_id: one.confirmed_at for one in seen(world)}


def test_who_confirms_is_seen_and_so_is_who_has_not(world: World) -> None:
    one, other = world.people(2)
    shift = world.published(one, other)
    answer = world.do(confirm, by=world.actor(one), shift_id=shift, now=hour(10))
    assert answer.confirmed_at == hour(10)
    assert confirmed(world) == {one: hour(10), other: None}
    world.do(confirm, by=world.actor(one), shift_id=shift, now=hour(11))  # again: nothing changes
    assert confirmed(world)[one] == hour(10)


def test_leaders_confirm_for_whoever_has_told_them(world: World) -> None:
    person, stranger = world.people(2)
    shift = world.published(person)
    with pytest.raises(NotAllowed):
        world.do(confirm, by=world.actor(stranger), shift_id=shift, person_id=person)
    world.do(confirm, by=world.leader(), shift_id=shift, person_id=person)
    assert confirmed(world) == {person: NOW}


def test_only_what_is_promised_and_has_not_begun(world: World) -> None:
    person, other = world.people(2)
    shift = world.shift(person)
    with pytest.raises(ShiftNotPublished):
        world.do(confirm, by=world.actor(person), shift_id=shift)
    world.publish()
    with pytest.raises(NotFound):
        world.do(confirm, by=world.actor(other), shift_id=shift)
    with pytest.raises(ShiftOver):
        world.do(confirm, by=world.actor(person), shift_id=shift, now=hour(17))
    assert confirmed(world) == {person: None}


def test_what_is_moved_or_promised_anew_is_confirmed_anew(world: World) -> None:
    person = world.person()
    shift = world.published(person)
    again = (
        lambda: world.do(change_shift, shift_id=shift, starts_at=hour(16), ends_at=hour(18)),
        lambda: (
            world.do(release, shift_id=shift, person_id=person),
            world.do(assign, shift_id=shift, person_id=person),
        ),
        lambda: (
            world.do(withdraw_week, programme_id=world.school, site_id=world.site, week="2026-W45"),
            world.publish(),
        ),
    )
    for change in again:
        world.do(confirm, shift_id=shift, person_id=person)
        world.do(change_shift, shift_id=shift, note="带钥匙", maximum=5)
        assert confirmed(world) == {person: NOW}
        change()
        assert confirmed(world) == {person: None}


def test_where_the_rules_say_so_people_are_asked_when_it_is_published_assigned_or_moved(world: World) -> None:
    early, late = world.people(2)
    world.do(set_rules, programme_id=world.school, asks_confirmation=True)
    shift = world.published(early)
    world.do(assign, shift_id=shift, person_id=late)
    world.do(change_shift, shift_id=shift, starts_at=hour(16), ends_at=hour(18))
    assert [text.endswith(ASKED) for text in told(world, early)] == [True, True]
    assert [text.endswith(ASKED) for text in told(world, late)] == [True, True]
    world.do(set_rules, programme_id=world.school)
    world.do(release, shift_id=shift, person_id=late)
    world.do(assign, shift_id=shift, person_id=late)
    assert not told(world, late)[-1].endswith(ASKED)


def test_when_they_were_told_is_seen_and_whether_it_was_passed_on(world: World) -> None:
    person = world.person()
    shift = world.published(person)
    world.do(change_shift, shift_id=shift, starts_at=hour(16), ends_at=hour(18), now=hour(10))
    [before] = seen(world)
    assert (before.written_at, before.told_at) == (hour(10), None)
    ids = [one.id for one in world.see(list_notices).items]
    world.do(mark_told, notice_ids=ids, now=hour(11))
    [after] = seen(world)
    assert (after.code, after.told_at, after.shift_id) == (before.code, hour(11), shift)


def test_what_is_told_of_other_weeks_and_of_others_is_no_answer_to_that(world: World) -> None:
    leader, person = world.leader(), world.person()
    shift = world.published(leader.person_id, person)
    world.published(leader.person_id, day=date(2026, 11, 9), now=hour(10))
    world.do(cannot_come, shift_id=shift, person_id=person, now=hour(11))
    [own] = seen(world)
    assert (own.person_id, own.written_at) == (leader.person_id, NOW)


def test_confirmations_are_for_who_makes_the_roster(world: World) -> None:
    world.published(world.person())
    for somebody in (world.actor(world.person()), world.leader(world.other_team)):
        with pytest.raises(NotAllowed):
            seen(world, by=somebody)
    for allowed in (world.leader(), world.coordinator(), world.officer()):
        assert len(seen(world, by=allowed)) == 1
