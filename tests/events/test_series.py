"""Series: published, called off and copied as a whole; each event still moves and is called off alone."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.at_once import just_before_the_commit
from tests.events.lecture import NOW, SCRIPT, TODAY, Lecture, clock
from volunteer_core.closures.declaring import declare_closure
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.events.calling_off import EventState
from volunteer_core.events.checking import EventAtClosedSite
from volunteer_core.events.copying import copy_event
from volunteer_core.events.entering import EventNotPublished
from volunteer_core.events.listing import my_signups, read_event
from volunteer_core.events.models import EventStatus, Position, SignupStatus
from volunteer_core.events.planning import call_off_event, change_event, publish_event
from volunteer_core.events.positions import add_position
from volunteer_core.events.rest_days import OnRestDays, RestDays
from volunteer_core.events.series import (
    NoDrafts,
    NothingToCome,
    call_off_series,
    copy_series,
    publish_series,
    read_series,
)
from volunteer_core.events.timetable import DecisionInvalid, EventInPast
from volunteer_core.events.views import Copies, EventView, PositionView, SeriesView
from volunteer_core.notices.models import NoticeKind
from volunteer_core.permissions import Actor
from volunteer_core.timespans import civil_date

DAY = timedelta(days=1)
MONDAY, TUESDAY = date(2026, 12, 7), date(2026, 12, 8)
LATER = clock(12, day=date(2026, 12, 2))
"""When one can sign up for all of them."""


def do(lecture: Lecture, operation: Any, *, by: Actor = SCRIPT, now: datetime = NOW, **facts: Any) -> Any:
    with lecture.write(by, now) as work:
        return operation(work, **facts)


def begin(lecture: Lecture) -> int:
    """The lecture, which is published, and drafts on the Monday and the Tuesday after it."""
    copies: Copies = do(lecture, copy_event, event_id=lecture.event, dates=[MONDAY, TUESDAY], in_series=True)
    assert copies.series_id is not None
    return copies.series_id


def read(lecture: Lecture, series: int, by: Actor = SCRIPT) -> SeriesView:
    with lecture.read(by) as work:
        return read_series(work, series_id=series)


def states(view: SeriesView) -> list[EventStatus]:
    return [event.status for event in view.events]


def days_of(events: list[EventView]) -> list[date]:
    return [civil_date(event.starts_at) for event in events]


def position(lecture: Lecture, event: int, name: str = "听众") -> PositionView:
    with lecture.read() as work:
        return next(one for one in read_event(work, event_id=event).positions if one.name == name)


def test_an_event_begins_a_series_with_its_copies(lecture: Lecture) -> None:
    view = read(lecture, begin(lecture))
    assert (view.title, view.team_id) == ("消防安全知识讲座", lecture.team)
    assert days_of(view.events) == [date(2026, 12, 5), MONDAY, TUESDAY]
    assert {event.series_id for event in view.events} == {view.id}
    assert states(view) == [EventStatus.PUBLISHED, EventStatus.DRAFT, EventStatus.DRAFT]


def test_one_sees_of_a_series_what_one_sees_of_its_events(lecture: Lecture) -> None:
    series = begin(lecture)
    anybody = Actor.anonymous()
    assert len(read(lecture, series, anybody).events) == 1
    assert len(read(lecture, series, lecture.leader).events) == 3
    do(lecture, change_event, event_id=lecture.event, for_team_id=lecture.other_team)
    with pytest.raises(NotFound):
        read(lecture, series, anybody)
    for unknown in (999, 0, -1):
        for operation in (publish_series, call_off_series, read_series):
            with pytest.raises(NotFound):
                do(lecture, operation, series_id=unknown)
        with pytest.raises(NotFound):
            do(lecture, copy_series, series_id=unknown, first_day=MONDAY)


def test_all_drafts_are_published_at_once(lecture: Lecture) -> None:
    series = begin(lecture)
    assert states(do(lecture, publish_series, series_id=series)) == [EventStatus.PUBLISHED] * 3
    with pytest.raises(NoDrafts):
        do(lecture, publish_series, series_id=series)


def test_a_draft_that_is_past_does_not_keep_the_others_back(lecture: Lecture) -> None:
    series = begin(lecture)
    published = do(lecture, publish_series, series_id=series, now=clock(18, day=MONDAY))
    assert states(published) == [EventStatus.PUBLISHED, EventStatus.DRAFT, EventStatus.PUBLISHED]
    with pytest.raises(NoDrafts):
        do(lecture, publish_series, series_id=series, now=clock(18, day=TUESDAY))


def test_all_or_none_is_published(lecture: Lecture) -> None:
    series = begin(lecture)
    *_, last = read(lecture, series).events
    sunday = clock(12, day=date(2026, 12, 6))
    do(lecture, change_event, event_id=last.id, minimum=3, decided_at=sunday)
    with pytest.raises(DecisionInvalid):  # of the Tuesday it would be decided at once
        do(lecture, publish_series, series_id=series, now=sunday)
    assert states(read(lecture, series))[1:] == [EventStatus.DRAFT] * 2


def test_what_is_still_to_come_is_called_off_for_one_reason_and_all_are_told(lecture: Lecture) -> None:
    series = begin(lecture)
    do(lecture, publish_series, series_id=series)
    _, monday, tuesday = read(lecture, series).events
    first, second = lecture.people[:2]
    lecture.sign_up(first)
    lecture.sign_up(first, position(lecture, tuesday.id).id, now=LATER)
    lecture.sign_up(second, position(lecture, monday.id, "引导员").id, now=LATER)
    off = do(lecture, call_off_series, series_id=series, reason="讲师生病", now=clock(15))
    assert states(off) == [EventStatus.PUBLISHED, EventStatus.CALLED_OFF, EventStatus.CALLED_OFF]
    told = lecture.told(NoticeKind.CALLED_OFF)
    assert sorted(notice.person_id or 0 for notice in told) == [first, second]
    assert all("原因：讲师生病。" in notice.text for notice in told)
    assert lecture.with_seat() == [first]
    with pytest.raises(NothingToCome):
        do(lecture, call_off_series, series_id=series, now=clock(15))


def test_one_of_a_series_changes_moves_and_is_called_off_alone_and_stays_in_it(lecture: Lecture) -> None:
    """huddlz#269: moving one date of a series took the sign-ups of it away."""
    series = begin(lecture)
    do(lecture, publish_series, series_id=series)
    _, monday, tuesday = read(lecture, series).events
    seat, person = position(lecture, monday.id).id, lecture.people[0]
    signup = lecture.sign_up(person, seat, now=LATER)
    friday = date(2026, 12, 11)
    do(lecture, change_event, event_id=monday.id, starts_at=clock(10, day=friday), title="讲座（改期）")
    do(lecture, call_off_event, event_id=tuesday.id)
    view = read(lecture, series)
    assert days_of(view.events) == [date(2026, 12, 5), TUESDAY, friday]
    assert [event.title for event in view.events] == ["消防安全知识讲座"] * 2 + ["讲座（改期）"]
    assert states(view) == [EventStatus.PUBLISHED, EventStatus.CALLED_OFF, EventStatus.PUBLISHED]
    assert (position(lecture, monday.id).id, position(lecture, monday.id).confirmed) == (seat, 1)
    with lecture.read() as work:
        (mine,) = my_signups(work, person_id=person).items
    assert (mine.id, mine.status, mine.starts_at) == (
        signup.id, SignupStatus.CONFIRMED, clock(10, day=friday)
    )  # fmt: skip


def test_a_series_is_copied_as_a_new_one_of_drafts_with_the_same_days_between(lecture: Lecture) -> None:
    series = begin(lecture)
    *_, tuesday = read(lecture, series).events
    do(lecture, change_event, event_id=tuesday.id, title="第三讲", starts_at=clock(9, day=TUESDAY))
    monday = date(2027, 3, 1)
    with pytest.raises(OnRestDays) as refused:
        do(lecture, copy_series, series_id=series, first_day=date(2027, 3, 6))
    assert refused.value.facts["dates"] == ["2027-03-06"]  # the others are a Monday and a Tuesday
    copies = do(lecture, copy_series, series_id=series, first_day=monday)
    assert copies.series_id not in (None, series)
    view = read(lecture, copies.series_id)
    assert (view.title, states(view)) == ("消防安全知识讲座", [EventStatus.DRAFT] * 3)
    assert days_of(view.events) == [monday, monday + 2 * DAY, monday + 3 * DAY]
    last = view.events[-1]
    assert (last.title, last.starts_at) == ("第三讲", clock(9, day=monday + 3 * DAY))
    moved = do(lecture, copy_series, series_id=series, first_day=date(2027, 3, 6), rest_days=RestDays.NEXT)
    first, second, third = moved.copies
    assert (first.asked_for, first.day) == (date(2027, 3, 8), date(2027, 3, 8))
    assert (third.asked_for, third.day) == (date(2027, 3, 6), date(2027, 3, 10))
    assert second.day == date(2027, 3, 9)


def test_what_was_called_off_of_a_series_is_not_copied(lecture: Lecture) -> None:
    series = begin(lecture)
    do(lecture, call_off_event, event_id=lecture.event)
    copies = do(lecture, copy_series, series_id=series, first_day=date(2027, 3, 1))
    assert [one.day for one in copies.copies] == [date(2027, 3, 1), date(2027, 3, 2)]
    do(lecture, call_off_series, series_id=series)
    with pytest.raises(NothingToCome):
        do(lecture, copy_series, series_id=series, first_day=date(2027, 3, 1))


def test_a_series_is_copied_neither_into_the_past_nor_very_far(lecture: Lecture) -> None:
    series = begin(lecture)
    for day, refusal in ((TODAY - 3 * DAY, EventInPast), (date.min, Malformed), (date.max, Malformed)):
        with pytest.raises(refusal):
            do(lecture, copy_series, series_id=series, first_day=day, rest_days=RestDays.KEEP)
    weeks = [MONDAY + number * 7 * DAY for number in range(1, 59)]
    do(lecture, copy_event, event_id=lecture.event, dates=weeks, in_series=True, rest_days=RestDays.KEEP)
    with pytest.raises(Malformed):
        do(lecture, copy_series, series_id=series, first_day=date(2027, 3, 1), rest_days=RestDays.KEEP)


def test_a_closed_site_refuses_the_whole(lecture: Lecture) -> None:
    series = begin(lecture)
    day = date(2027, 3, 4)
    do(
        lecture,
        declare_closure,
        name="消防检修",
        source="街道",
        site_id=lecture.site,
        starts_at=clock(8, day=day),
        ends_at=clock(20, day=day),
    )
    with pytest.raises(EventAtClosedSite):
        do(lecture, copy_series, series_id=series, first_day=day - 3 * DAY)
    with pytest.raises(NotFound):
        read(lecture, series + 1)


def test_a_series_is_its_teams_and_its_communitys_if_it_lies_in_one(lecture: Lecture) -> None:
    series = begin(lecture)
    calls: list[tuple[Any, dict[str, Any]]] = [
        (copy_series, {"first_day": date(2027, 3, 1)}),
        (publish_series, {}),
        (call_off_series, {}),
    ]
    for operation, facts in calls:
        for actor in (lecture.other_leader, lecture.neighbour, Actor.person(lecture.people[0])):
            with pytest.raises(NotAllowed):
                do(lecture, operation, by=actor, series_id=series, **facts)
    copied = do(lecture, copy_series, by=lecture.coordinator, series_id=series, first_day=date(2027, 3, 1))
    do(lecture, publish_series, by=lecture.leader, series_id=copied.series_id)
    do(
        lecture, change_event, event_id=copied.copies[0].event.id, site_id=lecture.other_site
    )  # now it lies in two communities
    for actor in (lecture.coordinator, lecture.neighbour):
        with pytest.raises(NotAllowed):
            do(lecture, call_off_series, by=actor, series_id=copied.series_id)
    do(lecture, call_off_series, by=lecture.leader, series_id=copied.series_id)


def test_an_event_called_off_is_not_published_with_its_series(lecture: Lecture) -> None:
    series = begin(lecture)
    _, monday, _ = read(lecture, series).events
    do(lecture, call_off_event, event_id=monday.id)
    assert states(do(lecture, publish_series, series_id=series))[1] is EventStatus.CALLED_OFF
    with pytest.raises(EventState):
        do(lecture, publish_event, event_id=monday.id)


def test_who_signs_up_as_a_series_is_called_off_is_refused(lecture: Lecture) -> None:
    series = begin(lecture)
    done, refused = just_before_the_commit(
        lambda operation: do(lecture, operation),
        lambda work: call_off_series(work, series_id=series),
        lambda: lecture.sign_up(lecture.people[0]),
    )
    assert states(done) == [EventStatus.CALLED_OFF] * 3
    assert isinstance(refused, EventNotPublished)


def test_dates_are_called_off_while_others_have_positions_of_several(lecture: Lecture) -> None:
    """Also where the first has a position that was added after those of the second."""
    series = begin(lecture)
    of_the_second = position(lecture, read(lecture, series).events[1].id).id
    added = do(lecture, add_position, event_id=lecture.event, name="摄影", capacity=1, earns_hours=True).id

    def hold_both(operation: Any) -> Any:
        with lecture.write() as work:
            operation(work)
            return work.lock_all(Position, [added])

    tries = []

    def call_off() -> SeriesView:
        tries.append(series)
        off: SeriesView = do(lecture, call_off_series, series_id=series)
        return off

    held, off = just_before_the_commit(
        hold_both, lambda work: tries.append(work.lock(Position, of_the_second)), call_off
    )
    assert [row.id for row in held] == [added]
    assert set(states(off)) == {EventStatus.CALLED_OFF}
    assert len(tries) == 2
