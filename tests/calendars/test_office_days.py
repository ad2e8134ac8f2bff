"""The office's own calendar: 休, 班 and closures, for people to lay over their own."""

from __future__ import annotations

from datetime import date, time, timedelta

from icalendar import Calendar, Event

from volunteer_core.calendars.feeds import office_days_feed
from volunteer_core.closures.declaring import declare_closure, lift_closure
from volunteer_core.permissions import Actor
from volunteer_core.timespans import at, days
from volunteer_core.workdays.upkeep import load_daybook, set_local_day

ANYBODY = Actor.anonymous()


def shown(town, **when) -> list[Event]:
    return list(Calendar.from_ical(town.see(office_days_feed, by=ANYBODY, **when).body).events)


def titled(town, title: str, **when) -> Event:
    [entry] = [entry for entry in shown(town, **when) if entry["SUMMARY"] == title]
    return entry


def test_a_holiday_is_one_entry_and_so_is_each_make_up_day(town) -> None:
    holiday = titled(town, "休 国庆节")
    assert (holiday["DTSTART"].dt, holiday["DTEND"].dt) == (date(2026, 10, 1), date(2026, 10, 8))
    assert (holiday["STATUS"], holiday["TRANSP"]) == ("CONFIRMED", "TRANSPARENT")
    made_up = [entry["DTSTART"].dt for entry in shown(town) if entry["SUMMARY"] == "班 国庆节调休上班"]
    assert made_up == [date(2026, 9, 20), date(2026, 10, 10)]
    year = titled(town, "休 元旦（待公布）")
    assert (year["DTSTART"].dt, year["STATUS"]) == (date(2027, 1, 1), "TENTATIVE")


def test_it_says_of_every_day_of_the_year_what_the_day_book_says(town) -> None:
    special = {}
    for entry in shown(town):
        last = entry["DTEND"].dt - timedelta(days=1)
        special |= {day: entry["SUMMARY"].startswith("班") for day in days(entry["DTSTART"].dt, last)}
    with town.office.read(by=ANYBODY) as work:
        book = load_daybook(work)
    for day in days(date(2026, 1, 1), date(2026, 12, 31)):
        assert special.get(day, day.isoweekday() < 6) == book.is_workday(day).holds, day


def test_a_day_of_the_offices_own_and_its_correction_are_revisions_of_one_entry(town) -> None:
    day = date(2026, 12, 19)
    town.do(set_local_day, day=day, works=True, name="年终值班", source="通知")
    before = titled(town, "班 年终值班")
    town.do(set_local_day, day=day, works=True, name="年终轮值", source="通知")
    after = titled(town, "班 年终轮值")
    assert before["UID"] == after["UID"]
    assert before["SEQUENCE"] < after["SEQUENCE"]
    assert after["LAST-MODIFIED"].dt == town.now


def test_a_closure_has_its_span_and_place_and_is_cancelled_when_it_is_lifted(town) -> None:
    typhoon = {"starts_at": at(date(2026, 12, 3), time(12)), "ends_at": at(date(2026, 12, 4), time(12))}
    declared = town.do(declare_closure, site_id=town.site, name="台风", source="通知", **typhoon)
    closed = titled(town, "停 台风")
    assert (closed.start, closed.end) == tuple(typhoon.values())
    assert closed["LOCATION"] == "凤翔社区活动室"
    town.do(lift_closure, closure_id=declared.closure.id)
    lifted = titled(town, "【已取消】停 台风")
    assert (lifted["UID"], lifted["STATUS"]) == (closed["UID"], "CANCELLED")
    assert lifted["SEQUENCE"] > closed["SEQUENCE"]
    late = at(date(2026, 12, 19), time(8))
    assert not any("台风" in entry["SUMMARY"] for entry in shown(town, now=late))


def test_it_is_the_same_all_day_and_next_year_shows_its_own_days(town) -> None:
    now = town.see(office_days_feed, by=ANYBODY)
    assert town.see(office_days_feed, by=ANYBODY, now=town.now + timedelta(hours=6)) == now
    later = shown(town, now=at(date(2027, 1, 2), time(8)))
    assert {entry["DTSTART"].dt.year for entry in later} == {2027, 2028}
