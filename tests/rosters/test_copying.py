"""Copied weeks land on working days: a holiday's crew serves on the make-up day, or is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from functools import partial
from threading import Event
from typing import Any

import pytest

from tests.at_once import PATIENCE_SECONDS, WAITS_SECONDS, at_once, just_before_the_commit
from tests.rosters.weeks import AUGUST, on_days, pattern, rows, run, shift_on
from tests.world import MONDAY, World, hour
from volunteer_core.commitments.models import CommitmentStatus
from volunteer_core.database import Work
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.people.models import Person
from volunteer_core.people.vouching import take_leave
from volunteer_core.permissions import Actor
from volunteer_core.rosters.assigning import assign, release
from volunteer_core.rosters.calling_off import call_off_shift
from volunteer_core.rosters.copying import CopiedWeek, Uncopied, copy_week
from volunteer_core.rosters.placing import LeftOut, Place
from volunteer_core.rosters.shifts import change_shift
from volunteer_core.teams.membership import join, quit_team
from volunteer_core.timespans import WeekInvalid

WEEK = timedelta(days=7)
TUESDAY = MONDAY + timedelta(days=1)


def copy(world: World, source: str = "2026-W45", target: str = "2026-W46", **facts: Any) -> CopiedWeek:
    known = {"programme_id": world.school, "from_week": source, "to_week": target}
    found: CopiedWeek = world.do(copy_week, **known | facts)
    return found


def staff(world: World, *days: date, site: int | None = None) -> dict[date, int]:
    """Somebody on the shift of each of these days."""
    crew = {day: world.person(checked_on=AUGUST.date()) for day in days}
    for day, person in crew.items():
        world.do(assign, now=AUGUST, shift_id=shift_on(world, day, site=site).id, person_id=person)
    return crew


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


def test_who_cannot_is_left_out_and_named_and_the_others_are_placed(world: World) -> None:
    away, busy, gone, free = world.people(4)
    world.shift(away, busy, gone, free)
    target = world.shift(day=MONDAY + WEEK)
    world.do(take_leave, person_id=away, first_day=MONDAY + WEEK, last_day=MONDAY + WEEK)
    world.shift(busy, day=MONDAY + WEEK, starts=time(16), programme=world.clean_up)
    world.do(quit_team, team_id=world.team, person_id=gone, on=MONDAY + WEEK)
    outcome = copy(world)
    assert outcome.left_out == [
        LeftOut(target, away, "on_leave"),
        LeftOut(target, busy, "clash"),
        LeftOut(target, gone, "not_of_team"),
    ]
    assert outcome.placed == [Place(target, free)]


def test_a_full_shift_takes_no_more(world: World) -> None:
    first, second, there = world.people(3)
    world.shift(first, second)
    target = world.shift(there, day=MONDAY + WEEK, maximum=2)
    outcome = copy(world)
    assert outcome.placed == [Place(target, first)]
    assert outcome.left_out == [LeftOut(target, second, "shift_full")]


def test_a_leader_copies_only_whom_they_answer_for(world: World) -> None:
    driver = world.person(teams=(world.other_team,))
    world.shift(driver)
    target = world.shift(day=MONDAY + WEEK)
    assert copy(world, by=world.leader()).left_out == [LeftOut(target, driver, "not_of_team")]
    assert copy(world, by=world.officer()).placed == [Place(target, driver)]


def test_people_serve_for_the_same_team_as_before(world: World) -> None:
    person = world.person()
    world.do(join, team_id=world.other_team, person_id=person, on=date(2026, 1, 1))
    source = world.shift()
    world.shift(day=MONDAY + WEEK)
    world.do(assign, shift_id=source, person_id=person, team_id=world.other_team)
    copy(world)
    assert [row.team_id for row in rows(world, "2026-W46")] == [world.other_team]


def test_who_is_there_stays_and_a_second_copy_changes_nothing(world: World) -> None:
    person, there = world.people(2)
    world.shift(person)
    target = world.shift(there, day=MONDAY + WEEK)
    copy(world)
    before = [(row.id, row.status, row.sequence) for row in rows(world, "2026-W46")]
    again = copy(world)
    assert (again.placed, again.already_there, again.left_out) == ([], [Place(target, person)], [])
    assert [(row.id, row.status, row.sequence) for row in rows(world, "2026-W46")] == before
    assert on_days(world, "2026-W46") == {MONDAY + WEEK: [person, there]}


def test_who_was_taken_off_does_not_return_with_a_copy(world: World) -> None:
    person = world.person()
    world.shift(person)
    target = world.shift(day=MONDAY + WEEK)
    copy(world)
    world.do(release, shift_id=target, person_id=person)
    assert copy(world).left_out == [LeftOut(target, person, "taken_off")]
    assert on_days(world, "2026-W46") == {}


def test_a_published_shift_is_a_counterpart_but_takes_nobody(world: World) -> None:
    """Its crew is named, and does not move on to the make-up day instead."""
    pattern(world)
    run(world, "2026-W40", "2026-W41", now=AUGUST)
    thursday = date(2026, 9, 24)
    run(world, "2026-W39", now=AUGUST)
    world.publish(day=october(8), now=AUGUST)
    crew = staff(world, thursday)
    outcome = copy(world, "2026-W39", "2026-W41", now=AUGUST)
    assert outcome.left_out == [LeftOut(shift_on(world, october(8)).id, crew[thursday], "not_a_draft")]
    assert on_days(world, "2026-W41") == {}


def test_published_weeks_can_be_copied_and_called_off_shifts_are_neither_source_nor_target(
    world: World,
) -> None:
    person, other = world.people(2)
    world.shift(person)
    off = world.shift(other, day=TUESDAY)
    world.publish()
    world.do(call_off_shift, shift_id=off, reason="停电")
    target = world.shift(day=TUESDAY + WEEK)
    gone = world.shift(day=MONDAY + WEEK)
    world.do(call_off_shift, shift_id=gone, reason="停电")
    outcome = copy(world)
    assert outcome.placed == [Place(target, person)]  # Monday's crew, on the day nobody claimed


def test_what_is_over_takes_nobody(world: World) -> None:
    person = world.person()
    world.shift(person)
    target = world.shift(day=MONDAY + WEEK)
    outcome = copy(world, now=hour(18, day=MONDAY + WEEK))
    assert outcome.left_out == [LeftOut(target, person, "shift_over")]


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"to_week": "2026-W45"}, Malformed),
        ({"to_week": "2026-W54"}, WeekInvalid),
        ({"from_week": "W45"}, WeekInvalid),
        ({"programme_id": 99}, NotFound),
        ({"site_id": 99}, NotFound),
    ],
)
def test_what_cannot_be_copied_is_refused(world: World, facts: dict[str, Any], refusal: Any) -> None:
    with pytest.raises(refusal):
        copy(world, **facts)


def test_leaders_copy_their_programmes_and_coordinators_their_sites(world: World) -> None:
    person = world.person()
    world.shift(person)
    world.shift(day=MONDAY + WEEK)
    assert len(copy(world, by=world.coordinator(), site_id=world.site).placed) == 1
    for actor in (world.leader(), world.officer()):
        assert len(copy(world, by=actor).already_there) == 1
    for actor, site in (
        (Actor.person(person), world.site),
        (world.leader(world.other_team), world.site),
        (world.coordinator(world.other_community), world.site),
        (world.coordinator(), None),
    ):
        with pytest.raises(NotAllowed):
            copy(world, by=actor, site_id=site)


def test_a_shift_called_off_meanwhile_takes_nobody(world: World) -> None:
    person = world.person()
    world.shift(person)
    target = world.shift(day=MONDAY + WEEK)
    _, outcome = just_before_the_commit(
        world.do,
        partial(call_off_shift, shift_id=target, reason="停电"),
        partial(copy, world),
    )
    assert outcome.placed == []
    assert on_days(world, "2026-W46") == {}


def test_of_the_last_place_a_copy_and_a_leader_fill_it_once(world: World) -> None:
    copied, assigned = world.people(2)
    world.shift(copied)
    target = world.shift(day=MONDAY + WEEK, maximum=1)
    _, outcome = just_before_the_commit(
        world.do, partial(assign, shift_id=target, person_id=assigned), partial(copy, world)
    )
    assert outcome.left_out == [LeftOut(target, copied, "shift_full")]
    assert on_days(world, "2026-W46") == {MONDAY + WEEK: [assigned]}


def test_people_are_locked_by_their_ids_so_that_two_works_never_wait_for_each_other(world: World) -> None:
    low, high = world.people(2)
    for person, starts in ((high, 17), (low, 19)):
        world.shift(person, starts=time(starts), ends=time(starts + 1))
        world.shift(day=MONDAY + WEEK, starts=time(starts), ends=time(starts + 1))
    locked, tries = Event(), []

    def lock_both(work: Work) -> None:
        work.lock(Person, low)
        locked.set()
        waits.wait(WAITS_SECONDS)  # meanwhile the copy waits for the lower one, and holds nobody
        work.lock(Person, high)

    def try_to(act: Callable[[], Any]) -> Any:
        tries.append(act)
        return act()

    def copy_then() -> CopiedWeek:
        locked.wait(PATIENCE_SECONDS)
        return copy(world)

    waits = Event()
    _, outcome = at_once(partial(try_to, partial(world.do, lock_both)), partial(try_to, copy_then))
    assert len(outcome.placed) == 2
    assert len(tries) == 2
