"""Halls with few seats, a database with two servers, and what people send to either at the same moment."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import httpx
import msgspec
from sqlalchemy import select

from tests.at_once import at_once
from tests.databases import Databases
from tests.events.lecture import NOW, TODAY, Lecture, announce_lecture, clock
from tests.events.looking_first import GATE, Gate, look_first
from tests.running import client, started
from volunteer_core.access.tokens import issue_token
from volunteer_core.commitments.models import Commitment, CommitmentStatus
from volunteer_core.database import Database
from volunteer_core.events.door.tickets import read_ticket
from volunteer_core.events.listing import read_event
from volunteer_core.events.models import Position, Signup, SignupStatus
from volunteer_core.events.views import PositionView
from volunteer_core.opening import open_office
from volunteer_core.teams.membership import join

ROUNDS = 3
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

    def scan(self, door: str, code: str) -> Callable[[], httpx.Response]:
        seen = {"key": f"{door}-{self.event}", "direction": "in", "scanned_at": NOW.isoformat(), "code": code}
        path = f"/v1/events/{self.event}/scans"
        return lambda: self.post(path, self.lecture.leader_id, {"reports": [seen]})

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

    def door(self, http: httpx.Client, person: int) -> tuple[Hall, str]:
        """A hall whose doors are open, and the code of somebody who has a seat."""
        hall = self._hall(http, seats=1, seated=[person], starts_at=NOW + HOUR / 2)
        with self.lecture.write() as work:
            return hall, read_ticket(work, signup_id=hall.signup(person)).code

    def _hall(
        self,
        http: httpx.Client,
        *,
        seats: int,
        seated: Sequence[int] = (),
        offered: bool = False,
        starts_at: datetime | None = None,
    ) -> Hall:
        """On a day of its own, if none is said: people are free. The first of those who have signed up have
        the seats; or has cancelled, and the seat is ``offered`` to the second."""
        starts_at = starts_at or clock(15) + timedelta(days=next(self.days))
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


@contextmanager
def racing_at(databases: Databases) -> Iterator[Races]:
    """Both servers, until the block ends."""
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
