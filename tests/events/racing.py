"""A rush for seats from several processes: what each of them does. Light, for every process imports it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from typing import NamedTuple

from volunteer_core.database import Busy, Database
from volunteer_core.events.models import Position, Signup, SignupStatus
from volunteer_core.events.seats import seats_taken
from volunteer_core.events.signups import sign_up
from volunteer_core.events.waitlist import event_of, promise
from volunteer_core.opening import open_office
from volunteer_core.permissions import Actor

PROCESSES = 8
PATIENCE_SECONDS = 120
NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
SCRIPT = Actor.system("test")

start: Barrier
"""Where all processes wait for each other; each is given it when it begins."""


class Arrival(NamedTuple):
    """A sign-up that was acknowledged, and when on the machine's clock it was sent and answered."""

    sent: int
    answered: int
    number: int


def properly(office: Database, position_id: int, person_id: int) -> int:
    with office.write(by=SCRIPT, now=NOW) as work:
        return sign_up(work, position_id=position_id, person_id=person_id).number


def naively(office: Database, position_id: int, person_id: int) -> int:
    """What the lock prevents: looks in one transaction whether a seat is free, and takes it in the next."""
    free = count_free(office, position_id)
    start.wait(PATIENCE_SECONDS)  # all have looked
    return take(office, position_id, person_id, free=free)


def count_free(office: Database, position_id: int) -> int:
    with office.read(by=SCRIPT, now=NOW) as work:
        position = work.find(Position, position_id)
        return position.capacity - seats_taken(work, position)


def take(office: Database, position_id: int, person_id: int, *, free: int) -> int:
    with office.write(by=SCRIPT, now=NOW) as work:
        position = work.lock(Position, position_id)
        seat = promise(work, event_of(work, position), position, person_id) if free > 0 else None
        position.arrivals += 1
        work.add(
            Signup(
                position_id=position.id,
                person_id=person_id,
                number=position.arrivals,
                status=SignupStatus.CONFIRMED if seat else SignupStatus.WAITING,
                commitment_id=seat.id if seat else None,
                signed_up_at=work.now,
            )
        )
        return position.arrivals


@contextmanager
def crowd() -> Iterator[ProcessPoolExecutor]:
    """As many processes as rush, none of them forked from this one: they share nothing but the database.

    They begin where the modules are loaded, which takes a second for each process that does it itself.
    """
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    barrier = context.Barrier(PROCESSES)
    with ProcessPoolExecutor(PROCESSES, context, _begin, (barrier,)) as pool:
        yield pool


def rush(
    pool: ProcessPoolExecutor,
    way: Callable[[Database, int, int], int],
    url: str,
    position_id: int,
    people: Sequence[int],
) -> list[Arrival]:
    """All people sign up, dealt to the processes, which begin at the same moment."""
    shares = [people[first::PROCESSES] for first in range(PROCESSES)]
    jobs = [pool.submit(_rush, way, url, position_id, share) for share in shares]
    return [arrival for job in jobs for arrival in job.result(PATIENCE_SECONDS * 2)]


def nobody_overtook(arrivals: Sequence[Arrival]) -> bool:
    """Whether nobody who was answered before another person even asked stands behind them."""
    answered = sorted(arrivals, key=lambda arrival: arrival.answered)
    last, behind = 0, 0
    for later in sorted(arrivals, key=lambda arrival: arrival.sent):
        while answered[behind].answered < later.sent:
            last = max(last, answered[behind].number)
            behind += 1
        if last > later.number:
            return False
    return True


def _begin(barrier: Barrier) -> None:
    global start  # noqa: PLW0603 - a barrier can only be handed to a process as it begins
    start = barrier


def _rush(
    way: Callable[[Database, int, int], int], url: str, position_id: int, people: Sequence[int]
) -> list[Arrival]:
    office = open_office(url, pool_size=1)
    try:
        start.wait(PATIENCE_SECONDS)
        return [_arrive(way, office, position_id, person_id) for person_id in people]
    finally:
        office.dispose()


def _arrive(
    way: Callable[[Database, int, int], int], office: Database, position_id: int, person_id: int
) -> Arrival:
    sent = time.monotonic_ns()
    while True:
        try:
            number = way(office, position_id, person_id)
        except Busy:  # SQLite, when all the others were faster for ten seconds: as it says, try again
            continue
        return Arrival(sent, time.monotonic_ns(), number)
