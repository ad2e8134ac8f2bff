"""The line of a full shift: strictly by arrival, one freed place for one person, never after the start."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.rosters.swaps.swapping import accept, offer, on_it
from tests.rosters.telling import told
from tests.world import MONDAY, World, hour
from volunteer_core.commitments.promises import AlreadyCommitted, Clash, NotOfTeam
from volunteer_core.database import Work
from volunteer_core.errors import NotAllowed
from volunteer_core.notices.models import NoticeKind
from volunteer_core.people.vouching import take_leave
from volunteer_core.rosters.assigning import ShiftFull, ShiftOver, assign, lock_shift, release
from volunteer_core.rosters.calling_off import call_off_shift
from volunteer_core.rosters.dropping_out import cannot_come
from volunteer_core.rosters.own_accord import ShiftNotPublished
from volunteer_core.rosters.publishing import withdraw_week
from volunteer_core.rosters.rules import set_rules
from volunteer_core.rosters.shifts import change_shift
from volunteer_core.rosters.swaps.line import promote_waiting
from volunteer_core.rosters.swaps.open_shifts import take_shift
from volunteer_core.rosters.swaps.waiting import (
    AlreadyWaiting,
    NotWaiting,
    PlaceFree,
    join_wait,
    leave_wait,
    list_waiting,
    list_waits,
)

TUESDAY = MONDAY + timedelta(days=1)


def wait(world: World, shift: int, *people: int) -> list[int]:
    """They come one after the other; their places in the line."""
    return [world.do(join_wait, by=world.actor(one), shift_id=shift).place for one in people]


def line(world: World, shift: int) -> list[int]:
    return [one.person_id for one in world.see(list_waiting, shift_id=shift)]


def test_people_wait_in_order_of_arrival_and_see_their_place(world: World) -> None:
    on_shift, first, second = world.people(3)
    shift = world.published(on_shift, maximum=1)
    assert wait(world, shift, second, first) == [1, 2]
    assert line(world, shift) == [second, first]
    [seen] = world.see(list_waits, by=world.actor(first), person_id=first)
    assert (seen.shift_id, seen.place) == (shift, 2)
    world.do(leave_wait, by=world.actor(second), shift_id=shift)
    assert world.see(list_waits, by=world.actor(first), person_id=first)[0].place == 1
    assert world.see(list_waits, by=world.actor(first), person_id=first, now=hour(17)) == []
    assert wait(world, shift, second) == [2]  # behind the others


def test_one_freed_place_promotes_the_first_who_can_come(world: World) -> None:
    leaves, later, comes, away = world.people(4)
    shift = world.published(leaves, maximum=1)
    wait(world, shift, away, comes, later)
    world.do(take_leave, person_id=away, first_day=MONDAY, last_day=MONDAY)
    world.do(release, shift_id=shift, person_id=leaves)
    assert (on_it(world, shift), line(world, shift)) == ([[comes]], [away, later])
    [text] = told(world, comes, NoticeKind.PROMOTED)
    assert text.startswith("您候补的班次有了名额，已为您安排，如不能参加请尽早说明：11月2日（周一）17:00")


def test_one_freed_place_promotes_one_person_even_if_more_are_free(world: World) -> None:
    first, second, one, other = world.people(4)
    shift = world.published(first, second, maximum=2)
    wait(world, shift, one, other)
    away = world.shift(one, other, programme=world.clean_up)
    world.do(release, shift_id=shift, person_id=first)  # a place that neither can take
    for person in (one, other):
        world.do(release, shift_id=away, person_id=person)
    world.do(release, shift_id=shift, person_id=second)
    assert (on_it(world, shift), line(world, shift)) == ([[one]], [other])


def test_a_higher_maximum_promotes_as_many_as_there_are_new_places(world: World) -> None:
    on_shift, *waiting = world.people(4)
    shift = world.published(on_shift, maximum=1)
    wait(world, shift, *waiting)
    world.do(change_shift, shift_id=shift, maximum=3)
    assert (on_it(world, shift), line(world, shift)) == ([[on_shift, *waiting[:2]]], waiting[2:])


def test_a_hand_over_frees_no_place(world: World) -> None:
    giver, taker, waits = world.people(3)
    shift = world.published(giver, maximum=1)
    wait(world, shift, waits)
    accept(world, offer(world, shift, giver, to_person_id=taker), taker)
    assert (on_it(world, shift), line(world, shift)) == ([[taker]], [waits])


def test_who_gets_on_the_shift_in_another_way_waits_no_more(world: World) -> None:
    leaves, takes_over, assigned = world.people(3)
    shift = world.published(leaves, maximum=1)
    wait(world, shift, takes_over, assigned)
    accept(world, offer(world, shift, leaves, to_person_id=takes_over), takes_over)
    assert line(world, shift) == [assigned]
    world.do(change_shift, shift_id=shift, maximum=2)
    assert line(world, shift) == []
    world.do(cannot_come, by=world.actor(assigned), shift_id=shift)
    assert on_it(world, shift) == [[takes_over]]  # and is not promoted into the place they gave up


def test_whatever_frees_a_place_nobody_is_promoted_once_it_has_begun(world: World) -> None:
    waits = world.person()
    shift = world.published(world.person(), maximum=1)
    wait(world, shift, waits)

    def make_room(work: Work) -> list[int]:
        locked = lock_shift(work, shift)
        locked[0].maximum = 2
        return promote_waiting(work, *locked)

    assert world.do(make_room, now=hour(17)) == []
    assert world.do(make_room, now=hour(16, 59)) == [waits]


def test_nobody_is_promoted_after_the_start_or_in_a_draft(world: World) -> None:
    leaves, stays, waits = world.people(3)
    shift = world.published(leaves, stays, maximum=2)
    wait(world, shift, waits)
    with pytest.raises(ShiftOver):
        world.do(change_shift, shift_id=shift, maximum=3, now=hour(17))
    world.do(withdraw_week, programme_id=world.school, site_id=world.site, week="2026-W45")
    world.do(release, shift_id=shift, person_id=leaves)
    assert (on_it(world, shift), line(world, shift)) == ([[stays]], [waits])


def test_who_waits_for_what_is_called_off_is_told_and_waits_no_more(world: World) -> None:
    on_shift, waits = world.people(2)
    shift = world.published(on_shift, maximum=1)
    wait(world, shift, waits)
    world.do(call_off_shift, shift_id=shift, reason="停电")
    assert line(world, shift) == []
    assert told(world, waits, NoticeKind.CALLED_OFF)[0].startswith("因停电取消：")


def test_who_waits_is_told_of_another_time_and_not_asked_to_confirm(world: World) -> None:
    on_shift, waits = world.people(2)
    world.do(set_rules, programme_id=world.school, asks_confirmation=True)
    shift = world.published(on_shift, maximum=1)
    wait(world, shift, waits)
    world.do(change_shift, shift_id=shift, starts_at=hour(16), ends_at=hour(17))
    assert told(world, waits) == ["班次时间改为：11月2日（周一）16:00–17:00 三峰学堂 五点学堂。"]


def test_only_for_what_is_full_and_coming_and_once(world: World) -> None:
    on_shift, waits, outside = *world.people(2), world.person(teams=(world.other_team,))
    shift = world.published(on_shift, maximum=1)
    free = world.published(day=TUESDAY)
    with pytest.raises(PlaceFree):
        wait(world, free, waits)
    with pytest.raises(AlreadyCommitted):
        wait(world, shift, on_shift)
    with pytest.raises(NotOfTeam):
        wait(world, shift, outside)
    with pytest.raises(NotWaiting):
        world.do(leave_wait, by=world.actor(waits), shift_id=shift)
    with pytest.raises(ShiftOver):
        world.do(join_wait, by=world.actor(waits), shift_id=shift, now=hour(17))
    with pytest.raises(ShiftNotPublished):
        wait(world, world.shift(day=TUESDAY + timedelta(days=1)), waits)
    wait(world, shift, waits)
    with pytest.raises(AlreadyWaiting):
        wait(world, shift, waits)
    assert line(world, shift) == [waits]


def test_who_could_not_come_does_not_wait_either(world: World) -> None:
    on_shift, busy = world.people(2)
    shift = world.published(on_shift, maximum=1)
    world.shift(busy, programme=world.clean_up)
    with pytest.raises(Clash):
        wait(world, shift, busy)


def test_whoever_comes_later_lets_those_ahead_move_up_who_can_by_now(world: World) -> None:
    leaves, ahead, later = world.people(3)
    shift = world.published(leaves, maximum=1)
    wait(world, shift, ahead)
    away = world.shift(ahead, programme=world.clean_up)
    world.do(release, shift_id=shift, person_id=leaves)
    world.do(release, shift_id=away, person_id=ahead)
    assert wait(world, shift, later) == [1]
    assert (on_it(world, shift), line(world, shift)) == ([[ahead]], [later])


def test_the_line_is_for_who_makes_the_roster_and_a_wait_for_who_waits(world: World) -> None:
    on_shift, waits = world.people(2)
    shift = world.published(on_shift, maximum=1)
    stranger = world.actor(world.person())
    with pytest.raises(NotAllowed):
        world.do(join_wait, by=stranger, shift_id=shift, person_id=waits)
    world.do(join_wait, by=world.leader(), shift_id=shift, person_id=waits)
    for verb in (leave_wait, take_shift):
        with pytest.raises(NotAllowed):
            world.do(verb, by=stranger, shift_id=shift, person_id=waits)
    with pytest.raises(NotAllowed):
        world.see(list_waits, by=stranger, person_id=waits)
    for somebody in (stranger, world.leader(world.other_team)):
        with pytest.raises(NotAllowed):
            world.see(list_waiting, by=somebody, shift_id=shift)
    for allowed in (world.leader(), world.coordinator(), world.officer()):
        assert len(world.see(list_waiting, by=allowed, shift_id=shift)) == 1


def test_nobody_is_put_back_by_a_leader_into_a_place_the_line_has_taken(world: World) -> None:
    leaves, waits = world.people(2)
    shift = world.published(leaves, maximum=1)
    wait(world, shift, waits)
    world.do(release, shift_id=shift, person_id=leaves)
    with pytest.raises(ShiftFull):
        world.do(assign, shift_id=shift, person_id=leaves)
