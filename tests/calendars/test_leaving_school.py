"""A child leaves, or a person is its guardian no more: what their calendar says of the sessions to come."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from tests.calendars.conftest import THURSDAY, Town
from tests.calendars.families import FIRST, GONE, THERE, Family, events_of, shown
from volunteer_core.care.enrolment import end_enrolment, link_guardian, unlink_guardian
from volunteer_core.timespans import at, civil_date

FRIDAY = date(2026, 12, 4)


@pytest.fixture
def family(town: Town) -> Family:
    return Family(town)


def test_when_a_child_leaves_its_later_sessions_are_cancelled(family: Family) -> None:
    town = family.town
    wednesday = date(2026, 12, 2)
    for day in (wednesday, THURSDAY):
        town.shift(day=day, programme=family.school)
    town.publish(family.school)
    stays, before = family.sees()
    town.do(end_enrolment, enrolment_id=family.enrolment, last_day=wednesday)
    same, after = family.sees()
    assert same == stays
    assert shown([before, after]) == [THERE, GONE]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert after["LAST-MODIFIED"].dt == town.now

    late = {entry.start.date() for entry in family.sees(now=at(THURSDAY + timedelta(days=14), time(8)))}
    assert late == {wednesday, THURSDAY}
    over = family.sees(now=at(THURSDAY + timedelta(days=15), time(8)))
    assert [entry.start.date() for entry in over] == [wednesday]

    town.do(end_enrolment, enrolment_id=family.enrolment, last_day=wednesday)
    assert family.sees() == [same, after]  # said twice
    family.enrol(family.child, first_day=THURSDAY)
    [_, back] = family.sees()
    assert shown([back]) == [THERE]
    assert (back["UID"], back["SEQUENCE"] > after["SEQUENCE"]) == (before["UID"], True)


def test_a_child_that_leaves_earlier_still_leaves_nothing_behind(family: Family) -> None:
    tuesday = date(2026, 12, 1)
    for day in (tuesday, THURSDAY):
        family.town.shift(day=day, programme=family.school)
    family.town.publish(family.school)
    for last_day in (date(2026, 12, 2), FIRST):
        family.town.do(end_enrolment, enrolment_id=family.enrolment, last_day=last_day)
    assert [str(entry["STATUS"]) for entry in family.sees()] == ["CANCELLED", "CANCELLED"]


def test_what_is_published_after_a_child_has_left_never_was_in_its_calendar(family: Family) -> None:
    family.session()
    family.town.do(end_enrolment, enrolment_id=family.enrolment, last_day=date(2026, 12, 2))
    family.session(day=FRIDAY)
    assert shown(family.sees()) == [GONE]


def test_a_brother_who_stays_keeps_the_session(family: Family) -> None:
    family.add_child("符小雪")
    family.session()
    family.town.do(end_enrolment, enrolment_id=family.enrolment, last_day=FIRST)
    assert shown(family.sees()) == [THERE]


def test_who_is_no_guardian_any_more_sees_nothing_further(family: Family) -> None:
    town = family.town
    family.session()
    secret = family.subscribe().secret
    before = family.fetches(secret)
    assert shown(events_of(before)) == [THERE]
    town.do(unlink_guardian, child_id=family.child, person_id=family.mother)
    after = family.fetches(secret)
    [notice] = events_of(after)
    assert (notice["SUMMARY"], notice.start) == ("暂无安排", civil_date(town.now))
    assert "五点学堂" not in after.body.decode()
    assert after.last_modified == town.now
    assert family.fetches(secret, now=town.now + timedelta(hours=1)) == after
    town.do(link_guardian, child_id=family.child, person_id=family.mother, relation="母亲")
    assert shown(events_of(family.fetches(secret))) == [THERE]
    assert family.fetches(secret).last_modified == town.now


def test_what_leaves_without_a_trace_is_a_change_all_the_same(family: Family) -> None:
    wednesday = date(2026, 12, 2)
    family.session(day=wednesday)
    family.session()
    secret = family.subscribe(show_cancelled=False).secret
    family.town.do(end_enrolment, enrolment_id=family.enrolment, last_day=wednesday)
    after = family.fetches(secret)
    assert [entry.start.date() for entry in events_of(after)] == [wednesday]
    assert after.last_modified == family.town.now
