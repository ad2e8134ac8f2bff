"""Sign-ups that race: from several processes, and against those who cancel or call off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import select

from tests.events import racing
from tests.events.lecture import Lecture, announce_lecture, clock
from volunteer_core.database import Database
from volunteer_core.errors import Refused
from volunteer_core.events.entering import EventNotPublished
from volunteer_core.events.listing import read_event
from volunteer_core.events.models import Event, EventStatus, Signup, SignupStatus
from volunteer_core.events.planning import call_off_event
from volunteer_core.events.positions import change_capacity
from volunteer_core.events.signups import sign_up
from volunteer_core.events.views import EventView, SignupView

SEATS = 40
CROWD = 160
ROUNDS = 5
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def crowd() -> Iterator[ProcessPoolExecutor]:
    with racing.crowd() as pool:
        yield pool


def test_sign_ups_from_8_processes_take_40_seats_and_wait_in_order(
    office: Database, office_url: str, crowd: ProcessPoolExecutor
) -> None:
    lecture = announce_lecture(office, people=CROWD, seats=SEATS)
    arrivals = racing.rush(crowd, racing.properly, office_url, lecture.audience, lecture.people)
    line = lecture.line()
    assert [signup.number for signup in line] == list(range(1, CROWD + 1))
    assert [signup.status for signup in line] == (
        [SignupStatus.CONFIRMED] * SEATS + [SignupStatus.WAITING] * (CROWD - SEATS)
    )
    # Rows get their ids as they are committed, one after the other: numbers are in the same order.
    by_id = sorted(line, key=lambda signup: signup.id)
    assert [signup.number for signup in by_id] == list(range(1, CROWD + 1))
    assert racing.nobody_overtook(arrivals)


def test_without_the_lock_the_same_rush_oversells(
    office: Database, office_url: str, crowd: ProcessPoolExecutor
) -> None:
    lecture = announce_lecture(office, people=60, seats=SEATS)
    early, crowding = lecture.people[:4], lecture.people[4:]
    for person in early:  # so that the last seats do not go round evenly
        racing.take(office, lecture.audience, person, free=SEATS)
    racing.rush(crowd, racing.naively, office_url, lecture.audience, crowding)
    assert len(lecture.with_seat()) > SEATS
    assert sorted(signup.number for signup in lecture.line()) == list(range(1, 61))


@pytest.fixture
def pair() -> Iterator[ThreadPoolExecutor]:
    with ThreadPoolExecutor(2) as pool:
        yield pool


def at_once(pair: ThreadPoolExecutor, *acts: Callable[[], object]) -> None:
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        barrier.wait(racing.PATIENCE_SECONDS)
        act()

    for job in [pair.submit(run, act) for act in acts]:
        job.result(racing.PATIENCE_SECONDS)


def halls(office: Database) -> tuple[Lecture, list[tuple[EventView, int]]]:
    """A lecture's people, and events with a position of one seat each, one for each round."""
    lecture = announce_lecture(office)
    starts = [clock(15) + timedelta(days=number) for number in range(1, ROUNDS + 1)]
    return lecture, [lecture.hold_event(start, start + HOUR, capacity=1) for start in starts]


def state(lecture: Lecture, seat: int) -> dict[int, SignupStatus]:
    with lecture.read() as work:
        statement = select(Signup.person_id, Signup.status).where(Signup.position_id == seat)
        return dict(work.execute(statement).all())


def test_a_seat_that_is_freed_while_somebody_signs_up_is_theirs(
    office: Database, pair: ThreadPoolExecutor
) -> None:
    lecture, events = halls(office)
    leaves, comes = lecture.people[:2]
    for _, seat in events:
        signup = lecture.sign_up(leaves, seat)
        at_once(pair, lambda: lecture.cancel(signup), lambda: lecture.sign_up(comes, seat))  # noqa: B023
        assert state(lecture, seat) == {leaves: SignupStatus.CANCELLED, comes: SignupStatus.CONFIRMED}


def test_who_cancels_while_being_promoted_passes_the_seat_on(
    office: Database, pair: ThreadPoolExecutor
) -> None:
    lecture, events = halls(office)
    people = lecture.people[:3]
    for _, seat in events:
        first, second, _ = lecture.sign_up_all(people, seat)
        at_once(pair, lambda: lecture.cancel(first), lambda: lecture.cancel(second))  # noqa: B023
        assert state(lecture, seat) == dict(
            zip(people, [SignupStatus.CANCELLED, SignupStatus.CANCELLED, SignupStatus.CONFIRMED], strict=True)
        )


def test_two_lines_that_move_up_at_once_promote_nobody_twice_and_never_wait_for_each_other(
    office: Database, pair: ThreadPoolExecutor
) -> None:
    lecture, events = halls(office)
    here, there, one, other = lecture.people[:4]
    for event, seat in events:
        _, opposite = lecture.hold_event(event.starts_at, event.ends_at, capacity=1)
        leaving = [lecture.sign_up(here, seat), lecture.sign_up(there, opposite)]
        lecture.sign_up_all([one, other], seat)
        lecture.sign_up_all([one, other], opposite)
        at_once(pair, *(lambda signup=signup: lecture.cancel(signup) for signup in leaving))
        found = [state(lecture, position) for position in (seat, opposite)]
        promoted = [
            person for line in found for person in (one, other) if line[person] is SignupStatus.CONFIRMED
        ]
        assert sorted(promoted) == sorted([one, other])


def test_nobody_signs_up_for_what_is_being_called_off(office: Database, pair: ThreadPoolExecutor) -> None:
    lecture, events = halls(office)
    for event, seat in events:

        def call_off(event_id: int = event.id) -> None:
            with lecture.write() as work:
                call_off_event(work, event_id=event_id)

        def come(seat: int = seat) -> SignupView | None:
            try:
                return lecture.sign_up(lecture.people[0], seat)
            except EventNotPublished:
                return None

        at_once(pair, call_off, come)
        assert set(state(lecture, seat).values()) <= {SignupStatus.CALLED_OFF}


def test_what_was_called_off_after_it_was_read_is_noticed_under_the_lock(lecture: Lecture) -> None:
    if lecture.office.is_sqlite:
        return  # has one writer at a time: nothing changes after it was read
    with lecture.write() as work:
        read_before = work.find(Event, lecture.event)
        with lecture.write() as other:
            call_off_event(other, event_id=lecture.event)
        assert read_before.status is EventStatus.PUBLISHED
        with pytest.raises(EventNotPublished):
            sign_up(work, position_id=lecture.audience, person_id=lecture.people[0])


def test_seats_are_not_taken_away_while_somebody_takes_them(
    office: Database, pair: ThreadPoolExecutor
) -> None:
    lecture, events = halls(office)
    for event, seat in events:

        def shrink(seat: int = seat) -> None:
            try:
                with lecture.write() as work:
                    change_capacity(work, position_id=seat, capacity=0)
            except Refused:
                return

        at_once(pair, shrink, lambda seat=seat: lecture.sign_up(lecture.people[0], seat))
        with lecture.read() as work:
            (position,) = read_event(work, event_id=event.id).positions
        assert position.free >= 0
