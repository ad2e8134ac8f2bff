"""Minors who serve at events: their guardian's consent, and how much a day holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.events.family import YEAR, consent, consented_minor, minor
from tests.events.lecture import SATURDAY, Lecture, clock
from volunteer_core.errors import Malformed, NotAllowed
from volunteer_core.events.calling_off import EventEnded, EventState
from volunteer_core.events.consents import give_consent
from volunteer_core.events.minors import beyond_their_day, minutes_of
from volunteer_core.events.models import Position
from volunteer_core.events.planning import call_off_event
from volunteer_core.events.positions import add_position
from volunteer_core.office.settings import change_setting, settings_on
from volunteer_core.people.standing import standings
from volunteer_core.people.vouching import NotGuardian
from volunteer_core.permissions import Actor
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


def test_nobody_consents_to_what_is_over_or_called_off(lecture: Lecture) -> None:
    ward, mother = minor(lecture)
    facts = {"ward_id": ward, "guardian_id": mother, "event_id": lecture.event}
    with lecture.write(now=clock(16, 30)) as work, pytest.raises(EventEnded):
        give_consent(work, **facts)
    with lecture.write() as work:
        call_off_event(work, event_id=lecture.event)
    with lecture.write() as work, pytest.raises(EventState):
        give_consent(work, **facts)


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
