"""Seats are given to members of the team, as many as a pattern takes people, and end with a day."""

from __future__ import annotations

from datetime import date, time, timedelta
from functools import partial
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.at_once import at_once, just_before_the_commit
from tests.rosters.weeks import days_of, pattern, rows, run, seat, seats, shift_on
from tests.world import MONDAY, World
from volunteer_core.commitments.promises import NotOfTeam
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.permissions import Actor
from volunteer_core.rosters.assigning import assign
from volunteer_core.rosters.generating import generate
from volunteer_core.rosters.standing_seats import (
    AlreadySeated,
    EndedSeat,
    NoSeatLeft,
    SeatView,
    end_seat,
    most_at_once,
)
from volunteer_core.teams.membership import quit_team

TUESDAY = MONDAY + timedelta(days=1)
WEEK = timedelta(days=7)


def test_a_seat_that_ends_leaves_people_on_drafts_named_and_for_planning_to_move(world: World) -> None:
    held, (person, other) = pattern(world), world.people(2)
    given_seat = seat(world, person, held.id)
    seat(world, other, held.id)
    run(world, "2026-W45", "2026-W48")
    world.publish(day=TUESDAY + WEEK)
    wednesday = shift_on(world, TUESDAY + 2 * WEEK + timedelta(days=1)).id
    world.do(assign, shift_id=wednesday, person_id=person)
    ended: EndedSeat = world.do(end_seat, seat_id=given_seat.id, last_day=TUESDAY)
    assert ended.seat.valid_to == TUESDAY
    assert days_of(world, ended.still_on) == [TUESDAY + 2 * WEEK, TUESDAY + 3 * WEEK]
    locked: dict[int, set[date]] = {person: set(), other: set()}
    for row in (row for number in range(45, 49) for row in rows(world, f"2026-W{number}")):
        if row.locked:
            locked[row.person_id].add(row.civil_date)
    assert locked == {
        person: {TUESDAY, TUESDAY + WEEK},
        other: {TUESDAY + number * WEEK for number in range(4)},
    }
    assert [place.person_id for place in run(world, "2026-W49").seated] == [other]


def test_a_seat_taken_back_before_it_began_is_gone(world: World) -> None:
    held, person = pattern(world), world.person()
    given_seat = seat(world, person, held.id, valid_from=TUESDAY)
    world.do(end_seat, seat_id=given_seat.id, last_day=MONDAY)
    assert seats(world) == []
    assert run(world).seated == []
    with pytest.raises(NotFound):
        world.do(end_seat, seat_id=given_seat.id, last_day=MONDAY)


def test_an_ended_seat_is_not_prolonged(world: World) -> None:
    given_seat = seat(world, world.person(), pattern(world).id, valid_to=TUESDAY + WEEK)
    with pytest.raises(Malformed):
        world.do(end_seat, seat_id=given_seat.id, last_day=TUESDAY + 2 * WEEK)
    assert seats(world)[0].valid_to == TUESDAY + WEEK


@pytest.mark.parametrize(
    "bad",
    [
        {"weekday": 6},
        {"weekday": 0},
        {"weekday": 8},
        {"weekday": 12},
        {"valid_from": date(2026, 8, 31)},
        {"valid_from": date(2027, 2, 1)},
        {"valid_to": date(2027, 2, 1)},
        {"valid_to": date(2026, 10, 31)},
    ],
)
def test_a_seat_is_on_a_weekday_and_in_the_dates_of_its_pattern(world: World, bad: dict[str, Any]) -> None:
    held, person = pattern(world, weekdays="12345"), world.person()
    with pytest.raises(Malformed):
        seat(world, person, held.id, **bad)
    assert seats(world) == []


def test_a_person_has_one_seat_on_a_weekday_at_a_time(world: World) -> None:
    held, person = pattern(world), world.person()
    seat(world, person, held.id, valid_to=TUESDAY)
    for dates in ({}, {"valid_from": TUESDAY}, {"valid_to": date(2026, 11, 1)}):
        with pytest.raises(AlreadySeated):
            seat(world, person, held.id, **dates)
    seat(world, person, held.id, valid_from=TUESDAY + timedelta(days=1))
    seat(world, person, held.id, weekday=3)
    later = {"weekday": 4, "valid_from": TUESDAY + WEEK}
    seat(world, person, held.id, **later)
    seat(world, person, held.id, weekday=4, valid_to=TUESDAY)
    assert len(seats(world)) == 5


def test_no_more_seats_at_a_time_than_the_pattern_takes_people(world: World) -> None:
    held = pattern(world, maximum=2)
    people = world.people(4)
    seat(world, people[0], held.id, valid_to=TUESDAY)
    seat(world, people[1], held.id)
    with pytest.raises(NoSeatLeft) as refused:
        seat(world, people[2], held.id, valid_from=TUESDAY)
    assert refused.value.message == "这一天的固定班次已满（最多 2 人）。"
    seat(world, people[2], held.id, valid_from=TUESDAY + timedelta(days=1))
    seat(world, people[3], held.id, weekday=3)


def test_a_seat_is_for_members_of_the_team_on_its_first_day(world: World) -> None:
    held, stranger, gone = pattern(world), world.person(teams=(world.other_team,)), world.person()
    world.do(quit_team, team_id=world.team, person_id=gone, on=TUESDAY)
    for person in (stranger, gone):
        with pytest.raises(NotOfTeam):
            seat(world, person, held.id, valid_from=TUESDAY)
    seat(world, gone, held.id, valid_from=MONDAY)


def test_seats_are_listed_by_site_weekday_and_day_with_full_names(world: World) -> None:
    held, other = pattern(world), pattern(world, site_id=world.other_site)
    person, neighbour = world.person("王小敏"), world.person("陈立")
    first = seat(world, person, held.id, valid_to=TUESDAY)
    second = seat(world, neighbour, other.id, weekday=1)
    assert first == SeatView(
        id=first.id,
        pattern_id=held.id,
        site_id=world.site,
        site_name="三峰学堂",
        weekday=2,
        starts=time(17),
        ends=time(18),
        person_id=person,
        code="V001",
        name="王小敏",
        valid_from=date(2026, 11, 1),
        valid_to=TUESDAY,
    )
    assert seats(world) == [second, first]
    assert seats(world, site_id=world.site) == [first]
    assert seats(world, day=TUESDAY) == [first]
    assert seats(world, day=TUESDAY + WEEK) == []
    assert seats(world, day=MONDAY) == [second]
    assert seats(world, day=MONDAY - WEEK) == []


def test_leaders_coordinators_of_the_site_and_the_office_give_end_and_see_seats(world: World) -> None:
    held = pattern(world)
    for actor in (world.leader(), world.coordinator(), world.officer()):
        given_seat = seat(world, world.person(), held.id, by=actor)
        assert given_seat in seats(world, by=actor)
        assert given_seat in seats(world, by=actor, site_id=world.site)
        world.do(end_seat, by=actor, seat_id=given_seat.id, last_day=TUESDAY)
    neighbour = world.coordinator(world.other_community)
    assert seats(world, by=neighbour) == []
    others = (Actor.person(world.person()), world.leader(world.other_team), neighbour)
    for actor in others:
        with pytest.raises(NotAllowed):
            seat(world, world.person(), held.id, by=actor)
        with pytest.raises(NotAllowed):
            seats(world, by=actor, site_id=world.site)
        with pytest.raises(NotAllowed):
            world.do(end_seat, by=actor, seat_id=given_seat.id, last_day=MONDAY)
    for actor in others[:2]:
        with pytest.raises(NotAllowed):
            seats(world, by=actor)


def test_the_last_seat_is_given_once(world: World) -> None:
    for weekday in (1, 3, 5):
        held, people = pattern(world, maximum=1), world.people(2)
        outcomes = at_once(
            *(partial(seat, world, person, held.id, weekday=weekday) for person in people),
            round_number=weekday,
        )
        assert sorted(type(outcome).__name__ for outcome in outcomes) == ["NoSeatLeft", "SeatView"]


def test_a_seat_that_ends_while_it_is_being_filled_names_every_shift(world: World) -> None:
    held, person = pattern(world), world.person()
    given_seat = seat(world, person, held.id)
    week = {"programme_id": world.school, "first": MONDAY, "last": MONDAY + WEEK}
    _, ended = just_before_the_commit(
        world.do,
        partial(generate, **week),
        partial(world.do, end_seat, seat_id=given_seat.id, last_day=MONDAY),
    )
    assert days_of(world, ended.still_on) == [TUESDAY]
    assert [row.locked for row in rows(world)] == [False]


day_numbers = st.integers(0, 12).map(lambda number: MONDAY + timedelta(days=number))


@given(
    st.lists(
        st.tuples(day_numbers, st.none() | day_numbers).filter(lambda one: one[1] is None or one[0] <= one[1])
    )
)
def test_most_at_once_is_the_fullest_day(held: list[tuple[date, date | None]]) -> None:
    days = [MONDAY + timedelta(days=number) for number in range(14)]
    assert most_at_once(held) == max(
        sum(first <= day and (last is None or day <= last) for first, last in held) for day in days
    )
