"""An event in figures: they are counted from the rows, for those who organise it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import event as sqlalchemy_event

from tests.events.afterwards import EVENING, attended, mark, rate
from tests.events.family import consented_minor
from tests.events.lecture import NOW, SATURDAY, TODAY, Lecture, clock
from volunteer_core.commitments.models import Attendance
from volunteer_core.errors import NotAllowed, NotFound
from volunteer_core.events.evaluating import evaluate_service
from volunteer_core.events.figures import (
    EventFigures,
    FromCommunity,
    Rated,
    Seats,
    SeriesFigures,
    event_figures,
    series_figures,
)
from volunteer_core.events.models import Event, EventSeries, Position, Signup
from volunteer_core.events.planning import call_off_event, change_event
from volunteer_core.events.positions import change_capacity
from volunteer_core.people.models import CheckResult
from volunteer_core.people.registry import register
from volunteer_core.people.vouching import record_check
from volunteer_core.permissions import Actor


def read(lecture: Lecture, by: Actor | None = None) -> EventFigures:
    with lecture.read(by or lecture.leader, EVENING) as work:
        return event_figures(work, event_id=lecture.event)


def seats(**given: int) -> Seats:
    return Seats(**dict.fromkeys(Seats.__struct_fields__, 0) | given)


def resident(lecture: Lecture, community: int | None) -> int:
    with lecture.write() as work:
        return register(work, name="符海燕", community_id=community).id


def test_nothing_has_happened_yet(lecture: Lecture) -> None:
    found = read(lecture)
    assert [(one.name, one.seats) for one in found.positions] == [
        ("引导员", seats(capacity=3)),
        ("听众", seats(capacity=2)),
    ]
    assert found.seats == seats(capacity=5)
    assert (found.communities, found.ratings) == ([], Rated(0, None))


def test_seats_companions_the_line_and_who_came(lecture: Lecture) -> None:
    with lecture.write() as work:
        change_capacity(work, position_id=lecture.audience, capacity=4)
        work.find(Position, lecture.audience).most_companions = 2
    first = lecture.sign_up(lecture.people[0], companions=2)
    second = lecture.sign_up(lecture.people[1])
    lecture.sign_up(lecture.people[2])
    lecture.cancel(lecture.sign_up(lecture.people[3]))
    mark(lecture, first, Attendance.ATTENDED)
    mark(lecture, second, Attendance.ABSENT)
    usher, excused, seen = lecture.sign_up_all(lecture.people[3:], lecture.ushers)
    mark(lecture, usher, Attendance.ATTENDED)
    mark(lecture, excused, Attendance.EXCUSED)
    with lecture.write() as work:
        row = work.find(Signup, seen.id)
        row.arrived_at, row.walk_in = clock(14, 20), True
    ushers, audience = (one.seats for one in read(lecture).positions)
    assert audience == seats(capacity=4, taken=4, signed_up=2, companions=2, waiting=1, came=1, no_shows=1)
    assert ushers == seats(capacity=3, taken=3, signed_up=3, came=2, walk_ins=1)
    assert read(lecture).seats == seats(
        capacity=7, taken=7, signed_up=5, companions=2, waiting=1, came=3, no_shows=1, walk_ins=1
    )


def test_who_asks_and_to_whom_a_seat_is_offered_have_their_own_columns(lecture: Lecture) -> None:
    with lecture.write() as work:
        work.find(Position, lecture.ushers).approval = True
        work.find(Position, lecture.audience).offer_minutes = 60
    lecture.sign_up(lecture.people[0], lecture.ushers, by=Actor.person(lecture.people[0]))
    first, *_ = lecture.sign_up_all(lecture.people[1:4])
    lecture.cancel(first)
    ushers, audience = (one.seats for one in read(lecture).positions)
    assert ushers == seats(capacity=3, requested=1)
    assert audience == seats(capacity=2, taken=2, signed_up=1, offered=1)


def test_people_are_counted_by_their_community_once_and_none_is_a_row(lecture: Lecture) -> None:
    with lecture.write() as work:
        change_capacity(work, position_id=lecture.audience, capacity=9)
        work.find(Position, lecture.audience).most_companions = 2
    here, there = (resident(lecture, one) for one in (lecture.community, lecture.other_community))
    _, morning = lecture.hold_event(clock(9), clock(10))
    with lecture.write() as work:  # the same event has another position, before
        work.find(Position, morning).event_id = lecture.event
    lecture.sign_up(here, companions=2)
    lecture.cancel(lecture.sign_up(lecture.people[2]))
    attended(lecture, lecture.people[0], there)
    early, _ = (lecture.sign_up(lecture.people[1], position) for position in (morning, lecture.ushers))
    mark(lecture, early, Attendance.ATTENDED)
    assert read(lecture).communities == [
        FromCommunity(lecture.community, "C1", 1, 2, 0),
        FromCommunity(lecture.other_community, "C2", 1, 0, 1),
        FromCommunity(None, "", 2, 0, 2),
    ]


def test_minors_and_checked_adults_stand_there(lecture: Lecture) -> None:
    lecture.sign_up(consented_minor(lecture), lecture.ushers)
    assert (read(lecture).minding.minors, read(lecture).minding.adults_missing) == (1, 1)
    with lecture.write() as work:
        record_check(work, person_id=lecture.people[0], checked_on=TODAY, result=CheckResult.CLEAR)
    lecture.sign_up(lecture.people[0], lecture.ushers)
    assert (read(lecture).minding.checked_adults, read(lecture).minding.adults_missing) == (1, 0)


def test_the_average_is_told_from_three_ratings_on(lecture: Lecture) -> None:
    signups = attended(lecture, *lecture.people[:3], position=lecture.ushers)
    for number, (signup, rating) in enumerate(zip(signups, (5, 4, 4), strict=True), 1):
        rate(lecture, signup, rating)
        with lecture.write(lecture.leader, EVENING) as work:  # which is not about the event
            evaluate_service(work, signup_id=signup.id, rating=1)
        assert read(lecture).ratings == Rated(number, 4.33 if number == 3 else None)


def test_figures_are_for_those_who_organise(lecture: Lecture) -> None:
    for actor in (lecture.leader, lecture.coordinator, Actor.person(lecture.people[0], officer=True)):
        assert read(lecture, actor).event_id == lecture.event
    for actor in (lecture.other_leader, lecture.neighbour, Actor.person(lecture.people[0])):
        with pytest.raises(NotAllowed):
            read(lecture, actor)
    with lecture.read() as work, pytest.raises(NotFound):
        event_figures(work, event_id=999)


def test_it_takes_as_many_statements_for_few_as_for_many(lecture: Lecture) -> None:
    with lecture.write() as work:
        change_capacity(work, position_id=lecture.ushers, capacity=100)

    def statements() -> int:
        seen: list[str] = []
        sqlalchemy_event.listen(lecture.office.engine, "before_cursor_execute", lambda *all_: seen.append(""))
        read(lecture)
        return len(seen)

    lecture.sign_up_all(lecture.people[:2], lecture.ushers)
    few = statements()
    for _ in range(10):
        lecture.sign_up(lecture.newcomer(), lecture.ushers)
    assert statements() <= few


def series(lecture: Lecture) -> tuple[int, int, int]:
    """A series of the lecture and a clean-up of the other team a week later, and a third one called off;
    the ids of the series, the clean-up and its position."""
    later, position = lecture.hold_event(
        clock(9, day=SATURDAY + timedelta(days=7)), clock(10, day=SATURDAY + timedelta(days=7))
    )
    off, _ = lecture.hold_event(clock(9), clock(10))
    with lecture.write() as work:
        row = EventSeries(title="道德讲堂", team_id=lecture.team)
        work.add(row)
        work.flush()
        for event in (lecture.event, later.id, off.id):
            work.find(Event, event).series_id = row.id
        call_off_event(work, event_id=off.id)
        return row.id, later.id, position


def read_series(lecture: Lecture, series_id: int, by: Actor) -> SeriesFigures:
    with lecture.read(by, EVENING) as work:
        return series_figures(work, series_id=series_id)


def test_a_series_has_a_row_for_each_date_and_their_sum(lecture: Lecture) -> None:
    series_id, later, position = series(lecture)
    signups = attended(lecture, *lecture.people[:3], position=lecture.ushers)
    lecture.sign_up_all(lecture.people[:2], position)
    for signup, rating in zip(signups, (5, 4, 4), strict=True):
        rate(lecture, signup, rating)
    found = read_series(lecture, series_id, Actor.person(lecture.leader_id, officer=True))
    assert [(one.status, one.seats) for one in found.dates] == [
        ("called_off", seats(capacity=10)),
        ("published", seats(capacity=5, taken=3, signed_up=3, came=3)),
        ("published", seats(capacity=10, taken=2, signed_up=2)),
    ]
    assert found.dates[2].event_id == later
    assert found.seats == seats(capacity=25, taken=5, signed_up=5, came=3)
    assert found.communities == [FromCommunity(None, "", 5, 0, 3)]
    assert (found.ratings, found.dates[1].ratings, found.dates[2].ratings) == (
        Rated(3, 4.33),
        Rated(3, 4.33),
        Rated(0, None),
    )


def test_the_sum_of_a_series_does_not_tell_what_a_single_person_said(lecture: Lecture) -> None:
    series_id, later, position = series(lecture)
    with lecture.write() as work:  # in the morning of the lecture's day
        change_event(work, event_id=later, starts_at=clock(9))
    for signup in attended(lecture, *lecture.people[:3], position=lecture.ushers):
        rate(lecture, signup, 4)
    [alone] = attended(lecture, lecture.people[4], position=position)
    rate(lecture, alone, 1)
    found = read_series(lecture, series_id, Actor.person(lecture.leader_id, officer=True))
    assert sorted(one.ratings.rated for one in found.dates) == [0, 1, 3]
    assert found.ratings == Rated(3, 4.0)


def test_of_a_series_each_sees_the_dates_they_answer_for(lecture: Lecture) -> None:
    series_id, later, position = series(lecture)
    lecture.sign_up_all(lecture.people[:2], position)
    for actor in (lecture.leader, lecture.coordinator):
        found = read_series(lecture, series_id, actor)
        assert ([one.event_id for one in found.dates], found.seats.taken) == ([lecture.event], 0)
    for actor in (lecture.other_leader, lecture.neighbour):
        found = read_series(lecture, series_id, actor)
        assert (found.dates[-1].event_id, len(found.dates), found.seats.taken) == (later, 2, 2)
    with pytest.raises(NotAllowed):
        read_series(lecture, series_id, Actor.person(lecture.people[0]))
    with lecture.read() as work, pytest.raises(NotFound):
        series_figures(work, series_id=999)


def test_who_answers_for_no_date_of_a_series_does_not_learn_of_it(lecture: Lecture) -> None:
    with lecture.write() as work:
        row = EventSeries(title="娘家人聚会", team_id=lecture.team)
        work.add(row)
        work.flush()
        work.find(Event, lecture.event).series_id = row.id
    assert read_series(lecture, row.id, lecture.leader).dates
    for actor in (lecture.other_leader, lecture.neighbour):
        with pytest.raises(NotAllowed):
            read_series(lecture, row.id, actor)


def test_a_series_without_dates_is_empty(lecture: Lecture) -> None:
    with lecture.write(now=NOW) as work:
        row = EventSeries(title="道德讲堂")
        work.add(row)
        work.flush()
        found = series_figures(work, series_id=row.id)
    assert (found.dates, found.seats, found.communities) == ([], seats(), [])
