"""Coming, leaving, undoing it, and hours: also where doors report late, and in another order."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.events.doors import (
    AFTER,
    attendance_of,
    counted_elsewhere,
    mark,
    minutes_of,
    outcomes,
    presence_of,
    report,
    send,
    tick,
)
from tests.events.lecture import Lecture, clock
from volunteer_core.commitments.models import Attendance
from volunteer_core.events.concluding import conclude
from volunteer_core.events.door.comings import Course, Way, course, outcome_of
from volunteer_core.events.door.models import Direction, Outcome
from volunteer_core.events.door.scanning import (
    NotCheckedIn,
    check_in,
    check_out,
    undo_check_in,
)
from volunteer_core.events.planning import change_event

IN, OUT, UNDO = Direction


def test_leaving_enters_the_hours_at_once_and_undoing_takes_them_back(lecture: Lecture) -> None:
    usher = lecture.sign_up(lecture.people[0], lecture.ushers)
    listener = lecture.sign_up(lecture.people[1])
    for signup in (usher, listener):
        with pytest.raises(NotCheckedIn):
            tick(lecture, check_out, signup, clock(14, 10))
        tick(lecture, check_in, signup, clock(14, 10))
        assert tick(lecture, check_out, signup, clock(16)).outcome is Outcome.LEFT
        assert tick(lecture, check_out, signup, clock(16, 1)).outcome is Outcome.ALREADY_OUT
    # Planned from 14:30 on; who listens serves nobody.
    assert minutes_of(lecture, lecture.people[:2]) == [90, 0]
    assert attendance_of(lecture, usher) == "attended"
    assert attendance_of(lecture, listener) is None
    assert tick(lecture, undo_check_in, usher, clock(16, 5)).left_at is None
    assert minutes_of(lecture, lecture.people[:1]) == [0]
    assert attendance_of(lecture, usher) is None
    tick(lecture, check_out, usher, clock(16, 30))
    assert minutes_of(lecture, lecture.people[:1]) == [120]
    tick(lecture, undo_check_in, usher, clock(16, 31))
    assert tick(lecture, undo_check_in, usher, clock(16, 32)).arrived_at is None
    with pytest.raises(NotCheckedIn):
        tick(lecture, undo_check_in, usher, clock(16, 33))
    assert (minutes_of(lecture, lecture.people[:1]), presence_of(lecture, usher)) == ([0], (None, None))


def test_time_that_counts_elsewhere_is_not_given_twice_and_undoing_forgets_it(lecture: Lecture) -> None:
    person = lecture.people[0]
    _, position = lecture.hold_event(clock(14), clock(17))
    usher = lecture.sign_up(person, lecture.ushers)
    elsewhere = lecture.sign_up(person, position, override_reason="两处都由他负责")
    mark(lecture, elsewhere, Attendance.ATTENDED, AFTER)
    send(lecture, report(usher, IN, clock(14, 30)), report(usher, OUT, clock(16)), now=AFTER)
    assert (minutes_of(lecture, [person]), counted_elsewhere(lecture, usher)) == ([180], True)
    send(lecture, report(usher, UNDO, clock(16, 1)), now=AFTER)
    assert (minutes_of(lecture, [person]), counted_elsewhere(lecture, usher)) == ([180], False)


def test_undoing_gives_time_back_to_what_it_covered(lecture: Lecture) -> None:
    person = lecture.people[0]
    _, position = lecture.hold_event(clock(14), clock(17))
    usher = lecture.sign_up(person, lecture.ushers)
    elsewhere = lecture.sign_up(person, position, override_reason="两处都由他负责")
    send(lecture, report(usher, IN, clock(14, 30)), report(usher, OUT, clock(16)), now=AFTER)
    mark(lecture, elsewhere, Attendance.ATTENDED, AFTER)
    assert minutes_of(lecture, [person]) == [180]  # 90 here, the rest there
    send(lecture, report(usher, UNDO, clock(16, 1)), now=AFTER)
    assert minutes_of(lecture, [person]) == [180]  # all of it there


def test_who_leaves_before_it_starts_has_served_nothing_yet(lecture: Lecture) -> None:
    usher = lecture.sign_up(lecture.people[0], lecture.ushers)
    tick(lecture, check_in, usher, clock(14))
    tick(lecture, check_out, usher, clock(14, 20))
    assert attendance_of(lecture, usher) is None
    assert tick(lecture, check_in, usher, clock(14, 40)).outcome is Outcome.ADMITTED  # came back
    tick(lecture, check_out, usher, clock(15, 30))
    assert minutes_of(lecture, lecture.people[:1]) == [60]


def test_who_came_to_what_then_moves_to_another_day_has_not_come(lecture: Lecture) -> None:
    """They stay in while it only begins later."""
    came, stays = (lecture.sign_up(person, lecture.ushers) for person in lecture.people[:2])
    for signup in (came, stays):
        tick(lecture, check_in, signup, clock(13, 40))
    with lecture.write(now=clock(14)) as work:
        change_event(work, event_id=lecture.event, starts_at=clock(16))
    assert presence_of(lecture, came) == (clock(13, 40), None)
    day = timedelta(days=1)
    with lecture.write(now=clock(14)) as work:
        change_event(work, event_id=lecture.event, starts_at=clock(16) + day)
    assert presence_of(lecture, came) == (None, None)
    tick(lecture, check_in, stays, clock(15, 30) + day)
    with lecture.write(now=clock(19) + day) as work:
        found = conclude(work, event_id=lecture.event)
    assert (found.attended, found.missing) == (1, 1)
    assert presence_of(lecture, stays)[0] == clock(15, 30) + day
    assert minutes_of(lecture, lecture.people[:2]) == [0, 150]


def test_what_somebody_marked_by_hand_stays(lecture: Lecture) -> None:
    usher = lecture.sign_up(lecture.people[0], lecture.ushers)
    tick(lecture, check_in, usher, clock(14, 30))
    mark(lecture, usher, Attendance.LATE, clock(16), checked_in_at=clock(15), checked_out_at=clock(16))
    tick(lecture, check_out, usher, clock(17))
    assert (attendance_of(lecture, usher), minutes_of(lecture, lecture.people[:1])) == ("late", [60])


def test_who_was_marked_absent_and_comes_is_not_absent(lecture: Lecture) -> None:
    usher = lecture.sign_up(lecture.people[0], lecture.ushers)
    mark(lecture, usher, Attendance.ABSENT, clock(14, 40))
    tick(lecture, check_in, usher, clock(15))
    assert attendance_of(lecture, usher) is None
    tick(lecture, check_out, usher, clock(17))
    assert (attendance_of(lecture, usher), minutes_of(lecture, lecture.people[:1])) == ("attended", [120])


ORDERS = list(permutations(range(3)))


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_reports_in_any_order_end_the_same(lecture: Lecture, order: tuple[int, ...]) -> None:
    usher = lecture.sign_up(lecture.people[0], lecture.ushers)
    reports = [
        report(usher, IN, clock(14, 45)),
        report(usher, IN, clock(14, 50)),  # another door, which knew of nothing
        report(usher, OUT, clock(16, 15)),
    ]
    answers = [send(lecture, reports[number], now=AFTER)[0] for number in order]
    assert presence_of(lecture, usher) == (clock(14, 45), clock(16, 15))
    assert minutes_of(lecture, lecture.people[:1]) == [90]
    assert sorted(outcomes(answers)) == ["admitted", "already_in", "left"]


def test_who_is_known_only_to_have_left_gets_hours_once_their_coming_is_known(lecture: Lecture) -> None:
    usher = lecture.sign_up(lecture.people[0], lecture.ushers)
    (view,) = send(lecture, report(usher, OUT, clock(16)), now=AFTER)
    assert (view.outcome, view.arrived_at, view.left_at) == (Outcome.LEFT, None, clock(16))
    assert attendance_of(lecture, usher) is None
    send(lecture, report(usher, IN, clock(15)), now=AFTER)
    assert minutes_of(lecture, lecture.people[:1]) == [60]


START = clock(14, 30)
ways = st.lists(
    st.tuples(st.integers(0, 120), st.sampled_from(Direction)), max_size=7, unique_by=lambda way: way[0]
)


@given(data=st.data(), found=ways)
def test_only_the_time_of_a_way_matters_and_not_when_it_was_reported(
    data: st.DataObject, found: list[tuple[int, Direction]]
) -> None:
    by_time = sorted(Way(START + timedelta(minutes=minute), direction) for minute, direction in found)
    as_reported = data.draw(st.permutations(by_time))
    end = course(by_time)
    assert course(as_reported) == end
    if end.arrived_at is not None and end.left_at is not None:
        assert end.arrived_at < end.left_at
    admitted = 0
    for number, way in enumerate(as_reported):
        before, after = course(as_reported[:number]), course(as_reported[: number + 1])
        outcome = outcome_of(way.direction, before, after)
        admitted += outcome is Outcome.ADMITTED
        undoes = any(one.direction is not IN for one in as_reported)
        assert admitted <= 1 or undoes  # twice only who left, or was taken back, in between
    assert end.was_there or not any(one.direction is not UNDO for one in by_time) or end.undone


@pytest.mark.parametrize(
    ("said", "end"),
    [
        ("", Course()),
        ("i", Course(0, None, 1)),
        ("ii", Course(0, None, 1)),
        ("io", Course(0, 1, 1, 1)),
        ("ioo", Course(0, 1, 1, 1)),
        ("ioi", Course(0, None, 2, 1)),
        ("ioio", Course(0, 3, 2, 2)),
        ("o", Course(None, 0, 0, 1)),
        ("oi", Course(1, None, 1, 1)),
        ("iu", Course(None, None, 1, 0, 1)),
        ("iuu", Course(None, None, 1, 0, 1)),
        ("iou", Course(0, None, 1, 1, 1)),
        ("iouu", Course(None, None, 1, 1, 2)),
        ("iui", Course(2, None, 2, 0, 1)),
        ("iiu", Course(None, None, 1, 0, 1)),
        ("u", Course()),
    ],
)
def test_the_course_of_somebody(said: str, end: Any) -> None:
    directions = {"i": IN, "o": OUT, "u": UNDO}
    instants = [START + timedelta(minutes=minute) for minute in range(len(said))]
    found = course(Way(at, directions[letter]) for at, letter in zip(instants, said, strict=True))
    arrived, left = (None if at is None else START + timedelta(minutes=at) for at in end[:2])
    assert found == Course(arrived, left, *end[2:])


def test_in_and_out_at_one_instant_is_no_stay() -> None:
    assert course([Way(START, IN), Way(START, OUT)]) == Course(START, None, 1)
