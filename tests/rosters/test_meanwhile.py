"""Somebody is put on a shift while what keeps them from it is being written: it is seen, or it was later."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

from tests.at_once import just_before_the_commit
from tests.world import MONDAY, World
from volunteer_core.people.models import CheckResult
from volunteer_core.people.registry import leave_office
from volunteer_core.people.standing import CheckMissing, ConsentMissing, OnLeave, PersonLeft
from volunteer_core.people.vouching import (
    give_consent,
    link_guardian,
    record_check,
    take_leave,
    withdraw_consent,
)
from volunteer_core.rosters.assigning import assign
from volunteer_core.rosters.availability.models import DateWish
from volunteer_core.rosters.availability.stating import state_dates, state_limits, state_weekly
from volunteer_core.rosters.house_rules import Unavailable, WeeklyMaximum


def assigned_meanwhile(world: World, person: int, operation: Callable[..., Any]) -> Any:
    """What comes of assigning a person who is free, begun before the operation is committed."""
    shift = world.shift(programme=world.school)
    _, answer = just_before_the_commit(
        world.do, operation, partial(world.do, assign, shift_id=shift, person_id=person)
    )
    return answer


def test_leave_that_is_being_taken_is_seen(world: World) -> None:
    person = world.person()
    leave = partial(take_leave, person_id=person, first_day=MONDAY, last_day=MONDAY)
    assert isinstance(assigned_meanwhile(world, person, leave), OnLeave)


def test_what_is_being_said_of_ones_time_is_seen(world: World) -> None:
    dates = {"first_day": MONDAY, "last_day": MONDAY, "kind": DateWish.CANNOT}
    for operation, facts, refusal in (
        (state_weekly, {"spans": [], "valid_from": MONDAY}, Unavailable),
        (state_dates, dates, Unavailable),
        (state_limits, {"max_per_week": 0}, WeeklyMaximum),
    ):
        person = world.person()
        answer = assigned_meanwhile(world, person, partial(operation, person_id=person, **facts))
        assert isinstance(answer, refusal)


def test_a_consent_that_is_being_withdrawn_counts_no_more(world: World) -> None:
    minor, mother = world.person(born=date(2010, 5, 4)), world.person()
    answers_for = {"ward_id": minor, "guardian_id": mother}
    world.do(link_guardian, **answers_for, relation="母亲", valid_from=MONDAY)
    consent = world.do(give_consent, **answers_for, valid_from=MONDAY, valid_to=MONDAY).id
    withdraw = partial(withdraw_consent, consent_id=consent)
    assert isinstance(assigned_meanwhile(world, minor, withdraw), ConsentMissing)


def test_a_check_that_is_not_clear_is_seen_as_it_is_entered(world: World) -> None:
    person = world.person()
    check = partial(record_check, person_id=person, checked_on=MONDAY, result=CheckResult.NOT_CLEAR)
    assert isinstance(assigned_meanwhile(world, person, check), CheckMissing)


def test_who_is_leaving_is_put_on_no_shift(world: World) -> None:
    person = world.person()
    assert isinstance(
        assigned_meanwhile(world, person, partial(leave_office, person_id=person, on=MONDAY)), PersonLeft
    )
