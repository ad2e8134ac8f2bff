"""Copying an event to other dates: what comes along, what does not, and what rest days do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.at_once import at_once, just_before_the_commit
from tests.events.lecture import NOW, SATURDAY, SCRIPT, TODAY, Lecture, clock
from volunteer_core.closures.declaring import declare_closure
from volunteer_core.database import LARGEST_ID, Busy
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.events.checking import EventAtClosedSite
from volunteer_core.events.copying import DaysTaken, copy_event
from volunteer_core.events.listing import read_event
from volunteer_core.events.models import EventStatus, HeldSeats
from volunteer_core.events.planning import call_off_event, change_event, publish_event
from volunteer_core.events.positions import add_position
from volunteer_core.events.rest_days import OnRestDays, RestDays, placed
from volunteer_core.events.timetable import EventInPast
from volunteer_core.events.views import Copies, EventDetail, PositionView
from volunteer_core.permissions import Actor
from volunteer_core.timespans import at, civil_date, days
from volunteer_core.workdays.daybook import DayBook
from volunteer_core.workdays.upkeep import load_daybook, set_local_day

MONDAY, TUESDAY = date(2026, 12, 7), date(2026, 12, 8)
SUNDAY = date(2026, 12, 6)
DAY = timedelta(days=1)


def copy(lecture: Lecture, *dates: date, by: Actor = SCRIPT, now: datetime = NOW, **how: Any) -> Copies:
    with lecture.write(by, now) as work:
        return copy_event(work, **({"event_id": lecture.event, "dates": dates} | how))


def read(lecture: Lecture, event_id: int) -> EventDetail:
    with lecture.read() as work:
        return read_event(work, event_id=event_id)


def dates_of(copies: Copies) -> list[date]:
    return [civil_date(one.event.starts_at) for one in copies.copies]


def keep_seats(lecture: Lecture, until: datetime) -> None:
    with lecture.write() as work:
        work.add(
            HeldSeats(position_id=lecture.audience, community_id=lecture.community, seats=1, until=until)
        )


def kept_seats(lecture: Lecture, position: int) -> list[tuple[int, int, datetime]]:
    with lecture.read() as work:
        rows = work.scalars(select(HeldSeats).where(HeldSeats.position_id == position)).all()
        return [(row.community_id, row.seats, row.until) for row in rows]


def test_a_copy_is_a_draft_with_all_there_is_to_it_at_the_same_time_of_another_day(lecture: Lecture) -> None:
    opens = clock(9, day=TODAY)
    with lecture.write() as work:
        change_event(
            work,
            event_id=lecture.event,
            description="请带笔",
            bring="笔",
            contact="居委会",
            signup_opens_at=opens,
            for_community_id=lecture.community,
            minimum=5,
        )
        extra = {"approval": True, "offer_minutes": 60, "most_companions": 2, "qualification": "camera"}
        add_position(
            work,
            event_id=lecture.event,
            name="摄影",
            capacity=1,
            earns_hours=True,
            min_age=16,
            max_age=60,
            **extra,
        )
    keep_seats(lecture, clock(18, day=date(2026, 12, 3)))
    copied = copy(lecture, TUESDAY).copies[0].event
    before, after = read(lecture, lecture.event), read(lecture, copied.id)
    assert (after.status, after.published_at) == (EventStatus.DRAFT, None)
    for field in ("title", "description", "bring", "contact", "site_id", "team_id", "public", "minimum"):
        assert getattr(after, field) == getattr(before, field)
    assert after.for_community_id == lecture.community
    times = ("starts_at", "ends_at", "signup_opens_at", "signup_closes_at", "cancel_until", "decided_at")
    assert {getattr(after, field) - getattr(before, field) for field in times} == {3 * DAY}
    assert (after.starts_at, after.signup_opens_at) == (clock(15, day=TUESDAY), opens + 3 * DAY)
    assert [_asked(position) for position in after.positions] == [
        _asked(position) for position in before.positions
    ]
    assert [position.starts_at for position in after.positions] == [
        position.starts_at + 3 * DAY for position in before.positions
    ]
    audience = next(position for position in after.positions if position.name == "听众")
    assert kept_seats(lecture, audience.id) == [(lecture.community, 1, clock(18, day=SUNDAY))]


def _asked(position: PositionView) -> tuple[object, ...]:
    fields = ("name", "capacity", "earns_hours", "min_age", "max_age", "qualification")
    more = ("approval", "offer_minutes", "most_companions")
    return tuple(getattr(position, field) for field in fields + more)


def test_neither_sign_ups_nor_the_code_nor_the_decision_come_along(lecture: Lecture) -> None:
    lecture.sign_up_all(lecture.people[:3])
    with lecture.write() as work:
        change_event(work, event_id=lecture.event, minimum=1)
    copied = copy(lecture, MONDAY, TUESDAY)
    assert copied.series_id is None
    for one in copied.copies:
        assert (one.event.code, one.event.series_id, one.event.goes_ahead) == (None, None, False)
        audience, *_ = (seat for seat in read(lecture, one.event.id).positions if seat.name == "听众")
        assert (audience.taken, audience.waiting) == (0, 0)
    with lecture.write() as work:
        publish_event(work, event_id=copied.copies[0].event.id)
    seat = next(one for one in read(lecture, copied.copies[0].event.id).positions if one.name == "听众")
    assert lecture.sign_up(lecture.people[4], seat.id, now=NOW + 3 * DAY).number == 1
    assert lecture.with_seat() == lecture.people[:2]


def test_what_was_called_off_is_copied_too_also_to_its_own_day(lecture: Lecture) -> None:
    with lecture.write() as work:
        call_off_event(work, event_id=lecture.event)
    copied = copy(lecture, SATURDAY, MONDAY, in_series=True, rest_days=RestDays.KEEP)
    assert dates_of(copied) == [SATURDAY, MONDAY]
    assert {one.event.status for one in copied.copies} == {EventStatus.DRAFT}


def test_rest_days_are_refused_and_named_unless_wanted(lecture: Lecture) -> None:
    with pytest.raises(OnRestDays) as refused:
        copy(lecture, MONDAY, SUNDAY, SATURDAY)
    assert refused.value.facts["dates"] == ["2026-12-05", "2026-12-06"]
    assert refused.value.message == "12月5日（周六）、12月6日（周日）不是工作日。"
    kept = copy(lecture, MONDAY, SUNDAY, rest_days=RestDays.KEEP)
    assert dates_of(kept) == [SUNDAY, MONDAY]


def test_the_next_free_working_day_takes_the_place_of_a_rest_day(lecture: Lecture) -> None:
    with lecture.write() as work:
        set_local_day(work, day=TUESDAY, works=False, name="街道休息", source="街道")
    moved = copy(lecture, SUNDAY, SATURDAY, MONDAY, rest_days=RestDays.NEXT)
    wednesday = TUESDAY + DAY
    assert [(one.asked_for, one.day) for one in moved.copies] == [
        (MONDAY, MONDAY), (SATURDAY, wednesday), (SUNDAY, wednesday + DAY)
    ]  # fmt: skip
    assert [one.day for one in moved.copies] == dates_of(moved)
    assert not any(one.tentative for one in moved.copies)


def test_a_make_up_weekend_is_a_working_day_and_a_year_to_come_is_tentative(lecture: Lecture) -> None:
    with lecture.write() as work:
        set_local_day(work, day=SATURDAY, works=True, name="调休上班", source="通知")
    assert dates_of(copy(lecture, SATURDAY)) == [SATURDAY]
    assert [one.tentative for one in copy(lecture, date(2028, 3, 1)).copies] == [True]


DATES_OF_NO_SENSE: list[tuple[Sequence[date], type[Exception]]] = [
    ([], Malformed),
    ([MONDAY, TUESDAY, MONDAY], Malformed),
    ([MONDAY + number * DAY for number in range(61)], Malformed),
    ([date.min], Malformed),
    ([date.max], Malformed),
    ([date(2026, 11, 20)], EventInPast),
    ([TODAY], EventInPast),  # its ushers would have to be there already
]


def test_dates_that_make_no_sense_are_refused_and_nothing_is_copied(lecture: Lecture) -> None:
    now = clock(14, 30, day=TODAY)
    for dates, refusal in DATES_OF_NO_SENSE:
        with pytest.raises(refusal):
            copy(lecture, *dates, now=now)
    for unknown in (999, 0, -1, LARGEST_ID + 1):
        with pytest.raises(NotFound):
            copy(lecture, MONDAY, event_id=unknown)
    with lecture.read() as work, pytest.raises(NotFound):
        read_event(work, event_id=2)


def test_sixty_dates_at_once(lecture: Lecture) -> None:
    year = [MONDAY + number * 7 * DAY for number in range(60)]
    assert len(copy(lecture, *year, rest_days=RestDays.KEEP).copies) == 60


def test_no_copy_lies_in_a_closure(lecture: Lecture) -> None:
    with lecture.write() as work:
        declare_closure(
            work,
            name="消防检修",
            source="街道",
            site_id=lecture.site,
            starts_at=clock(8, day=TUESDAY),
            ends_at=clock(16, day=TUESDAY),
        )
    with pytest.raises(EventAtClosedSite):
        copy(lecture, MONDAY, TUESDAY)


def test_a_decision_that_would_be_past_is_made_half_way_to_the_copy(lecture: Lecture) -> None:
    with lecture.write() as work:
        change_event(work, event_id=lecture.event, minimum=3, decided_at=clock(15, day=date(2026, 12, 1)))
    now = clock(15, day=date(2026, 12, 4))
    assert copy(lecture, TUESDAY, now=now).copies[0].event.decided_at == clock(15, day=MONDAY)
    assert copy(lecture, date(2026, 12, 14), now=now).copies[0].event.decided_at == clock(
        15, day=date(2026, 12, 10)
    )


def test_events_are_copied_by_who_plans_them(lecture: Lecture) -> None:
    for actor in (lecture.leader, lecture.coordinator, Actor.person(lecture.people[0], officer=True)):
        copy(lecture, MONDAY, by=actor)
    for actor in (lecture.other_leader, lecture.neighbour, Actor.person(lecture.people[0])):
        with pytest.raises(NotAllowed):
            copy(lecture, MONDAY, by=actor)


def test_a_series_has_one_event_a_day_and_a_request_sent_twice_does_not_double_it(lecture: Lecture) -> None:
    first = copy(lecture, MONDAY, TUESDAY, in_series=True)
    for again in ([MONDAY, TUESDAY], [TUESDAY + DAY, TUESDAY]):
        with pytest.raises(DaysTaken) as refused:
            copy(lecture, *again, in_series=True)
    assert refused.value.facts["dates"] == ["2026-12-08"]
    with pytest.raises(DaysTaken):
        copy(lecture, SATURDAY, in_series=True, rest_days=RestDays.KEEP)  # that of the lecture itself
    more = copy(lecture, SUNDAY, in_series=True, rest_days=RestDays.NEXT)
    assert (more.series_id, dates_of(more)) == (first.series_id, [TUESDAY + DAY])
    assert copy(lecture, MONDAY).series_id is None  # outside of the series it may


def test_of_two_who_copy_into_a_series_at_once_one_is_refused(lecture: Lecture) -> None:
    copy(lecture, MONDAY, in_series=True)
    sources = [lecture.event, copy(lecture, MONDAY + 7 * DAY, in_series=True).copies[0].event.id]
    with lecture.write() as work:  # neither the place nor the event makes the other wait
        change_event(work, event_id=sources[1], site_id=lecture.other_site)

    def do(operation: Any) -> Any:
        with lecture.write() as work:
            return operation(work)

    one, other = (partial(copy_event, event_id=event, dates=[TUESDAY], in_series=True) for event in sources)
    _, refused = just_before_the_commit(do, one, lambda: do(other))
    assert isinstance(refused, DaysTaken)


def test_two_who_begin_a_series_at_once_begin_one(lecture: Lecture) -> None:
    done = at_once(
        lambda: copy(lecture, MONDAY, in_series=True), lambda: copy(lecture, TUESDAY, in_series=True)
    )
    assert {one.series_id for one in done} == {read(lecture, lecture.event).series_id}


def test_whose_event_has_just_become_one_of_a_series_tries_again(lecture: Lecture) -> None:
    def do(operation: Any) -> Any:
        with lecture.write() as work:
            return operation(work)

    def meanwhile() -> Any:
        try:
            return copy(lecture, TUESDAY, in_series=True)
        except Busy as busy:
            return busy

    beginning = partial(copy_event, event_id=lecture.event, dates=[MONDAY], in_series=True)
    _, other = just_before_the_commit(do, beginning, meanwhile)
    assert isinstance(other, Copies if lecture.office.is_sqlite else Busy)  # SQLite lets one in at a time


CALENDAR = list(days(date(2026, 9, 1), date(2026, 11, 30)))
BOOK = DayBook()


@given(st.sets(st.sampled_from(CALENDAR), min_size=1, max_size=30), st.sets(st.sampled_from(CALENDAR)))
def test_no_two_are_on_one_day_and_nobody_works_on_a_rest_day(wanted: set[date], taken: set[date]) -> None:
    found = placed(wanted, RestDays.NEXT, BOOK, taken=taken - wanted)
    assert found.keys() == wanted
    assert len(set(found.values())) == len(wanted)
    for asked, day in found.items():
        assert BOOK.is_workday(day).holds
        assert day == asked or (day > asked and day not in taken and not BOOK.is_workday(asked).holds)


def test_the_clock_shows_the_same_time_as_before(lecture: Lecture) -> None:
    with lecture.read() as work:
        assert load_daybook(work).is_workday(MONDAY).holds
    (one,) = copy(lecture, date(2027, 7, 5)).copies
    assert one.event.starts_at == at(date(2027, 7, 5), time(15))
