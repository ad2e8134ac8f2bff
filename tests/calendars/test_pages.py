"""The page of an entry says what calendars say of it, no more, and for no longer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time, timedelta
from functools import partial
from uuid import uuid4

import pytest
from icalendar import Calendar, Event

from tests.calendars.conftest import MONDAY, SCRIPT, THURSDAY
from tests.calendars.families import Family
from volunteer_core.calendars.agenda import agenda
from volunteer_core.calendars.feeds import (
    family_feed,
    feed,
    office_days_feed,
    person_feed,
    programme_feed,
    public_feed,
    site_feed,
    team_feed,
)
from volunteer_core.calendars.invitations import invitation
from volunteer_core.calendars.pages import EntryPage, EntryUnknown, entry_page
from volunteer_core.database import Database
from volunteer_core.events.planning import call_off_event, change_event, create_event, publish_event
from volunteer_core.events.positions import add_position
from volunteer_core.events.signups import sign_up
from volunteer_core.opening import open_office
from volunteer_core.people.registry import leave_office
from volunteer_core.permissions import Actor
from volunteer_core.rosters.assigning import assign, release
from volunteer_core.rosters.calling_off import call_off_shift
from volunteer_core.rosters.rules import set_rules
from volunteer_core.teams.programmes import advise_programme
from volunteer_core.timespans import at, civil_date

ANYBODY = Actor.anonymous()
SATURDAY = date(2026, 12, 5)
EVENING = {"starts_at": at(SATURDAY, time(18)), "ends_at": at(SATURDAY, time(19))}
ADVICE = {"bring": "手套", "contact": "张老师", "contact_phone": "13800009999"}


def fed(town, operation, **facts) -> list[Event]:
    return list(Calendar.from_ical(town.see(operation, **facts).body).events)


def page_of(town, entry: Event | str, **when) -> EntryPage:
    uid = entry if isinstance(entry, str) else str(entry["UID"])
    found: EntryPage = town.see(entry_page, by=ANYBODY, uid=uid, **when)
    return found


def says_the_same(page: EntryPage, entry: Event) -> bool:
    return (page.title, page.starts_at, page.ends_at, page.place, page.description, page.unconfirmed) == (
        str(entry["SUMMARY"]),
        entry.start,
        entry.end,
        str(entry.get("LOCATION", "")),
        str(entry.get("DESCRIPTION", "")),
        str(entry["STATUS"]) == "TENTATIVE",
    )


def event(town, **facts) -> int:
    """A published event at which the person has a seat."""
    times = {"starts_at": at(SATURDAY, time(15)), "ends_at": at(SATURDAY, time(16))}
    known = {"title": "清洁日", "site_id": town.site, "team_id": town.team, "programme_id": town.programme}
    made: int = town.do(create_event, **(known | times | facts)).id
    seats = town.do(add_position, event_id=made, name="听众", capacity=9, earns_hours=False).id
    town.do(publish_event, event_id=made)
    town.do(sign_up, position_id=seats, person_id=town.person)
    return made


def test_every_entry_of_every_calendar_has_a_page_that_says_the_same(town) -> None:
    family = Family(town)
    family.session()
    for programme in (town.programme, family.school, town.discreet_programme):
        town.do(advise_programme, programme_id=programme, **ADVICE)
    town.do(set_rules, programme_id=town.programme, asks_confirmation=True)
    town.published_shift(town.person, note="后门\\集合，带 <b>水</b>")
    town.published_shift(town.person, programme=town.discreet_programme, hour=19)
    gone = town.published_shift(town.person, hour=21)
    town.do(call_off_shift, shift_id=gone, reason="停电")
    event(town, description="第一行\n第二行", contact="值班室")
    event(
        town,
        title="相亲会",
        team_id=town.matchmakers,
        starts_at=at(SATURDAY, time(18)),
        ends_at=at(SATURDAY, time(19)),
    )
    feeds = (
        (person_feed, {"person_id": town.person}, 5),
        (programme_feed, {"programme_id": town.discreet_programme}, 1),
        (public_feed, {}, 1),
        (family_feed, {"person_id": family.mother}, 1),
    )
    for operation, facts, number in feeds:
        entries = fed(town, operation, **facts)
        assert len(entries) == number
        for entry in entries:
            assert says_the_same(page_of(town, entry), entry), (operation, entry)
    for operation, facts in ((team_feed, {"team_id": town.team}), (site_feed, {"site_id": town.site})):
        for entry in fed(town, operation, **facts):
            page = page_of(town, entry)
            assert (page.title, page.starts_at) == (str(entry["SUMMARY"]), entry.start)


def test_whom_to_call_is_only_on_pages_of_promises_and_public_events(town) -> None:
    town.do(advise_programme, programme_id=town.programme, **ADVICE)
    town.published_shift(town.person)
    event(town, public=False, contact="李主任", contact_phone="13800007777")
    mine, seat = fed(town, person_feed, person_id=town.person)
    assert "13800009999" in page_of(town, mine).description
    assert "13800007777" in page_of(town, seat).description
    for entry in fed(town, programme_feed, programme_id=town.programme):
        assert page_of(town, entry).description == "请携带：手套"


def test_a_session_has_a_page_of_its_own_that_says_programme_and_site(town) -> None:
    family = Family(town)
    town.do(advise_programme, programme_id=family.school, **ADVICE)
    shift = family.session()
    second = family.session(hour=18)
    family.session(day=date(2026, 12, 4), hour=20)
    entry, _ = family.sees()
    page = page_of(town, entry)
    assert (page.title, page.place, page.description) == ("五点学堂", "凤翔社区活动室，凤翔路 1 号", "")
    assert (page.starts_at, page.ends_at) == (at(THURSDAY, time(17)), at(THURSDAY, time(19)))
    for off in (shift, second):
        town.do(call_off_shift, shift_id=off, reason="停课")
    assert page_of(town, entry).title == "【已取消】五点学堂"
    assert says_the_same(page_of(town, entry), family.sees()[0])


def test_only_the_first_shift_of_a_session_leads_to_it(town) -> None:
    family = Family(town)
    for hour in (17, 18):
        family.session(hour=hour)
    first, second = (str(entry["UID"]) for entry in fed(town, programme_feed, programme_id=family.school))
    [session] = family.sees()
    assert session["UID"] == turned(first)
    with pytest.raises(EntryUnknown):
        page_of(town, turned(second))


def turned(uid: str) -> str:
    """The UID of the session whose first shift has this one."""
    return f"{uid[:24]}{int(uid[24:], 16) ^ 0xFFFF_FFFF_FFFF:012x}"


def uids_in(town, table: str) -> list[str]:
    with town.office.engine.connect() as connection:
        return [str(uid) for uid in connection.exec_driver_sql(f"SELECT uid FROM {table}").scalars()]


def test_what_no_calendar_shows_has_no_page(town) -> None:
    family = Family(town)
    town.shift(programme=family.school)
    plain = town.shift()
    town.do(assign, shift_id=plain, person_id=town.person)
    uids = [*uids_in(town, "shifts"), *uids_in(town, "commitments")]
    assert len(uids) == 3
    for uid in (*uids, *map(turned, uids)):
        with pytest.raises(EntryUnknown):
            page_of(town, uid)
    town.publish()
    [of_shift] = fed(town, programme_feed, programme_id=town.programme)
    with pytest.raises(EntryUnknown):
        page_of(town, turned(str(of_shift["UID"])))  # nobody's child comes to it
    for uid in (str(uuid4()), "", "x", "1", "\ud800", "' OR 1=1 --", "x" * 10_000, f" {uuid4()}", "１" * 36):
        with pytest.raises(EntryUnknown) as refusal:
            page_of(town, uid)
        assert refusal.value.facts == {}


def test_a_draft_event_has_no_page(town) -> None:
    times = {"starts_at": at(SATURDAY, time(15)), "ends_at": at(SATURDAY, time(16))}
    draft = town.do(create_event, title="还在准备", site_id=town.site, **times).id
    [uid] = uids_in(town, "events")
    with pytest.raises(EntryUnknown):
        page_of(town, uid)
    town.do(publish_event, event_id=draft)
    assert page_of(town, uid).title == "还在准备"
    town.do(call_off_event, event_id=draft)
    assert page_of(town, uid).title == "【已取消】还在准备"


def test_an_event_that_is_not_for_everybody_has_no_page_and_calendars_name_none(town, reached) -> None:
    for_all, for_some = event(town), event(town, **EVENING)
    town.do(change_event, event_id=for_some, for_team_id=town.team)
    operations = (partial(team_feed, team_id=town.team), partial(site_feed, site_id=town.site))
    with reached.read(by=SCRIPT, now=town.now) as work:
        found = [Calendar.from_ical(operation(work).body).events for operation in operations]
    for open_one, limited in found:
        assert page_of(town, open_one).title == str(open_one["SUMMARY"])
        assert "URL" in open_one
        with pytest.raises(EntryUnknown):
            page_of(town, limited)
        assert "URL" not in limited
    _, promise = fed(town, person_feed, person_id=town.person)
    assert says_the_same(page_of(town, promise), promise)  # who has a seat has a page
    town.do(change_event, event_id=for_some, for_team_id=None)
    assert page_of(town, found[0][1])
    _, opened = fed(town, team_feed, team_id=town.team)
    assert opened["SEQUENCE"] == found[0][1]["SEQUENCE"] + 1  # calendars that are kept are made anew
    assert for_all != for_some


def test_a_page_lasts_as_long_as_a_calendar_can_show_the_entry(town) -> None:
    kept, gone = town.published_shift(town.person), town.published_shift(town.person, hour=19)
    town.do(release, shift_id=gone, person_id=town.person)
    assert kept != gone
    family = Family(town)
    family.session()
    stands, cancelled = fed(town, person_feed, person_id=town.person)
    [session] = family.sees()
    year, fortnight = THURSDAY + timedelta(days=366), THURSDAY + timedelta(days=14)
    for entry, last in ((stands, year), (cancelled, fortnight), (session, year)):
        assert page_of(town, entry, now=at(last, time(23)))
        with pytest.raises(EntryUnknown):
            page_of(town, entry, now=at(last + timedelta(days=1), time(0)))


def test_with_its_person_a_promise_leaves(town) -> None:
    town.published_shift(town.person)
    [entry] = town.own()
    town.do(leave_office, person_id=town.person, on=civil_date(MONDAY) + timedelta(days=1))
    assert page_of(town, entry, now=MONDAY)
    with pytest.raises(EntryUnknown):
        page_of(town, entry, now=MONDAY + timedelta(days=1))


@pytest.fixture
def reached(town) -> Iterator[Database]:
    """The office as a process opens it that knows where people reach it."""
    opened = open_office(
        town.office.url.render_as_string(hide_password=False), base_url="https://example.cn/street/"
    )
    yield opened
    opened.dispose()


def test_entries_name_their_page_where_the_office_has_an_address(town, reached) -> None:
    town.published_shift(town.person)
    plain = town.see(person_feed, person_id=town.person).body
    assert b"URL" not in plain
    promise = town.see(agenda, person_id=town.person, first=THURSDAY, last=THURSDAY).items[0].commitment_id
    with reached.read(by=SCRIPT, now=town.now) as work:
        [entry] = Calendar.from_ical(person_feed(work, person_id=town.person).body).events
        [invited] = Calendar.from_ical(invitation(work, commitment_id=promise).body).events
    assert str(entry["URL"]) == f"https://example.cn/street/calendars/entries/{entry['UID']}"
    assert invited["URL"] == entry["URL"]
    assert town.see(person_feed, person_id=town.person).body == plain


def test_a_discreet_calendar_does_not_lead_to_what_it_hides(town, reached) -> None:
    """An open programme's shift at which somebody serves for a discreet team has a page that names it."""
    served = town.shift()
    town.do(assign, shift_id=served, person_id=town.person, team_id=town.matchmakers)
    town.publish()
    with reached.read(by=SCRIPT, now=town.now) as work:
        [hidden] = Calendar.from_ical(team_feed(work, team_id=town.matchmakers).body).events
        [named] = Calendar.from_ical(programme_feed(work, programme_id=town.programme).body).events
        [own] = Calendar.from_ical(person_feed(work, person_id=town.person).body).events
    assert (hidden["SUMMARY"], named["SUMMARY"], own["SUMMARY"]) == ("志愿服务", "每周两小时", "志愿服务")
    assert "URL" not in hidden
    for entry in (named, own):
        assert "URL" in entry
        assert page_of(town, entry).title == entry["SUMMARY"]


def test_what_has_no_page_names_none(town, reached) -> None:
    secret = Family(town).subscribe().secret  # nothing is planned yet
    with reached.read(by=ANYBODY, now=town.now) as work:
        for found in (feed(work, secret=secret), office_days_feed(work)):
            assert b"BEGIN:VEVENT" in found.body
            assert b"URL" not in found.body
