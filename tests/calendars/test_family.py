"""The calendar of a family: when and where its children are expected, and nothing of the children."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from tests.calendars.conftest import MONDAY, THURSDAY, WEEK, Town
from tests.calendars.families import CHILD_BORN, FIRST, GONE, THERE, Family, events_of, shown
from volunteer_core.calendars.family import NoChildEnrolled
from volunteer_core.calendars.feeds import FeedGone, family_feed, programme_feed
from volunteer_core.calendars.models import FeedKind
from volunteer_core.calendars.options import Options
from volunteer_core.calendars.subscriptions import choose_options, subscribe
from volunteer_core.care.enrolment import end_enrolment, link_guardian, register_child, unlink_guardian
from volunteer_core.care.sessions import open_session
from volunteer_core.closures.declaring import declare_closure
from volunteer_core.errors import NotAllowed
from volunteer_core.people.registry import leave_office
from volunteer_core.permissions import Actor
from volunteer_core.places.directory import add_site, correct_site
from volunteer_core.rosters.calling_off import call_off_shift, reinstate_shift
from volunteer_core.rosters.publishing import publish_week, withdraw_week
from volunteer_core.rosters.shifts import add_shift, change_shift
from volunteer_core.teams.programmes import advise_programme, rename_programme, set_up_programme
from volunteer_core.timespans import at, civil_date
from volunteer_core.workdays.daybook import DayRule
from volunteer_core.workdays.upkeep import set_local_day

FRIDAY, SATURDAY = date(2026, 12, 4), date(2026, 12, 5)


@pytest.fixture
def family(town: Town) -> Family:
    return Family(town)


def test_it_says_the_programme_and_the_site_and_nothing_of_the_child(family: Family) -> None:
    town = family.town
    town.do(
        advise_programme,
        programme_id=family.school,
        bring="红马甲",
        contact="张老师",
        contact_phone="13800009999",
    )
    shift = town.shift(programme=family.school, note="小满对花生过敏")
    family_of = town.see(family_feed, person_id=family.mother)
    assert events_of(family_of) == []  # a draft is nobody's
    town.publish(family.school)
    found = town.see(family_feed, person_id=family.mother)
    [entry] = events_of(found)
    assert shown([entry]) == [THERE]
    assert (entry.start, entry.end) == (at(THURSDAY, time(17)), at(THURSDAY, time(18)))
    assert entry["LOCATION"] == "凤翔社区活动室，凤翔路 1 号"
    assert entry["TRANSP"] == "TRANSPARENT"
    assert entry["CATEGORIES"].cats == ["五点学堂"]
    assert "DESCRIPTION" not in entry
    for private in ("符", "小满", "花生", "红马甲", "张老师", "13800009999", "13800003333", "母亲", "http"):
        assert private not in found.body.decode().replace("\r\n ", "")
    assert "X-WR-CALNAME:家庭日历" in found.body.decode()
    town.do(change_shift, shift_id=shift, note="改到二楼")
    assert "改到二楼" not in town.see(family_feed, person_id=family.mother).body.decode()


def test_two_children_at_one_session_are_one_entry_that_says_no_number(family: Family) -> None:
    family.session()
    before = family.town.see(family_feed, person_id=family.mother)
    family.add_child("符小雪")
    assert family.town.see(family_feed, person_id=family.mother).body == before.body


def test_several_shifts_of_a_day_are_one_session_while_one_of_them_stands(family: Family) -> None:
    town = family.town
    early, late = family.session(hour=17), family.session(hour=18)
    [both] = family.sees()
    assert (both.start, both.end) == (at(THURSDAY, time(17)), at(THURSDAY, time(19)))
    town.do(call_off_shift, shift_id=early, reason="缺人")
    [one] = family.sees()
    assert (one.start, one.end) == (at(THURSDAY, time(18)), at(THURSDAY, time(19)))
    town.do(call_off_shift, shift_id=late, reason="缺人")
    [none] = family.sees()
    assert shown([both, one, none]) == [THERE, THERE, GONE]
    assert both["UID"] == one["UID"] == none["UID"]
    assert both["SEQUENCE"] < one["SEQUENCE"] < none["SEQUENCE"]


def test_its_uid_is_no_other_calendars(family: Family) -> None:
    family.session(hour=17)
    [entry] = family.sees()
    [of_programme] = events_of(family.town.see(programme_feed, programme_id=family.school))
    assert entry["UID"] != of_programme["UID"]
    assert str(entry["UID"])[14] == "4"  # random, as theirs


def test_whatever_becomes_of_a_session_is_told_as_a_change(family: Family) -> None:
    town = family.town
    shift = family.session()
    told = family.sees()
    for operation, facts, status in (
        (change_shift, {"starts_at": at(THURSDAY, time(16)), "ends_at": at(THURSDAY, time(18))}, "CONFIRMED"),
        (call_off_shift, {"reason": "台风"}, "CANCELLED"),
        (reinstate_shift, {}, "CANCELLED"),
    ):
        town.do(operation, shift_id=shift, **facts)
        told += family.sees()
        assert told[-1]["STATUS"] == status
    town.publish(family.school)
    told += family.sees()
    town.do(withdraw_week, programme_id=family.school, site_id=town.site, week="2026-W49")
    told += family.sees()
    town.publish(family.school)
    told += family.sees()
    for operation, facts in (
        (correct_site, {"site_id": town.site, "address": "凤翔路 2 号"}),
        (rename_programme, {"programme_id": family.school, "name": "四点半学堂"}),
    ):
        town.do(operation, **facts)
        told += family.sees()
    assert [str(entry["STATUS"]) for entry in told[4:]] == ["CONFIRMED", "CANCELLED", *["CONFIRMED"] * 3]
    sequences = [entry["SEQUENCE"] for entry in told]
    assert sequences == sorted(set(sequences))
    assert len({entry["UID"] for entry in told}) == 1
    assert (told[1].start, told[-1]["LOCATION"]) == (at(THURSDAY, time(16)), "凤翔社区活动室，凤翔路 2 号")
    assert told[-1]["SUMMARY"] == "四点半学堂"


def test_a_closure_cancels_the_session(family: Family) -> None:
    family.session()
    [before] = family.sees()
    span = {"starts_at": at(THURSDAY, time(0)), "ends_at": at(FRIDAY, time(0))}
    family.town.do(declare_closure, name="台风停课", source="通知", site_id=family.town.site, **span)
    [after] = family.sees()
    assert shown([before, after]) == [THERE, GONE]
    assert after["SEQUENCE"] > before["SEQUENCE"]
    assert "VALARM" not in str(after)


def test_opening_the_session_changes_nothing(family: Family) -> None:
    family.session()
    before = family.town.see(family_feed, person_id=family.mother)
    family.town.do(open_session, programme_id=family.school, site_id=family.town.site, day=THURSDAY)
    assert family.town.see(family_feed, person_id=family.mother) == before


def test_only_what_the_child_is_enrolled_for_is_there(family: Family) -> None:
    town = family.town
    facts = {"code": "P9", "name": "早托", "day_rule": DayRule.EVERY_DAY, "minds_children": True}
    mornings = town.do(set_up_programme, **facts).id
    far = town.do(add_site, community_id=town.community, code="S2", name="三峰学堂").id
    tuesday, wednesday = date(2026, 12, 1), date(2026, 12, 2)
    for day in (tuesday, wednesday, THURSDAY, FRIDAY):
        town.shift(day=day, programme=family.school)
    town.publish(family.school)
    town.published_shift(day=wednesday, hour=7, programme=mornings)
    times = {"starts_at": at(wednesday, time(19)), "ends_at": at(wednesday, time(20))}
    town.do(add_shift, programme_id=family.school, site_id=far, minimum=1, maximum=1, **times)
    town.do(publish_week, programme_id=family.school, site_id=far, week=WEEK)
    town.do(end_enrolment, enrolment_id=family.enrolment, last_day=FIRST)
    family.enrol(family.child, weekdays="235", first_day=wednesday, last_day=THURSDAY)
    confirmed = [entry.start for entry in family.sees() if entry["STATUS"] == "CONFIRMED"]
    assert confirmed == [at(wednesday, time(17))]


def test_two_changes_within_a_second_are_two(family: Family) -> None:
    shift = family.session()
    told = family.sees()
    for hour in (16, 18):
        times = {"starts_at": at(THURSDAY, time(hour)), "ends_at": at(THURSDAY, time(hour + 1))}
        family.town.do(change_shift, shift_id=shift, **times)
        family.town.now -= timedelta(minutes=1)
        told += family.sees()
    assert told[0]["SEQUENCE"] < told[1]["SEQUENCE"] < told[2]["SEQUENCE"]


def test_on_a_weekend_that_is_worked_every_child_may_come(family: Family) -> None:
    town = family.town
    town.do(set_local_day, day=SATURDAY, works=True, name="调休", source="通知")
    family.session(day=SATURDAY)
    assert [entry.start.date() for entry in family.sees()] == [SATURDAY]


def test_other_families_sessions_are_theirs_and_disturb_nobody(family: Family) -> None:
    family.session()
    town = family.town
    secret = family.subscribe().secret
    other = town.do(register_child, name="王小雨", birth_date=CHILD_BORN, community_id=town.community).id
    town.do(link_guardian, child_id=other, person_id=town.other, relation="母亲")
    theirs = family.enrol(other, weekdays="6")
    town.do(set_local_day, day=SATURDAY, works=True, name="调休", source="通知")
    family.session(day=SATURDAY)
    town.do(end_enrolment, enrolment_id=family.enrolment, last_day=FRIDAY)
    before = family.fetches(secret)
    assert shown(events_of(before)) == [THERE, (SATURDAY, "【已取消】五点学堂", "CANCELLED")]
    assert shown(events_of(town.see(family_feed, person_id=town.other)))[-1][2] == "CONFIRMED"
    town.do(end_enrolment, enrolment_id=theirs, last_day=FIRST)
    town.do(unlink_guardian, child_id=other, person_id=town.other)
    assert family.fetches(secret) == before


def test_it_is_for_the_guardian_of_an_enrolled_child_alone(family: Family) -> None:
    town = family.town
    facts = {"kind": FeedKind.FAMILY, "subject_id": family.mother, "label": "x"}
    for by in (Actor.anonymous(), Actor.person(town.other), Actor.person(town.other, officer=True)):
        with pytest.raises(NotAllowed):
            town.do(subscribe, by=by, **facts)
        with pytest.raises(NotAllowed):
            town.see(family_feed, by=by, person_id=family.mother)
    with pytest.raises(NoChildEnrolled):
        town.do(
            subscribe, by=Actor.person(town.other), kind=FeedKind.FAMILY, subject_id=town.other, label="x"
        )
    family.subscribe()
    town.do(end_enrolment, enrolment_id=family.enrolment, last_day=civil_date(MONDAY) - timedelta(days=1))
    with pytest.raises(NoChildEnrolled):
        family.subscribe()


def test_options_apply_and_who_leaves_the_office_loses_it(family: Family) -> None:
    family.session()
    issued = family.subscribe(alarm_minutes=30)
    [entry] = events_of(family.fetches(issued.secret))
    assert entry.alarms.times[0].trigger == at(THURSDAY, time(16, 30))
    family.town.do(choose_options, by=family.me, subscription_id=issued.id, options=Options(past_days=1))
    after = family.fetches(issued.secret, now=at(FRIDAY, time(20)))
    assert shown(events_of(after)) == [THERE]
    [notice] = events_of(family.fetches(issued.secret, now=at(SATURDAY, time(8))))
    assert (notice["SUMMARY"], notice.start) == ("暂无安排", THURSDAY)
    family.town.do(leave_office, person_id=family.mother, on=civil_date(family.town.now))
    with pytest.raises(FeedGone):
        family.fetches(issued.secret)


def test_before_anything_is_published_it_says_that_nothing_is_planned(family: Family) -> None:
    secret = family.subscribe(alarm_minutes=30).secret
    [notice] = events_of(family.fetches(secret))
    assert notice["SUMMARY"] == "暂无安排"
    assert not notice.alarms.times  # half an hour before the day begins is in the night
    family.session()
    assert shown(events_of(family.fetches(secret))) == [THERE]
