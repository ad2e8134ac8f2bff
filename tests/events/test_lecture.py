"""The whole life of the fire-safety lecture: 40 seats, 3 ushers, a wait-list."""

from __future__ import annotations

from tests.events.lecture import SATURDAY, announce_lecture, clock
from volunteer_core.commitments.models import Attendance
from volunteer_core.database import Database
from volunteer_core.events.attendance import mark_attendance
from volunteer_core.events.listing import my_signups, read_event
from volunteer_core.events.models import SignupStatus
from volunteer_core.notices.models import NoticeKind
from volunteer_core.permissions import Actor


def test_a_lecture_from_its_announcement_to_the_hours_of_its_ushers(office: Database) -> None:
    lecture = announce_lecture(office, people=46)
    ushers, residents = lecture.people[:3], lecture.people[3:]
    posts = lecture.sign_up_all(ushers, lecture.ushers)
    signups = lecture.sign_up_all(residents)

    with office.read(by=Actor.anonymous()) as work:
        shown = read_event(work, event_id=lecture.event)
    seats = {
        position.name: (position.confirmed, position.waiting, position.free) for position in shown.positions
    }
    assert seats == {"引导员": (3, 0, 0), "听众": (40, 3, 0)}
    assert [signup.place for signup in signups[-4:]] == [None, 1, 2, 3]

    # One in the audience cannot come: the first who waits gets the seat and is told.
    lecture.cancel(signups[7], by=Actor.person(residents[7]))
    assert lecture.waiting() == residents[41:]
    assert residents[40] in lecture.with_seat()
    assert residents[7] not in lecture.with_seat()
    (notice,) = lecture.told(NoticeKind.PROMOTED)
    assert (notice.person_id, notice.team_id) == (residents[40], lecture.team)
    assert "消防安全知识讲座" in notice.text
    assert "12月5日（周六）15:00–16:30" in notice.text
    with office.read(by=Actor.person(residents[42])) as work:
        (mine,) = my_signups(work, person_id=residents[42]).items
    assert (mine.status, mine.place, mine.number) == (SignupStatus.WAITING, 2, 43)
    assert (mine.title, mine.starts_at) == ("消防安全知识讲座", clock(15))

    # Afterwards the leader marks who was there: ushers earn 150 minutes, the audience none.
    with lecture.write(lecture.leader, clock(18, day=SATURDAY)) as work:
        marked = [
            mark_attendance(work, signup_id=signup.id, attendance=Attendance.ATTENDED)
            for signup in (posts[0], signups[0])
        ]
    assert [view.minutes for view in marked] == [150, 0]
