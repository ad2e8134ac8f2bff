"""One promise as an .ics to attach: asked while it stands, cancelled after, always the feed's entry."""

from __future__ import annotations

from datetime import UTC, date, time

import pytest
from icalendar import Calendar

from volunteer_core.calendars.agenda import agenda
from volunteer_core.calendars.invitations import NeverPublished, invitation
from volunteer_core.errors import NotAllowed, NotFound
from volunteer_core.people.registry import correct
from volunteer_core.permissions import Actor
from volunteer_core.rosters.assigning import assign, release
from volunteer_core.rosters.confirming import confirm
from volunteer_core.rosters.rules import set_rules
from volunteer_core.rosters.shifts import change_shift
from volunteer_core.timespans import at

THURSDAY = date(2026, 12, 3)


def commitment(town) -> int:
    listed = town.see(agenda, person_id=town.person, first=THURSDAY, last=THURSDAY)
    return listed.items[0].commitment_id


def received(town, **facts) -> tuple[str, Calendar]:
    made = town.see(invitation, commitment_id=commitment(town), **facts)
    return made.method, Calendar.from_ical(made.body)


def test_it_asks_moves_and_cancels_as_one_entry_of_the_feed(town) -> None:
    shift = town.published_shift(town.person)
    told = []
    for change in (
        lambda: None,
        lambda: town.do(
            change_shift, shift_id=shift, starts_at=at(THURSDAY, time(16)), ends_at=at(THURSDAY, time(17))
        ),
        lambda: town.do(release, shift_id=shift, person_id=town.person),
        lambda: town.do(assign, shift_id=shift, person_id=town.person),
    ):
        change()
        method, calendar = received(town)
        [entry] = calendar.events
        [fed] = town.own()
        told.append((method, str(calendar["METHOD"]), str(entry["STATUS"])))
        for same in ("UID", "SEQUENCE", "SUMMARY", "DTSTART", "DTEND", "LAST-MODIFIED", "LOCATION"):
            assert entry[same].to_ical() == fed[same].to_ical(), same
        assert entry["DTSTAMP"].dt == town.now.replace(tzinfo=UTC, microsecond=0)
    asked, cancelled = ("REQUEST", "REQUEST", "CONFIRMED"), ("CANCEL", "CANCEL", "CANCELLED")
    assert told == [asked, asked, cancelled, asked]


def test_who_asks_whom_is_named_without_telling_names_or_phones(town) -> None:
    town.do(correct, person_id=town.person, name='林";:晓')
    town.published_shift(town.person)
    [entry] = received(town)[1].events
    assert str(entry["ORGANIZER"]).startswith("urn:uuid:")
    assert str(entry["ATTENDEE"]).startswith("urn:uuid:")
    assert entry["ATTENDEE"].params["CN"] == "林*"
    assert entry["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"
    assert "13800001111" not in entry.to_ical().decode()


def test_two_invitations_do_not_show_that_they_are_of_one_person(town) -> None:
    for hour in (17, 19):
        town.published_shift(town.person, hour=hour)
    listed = town.see(agenda, person_id=town.person, first=THURSDAY, last=THURSDAY).items
    asked = [town.see(invitation, commitment_id=item.commitment_id).body for item in listed]
    again = town.see(invitation, commitment_id=listed[0].commitment_id).body
    one, other, same = (Calendar.from_ical(body).events[0]["ATTENDEE"] for body in (*asked, again))
    assert one == same != other


def test_who_is_asked_to_confirm_has_not_answered_until_they_have(town) -> None:
    town.do(set_rules, programme_id=town.programme, asks_confirmation=True)
    shift = town.published_shift(town.person)
    assert received(town)[1].events[0]["ATTENDEE"].params["PARTSTAT"] == "NEEDS-ACTION"
    town.do(confirm, shift_id=shift, person_id=town.person)
    assert received(town)[1].events[0]["ATTENDEE"].params["PARTSTAT"] == "ACCEPTED"


def test_a_cancellation_can_be_had_however_long_ago_it_was(town) -> None:
    shift = town.published_shift(town.person)
    town.do(release, shift_id=shift, person_id=town.person)
    assert [entry["SUMMARY"] for entry in town.own(now=at(date(2027, 12, 1), time(8)))] == ["暂无安排"]
    assert received(town, now=at(date(2027, 12, 1), time(8)))[0] == "CANCEL"


def test_drafts_and_other_peoples_promises_are_refused(town) -> None:
    shift = town.shift()
    town.do(assign, shift_id=shift, person_id=town.person)
    with pytest.raises(NeverPublished):
        received(town)
    town.publish()
    assert received(town, by=Actor.person(town.person))[0] == "REQUEST"
    with pytest.raises(NotAllowed):
        received(town, by=Actor.person(town.other))
    with pytest.raises(NotFound):
        town.see(invitation, commitment_id=999)
