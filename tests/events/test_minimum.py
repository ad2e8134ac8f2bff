"""A minimum: whether enough people come is decided once, before the start, and whatever happens meanwhile."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from tests.at_once import at_once, just_before_the_commit
from tests.events.lecture import NOW, TODAY, Lecture, clock
from volunteer_core import tick
from volunteer_core.access.tokens import grant_role
from volunteer_core.errors import Malformed
from volunteer_core.events import deciding
from volunteer_core.events.entering import EventNotPublished
from volunteer_core.events.listing import read_event
from volunteer_core.events.models import EventStatus, Signup, SignupStatus
from volunteer_core.events.planning import call_off_event, change_event, create_event, publish_event
from volunteer_core.events.positions import add_position
from volunteer_core.events.signups import sign_up
from volunteer_core.events.timetable import DecisionInvalid
from volunteer_core.events.views import EventView
from volunteer_core.notices.models import NoticeKind
from volunteer_core.opening import open_office
from volunteer_core.permissions import Actor, Role

FRIDAY = date(2026, 12, 4)
DECIDED = clock(15, day=FRIDAY)
"""A day before the lecture."""
SUNDAY = date(2026, 12, 6)
MINUTE = timedelta(minutes=1)


def change(lecture: Lecture, *, now: datetime = NOW, **changes: Any) -> EventView:
    with lecture.write(now=now) as work:
        return change_event(work, event_id=lecture.event, **changes)


def create(lecture: Lecture, **changes: Any) -> EventView:
    given = {"title": "讲座", "site_id": lecture.site, "starts_at": clock(9), "ends_at": clock(10)}
    with lecture.write() as work:
        return create_event(work, **(given | changes))


def decide(lecture: Lecture, now: datetime = DECIDED) -> int:
    with lecture.write(now=now) as work:
        return sum(deciding.decide(work, event_id) for event_id in deciding.events_to_decide(work))


def event(lecture: Lecture) -> EventView:
    with lecture.read() as work:
        return read_event(work, event_id=lecture.event)


@pytest.fixture
def wanting(lecture: Lecture) -> Lecture:
    """The lecture takes place from three people on."""
    change(lecture, minimum=3)
    return lecture


def test_it_is_decided_a_day_before_or_half_way_where_there_is_less_time(lecture: Lecture) -> None:
    assert (create(lecture).minimum, create(lecture).decided_at) == (None, None)
    assert create(lecture, minimum=1).decided_at == clock(9, day=FRIDAY)
    late = create(lecture, minimum=1, signup_opens_at=clock(9, day=FRIDAY), signup_closes_at=clock(8))
    assert late.decided_at == clock(21, day=FRIDAY)
    soon = create(
        lecture,
        minimum=1,
        starts_at=NOW + timedelta(hours=4),
        ends_at=NOW + timedelta(hours=5),
        signup_opens_at=NOW - timedelta(days=9),
    )
    assert soon.decided_at == NOW + timedelta(hours=2)
    assert create(lecture, minimum=1, decided_at=clock(8)).decided_at == clock(8)


OPENS = clock(9, day=FRIDAY)
MINIMUMS_OF_NO_SENSE: list[tuple[dict[str, Any], type[Exception]]] = [
    ({"minimum": -1}, Malformed),
    ({"minimum": 0}, Malformed),
    ({"minimum": 100_001}, Malformed),
    ({"minimum": 10**9}, Malformed),
    ({"decided_at": clock(8)}, Malformed),
    ({"minimum": 1, "decided_at": datetime(2026, 12, 5, 8)}, Malformed),  # noqa: DTZ001
    ({"minimum": 1, "decided_at": clock(15)}, DecisionInvalid),
    ({"minimum": 1, "decided_at": clock(15, 30)}, DecisionInvalid),
    ({"minimum": 1, "decided_at": NOW}, DecisionInvalid),
    ({"minimum": 1, "decided_at": OPENS, "signup_opens_at": OPENS}, DecisionInvalid),
]


def test_minimums_that_make_no_sense_are_refused(lecture: Lecture) -> None:
    times = {"starts_at": clock(15), "ends_at": clock(16, 30)}
    for given, refusal in MINIMUMS_OF_NO_SENSE:
        with pytest.raises(refusal):
            create(lecture, **times, **given)
        with pytest.raises(refusal):
            change(lecture, **given)
    assert (event(lecture).minimum, event(lecture).decided_at) == (None, None)


def test_with_too_few_it_is_called_off_and_everybody_is_told(wanting: Lecture) -> None:
    wanting.sign_up(wanting.people[0])
    wanting.sign_up(wanting.people[1], wanting.ushers)
    assert decide(wanting, DECIDED - MINUTE) == 0
    assert event(wanting).status is EventStatus.PUBLISHED
    assert decide(wanting) == 1
    assert event(wanting).status is EventStatus.CALLED_OFF
    told = {notice.person_id: notice.text for notice in wanting.told(NoticeKind.CALLED_OFF)}
    assert told.keys() == set(wanting.people[:2])
    assert "原因：报名人数不足（最少 3 人）。" in told[wanting.people[0]]
    (leader,) = wanting.told(NoticeKind.GAP)
    assert leader.person_id == wanting.leader_id
    assert "（2/3）" in leader.text
    assert decide(wanting) == 0
    assert len(wanting.told(NoticeKind.GAP)) == 1


def test_with_enough_it_goes_ahead_whoever_cancels_later(wanting: Lecture) -> None:
    *_, last = wanting.sign_up_all(wanting.people[:2]), wanting.sign_up(wanting.people[2], wanting.ushers)
    assert not event(wanting).goes_ahead
    assert decide(wanting) == 1
    assert event(wanting).goes_ahead
    wanting.cancel(last, now=DECIDED + MINUTE)
    assert decide(wanting, DECIDED + 2 * MINUTE) == 0
    assert event(wanting).status is EventStatus.PUBLISHED
    assert wanting.told(NoticeKind.GAP) == []


def test_seats_are_counted_with_those_who_are_brought_along_and_without_who_waits(wanting: Lecture) -> None:
    waiting = wanting.sign_up_all(wanting.people[:3])[2]
    assert waiting.status is SignupStatus.WAITING
    with wanting.read(now=DECIDED) as work:
        first = work.find(Signup, 1)
        assert (first.status, first.companions) == (SignupStatus.CONFIRMED, 0)
    with wanting.write() as work:
        work.find(Signup, 1).companions = 1
    decide(wanting)
    assert event(wanting).goes_ahead


def test_only_two_with_a_seat_are_not_three(wanting: Lecture) -> None:
    wanting.sign_up_all(wanting.people[:3])  # the third only waits
    decide(wanting)
    assert event(wanting).status is EventStatus.CALLED_OFF
    assert {notice.person_id for notice in wanting.told(NoticeKind.CALLED_OFF)} == set(wanting.people[:3])


def test_a_draft_and_what_has_no_minimum_or_is_called_off_are_not_decided(lecture: Lecture) -> None:
    create(lecture, minimum=3)
    change(lecture, minimum=3)
    change(lecture, minimum=None)
    assert decide(lecture, clock(8)) == 0
    change(lecture, minimum=3)
    with lecture.write() as work:
        call_off_event(work, event_id=lecture.event)
    assert decide(lecture, clock(8)) == 0


def test_what_has_begun_is_not_called_off_and_its_leaders_are_told_once(wanting: Lecture) -> None:
    begun = clock(14, 30)  # its ushers are there
    assert decide(wanting, begun) == 1
    assert (event(wanting).status, event(wanting).goes_ahead) == (EventStatus.PUBLISHED, True)
    (leader,) = wanting.told(NoticeKind.GAP)
    assert "没有取消" in leader.text
    assert decide(wanting, begun) == 0
    assert wanting.told(NoticeKind.CALLED_OFF) == []


def test_of_an_event_of_no_team_those_are_told_who_answer_for_its_place(lecture: Lecture) -> None:
    coordinator = lecture.people[0]
    with lecture.write() as work:
        grant_role(
            work,
            person_id=coordinator,
            role=Role.COMMUNITY_COORDINATOR,
            community_id=lecture.community,
            valid_from=TODAY,
        )
    event = create(lecture, minimum=1).id
    with lecture.write() as work:
        position = add_position(
            work, event_id=event, name="听众", capacity=1, earns_hours=False, approval=True
        ).id
        publish_event(work, event_id=event)
    lecture.sign_up(lecture.people[1], position, by=Actor.person(lecture.people[1]))
    decide(lecture, clock(9, day=FRIDAY))
    told = lecture.told(NoticeKind.GAP)
    assert [notice.person_id for notice in told] == [coordinator] * 2
    assert [sum(words in notice.text for notice in told) for words in ("等待您审批", "（0/1）")] == [1, 1]


def test_an_event_that_moves_takes_its_decision_along(wanting: Lecture) -> None:
    moved = change(wanting, starts_at=clock(16, day=SUNDAY))
    assert moved.decided_at == clock(16)
    # A day before the new start would be past: half of what is left.
    moved = change(wanting, now=clock(8), starts_at=clock(18))
    assert moved.decided_at == clock(13)
    given = change(wanting, starts_at=clock(9, day=SUNDAY), decided_at=clock(20))
    assert given.decided_at == clock(20)
    with pytest.raises(DecisionInvalid):
        change(wanting, signup_opens_at=clock(20))


def test_what_was_decided_is_decided_anew_only_at_another_time(wanting: Lecture) -> None:
    wanting.sign_up(wanting.people[0])
    change(wanting, minimum=1)
    decide(wanting)
    later = DECIDED + MINUTE
    settled = change(wanting, now=later, minimum=2, title="讲座", decided_at=DECIDED)
    assert (settled.goes_ahead, settled.minimum, settled.decided_at) == (True, 2, DECIDED)
    assert decide(wanting, later) == 0
    assert not change(wanting, now=later, decided_at=clock(8)).goes_ahead
    assert decide(wanting, clock(8)) == 1
    assert event(wanting).status is EventStatus.CALLED_OFF


def test_a_draft_is_not_published_to_be_called_off_at_once(lecture: Lecture) -> None:
    draft = create(lecture, minimum=3).id
    with pytest.raises(DecisionInvalid), lecture.write(now=clock(9, day=FRIDAY)) as work:
        publish_event(work, event_id=draft)
    with lecture.write(now=clock(9, day=FRIDAY)) as work:
        change_event(work, event_id=draft, decided_at=clock(8))
        assert publish_event(work, event_id=draft).status is EventStatus.PUBLISHED


def test_the_clock_decides_and_two_of_them_decide_once(wanting: Lecture) -> None:
    wanting.sign_up(wanting.people[0])
    wanting.office.clock = lambda: DECIDED
    other = open_office(wanting.office.url.render_as_string(hide_password=False), clock=lambda: DECIDED)
    done = at_once(lambda: tick.run(wanting.office), lambda: tick.run(other))
    other.dispose()
    assert sorted(one.events_decided for one in done) == [0, 1]
    assert len(wanting.told(NoticeKind.CALLED_OFF)) == 1
    assert len(wanting.told(NoticeKind.GAP)) == 1


def test_who_signs_up_as_it_is_called_off_is_refused(wanting: Lecture) -> None:
    def do(operation: Any) -> Any:
        with wanting.write(now=DECIDED) as work:
            return operation(work)

    decided, refusal = just_before_the_commit(
        do,
        partial(deciding.decide, event_id=wanting.event),
        lambda: wanting.sign_up(wanting.people[0], now=DECIDED),
    )
    assert decided == 1
    assert isinstance(refusal, EventNotPublished)
    assert wanting.line() == []


def test_who_is_signing_up_as_it_is_decided_is_counted(wanting: Lecture) -> None:
    wanting.sign_up_all(wanting.people[:2])
    late = wanting.people[2]

    def do(operation: Any) -> Any:
        with wanting.write(now=DECIDED) as work:
            return operation(work)

    coming = partial(sign_up, position_id=wanting.ushers, person_id=late)
    signup, decided = just_before_the_commit(do, coming, lambda: decide(wanting))
    assert (signup.status, decided) == (SignupStatus.CONFIRMED, 1)
    assert event(wanting).goes_ahead
