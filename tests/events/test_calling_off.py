"""Calling off: everybody is told, nobody is held to it, and hours already earned stay."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.events.lecture import NOW, Lecture, clock
from volunteer_core.closures.declaring import declare_closure
from volunteer_core.commitments.models import Attendance
from volunteer_core.errors import Malformed
from volunteer_core.events.attendance import mark_attendance
from volunteer_core.events.calling_off import EventEnded
from volunteer_core.events.changing_positions import change_position
from volunteer_core.events.door.scanning import check_in
from volunteer_core.events.entering import EventNotPublished, NotSignedUp
from volunteer_core.events.listing import list_events, my_signups, read_event
from volunteer_core.events.models import EventStatus, SignupStatus
from volunteer_core.events.planning import call_off_event, create_event
from volunteer_core.events.positions import change_capacity
from volunteer_core.hours.ledger import list_entries
from volunteer_core.notices.models import NoticeKind
from volunteer_core.permissions import Actor


def call_off(lecture: Lecture, *, reason: str = "", **when: object) -> None:
    with lecture.write(**when) as work:  # type: ignore[arg-type]
        call_off_event(work, event_id=lecture.event, reason=reason)


def test_all_who_have_a_seat_or_wait_are_told_when_what_and_why(lecture: Lecture) -> None:
    *_, cancelled = lecture.sign_up_all(lecture.people[:4])
    lecture.sign_up(lecture.people[4], lecture.ushers)
    lecture.cancel(cancelled)
    call_off(lecture, reason="台风红色预警")
    told = {notice.person_id: notice.text for notice in lecture.told(NoticeKind.CALLED_OFF)}
    assert set(told) == {*lecture.people[:3], lecture.people[4]}
    assert (
        "“消防安全知识讲座”（12月5日（周六）15:00–16:30）已取消。原因：台风红色预警。"
        in told[lecture.people[2]]
    )
    assert "14:30–17:00" in told[lecture.people[4]]
    assert {signup.status for signup in lecture.line()} == {SignupStatus.CALLED_OFF, SignupStatus.CANCELLED}


def test_the_time_of_those_who_had_a_seat_is_free_again(lecture: Lecture) -> None:
    person = lecture.people[0]
    signup = lecture.sign_up(person)
    call_off(lecture)
    _, elsewhere = lecture.hold_event(clock(15), clock(16))
    assert lecture.sign_up(person, elsewhere).status is SignupStatus.CONFIRMED
    with pytest.raises(NotSignedUp):
        lecture.cancel(signup)
    with pytest.raises(EventNotPublished):
        lecture.sign_up(person)


def test_who_is_offered_a_seat_asked_for_one_or_had_to_give_theirs_up_is_told_too(lecture: Lecture) -> None:
    first, displaced, waits = lecture.sign_up_all(lecture.people[:3])
    asked = lecture.people[3]
    with lecture.write() as work:
        change_position(work, position_id=lecture.audience, offer_minutes=600)
        change_position(work, position_id=lecture.ushers, approval=True)
    lecture.sign_up(asked, lecture.ushers, by=Actor.person(asked))
    with lecture.write() as work:
        change_capacity(work, position_id=lecture.audience, capacity=1, leaving=[displaced.id])
    lecture.cancel(first)
    assert [one.status for one in lecture.line()] == [
        SignupStatus.CANCELLED, SignupStatus.OFFERED, SignupStatus.WAITING
    ]  # fmt: skip
    call_off(lecture)
    concerned = {displaced.person_id, waits.person_id, asked}
    assert {notice.person_id for notice in lecture.told(NoticeKind.CALLED_OFF)} == concerned
    assert {one.status for one in lecture.line()[1:]} == {SignupStatus.CALLED_OFF}
    assert [one.status for one in lecture.line(lecture.ushers)] == [SignupStatus.CALLED_OFF]


def test_hours_already_earned_stay(lecture: Lecture) -> None:
    served, absent = lecture.people[:2]
    first, _ = lecture.sign_up_all([served, absent], lecture.ushers)
    with lecture.write(now=clock(16)) as work:
        mark_attendance(
            work, signup_id=first.id, attendance=Attendance.ATTENDED, checked_out_at=clock(15, 30)
        )
    call_off(lecture, now=clock(16, 10))
    with lecture.read() as work:
        entries = list_entries(work, person_id=served).items
        statuses = [my_signups(work, person_id=person).items[0].status for person in (served, absent)]
    assert [entry.minutes for entry in entries] == [60]
    assert statuses == [SignupStatus.CONFIRMED, SignupStatus.CALLED_OFF]
    assert [notice.person_id for notice in lecture.told(NoticeKind.CALLED_OFF)] == [absent]
    with lecture.write(now=clock(17, 30)) as work:  # and can still be corrected
        corrected = mark_attendance(
            work,
            signup_id=first.id,
            attendance=Attendance.LATE,
            checked_in_at=clock(15),
        )
    assert corrected.minutes == 120


def test_who_serves_as_it_is_called_off_is_told_and_their_time_can_still_be_marked(lecture: Lecture) -> None:
    """Who came early to what is called off before its start has served nothing."""
    usher, listener = lecture.people[:2]
    served, early = lecture.sign_up(usher, lecture.ushers), lecture.sign_up(listener)
    for signup in (served, early):
        with lecture.write(now=clock(14, 45)) as work:
            check_in(work, signup_id=signup.id)
    call_off(lecture, now=clock(14, 50))
    assert {notice.person_id for notice in lecture.told(NoticeKind.CALLED_OFF)} == {usher, listener}
    assert lecture.line()[0].status is SignupStatus.CALLED_OFF
    with lecture.write(now=clock(15)) as work:
        marked = mark_attendance(
            work, signup_id=served.id, attendance=Attendance.ATTENDED, checked_out_at=clock(14, 50)
        )
    assert marked.minutes == 20


def test_what_is_over_is_marked_and_not_called_off(lecture: Lecture) -> None:
    lecture.sign_up(lecture.people[0], lecture.ushers)
    with pytest.raises(EventEnded):
        call_off(lecture, now=clock(16, 30))
    assert lecture.with_seat(lecture.ushers) == lecture.people[:1]
    with lecture.write() as work:  # a draft that nobody published has not taken place
        draft = create_event(work, title="草稿", site_id=lecture.site, starts_at=clock(9), ends_at=clock(10))
    with lecture.write(now=clock(11)) as work:
        assert call_off_event(work, event_id=draft.id).status is EventStatus.CALLED_OFF


def test_the_public_sees_what_was_called_off_but_no_draft_that_never_was_published(lecture: Lecture) -> None:
    with lecture.write() as work:
        draft = create_event(work, title="草稿", site_id=lecture.site, starts_at=clock(9), ends_at=clock(10))
        call_off_event(work, event_id=draft.id)
    call_off(lecture)
    with lecture.read(Actor.anonymous()) as work:
        (shown,) = list_events(work).items
    assert (shown.id, shown.status) == (lecture.event, EventStatus.CALLED_OFF)


def test_a_reason_is_one_line_of_reasonable_length(lecture: Lecture) -> None:
    for reason in ("长" * 201, "两\n行"):
        with pytest.raises(Malformed):
            call_off(lecture, reason=reason)


def test_a_closure_calls_off_what_lies_in_it(lecture: Lecture) -> None:
    lecture.sign_up_all(lecture.people[:3])
    later, _ = lecture.hold_event(clock(18), clock(19))
    with lecture.write() as work:
        declared = declare_closure(
            work,
            name="台风停课",
            source="区教育局",
            starts_at=clock(13),
            ends_at=clock(18),
            community_id=lecture.community,
        )
    assert declared.events == [lecture.event]
    assert {notice.person_id for notice in lecture.told(NoticeKind.CLOSURE)} == set(lecture.people[:3])
    with lecture.read(now=NOW + timedelta(hours=1)) as work:
        assert read_event(work, event_id=lecture.event).status is EventStatus.CALLED_OFF
        assert read_event(work, event_id=later.id).status is EventStatus.PUBLISHED
