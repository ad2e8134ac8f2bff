"""How many adults a day needs, and what that makes of the shifts."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.care.school import BEFORE, LAST, MAKE_UP_SATURDAY, SCRIPT, THURSDAY, School, clock
from volunteer_core.care.enrolment import MindsNoChildren, enrol
from volunteer_core.care.staffing import CareNeed, adults_needed_for, set_minimum_from_enrolment
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.office.settings import change_setting
from volunteer_core.permissions import Actor
from volunteer_core.rosters.calling_off import call_off_shift
from volunteer_core.rosters.shifts import ShiftView, add_shift, change_shift, list_shifts
from volunteer_core.rosters.swaps.waiting import join_wait, list_waiting
from volunteer_core.rosters.versions import list_versions

NATIONAL_DAY = date(2026, 10, 1)  # a Thursday
OCTOBER_REST = date(2026, 10, 5)  # a Monday


def need(school: School, day: date) -> CareNeed:
    with school.office.read(by=school.leader) as work:
        return adults_needed_for(work, programme_id=school.programme, site_id=school.site, day=day)


def shift_of(school: School, day: date, *, site: int | None = None) -> ShiftView:
    with school.office.read(by=SCRIPT) as work:
        (shift,) = list_shifts(work, first=day, last=day, site_id=site or school.site).items
    return shift


def raise_minimum(school: School, *, by: Actor = SCRIPT, day: date = THURSDAY) -> list[tuple[int, int]]:
    """Site and new minimum of the raised shifts of a day."""
    with school.office.write(by=by, now=BEFORE) as work:
        raised = set_minimum_from_enrolment(work, programme_id=school.programme, first=day, last=day)
    return [(shift.site_id, shift.minimum) for shift in raised]


def test_a_day_needs_adults_for_the_children_enrolled(school: School) -> None:
    school.add_children(45, weekdays="45")
    assert need(school, THURSDAY) == CareNeed(school.programme, school.site, THURSDAY, 46, 4, 1)
    monday = THURSDAY - timedelta(days=3)
    assert need(school, monday) == CareNeed(school.programme, school.site, monday, 1, 2, 1)


def test_on_a_make_up_saturday_all_are_expected_once(school: School) -> None:
    school.add_children(25, weekdays="1")
    with school.office.write(by=SCRIPT, now=BEFORE) as work:
        enrol(
            work,
            child_id=school.child,
            programme_id=school.programme,
            site_id=school.site,
            weekdays="67",
            first_day=BEFORE.date(),
            last_day=LAST,
        )
    assert (need(school, MAKE_UP_SATURDAY).expected, need(school, MAKE_UP_SATURDAY).adults) == (26, 3)


@pytest.mark.parametrize("day", [date(2026, 11, 7), NATIONAL_DAY, OCTOBER_REST, date(2027, 2, 4)])
def test_nobody_is_expected_on_a_day_that_does_not_run(school: School, day: date) -> None:
    """A Saturday, a holiday, a bridge day, and a day after the last of enrolment."""
    assert (need(school, day).expected, need(school, day).adults, need(school, day).leads) == (0, 0, 0)


def test_an_added_shift_makes_a_day_run(school: School) -> None:
    with school.office.write(by=SCRIPT, now=BEFORE) as work:
        shift = add_shift(
            work,
            programme_id=school.programme,
            site_id=school.site,
            starts_at=clock(17, day=OCTOBER_REST),
            ends_at=clock(18, day=OCTOBER_REST),
            minimum=1,
            maximum=1,
        )
    assert need(school, OCTOBER_REST).expected == 1
    with school.office.write(by=SCRIPT, now=BEFORE) as work:
        call_off_shift(work, shift_id=shift.id, reason="放假")
    assert need(school, OCTOBER_REST).expected == 0


def test_called_off_shifts_need_nobody_more(school: School) -> None:
    school.add_children(45)
    with school.office.write(by=SCRIPT, now=BEFORE) as work:
        call_off_shift(work, shift_id=shift_of(school, THURSDAY).id, reason="停电")
    assert raise_minimum(school) == []


def test_the_ratio_is_the_offices_setting_of_the_day(school: School) -> None:
    school.add_children(25)
    with school.office.write(by=SCRIPT) as work:
        change_setting(work, name="care_first_children", value=10, valid_from=date(2026, 11, 6))
    assert need(school, THURSDAY).adults == 3
    assert need(school, date(2026, 11, 6)).adults == 2 + 1


def test_enrolment_raises_the_people_a_shift_needs(school: School) -> None:
    school.add_children(45)
    before = shift_of(school, THURSDAY)
    assert (before.minimum, before.maximum) == (2, 3)
    assert raise_minimum(school, by=school.leader) == [(school.site, 4)]
    after = shift_of(school, THURSDAY)
    assert (after.minimum, after.maximum, after.leads) == (4, 4, 1)
    assert raise_minimum(school, by=school.leader) == []


def test_who_waits_comes_when_enrolment_makes_room(school: School) -> None:
    shift = shift_of(school, THURSDAY).id
    with school.office.write(by=SCRIPT, now=BEFORE) as work:
        change_shift(work, shift_id=shift, maximum=2)
        join_wait(work, shift_id=shift, person_id=school.off_duty)
    school.add_children(45)
    raise_minimum(school, by=school.leader)
    with school.office.read(by=SCRIPT, now=BEFORE) as work:
        assert list_waiting(work, shift_id=shift) == []
        where = {"programme_id": school.programme, "site_id": school.site, "week": "2026-W45"}
        causes = [one.cause for one in list_versions(work, **where).items]
    assert shift_of(school, THURSDAY).people == 3
    assert causes == ["changed", "changed", "published"]


def test_leads_are_raised_to_the_offices_setting(school: School) -> None:
    with school.office.write(by=SCRIPT) as work:
        change_setting(work, name="care_leads", value=4, valid_from=date(2026, 11, 1))
    raise_minimum(school)
    after = shift_of(school, THURSDAY)
    assert (after.minimum, after.maximum, after.leads) == (2, 4, 4)


def test_what_a_leader_asked_for_is_never_lowered(school: School) -> None:
    with school.office.write(by=school.leader, now=BEFORE) as work:
        change_shift(work, shift_id=shift_of(school, THURSDAY).id, minimum=3)
    assert raise_minimum(school) == []
    assert shift_of(school, THURSDAY).minimum == 3


def test_shifts_that_have_begun_stay_as_they_are(school: School) -> None:
    school.add_children(45)
    with school.office.write(by=SCRIPT, now=clock(17)) as work:
        raised = set_minimum_from_enrolment(
            work, programme_id=school.programme, first=THURSDAY, last=date(2026, 11, 6)
        )
    assert [shift.civil_date for shift in raised] == [date(2026, 11, 6)]


def test_a_coordinator_raises_the_shifts_of_their_community_only(school: School) -> None:
    school.add_children(45)
    school.add_children(26, site=school.other_site)
    assert raise_minimum(school, by=school.coordinator) == [(school.site, 4)]
    assert shift_of(school, THURSDAY, site=school.other_site).minimum == 2
    assert raise_minimum(school, by=school.leader) == [(school.other_site, 3)]


def test_neither_volunteers_nor_leaders_of_other_teams_raise_it(school: School) -> None:
    for actor in (Actor.person(school.staff), Actor.person(school.staff, teams=[school.team + 1])):
        with pytest.raises(NotAllowed):
            raise_minimum(school, by=actor)


def test_bad_input_is_refused(school: School) -> None:
    for programme, first, last, refusal in (
        (school.programme, LAST, BEFORE.date(), Malformed),
        (school.programme, BEFORE.date(), date(2028, 1, 1), Malformed),
        (school.clean_up, THURSDAY, THURSDAY, MindsNoChildren),
        (999, THURSDAY, THURSDAY, NotFound),
    ):
        with pytest.raises(refusal), school.office.write(by=SCRIPT) as work:
            set_minimum_from_enrolment(work, programme_id=programme, first=first, last=last)
