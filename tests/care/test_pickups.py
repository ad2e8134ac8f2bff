"""The pick-up list of a child."""

from __future__ import annotations

from datetime import date

import pytest

from tests.care.school import BEFORE, FIRST, LAST, SCRIPT, School
from volunteer_core.care.pickup_rules import PickupNotAdult
from volunteer_core.care.pickups import (
    ListedAlready,
    PickupView,
    authorise_pickup,
    list_pickups,
    withdraw_pickup,
)
from volunteer_core.database import Work
from volunteer_core.errors import Malformed, NotFound
from volunteer_core.people.registry import register
from volunteer_core.people.vouching import AlreadyWithdrawn
from volunteer_core.permissions import Actor


def put_on_list(work: Work, school: School, **changed: object) -> PickupView:
    given = {
        "child_id": school.child,
        "person_id": school.stranger,
        "relation": "邻居",
        "valid_from": FIRST,
        "valid_to": LAST,
    }
    return authorise_pickup(work, **{**given, **changed})


def test_a_guardian_keeps_their_childs_list(school: School) -> None:
    with school.office.write(by=Actor.person(school.mother)) as work:
        added = put_on_list(work, school, valid_from=date(2026, 10, 1))
        withdraw_pickup(work, authorisation_id=school.pickup)
        listed = list_pickups(work, child_id=school.child)
    assert listed.items[0] == added
    assert [(row.id, row.withdrawn_at is None) for row in listed.items] == [
        (added.id, True),
        (school.pickup, False),
    ]


@pytest.mark.parametrize("born", [None, date(2008, 9, 2)])
def test_who_is_not_known_to_be_an_adult_is_not_put_on_a_list(school: School, born: date | None) -> None:
    with school.office.write(by=SCRIPT, now=BEFORE) as work:
        young = register(work, name="哥哥", birth_date=born).id
    with pytest.raises(PickupNotAdult), school.office.write(by=school.coordinator) as work:
        put_on_list(work, school, person_id=young)


def test_age_is_judged_on_the_first_day(school: School) -> None:
    with school.office.write(by=SCRIPT, now=BEFORE) as work:
        young = register(work, name="哥哥", birth_date=date(2008, 9, 2)).id
        put_on_list(work, school, person_id=young, valid_from=date(2026, 9, 2))


def test_a_person_is_on_a_list_once_at_a_time(school: School) -> None:
    until = {"person_id": school.grandmother, "valid_from": LAST, "valid_to": date(2027, 6, 30)}
    with pytest.raises(ListedAlready), school.office.write(by=school.coordinator) as work:
        put_on_list(work, school, **until)
    with school.office.write(by=school.coordinator) as work:
        put_on_list(work, school, **{**until, "valid_from": date(2027, 2, 1)})
        withdraw_pickup(work, authorisation_id=school.pickup)
        put_on_list(work, school, person_id=school.grandmother)


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"valid_to": date(2026, 8, 31)}, Malformed),
        ({"relation": ""}, Malformed),
        ({"relation": "亲" * 21}, Malformed),
        ({"child_id": 999}, NotFound),
        ({"person_id": 999}, NotFound),
    ],
)
def test_an_authorisation_of_no_valid_data_is_refused(
    school: School, changed: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal), school.office.write(by=SCRIPT) as work:
        put_on_list(work, school, **changed)


def test_what_is_withdrawn_stays_withdrawn(school: School) -> None:
    with school.office.write(by=school.coordinator) as work:
        withdraw_pickup(work, authorisation_id=school.pickup)
    with pytest.raises(AlreadyWithdrawn), school.office.write(by=school.coordinator) as work:
        withdraw_pickup(work, authorisation_id=school.pickup)
