"""A freed seat is offered with a deadline, moves on when it runs out, and only while people are awake."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.events.lecture import NOW, TODAY, Lecture, clock
from volunteer_core import tick
from volunteer_core.commitments.promises import Clash
from volunteer_core.errors import NotAllowed
from volunteer_core.events.changing_positions import change_position
from volunteer_core.events.models import Position, SignupStatus
from volunteer_core.events.offers import NotOffered, OfferLapsed, accept_offer, lines_to_move, move_line
from volunteer_core.events.positions import change_capacity
from volunteer_core.events.signups import PositionStarted
from volunteer_core.events.views import SignupView
from volunteer_core.events.waking import is_waking, waking_deadline
from volunteer_core.notices.models import NoticeKind
from volunteer_core.office.settings import OfficeSettings
from volunteer_core.permissions import Actor
from volunteer_core.timespans import civil

HOUR = timedelta(hours=1)


@pytest.fixture
def hall(lecture: Lecture) -> Lecture:
    """Two seats, offered for two hours each; all six people have signed up."""
    with lecture.write() as work:
        work.lock(Position, lecture.audience).offer_minutes = 120
    lecture.sign_up_all(lecture.people)
    return lecture


def signup(hall: Lecture, person: int) -> SignupView:
    return next(one for one in hall.line() if one.person_id == person)


def state(hall: Lecture, person: int) -> SignupStatus:
    return signup(hall, person).status


def accept(hall: Lecture, person: int, *, now: datetime, by: Actor | None = None) -> SignupView:
    with hall.write(by or Actor.person(person), now) as work:
        return accept_offer(work, signup_id=signup(hall, person).id)


def run_clock(hall: Lecture, now: datetime) -> int:
    with hall.read(now=now) as work:
        due = lines_to_move(work)
    moved = 0
    for position in due:
        with hall.write(now=now) as work:
            moved += move_line(work, position)
    return moved


def test_a_freed_seat_is_kept_for_the_first_who_waits_until_they_accept(hall: Lecture) -> None:
    hall.cancel(signup(hall, hall.people[0]))
    third, fourth = hall.people[2:4]
    offered = signup(hall, third)
    assert (offered.status, offered.offer_until) == (SignupStatus.OFFERED, NOW + 2 * HOUR)
    seats = hall.seats()
    assert (seats.taken, seats.offered, seats.free) == (2, 1, 0)
    assert state(hall, fourth) is SignupStatus.WAITING
    [notice] = hall.told(NoticeKind.OFFERED)
    assert (notice.person_id, "11月23日14:00" in notice.text) == (third, True)
    assert accept(hall, third, now=NOW + HOUR).status is SignupStatus.CONFIRMED
    with pytest.raises(NotOffered):
        accept(hall, third, now=NOW + HOUR)


def test_an_offer_that_runs_out_moves_on_to_the_next(hall: Lecture) -> None:
    hall.cancel(signup(hall, hall.people[0]))
    third, fourth = hall.people[2:4]
    assert run_clock(hall, NOW + 2 * HOUR - timedelta(seconds=1)) == 0
    with pytest.raises(OfferLapsed):
        accept(hall, third, now=NOW + 2 * HOUR)
    assert run_clock(hall, NOW + 2 * HOUR) == 2
    assert (state(hall, third), state(hall, fourth)) == (SignupStatus.LAPSED, SignupStatus.OFFERED)
    assert run_clock(hall, NOW + 2 * HOUR) == 0
    assert signup(hall, fourth).offer_until == NOW + 4 * HOUR
    again = hall.sign_up(third, now=NOW + 3 * HOUR)
    assert (again.status, again.number) == (SignupStatus.WAITING, 7)


def test_who_does_not_want_it_passes_it_on_at_once(hall: Lecture) -> None:
    hall.cancel(signup(hall, hall.people[0]))
    hall.cancel(signup(hall, hall.people[2]), by=Actor.person(hall.people[2]))
    assert state(hall, hall.people[3]) is SignupStatus.OFFERED


def test_at_night_nothing_is_offered_and_nobody_overtakes_those_who_wait(hall: Lecture) -> None:
    night = clock(23, day=TODAY)
    hall.cancel(signup(hall, hall.people[0]), now=night)
    assert hall.seats().free == 1
    assert hall.sign_up(hall.newcomer(), now=night).status is SignupStatus.WAITING
    assert run_clock(hall, clock(7, 59, day=date(2026, 11, 24))) == 0
    morning = clock(8, day=date(2026, 11, 24))
    assert run_clock(hall, morning) == 1
    assert signup(hall, hall.people[2]).offer_until == morning + 2 * HOUR


def test_an_offer_of_the_evening_runs_on_in_the_morning(hall: Lecture) -> None:
    hall.cancel(signup(hall, hall.people[0]), now=clock(20, day=TODAY))
    assert signup(hall, hall.people[2]).offer_until == clock(9, day=date(2026, 11, 24))


def test_no_offer_reaches_beyond_the_start(hall: Lecture) -> None:
    hall.cancel(signup(hall, hall.people[0]), now=clock(14))
    assert signup(hall, hall.people[2]).offer_until == clock(15)
    for moment in (clock(15), clock(16)):
        with pytest.raises(PositionStarted):
            accept(hall, hall.people[2], now=moment)
    assert run_clock(hall, clock(15)) == 0


def test_accepting_checks_everything_again(hall: Lecture) -> None:
    third = hall.people[2]
    _, elsewhere = hall.hold_event(clock(15), clock(16))
    hall.cancel(signup(hall, hall.people[0]))
    hall.sign_up(third, elsewhere)
    with pytest.raises(Clash):
        accept(hall, third, now=NOW)
    assert state(hall, third) is SignupStatus.OFFERED


def test_only_whom_it_concerns_accepts(hall: Lecture) -> None:
    hall.cancel(signup(hall, hall.people[0]))
    for by in (Actor.person(hall.people[3]), hall.neighbour, hall.other_leader):
        with pytest.raises(NotAllowed):
            accept(hall, hall.people[2], now=NOW, by=by)
    assert accept(hall, hall.people[2], now=NOW, by=hall.leader).status is SignupStatus.CONFIRMED


def test_one_pass_of_the_clock_moves_every_line(hall: Lecture) -> None:
    hall.cancel(signup(hall, hall.people[0]), now=clock(23, day=TODAY))
    before, hall.office.clock = hall.office.clock, lambda: clock(9, day=date(2026, 11, 24))
    try:
        assert tick.run(hall.office).seats_moved == 1
        assert tick.run(hall.office).seats_moved == 0
    finally:
        hall.office.clock = before


def test_a_seat_that_nobody_could_take_goes_to_whoever_can_by_now(lecture: Lecture) -> None:
    first, *_ = lecture.sign_up_all(lecture.people[:3])
    _, elsewhere = lecture.hold_event(clock(15), clock(16))
    meanwhile = lecture.sign_up(lecture.people[2], elsewhere)
    lecture.cancel(first)
    lecture.cancel(meanwhile)
    assert lecture.waiting() == [lecture.people[2]]
    assert run_clock(lecture, NOW) == 1
    assert lecture.waiting() == []


def test_more_seats_are_offered_to_as_many(hall: Lecture) -> None:
    with hall.write() as work:
        change_capacity(work, position_id=hall.audience, capacity=4)
    assert [state(hall, person) for person in hall.people[2:5]] == [
        SignupStatus.OFFERED,
        SignupStatus.OFFERED,
        SignupStatus.WAITING,
    ]


@given(
    now=st.datetimes(datetime(2026, 11, 1), datetime(2026, 12, 1)).map(  # noqa: DTZ001
        lambda moment: moment.replace(tzinfo=NOW.tzinfo)
    ),
    minutes=st.integers(5, 7 * 24 * 60),
)
def test_a_deadline_is_so_many_waking_minutes_away(now: datetime, minutes: int) -> None:
    settings = OfficeSettings()
    due = waking_deadline(now, minutes, settings, latest=now + timedelta(days=60))
    assert 8 <= civil(due).hour < 21 or (civil(due).hour, civil(due).minute) == (21, 0)
    step = timedelta(minutes=1)
    awake = sum(is_waking(now + number * step, settings) for number in range(int((due - now) / step)))
    assert abs(awake - minutes) <= 1


def test_an_offer_runs_out_also_where_seats_are_not_offered_any_more(hall: Lecture) -> None:
    hall.cancel(signup(hall, hall.people[0]))
    with hall.write() as work:
        change_position(work, position_id=hall.audience, offer_minutes=None)
    third, fourth = hall.people[2:4]
    assert run_clock(hall, NOW + 2 * HOUR) == 2
    assert (state(hall, third), state(hall, fourth)) == (SignupStatus.LAPSED, SignupStatus.CONFIRMED)
    assert run_clock(hall, NOW + 2 * HOUR) == 0


def test_whose_offer_has_run_out_signs_up_again_before_the_clock_has_noticed(hall: Lecture) -> None:
    hall.cancel(signup(hall, hall.people[0]))
    third, fourth = hall.people[2:4]
    again = hall.sign_up(third, now=NOW + 2 * HOUR)
    assert (again.status, again.number) == (SignupStatus.WAITING, 7)
    assert state(hall, fourth) is SignupStatus.OFFERED
    assert [notice.person_id for notice in hall.told(NoticeKind.OFFERED)].count(third) == 2


def test_a_seat_whose_offer_has_run_out_can_be_taken_away(hall: Lecture) -> None:
    hall.cancel(signup(hall, hall.people[0]))
    with hall.write(now=NOW + 3 * HOUR) as work:
        change_capacity(work, position_id=hall.audience, capacity=1)
    assert hall.with_seat() == [hall.people[1]]
    assert state(hall, hall.people[2]) is SignupStatus.LAPSED
