"""Approval, seats kept for a community, fewer seats, and coming in spite of a clash."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.events.lecture import BORN, NOW, SATURDAY, TODAY, Lecture, clock
from volunteer_core.commitments.models import Attendance
from volunteer_core.commitments.promises import Clash
from volunteer_core.errors import Malformed, NotAllowed
from volunteer_core.events.approving import NotRequested, decline, grant
from volunteer_core.events.attendance import mark_attendance
from volunteer_core.events.consents import give_consent
from volunteer_core.events.held_seats import HeldSeatsView, hold_seats
from volunteer_core.events.invited import NotForYou
from volunteer_core.events.listing import list_signups, read_event
from volunteer_core.events.minors import MinorDayFull
from volunteer_core.events.models import Position, SignupStatus
from volunteer_core.events.planning import change_event, create_event, publish_event
from volunteer_core.events.positions import SeatsTaken, add_position, change_capacity
from volunteer_core.events.signups import PositionStarted
from volunteer_core.events.views import SignupView
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.outbox import group_text
from volunteer_core.office.settings import change_setting
from volunteer_core.people.registry import register
from volunteer_core.people.standing import ConsentMissing
from volunteer_core.people.vouching import link_guardian
from volunteer_core.permissions import Actor

CONFIRMED, WAITING, REQUESTED = SignupStatus.CONFIRMED, SignupStatus.WAITING, SignupStatus.REQUESTED


@pytest.fixture
def asked(lecture: Lecture) -> list[SignupView]:
    """Four people have asked for one of two seats that somebody decides about."""
    with lecture.write() as work:
        work.lock(Position, lecture.audience).approval = True
    return [lecture.sign_up(person, by=Actor.person(person)) for person in lecture.people[:4]]


def decide(lecture: Lecture, signup: SignupView, *, granted: bool, by: Actor | None = None) -> SignupView:
    with lecture.write(by or lecture.leader) as work:
        return (grant if granted else decline)(work, signup_id=signup.id)


def test_what_is_asked_for_takes_no_seat_until_it_is_granted(
    lecture: Lecture, asked: list[SignupView]
) -> None:
    assert [signup.status for signup in asked] == [REQUESTED] * 4
    assert (lecture.seats().taken, lecture.seats().requested) == (0, 4)
    told = lecture.told(NoticeKind.GAP)
    assert [notice.person_id for notice in told] == [lecture.leader_id] * 4
    assert decide(lecture, asked[2], granted=True).status is CONFIRMED
    assert decide(lecture, asked[3], granted=True).status is CONFIRMED
    waits = decide(lecture, asked[0], granted=True)
    assert (waits.status, waits.place) == (WAITING, 1)
    assert decide(lecture, asked[1], granted=False).status is SignupStatus.DECLINED
    assert {notice.person_id for notice in lecture.told(NoticeKind.PERSONAL)} == set(lecture.people[:2])
    with lecture.read() as work:  # the group learns who has a seat, not whom somebody turned away
        text = group_text(work).text
    assert ("报名成功" in text, "未获通过" in text) == (True, False)


def test_what_is_granted_later_keeps_its_place_in_the_line(lecture: Lecture, asked: list[SignupView]) -> None:
    for number in (1, 2, 3, 0):
        decide(lecture, asked[number], granted=True)
    assert lecture.waiting() == [lecture.people[0], lecture.people[3]]
    lecture.cancel(asked[1])
    assert lecture.with_seat() == [lecture.people[0], lecture.people[2]]


def test_decided_once_by_who_organises_before_the_start(lecture: Lecture, asked: list[SignupView]) -> None:
    for by in (lecture.other_leader, lecture.neighbour, Actor.person(lecture.people[0])):
        with pytest.raises(NotAllowed):
            decide(lecture, asked[0], granted=True, by=by)
    decide(lecture, asked[0], granted=False, by=lecture.coordinator)
    with pytest.raises(NotRequested):
        decide(lecture, asked[0], granted=True)
    with pytest.raises(PositionStarted), lecture.write(now=clock(15)) as work:
        grant(work, signup_id=asked[1].id)
    with lecture.read() as work:
        rows = list_signups(work, event_id=lecture.event).items
    assert [row.status for row in rows] == [SignupStatus.DECLINED, *[REQUESTED] * 3]


def test_who_decides_signs_up_without_asking(lecture: Lecture, asked: list[SignupView]) -> None:
    member = lecture.newcomer(team=lecture.team)
    assert lecture.sign_up(member, by=lecture.leader).status is CONFIRMED


def keep(
    lecture: Lecture, seats: int, *, community: int | None = None, hours: float = 24
) -> list[HeldSeatsView]:
    with lecture.write() as work:
        return hold_seats(
            work,
            position_id=lecture.audience,
            community_id=community or lecture.community,
            seats=seats,
            until=NOW + timedelta(hours=hours),
        )


@pytest.fixture
def neighbours(lecture: Lecture) -> list[int]:
    """Two people of the community for which a seat is kept."""
    with lecture.write() as work:
        return [
            register(work, name="林一", birth_date=BORN, community_id=lecture.community).id for _ in range(2)
        ]


def test_seats_kept_for_a_community_go_to_its_people_until_the_instant(
    lecture: Lecture, neighbours: list[int]
) -> None:
    keep(lecture, 1)
    stranger, other, late = lecture.people[:3]
    assert lecture.sign_up(stranger).status is CONFIRMED
    assert lecture.sign_up(other).status is WAITING
    with lecture.read(Actor.anonymous()) as work:
        [kept] = read_event(work, event_id=lecture.event).held_seats
    assert (kept.position_id, kept.community_id, kept.seats) == (lecture.audience, lecture.community, 1)
    assert lecture.sign_up(neighbours[0]).status is CONFIRMED
    first = next(one for one in lecture.line() if one.person_id == neighbours[0])
    lecture.cancel(first)  # the seat is kept again
    assert lecture.waiting() == [other]
    assert lecture.sign_up(late, now=NOW + timedelta(hours=24)).status is WAITING
    assert lecture.with_seat() == [stranger, other]  # was ahead of the last


def test_what_is_kept_no_longer_goes_to_those_who_wait(lecture: Lecture, neighbours: list[int]) -> None:
    keep(lecture, 2)
    lecture.sign_up_all(lecture.people[:2])
    assert lecture.waiting() == lecture.people[:2]
    assert [kept.seats for kept in keep(lecture, 1)] == [1]
    assert lecture.with_seat() == lecture.people[:1]
    assert keep(lecture, 0) == []
    assert lecture.with_seat() == lecture.people[:2]


def test_an_event_that_moves_takes_along_until_when_seats_are_kept(lecture: Lecture) -> None:
    keep(lecture, 1, hours=24)
    with lecture.write() as work:
        change_event(work, event_id=lecture.event, starts_at=clock(15) + timedelta(days=1))
    with lecture.read() as work:
        assert read_event(work, event_id=lecture.event).held_seats[0].until == NOW + timedelta(hours=48)
    with lecture.write() as work:
        change_event(work, event_id=lecture.event, starts_at=NOW + timedelta(hours=12))
    lecture.sign_up_all(lecture.people[:2])
    assert lecture.with_seat() == lecture.people[:2]  # it would have been over long ago


def test_no_more_seats_are_kept_than_there_are(lecture: Lecture) -> None:
    keep(lecture, 1)
    for seats, community, hours in (
        (2, lecture.other_community, 1),
        (-1, None, 1),
        (1, None, 0),
        (1, None, 400),
    ):
        with pytest.raises(Malformed):
            keep(lecture, seats, community=community, hours=hours)
    keep(lecture, 1, community=lecture.other_community)


def test_fewer_seats_ask_who_goes_and_those_wait_at_their_place(lecture: Lecture) -> None:
    first, second, *_ = lecture.sign_up_all(lecture.people[:4])
    with pytest.raises(SeatsTaken) as refusal, lecture.write() as work:
        change_capacity(work, position_id=lecture.audience, capacity=1)
    assert refusal.value.facts["latest"] == [second.id, first.id]
    for leaving in ([first.id, second.id], [999], [lecture.line()[2].id]):
        with pytest.raises(Malformed), lecture.write() as work:
            change_capacity(work, position_id=lecture.audience, capacity=1, leaving=leaving)
    assert lecture.with_seat() == lecture.people[:2]
    with lecture.write() as work:
        change_capacity(work, position_id=lecture.audience, capacity=1, leaving=[first.id])
    assert lecture.with_seat() == [lecture.people[1]]
    assert lecture.waiting() == [lecture.people[0], *lecture.people[2:4]]
    assert [notice.person_id for notice in lecture.told(NoticeKind.CHANGED)] == [lecture.people[0]]
    with lecture.write() as work:
        change_capacity(work, position_id=lecture.audience, capacity=2)
    assert lecture.with_seat() == lecture.people[:2]


def test_a_leader_has_somebody_come_in_spite_of_a_clash_and_says_why(lecture: Lecture) -> None:
    busy = lecture.newcomer(team=lecture.team)
    _, elsewhere = lecture.hold_event(clock(16), clock(17))
    lecture.sign_up(busy, elsewhere)
    with pytest.raises(Clash):
        lecture.sign_up(busy, by=lecture.leader)
    for by in (Actor.person(busy), lecture.other_leader):
        with pytest.raises(NotAllowed):
            lecture.sign_up(busy, by=by, override_reason="想来")
    with pytest.raises(Malformed):
        lecture.sign_up(busy, by=lecture.leader, override_reason=" ")
    assert lecture.sign_up(busy, by=lecture.leader, override_reason="只听前半场").status is CONFIRMED
    assert lecture.line()[0].override_reason == "只听前半场"


def test_an_override_holds_while_somebody_waits(lecture: Lecture) -> None:
    first, _ = lecture.sign_up_all(lecture.people[:2])
    busy = lecture.people[2]
    _, elsewhere = lecture.hold_event(clock(16), clock(17))
    lecture.sign_up(busy, elsewhere)
    assert lecture.sign_up(busy, override_reason="只听前半场").status is WAITING
    lecture.cancel(first)
    assert lecture.with_seat() == [lecture.people[1], busy]


def test_who_often_did_not_come_is_asked_for_approval_where_the_office_says_so(lecture: Lecture) -> None:
    missing = lecture.people[0]
    _, seat = lecture.hold_event(NOW + timedelta(hours=1), NOW + timedelta(hours=2))
    missed = lecture.sign_up(missing, seat)
    after = NOW + timedelta(hours=3)
    with lecture.write(now=after) as work:
        mark_attendance(work, signup_id=missed.id, attendance=Attendance.ABSENT)
    assert lecture.sign_up(missing, now=after).status is CONFIRMED
    with lecture.write(now=after) as work:
        change_setting(work, name="no_shows_before_approval", value=1, valid_from=NOW.date())
    again = lecture.sign_up(
        missing, lecture.hold_event(clock(9), clock(10))[1], by=Actor.person(missing), now=after
    )
    assert again.status is REQUESTED
    other = lecture.people[1]
    free = lecture.hold_event(clock(9), clock(10))[1]
    assert lecture.sign_up(other, free, by=Actor.person(other), now=after).status is CONFIRMED


def test_an_event_for_a_team_takes_its_members_only(lecture: Lecture) -> None:
    member = lecture.newcomer(team=lecture.team)
    with lecture.write() as work:
        event = create_event(
            work,
            title="队内培训",
            site_id=lecture.site,
            starts_at=clock(9),
            ends_at=clock(10),
            for_team_id=lecture.team,
        ).id
        seat = add_position(work, event_id=event, name="学员", capacity=5, earns_hours=False).id
        publish_event(work, event_id=event)
    with pytest.raises(NotForYou):
        lecture.sign_up(lecture.people[0], seat)
    assert lecture.sign_up(member, seat).status is CONFIRMED


def test_minors_promise_no_more_minutes_a_day_than_their_age_allows(lecture: Lecture) -> None:
    minor, guardian = lecture.newcomer(born=date(2013, 1, 1)), lecture.people[0]
    with lecture.write() as work:  # 13 years old: at most 120 minutes
        link_guardian(work, ward_id=minor, guardian_id=guardian, relation="母亲", valid_from=TODAY)
        give_consent(work, ward_id=minor, guardian_id=guardian, valid_from=TODAY, valid_to=SATURDAY)
    seats = [lecture.hold_event(clock(hour), clock(hour + 1))[1] for hour in (8, 9, 10)]
    for seat in seats[:2]:
        assert lecture.sign_up(minor, seat).status is CONFIRMED
    with pytest.raises(MinorDayFull):
        lecture.sign_up(minor, seats[2])
    assert lecture.sign_up(minor).status is CONFIRMED  # to listen is no service


def test_a_consent_for_one_event_is_one_for_that_event(lecture: Lecture) -> None:
    minor, guardian = lecture.newcomer(born=date(2010, 1, 1)), lecture.people[0]
    event, seat = lecture.hold_event(clock(9), clock(10))
    _, elsewhere = lecture.hold_event(clock(11), clock(12))
    with lecture.write() as work:
        link_guardian(work, ward_id=minor, guardian_id=guardian, relation="母亲", valid_from=TODAY)
        give_consent(work, ward_id=minor, guardian_id=guardian, event_id=event.id)
    assert lecture.sign_up(minor, seat).status is CONFIRMED
    with pytest.raises(ConsentMissing):
        lecture.sign_up(minor, elsewhere)
