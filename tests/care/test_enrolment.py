"""Registering children, their guardians, and where they come to."""

from __future__ import annotations

from datetime import date

import pytest

from tests.care.school import BEFORE, FIRST, LAST, SCRIPT, School
from volunteer_core.care.enrolment import (
    EnrolledAlready,
    EnrolmentView,
    MindsNoChildren,
    end_enrolment,
    enrol,
    link_guardian,
    list_children,
    read_child,
    register_child,
    unlink_guardian,
)
from volunteer_core.database import Paging, Work
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.people.registry import register
from volunteer_core.people.vouching import GuardianUnfit
from volunteer_core.permissions import Actor
from volunteer_core.places.directory import CodeTaken


def enrol_again(work: Work, school: School, **changed: object) -> EnrolmentView:
    given = {
        "child_id": school.child,
        "programme_id": school.programme,
        "site_id": school.site,
        "weekdays": "6",
        "first_day": FIRST,
        "last_day": LAST,
    }
    return enrol(work, **{**given, **changed})


def test_a_child_is_registered_with_its_guardians_and_enrolments(school: School) -> None:
    with school.office.read(by=school.coordinator) as work:
        child = read_child(work, child_id=school.child)
    assert (child.code, child.birth_date, child.community_id) == ("C1", date(2018, 3, 4), school.community)
    assert [(guardian.person_id, guardian.relation) for guardian in child.guardians] == [
        (school.mother, "母亲")
    ]
    assert [(where.site_id, where.weekdays) for where in child.enrolments] == [(school.site, "12345")]


def test_a_child_without_a_code_is_given_one(school: School) -> None:
    with school.office.write(by=school.coordinator, now=BEFORE) as work:
        first, second = (
            register_child(work, name="小米", birth_date=date(2019, 1, 1), community_id=school.community)
            for _ in range(2)
        )
    assert first.code != second.code


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"code": "C1"}, CodeTaken),
        ({"code": "符小满"}, Malformed),
        ({"name": " "}, Malformed),
        ({"name": "小" * 61}, Malformed),
        ({"birth_date": date(2026, 9, 2)}, Malformed),
        ({"birth_date": date(2008, 9, 1)}, Malformed),
    ],
)
def test_a_child_of_no_valid_data_is_refused(
    school: School, changed: dict[str, object], refusal: type[Exception]
) -> None:
    given = {"name": "小米", "birth_date": date(2019, 1, 1), "community_id": school.community}
    with pytest.raises(refusal), school.office.write(by=SCRIPT, now=BEFORE) as work:
        register_child(work, **{**given, **changed})
    with school.office.read(by=SCRIPT) as work:
        assert list_children(work).total == 1


def test_a_child_of_an_unknown_community_is_refused(school: School) -> None:
    with pytest.raises(NotFound), school.office.write(by=SCRIPT, now=BEFORE) as work:
        register_child(work, name="小米", birth_date=date(2019, 1, 1), community_id=999)


def test_a_guardian_is_an_adult(school: School) -> None:
    with school.office.write(by=SCRIPT, now=BEFORE) as work:
        brother = register(work, name="哥哥", birth_date=date(2008, 9, 2)).id
    with pytest.raises(GuardianUnfit), school.office.write(by=school.coordinator, now=BEFORE) as work:
        link_guardian(work, child_id=school.child, person_id=brother, relation="哥哥")


def test_who_is_no_guardian_any_more_sees_the_child_no_more(school: School) -> None:
    mother = Actor.person(school.mother)
    with school.office.write(by=school.coordinator) as work:
        link_guardian(work, child_id=school.child, person_id=school.mother, relation="养母")
        assert len(read_child(work, child_id=school.child).guardians) == 1
        unlink_guardian(work, child_id=school.child, person_id=school.mother)
    with pytest.raises(NotAllowed), school.office.read(by=mother) as work:
        read_child(work, child_id=school.child)
    with pytest.raises(NotFound), school.office.write(by=school.coordinator) as work:
        unlink_guardian(work, child_id=school.child, person_id=school.mother)


def test_a_child_is_enrolled_once_for_a_weekday(school: School) -> None:
    with pytest.raises(EnrolledAlready), school.office.write(by=school.coordinator) as work:
        enrol_again(work, school, weekdays="56")
    with school.office.write(by=school.coordinator) as work:
        enrol_again(work, school, weekdays="67")


def test_enrolments_may_follow_on_the_day_after(school: School) -> None:
    with school.office.write(by=school.coordinator) as work:
        (old,) = read_child(work, child_id=school.child).enrolments
        end_enrolment(work, enrolment_id=old.id, last_day=date(2026, 10, 31))
    with pytest.raises(EnrolledAlready), school.office.write(by=school.coordinator) as work:
        enrol_again(work, school, weekdays="12345", first_day=date(2026, 10, 31))
    with school.office.write(by=school.coordinator) as work:
        enrol_again(work, school, weekdays="12345", first_day=date(2026, 11, 1))
        enrol_again(work, school, weekdays="12345", first_day=date(2026, 8, 1), last_day=date(2026, 8, 31))


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"weekdays": "8"}, Malformed),
        ({"weekdays": ""}, Malformed),
        ({"weekdays": "76"}, Malformed),
        ({"first_day": date(2026, 11, 2), "last_day": date(2026, 11, 1)}, Malformed),
        ({"child_id": 999}, NotFound),
        ({"site_id": 999}, NotFound),
        ({"programme_id": 999}, NotFound),
    ],
)
def test_an_enrolment_of_no_valid_data_is_refused(
    school: School, changed: dict[str, object], refusal: type[Exception]
) -> None:
    with pytest.raises(refusal), school.office.write(by=SCRIPT) as work:
        enrol_again(work, school, **changed)


def test_children_come_only_to_programmes_that_mind_children(school: School) -> None:
    with pytest.raises(MindsNoChildren), school.office.write(by=school.coordinator) as work:
        enrol_again(work, school, programme_id=school.clean_up)


@pytest.mark.parametrize("last_day", [date(2026, 8, 31), date(2027, 2, 1)])
def test_an_enrolment_ends_between_its_first_and_its_last_day(school: School, last_day: date) -> None:
    with school.office.read(by=school.coordinator) as work:
        (old,) = read_child(work, child_id=school.child).enrolments
    with pytest.raises(Malformed), school.office.write(by=school.coordinator) as work:
        end_enrolment(work, enrolment_id=old.id, last_day=last_day)


def test_children_are_listed_by_code_page_by_page(school: School) -> None:
    with school.office.write(by=school.coordinator) as work:
        for code in ("C3", "C2"):
            register_child(
                work, code=code, name="小米", birth_date=date(2019, 1, 1), community_id=school.community
            )
        page = list_children(work, community_id=school.community, paging=Paging(limit=2, offset=1))
        assert (page.total, [child.code for child in page.items]) == (3, ["C2", "C3"])
        assert list_children(work, community_id=school.other_community).total == 0
