"""What becomes of a shift in the calendar of who is on it."""

from __future__ import annotations

from datetime import UTC, date, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from volunteer_core.calendars.feeds import programme_feed
from volunteer_core.places.directory import correct_site
from volunteer_core.rosters.assigning import assign, release
from volunteer_core.rosters.calling_off import call_off_shift
from volunteer_core.rosters.confirming import confirm
from volunteer_core.rosters.dropping_out import cannot_come
from volunteer_core.rosters.publishing import withdraw_week
from volunteer_core.rosters.rules import set_rules
from volunteer_core.rosters.shifts import change_shift
from volunteer_core.rosters.swaps.offering import offer_shift
from volunteer_core.rosters.swaps.open_shifts import take_shift
from volunteer_core.rosters.swaps.taking_over import accept_offer
from volunteer_core.teams.programmes import rename_programme, set_up_programme
from volunteer_core.timespans import at
from volunteer_core.workdays.daybook import DayRule

THURSDAY = date(2026, 12, 3)


def test_from_draft_to_called_off_it_stays_one_entry_that_only_moves_forward(town) -> None:
    shift = town.shift()
    town.do(assign, shift_id=shift, person_id=town.person)
    assert town.own() == []

    told: list[Event] = []

    def look() -> tuple[str, str, str]:
        [entry] = town.own()
        told.append(entry)
        return entry["STATUS"], entry["TRANSP"], entry["SUMMARY"]

    coming = ("CONFIRMED", "OPAQUE", "每周两小时")
    off = ("CANCELLED", "TRANSPARENT", "【已取消】每周两小时")
    town.publish()
    assert look() == coming
    town.do(
        change_shift, shift_id=shift, starts_at=at(THURSDAY, time(16)), ends_at=at(THURSDAY, time(17, 30))
    )
    assert look() == coming
    town.do(release, shift_id=shift, person_id=town.person)
    assert look() == off
    town.do(assign, shift_id=shift, person_id=town.person)
    assert look() == coming
    town.do(withdraw_week, programme_id=town.programme, site_id=town.site, week="2026-W49")
    assert look() == off
    town.publish()
    assert look() == coming
    town.do(call_off_shift, shift_id=shift, reason="台风")
    assert look() == off

    assert len({entry["UID"] for entry in told}) == 1
    for before, after in pairwise(told):
        assert after["SEQUENCE"] > before["SEQUENCE"]
        assert after["LAST-MODIFIED"].dt > before["LAST-MODIFIED"].dt
    for entry in told:
        assert entry["DTSTAMP"].dt == entry["LAST-MODIFIED"].dt
    assert told[0].start == at(THURSDAY, time(17))
    assert told[1].start == at(THURSDAY, time(16))
    assert told[1].end == at(THURSDAY, time(17, 30))


def test_a_swap_cancels_it_for_the_giver_and_brings_it_to_the_taker(town) -> None:
    shift = town.published_shift(town.person)
    [before] = town.own()
    offered = town.do(offer_shift, shift_id=shift, person_id=town.person, to_person_id=town.other)
    assert town.own() == [before]  # until it is done nothing changes
    town.do(accept_offer, offer_id=offered.id, person_id=town.other)
    [given], [taken] = town.own(), town.own(person=town.other)
    assert (given["UID"], given["STATUS"]) == (before["UID"], "CANCELLED")
    assert given["SEQUENCE"] > before["SEQUENCE"]
    assert taken["UID"] != before["UID"]
    assert (taken["STATUS"], taken.start) == ("CONFIRMED", before.start)


def test_who_cannot_come_and_is_back_sees_each_as_a_revision(town) -> None:
    shift = town.published_shift(town.person)
    told: list[Event] = []
    for change in (
        lambda: None,
        lambda: town.do(cannot_come, shift_id=shift, person_id=town.person),
        lambda: town.do(take_shift, shift_id=shift, person_id=town.person),
        lambda: town.do(call_off_shift, shift_id=shift, reason="停电"),
    ):
        change()
        told += town.own()
    assert [entry["STATUS"] for entry in told] == ["CONFIRMED", "CANCELLED", "CONFIRMED", "CANCELLED"]
    assert len({entry["UID"] for entry in told}) == 1
    for before, after in pairwise(told):
        assert after["SEQUENCE"] > before["SEQUENCE"]


def test_where_confirming_is_asked_for_an_entry_is_tentative_until_its_person_has(town) -> None:
    shift = town.published_shift(town.person)
    told = town.own()
    town.do(set_rules, programme_id=town.programme, asks_confirmation=True)
    told += town.own()
    town.do(confirm, shift_id=shift, person_id=town.person)
    told += town.own()
    town.do(change_shift, shift_id=shift, starts_at=at(THURSDAY, time(16)), ends_at=at(THURSDAY, time(17)))
    told += town.own()
    town.do(set_rules, programme_id=town.programme, asks_confirmation=False)
    told += town.own()
    town.do(release, shift_id=shift, person_id=town.person)
    told += town.own()
    standing = [entry["STATUS"] for entry in told]
    assert standing == ["CONFIRMED", "TENTATIVE", "CONFIRMED", "TENTATIVE", "CONFIRMED", "CANCELLED"]
    for before, after in pairwise(told):
        assert after["SEQUENCE"] > before["SEQUENCE"]
        assert after["LAST-MODIFIED"].dt > before["LAST-MODIFIED"].dt


def test_a_revision_says_when_it_was_made(town) -> None:
    shift = town.published_shift(town.person)
    town.do(change_shift, shift_id=shift, note="请提前十分钟到")
    [entry] = town.own()
    assert entry["LAST-MODIFIED"].dt == town.now.replace(tzinfo=UTC)
    assert entry["DESCRIPTION"] == "请提前十分钟到"


def test_what_a_shift_is_called_and_where_it_is_are_revisions_too(town) -> None:
    town.published_shift(town.person)
    for change in (
        lambda: town.do(rename_programme, programme_id=town.programme, name="文明美家园"),
        lambda: town.do(correct_site, site_id=town.site, address="凤翔路 2 号"),
    ):
        [before] = town.own()
        change()
        [after] = town.own()
        assert after["SEQUENCE"] == before["SEQUENCE"] + 1
        assert after["LAST-MODIFIED"].dt == town.now
    assert after["SUMMARY"] == "文明美家园"
    assert after["LOCATION"] == "凤翔社区活动室，凤翔路 2 号"


def test_changes_that_nobody_sees_are_no_revisions(town) -> None:
    shift = town.published_shift(town.person)
    [before] = town.own()
    town.do(change_shift, shift_id=shift, maximum=9)
    town.do(change_shift, shift_id=shift, note="")
    town.do(rename_programme, programme_id=town.programme, name="每周两小时")
    town.do(rename_programme, programme_id=town.discreet_programme, name="别的项目")
    [after] = town.own()
    assert after == before


def test_cancelled_before_it_was_published_it_was_never_there(town) -> None:
    shift = town.shift()
    town.do(assign, shift_id=shift, person_id=town.person)
    town.do(release, shift_id=shift, person_id=town.person)
    town.publish()
    assert town.own() == []


def test_what_is_cancelled_goes_two_weeks_after_its_date_and_what_is_over_after_ninety_days(town) -> None:
    town.published_shift(town.person)
    cancelled = town.shift(hour=19)
    town.do(assign, shift_id=cancelled, person_id=town.person)
    town.publish()
    town.do(call_off_shift, shift_id=cancelled, reason="停电")

    def left(day: date) -> list[str]:
        entries = town.own(now=at(day, time(23, 59)))
        return [entry["STATUS"] for entry in entries if entry["SUMMARY"] != "暂无安排"]

    assert left(THURSDAY + timedelta(days=14)) == ["CONFIRMED", "CANCELLED"]
    assert left(THURSDAY + timedelta(days=15)) == ["CONFIRMED"]
    assert left(THURSDAY + timedelta(days=90)) == ["CONFIRMED"]
    assert left(THURSDAY + timedelta(days=91)) == []


def test_a_calendar_that_had_something_never_empties_itself(town) -> None:
    assert town.own() == []  # nothing yet
    town.published_shift(town.person)
    late = at(THURSDAY + timedelta(days=91), time(8))
    [notice] = town.own(now=late)
    assert (notice["SUMMARY"], notice["TRANSP"]) == ("暂无安排", "TRANSPARENT")
    assert (notice["DTSTART"].dt, notice["DTEND"].dt) == (THURSDAY, THURSDAY + timedelta(days=1))
    assert town.own(now=late + timedelta(days=300)) == [notice]
    assert titles_of_programme(town, late) == ["暂无安排"]


def titles_of_programme(town, now) -> list[str]:
    found = town.see(programme_feed, programme_id=town.programme, now=now)
    return [str(entry["SUMMARY"]) for entry in Calendar.from_ical(found.body).events]


def test_times_are_the_offices_and_name_their_zone(town) -> None:
    town.published_shift(town.person)
    [entry] = town.own()
    assert entry["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert entry.start.astimezone(ZoneInfo("Asia/Shanghai")).time() == time(17)
    assert entry["GEO"].to_ical() == "20.01;110.35"


def test_leaders_notes_stay_inside_where_children_are_minded(town) -> None:
    school = town.do(
        set_up_programme, code="P3", name="五点学堂", day_rule=DayRule.WORKDAYS, minds_children=True
    ).id
    town.published_shift(programme=school, note="小明今天由奶奶接")
    [entry] = Calendar.from_ical(town.see(programme_feed, programme_id=school).body).events
    assert entry["SUMMARY"] == "五点学堂"
    assert "DESCRIPTION" not in entry
