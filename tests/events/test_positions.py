"""Changing positions: nobody loses a seat by it, and who is concerned is told or named."""

from __future__ import annotations

from datetime import date, datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select

from tests.at_once import just_before_the_commit
from tests.events.lecture import NOW, SCRIPT, TODAY, Lecture, clock
from volunteer_core.commitments.models import Commitment
from volunteer_core.commitments.promises import Clash
from volunteer_core.errors import Malformed, NotAllowed, NotFound, Refused
from volunteer_core.events.calling_off import EventState
from volunteer_core.events.changing_positions import (
    NoLongerFit,
    RequestsOpen,
    ServiceSettled,
    change_position,
)
from volunteer_core.events.models import Signup, SignupStatus
from volunteer_core.events.moving import EventStarted
from volunteer_core.events.planning import call_off_event, change_event
from volunteer_core.events.position_rules import PositionNameTaken
from volunteer_core.events.positions import add_position
from volunteer_core.events.signups import sign_up
from volunteer_core.events.timetable import EventInPast, PositionOutside
from volunteer_core.events.views import PositionView
from volunteer_core.notices.models import NoticeKind
from volunteer_core.people.models import Person
from volunteer_core.people.vouching import qualify
from volunteer_core.permissions import Actor
from volunteer_core.timespans import SpanInvalid

CHILD = date(2012, 1, 1)
SUNDAY = date(2026, 12, 6)


def change(
    lecture: Lecture, position: int | None = None, *, by: Actor = SCRIPT, now: datetime = NOW, **changes: Any
) -> PositionView:
    """Changes the audience unless another position is named."""
    with lecture.write(by, now) as work:
        return change_position(work, position_id=position or lecture.audience, **changes)


def add(lecture: Lecture, **changes: Any) -> PositionView:
    given = {"event_id": lecture.event, "name": "摄影", "capacity": 1, "earns_hours": True}
    with lecture.write() as work:
        return add_position(work, **(given | changes))


def promised(lecture: Lecture, person: int) -> list[tuple[datetime, datetime]]:
    with lecture.read() as work:
        rows = work.scalars(select(Commitment).where(Commitment.person_id == person)).all()
        return [(row.starts_at, row.ends_at) for row in rows]


def test_a_position_says_how_its_seats_are_given(lecture: Lecture) -> None:
    position = add(lecture)
    assert (position.approval, position.offer_minutes, position.most_companions) == (False, None, 0)
    position = add(lecture, name="向导", approval=True, offer_minutes=5, most_companions=20)
    assert (position.approval, position.offer_minutes, position.most_companions) == (True, 5, 20)


POSITIONS_OF_NO_SENSE: list[tuple[dict[str, Any], type[Exception]]] = [
    ({"offer_minutes": 4}, Malformed),
    ({"offer_minutes": 10_081}, Malformed),
    ({"offer_minutes": -1}, Malformed),
    ({"most_companions": -1}, Malformed),
    ({"most_companions": 21}, Malformed),
    ({"most_companions": 10**9}, Malformed),
    ({"min_age": -1}, Malformed),
    ({"max_age": 121}, Malformed),
    ({"min_age": 60, "max_age": 18}, Malformed),
    ({"qualification": "急救 证"}, Malformed),
    ({"name": " "}, Malformed),
    ({"name": "引导员"}, PositionNameTaken),
    ({"starts_at": clock(11, 59)}, PositionOutside),
    ({"starts_at": clock(15, day=SUNDAY), "ends_at": clock(16, day=SUNDAY)}, PositionOutside),
    ({"starts_at": clock(16, 30)}, SpanInvalid),
    ({"starts_at": datetime(2026, 12, 5, 15)}, Malformed),  # noqa: DTZ001
]  # fmt: skip


def test_changes_that_make_no_sense_are_refused_and_change_nothing(lecture: Lecture) -> None:
    before = lecture.seats()
    for changes, refusal in POSITIONS_OF_NO_SENSE:
        with pytest.raises(refusal):
            change(lecture, **changes)
        if "starts_at" not in changes:
            with pytest.raises(refusal):
                add(lecture, **changes)
    for unknown in (999, -1, 10**12):
        with pytest.raises(NotFound):
            change(lecture, unknown, name="居民")
    assert lecture.seats() == before


def test_what_is_not_given_stays_and_none_asks_for_nothing_any_more(lecture: Lecture) -> None:
    position = add(lecture, min_age=16, max_age=60, qualification="camera", offer_minutes=60, approval=True)
    renamed = change(lecture, position.id, name="摄影师", most_companions=1)
    assert (renamed.name, renamed.most_companions) == ("摄影师", 1)
    for field in (
        "min_age",
        "max_age",
        "qualification",
        "offer_minutes",
        "approval",
        "starts_at",
        "capacity",
    ):
        assert getattr(renamed, field) == getattr(position, field)
    open_to_all = change(
        lecture, position.id, min_age=None, max_age=None, qualification=None, offer_minutes=None
    )
    assert (open_to_all.min_age, open_to_all.max_age, open_to_all.qualification) == (None, None, None)
    assert open_to_all.offer_minutes is None
    assert change(lecture, position.id, name="摄影师").name == "摄影师"  # its own name is free


def test_a_moved_span_moves_the_time_promised_and_tells_people(lecture: Lecture) -> None:
    seated, other = lecture.people[:2]
    lecture.sign_up(seated, lecture.ushers)
    lecture.sign_up(other)
    moved = change(lecture, lecture.ushers, starts_at=clock(14), ends_at=clock(16))
    assert (moved.starts_at, moved.ends_at) == (clock(14), clock(16))
    assert promised(lecture, seated) == [(clock(14), clock(16))]
    (told,) = lecture.told(NoticeKind.CHANGED)
    assert told.person_id == seated
    assert "时间改为12月5日（周六）14:00–16:00" in told.text
    assert promised(lecture, other) == [(clock(15), clock(16, 30))]


def test_a_span_that_clashes_for_somebody_is_refused_and_changes_nothing(lecture: Lecture) -> None:
    person = lecture.people[0]
    _, elsewhere = lecture.hold_event(clock(13), clock(14, 15))
    lecture.sign_up(person, elsewhere)
    lecture.sign_up(person, lecture.ushers)
    before = lecture.seats(lecture.ushers)
    with pytest.raises(Clash):
        change(lecture, lecture.ushers, name="志愿者", starts_at=clock(14))
    assert lecture.seats(lecture.ushers) == before
    assert lecture.told(NoticeKind.CHANGED) == []


def test_a_span_is_settled_once_the_position_has_begun(lecture: Lecture) -> None:
    with pytest.raises(EventStarted):
        change(lecture, lecture.ushers, now=clock(14, 30), ends_at=clock(16))
    with pytest.raises(EventInPast):
        change(lecture, lecture.ushers, now=clock(14), starts_at=clock(13, 59))
    assert change(lecture, lecture.ushers, now=clock(14, 30), name="志愿者").name == "志愿者"


def test_to_whom_a_seat_is_offered_is_told_of_another_time_too(lecture: Lecture) -> None:
    person = _offered(lecture)
    change(lecture, starts_at=clock(16))
    assert {notice.person_id for notice in lecture.told(NoticeKind.CHANGED)} == {person, lecture.people[1]}
    with lecture.write() as work:
        early = clock(15, day=TODAY)
        change_event(work, event_id=lecture.event, starts_at=early, signup_closes_at=early)
    with lecture.read() as work:
        signup = work.scalar(select(Signup).where(Signup.person_id == person))
        assert signup is not None
        assert signup.offer_until == lecture.seats().starts_at


def _offered(lecture: Lecture) -> int:
    """Somebody to whom a seat of the audience is offered for a week."""
    change(lecture, offer_minutes=7 * 24 * 60)
    first, *_ = lecture.sign_up_all(lecture.people[:3])
    lecture.cancel(first)
    assert [one.person_id for one in lecture.line() if one.status is SignupStatus.OFFERED] == [
        lecture.people[2]
    ]
    return lecture.people[2]


def test_who_has_a_seat_and_does_not_fit_is_named_or_kept(lecture: Lecture) -> None:
    child, adult, later = lecture.newcomer(born=CHILD), lecture.people[0], lecture.newcomer(born=CHILD)
    lecture.sign_up_all([child, adult])
    for changes in ({"min_age": 18}, {"max_age": 16}, {"qualification": "camera"}):
        with pytest.raises(NoLongerFit) as refused:
            change(lecture, **changes)
        unfit = {"min_age": [child], "max_age": [adult], "qualification": [child, adult]}
        assert refused.value.facts["person_ids"] == unfit[next(iter(changes))]
    assert (lecture.seats().min_age, lecture.seats().qualification) == (None, None)
    assert change(lecture, min_age=18, keep_confirmed=True).min_age == 18
    assert lecture.with_seat() == [child, adult]
    with pytest.raises(Refused, match="年龄"):
        lecture.sign_up(later)
    assert change(lecture, name="居民").name == "居民"  # nothing else is asked for: nobody is named again


def test_what_is_not_asked_for_anew_is_in_nobodys_way(lecture: Lecture) -> None:
    """A child whose guardian comes along has a seat; whether they do is not asked again."""
    child = lecture.newcomer(born=date(2018, 1, 1))
    with lecture.write() as work:
        change_position(work, position_id=lecture.audience, most_companions=1)
        sign_up(work, position_id=lecture.audience, person_id=child, accompanied=True, companions=1)
    assert change(lecture, min_age=6).confirmed == 1


def test_who_fits_is_not_in_the_way(lecture: Lecture) -> None:
    person, unknown = lecture.people[0], lecture.newcomer(born=None)
    with lecture.write() as work:
        qualify(work, person_id=person, kind="camera", valid_from=TODAY, expires_on=None)
    lecture.sign_up(person)
    assert change(lecture, min_age=18, max_age=60, qualification="camera").qualification == "camera"
    change(lecture, min_age=None, max_age=None, qualification=None)
    lecture.sign_up(unknown)
    with pytest.raises(NoLongerFit):  # whose age is not known
        change(lecture, max_age=60)


def test_who_waited_and_fits_now_moves_up(lecture: Lecture) -> None:
    child = lecture.newcomer(born=CHILD)
    *_, last = lecture.sign_up_all([*lecture.people[:2], child])
    change(lecture, min_age=18)
    lecture.cancel(lecture.line()[0])
    assert lecture.waiting() == [child]
    change(lecture, min_age=None)
    assert lecture.with_seat() == [lecture.people[1], child]
    assert last.status is SignupStatus.WAITING
    assert [notice.person_id for notice in lecture.told(NoticeKind.PROMOTED)] == [child]


def test_whether_it_is_service_is_settled_while_anybody_has_a_seat(lecture: Lecture) -> None:
    assert change(lecture, earns_hours=True).earns_hours
    assert not change(lecture, earns_hours=False).earns_hours
    signup = lecture.sign_up(lecture.people[0])
    with pytest.raises(ServiceSettled):
        change(lecture, earns_hours=True)
    assert not change(lecture, earns_hours=False).earns_hours
    lecture.cancel(signup)
    assert change(lecture, earns_hours=True).earns_hours


def test_requests_are_answered_before_first_come_is_first_served(lecture: Lecture) -> None:
    change(lecture, approval=True)
    request = lecture.sign_up(lecture.people[0], by=Actor.person(lecture.people[0]))
    assert request.status is SignupStatus.REQUESTED
    with pytest.raises(RequestsOpen):
        change(lecture, approval=False)
    lecture.cancel(request)
    assert not change(lecture, approval=False).approval


def test_fewer_companions_take_nobodys_seat(lecture: Lecture) -> None:
    change(lecture, most_companions=1)
    with lecture.write() as work:
        sign_up(work, position_id=lecture.audience, person_id=lecture.people[0], companions=1)
    seats = change(lecture, most_companions=0)
    assert (seats.confirmed, seats.taken, seats.free) == (1, 2, 0)


def test_what_is_called_off_stays_as_it_is(lecture: Lecture) -> None:
    with lecture.write() as work:
        call_off_event(work, event_id=lecture.event)
    with pytest.raises(EventState):
        change(lecture, name="居民")


def test_positions_are_changed_by_who_plans_the_event(lecture: Lecture) -> None:
    for actor in (lecture.leader, lecture.coordinator, Actor.person(lecture.people[0], officer=True)):
        change(lecture, by=actor, most_companions=1)
    for actor in (lecture.other_leader, lecture.neighbour, Actor.person(lecture.people[0])):
        with pytest.raises(NotAllowed):
            change(lecture, by=actor, most_companions=2)


def test_who_signs_up_as_more_is_asked_for_is_asked_it_too(lecture: Lecture) -> None:
    child = lecture.newcomer(born=CHILD)

    def do(operation: Any) -> Any:
        with lecture.write() as work:
            return operation(work)

    _, refused = just_before_the_commit(
        do,
        lambda work: change_position(work, position_id=lecture.audience, min_age=18),
        lambda: lecture.sign_up(child),
    )
    assert isinstance(refused, Refused)
    assert lecture.with_seat() == []


def test_what_is_settled_for_somebody_is_settled_as_they_sign_up(lecture: Lecture) -> None:
    def do(operation: Any) -> Any:
        with lecture.write() as work:
            return operation(work)

    coming = partial(sign_up, position_id=lecture.audience, person_id=lecture.people[0])
    _, refused = just_before_the_commit(do, coming, lambda: change(lecture, earns_hours=True))
    assert isinstance(refused, ServiceSettled)


def test_who_moves_and_who_waits_are_locked_at_once(lecture: Lecture) -> None:
    """Else a work that has one of them and wants the other would wait for this one, and it for that."""
    waits, seated = lecture.people[:2]
    _, elsewhere = lecture.hold_event(clock(15), clock(16))
    first, *_ = lecture.sign_up_all([lecture.people[2], seated, waits])
    lecture.sign_up(waits, elsewhere)
    lecture.cancel(first)
    assert (lecture.seats().free, lecture.waiting()) == (1, [waits])

    def hold_both(operation: Any) -> Any:
        with lecture.write() as work:
            operation(work)
            return work.lock_all(Person, [seated])

    tries = []

    def move() -> PositionView:
        tries.append(seated)
        return change(lecture, starts_at=clock(14))

    held, moved = just_before_the_commit(
        hold_both, lambda work: tries.append(work.lock(Person, waits).id), move
    )
    assert ([row.id for row in held], moved.starts_at) == ([seated], clock(14))
    assert sorted(tries) == [waits, seated]
