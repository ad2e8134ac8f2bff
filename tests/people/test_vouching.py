"""What keeps a person from a shift on its day: age, consent, leave, record check, qualification.

Judged through :func:`assign`, for there it matters.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.world import MONDAY, World
from volunteer_core.errors import Malformed, NotAllowed, Refused
from volunteer_core.people.models import CheckResult
from volunteer_core.people.registry import leave_office, read
from volunteer_core.people.vouching import (
    AlreadyWithdrawn,
    GuardianUnfit,
    NotGuardian,
    give_consent,
    link_guardian,
    list_leave,
    qualify,
    record_check,
    take_leave,
    withdraw_consent,
    withdraw_leave,
)
from volunteer_core.permissions import Actor
from volunteer_core.rosters.assigning import assign

TUESDAY, LATER = MONDAY + timedelta(days=1), date(2026, 12, 7)
FROM = date(2026, 1, 1)


def refusal(world: World, person: int, *, day: date = MONDAY, programme: int | None = None) -> str:
    """The code of what keeps the person from a new shift that day; empty if nothing does."""
    shift = world.shift(day=day, programme=programme or world.clean_up)
    try:
        world.do(assign, shift_id=shift, person_id=person)
    except Refused as refused:
        return refused.code
    return ""


def minor(world: World, born: date = date(2012, 11, 3)) -> tuple[int, int]:
    """A young volunteer and their mother."""
    ward, mother = world.person("符小满", born=born), world.person("符妈妈")
    world.do(link_guardian, ward_id=ward, guardian_id=mother, relation="母亲", valid_from=FROM)
    return ward, mother


def test_minors_need_a_consent_that_covers_the_day(world: World) -> None:
    ward, mother = minor(world)
    assert refusal(world, ward) == "consent_missing"
    consent = world.do(
        give_consent,
        by=Actor.person(mother),
        ward_id=ward,
        guardian_id=mother,
        valid_from=FROM,
        valid_to=MONDAY,
    )
    assert refusal(world, ward) == ""
    assert refusal(world, ward, day=TUESDAY) == "consent_missing"
    world.do(withdraw_consent, by=Actor.person(mother), consent_id=consent.id)
    assert refusal(world, ward) == "consent_missing"
    with pytest.raises(AlreadyWithdrawn):
        world.do(withdraw_consent, consent_id=consent.id)


def test_age_is_judged_on_the_day_of_the_shift(world: World) -> None:
    turning_18 = world.person(born=date(2008, 11, 3))
    assert refusal(world, turning_18, day=MONDAY) == "consent_missing"
    assert refusal(world, turning_18, day=TUESDAY) == ""


def test_the_youngest_need_their_guardian_beside_them(world: World) -> None:
    ward, mother = minor(world, born=date(2016, 11, 3))
    world.do(give_consent, ward_id=ward, guardian_id=mother, valid_from=FROM, valid_to=TUESDAY)
    assert refusal(world, ward, day=MONDAY) == "guardian_presence_needed"
    assert refusal(world, ward, day=TUESDAY) == ""


def test_no_minor_is_put_on_emergency_duty(world: World) -> None:
    flood = world.programme("FLOOD", emergency=True)
    ward, mother = minor(world, born=date(2008, 11, 3))
    world.do(give_consent, ward_id=ward, guardian_id=mother, valid_from=FROM, valid_to=TUESDAY)
    assert refusal(world, ward, programme=flood) == "minor_at_emergency"
    assert refusal(world, ward, programme=flood, day=TUESDAY) == ""
    assert refusal(world, world.person(born=None), programme=flood) == "age_unknown"


def test_only_a_guardian_on_record_consents_and_only_for_their_ward(world: World) -> None:
    (ward, mother), stranger = minor(world), world.person()
    facts: dict[str, Any] = {"ward_id": ward, "valid_from": FROM, "valid_to": MONDAY}
    with pytest.raises(NotGuardian):
        world.do(give_consent, by=world.coordinator(), guardian_id=stranger, **facts)
    for somebody in (ward, stranger):
        with pytest.raises(NotAllowed):
            world.do(give_consent, by=Actor.person(somebody), guardian_id=mother, **facts)
    with pytest.raises(NotAllowed):
        world.do(give_consent, by=world.coordinator(world.other_community), guardian_id=mother, **facts)
    assert world.do(give_consent, by=world.coordinator(), guardian_id=mother, **facts).ward_id == ward
    for last in (FROM - timedelta(days=1), FROM + timedelta(days=401)):
        with pytest.raises(Malformed):
            world.do(give_consent, guardian_id=mother, **facts | {"valid_to": last})


def test_a_guardian_is_an_adult_and_somebody_else(world: World) -> None:
    ward, sister = world.person(born=date(2015, 1, 1)), world.person(born=date(2010, 1, 1))
    for guardian in (ward, sister):
        with pytest.raises(GuardianUnfit):
            world.do(link_guardian, ward_id=ward, guardian_id=guardian, relation="姐姐", valid_from=FROM)
    with pytest.raises(NotAllowed):
        world.do(
            link_guardian,
            by=world.leader(),
            ward_id=ward,
            guardian_id=world.person(),
            relation="母亲",
            valid_from=FROM,
        )


def test_nobody_serves_on_a_day_of_leave(world: World) -> None:
    person = world.person()
    leave = world.do(
        take_leave,
        by=Actor.person(person),
        person_id=person,
        first_day=TUESDAY,
        last_day=TUESDAY + timedelta(days=1),
        reason="手术",
    )
    days = (MONDAY, TUESDAY, TUESDAY + timedelta(days=1), TUESDAY + timedelta(days=2))
    assert [refusal(world, person, day=day) for day in days] == ["", "on_leave", "on_leave", ""]
    world.do(withdraw_leave, by=Actor.person(person), leave_id=leave.id)
    assert refusal(world, person, day=TUESDAY) == ""
    assert "手术" not in str(world.see(list_leave, person_id=person))
    with pytest.raises(NotAllowed):
        world.do(take_leave, by=world.leader(), person_id=person, first_day=MONDAY, last_day=MONDAY)
    with pytest.raises(Malformed):
        world.do(take_leave, person_id=person, first_day=TUESDAY, last_day=MONDAY)


def test_a_record_check_counts_for_a_year(world: World) -> None:
    person = world.person(checked_on=None)
    assert refusal(world, person, programme=world.school) == "check_missing"
    assert refusal(world, person, programme=world.clean_up) == ""
    world.do(record_check, person_id=person, checked_on=date(2025, 12, 7), result=CheckResult.CLEAR)
    assert refusal(world, person, programme=world.school, day=LATER) == ""
    assert refusal(world, person, programme=world.school, day=LATER + timedelta(days=1)) == "check_missing"


def test_a_newer_check_that_is_not_clear_ends_an_older_clear_one(world: World) -> None:
    person = world.person(checked_on=date(2026, 10, 1))
    world.do(record_check, person_id=person, checked_on=date(2026, 9, 1), result=CheckResult.NOT_CLEAR)
    assert refusal(world, person, programme=world.school) == ""
    world.do(record_check, person_id=person, checked_on=date(2026, 10, 2), result=CheckResult.NOT_CLEAR)
    assert refusal(world, person, programme=world.school, day=TUESDAY) == "check_missing"
    kept = world.see(read, person_id=person).record_check
    assert (kept.checked_on, kept.result) == (date(2026, 10, 2), CheckResult.NOT_CLEAR)


def test_a_check_is_vouched_for_by_others_and_not_in_the_future(world: World) -> None:
    person = world.person(checked_on=None)
    facts: dict[str, Any] = {"person_id": person, "checked_on": MONDAY, "result": CheckResult.CLEAR}
    for somebody in (Actor.person(person), world.leader(), world.coordinator(world.other_community)):
        with pytest.raises(NotAllowed):
            world.do(record_check, by=somebody, **facts)
    with pytest.raises(Malformed):
        world.do(record_check, **facts | {"checked_on": TUESDAY})
    world.do(record_check, by=world.coordinator(), **facts)


def test_a_qualification_is_renewed_and_does_not_end_before_it_starts(world: World) -> None:
    person = world.person()
    for last in (MONDAY, None):
        world.do(qualify, person_id=person, kind="trained_lead", valid_from=FROM, expires_on=last)
    [kept] = world.see(read, person_id=person).qualifications
    assert (kept.kind, kept.expires_on) == ("trained_lead", None)
    with pytest.raises(Malformed):
        world.do(
            qualify,
            person_id=person,
            kind="trained_lead",
            valid_from=MONDAY,
            expires_on=MONDAY - timedelta(days=1),
        )


def test_nobody_who_left_is_given_tasks(world: World) -> None:
    person = world.person()
    world.do(leave_office, person_id=person, on=TUESDAY)
    assert (refusal(world, person), refusal(world, person, day=TUESDAY)) == ("", "person_left")


def test_a_refusal_tells_nothing_of_the_person(world: World) -> None:
    ward, _ = minor(world)
    shift = world.shift(programme=world.clean_up)
    with pytest.raises(Refused) as refused:
        world.do(assign, shift_id=shift, person_id=ward)
    assert "符小满" not in f"{refused.value} {refused.value.facts}"
