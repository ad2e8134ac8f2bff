"""The wait-list moves up strictly by arrival, one person for each freed place."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import event

from tests.events.lecture import SATURDAY, TODAY, Lecture, clock
from volunteer_core.commitments.promises import Clash
from volunteer_core.events.models import SignupStatus
from volunteer_core.events.planning import call_off_event
from volunteer_core.events.positions import SeatsTaken, add_position, change_capacity
from volunteer_core.notices.models import NoticeKind
from volunteer_core.people.models import Person
from volunteer_core.people.registry import leave_office
from volunteer_core.people.vouching import give_consent, link_guardian, qualify, withdraw_consent


def change_seats(lecture: Lecture, capacity: int) -> None:
    with lecture.write() as work:
        change_capacity(work, position_id=lecture.audience, capacity=capacity)


def test_numbers_are_handed_out_in_order_of_arrival(lecture: Lecture) -> None:
    signups = lecture.sign_up_all(lecture.people)
    assert [signup.number for signup in signups] == [1, 2, 3, 4, 5, 6]
    assert lecture.with_seat() == lecture.people[:2]
    assert lecture.waiting() == lecture.people[2:]


def test_one_cancelled_seat_promotes_one_person(lecture: Lecture) -> None:
    first, second, *_ = lecture.sign_up_all(lecture.people)
    lecture.cancel(second)
    assert lecture.with_seat() == [lecture.people[0], lecture.people[2]]
    lecture.cancel(first)
    assert lecture.with_seat() == lecture.people[2:4]
    assert [notice.person_id for notice in lecture.told(NoticeKind.PROMOTED)] == lecture.people[2:4]


def test_who_leaves_the_line_frees_no_seat(lecture: Lecture) -> None:
    *_, third, _, _, _ = lecture.sign_up_all(lecture.people)
    lecture.cancel(third)
    assert lecture.with_seat() == lecture.people[:2]
    assert lecture.told(NoticeKind.PROMOTED) == []


def test_a_promoted_seat_that_is_cancelled_goes_to_the_next(lecture: Lecture) -> None:
    first, _, third, _, _, _ = lecture.sign_up_all(lecture.people)
    lecture.cancel(first)
    lecture.cancel(third)
    assert lecture.with_seat() == [lecture.people[1], lecture.people[3]]


def test_who_cancels_and_comes_back_goes_to_the_end_of_the_line(lecture: Lecture) -> None:
    first, *_ = lecture.sign_up_all(lecture.people[:4])
    lecture.cancel(first)
    again = lecture.sign_up(lecture.people[0])
    assert again.id == first.id
    assert (again.number, again.place, again.status) == (5, 2, SignupStatus.WAITING)
    assert (again.promoted_at, again.cancelled_at) == (None, None)
    assert lecture.waiting() == [lecture.people[3], lecture.people[0]]


def test_a_promotion_passes_over_who_is_elsewhere_by_now_and_keeps_their_place(lecture: Lecture) -> None:
    first, second, *_ = lecture.sign_up_all(lecture.people[:5])
    busy = lecture.people[2]
    _, elsewhere = lecture.hold_event(clock(16), clock(18))
    meanwhile = lecture.sign_up(busy, elsewhere)
    lecture.cancel(first)
    assert lecture.with_seat() == [lecture.people[1], lecture.people[3]]
    assert lecture.waiting() == [busy, lecture.people[4]]
    # Free again, they are first in line as before.
    lecture.cancel(meanwhile)
    lecture.cancel(second)
    assert lecture.with_seat() == [busy, lecture.people[3]]


def test_a_seat_nobody_could_take_goes_to_who_waits_and_can_before_a_newcomer(lecture: Lecture) -> None:
    first, second, *_ = lecture.sign_up_all(lecture.people[:3])
    waits, newcomer = lecture.people[2:4]
    _, elsewhere = lecture.hold_event(clock(16), clock(18))
    meanwhile = lecture.sign_up(waits, elsewhere)
    lecture.cancel(first)
    assert lecture.seats().free == 1
    lecture.cancel(meanwhile)
    assert lecture.sign_up(newcomer).status is SignupStatus.WAITING
    assert lecture.with_seat() == [lecture.people[1], waits]
    lecture.cancel(second)
    assert lecture.with_seat() == [waits, newcomer]


def test_a_free_seat_that_nobody_who_waits_can_take_goes_to_a_newcomer(lecture: Lecture) -> None:
    first, *_ = lecture.sign_up_all(lecture.people[:3])
    _, elsewhere = lecture.hold_event(clock(16), clock(18))
    lecture.sign_up(lecture.people[2], elsewhere)
    lecture.cancel(first)
    assert lecture.sign_up(lecture.people[3]).status is SignupStatus.CONFIRMED
    assert lecture.waiting() == [lecture.people[2]]


def test_a_promotion_checks_consent_and_qualification_again(lecture: Lecture) -> None:
    holder, guardian, trained, left = lecture.people[:4]
    minor = lecture.newcomer(born=date(2011, 5, 4))
    with lecture.write() as work:
        seat = add_position(
            work, event_id=lecture.event, name="助手", capacity=1, earns_hours=True, qualification="first_aid"
        ).id
        for person in (holder, minor, trained, left, guardian):
            qualify(work, person_id=person, kind="first_aid", valid_from=TODAY, expires_on=None)
        link_guardian(work, ward_id=minor, guardian_id=guardian, relation="母亲", valid_from=TODAY)
        consent = give_consent(work, ward_id=minor, guardian_id=guardian, valid_from=TODAY, valid_to=SATURDAY)
    with_seat, *_ = lecture.sign_up_all([holder, minor, trained, left, guardian], seat)
    with lecture.write() as work:
        withdraw_consent(work, consent_id=consent.id)
        qualify(work, person_id=trained, kind="first_aid", valid_from=TODAY, expires_on=TODAY)
        leave_office(work, person_id=left, on=SATURDAY)
    lecture.cancel(with_seat)
    assert lecture.with_seat(seat) == [guardian]
    assert lecture.waiting(seat) == [minor, trained, left]


def test_a_promotion_checks_age_again(lecture: Lecture) -> None:
    holder, wrongly_old = (lecture.newcomer(born=date(1950, 1, 1)) for _ in range(2))
    with lecture.write() as work:
        seat = add_position(
            work, event_id=lecture.event, name="长者席", capacity=1, earns_hours=False, min_age=60
        ).id
    with_seat, _ = lecture.sign_up_all([holder, wrongly_old], seat)
    with lecture.write() as work:  # the birth date is corrected while they wait
        work.lock(Person, wrongly_old).birth_date = date(1980, 1, 1)
    lecture.cancel(with_seat)
    assert lecture.with_seat(seat) == []


def test_who_comes_with_a_guardian_is_promoted_as_such(lecture: Lecture) -> None:
    first, *_ = lecture.sign_up_all(lecture.people[:2])
    child = lecture.newcomer(born=date(2019, 1, 1))
    lecture.sign_up(child, accompanied=True, companions=1)
    lecture.cancel(first)
    assert lecture.with_seat() == [lecture.people[1]]  # one seat is free, and they need two
    change_seats(lecture, 3)
    assert lecture.with_seat() == [lecture.people[1], child]


def test_nobody_is_promoted_after_the_start(lecture: Lecture) -> None:
    lecture.sign_up_all(lecture.people[:4])
    with lecture.write(now=clock(15) - timedelta(minutes=1)) as work:
        change_capacity(work, position_id=lecture.audience, capacity=3)
    assert lecture.with_seat() == lecture.people[:3]
    with lecture.write(now=clock(15)) as work:
        change_capacity(work, position_id=lecture.audience, capacity=4)
    assert lecture.with_seat() == lecture.people[:3]


def test_more_seats_promote_as_many_at_once(lecture: Lecture) -> None:
    lecture.sign_up_all(lecture.people)
    change_seats(lecture, 5)
    assert lecture.with_seat() == lecture.people[:5]
    assert [notice.person_id for notice in lecture.told(NoticeKind.PROMOTED)] == lecture.people[2:5]


def test_fewer_seats_than_are_taken_are_refused_with_their_number(lecture: Lecture) -> None:
    lecture.sign_up_all(lecture.people[:3])
    with pytest.raises(SeatsTaken) as refusal:
        change_seats(lecture, 1)
    assert refusal.value.facts["taken"] == 2
    assert refusal.value.facts["too_many"] == 1
    assert "已有 2 个名额" in refusal.value.message
    change_seats(lecture, 3)
    change_seats(lecture, 3)
    assert lecture.with_seat() == lecture.people[:3]


def test_seats_that_were_lowered_and_raised_again_promote_nobody_twice(lecture: Lecture) -> None:
    change_seats(lecture, 0)
    lecture.sign_up_all(lecture.people)
    for seats in (1, 3, 3, 4):
        change_seats(lecture, seats)
        assert lecture.with_seat() == lecture.people[:seats]


def test_who_waits_for_two_overlapping_positions_gets_one(lecture: Lecture) -> None:
    both = lecture.people[5]
    sitting, _ = lecture.sign_up_all(lecture.people[:2])
    helping, *_ = lecture.sign_up_all(lecture.people[2:5], lecture.ushers)
    lecture.sign_up(both)
    lecture.sign_up(both, lecture.ushers)
    lecture.cancel(helping)
    lecture.cancel(sitting)
    assert both in lecture.with_seat(lecture.ushers)
    assert both in lecture.waiting()
    with pytest.raises(Clash):
        lecture.sign_up(lecture.people[3])


def test_nobody_is_promoted_in_an_event_that_is_called_off(lecture: Lecture) -> None:
    lecture.sign_up_all(lecture.people[:4])
    with lecture.write() as work:
        call_off_event(work, event_id=lecture.event, reason="台风")
    assert lecture.told(NoticeKind.PROMOTED) == []
    assert {signup.status for signup in lecture.line()} == {SignupStatus.CALLED_OFF}


def test_moving_up_takes_as_many_statements_however_many_wait(lecture: Lecture) -> None:
    signups = lecture.sign_up_all(lecture.people)
    seen: list[str] = []
    event.listen(lecture.office.engine, "before_cursor_execute", lambda *facts: seen.append(facts[2]))
    numbers = []
    for signup in signups[:2]:
        seen.clear()
        lecture.cancel(signup)
        numbers.append(len(seen))
        lecture.sign_up_all([lecture.newcomer() for _ in range(15)])
    assert numbers[1] <= numbers[0]
    assert len(lecture.waiting()) == 2 + 30
