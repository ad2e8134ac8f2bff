"""Races at a running server of two worker processes, in pairs: without the locks they are seen to happen each
time, with them never."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from datetime import timedelta
from itertools import count
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import select

from tests.at_once import at_once
from tests.databases import Databases
from tests.events.lecture import NOW, TODAY, Lecture, announce_lecture, clock
from tests.events.looking_first import GATE, Gate, look_first
from tests.running import client, started
from volunteer_core import tick
from volunteer_core.access.tokens import issue_token
from volunteer_core.commitments.models import Commitment, CommitmentStatus
from volunteer_core.database import Database
from volunteer_core.events.listing import read_event
from volunteer_core.events.models import Position, Signup, SignupStatus
from volunteer_core.events.views import PositionView
from volunteer_core.opening import open_office
from volunteer_core.teams.membership import join

CONFIRMED, WAITING, CANCELLED = SignupStatus.CONFIRMED, SignupStatus.WAITING, SignupStatus.CANCELLED
OFFERED, LAPSED = SignupStatus.OFFERED, SignupStatus.LAPSED
ROUNDS = 5
HOUR = timedelta(hours=1)
OFFERED_FOR = timedelta(hours=2)
LOOKING_FIRST = ("tests.events.looking_first",)


class Hall(msgspec.Struct):
    """An event with a position that nobody knows yet, and what people send to the server about it."""

    lecture: Lecture
    http: httpx.Client
    secrets: dict[int, str]
    event: int
    position: int

    def post(self, path: str, by: int, body: Any = None) -> httpx.Response:
        return self.http.post(path, json=body, headers={"Authorization": f"Bearer {self.secrets[by]}"})

    def sign_up(self, person: int) -> Callable[[], httpx.Response]:
        path = f"/v1/positions/{self.position}/signups"
        return lambda: self.post(path, person, {"person_id": person})

    def cancel(self, person: int) -> Callable[[], httpx.Response]:
        path = f"/v1/signups/{self.signup(person)}/cancel"
        return lambda: self.post(path, person)

    def accept(self, person: int) -> Callable[[], httpx.Response]:
        path = f"/v1/signups/{self.signup(person)}/accept"
        return lambda: self.post(path, person)

    def sign_up_together(self, people: list[int]) -> Callable[[], httpx.Response]:
        body = {"team_id": self.lecture.team, "person_ids": people, "whole": True}
        return lambda: self.post(f"/v1/positions/{self.position}/groups", self.lecture.leader_id, body)

    def change_capacity(self, capacity: int) -> Callable[[], httpx.Response]:
        path = f"/v1/positions/{self.position}/capacity"
        return lambda: self.post(path, self.lecture.leader_id, {"capacity": capacity})

    def signup(self, person: int) -> int:
        with self.lecture.read() as work:
            found = select(Signup.id).where(Signup.position_id == self.position, Signup.person_id == person)
            return work.scalars(found).one()

    def state(self) -> dict[int, SignupStatus]:
        with self.lecture.read() as work:
            line = select(Signup.person_id, Signup.status).where(Signup.position_id == self.position)
            return dict(work.execute(line.order_by(Signup.number)).all())

    def promised(self) -> list[int]:
        """Whose time is promised."""
        with self.lecture.read() as work:
            held = Commitment.position_id == self.position, Commitment.status == CommitmentStatus.PROMISED
            return list(work.scalars(select(Commitment.person_id).where(*held)))

    def seats(self) -> PositionView:
        with self.lecture.read() as work:
            (found,) = read_event(work, event_id=self.event).positions
        return found


class Races(msgspec.Struct):
    """A database with two servers: one as it is, and one whose works look before they write."""

    lecture: Lecture
    secrets: dict[int, str]
    gate: Gate
    locking: httpx.Client
    looking: httpx.Client
    days: Iterator[int]
    blind: Database

    @property
    def people(self) -> list[int]:
        return self.lecture.people

    def halls(self, **facts: Any) -> Iterator[Hall]:
        """As many as it takes to be sure that nothing happens by chance."""
        return (self._hall(self.locking, **facts) for _ in range(ROUNDS))

    def unlocked(self, **facts: Any) -> Hall:
        return self._hall(self.looking, **facts)

    def _hall(
        self,
        http: httpx.Client,
        *,
        seats: int,
        seated: Sequence[int] = (),
        offered: bool = False,
    ) -> Hall:
        """On a day of its own: people are free. The first of those who have signed up have
        the seats; or has cancelled, and the seat is ``offered`` to the second."""
        starts_at = clock(15) + timedelta(days=next(self.days))
        event, position = self.lecture.hold_event(starts_at, starts_at + HOUR, capacity=seats)
        signups = self.lecture.sign_up_all(seated, position)
        if offered:
            with self.lecture.write() as work:
                work.lock(Position, position).offer_minutes = OFFERED_FOR // timedelta(minutes=1)
            self.lecture.cancel(signups[0])
        return Hall(self.lecture, http, self.secrets, event.id, position)

    def see(self, *acts: Callable[[], Any]) -> list[Any]:
        """What comes of acts that all look before one of them writes."""
        with self.gate.of(len(acts)):
            return at_once(*acts)


@pytest.fixture(scope="module")
def races(databases: Databases) -> Iterator[Races]:
    gate = Gate()
    with databases.new(tables=True) as url, ExitStack() as running_until:
        office, blind = open_office(url), look_first(open_office(url), gate.port)
        lecture = announce_lecture(office, people=8)
        with lecture.write() as work:
            secrets = {
                person: issue_token(work, person_id=person, label="手机").secret
                for person in [*lecture.people, lecture.leader_id]
            }
            for person in lecture.people:
                join(work, team_id=lecture.team, person_id=person, on=TODAY)
        servers = [
            running_until.enter_context(started(url, now=NOW)),
            running_until.enter_context(
                started(url, now=NOW, module=LOOKING_FIRST, **{GATE: str(gate.port)})
            ),
        ]
        for server in servers:
            server.wait()
        locking, looking = (running_until.enter_context(client(server.base)) for server in servers)
        yield Races(lecture, secrets, gate, locking, looking, count(1), blind)
        office.dispose()
        blind.dispose()
    gate.close()


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
