"""Members take free places of published shifts themselves: first come, every rule checked."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from tests.rosters.swaps.swapping import on_it
from tests.rosters.telling import told
from tests.world import MONDAY, NOW, World, hour
from volunteer_core.commitments.promises import AlreadyCommitted, Clash, NotOfTeam
from volunteer_core.errors import Malformed, NotAllowed
from volunteer_core.people.standing import CheckMissing
from volunteer_core.people.vouching import give_consent, link_guardian, take_leave
from volunteer_core.rosters.assigning import ShiftFull, ShiftOver, release
from volunteer_core.rosters.own_accord import ShiftNotPublished
from volunteer_core.rosters.rules import set_rules
from volunteer_core.rosters.swaps.open_shifts import (
    NotSelfService,
    OpenShift,
    list_open_shifts,
    take_shift,
)
from volunteer_core.rosters.swaps.waiting import join_wait, list_waiting
from volunteer_core.timespans import SpanInvalid

TUESDAY = MONDAY + timedelta(days=1)


def open_to(world: World, person: int, *, first: date = MONDAY, last: date = TUESDAY) -> list[OpenShift]:
    found: list[OpenShift] = world.see(list_open_shifts, by=world.actor(person), first=first, last=last)
    return found


def take(world: World, shift: int, person: int, **facts: object) -> None:
    world.do(take_shift, by=world.actor(person), shift_id=shift, **facts)


def test_free_places_of_published_coming_shifts_are_seen_and_whether_they_fit(world: World) -> None:
    person, other = world.people(2)
    world.shift(person, programme=world.clean_up)  # at five on Monday they are busy
    busy = world.published(other, minimum=2, maximum=3)
    fits = world.published(day=TUESDAY, maximum=2)
    world.published(other, starts=time(19), ends=time(20), maximum=1)  # full
    world.published(person, starts=time(20), ends=time(21))  # is theirs
    begun = world.published(starts=time(8), ends=time(10))
    world.shift(starts=time(21), ends=time(22))  # a draft
    found = open_to(world, person)
    assert [(one.shift_id, one.free, one.missing, one.obstacles) for one in found] == [
        (fits, 2, 1, []),
        (busy, 2, 1, ["clash"]),
    ]
    assert begun not in [one.shift_id for one in found]
    assert [one.shift_id for one in open_to(world, person, first=TUESDAY)] == [fits]


def test_only_of_the_teams_they_belong_to_on_that_day(world: World) -> None:
    outside, nobodys = world.person(teams=(world.other_team,)), world.person(teams=())
    shift = world.published()
    for one in (outside, nobodys):
        assert open_to(world, one) == []
        with pytest.raises(NotOfTeam):
            take(world, shift, one)
    ownerless = world.programme("NOBODY", team_id=None)
    free = world.published(programme=ownerless)
    assert open_to(world, nobodys) == []
    with pytest.raises(NotOfTeam):
        take(world, free, nobodys)


def test_where_leaders_roster_alone_nothing_is_taken(world: World) -> None:
    person = world.person()
    shift = world.published()
    world.do(set_rules, programme_id=world.school, self_service=False)
    assert open_to(world, person) == []
    for verb in (take_shift, join_wait):
        with pytest.raises(NotSelfService):
            world.do(verb, by=world.actor(person), shift_id=shift)
    assert on_it(world, shift) == [[]]


def test_who_takes_a_place_has_promised_and_confirmed_it(world: World) -> None:
    person = world.person()
    shift = world.published(maximum=1)
    taken = world.do(take_shift, by=world.actor(person), shift_id=shift)
    assert (taken.shift_id, taken.person_id, taken.confirmed_at) == (shift, person, NOW)
    assert (on_it(world, shift), open_to(world, person)) == ([[person]], [])
    assert told(world, person) == []  # they know


def test_a_full_shift_one_that_has_begun_and_a_draft_are_refused(world: World) -> None:
    person, other = world.people(2)
    shift = world.published(other, maximum=1)
    with pytest.raises(ShiftFull):
        take(world, shift, person)
    later = world.published(starts=time(19), ends=time(20))
    with pytest.raises(ShiftOver):
        take(world, later, person, now=hour(19))
    with pytest.raises(ShiftNotPublished):
        take(world, world.shift(day=TUESDAY), person)
    with pytest.raises(AlreadyCommitted):
        take(world, later, person) or take(world, later, person)
    assert on_it(world, shift, later) == [[other], [person]]


def test_every_rule_is_checked(world: World) -> None:
    unchecked, away = world.person(checked_on=None), world.person()
    shift = world.published()
    with pytest.raises(CheckMissing):
        take(world, shift, unchecked)
    world.shift(away, programme=world.clean_up)
    with pytest.raises(Clash):
        take(world, shift, away)
    assert on_it(world, shift) == [[]]


def test_guardians_and_leaders_take_for_others_who_are_told(world: World) -> None:
    ward, mother = world.person(born=date(2012, 5, 4)), world.person(teams=())
    answers = {"ward_id": ward, "guardian_id": mother}
    world.do(link_guardian, **answers, relation="母亲", valid_from=date(2026, 1, 1))
    world.do(give_consent, **answers, valid_from=date(2026, 1, 1), valid_to=date(2027, 1, 1))
    shift = world.published()
    for allowed in (world.actor(mother), world.leader(), world.coordinator(), world.officer()):
        assert world.see(list_open_shifts, by=allowed, person_id=ward, first=MONDAY, last=MONDAY)
        world.do(take_shift, by=allowed, shift_id=shift, person_id=ward)
        world.do(release, shift_id=shift, person_id=ward)
    assert sum(text.startswith("已为您报名：") for text in told(world, ward)) == 4
    stranger = world.actor(world.person())
    with pytest.raises(NotAllowed):
        world.do(take_shift, by=stranger, shift_id=shift, person_id=ward)
    with pytest.raises(NotAllowed):
        world.see(list_open_shifts, by=stranger, person_id=ward, first=MONDAY, last=MONDAY)


def test_who_stands_in_line_goes_first_once_they_can(world: World) -> None:
    on_shift, waits, quick = world.people(3)
    shift = world.published(on_shift, maximum=1)
    world.do(join_wait, by=world.actor(waits), shift_id=shift)
    away = world.shift(waits, programme=world.clean_up)
    world.do(release, shift_id=shift, person_id=on_shift)
    assert on_it(world, shift) == [[]]  # who waits is busy
    world.do(release, shift_id=away, person_id=waits)
    with pytest.raises(ShiftFull):
        take(world, shift, quick)
    take(world, shift, waits)
    assert on_it(world, shift) == [[waits]]
    assert world.see(list_waiting, shift_id=shift) == []


def test_whoever_cannot_come_from_the_line_holds_nobody_up(world: World) -> None:
    on_shift, waits, quick = world.people(3)
    shift = world.published(on_shift, maximum=1)
    world.do(join_wait, by=world.actor(waits), shift_id=shift)
    world.do(take_leave, person_id=waits, first_day=MONDAY, last_day=MONDAY)
    world.do(release, shift_id=shift, person_id=on_shift)
    take(world, shift, quick)
    assert on_it(world, shift) == [[quick]]
    assert [one.person_id for one in world.see(list_waiting, shift_id=shift)] == [waits]


def test_at_most_62_days_are_looked_through(world: World) -> None:
    person = world.person()
    assert open_to(world, person, last=MONDAY + timedelta(days=61)) == []
    with pytest.raises(Malformed):
        open_to(world, person, last=MONDAY + timedelta(days=62))
    with pytest.raises(SpanInvalid):
        open_to(world, person, first=TUESDAY, last=MONDAY)
