"""A seat is a person's every such weekday until further notice: generating fills it, every rule checked."""

from __future__ import annotations

from datetime import date, time, timedelta

from tests.rosters.weeks import AUGUST, days_of, on_days, pattern, rows, run, seat, shift_on
from tests.world import MONDAY, World, hour
from volunteer_core.closures.declaring import declare_closure
from volunteer_core.commitments.models import CommitmentStatus
from volunteer_core.notices.outbox import list_notices
from volunteer_core.people.vouching import take_leave
from volunteer_core.rosters.assigning import assign, release
from volunteer_core.rosters.calling_off import call_off_shift, reinstate_shift
from volunteer_core.rosters.patterns import end_pattern
from volunteer_core.rosters.placing import LeftOut, Place
from volunteer_core.teams.membership import quit_team

TUESDAY = MONDAY + timedelta(days=1)
WEEK = timedelta(days=7)


def test_generating_puts_people_on_their_seats_every_such_weekday(world: World) -> None:
    held, other = pattern(world), pattern(world, site_id=world.other_site)
    person, neighbour = world.people(2)
    seat(world, person, held.id)
    seat(world, neighbour, other.id, weekday=4)
    outcome = run(world, "2026-W45", "2026-W46")
    assert on_days(world) == {TUESDAY: [person], MONDAY + timedelta(days=3): [neighbour]}
    assert on_days(world, "2026-W46", site=world.site) == {TUESDAY + WEEK: [person]}
    assert [place.person_id for place in outcome.seated] == [person, neighbour, person, neighbour]
    assert outcome.seated[0] == Place(shift_on(world, TUESDAY).id, person)
    assert outcome.seats_left_open == []
    assert {(row.status, row.locked, row.team_id) for row in rows(world)} == {
        (CommitmentStatus.HELD, True, world.team)
    }


def test_seats_are_filled_in_drafts_that_are_there_already_and_never_twice(world: World) -> None:
    held, person = pattern(world), world.person()
    run(world)
    seat(world, person, held.id)
    assert len(run(world).seated) == 1
    before = rows(world)
    again = run(world)
    assert (again.seated, again.seats_left_open) == ([], [])
    assert [(row.id, row.sequence) for row in rows(world)] == [(row.id, row.sequence) for row in before]


def test_who_is_there_by_hand_is_not_locked_by_the_seat(world: World) -> None:
    held, person = pattern(world), world.person()
    run(world)
    world.do(assign, shift_id=shift_on(world, TUESDAY).id, person_id=person)
    seat(world, person, held.id)
    run(world)
    assert [row.locked for row in rows(world)] == [False]


def test_a_published_shift_is_not_filled(world: World) -> None:
    held, person = pattern(world), world.person()
    run(world)
    world.publish()
    seat(world, person, held.id)
    outcome = run(world, "2026-W45", "2026-W46")
    assert (on_days(world), len(outcome.seated), outcome.seats_left_open) == ({}, 1, [])
    assert world.see(list_notices).total == 0


def test_what_has_been_is_not_filled(world: World) -> None:
    held, person = pattern(world), world.person()
    run(world)
    seat(world, person, held.id)
    outcome = run(world, now=hour(18, day=TUESDAY))
    assert (outcome.seated, outcome.seats_left_open, rows(world)) == ([], [], [])


def test_who_was_taken_off_by_hand_is_not_put_on_again(world: World) -> None:
    held, person = pattern(world), world.person()
    seat(world, person, held.id)
    run(world, "2026-W45", "2026-W46")
    world.do(release, shift_id=shift_on(world, TUESDAY).id, person_id=person)
    again = run(world, "2026-W45", "2026-W46")
    assert (again.seated, again.seats_left_open) == ([], [])
    assert on_days(world) == {}
    assert on_days(world, "2026-W46") == {TUESDAY + WEEK: [person]}


def test_when_a_called_off_shift_takes_place_after_all_the_seat_is_filled_again(world: World) -> None:
    held, person = pattern(world), world.person()
    seat(world, person, held.id)
    run(world)
    shift = shift_on(world, TUESDAY).id
    world.do(call_off_shift, shift_id=shift, reason="停电")
    assert run(world).seated == []
    world.do(reinstate_shift, shift_id=shift)
    assert run(world).seated == [Place(shift, person)]


def test_who_cannot_come_is_left_out_and_named_and_the_others_are_put_on(world: World) -> None:
    held = pattern(world, maximum=5)
    away, busy, gone, free = world.people(4)
    for person in (away, busy, gone, free):
        seat(world, person, held.id)
    world.do(take_leave, person_id=away, first_day=TUESDAY, last_day=TUESDAY)
    world.shift(busy, day=TUESDAY, starts=time(16), programme=world.clean_up)
    world.do(quit_team, team_id=world.team, person_id=gone, on=TUESDAY)
    outcome = run(world)
    shift = shift_on(world, TUESDAY).id
    assert outcome.seats_left_open == [
        LeftOut(shift, away, "on_leave"),
        LeftOut(shift, busy, "clash"),
        LeftOut(shift, gone, "not_of_team"),
    ]
    assert outcome.seated == [Place(shift, free)]


def test_seats_never_fill_a_shift_beyond_its_maximum(world: World) -> None:
    held = pattern(world, maximum=1)
    person, other = world.people(2)
    run(world)
    shift = shift_on(world, TUESDAY).id
    world.do(assign, shift_id=shift, person_id=other)
    seat(world, person, held.id)
    assert run(world).seats_left_open == [LeftOut(shift, person, "shift_full")]


def test_a_make_up_day_is_a_day_of_its_own_weekday(world: World) -> None:
    """2026-10-10 is a Saturday on which the country works, for Wednesday the 7th, a holiday."""
    held = pattern(world)
    wednesday, saturday = (world.person(checked_on=AUGUST.date()) for _ in range(2))
    seat(world, wednesday, held.id, weekday=3, valid_from=date(2026, 9, 1))
    seat(world, saturday, held.id, weekday=6, valid_from=date(2026, 9, 1))
    run(world, "2026-W40", "2026-W42", now=AUGUST)
    assert on_days(world, "2026-W40") == {date(2026, 9, 30): [wednesday]}
    assert on_days(world, "2026-W41") == {date(2026, 10, 10): [saturday]}
    assert on_days(world, "2026-W42") == {date(2026, 10, 14): [wednesday]}


def test_a_seat_holds_from_its_first_to_its_last_day(world: World) -> None:
    held, person = pattern(world), world.person()
    seat(world, person, held.id, valid_from=TUESDAY + WEEK, valid_to=TUESDAY + 2 * WEEK)
    outcome = run(world, "2026-W45", "2026-W49")
    filled = [place.shift_id for place in outcome.seated]
    assert days_of(world, filled) == [TUESDAY + WEEK, TUESDAY + 2 * WEEK]


def test_a_shift_that_is_not_wanted_any_more_is_not_filled(world: World) -> None:
    held, (person, other) = pattern(world), world.people(2)
    run(world)
    world.do(assign, shift_id=shift_on(world, TUESDAY).id, person_id=other)
    seat(world, person, held.id)
    world.do(end_pattern, pattern_id=held.id, last_day=MONDAY)
    outcome = run(world)
    assert (len(outcome.kept), outcome.seated, outcome.seats_left_open) == (1, [], [])


def test_a_closed_day_has_no_seats(world: World) -> None:
    held, person = pattern(world), world.person()
    seat(world, person, held.id)
    closed = {"starts_at": hour(8, day=TUESDAY), "ends_at": hour(20, day=TUESDAY)}
    world.do(declare_closure, name="台风", source="通知", site_id=world.site, **closed)
    outcome = run(world)
    assert (len(outcome.added), outcome.seated, outcome.seats_left_open) == (4, [], [])


def test_without_a_team_anybody_can_have_a_seat(world: World) -> None:
    programme = world.programme("OPEN", team_id=None)
    held, person = pattern(world, programme_id=programme), world.person(teams=(world.other_team,))
    seat(world, person, held.id)
    run(world, programme_id=programme)
    assert [(row.person_id, row.team_id) for row in rows(world)] == [(person, world.other_team)]
