"""Opening a day's session, and what is seen of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from tests.care.school import (
    BEFORE,
    CHILD_NAME,
    FIRST,
    LAST,
    MAKE_UP_SATURDAY,
    RELATION,
    SCRIPT,
    THURSDAY,
    WEEK_LATER,
    School,
    clock,
)
from volunteer_core.care.enrolment import MindsNoChildren, end_enrolment, read_child
from volunteer_core.care.handover import arrive, hand_over
from volunteer_core.care.pickups import authorise_pickup, withdraw_pickup
from volunteer_core.care.sessions import NoShift, my_children_today, open_session, read_session
from volunteer_core.care.staffing import adults_needed_for
from volunteer_core.care.views import SessionDetail
from volunteer_core.people.models import CheckResult
from volunteer_core.people.registry import correct, register
from volunteer_core.people.vouching import give_consent, link_guardian, record_check
from volunteer_core.permissions import Actor
from volunteer_core.rosters.calling_off import call_off_shift
from volunteer_core.rosters.publishing import withdraw_week
from volunteer_core.rosters.shifts import SiteClosed, change_shift
from volunteer_core.teams.membership import join
from volunteer_core.teams.programmes import set_up_programme
from volunteer_core.timespans import day_span
from volunteer_core.workdays.daybook import DayRule
from volunteer_core.workdays.models import Closure


def read(school: School, session: int, now: datetime) -> SessionDetail:
    with school.office.read(by=school.coordinator, now=now) as work:
        return read_session(work, session_id=session)


def test_a_session_has_the_times_of_its_published_shifts(school: School) -> None:
    session = read(school, school.open(), clock(17)).session
    assert (session.starts_at, session.ends_at) == (clock(17), clock(18))
    assert (session.civil_date, session.called_off_at) == (THURSDAY, None)


def test_opening_again_changes_nothing(school: School) -> None:
    assert school.open() == school.open()


def test_the_times_follow_the_shift(school: School) -> None:
    (shift,) = school.publish(WEEK_LATER, [school.staff])
    session = school.open(WEEK_LATER)
    with school.office.write(by=SCRIPT, now=BEFORE) as work:
        change_shift(work, shift_id=shift, ends_at=clock(18, 30, day=WEEK_LATER))
    assert school.open(WEEK_LATER) == session
    assert read(school, session, BEFORE).session.ends_at == clock(18, 30, day=WEEK_LATER)


def test_without_a_published_shift_there_is_no_session(school: School) -> None:
    for day in (date(2026, 11, 7), WEEK_LATER):  # a Saturday, and a draft
        with pytest.raises(NoShift):
            school.open(day)
    with school.office.write(by=SCRIPT, now=BEFORE) as work:
        withdraw_week(work, programme_id=school.programme, site_id=school.site, week="2026-W45")
    with pytest.raises(NoShift):
        school.open()


def test_a_called_off_shift_opens_no_session(school: School) -> None:
    (shift,) = school.publish(WEEK_LATER, [])
    with school.office.write(by=SCRIPT, now=BEFORE) as work:
        call_off_shift(work, shift_id=shift, reason="停电")
    with pytest.raises(NoShift):
        school.open(WEEK_LATER)


def test_a_closed_site_opens_no_session(school: School) -> None:
    span = day_span(THURSDAY)
    with school.office.write(by=SCRIPT) as work:
        work.add(
            Closure(
                name="台风停课",
                starts_at=span.start,
                ends_at=span.end,
                site_id=school.site,
                source="test",
                declared_at=work.now,
            )
        )
    with pytest.raises(SiteClosed):
        school.open()


def test_only_programmes_that_mind_children_have_sessions(school: School) -> None:
    with pytest.raises(MindsNoChildren), school.office.write(by=SCRIPT) as work:
        open_session(work, programme_id=school.clean_up, site_id=school.site, day=THURSDAY)


def test_the_staff_see_who_comes_and_who_may_collect(school: School) -> None:
    session = school.open()
    with school.office.read(by=Actor.person(school.staff), now=clock(17)) as work:
        (child,) = read_session(work, session_id=session).children
    assert (child.child_id, child.name, child.arrived_at) == (school.child, CHILD_NAME, None)
    (pickup,) = child.pickups
    assert (pickup.authorisation_id, pickup.name, pickup.relation, pickup.phone) == (
        school.pickup,
        "符奶奶",
        RELATION,
        "138****0005",
    )


def test_the_list_shows_only_who_may_collect_on_the_day(school: School) -> None:
    given = {"child_id": school.child, "relation": "邻居"}
    with school.office.write(by=SCRIPT, now=BEFORE) as work:
        withdrawn = authorise_pickup(work, person_id=school.lead, valid_from=FIRST, valid_to=LAST, **given)
        withdraw_pickup(work, authorisation_id=withdrawn.id)
        for person_id, valid_from, valid_to in (
            (school.staff, FIRST, THURSDAY - timedelta(days=1)),
            (school.off_duty, THURSDAY + timedelta(days=1), LAST),
            (school.stranger, THURSDAY, THURSDAY),
        ):
            authorise_pickup(work, person_id=person_id, valid_from=valid_from, valid_to=valid_to, **given)
        authorise_pickup(work, person_id=school.mother, valid_from=FIRST, valid_to=LAST, **given)
        correct(work, person_id=school.mother, birth_date=date(2010, 1, 1))
    (child,) = read(school, school.open(), clock(17)).children
    assert [pickup.person_id for pickup in child.pickups] == [school.grandmother, school.stranger]


def test_who_has_come_is_shown_even_if_the_enrolment_was_ended_since(school: School) -> None:
    session = school.open()
    with school.office.write(by=SCRIPT, now=clock(17)) as work:
        arrive(work, session_id=session, child_id=school.child)
        (enrolment,) = read_child(work, child_id=school.child).enrolments
        end_enrolment(work, enrolment_id=enrolment.id, last_day=THURSDAY - timedelta(days=1))
    (child,) = read(school, session, clock(17, 30)).children
    assert (child.child_id, child.arrived_at) == (school.child, clock(17))


def test_only_who_is_enrolled_for_the_weekday_is_expected(school: School) -> None:
    school.add_children(2, weekdays="4")
    school.add_children(3, weekdays="1235")
    school.add_children(4, site=school.other_site)
    assert read(school, school.open(), clock(17)).expected == 1 + 2


def test_who_comes_to_another_programme_there_is_not_expected(school: School) -> None:
    with school.office.write(by=SCRIPT, now=BEFORE) as work:
        mornings = set_up_programme(
            work, code="ZJ", name="早间看护", day_rule=DayRule.WORKDAYS, minds_children=True
        ).id
    school.add_children(2, programme=mornings)
    session = school.open()
    assert read(school, session, clock(17)).expected == 1
    with school.office.read(by=school.coordinator, now=clock(9)) as work:
        need = adults_needed_for(work, programme_id=mornings, site_id=school.site, day=THURSDAY)
    assert need.expected == 2


def test_on_a_make_up_saturday_every_enrolled_child_may_come(school: School) -> None:
    school.add_children(2, weekdays="1")
    school.publish(MAKE_UP_SATURDAY, [school.staff])
    session = school.open(MAKE_UP_SATURDAY)
    now = clock(17, 5, day=MAKE_UP_SATURDAY)
    assert read(school, session, now).expected == 1 + 2
    with school.office.write(by=school.coordinator, now=now) as work:
        arrive(work, session_id=session, child_id=school.child)
    with school.office.read(by=Actor.person(school.mother), now=now) as work:
        (child,) = my_children_today(work, day=MAKE_UP_SATURDAY)
    assert (child.session_id, child.arrived_at) == (session, now)


def test_adults_are_needed_for_the_expected_and_then_for_those_present(school: School) -> None:
    others = school.add_children(25)
    session = school.open()
    before = read(school, session, clock(16, 40))
    assert (before.expected, before.present) == (26, 0)
    assert (before.adults_needed_by_expected, before.adults_needed_by_present) == (3, 2)
    assert (len(before.adults), before.short_of_adults, before.leads_missing) == (2, 1, 0)
    with school.office.write(by=school.coordinator, now=clock(17)) as work:
        for child in others:
            arrive(work, session_id=session, child_id=child)
    running = read(school, session, clock(17, 10))
    assert (running.present, running.adults_needed_by_present, running.short_of_adults) == (25, 2, 0)
    with school.office.write(by=school.coordinator, now=clock(17, 15)) as work:
        arrive(work, session_id=session, child_id=school.child)
    full = read(school, session, clock(17, 15))
    assert (full.present, full.adults_needed_by_present, full.short_of_adults) == (26, 3, 1)
    with school.office.write(by=school.coordinator, now=clock(17, 50)) as work:
        hand_over(work, session_id=session, child_id=school.child, authorisation_id=school.pickup)
    assert read(school, session, clock(17, 50)).short_of_adults == 0


def test_a_child_that_is_fetched_late_keeps_two_adults_there(school: School) -> None:
    day = WEEK_LATER
    school.publish(day, [school.staff])
    session = school.open(day)
    with school.office.write(by=school.coordinator, now=clock(17, day=day)) as work:
        arrive(work, session_id=session, child_id=school.child)
    late = read(school, session, clock(18, 20, day=day))
    assert (late.present, late.short_of_adults, late.leads_missing) == (1, 1, 1)
    with school.office.write(by=school.coordinator, now=clock(18, 30, day=day)) as work:
        hand_over(work, session_id=session, child_id=school.child, authorisation_id=school.pickup)
    over = read(school, session, clock(18, 31, day=day))
    assert (over.present, over.short_of_adults, over.leads_missing) == (0, 0, 0)


def test_a_minor_who_helps_is_no_adult_of_the_session(school: School) -> None:
    day = WEEK_LATER
    with school.office.write(by=SCRIPT, now=BEFORE) as work:
        junior = register(work, name="小义工", birth_date=date(2010, 1, 1)).id
        join(work, team_id=school.team, person_id=junior, on=FIRST)
        record_check(work, person_id=junior, checked_on=FIRST, result=CheckResult.CLEAR)
        link_guardian(work, ward_id=junior, guardian_id=school.mother, relation="母亲", valid_from=FIRST)
        give_consent(work, ward_id=junior, guardian_id=school.mother, valid_from=FIRST, valid_to=LAST)
    school.publish(day, [junior, school.lead])
    detail = read(school, school.open(day), clock(16, day=day))
    assert [(adult.person_id, adult.lead) for adult in detail.adults] == [(school.lead, True)]
    assert detail.short_of_adults == 1


def test_a_guardian_sees_when_their_child_came_and_went(school: School) -> None:
    mother = Actor.person(school.mother)
    with school.office.read(by=mother, now=clock(9)) as work:
        (morning,) = my_children_today(work, day=THURSDAY)
        assert my_children_today(work, day=date(2026, 11, 7)) == []
    assert (morning.site_id, morning.session_id, morning.arrived_at) == (school.site, None, None)
    session = school.open()
    with school.office.write(by=SCRIPT, now=clock(17, 2)) as work:
        arrive(work, session_id=session, child_id=school.child)
    with school.office.write(by=SCRIPT, now=clock(17, 58)) as work:
        hand_over(work, session_id=session, child_id=school.child, authorisation_id=school.pickup)
    with school.office.read(by=mother, now=clock(20)) as work:
        (evening,) = my_children_today(work, day=THURSDAY)
    assert (evening.session_id, evening.arrived_at, evening.handed_over_at) == (
        session,
        clock(17, 2),
        clock(17, 58),
    )
    assert evening.authorisation_id == school.pickup
