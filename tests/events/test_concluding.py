"""After the end: who was there, who did not come, and the hours of who served."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.at_once import at_once, just_before_the_commit
from tests.events.doors import AFTER, attendance_of, mark, minutes_of, presence_of, report, send
from tests.events.lecture import SATURDAY, SCRIPT, Lecture, announce_lecture, clock
from volunteer_core.commitments.models import Attendance, Commitment
from volunteer_core.database import Database, Work
from volunteer_core.errors import NotAllowed
from volunteer_core.events.calling_off import EventState
from volunteer_core.events.concluding import Conclusion, EventNotOver, LeftOpen, Unmarked, conclude
from volunteer_core.events.door.comings import Way, course
from volunteer_core.events.door.models import Direction, DoorScan, Outcome
from volunteer_core.events.door.scanning import Report, check_in, report_scans, undo_check_in
from volunteer_core.events.door.walk_ins import walk_in
from volunteer_core.events.entering import EventNotPublished
from volunteer_core.events.models import EventStatus, Signup
from volunteer_core.events.planning import call_off_event, create_event
from volunteer_core.events.signups import sign_up
from volunteer_core.events.views import SignupView
from volunteer_core.hours.entering import enter
from volunteer_core.hours.ledger import balance, list_entries
from volunteer_core.hours.models import EntryKind, EntrySource
from volunteer_core.hours.months.closing import close_month, report_month
from volunteer_core.permissions import Actor
from volunteer_core.timespans import Span

IN, OUT = Direction.IN, Direction.OUT


def concluded(
    lecture: Lecture,
    *,
    event: int | None = None,
    by: Actor = SCRIPT,
    now: datetime = AFTER,
    unmarked: Unmarked = Unmarked.ABSENT,
) -> Conclusion:
    with lecture.write(by, now) as work:
        return conclude(work, event_id=event or lecture.event, unmarked=unmarked)


def keep_door(lecture: Lecture) -> list[SignupView]:
    """One usher stays, one leaves early, one does not come; one listens, one does not; one waits."""
    people = lecture.people
    signups = [*lecture.sign_up_all(people[:3], lecture.ushers), *lecture.sign_up_all(people[3:6])]
    send(
        lecture,
        report(signups[0], IN, clock(14, 40)),
        report(signups[1], IN, clock(14, 20)),
        report(signups[1], OUT, clock(16)),
        report(signups[3], IN, clock(15, 5)),
        now=clock(16, 30),
    )
    return signups


def test_who_was_let_in_has_attended_and_who_was_not_is_a_no_show(lecture: Lecture) -> None:
    signups = keep_door(lecture)
    found = concluded(lecture)
    assert found == Conclusion(lecture.event, EventStatus.HELD, attended=3, missing=2, left_open=[])
    assert [attendance_of(lecture, signup) for signup in signups[:5]] == [
        "attended", "attended", "absent", "attended", "absent"
    ]  # fmt: skip
    assert lecture.waiting() == lecture.people[5:]
    # Within 14:30 to 17:00; who listens serves nobody.
    assert minutes_of(lecture, lecture.people) == [140, 90, 0, 0, 0, 0]
    with lecture.read() as work:
        counts = [list_entries(work, person_id=person).total for person in lecture.people]
    assert counts == [1, 1, 0, 0, 0, 0]


def test_where_no_door_was_kept_everybody_was_there_for_the_whole_of_it(lecture: Lecture) -> None:
    lecture.sign_up_all(lecture.people[:2], lecture.ushers)
    lecture.sign_up(lecture.people[2])
    excused = lecture.sign_up(lecture.people[3])
    mark(lecture, excused, Attendance.EXCUSED)
    found = concluded(lecture, unmarked=Unmarked.ATTENDED)
    assert (found.attended, found.missing) == (3, 1)
    assert minutes_of(lecture, lecture.people[:4]) == [150, 150, 0, 0]
    assert attendance_of(lecture, excused) == "excused"


def test_repeating_changes_nothing_and_single_people_are_marked_anew(lecture: Lecture) -> None:
    signups = keep_door(lecture)
    first = concluded(lecture)
    for unmarked in Unmarked:
        assert concluded(lecture, unmarked=unmarked) == first
    with lecture.read() as work:
        assert list_entries(work, person_id=lecture.people[0]).total == 1
    mark(lecture, signups[2], Attendance.LATE, checked_in_at=clock(16))
    mark(lecture, signups[0], Attendance.ABSENT)
    mark(lecture, signups[4], Attendance.EXCUSED)
    assert minutes_of(lecture, lecture.people[:3]) == [0, 90, 60]
    found = concluded(lecture)
    assert (found.attended, found.missing) == (3, 2)
    assert minutes_of(lecture, lecture.people[:3]) == [0, 90, 60]


def test_a_door_that_reports_after_that_corrects_it(lecture: Lecture) -> None:
    signups = keep_door(lecture)
    concluded(lecture)
    send(
        lecture,
        report(signups[0], OUT, clock(16, 40)),
        report(signups[2], IN, clock(15)),
        report(signups[4], IN, clock(15)),
        now=clock(9, day=date(2026, 12, 6)),
    )
    assert [attendance_of(lecture, signups[number]) for number in (0, 2, 4)] == ["attended"] * 3
    assert minutes_of(lecture, lecture.people[:3]) == [120, 90, 120]
    with lecture.write(now=AFTER) as work:  # the wrong name was ticked
        undo_check_in(work, signup_id=signups[3].id)
    assert attendance_of(lecture, signups[3]) == "absent"


def test_an_event_is_concluded_when_all_of_it_is_over(lecture: Lecture) -> None:
    with pytest.raises(EventNotOver):  # ushers stay until 17:00
        concluded(lecture, now=clock(16, 59))
    concluded(lecture, now=clock(17))


def test_only_what_took_place_is_concluded(lecture: Lecture) -> None:
    with lecture.write() as work:
        start, end = clock(9), clock(10)
        draft = create_event(work, title="讲座", site_id=lecture.site, starts_at=start, ends_at=end).id
    gone, _ = lecture.hold_event(clock(9), clock(10))
    with lecture.write() as work:
        call_off_event(work, event_id=gone.id)
    for event in (draft, gone.id):
        with pytest.raises(EventState):
            concluded(lecture, event=event)
    concluded(lecture)
    with lecture.write(now=AFTER) as work, pytest.raises(EventState):
        call_off_event(work, event_id=lecture.event)
    with lecture.write(now=clock(16)) as work, pytest.raises(EventNotPublished):
        walk_in(work, position_id=lecture.audience, person_id=lecture.people[0])


def test_it_is_concluded_by_the_organisers(lecture: Lecture) -> None:
    person = lecture.people[0]
    for actor in (Actor.anonymous(), Actor.person(person), lecture.other_leader, lecture.neighbour):
        with pytest.raises(NotAllowed):
            concluded(lecture, by=actor)
    for actor in (lecture.leader, lecture.coordinator, Actor.person(person, officer=True)):
        concluded(lecture, by=actor)


def close(lecture: Lecture, month: str, now: datetime) -> None:
    with lecture.write(now=now) as work:
        report_month(work, community_id=lecture.community, month=month)
        close_month(work, community_id=lecture.community, month=month)


def test_hours_of_a_closed_month_stand_in_the_open_one(lecture: Lecture) -> None:
    january = clock(9, day=date(2027, 1, 4))
    keep_door(lecture)
    concluded(lecture)
    close(lecture, "2026-12", january)
    mark(lecture, lecture.line(lecture.ushers)[2], Attendance.ATTENDED, now=january)
    with lecture.read() as work:
        entry = list_entries(work, person_id=lecture.people[2]).items[0]
    assert (entry.civil_date, entry.minutes) == (january.date(), 150)


def test_whom_hours_refuse_is_left_open_and_holds_up_nobody(lecture: Lecture) -> None:
    """No day has more than 24 hours, wherever they come from."""
    signups = keep_door(lecture)
    with lecture.write(now=AFTER) as work:
        enter(
            work,
            person_id=lecture.people[0],
            kind=EntryKind.SERVICE,
            minutes=1400,
            day=SATURDAY,
            community_id=lecture.community,
            source=EntrySource.IMPORT,
            what="值守",
            place="路口",
        )
    found = concluded(lecture)
    assert found.left_open == [LeftOpen(signups[0].id, "day_full")]
    assert (found.attended, found.missing) == (2, 2)
    assert attendance_of(lecture, signups[0]) is None
    mark(lecture, signups[0], Attendance.ATTENDED, checked_out_at=clock(15))
    assert concluded(lecture).left_open == []


def test_who_is_reported_while_it_is_being_concluded_has_attended(office: Database) -> None:
    lecture = announce_lecture(office)
    for number, signup in enumerate(lecture.sign_up_all(lecture.people[:3])):
        late = report(signup, IN, clock(15))
        at_once(
            lambda: concluded(lecture), lambda late=late: send(lecture, late, now=AFTER), round_number=number
        )
        assert presence_of(lecture, signup) == (clock(15), None)
        assert attendance_of(lecture, signup) == "attended"


def test_a_report_waits_for_the_conclusion(lecture: Lecture) -> None:
    """Else it would think that the event goes on, and leave open what is to be said of who came."""
    signup = lecture.sign_up(lecture.people[0])

    def do(act: Callable[[Work], object]) -> object:
        with lecture.write(now=AFTER) as work:
            return act(work)

    just_before_the_commit(
        do,
        lambda work: conclude(work, event_id=lecture.event),
        lambda: send(lecture, report(signup, IN, clock(15)), now=AFTER),
    )
    assert attendance_of(lecture, signup) == "attended"


def test_checking_in_twice_at_once_while_marking_waits_for_nobody(lecture: Lecture) -> None:
    usher = lecture.sign_up(lecture.people[0], lecture.ushers)

    def tick() -> None:
        with lecture.write(now=clock(15)) as work:
            check_in(work, signup_id=usher.id)

    def by_hand() -> None:
        mark(lecture, usher, Attendance.ATTENDED, now=clock(15), checked_out_at=clock(15))

    for number in range(3):
        assert at_once(tick, by_hand, tick, round_number=number) == [None] * 3
    assert minutes_of(lecture, lecture.people[:1]) == [30]


class Undo(Exception):
    """Ends a work without keeping it."""


way = st.tuples(st.integers(0, 200), st.sampled_from(Direction))
ways = st.lists(way, min_size=1, max_size=6, unique_by=lambda way: way[0])


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), found=ways)
def test_reports_before_and_after_the_conclusion_end_the_same(
    lecture: Lecture, data: st.DataObject, found: list[tuple[int, Direction]]
) -> None:
    """Whatever arrives when: presence is what all reports say, and minutes are that within the plan."""
    by_time = [Way(clock(13, 45) + timedelta(minutes=at), way) for at, way in found]
    reported = data.draw(st.permutations(by_time))
    early = data.draw(st.integers(0, len(reported)))
    with suppress(Undo), lecture.write() as work:
        person = lecture.people[0]
        signup_id = sign_up(work, position_id=lecture.ushers, person_id=person).id
        work.now = AFTER
        for part in (reported[:early], reported[early:]):
            if part:
                reports = [
                    Report(key=f"{at:%H%M}", direction=way, scanned_at=at, signup_id=signup_id)
                    for at, way in part
                ]
                report_scans(work, event_id=lecture.event, reports=reports)
            conclude(work, event_id=lecture.event)
        signup = work.find(Signup, signup_id)
        taken = [
            Way(scan.scanned_at, scan.direction)
            for scan in work.scalars(select(DoorScan).where(DoorScan.outcome != Outcome.REFUSED))
        ]
        end = course(taken)
        assert (signup.arrived_at, signup.left_at) == (end.arrived_at, end.left_at)
        promise = work.find(Commitment, signup.commitment_id or 0)
        assert promise.attendance is (Attendance.ATTENDED if end.was_there else Attendance.ABSENT)
        plan = Span(promise.starts_at, promise.ends_at)
        stay = (end.arrived_at or plan.start, end.left_at or plan.end)
        served = plan.intersection(Span(*stay)) if end.was_there and stay[0] < stay[1] else None
        total = balance(work, person_id=person).service_minutes
        assert total == (served.minutes if served else 0)
        raise Undo
