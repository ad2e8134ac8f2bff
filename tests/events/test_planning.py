"""Creating, changing and publishing events: what is refused, and what moves along."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from tests.events.lecture import NOW, Lecture, clock
from volunteer_core.closures.declaring import declare_closure
from volunteer_core.commitments.models import Commitment
from volunteer_core.commitments.promises import Clash
from volunteer_core.database import Work
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.events.calling_off import EventState
from volunteer_core.events.checking import EventAtClosedSite
from volunteer_core.events.listing import list_events, my_signups, read_event
from volunteer_core.events.models import EventStatus
from volunteer_core.events.moving import EventStarted
from volunteer_core.events.planning import (
    call_off_event,
    change_event,
    create_event,
    publish_event,
)
from volunteer_core.events.position_rules import PositionNameTaken
from volunteer_core.events.positions import add_position, change_capacity
from volunteer_core.events.timetable import EventInPast, PositionOutside, SignupWindowInvalid
from volunteer_core.events.views import EventView, PositionView
from volunteer_core.notices.models import NoticeKind
from volunteer_core.places.directory import CodeTaken
from volunteer_core.timespans import SpanInvalid

SUNDAY = date(2026, 12, 6)
HOUR = timedelta(hours=1)


def create(lecture: Lecture, **changes: Any) -> EventView:
    given = {"title": "讲座", "site_id": lecture.site, "starts_at": clock(9), "ends_at": clock(10)}
    with lecture.write() as work:
        return create_event(work, **(given | changes))


def add(lecture: Lecture, **changes: Any) -> PositionView:
    given = {"event_id": lecture.event, "name": "摄影", "capacity": 1, "earns_hours": True}
    with lecture.write() as work:
        return add_position(work, **(given | changes))


def change(lecture: Lecture, *, now: datetime = NOW, **changes: Any) -> EventView:
    with lecture.write(now=now) as work:
        return change_event(work, **({"event_id": lecture.event} | changes))


def promise(work: Work, person: int) -> Commitment:
    return work.scalars(select(Commitment).where(Commitment.person_id == person)).one()


def test_an_event_is_a_draft_that_opens_now_and_closes_at_its_start(lecture: Lecture) -> None:
    event = create(lecture, description="第一行\r\n第二行", code="L-1")
    assert (event.status, event.published_at) == (EventStatus.DRAFT, None)
    assert (event.signup_opens_at, event.signup_closes_at) == (NOW, clock(9))
    assert event.cancel_until == clock(9)
    assert event.description == "第一行\n第二行"
    assert (event.site_name, event.community_id) == ("1号活动室", lecture.community)


EVENTS_OF_NO_SENSE: list[tuple[dict[str, Any], type[Exception]]] = [
    ({"title": " "}, Malformed),
    ({"title": "长" * 101}, Malformed),
    ({"title": "两\n行"}, Malformed),
    ({"description": "长" * 4001}, Malformed),
    ({"code": "有空格 "}, Malformed),
    ({"code": ""}, Malformed),
    ({"site_id": 999}, NotFound),
    ({"team_id": 999}, NotFound),
    ({"programme_id": 999}, NotFound),
    ({"ends_at": clock(9)}, SpanInvalid),
    ({"ends_at": clock(8)}, SpanInvalid),
    ({"ends_at": clock(10, day=SUNDAY)}, Malformed),
    ({"starts_at": NOW, "ends_at": NOW + HOUR}, EventInPast),
    ({"starts_at": NOW - HOUR, "ends_at": NOW + HOUR}, EventInPast),
    ({"starts_at": datetime(2026, 12, 5, 9)}, Malformed),  # noqa: DTZ001 - naive on purpose
    ({"cancel_until": datetime(2026, 12, 5, 9)}, Malformed),  # noqa: DTZ001
    ({"starts_at": datetime.max.replace(tzinfo=UTC)}, Malformed),
    ({"starts_at": datetime.min.replace(tzinfo=UTC)}, Malformed),
    ({"signup_opens_at": clock(9)}, SignupWindowInvalid),
    ({"signup_closes_at": NOW}, SignupWindowInvalid),
    ({"signup_closes_at": clock(10, 1)}, SignupWindowInvalid),
    ({"cancel_until": clock(9, 1)}, SignupWindowInvalid),
]


def test_events_that_make_no_sense_are_refused(lecture: Lecture) -> None:
    for changes, refusal in EVENTS_OF_NO_SENSE:
        with pytest.raises(refusal):
            create(lecture, **changes)
    with lecture.read() as work:
        assert list_events(work).total == 1


def test_codes_of_events_are_unique(lecture: Lecture) -> None:
    create(lecture, code="L-1")
    with pytest.raises(CodeTaken):
        create(lecture, code="L-1")


POSITIONS_OF_NO_SENSE: list[tuple[dict[str, Any], type[Exception]]] = [
    ({"event_id": 999}, NotFound),
    ({"name": ""}, Malformed),
    ({"name": "听众"}, PositionNameTaken),
    ({"capacity": -1}, Malformed),
    ({"capacity": 10**9}, Malformed),
    ({"min_age": -1}, Malformed),
    ({"max_age": 121}, Malformed),
    ({"min_age": 60, "max_age": 18}, Malformed),
    ({"qualification": "急救 证"}, Malformed),
    ({"starts_at": clock(11, 59)}, PositionOutside),
    ({"ends_at": clock(19, 31)}, PositionOutside),
    ({"starts_at": clock(13), "ends_at": clock(15)}, PositionOutside),
    ({"starts_at": clock(16, 30), "ends_at": clock(17)}, PositionOutside),
    ({"starts_at": clock(15, day=SUNDAY), "ends_at": clock(16, day=SUNDAY)}, PositionOutside),
    ({"starts_at": clock(16), "ends_at": clock(16)}, SpanInvalid),
    ({"starts_at": datetime(2026, 12, 5, 15)}, Malformed),  # noqa: DTZ001
]


def test_positions_that_make_no_sense_are_refused(lecture: Lecture) -> None:
    for changes, refusal in POSITIONS_OF_NO_SENSE:
        with pytest.raises(refusal):
            add(lecture, **changes)
    with lecture.read() as work:
        assert len(read_event(work, event_id=lecture.event).positions) == 2


def test_a_position_reaches_at_most_three_hours_around_its_event(lecture: Lecture) -> None:
    position = add(lecture, starts_at=clock(12), ends_at=clock(19, 30))
    assert (position.starts_at, position.ends_at) == (clock(12), clock(19, 30))


def test_capacity_stays_within_reason(lecture: Lecture) -> None:
    for capacity in (-1, 100_001, 10**9):
        with pytest.raises(Malformed), lecture.write() as work:
            change_capacity(work, position_id=lecture.audience, capacity=capacity)
    assert lecture.seats().capacity == 2


def test_a_moved_event_takes_its_positions_and_promises_along_and_tells(lecture: Lecture) -> None:
    listener, usher = lecture.people[:2]
    lecture.sign_up(listener)
    lecture.sign_up(usher, lecture.ushers)
    event = change(lecture, starts_at=clock(9, day=SUNDAY), site_id=lecture.other_site, title="消防讲座")
    assert (event.starts_at, event.ends_at) == (clock(9, day=SUNDAY), clock(10, 30, day=SUNDAY))
    assert event.signup_closes_at == event.starts_at
    assert event.cancel_until == clock(6, day=date(2026, 12, 5))
    assert (event.site_id, event.title) == (lecture.other_site, "消防讲座")
    with lecture.read() as work:
        (post,) = my_signups(work, person_id=usher).items
        commitments = [work.find(Commitment, number) for number in (1, 2)]
    assert (post.starts_at, post.ends_at) == (clock(8, 30, day=SUNDAY), clock(11, day=SUNDAY))
    assert [row.starts_at for row in commitments] == [clock(9, day=SUNDAY), clock(8, 30, day=SUNDAY)]
    assert {(row.civil_date, row.site_id) for row in commitments} == {(SUNDAY, lecture.other_site)}
    told = {notice.person_id: notice.text for notice in lecture.told(NoticeKind.CHANGED)}
    assert "时间改为12月6日（周日）09:00–10:30" in told[listener]
    assert "时间改为12月6日（周日）08:30–11:00" in told[usher]
    assert "名称改为“消防讲座”" in told[usher]
    assert "地点改为2号活动室" in told[usher]


def test_a_move_that_clashes_for_somebody_confirmed_is_refused_and_changes_nothing(lecture: Lecture) -> None:
    person = lecture.people[0]
    _, elsewhere = lecture.hold_event(clock(18), clock(19))
    lecture.sign_up(person, elsewhere)
    lecture.sign_up(person)
    with pytest.raises(Clash):
        change(lecture, starts_at=clock(17), title="晚间讲座")
    with lecture.read() as work:
        event = read_event(work, event_id=lecture.event)
    assert (event.title, event.starts_at) == ("消防安全知识讲座", clock(15))
    assert lecture.told(NoticeKind.CHANGED) == []


@pytest.mark.parametrize("hours", [-1, 1])
def test_who_has_two_positions_in_a_row_moves_with_both(lecture: Lecture, hours: int) -> None:
    person = lecture.people[0]
    setting_up = add(lecture, name="布置", starts_at=clock(14), ends_at=clock(15, 30)).id
    clearing_up = add(lecture, name="收拾", starts_at=clock(15, 30), ends_at=clock(17)).id
    lecture.sign_up(person, setting_up)
    lecture.sign_up(person, clearing_up)
    change(lecture, starts_at=clock(15 + hours))
    with lecture.read() as work:
        moved = [signup.starts_at for signup in my_signups(work, person_id=person).items]
    assert moved == [clock(15 + hours, 30), clock(14 + hours)]


def test_who_waits_is_not_told_and_nobody_is_told_of_what_concerns_only_signing_up(lecture: Lecture) -> None:
    lecture.sign_up_all(lecture.people[:3])
    change(lecture, signup_closes_at=clock(8), cancel_until=clock(8), description="请带笔", public=False)
    assert lecture.told(NoticeKind.CHANGED) == []
    change(lecture, title="讲座")
    assert {notice.person_id for notice in lecture.told(NoticeKind.CHANGED)} == set(lecture.people[:2])


def test_an_event_that_grows_takes_those_who_stay_to_its_end_along(lecture: Lecture) -> None:
    change(lecture, ends_at=clock(16, 45))
    assert (lecture.seats().ends_at, lecture.seats(lecture.ushers).ends_at) == (clock(16, 45), clock(17))


def test_whose_position_stays_when_it_is_is_not_told_that_it_moves(lecture: Lecture) -> None:
    usher = lecture.sign_up(lecture.people[0], lecture.ushers)
    listener = lecture.sign_up(lecture.people[1])
    with lecture.write() as work:
        promise(work, usher.person_id).confirmed_at = NOW
    change(lecture, ends_at=clock(16, 45))
    assert [notice.person_id for notice in lecture.told(NoticeKind.CHANGED)] == [listener.person_id]
    with lecture.read() as work:
        assert promise(work, usher.person_id).confirmed_at == NOW


def test_time_and_place_are_settled_once_it_has_started_and_the_text_is_not(lecture: Lecture) -> None:
    for changes in ({"site_id": lecture.other_site}, {"starts_at": clock(15, 15)}):
        with pytest.raises(EventStarted):  # its ushers are there
            change(lecture, now=clock(14, 30), **changes)
        with pytest.raises(EventInPast if "site_id" in changes else EventStarted):
            change(lecture, now=clock(15), **changes)
    assert (
        change(lecture, now=clock(15), description="录像可在服务站观看").description == "录像可在服务站观看"
    )


def test_an_event_is_moved_into_the_future_only(lecture: Lecture) -> None:
    with pytest.raises(EventInPast):
        change(lecture, starts_at=NOW - HOUR)
    with pytest.raises(EventInPast):  # its ushers would have to be there already
        change(lecture, starts_at=NOW + HOUR / 4, cancel_until=NOW, signup_closes_at=NOW + HOUR / 8)
    with pytest.raises(SpanInvalid):
        change(lecture, ends_at=clock(15))
    with pytest.raises(SignupWindowInvalid):
        change(lecture, signup_closes_at=NOW - HOUR)


def test_a_draft_is_published_once_and_not_after_its_start(lecture: Lecture) -> None:
    with pytest.raises(EventState), lecture.write() as work:
        publish_event(work, event_id=lecture.event)
    draft = create(lecture).id
    with pytest.raises(EventInPast), lecture.write(now=clock(9)) as work:
        publish_event(work, event_id=draft)
    with lecture.write() as work:
        assert publish_event(work, event_id=draft).published_at == NOW


def test_what_is_called_off_stays_as_it_is(lecture: Lecture) -> None:
    with lecture.write() as work:
        call_off_event(work, event_id=lecture.event, reason="台风")
    with pytest.raises(EventState):
        change(lecture, title="讲座")
    with pytest.raises(EventState):
        add(lecture)
    for operation in (publish_event, call_off_event):
        with pytest.raises(EventState), lecture.write() as work:
            operation(work, event_id=lecture.event)
    with pytest.raises(EventState), lecture.write() as work:
        change_capacity(work, position_id=lecture.audience, capacity=50)


def test_no_event_takes_place_during_a_closure(lecture: Lecture) -> None:
    draft = create(
        lecture, site_id=lecture.other_site, starts_at=clock(9, day=SUNDAY), ends_at=clock(10, day=SUNDAY)
    )
    with lecture.write() as work:
        declare_closure(
            work,
            name="台风停课",
            source="区教育局",
            starts_at=clock(8),
            ends_at=clock(12),
            site_id=lecture.site,
        )
    with pytest.raises(EventAtClosedSite):
        create(lecture)
    with pytest.raises(EventAtClosedSite):
        change(lecture, starts_at=clock(11))
    with pytest.raises(EventAtClosedSite):
        change(lecture, event_id=draft.id, starts_at=clock(9), site_id=lecture.site)
    change(lecture, starts_at=clock(12))


def test_an_event_is_planned_by_its_team_its_community_and_the_office(lecture: Lecture) -> None:
    event = {"title": "讲座", "starts_at": clock(9), "ends_at": clock(10)}
    for actor in (lecture.leader, lecture.coordinator):
        with lecture.write(actor) as work:
            draft = create_event(work, site_id=lecture.site, team_id=lecture.team, **event).id
            seat = add_position(work, event_id=draft, name="听众", capacity=1, earns_hours=False).id
            change_capacity(work, position_id=seat, capacity=2)
            change_event(work, event_id=draft, title="安全讲座")
            publish_event(work, event_id=draft)
            call_off_event(work, event_id=draft)
    for actor in (lecture.other_leader, lecture.neighbour):
        with pytest.raises(NotAllowed), lecture.write(actor) as work:
            create_event(work, site_id=lecture.site, team_id=lecture.team, **event)
        with pytest.raises(NotAllowed), lecture.write(actor) as work:
            add_position(work, event_id=lecture.event, name="摄影", capacity=1, earns_hours=True)
        with pytest.raises(NotAllowed), lecture.write(actor) as work:
            change_capacity(work, position_id=lecture.audience, capacity=3)
        for operation in (change_event, publish_event, call_off_event):
            with pytest.raises(NotAllowed), lecture.write(actor) as work:
                operation(work, event_id=lecture.event)
