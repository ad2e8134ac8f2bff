"""Who was there, and what it earns."""

from __future__ import annotations

from typing import Any

import pytest

from tests.events.lecture import BORN, Lecture, clock
from volunteer_core.commitments.models import Attendance
from volunteer_core.commitments.promises import AlreadyServed
from volunteer_core.errors import Malformed, NotAllowed
from volunteer_core.events.attendance import mark_attendance
from volunteer_core.events.signups import PositionStarted
from volunteer_core.events.views import AttendanceView, SignupView
from volunteer_core.hours.ledger import list_entries
from volunteer_core.hours.models import EntryKind
from volunteer_core.hours.recording import NotPromised, NotYetEnded, NotYetStarted
from volunteer_core.people.registry import register
from volunteer_core.permissions import Actor
from volunteer_core.teams.grid_posts import appoint
from volunteer_core.teams.membership import join
from volunteer_core.teams.models import GridRole
from volunteer_core.teams.programmes import set_up_programme
from volunteer_core.timespans import civil_date
from volunteer_core.workdays.daybook import DayRule

AFTER = clock(18)


def mark(lecture: Lecture, signup: SignupView, attendance: Attendance, **given: Any) -> AttendanceView:
    by, now = given.pop("by", lecture.leader), given.pop("now", AFTER)
    with lecture.write(by, now) as work:
        return mark_attendance(work, signup_id=signup.id, attendance=attendance, **given)


def test_an_usher_earns_the_time_given_within_the_plan_and_the_audience_nothing(lecture: Lecture) -> None:
    usher, late, absent = lecture.sign_up_all(lecture.people[:3], lecture.ushers)
    listener = lecture.sign_up(lecture.people[3])
    # There from 14:00 to 16:20, but planned from 14:30 on.
    early = {"checked_in_at": clock(14), "checked_out_at": clock(16, 20)}
    assert mark(lecture, usher, Attendance.ATTENDED, **early).minutes == 110
    assert mark(lecture, late, Attendance.LATE, checked_in_at=clock(15)).minutes == 120
    assert mark(lecture, absent, Attendance.EXCUSED).minutes == 0
    assert mark(lecture, listener, Attendance.ATTENDED).minutes == 0
    assert mark(lecture, absent, Attendance.ATTENDED).minutes == 150  # corrected
    with lecture.read() as work:
        counts = [list_entries(work, person_id=person).total for person in lecture.people[:4]]
    assert counts == [1, 1, 1, 0]


def test_hours_are_served_for_the_team_that_organises_if_one_belongs_to_it(lecture: Lecture) -> None:
    member, neither, other = lecture.people[:3]
    with lecture.write() as work:
        for team, person in (
            (lecture.team, member),
            (lecture.other_team, member),
            (lecture.other_team, other),
        ):
            join(work, team_id=team, person_id=person, on=civil_date(work.now))
    for signup in lecture.sign_up_all([member, neither, other], lecture.ushers):
        mark(lecture, signup, Attendance.ATTENDED)
    with lecture.read() as work:
        teams = [list_entries(work, person_id=person).items[0].team_id for person in (member, neither, other)]
    assert teams == [lecture.team, None, lecture.other_team]


def test_who_is_paid_for_it_earns_paid_duty(lecture: Lecture) -> None:
    with lecture.write() as work:
        duty = set_up_programme(work, code="DUTY", name="值班", day_rule=DayRule.EVERY_DAY, duty=True).id
        worker = register(work, name="符海燕", birth_date=BORN).id
        appoint(
            work,
            person_id=worker,
            role=GridRole.RECRUITED_GRID_WORKER,
            community_id=lecture.community,
            salaried=True,
            since=civil_date(work.now),
        )
    _, position = lecture.hold_event(clock(9), clock(10), programme=duty)
    for person in (worker, lecture.people[0]):
        mark(lecture, lecture.sign_up(person, position), Attendance.ATTENDED, by=lecture.neighbour)
    with lecture.read() as work:
        kinds = [list_entries(work, person_id=id_).items[0].kind for id_ in (worker, lecture.people[0])]
    assert kinds == [EntryKind.PAID_DUTY, EntryKind.SERVICE]


def test_attendance_is_marked_from_the_start_on_and_time_once_it_is_given(lecture: Lecture) -> None:
    signup = lecture.sign_up(lecture.people[0], lecture.ushers)
    with pytest.raises(NotYetStarted):
        mark(lecture, signup, Attendance.ATTENDED, now=clock(14, 29))
    with pytest.raises(NotYetEnded):
        mark(lecture, signup, Attendance.ATTENDED, now=clock(16))
    with pytest.raises(Malformed):
        mark(lecture, signup, Attendance.ATTENDED, now=clock(16), checked_out_at=clock(17))
    assert mark(lecture, signup, Attendance.ATTENDED, now=clock(16), checked_out_at=clock(16)).minutes == 90


def test_only_who_had_a_seat_can_have_been_there(lecture: Lecture) -> None:
    first, _, waits, _ = lecture.sign_up_all(lecture.people[:4])
    last = lecture.sign_up(lecture.people[4])
    lecture.cancel(first)
    lecture.cancel(last)
    assert mark(lecture, waits, Attendance.ATTENDED).minutes == 0  # promoted by the first's cancelling
    for nobody in (first, last):
        with pytest.raises(NotPromised):
            mark(lecture, nobody, Attendance.ATTENDED)


def test_who_was_there_cannot_cancel(lecture: Lecture) -> None:
    signup = lecture.sign_up(lecture.people[0], lecture.ushers)
    mark(lecture, signup, Attendance.ATTENDED)
    with pytest.raises((PositionStarted, AlreadyServed)):
        lecture.cancel(signup, now=AFTER)


def test_attendance_is_marked_by_the_organisers(lecture: Lecture) -> None:
    person = lecture.people[0]
    signup = lecture.sign_up(person, lecture.ushers)
    for actor in (Actor.anonymous(), Actor.person(person), lecture.other_leader, lecture.neighbour):
        with pytest.raises(NotAllowed):
            mark(lecture, signup, Attendance.ATTENDED, by=actor)
    for actor in (lecture.leader, lecture.coordinator, Actor.person(person, officer=True)):
        mark(lecture, signup, Attendance.ATTENDED, by=actor)
