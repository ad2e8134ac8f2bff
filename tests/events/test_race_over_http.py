"""Races at a running server of two worker processes, in pairs: without the locks they are seen to happen each
time, with them never."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.at_once import at_once
from tests.databases import Databases
from tests.events.halls import OFFERED_FOR, ROUNDS, Races, racing_at
from tests.events.lecture import NOW
from volunteer_core import tick
from volunteer_core.events.models import SignupStatus

CONFIRMED, WAITING, CANCELLED = SignupStatus.CONFIRMED, SignupStatus.WAITING, SignupStatus.CANCELLED
OFFERED, LAPSED = SignupStatus.OFFERED, SignupStatus.LAPSED


@pytest.fixture(scope="module")
def races(databases: Databases) -> Iterator[Races]:
    with racing_at(databases) as found:
        yield found


def statuses(answers: list[httpx.Response]) -> list[int]:
    return [answer.status_code for answer in answers]


def codes(answers: list[httpx.Response]) -> list[str]:
    return [answer.json().get("code", "") for answer in answers]


# More people than seats


def test_there_are_never_more_people_than_seats(races: Races) -> None:
    for hall in races.halls(seats=2):
        answers = at_once(*map(hall.sign_up, races.people))
        assert set(statuses(answers)) == {201}
        assert list(hall.state().values()) == [CONFIRMED] * 2 + [WAITING] * 6


def test_without_the_lock_there_are(races: Races) -> None:
    hall = races.unlocked(seats=2)
    assert statuses(races.see(*map(hall.sign_up, races.people[:4]))) == [201] * 4
    assert list(hall.state().values()) == [CONFIRMED] * 4


# The last seat against a cancellation


def test_a_seat_that_is_freed_while_somebody_signs_up_is_theirs(races: Races) -> None:
    leaves, comes = races.people[:2]
    for hall in races.halls(seats=1, seated=[leaves]):
        assert statuses(at_once(hall.cancel(leaves), hall.sign_up(comes))) == [200, 201]
        assert hall.state() == {leaves: CANCELLED, comes: CONFIRMED}


def test_without_the_lock_it_is_lost(races: Races) -> None:
    leaves, comes = races.people[:2]
    hall = races.unlocked(seats=1, seated=[leaves])
    assert statuses(races.see(hall.cancel(leaves), hall.sign_up(comes))) == [200, 201]
    assert hall.state() == {leaves: CANCELLED, comes: WAITING}
    assert hall.seats().free == 1


# A promotion against a cancellation


def test_who_cancels_while_being_promoted_passes_the_seat_on(races: Races) -> None:
    first, second, third = races.people[:3]
    for hall in races.halls(seats=1, seated=[first, second, third]):
        assert statuses(at_once(hall.cancel(first), hall.cancel(second))) == [200, 200]
        assert hall.state() == {first: CANCELLED, second: CANCELLED, third: CONFIRMED}


def test_without_the_lock_the_seat_goes_to_who_has_cancelled(races: Races) -> None:
    first, second, third = races.people[:3]
    hall = races.unlocked(seats=1, seated=[first, second, third])
    assert statuses(races.see(hall.cancel(first), hall.cancel(second))) == [200, 200]
    assert hall.state()[third] is WAITING
    assert hall.promised() == [second]  # their time, whichever was written last of the sign-up


# A change of the capacity against a sign-up


def test_seats_are_not_taken_away_while_somebody_takes_them(races: Races) -> None:
    for hall in races.halls(seats=1):
        shrunk, signed_up = at_once(hall.change_capacity(0), hall.sign_up(races.people[0]))
        assert signed_up.status_code == 201
        if shrunk.status_code == 200:
            assert list(hall.state().values()) == [WAITING]
        else:
            assert (codes([shrunk]), list(hall.state().values())) == (["seats_taken"], [CONFIRMED])


def test_without_the_lock_more_are_taken_than_there_are(races: Races) -> None:
    hall = races.unlocked(seats=1)
    assert statuses(races.see(hall.change_capacity(0), hall.sign_up(races.people[0]))) == [200, 201]
    assert list(hall.state().values()) == [CONFIRMED]
    assert hall.seats().capacity == 0


# One person, two phones


def test_one_person_with_two_phones_is_told_that_they_have_signed_up(races: Races) -> None:
    person = races.people[0]
    for hall in races.halls(seats=2):
        answers = at_once(hall.sign_up(person), hall.sign_up(person))
        assert sorted(statuses(answers)) == [201, 409]
        assert sorted(codes(answers)) == ["", "already_signed_up"]
        assert hall.state() == {person: CONFIRMED}


def test_without_the_lock_only_the_database_holds_it(races: Races) -> None:
    person = races.people[0]
    hall = races.unlocked(seats=2)
    answers = races.see(hall.sign_up(person), hall.sign_up(person))
    assert sorted(statuses(answers)) == [201, 409]
    assert sorted(codes(answers)) == ["", "conflict"]  # the unique index, which knows no reason
    assert hall.state() == {person: CONFIRMED}


# A group of five for four seats


def test_a_group_of_five_has_all_seats_or_none(races: Races) -> None:
    group, alone = races.people[:5], races.people[5]
    for hall in races.halls(seats=5):
        assert statuses(at_once(hall.sign_up_together(group), hall.sign_up(alone))) == [201, 201]
        state = hall.state()
        together, single = {state[person] for person in group}, state[alone]
        assert (together, single) in [({CONFIRMED}, WAITING), ({WAITING}, CONFIRMED)]


def test_without_the_lock_five_sit_on_four_seats(races: Races) -> None:
    group, alone = races.people[:5], races.people[5]
    hall = races.unlocked(seats=5)
    assert statuses(races.see(hall.sign_up_together(group), hall.sign_up(alone))) == [201, 201]
    assert set(hall.state().values()) == {CONFIRMED}
    assert hall.seats().taken == 6


# An offer that lapses while it is accepted


def test_a_seat_is_accepted_or_offered_to_the_next(races: Races) -> None:
    first, second, third = races.people[:3]
    for hall in races.halls(seats=1, seated=[first, second, third], offered=True):
        races.lecture.office.clock = lambda: NOW + OFFERED_FOR
        accepted, _ = at_once(hall.accept(second), lambda: tick.run(races.lecture.office))
        if accepted.status_code == 200:
            assert hall.state() == {first: CANCELLED, second: CONFIRMED, third: WAITING}
        else:
            assert codes([accepted]) == ["not_offered"]
            assert hall.state() == {first: CANCELLED, second: LAPSED, third: OFFERED}


def test_without_the_lock_it_is_both(races: Races) -> None:
    first, second, third = races.people[:3]
    hall = races.unlocked(seats=1, seated=[first, second, third], offered=True)
    races.blind.clock = lambda: NOW + OFFERED_FOR
    accepted, _ = races.see(hall.accept(second), lambda: tick.run(races.blind))
    assert accepted.status_code == 200
    assert hall.state()[third] is OFFERED
    assert hall.promised() == [second]


# Two doors, one code


def test_two_doors_admit_a_code_once(races: Races) -> None:
    for person in races.people[:ROUNDS]:
        hall, code = races.door(races.locking, person)
        answers = at_once(hall.scan("north", code), hall.scan("south", code))
        assert sorted(outcomes(answers)) == ["admitted", "already_in"]


def test_without_the_lock_both_admit_it(races: Races) -> None:
    hall, code = races.door(races.looking, races.people[-1])
    assert outcomes(races.see(hall.scan("north", code), hall.scan("south", code))) == ["admitted", "admitted"]


def outcomes(answers: list[httpx.Response]) -> list[str]:
    assert set(statuses(answers)) == {200}, answers[0].text
    return [scan["outcome"] for answer in answers for scan in answer.json()]
