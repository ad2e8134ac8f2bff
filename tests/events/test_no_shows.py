"""Who had a seat and did not come, and who did so too often."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.events.afterwards import mark
from tests.events.lecture import SATURDAY, SCRIPT, Lecture, clock
from tests.world import MONDAY, World
from volunteer_core.commitments.models import Attendance
from volunteer_core.events.models import Signup
from volunteer_core.events.no_shows import habitual, no_show_column, no_shows_of
from volunteer_core.office.settings import change_setting, settings_on


def counted(lecture: Lecture, *, day: date = SATURDAY) -> dict[int, int]:
    with lecture.read() as work:
        return no_shows_of(work, lecture.people, day, settings_on(work, day))


def not_coming(lecture: Lecture, day: date = SATURDAY) -> set[int]:
    with lecture.read() as work:
        return habitual(work, lecture.people, day, settings_on(work, day))


@pytest.fixture
def missed(lecture: Lecture) -> Lecture:
    """At the lecture the first usher was absent, the second excused, the third there; one of the
    audience was absent, too. In the morning the first was absent already."""
    ushers = lecture.sign_up_all(lecture.people[:3], lecture.ushers)
    listener = lecture.sign_up(lecture.people[3])
    _, morning = lecture.hold_event(clock(9), clock(10))
    mark(lecture, lecture.sign_up(lecture.people[0], morning), Attendance.ABSENT)
    for signup, attendance in zip(
        (*ushers, listener),
        (Attendance.ABSENT, Attendance.EXCUSED, Attendance.ATTENDED, Attendance.ABSENT),
        strict=True,
    ):
        mark(lecture, signup, attendance)
    return lecture


def test_who_had_a_seat_and_was_absent_is_counted(missed: Lecture) -> None:
    assert counted(missed) == {missed.people[0]: 2, missed.people[3]: 1}


def test_a_no_show_counts_for_as_long_as_the_office_says(missed: Lecture) -> None:
    last = SATURDAY + timedelta(days=179)
    assert len(counted(missed, day=last)) == 2
    assert counted(missed, day=last + timedelta(days=1)) == {}
    assert counted(missed, day=SATURDAY - timedelta(days=1)) == {}  # not yet


def test_what_is_corrected_was_none(missed: Lecture) -> None:
    line = {signup.person_id: signup for signup in missed.line(missed.ushers)}
    mark(missed, line[missed.people[0]], Attendance.ATTENDED)
    assert counted(missed) == {missed.people[0]: 1, missed.people[3]: 1}


def test_only_a_setting_has_anybody_asked_for_approval(missed: Lecture) -> None:
    assert not_coming(missed) == set()
    for enough, expected in ((1, {missed.people[0], missed.people[3]}), (2, {missed.people[0]}), (3, set())):
        with missed.write() as work:
            change_setting(work, name="no_shows_before_approval", value=enough, valid_from=SATURDAY)
        assert not_coming(missed) == expected


def test_an_absence_from_a_shift_is_none_at_events(world: World) -> None:
    person = world.person()
    world.mark(world.published(person), person, attendance=Attendance.ABSENT)
    with world.office.read(by=SCRIPT) as work:
        assert no_shows_of(work, [person], MONDAY, settings_on(work, MONDAY)) == {}


def test_a_list_of_signups_can_say_it_of_each(missed: Lecture) -> None:
    with missed.read() as work:
        column = no_show_column(SATURDAY, settings_on(work, SATURDAY))
        rows = work.execute(select(Signup.person_id, column).where(Signup.position_id == missed.ushers))
        assert {row.person_id: row.no_shows for row in rows} == dict(
            zip(missed.people[:3], (2, 0, 0), strict=True)
        )
