"""Copied weeks land on working days: a holiday's crew serves on the make-up day, or is named."""

from __future__ import annotations

from datetime import date, time, timedelta

from tests.rosters.weeks import AUGUST, copy, on_days, pattern, rows, run, shift_on, staff
from tests.world import MONDAY, World, hour
from volunteer_core.commitments.models import CommitmentStatus
from volunteer_core.rosters.assigning import assign
from volunteer_core.rosters.copying import Uncopied
from volunteer_core.rosters.placing import Place
from volunteer_core.rosters.shifts import change_shift

WEEK = timedelta(days=7)
TUESDAY = MONDAY + timedelta(days=1)


def october(number: int) -> date:
    return date(2026, 10, number)


def test_people_go_to_the_same_site_weekday_and_time(world: World) -> None:
    for site in (world.site, world.other_site):
        pattern(world, site_id=site)
        pattern(world, site_id=site, starts=time(19), ends=time(20))
    run(world, "2026-W45", "2026-W46")
    here, there, late = world.people(3)
    world.do(assign, shift_id=shift_on(world).id, person_id=here)
    world.do(assign, shift_id=shift_on(world, site=world.other_site).id, person_id=there)
    world.do(assign, shift_id=shift_on(world, starts=19).id, person_id=late)
    outcome = copy(world)
    assert sorted(outcome.placed, key=lambda place: place.person_id) == [
        Place(shift_on(world, MONDAY + WEEK).id, here),
        Place(shift_on(world, MONDAY + WEEK, site=world.other_site).id, there),
        Place(shift_on(world, MONDAY + WEEK, starts=19).id, late),
    ]
    assert (outcome.already_there, outcome.left_out, outcome.without_counterpart) == ([], [], [])
    assert {(row.status, row.locked) for row in rows(world, "2026-W46")} == {(CommitmentStatus.HELD, False)}
    assert on_days(world) == {MONDAY: [here, there, late]}


def test_a_holiday_mondays_crew_serves_on_the_make_up_saturday(world: World) -> None:
    """2026-10-05 to 07 (Monday to Wednesday) are off, the Saturday after them works."""
    pattern(world)
    run(world, "2026-W37", "2026-W41", now=AUGUST)
    monday, tuesday, wednesday, thursday, friday = (date(2026, 9, number) for number in range(7, 12))
    crew = staff(world, monday, tuesday, wednesday, thursday, friday)
    outcome = copy(world, "2026-W37", "2026-W41", now=AUGUST)
    assert on_days(world, "2026-W41") == {
        october(8): [crew[thursday]],
        october(9): [crew[friday]],
        october(10): [crew[monday]],
    }
    assert len(outcome.placed) == 3
    assert outcome.without_counterpart == [
        Uncopied(shift_on(world, day).id, world.site, day, hour(17, day=day), 1)
        for day in (tuesday, wednesday)
    ]


def test_a_make_up_saturdays_crew_serves_on_the_first_day_that_nobody_claimed(world: World) -> None:
    pattern(world)
    run(world, "2026-W41", "2026-W42", now=AUGUST)
    crew = staff(world, october(8), october(9), october(10))
    copy(world, "2026-W41", "2026-W42", now=AUGUST)
    assert on_days(world, "2026-W42") == {
        october(12): [crew[october(10)]],
        october(15): [crew[october(8)]],
        october(16): [crew[october(9)]],
    }


def test_where_no_day_is_left_the_crews_are_named(world: World) -> None:
    """In 2026-W38 Sunday the 20th works; in W39 Friday the 25th (中秋节) is off, and no weekend works."""
    pattern(world)
    run(world, "2026-W38", "2026-W39", now=AUGUST)
    thursday, friday, sunday = date(2026, 9, 17), date(2026, 9, 18), date(2026, 9, 20)
    crew = staff(world, thursday, friday, sunday)
    outcome = copy(world, "2026-W38", "2026-W39", now=AUGUST)
    assert on_days(world, "2026-W39") == {thursday + WEEK: [crew[thursday]]}
    assert [uncopied.civil_date for uncopied in outcome.without_counterpart] == [friday, sunday]


def test_of_two_weeks_with_make_up_saturdays_each_takes_the_others(world: World) -> None:
    """In 2026 both Saturday, 14 February and Saturday, 9 May work: the same weekday goes first."""
    january = hour(9, day=date(2026, 1, 1))
    pattern(world, valid_from=date(2026, 1, 1))
    run(world, "2026-W07", now=january)
    run(world, "2026-W19", now=january)
    person = world.person(checked_on=january.date())
    source = shift_on(world, date(2026, 2, 14)).id
    world.do(assign, now=january, shift_id=source, person_id=person)
    copy(world, "2026-W07", "2026-W19", now=january)
    assert on_days(world, "2026-W19") == {date(2026, 5, 9): [person]}


def test_each_site_is_matched_by_itself(world: World) -> None:
    """One site runs on Mondays and Saturdays, the other not at all in the week with the holiday."""
    pattern(world, weekdays="16")
    pattern(world, site_id=world.other_site, weekdays="1")
    run(world, "2026-W37", "2026-W41", now=AUGUST)
    monday = date(2026, 9, 7)
    here, there = staff(world, monday), staff(world, monday, site=world.other_site)
    outcome = copy(world, "2026-W37", "2026-W41", now=AUGUST)
    assert on_days(world, "2026-W41") == {october(10): [here[monday]]}
    assert [one.site_id for one in outcome.without_counterpart] == [world.other_site]
    assert there[monday] not in {place.person_id for place in outcome.placed}


def test_at_one_site_only_if_asked(world: World) -> None:
    for site in (world.site, world.other_site):
        pattern(world, site_id=site)
    run(world, "2026-W45", "2026-W46")
    here = staff(world, MONDAY)
    staff(world, MONDAY, site=world.other_site)
    copy(world, site_id=world.site)
    assert on_days(world, "2026-W46") == {MONDAY + WEEK: [here[MONDAY]]}


def test_another_programme_is_left_alone(world: World) -> None:
    world.shift(world.person(), programme=world.clean_up)
    world.shift(day=MONDAY + WEEK)
    outcome = copy(world)
    assert (outcome.placed, outcome.without_counterpart) == ([], [])


def test_a_shift_at_another_time_is_no_counterpart(world: World) -> None:
    pattern(world)
    run(world, "2026-W45", "2026-W46")
    staff(world, MONDAY)
    moved = shift_on(world, MONDAY + WEEK).id
    world.do(
        change_shift,
        shift_id=moved,
        starts_at=hour(16, day=MONDAY + WEEK),
        ends_at=hour(17, day=MONDAY + WEEK),
    )
    outcome = copy(world)
    assert (outcome.placed, len(outcome.without_counterpart)) == ([], 1)


def test_two_shifts_at_one_time_keep_their_crews_apart(world: World) -> None:
    first, second = world.people(2)
    world.shift(first)
    world.shift(second)
    targets = [world.shift(day=MONDAY + WEEK) for _ in range(2)]
    assert copy(world).placed == [Place(targets[0], first), Place(targets[1], second)]


def test_an_empty_shift_without_a_counterpart_is_not_worth_a_word(world: World) -> None:
    world.shift()
    assert copy(world).without_counterpart == []
