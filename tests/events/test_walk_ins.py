"""Who comes to the door without having signed up."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.at_once import at_once
from tests.events.doors import (
    AFTER,
    attendance_of,
    mark,
    minutes_of,
    outcomes,
    report,
    send,
    tick,
)
from tests.events.lecture import Lecture, clock
from volunteer_core.commitments.models import Attendance
from volunteer_core.errors import Malformed, NotFound
from volunteer_core.events.changing_positions import change_position
from volunteer_core.events.concluding import conclude
from volunteer_core.events.door.admission import DoorClosed, DoorNotOpen
from volunteer_core.events.door.locked import SeatGivenAway, WithoutSeat
from volunteer_core.events.door.models import Direction, Outcome
from volunteer_core.events.door.scanning import (
    check_in,
    check_out,
)
from volunteer_core.events.door.views import ScanView
from volunteer_core.events.door.walk_ins import walk_in
from volunteer_core.events.entering import AlreadySignedUp, NoSeatFree
from volunteer_core.people.standing import StillVisitor

IN = Direction.IN


def come(lecture: Lecture, person: int, now: datetime, position: int | None = None, **more: Any) -> ScanView:
    with lecture.write(now=now) as work:
        return walk_in(work, position_id=position or lecture.audience, person_id=person, **more)


def test_who_comes_to_the_door_gets_a_free_seat_and_is_in(lecture: Lecture) -> None:
    people = lecture.people
    lecture.sign_up(people[0])
    view = come(lecture, people[1], clock(15, 20))  # sign-up closed at 15:00
    assert (view.outcome, view.arrived_at) == (Outcome.ADMITTED, clock(15, 20))
    with pytest.raises(NoSeatFree):
        come(lecture, people[2], clock(15, 21))
    with pytest.raises(AlreadySignedUp):
        come(lecture, people[1], clock(15, 22))
    with pytest.raises(DoorNotOpen):
        come(lecture, people[3], clock(13), lecture.ushers)
    with pytest.raises(DoorClosed):
        come(lecture, people[3], clock(17), lecture.ushers)
    with pytest.raises(NotFound):
        come(lecture, 999_999, clock(15))
    assert lecture.line()[-1].person_id == people[1]
    come(lecture, people[3], clock(15), lecture.ushers)
    walked = lecture.line(lecture.ushers)[0]
    tick(lecture, check_out, walked, clock(16))
    assert minutes_of(lecture, [people[3]]) == [60]


def test_the_seat_of_who_is_marked_absent_is_free_for_one_only(lecture: Lecture) -> None:
    people = lecture.people
    absent, present = lecture.sign_up_all(people[:2])
    waits = lecture.sign_up(people[2])
    tick(lecture, check_in, present, clock(14, 50))
    with pytest.raises(NoSeatFree):
        come(lecture, people[2], clock(15, 10))
    mark(lecture, absent, Attendance.ABSENT, clock(15, 10))
    view = come(lecture, people[2], clock(15, 11))
    assert view.signup_id == waits.id  # who waited keeps the place in line
    with pytest.raises(NoSeatFree):
        come(lecture, people[3], clock(15, 12))
    with pytest.raises(SeatGivenAway):
        tick(lecture, check_in, absent, clock(15, 13))
    assert outcomes(send(lecture, report(absent, IN, clock(15, 13)), now=clock(15, 14))) == [
        "seat_given_away"
    ]
    with pytest.raises(WithoutSeat):
        tick(lecture, check_in, lecture.sign_up(people[4]), clock(14, 30))
    # A door that was without the network tells the truth afterwards.
    with lecture.write(now=AFTER) as work:
        conclude(work, event_id=lecture.event)
    assert outcomes(send(lecture, report(absent, IN, clock(14, 59)), now=AFTER)) == ["admitted"]
    assert attendance_of(lecture, absent) == "attended"


def test_two_who_walk_in_at_once_do_not_share_the_last_seat(lecture: Lecture) -> None:
    lecture.sign_up(lecture.people[0])
    came = at_once(*(lambda one=one: come(lecture, one, clock(15)) for one in lecture.people[1:4]))
    assert sorted(type(one).__name__ for one in came) == ["NoSeatFree", "NoSeatFree", "ScanView"]


def test_a_resident_without_an_account_walks_in_by_name_and_phone(lecture: Lecture) -> None:
    who = {"name": "王来宾", "phone": "13800001234", "community_id": lecture.community}

    def walk(**given: Any) -> ScanView:
        with lecture.write(lecture.leader, clock(15, 5)) as work:
            return walk_in(work, position_id=lecture.audience, **given)

    assert walk(**who).outcome is Outcome.ADMITTED
    with pytest.raises(AlreadySignedUp):
        walk(**who)
    other = lecture.hold_event(clock(18), clock(19), capacity=3, earns_hours=True)[1]
    with pytest.raises(StillVisitor), lecture.write(now=clock(17, 30)) as work:
        walk_in(work, position_id=other, **who)
    for wrong in (
        {},
        {"name": "王来宾"},
        {"name": "王来宾", "phone": "12"},
        {"name": "王\u200b来宾", "phone": "13800001234"},
        {"person_id": lecture.people[0], "name": "王来宾"},
        {"name": "王来宾", "phone": "13800001235", "community_id": 999},
    ):
        with pytest.raises((Malformed, NotFound)):
            walk(**wrong)
    assert lecture.seats().taken == 1


def test_who_is_offered_a_seat_walks_in_on_it(lecture: Lecture) -> None:
    with lecture.write() as work:
        change_position(work, position_id=lecture.audience, offer_minutes=10_000)
    first, _, third, _ = lecture.sign_up_all(lecture.people[:4])
    lecture.cancel(first)
    assert lecture.seats().offered == 1
    with pytest.raises(NoSeatFree):
        come(lecture, lecture.people[3], clock(14, 30))
    assert come(lecture, third.person_id, clock(14, 30)).outcome is Outcome.ADMITTED
    assert (lecture.seats().confirmed, lecture.seats().offered) == (2, 0)
