"""Who comes, goes and is in: at several doors, at once, by ticket or by name, and reported late."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.at_once import at_once, just_before_the_commit
from tests.events.doors import (
    attendance_of,
    code_of,
    counted_elsewhere,
    minutes_of,
    presence_of,
    report,
    send,
)
from tests.events.lecture import SCRIPT, Lecture, clock
from volunteer_core.commitments.models import Attendance
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.events.attendance import mark_attendance
from volunteer_core.events.calling_off import EventState
from volunteer_core.events.concluding import conclude
from volunteer_core.events.door import scanning
from volunteer_core.events.door.admission import DoorClosed, DoorNotOpen
from volunteer_core.events.door.comings import Course, Way, course, outcome_of
from volunteer_core.events.door.lists import read_door_list
from volunteer_core.events.door.locked import SeatGivenAway, WithoutSeat
from volunteer_core.events.door.models import Direction, DoorScan, Outcome
from volunteer_core.events.door.scanning import (
    MOST_REPORTS,
    NotThere,
    check_in,
    check_out,
    report_scans,
    undo_check_in,
)
from volunteer_core.events.door.tickets import renew_ticket
from volunteer_core.events.door.views import ScanView
from volunteer_core.events.door.walk_ins import walk_in
from volunteer_core.events.entering import AlreadySignedUp, EventNotPublished, NoSeatFree
from volunteer_core.events.planning import call_off_event
from volunteer_core.events.views import SignupView
from volunteer_core.hours.ledger import correct, list_entries
from volunteer_core.office.settings import change_setting
from volunteer_core.permissions import Actor

IN, OUT, UNDO = Direction
AFTER = clock(18)


def tick(
    lecture: Lecture,
    operation: Callable[..., ScanView],
    signup: SignupView,
    now: datetime,
    by: Actor = SCRIPT,
) -> ScanView:
    with lecture.write(by, now) as work:
        return operation(work, signup_id=signup.id)


def come(lecture: Lecture, person: int, now: datetime, position: int | None = None, **more: Any) -> ScanView:
    with lecture.write(now=now) as work:
        return walk_in(work, position_id=position or lecture.audience, person_id=person, **more)


def mark(
    lecture: Lecture, signup: SignupView, attendance: Attendance, now: datetime, **times: datetime
) -> None:
    with lecture.write(now=now) as work:
        mark_attendance(work, signup_id=signup.id, attendance=attendance, **times)


def outcomes(views: Sequence[ScanView]) -> list[str]:
    """What came of each report: the outcome, or the refusal."""
    return [view.refusal or view.outcome.value for view in views]


# One code, one person


def test_the_second_door_is_told_since_when_somebody_is_in(lecture: Lecture) -> None:
    signup = lecture.sign_up(lecture.people[0])
    code = code_of(lecture, signup)
    (first,) = send(lecture, report(code, IN, clock(14, 50)), now=clock(14, 50))
    assert (first.outcome, first.name, first.position_id) == (Outcome.ADMITTED, "符*", lecture.audience)
    (second,) = send(lecture, report(code, IN, clock(14, 55)), now=clock(14, 55))
    assert (second.outcome, second.arrived_at) == (Outcome.ALREADY_IN, clock(14, 50))
    assert second.says == "已经在场（14:50 入场）。"


def test_a_report_that_is_sent_again_changes_nothing_and_is_answered_the_same(lecture: Lecture) -> None:
    signup, other = lecture.sign_up_all(lecture.people[:2])
    reports = [
        report(code_of(lecture, signup), IN, clock(14, 50)),
        report(other, IN, clock(13)),
        report("nonsense", IN, clock(14, 50)),
    ]
    first = send(lecture, *reports, now=clock(15))
    assert outcomes(first) == ["admitted", "door_not_open", "ticket_unreadable"]
    with lecture.write() as work:
        renew_ticket(work, signup_id=signup.id)  # revokes what was scanned
    assert send(lecture, *reports, reports[0], now=clock(15, 30)) == [*first, first[0]]
    tick(lecture, undo_check_in, signup, clock(15, 31))
    assert outcomes(send(lecture, *reports, now=clock(15, 32))) == outcomes(first)
    assert presence_of(lecture, signup) == (None, None)


def test_the_key_of_one_report_is_no_others(lecture: Lecture) -> None:
    here, there = lecture.sign_up_all(lecture.people[:2])
    elsewhere, position = lecture.hold_event(clock(14, 30), clock(16))
    stranger = lecture.sign_up(lecture.people[2], position)
    one = report(here, IN, clock(14, 50), key="same")
    assert outcomes(send(lecture, one, now=clock(15))) == ["admitted"]
    others = [report(there, IN, clock(14, 50), key="same"), report(here, OUT, clock(14, 50), key="same")]
    assert outcomes(send(lecture, *others, now=clock(15))) == ["scan_key_taken"] * 2
    leaked = send(lecture, report(stranger, IN, clock(14, 50), key="same"), now=clock(15), event=elsewhere.id)
    assert outcomes(leaked) == ["scan_key_taken"]
    assert outcomes(send(lecture, report("no ticket", IN, clock(15), key="odd"), now=clock(15))) == [
        "ticket_unreadable"
    ]
    leaked = send(lecture, report("no ticket", IN, clock(15), key="odd"), now=clock(15), event=elsewhere.id)
    assert outcomes(leaked) == ["scan_key_taken"]
    assert presence_of(lecture, there) == (None, None)


def test_two_doors_at_the_same_moment_admit_once(lecture: Lecture) -> None:
    for number, signup in enumerate(lecture.sign_up_all(lecture.people[:2])):
        code = code_of(lecture, signup)
        doors = [
            lambda code=code: send(lecture, report(code, IN, clock(15)), now=clock(15)) for _ in range(3)
        ]
        answers = [view.outcome for (view,) in at_once(*doors, round_number=number)]
        assert sorted(answers) == [Outcome.ADMITTED, Outcome.ALREADY_IN, Outcome.ALREADY_IN]


def test_a_door_waits_for_the_other_to_have_admitted(lecture: Lecture) -> None:
    """Without the locks it would see nobody come, and admit as well: seen when they are taken out."""
    signup = lecture.sign_up(lecture.people[0])
    once = report(signup, IN, clock(15), key="sent-twice")

    def do(act: Callable[..., Any]) -> Any:
        with lecture.write(now=clock(15)) as work:
            return act(work)

    answers = just_before_the_commit(
        do,
        lambda work: report_scans(work, event_id=lecture.event, reports=[once]),
        lambda: send(lecture, once, report(signup, IN, clock(15)), now=clock(15)),
    )
    assert [outcomes(answer) for answer in answers] == [["admitted"], ["admitted", "already_in"]]
    with lecture.read() as work:
        assert len(work.scalars(scanning.select(DoorScan.id)).all()) == 2


# Who is let in, and when


def test_each_refusal_says_why(lecture: Lecture) -> None:
    seated, other, _ = lecture.sign_up_all(lecture.people[:3])
    waits = lecture.sign_up(lecture.people[3])
    _, position = lecture.hold_event(clock(14, 30), clock(16))
    stranger = lecture.sign_up(lecture.people[4], position)
    code, old, gone = (code_of(lecture, one) for one in (seated, other, stranger))
    with lecture.write() as work:
        renew_ticket(work, signup_id=other.id)
    now = clock(15)
    reports = [
        report("1234", IN, now),
        report(code[:-1] + ("A" if code[-1] != "A" else "B"), IN, now),
        report(gone, IN, now),
        report(stranger, IN, now),
        report(old, IN, now),
        report(waits, IN, now),
        report(code, IN, clock(13, 59)),
        report(code, IN, clock(15, 3)),
        report(code, IN, datetime(1, 1, 1, tzinfo=UTC)),
        report(code, IN, now.replace(tzinfo=None)),
        report(code, IN, now, key="with space"),
        report(code, IN, now, key="nul\0"),
        report(code, IN, now, key="x" * 65),
        scanning.Report(key="neither", direction=IN, scanned_at=now),
        scanning.Report(key="both", direction=IN, scanned_at=now, code=code, signup_id=seated.id),
        scanning.Report(key="none", direction=IN, scanned_at=now, signup_id=999_999),
        report(code, IN, clock(15, 1)),  # the door's clock is a minute fast
    ]
    views = send(lecture, *reports, now=now)
    assert outcomes(views) == [
        "ticket_unreadable", "ticket_forged", "ticket_other_event", "signup_not_of_event", "ticket_revoked",
        "signup_without_seat", "door_not_open", "scan_in_future", "malformed", "malformed", "malformed",
        "malformed", "malformed", "malformed", "malformed", "signup_not_of_event", "admitted",
    ]  # fmt: skip
    assert all(view.says for view in views)
    assert [view.name for view in views[:4]] == [""] * 4  # nobody learns of who is not of the event
    assert presence_of(lecture, seated) == (now, None)
    lecture.cancel(other)
    assert outcomes(send(lecture, report(other, IN, now), report(old, IN, now), now=now)) == [
        "signup_without_seat", "ticket_revoked"
    ]  # fmt: skip


def test_a_door_opens_before_the_start_and_admits_until_the_end(lecture: Lecture) -> None:
    usher = lecture.sign_up(lecture.people[0], lecture.ushers)
    code = code_of(lecture, usher)
    with pytest.raises(DoorNotOpen):
        tick(lecture, check_in, usher, clock(13, 29))
    with lecture.write() as work:
        change_setting(work, name="door_opens_minutes", value=90, valid_from=clock(12).date())
    assert tick(lecture, check_in, usher, clock(13, 0)).outcome is Outcome.ADMITTED
    assert tick(lecture, undo_check_in, usher, clock(13, 1)).outcome is Outcome.UNDONE
    with pytest.raises(DoorClosed):
        tick(lecture, check_in, usher, clock(17))
    late = [report(code, IN, clock(17)), report(code, IN, clock(23, 1)), report(usher, OUT, clock(23, 1))]
    late += [report(code, IN, clock(16, 59)), report(code, OUT, clock(22))]
    assert outcomes(send(lecture, *late, now=clock(23, 30))) == [
        "door_closed", "ticket_expired", "door_closed", "admitted", "left"
    ]  # fmt: skip


def test_nobody_enters_what_is_called_off(lecture: Lecture) -> None:
    signup = lecture.sign_up(lecture.people[0])
    code = code_of(lecture, signup)
    with lecture.write() as work:
        call_off_event(work, event_id=lecture.event)
    now = clock(15)
    refused = send(lecture, report(code, IN, now), report(signup, IN, now), now=now)
    assert outcomes(refused) == ["ticket_revoked", "signup_without_seat"]
    with pytest.raises(EventNotPublished):
        come(lecture, lecture.people[1], now)


def test_who_has_served_at_what_was_called_off_then_stays_as_they_are(lecture: Lecture) -> None:
    usher = lecture.sign_up(lecture.people[0], lecture.ushers)
    tick(lecture, check_in, usher, clock(14, 30))
    tick(lecture, check_out, usher, clock(15, 30))
    with lecture.write(now=clock(15, 40)) as work:
        call_off_event(work, event_id=lecture.event)
    with pytest.raises(EventState):
        tick(lecture, undo_check_in, usher, clock(15, 45))
    assert minutes_of(lecture, lecture.people[:1]) == [60]


def test_who_cancels_and_signs_up_again_has_not_come_yet(lecture: Lecture) -> None:
    usher = lecture.sign_up(lecture.people[0], lecture.ushers)
    tick(lecture, check_in, usher, clock(14, 5))
    lecture.cancel(usher, now=clock(14, 10))
    again = lecture.sign_up(lecture.people[0], lecture.ushers, now=clock(14, 15))
    assert again.id == usher.id
    view = tick(lecture, check_in, again, clock(14, 20))
    assert (view.outcome, view.arrived_at) == (Outcome.ADMITTED, clock(14, 20))


def test_one_bad_report_loses_none_of_the_others(lecture: Lecture) -> None:
    signups = lecture.sign_up_all(lecture.people[:2])
    usher = lecture.sign_up(lecture.people[2], lecture.ushers)
    now = clock(17)
    assert outcomes(send(lecture, report(usher, IN, clock(14, 30)), report(usher, OUT, now), now=now)) == [
        "admitted", "left"
    ]  # fmt: skip
    with lecture.write(now=now) as work:
        entry = list_entries(work, person_id=lecture.people[2]).items[0]
        correct(work, entry_id=entry.id, minutes=30, reason="签到表如此")
    # Hours that were corrected are not the leader's: the undoing is refused, with all that it did.
    undone = report(usher, UNDO, now)
    reports = [report(signups[0], IN, clock(15)), undone, report(signups[1], IN, clock(15))]
    assert outcomes(send(lecture, *reports, now=now, by=lecture.leader)) == [
        "admitted", "corrected_by_hand", "admitted"
    ]  # fmt: skip
    assert presence_of(lecture, usher) == (clock(14, 30), now)
    assert minutes_of(lecture, lecture.people[2:3]) == [30]
    assert outcomes(send(lecture, undone, now=now)) == ["corrected_by_hand"]


def test_a_list_has_1_to_200_reports(lecture: Lecture) -> None:
    signup = lecture.sign_up(lecture.people[0])
    for number in (0, MOST_REPORTS + 1):
        with pytest.raises(Malformed):
            send(lecture, *[report(signup, IN, clock(15))] * number, now=clock(15))
    many = [report(signup, IN, clock(15)) for _ in range(MOST_REPORTS)]
    assert outcomes(send(lecture, *many, now=clock(15))) == ["admitted"] + ["already_in"] * 199


def test_the_door_is_kept_by_the_organisers(lecture: Lecture) -> None:
    person = lecture.people[0]
    signup, newcomer = lecture.sign_up(person), lecture.newcomer()
    acts: list[Callable[[Any], object]] = [
        lambda work: read_door_list(work, event_id=lecture.event),
        lambda work: report_scans(work, event_id=lecture.event, reports=[report(signup, IN, clock(15))]),
        lambda work: check_in(work, signup_id=signup.id),
        lambda work: walk_in(work, position_id=lecture.audience, person_id=newcomer),
        lambda work: check_out(work, signup_id=signup.id),
        lambda work: undo_check_in(work, signup_id=signup.id),
    ]
    for number, act in enumerate(acts):
        for actor in (Actor.anonymous(), Actor.person(person), lecture.other_leader, lecture.neighbour):
            with lecture.write(actor, clock(15)) as work, pytest.raises(NotAllowed):
                act(work)
        may = (lecture.leader, lecture.coordinator, Actor.person(person, officer=True))[number % 3]
        with lecture.write(may, clock(15, number)) as work:
            act(work)


def test_the_list_says_what_a_door_needs_and_no_more(lecture: Lecture) -> None:
    first, second, _ = lecture.sign_up_all(lecture.people[:3])
    lecture.cancel(second)
    tick(lecture, check_in, first, clock(14, 40))
    with lecture.write(now=clock(14, 45)) as work:
        found = read_door_list(work, event_id=lecture.event)
    ushers, audience = found.positions
    assert (ushers.opens_at, audience.opens_at) == (clock(13, 30), clock(14))
    assert [one.number for one in found.keys] == [1]
    assert [(one.signup_id, one.arrived_at) for one in found.expected] == [
        (first.id, clock(14, 40)), (lecture.line()[2].id, None)
    ]  # fmt: skip
    assert {one.name for one in found.expected} == {"符*"}


# Coming, leaving, undoing


def test_leaving_enters_the_hours_at_once_and_undoing_takes_them_back(lecture: Lecture) -> None:
    usher = lecture.sign_up(lecture.people[0], lecture.ushers)
    listener = lecture.sign_up(lecture.people[1])
    for signup in (usher, listener):
        with pytest.raises(NotThere):
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
    with pytest.raises(NotThere):
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


# Reported late, in any order

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


# Who comes without having signed up


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
