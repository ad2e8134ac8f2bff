"""Who may sign up when, and what the rules say about them on the day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.events.lecture import NOW, SATURDAY, TODAY, Lecture, clock
from volunteer_core.commitments.promises import Clash
from volunteer_core.errors import NotAllowed, NotFound, Refused
from volunteer_core.events.entering import AlreadySignedUp, EventNotPublished, NotSignedUp, SignupNotOpen
from volunteer_core.events.hindrances import GuardianNotComing
from volunteer_core.events.models import SignupStatus
from volunteer_core.events.planning import change_event, create_event
from volunteer_core.events.positions import add_position, change_capacity
from volunteer_core.events.signups import CancelTooLate, PositionStarted, cancel, sign_up
from volunteer_core.notices.models import NoticeKind
from volunteer_core.people.models import CheckResult
from volunteer_core.people.registry import leave_office, register
from volunteer_core.people.standing import (
    AgeOutside,
    AgeUnknown,
    CheckMissing,
    ConsentMissing,
    GuardianPresenceNeeded,
    MinorAtEmergency,
    OnLeave,
    PersonLeft,
    QualificationMissing,
)
from volunteer_core.people.vouching import give_consent, link_guardian, qualify, record_check, take_leave
from volunteer_core.permissions import Actor
from volunteer_core.teams.membership import join
from volunteer_core.teams.programmes import set_up_programme
from volunteer_core.workdays.daybook import DayRule

MINUTE = timedelta(minutes=1)


def position(lecture: Lecture, *, earns_hours: bool = False, **rules: object) -> int:
    with lecture.write() as work:
        return add_position(
            work, event_id=lecture.event, name="专区", capacity=5, earns_hours=earns_hours, **rules
        ).id


def test_a_person_signs_up_for_a_position_once(lecture: Lecture) -> None:
    for person in lecture.people[:3]:  # two seats: one with a seat and one who waits try again
        lecture.sign_up(person)
    for person in lecture.people[:3]:
        with pytest.raises(AlreadySignedUp):
            lecture.sign_up(person)
    assert lecture.line()[2].number == 3
    assert len(lecture.line()) == 3


def test_sign_up_is_open_from_its_opening_to_its_close(lecture: Lecture) -> None:
    opens, closes = NOW + timedelta(days=2), NOW + timedelta(days=4)
    with lecture.write() as work:
        change_event(work, event_id=lecture.event, signup_opens_at=opens, signup_closes_at=closes)
    for moment in (opens - MINUTE, closes, closes + MINUTE):
        with pytest.raises(SignupNotOpen):
            lecture.sign_up(lecture.people[0], now=moment)
    lecture.sign_up(lecture.people[0], now=opens)
    lecture.sign_up(lecture.people[1], now=closes - MINUTE)


def test_nobody_signs_up_for_a_position_that_has_started(lecture: Lecture) -> None:
    # The event starts at 15:00 and its sign-up closes then, but the ushers are there from 14:30 on.
    lecture.sign_up(lecture.people[0], lecture.ushers, now=clock(14, 29))
    with pytest.raises(SignupNotOpen):
        lecture.sign_up(lecture.people[1], lecture.ushers, now=clock(14, 30))
    lecture.sign_up(lecture.people[1], now=clock(14, 59))
    with pytest.raises(SignupNotOpen):
        lecture.sign_up(lecture.people[2], now=clock(15))


def test_nobody_signs_up_for_a_draft(lecture: Lecture) -> None:
    with lecture.write() as work:
        draft = create_event(work, title="草稿", site_id=lecture.site, starts_at=clock(9), ends_at=clock(10))
        seat = add_position(work, event_id=draft.id, name="听众", capacity=1, earns_hours=False).id
    with pytest.raises(EventNotPublished):
        lecture.sign_up(lecture.people[0], seat)


def test_unknown_people_and_positions_are_not_found(lecture: Lecture) -> None:
    for person, seat in ((999, lecture.audience), (lecture.people[0], 999), (0, -1), (2**40, 2**40)):
        with pytest.raises(NotFound):
            lecture.sign_up(person, seat)
    assert lecture.line() == []


def test_who_is_somewhere_else_cannot_even_wait(lecture: Lecture) -> None:
    _, elsewhere = lecture.hold_event(clock(16), clock(17))
    busy, *others = lecture.people
    lecture.sign_up(busy, elsewhere)
    with pytest.raises(Clash):
        lecture.sign_up(busy)
    lecture.sign_up_all(others[:2])
    with pytest.raises(Clash):
        lecture.sign_up(busy)
    assert busy not in {signup.person_id for signup in lecture.line()}


def test_back_to_back_is_no_clash(lecture: Lecture) -> None:
    _, before = lecture.hold_event(clock(14), clock(15))
    _, after = lecture.hold_event(clock(16, 30), clock(17))
    for seat in (before, lecture.audience, after):
        assert lecture.sign_up(lecture.people[0], seat).status is SignupStatus.CONFIRMED


def test_one_person_is_not_usher_and_audience_at_once(lecture: Lecture) -> None:
    lecture.sign_up(lecture.people[0], lecture.ushers)
    with pytest.raises(Clash):
        lecture.sign_up(lecture.people[0])


@pytest.mark.parametrize(("birthday", "refused"), [(SATURDAY, False), (SATURDAY + timedelta(days=1), True)])
def test_age_is_judged_on_the_day_of_the_event(lecture: Lecture, birthday: date, refused: bool) -> None:
    # On the day of sign-up both are still 59.
    senior = lecture.newcomer(born=birthday.replace(year=1966))
    seat = position(lecture, min_age=60)
    if refused:
        with pytest.raises(AgeOutside):
            lecture.sign_up(senior, seat)
    else:
        lecture.sign_up(senior, seat)


def test_ages_have_a_lower_and_an_upper_bound_and_must_be_known(lecture: Lecture) -> None:
    seat = position(lecture, min_age=14, max_age=60)
    for born, refusal in (
        (date(2013, 6, 1), AgeOutside),
        (date(1965, 6, 1), AgeOutside),
        (None, AgeUnknown),
    ):
        with pytest.raises(refusal):
            lecture.sign_up(lecture.newcomer(born=born), seat)
    lecture.sign_up(lecture.newcomer(born=date(1966, 6, 1)), seat)


def test_a_minor_needs_consent_to_serve_but_not_to_listen(lecture: Lecture) -> None:
    minor, mother = lecture.newcomer(born=date(2011, 5, 4)), lecture.people[0]
    lecture.cancel(lecture.sign_up(minor))
    with pytest.raises(ConsentMissing):
        lecture.sign_up(minor, lecture.ushers)
    with lecture.write() as work:
        link_guardian(work, ward_id=minor, guardian_id=mother, relation="母亲", valid_from=TODAY)
        give_consent(work, ward_id=minor, guardian_id=mother, valid_from=TODAY, valid_to=SATURDAY)
    assert lecture.sign_up(minor, lecture.ushers).status is SignupStatus.CONFIRMED


def test_the_youngest_come_with_their_guardian(lecture: Lecture) -> None:
    child = lecture.newcomer(born=date(2018, 5, 4))
    with pytest.raises(GuardianPresenceNeeded):
        lecture.sign_up(child)
    with pytest.raises(GuardianNotComing):
        lecture.sign_up(child, accompanied=True)
    assert lecture.sign_up(child, accompanied=True, companions=1).accompanied
    assert lecture.seats().taken == 2


def test_a_guardian_with_a_sign_up_of_their_own_takes_one_seat(lecture: Lecture) -> None:
    child, guardian = lecture.newcomer(born=date(2018, 5, 4)), lecture.people[0]
    with lecture.write() as work:
        link_guardian(work, ward_id=child, guardian_id=guardian, relation="母亲", valid_from=TODAY)
    helps = lecture.sign_up(guardian, lecture.ushers)
    assert lecture.sign_up(child, accompanied=True).status is SignupStatus.CONFIRMED
    # While the child waits, the guardian may leave: then it is not accompanied any more.
    other = lecture.newcomer(born=date(2018, 5, 4))
    with lecture.write() as work:
        link_guardian(work, ward_id=other, guardian_id=guardian, relation="母亲", valid_from=TODAY)
    last = lecture.sign_up(lecture.people[1])
    assert lecture.sign_up(other, accompanied=True).status is SignupStatus.WAITING
    assert lecture.told(NoticeKind.GAP) == []
    lecture.cancel(helps)
    told = lecture.told(NoticeKind.GAP)  # of either child, to whoever organises it
    assert [notice.person_id for notice in told] == [lecture.leader_id] * 2
    assert all("须有监护人陪同" in notice.text for notice in told)
    lecture.cancel(last)
    assert other in lecture.waiting()


def test_who_answers_for_a_child_no_more_that_day_does_not_accompany_it(lecture: Lecture) -> None:
    child, guardian = lecture.newcomer(born=date(2018, 5, 4)), lecture.people[0]
    lecture.sign_up(guardian, lecture.ushers)
    facts = {"ward_id": child, "guardian_id": guardian, "relation": "母亲", "valid_from": TODAY}
    with lecture.write() as work:
        link_guardian(work, valid_to=SATURDAY - timedelta(days=1), **facts)
    with pytest.raises(GuardianNotComing):
        lecture.sign_up(child, accompanied=True)
    with lecture.write() as work:
        link_guardian(work, valid_to=SATURDAY, **facts)
    assert lecture.sign_up(child, accompanied=True).accompanied


def test_who_is_on_leave_does_not_serve_but_may_listen(lecture: Lecture) -> None:
    person = lecture.people[0]
    with lecture.write() as work:
        take_leave(work, person_id=person, first_day=SATURDAY, last_day=SATURDAY)
    with pytest.raises(OnLeave):
        lecture.sign_up(person, lecture.ushers)
    lecture.sign_up(person)


def test_who_left_and_who_lacks_a_qualification_is_refused(lecture: Lecture) -> None:
    gone, trained, expired = lecture.people[:3]
    seat = position(lecture, earns_hours=True, qualification="first_aid")
    with lecture.write() as work:
        leave_office(work, person_id=gone, on=SATURDAY)
        qualify(work, person_id=trained, kind="first_aid", valid_from=TODAY, expires_on=SATURDAY)
        qualify(work, person_id=expired, kind="first_aid", valid_from=TODAY, expires_on=date(2026, 12, 4))
    for person, refusal in ((gone, PersonLeft), (expired, QualificationMissing)):
        with pytest.raises(refusal):
            lecture.sign_up(person, seat)
    assert lecture.sign_up(trained, seat).status is SignupStatus.CONFIRMED


def test_what_a_programme_asks_it_asks_of_those_who_serve(lecture: Lecture) -> None:
    with lecture.write() as work:
        care = set_up_programme(
            work, code="CARE", name="托管", day_rule=DayRule.EVERY_DAY, minds_children=True
        ).id
        typhoon = set_up_programme(
            work, code="TYPHOON", name="防台风", day_rule=DayRule.EVERY_DAY, emergency=True
        ).id
        minor = register(work, name="符小满", birth_date=date(2010, 1, 1)).id
        adult = register(work, name="符海燕", birth_date=date(1990, 1, 1)).id
        link_guardian(work, ward_id=minor, guardian_id=adult, relation="母亲", valid_from=TODAY)
        give_consent(work, ward_id=minor, guardian_id=adult, valid_from=TODAY, valid_to=SATURDAY)
    _, minding = lecture.hold_event(clock(9), clock(10), programme=care)
    _, watching = lecture.hold_event(clock(9), clock(10), programme=care, earns_hours=False)
    _, rescue = lecture.hold_event(clock(11), clock(12), programme=typhoon)
    with pytest.raises(CheckMissing):
        lecture.sign_up(adult, minding)
    lecture.cancel(lecture.sign_up(adult, watching))
    with lecture.write() as work:
        record_check(work, person_id=adult, checked_on=TODAY, result=CheckResult.CLEAR)
    lecture.sign_up(adult, minding)
    with pytest.raises(MinorAtEmergency):
        lecture.sign_up(minor, rescue)
    lecture.sign_up(adult, rescue)


def test_people_sign_up_themselves_and_their_wards_and_nobody_else(lecture: Lecture) -> None:
    person, ward, mother, member, stranger = lecture.people[:5]
    with lecture.write() as work:
        change_capacity(work, position_id=lecture.audience, capacity=10)
        join(work, team_id=lecture.other_team, person_id=member, on=TODAY)
        link_guardian(work, ward_id=ward, guardian_id=mother, relation="母亲", valid_from=TODAY)
    for actor, subject in (
        (Actor.anonymous(), person),
        (Actor.person(stranger), person),
        (Actor.person(stranger), ward),
        (lecture.leader, member),  # not of the leader's team
        (lecture.neighbour, person),
    ):
        with pytest.raises(NotAllowed):
            lecture.sign_up(subject, by=actor)
    for actor, subject in (
        (Actor.person(person), person),
        (Actor.person(mother), ward),
        (lecture.other_leader, member),
        (lecture.coordinator, stranger),
        (Actor.person(person, officer=True), mother),
    ):
        signup = lecture.sign_up(subject, by=actor)
        with pytest.raises(NotAllowed):
            lecture.cancel(signup, by=Actor.person(lecture.people[5]))
        lecture.cancel(signup, by=actor)


def test_people_cancel_until_the_limit_and_later_their_leader_does_until_the_start(lecture: Lecture) -> None:
    limit = clock(12, day=date(2026, 12, 4))
    first, second, third, _ = lecture.sign_up_all(lecture.people[:4])
    lecture.cancel(first, by=Actor.person(first.person_id), now=limit - MINUTE)
    with pytest.raises(CancelTooLate):
        lecture.cancel(second, by=Actor.person(second.person_id), now=limit)
    lecture.cancel(second, by=lecture.leader, now=clock(14, 59))
    with pytest.raises(PositionStarted):
        lecture.cancel(third, by=lecture.leader, now=clock(15))


def test_who_only_waits_may_leave_the_line_after_the_limit(lecture: Lecture) -> None:
    *_, last = lecture.sign_up_all(lecture.people[:3])
    lecture.cancel(last, by=Actor.person(last.person_id), now=clock(14))
    assert lecture.waiting() == []


def test_what_is_cancelled_is_not_cancelled_again(lecture: Lecture) -> None:
    first, *_ = lecture.sign_up_all(lecture.people[:4])
    lecture.cancel(first)
    with pytest.raises(NotSignedUp):
        lecture.cancel(first)
    assert len(lecture.with_seat()) == 2
    with pytest.raises(NotFound), lecture.write() as work:
        cancel(work, signup_id=first.id + 1000)


def test_a_refused_sign_up_leaves_nothing_behind_in_a_work_that_goes_on(lecture: Lecture) -> None:
    minor = lecture.newcomer(born=date(2011, 5, 4))
    first = lecture.people[0]
    with lecture.write() as work:
        for person in (minor, first, minor, first):
            try:
                sign_up(work, position_id=lecture.ushers, person_id=person)
            except Refused:
                continue
    assert [(signup.person_id, signup.number) for signup in lecture.line(lecture.ushers)] == [(first, 1)]
