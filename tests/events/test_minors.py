"""Minors who serve at events: their guardian's consent, and how much a day holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.at_once import at_once, just_before_the_commit
from tests.events.family import SIXTEEN, YEAR, consent, consented_minor, minor
from tests.events.lecture import NOW, SATURDAY, SCRIPT, TODAY, Lecture, clock
from tests.world import MONDAY, World, hour
from volunteer_core.commitments.models import Attendance
from volunteer_core.errors import Malformed, NotAllowed
from volunteer_core.events.attendance import mark_attendance
from volunteer_core.events.calling_off import EventEnded, EventState
from volunteer_core.events.consents import (
    WithdrawnConsent,
    give_consent,
    tell_of_moved_events,
    withdraw_consent,
)
from volunteer_core.events.listing import my_signups
from volunteer_core.events.minors import MinorDayFull, beyond_their_day, minutes_of
from volunteer_core.events.models import Position, SignupStatus
from volunteer_core.events.planning import call_off_event, change_event, create_event
from volunteer_core.events.positions import add_position
from volunteer_core.events.signups import sign_up
from volunteer_core.hours.recording import NotPromised
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.outbox import list_notices
from volunteer_core.office.settings import change_setting, settings_on
from volunteer_core.people.models import Consent, Person
from volunteer_core.people.standing import standings
from volunteer_core.people.vouching import AlreadyWithdrawn, ConsentView, NotGuardian, link_guardian
from volunteer_core.permissions import Actor
from volunteer_core.rosters.gaps import tell_of_those_who_cannot
from volunteer_core.timespans import Span


def consented(lecture: Lecture, ward: int, *, event: int | None = None) -> bool:
    with lecture.read() as work:
        return standings(work, [ward], SATURDAY, event_id=event)[ward].consented


def test_a_consent_for_one_event_counts_for_that_alone(lecture: Lecture) -> None:
    ward, mother = minor(lecture)
    other, _ = lecture.hold_event(clock(9), clock(10))
    given_now = consent(lecture, ward, mother, event=lecture.event)
    assert (given_now.event_id, given_now.valid_from, given_now.valid_to) == (
        lecture.event,
        SATURDAY,
        SATURDAY,
    )
    assert consented(lecture, ward, event=lecture.event)
    assert not consented(lecture, ward, event=other.id)
    assert not consented(lecture, ward)


def test_a_standing_consent_counts_for_every_event_and_without_one(lecture: Lecture) -> None:
    ward, mother = minor(lecture)
    consent(lecture, ward, mother)
    assert consented(lecture, ward, event=lecture.event)
    assert consented(lecture, ward)


def test_the_days_of_an_event_are_its_own_and_those_of_its_positions(lecture: Lecture) -> None:
    ward, mother = minor(lecture)
    sunday = SATURDAY + timedelta(days=1)
    night, _ = lecture.hold_event(clock(0, 30, day=sunday), clock(1, day=sunday))
    found = consent(lecture, ward, mother, event=night.id)
    assert (found.valid_from, found.valid_to) == (sunday, sunday)
    with lecture.write() as work:
        add_position(
            work,
            event_id=night.id,
            name="值守",
            capacity=1,
            earns_hours=True,
            starts_at=clock(23),
            ends_at=clock(3, day=sunday),
        )
    found = consent(lecture, ward, mother, event=night.id)
    assert (found.valid_from, found.valid_to) == (SATURDAY, sunday)


def test_days_are_given_or_an_event_not_both_nor_neither(lecture: Lecture) -> None:
    ward, mother = minor(lecture)
    for wrong in ({"event_id": lecture.event, **YEAR}, {}, {"valid_from": SATURDAY}):
        with lecture.write(Actor.person(mother)) as work, pytest.raises(Malformed):
            give_consent(work, ward_id=ward, guardian_id=mother, **wrong)


def test_one_consents_to_what_is_published_and_neither_over_nor_called_off(lecture: Lecture) -> None:
    ward, mother = minor(lecture)
    facts = {"ward_id": ward, "guardian_id": mother, "event_id": lecture.event}
    with lecture.write(now=clock(16, 30)) as work, pytest.raises(EventEnded):
        give_consent(work, **facts)
    with lecture.write() as work:
        call_off_event(work, event_id=lecture.event)
        times = {"starts_at": clock(9), "ends_at": clock(10)}
        draft = create_event(work, title="讲座", site_id=lecture.site, **times).id
    for event in (lecture.event, draft):
        with lecture.write() as work, pytest.raises(EventState):
            give_consent(work, **facts | {"event_id": event})


def test_only_a_guardian_of_the_minor_consents_to_an_event(lecture: Lecture) -> None:
    ward, mother = minor(lecture)
    facts = {"ward_id": ward, "event_id": lecture.event}
    for actor in (Actor.person(ward), lecture.leader, lecture.neighbour, Actor.anonymous()):
        with lecture.write(actor) as work, pytest.raises(NotAllowed):
            give_consent(work, guardian_id=mother, **facts)
    with lecture.write(lecture.coordinator) as work:
        with pytest.raises(NotGuardian):
            give_consent(work, guardian_id=lecture.people[0], **facts)
        give_consent(work, guardian_id=mother, **facts)  # on paper
    assert consented(lecture, ward, event=lecture.event)


def beyond(lecture: Lecture, ages: dict[int, int | None], position: int | None = None) -> dict[int, int]:
    """For whom the ushers' duty (or another position) is too much, and how many minutes it would be."""
    with lecture.read() as work:
        seat = work.find(Position, position or lecture.ushers)
        found = beyond_their_day(work, seat, ages, settings_on(work, SATURDAY))
    assert {refused.code for refused in found.values()} <= {"minor_day_full"}
    return {person_id: int(str(refused.facts["minutes"])) for person_id, refused in found.items()}


def test_the_younger_the_less_one_serves_a_day(lecture: Lecture) -> None:
    """The ushers are there for 150 minutes: below 10 years 60 are allowed, below 14 120, below 18 240."""
    ages = dict(zip(lecture.people, (9, 10, 13, 14, 18, None), strict=True))
    assert beyond(lecture, ages) == dict.fromkeys(lecture.people[:3], 150)


def test_what_fits_to_the_minute_fits(lecture: Lecture) -> None:
    boy = lecture.people[0]
    with lecture.write() as work:
        for most, fits in ((149, False), (150, True)):
            change_setting(work, name="minor_day_minutes", value=[[18, most]], valid_from=SATURDAY)
            found = beyond_their_day(
                work, work.find(Position, lecture.ushers), {boy: 17}, settings_on(work, SATURDAY)
            )
            assert (found == {}) is fits


def test_the_minutes_of_a_day_add_up_back_to_back(lecture: Lecture) -> None:
    girl = consented_minor(lecture)
    _, before = lecture.hold_event(clock(13), clock(14, 30))
    lecture.sign_up(girl, before)
    assert beyond(lecture, {girl: 16}) == {}  # 90 + 150 = 240
    _, later = lecture.hold_event(clock(17), clock(17, 1))
    lecture.sign_up(girl, later)
    assert beyond(lecture, {girl: 16}) == {girl: 241}
    assert beyond(lecture, {girl: 18}) == {}


def test_an_audience_does_not_count_and_is_not_asked(lecture: Lecture) -> None:
    girl = consented_minor(lecture)
    _, film = lecture.hold_event(clock(9), clock(14), earns_hours=False)
    lecture.sign_up(girl, film)
    assert beyond(lecture, {girl: 16}) == {}
    assert beyond(lecture, {girl: 9}, lecture.audience) == {}


def test_another_day_and_what_was_cancelled_do_not_count(lecture: Lecture) -> None:
    girl = consented_minor(lecture)
    friday = SATURDAY - timedelta(days=1)
    _, day_before = lecture.hold_event(clock(14, day=friday), clock(18, day=friday))
    _, morning = lecture.hold_event(clock(9), clock(12))
    lecture.sign_up(girl, day_before)
    cancelled = lecture.sign_up(girl, morning)
    assert beyond(lecture, {girl: 16}) == {girl: 180 + 150}
    lecture.cancel(cancelled)
    assert beyond(lecture, {girl: 16}) == {}


def test_who_moves_up_is_judged_by_the_day_as_it_is_by_then(lecture: Lecture) -> None:
    ward = consented_minor(lecture)
    ahead, *_ = lecture.sign_up_all(lecture.people[:3], lecture.ushers)
    lecture.sign_up(ward, lecture.ushers)
    lecture.sign_up(lecture.people[3], lecture.ushers)
    _, morning = lecture.hold_event(clock(9), clock(12))
    lecture.sign_up(ward, morning)
    lecture.cancel(ahead)
    assert lecture.waiting(lecture.ushers) == [ward]
    assert lecture.people[3] in lecture.with_seat(lecture.ushers)


def test_what_is_given_up_makes_room(lecture: Lecture) -> None:
    ward = consented_minor(lecture)
    _, morning = lecture.hold_event(clock(9), clock(12))
    seat = lecture.sign_up(ward, morning)
    with pytest.raises(MinorDayFull):
        lecture.sign_up(ward, lecture.ushers)
    lecture.cancel(seat)
    assert lecture.sign_up(ward, lecture.ushers).status == "confirmed"


def test_shifts_count_as_well(world: World) -> None:
    ward, mother = world.person(born=SIXTEEN), world.person()
    family = {"ward_id": ward, "guardian_id": mother}
    world.do(link_guardian, **family, relation="母亲", valid_from=YEAR["valid_from"])
    world.do(give_consent, **family, **YEAR)
    world.published(ward, programme=world.clean_up, starts=time(18), ends=time(22))
    times = {"starts_at": hour(16), "ends_at": hour(17)}
    event = world.do(create_event, title="清洁", site_id=world.site, **times).id
    usher = world.do(add_position, event_id=event, name="引导员", capacity=1, earns_hours=True).id
    with world.office.read(by=SCRIPT) as work:
        position, settings = work.find(Position, usher), settings_on(work, MONDAY)
        [refused] = beyond_their_day(work, position, {ward: 16}, settings).values()
    assert refused.facts["minutes"] == 300


def test_who_has_the_seat_already_is_not_counted_twice(lecture: Lecture) -> None:
    girl = consented_minor(lecture)
    lecture.sign_up(girl, lecture.ushers)
    assert beyond(lecture, {girl: 16}) == {}


SPANS = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 30)).map(
        lambda drawn: Span(clock(9) + timedelta(minutes=drawn[0]), clock(9) + timedelta(minutes=sum(drawn)))
    )
)


@given(spans=SPANS)
def test_what_overlaps_counts_once(spans: Sequence[Span]) -> None:
    minutes = [clock(9) + timedelta(minutes=number) for number in range(100)]
    covered = sum(any(one.start <= minute < one.end for one in spans) for minute in minutes)
    assert minutes_of(spans) == covered


def withdraw(lecture: Lecture, found: ConsentView, *, by: Actor, now: datetime = NOW) -> WithdrawnConsent:
    with lecture.write(by, now) as work:
        return withdraw_consent(work, consent_id=found.id)


def told(lecture: Lecture, kind: NoticeKind) -> list[tuple[int | None, str]]:
    return [(notice.person_id, notice.text) for notice in lecture.told(kind)]


def test_a_withdrawn_consent_gives_the_seat_to_the_next_and_tells_who_organises(lecture: Lecture) -> None:
    ward, mother = minor(lecture)
    found = consent(lecture, ward, mother)
    seat, *_ = lecture.sign_up_all([ward, *lecture.people[:3]], lecture.ushers)
    assert lecture.waiting(lecture.ushers) == [lecture.people[2]]
    withdrawn = withdraw(lecture, found, by=Actor.person(mother))
    assert withdrawn.cancelled_signups == [seat.id]
    assert withdrawn.withdrawn_at == NOW
    assert lecture.with_seat(lecture.ushers) == lecture.people[:3]
    ushers = "“消防安全知识讲座”（引导员，12月5日（周六）14:30–17:00）"
    with lecture.read() as work:
        code = work.find(Person, ward).code
    [cancelled, *_] = lecture.line(lecture.ushers)  # it stays listed
    assert (cancelled.person_id, cancelled.status, cancelled.cancelled_at) == (ward, "cancelled", NOW)
    assert told(lecture, NoticeKind.GAP) == [
        (
            lecture.leader_id,
            f"符小满（{code}）的监护人撤回了同意，活动{ushers}：报名已取消，现有 3/3 人。",
        )
    ]
    assert told(lecture, NoticeKind.PERSONAL) == [
        (
            ward,
            f"监护人撤回了同意，活动{ushers}的报名已取消。",
        )
    ]


def test_who_cannot_serve_any_more_cannot_be_marked_present(lecture: Lecture) -> None:
    ward, mother = minor(lecture)
    found = consent(lecture, ward, mother)
    seat = lecture.sign_up(ward, lecture.ushers)
    withdraw(lecture, found, by=Actor.person(mother))
    with lecture.write(now=clock(18)) as work, pytest.raises(NotPromised):
        mark_attendance(work, signup_id=seat.id, attendance=Attendance.ATTENDED)


def test_the_other_guardian_is_told_too(lecture: Lecture) -> None:
    ward, mother = minor(lecture)
    father = lecture.newcomer()
    with lecture.write() as work:
        link_guardian(work, ward_id=ward, guardian_id=father, relation="父亲", valid_from=TODAY)
    found = consent(lecture, ward, mother)
    lecture.sign_up(ward, lecture.ushers)
    withdraw(lecture, found, by=Actor.person(father))
    assert {person for person, _ in told(lecture, NoticeKind.PERSONAL)} == {ward, mother}


def test_who_waits_is_taken_out_of_the_line_and_an_audience_keeps_its_seat(lecture: Lecture) -> None:
    ward, mother = minor(lecture)
    found = consent(lecture, ward, mother)
    lecture.sign_up_all(lecture.people[:3], lecture.ushers)
    waiting = lecture.sign_up(ward, lecture.ushers)
    _, film = lecture.hold_event(clock(9), clock(10), earns_hours=False)
    lecture.sign_up(ward, film)
    assert withdraw(lecture, found, by=Actor.person(mother)).cancelled_signups == [waiting.id]
    assert lecture.waiting(lecture.ushers) == []
    with lecture.read() as work:
        kept = my_signups(work, person_id=ward).items
    assert {(one.position_id, one.status) for one in kept} == {
        (film, SignupStatus.CONFIRMED),
        (lecture.ushers, SignupStatus.CANCELLED),
    }


def test_what_another_consent_covers_stays(lecture: Lecture) -> None:
    ward, mother = minor(lecture)
    standing = consent(lecture, ward, mother)
    alone = consent(lecture, ward, mother, event=lecture.event)
    _, morning = lecture.hold_event(clock(9), clock(10))
    kept, lost = (lecture.sign_up(ward, position) for position in (lecture.ushers, morning))
    withdrawn = withdraw(lecture, standing, by=Actor.person(mother))
    assert withdrawn.cancelled_signups == [lost.id]
    assert lecture.with_seat(lecture.ushers) == [ward]
    assert withdraw(lecture, alone, by=Actor.person(mother)).cancelled_signups == [kept.id]


def test_of_whom_is_there_already_the_organisers_are_told_at_once(lecture: Lecture) -> None:
    ward, mother = minor(lecture)
    found = consent(lecture, ward, mother)
    lecture.sign_up(ward, lecture.ushers)
    during = clock(15)
    assert withdraw(lecture, found, by=Actor.person(mother), now=during).cancelled_signups == []
    [(person, text)] = told(lecture, NoticeKind.GAP)
    assert person == lecture.leader_id
    assert text.endswith("活动已经开始，请立即联系监护人。")
    assert lecture.with_seat(lecture.ushers) == [ward]


def test_what_is_over_stays_as_it_was(lecture: Lecture) -> None:
    ward, mother = minor(lecture)
    found = consent(lecture, ward, mother)
    lecture.sign_up(ward, lecture.ushers)
    assert withdraw(lecture, found, by=Actor.person(mother), now=clock(17)).cancelled_signups == []
    assert lecture.with_seat(lecture.ushers) == [ward]
    assert told(lecture, NoticeKind.GAP) == []


def test_whoever_has_come_of_age_by_then_needs_no_consent(lecture: Lecture) -> None:
    ward, mother = minor(lecture, born=date(2008, 12, 5))
    found = consent(lecture, ward, mother)
    lecture.sign_up(ward, lecture.ushers)
    assert withdraw(lecture, found, by=Actor.person(mother)).cancelled_signups == []


def test_only_guardians_and_who_keeps_the_paper_withdraw_and_once(lecture: Lecture) -> None:
    ward, mother = minor(lecture)
    found = consent(lecture, ward, mother)
    seat = lecture.sign_up(ward, lecture.ushers)
    for actor in (Actor.person(ward), lecture.leader, lecture.neighbour, Actor.anonymous()):
        with pytest.raises(NotAllowed):
            withdraw(lecture, found, by=actor)
    assert lecture.with_seat(lecture.ushers) == [ward]
    assert withdraw(lecture, found, by=lecture.coordinator).cancelled_signups == [seat.id]
    with pytest.raises(AlreadyWithdrawn):
        withdraw(lecture, found, by=lecture.coordinator)


def test_who_signs_up_just_before_the_consent_is_withdrawn_has_no_seat(lecture: Lecture) -> None:
    ward, mother = minor(lecture)
    found = consent(lecture, ward, mother)

    def do(operation: Callable[..., Any]) -> Any:
        with lecture.write() as work:
            return operation(work)

    seat, withdrawn = just_before_the_commit(
        do,
        partial(sign_up, position_id=lecture.ushers, person_id=ward),
        partial(withdraw, lecture, found, by=Actor.person(mother)),
    )
    assert withdrawn.cancelled_signups == [seat.id]
    assert lecture.with_seat(lecture.ushers) == []


def test_signing_up_while_the_consent_is_withdrawn(lecture: Lecture) -> None:
    """Whichever comes first: nobody without a consent keeps a seat."""
    for number in range(8):
        ward, mother = minor(lecture)
        found = consent(lecture, ward, mother)
        _, position = lecture.hold_event(
            clock(9, day=SATURDAY + timedelta(days=number)), clock(10, day=SATURDAY + timedelta(days=number))
        )
        at_once(
            partial(lecture.sign_up, ward, position),
            partial(withdraw, lecture, found, by=Actor.person(mother)),
        )
        with lecture.read() as work:
            withdrawn = work.find(Consent, found.id).withdrawn_at is not None
            seats = {one.status for one in my_signups(work, person_id=ward).items}
        assert withdrawn is (SignupStatus.CONFIRMED not in seats)


def test_leaders_of_shifts_are_told_by_the_clock(world: World) -> None:
    leader, ward, mother = world.leader(), world.person("符小满", born=SIXTEEN), world.person()
    family = {"ward_id": ward, "guardian_id": mother}
    world.do(link_guardian, **family, relation="母亲", valid_from=YEAR["valid_from"])
    found = world.do(give_consent, **family, **YEAR)
    world.published(ward, programme=world.clean_up, starts=time(19), ends=time(20))
    assert world.do(tell_of_those_who_cannot) == 0
    world.do(withdraw_consent, by=Actor.person(mother), consent_id=found.id)
    assert world.do(tell_of_those_who_cannot) == 1
    assert "符小满" in world.see(list_notices, by=leader).items[-1].text


def consented_to_the_lecture_only(lecture: Lecture) -> tuple[int, int]:
    """A minor and their mother, who has consented to the lecture."""
    ward, mother = minor(lecture)
    standing = consent(lecture, ward, mother)
    lecture.sign_up(ward, lecture.ushers)
    consent(lecture, ward, mother, event=lecture.event)
    withdraw(lecture, standing, by=Actor.person(mother))
    return ward, mother


def move_to_sunday(lecture: Lecture) -> None:
    with lecture.write() as work:
        change_event(work, event_id=lecture.event, starts_at=clock(15, day=SATURDAY + timedelta(days=1)))


def test_an_event_that_moves_to_another_day_is_consented_to_anew(lecture: Lecture) -> None:
    _, mother = consented_to_the_lecture_only(lecture)
    with lecture.write() as work:
        assert tell_of_moved_events(work) == 0
    move_to_sunday(lecture)
    with lecture.write(now=clock(15, day=SATURDAY + timedelta(days=1))) as work:
        assert tell_of_moved_events(work) == 0  # it has begun
    for expected in (2, 0):
        with lecture.write() as work:
            assert tell_of_moved_events(work) == expected
    [(guardian, asked)] = [
        notice for notice in told(lecture, NoticeKind.PERSONAL) if notice[1].endswith("请重新确认。")
    ]
    assert guardian == mother
    assert "已改到12月6日（周日）15:00–16:30" in asked
    [(person, text)] = told(lecture, NoticeKind.GAP)
    assert person == lecture.leader_id
    assert "符小满" in text


def test_who_has_consented_to_the_new_day_or_stays_away_is_not_asked(lecture: Lecture) -> None:
    ward, mother = consented_to_the_lecture_only(lecture)
    stays_away, parent = minor(lecture)
    consent(lecture, stays_away, parent, event=lecture.event)
    move_to_sunday(lecture)
    consent(lecture, ward, mother, event=lecture.event)
    with lecture.write() as work:
        assert tell_of_moved_events(work) == 0
