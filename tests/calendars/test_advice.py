"""What to bring and whom to call: in which calendar it stands, and in which it never does."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from icalendar import Calendar

from volunteer_core.audit import entries as audit_entries
from volunteer_core.calendars.agenda import agenda
from volunteer_core.calendars.feeds import (
    event_feed,
    feed,
    person_feed,
    programme_feed,
    public_feed,
    site_feed,
    team_feed,
)
from volunteer_core.calendars.invitations import invitation
from volunteer_core.calendars.models import FeedKind
from volunteer_core.calendars.options import Language, Options
from volunteer_core.calendars.subscriptions import subscribe
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.events.listing import read_event
from volunteer_core.events.planning import change_event, create_event, publish_event
from volunteer_core.events.positions import add_position
from volunteer_core.events.signups import sign_up
from volunteer_core.permissions import Actor
from volunteer_core.rosters.assigning import assign
from volunteer_core.teams.programmes import advise_programme, list_programmes, set_up_programme
from volunteer_core.timespans import at
from volunteer_core.workdays.daybook import DayRule

SATURDAY = date(2026, 12, 5)
ANYBODY = Actor.anonymous()
GLOVES = {"bring": "手套，水杯", "contact": "张老师", "contact_phone": "0898-6581 2345"}
TOLD = "请携带：手套，水杯\n联系人：张老师 0898-65812345"


def described(found) -> list[str]:
    return [str(entry.get("DESCRIPTION", "")) for entry in Calendar.from_ical(found.body).events]


def own(town) -> list[str]:
    return described(town.see(person_feed, person_id=town.person))


def event_with_seat(town, **facts) -> int:
    """A published event at which the person has a seat."""
    known = {"title": "清洁日", "site_id": town.site, "team_id": town.team, "programme_id": town.programme}
    times = {"starts_at": at(SATURDAY, time(15)), "ends_at": at(SATURDAY, time(16))}
    event: int = town.do(create_event, **(known | times | facts)).id
    seats = town.do(add_position, event_id=event, name="听众", capacity=9, earns_hours=False).id
    town.do(publish_event, event_id=event)
    town.do(sign_up, position_id=seats, person_id=town.person)
    return event


def test_who_serves_reads_what_to_bring_and_whom_to_call(town) -> None:
    town.do(advise_programme, programme_id=town.programme, **GLOVES)
    town.published_shift(town.person, note="后门集合")
    assert own(town) == [f"后门集合\n{TOLD}"]
    [item] = town.see(agenda, person_id=town.person, first=date(2026, 12, 3), last=date(2026, 12, 3)).items
    assert (item.bring, item.contact, item.contact_phone) == ("手套，水杯", "张老师", "089865812345")
    made = town.see(invitation, commitment_id=item.commitment_id)
    assert described(made) == [f"后门集合\n{TOLD}"]


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({}, ""),
        ({"bring": "伞"}, "请携带：伞"),
        ({"contact": "值班室"}, "联系人：值班室"),
        ({"contact_phone": "13800009999"}, "联系人：13800009999"),
        ({"contact_phone": "(021) 65812345"}, "联系人：021-65812345"),
    ],
)
def test_only_what_was_said_has_a_line(town, facts: dict[str, str], told: str) -> None:
    town.do(advise_programme, programme_id=town.programme, **facts)
    town.published_shift(town.person)
    assert own(town) == [told]


def test_our_words_before_it_are_in_the_language_of_the_address(town) -> None:
    town.do(advise_programme, programme_id=town.programme, **GLOVES)
    town.published_shift(town.person)
    english = Options(language=Language.ENGLISH)
    facts = {"kind": FeedKind.PERSON, "subject_id": town.person, "label": "x", "options": english}
    secret = town.do(subscribe, **facts).secret
    assert described(town.see(feed, secret=secret)) == [
        "Please bring: 手套，水杯\nContact: 张老师 0898-65812345"
    ]


def test_calendars_of_several_say_what_to_bring_and_never_whom_to_call(town) -> None:
    town.do(advise_programme, programme_id=town.programme, **GLOVES)
    town.published_shift(town.person)
    event_with_seat(town, contact="李主任", contact_phone="13800007777")
    for operation, facts in (
        (team_feed, {"team_id": town.team}),
        (programme_feed, {"programme_id": town.programme}),
        (site_feed, {"site_id": town.site}),
    ):
        found = town.see(operation, **facts)
        assert described(found) == ["请携带：手套，水杯"] * 2
        for private in ("张老师", "65812345", "李主任", "13800007777", "联系人"):
            assert private not in found.body.decode().replace("\r\n ", "")


def test_a_public_event_says_its_own_contact_and_never_its_programmes(town) -> None:
    town.do(advise_programme, programme_id=town.programme, **GLOVES)
    event = event_with_seat(town)
    for found in (town.see(public_feed, by=ANYBODY), town.see(event_feed, by=ANYBODY, event_id=event)):
        assert described(found) == ["请携带：手套，水杯"]
    assert own(town) == [TOLD]
    town.do(change_event, event_id=event, description="自由参加", bring="纸笔", contact_phone="0898-65810000")
    said = "自由参加\n请携带：纸笔\n联系人：0898-65810000"
    assert described(town.see(public_feed, by=ANYBODY)) == own(town) == [said]


def test_what_is_discreet_says_none_of_it(town) -> None:
    for programme in (town.programme, town.discreet_programme):
        town.do(advise_programme, programme_id=programme, **GLOVES)
    town.published_shift(town.person, programme=town.discreet_programme)
    served = town.shift(hour=19)
    town.do(assign, shift_id=served, person_id=town.person, team_id=town.matchmakers)
    town.publish()
    event_with_seat(town, team_id=town.matchmakers, contact="红娘")
    assert own(town) == [""] * 3
    assert described(town.see(team_feed, team_id=town.matchmakers)) == [""] * 3
    leader = Actor.person(town.other, teams=[town.team])
    [item] = town.see(agenda, by=leader, person_id=town.person, first=SATURDAY, last=SATURDAY).items
    assert (item.bring, item.contact, item.contact_phone) == ("", "", "")


def test_saying_something_else_is_a_revision(town) -> None:
    def shift_and_event() -> list[tuple[int, datetime]]:
        return [(entry["SEQUENCE"], entry["LAST-MODIFIED"].dt) for entry in town.own()]

    town.published_shift(town.person)
    event = event_with_seat(town)
    for field, value in GLOVES.items():
        before = shift_and_event()
        town.do(advise_programme, programme_id=town.programme, **{field: value})
        after = shift_and_event()
        assert all(
            new[0] == old[0] + 1 and new[1] == town.now for old, new in zip(before, after, strict=True)
        )
        town.do(change_event, event_id=event, **{field: value})
        changed = shift_and_event()
        assert changed[0] == after[0]
        assert changed[1][0] == after[1][0] + 1
    unchanged = shift_and_event()
    town.do(advise_programme, programme_id=town.programme, **GLOVES)
    town.do(change_event, event_id=event, **GLOVES)
    assert shift_and_event() == unchanged


def test_what_is_not_given_stays_and_an_empty_text_takes_it_away(town) -> None:
    new = town.do(set_up_programme, code="P9", name="巡逻", day_rule=DayRule.EVERY_DAY, **GLOVES)
    said = town.do(advise_programme, programme_id=new.id, bring="哨子")
    assert (said.bring, said.contact, said.contact_phone) == ("哨子", "张老师", "089865812345")
    said = town.do(advise_programme, programme_id=new.id, contact="", contact_phone="")
    assert (said.bring, said.contact, said.contact_phone) == ("哨子", "", "")
    event = event_with_seat(town, **GLOVES)
    town.do(change_event, event_id=event, contact="")
    detail = town.see(read_event, by=ANYBODY, event_id=event)
    assert (detail.bring, detail.contact, detail.contact_phone) == ("手套，水杯", "", "089865812345")


def test_a_programmes_contact_is_not_for_who_has_not_signed_in(town) -> None:
    town.do(advise_programme, programme_id=town.programme, **GLOVES)
    [stranger, member] = (
        town.see(list_programmes, by=by, team_id=town.team).items[0]
        for by in (ANYBODY, Actor.person(town.other))
    )
    assert (stranger.bring, stranger.contact, stranger.contact_phone) == ("手套，水杯", "", "")
    assert (member.contact, member.contact_phone) == ("张老师", "089865812345")


def test_the_teams_leaders_say_it_and_nobody_else(town) -> None:
    leader = Actor.person(town.other, teams=[town.team])
    assert town.do(advise_programme, by=leader, programme_id=town.programme, bring="伞").bring == "伞"
    for by in (ANYBODY, Actor.person(town.other), Actor.person(town.other, teams=[town.matchmakers])):
        with pytest.raises(NotAllowed):
            town.do(advise_programme, by=by, programme_id=town.programme, bring="x")
    with pytest.raises(NotFound):
        town.do(advise_programme, programme_id=999, bring="x")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("bring", "长" * 501),
        ("bring", "一行\n两行"),
        ("contact", "长" * 61),
        ("contact", "\u202e老师"),
        ("contact_phone", "12"),
        ("contact_phone", "张老师"),
    ],
)
def test_bad_advice_is_refused_and_changes_nothing(town, field: str, value: str) -> None:
    town.do(advise_programme, programme_id=town.programme, **GLOVES)
    event = event_with_seat(town)
    before = own(town)
    times = {"starts_at": at(SATURDAY, time(18)), "ends_at": at(SATURDAY, time(19))}
    for operation, facts in (
        (advise_programme, {"programme_id": town.programme}),
        (change_event, {"event_id": event}),
        (set_up_programme, {"code": "P9", "name": "巡逻", "day_rule": DayRule.EVERY_DAY}),
        (create_event, {"title": "x", "site_id": town.site, **times}),
    ):
        with pytest.raises(Malformed) as refusal:
            town.do(operation, **facts, **{field: value})
        assert refusal.value.facts["field"] == field
    assert own(town) == before


def test_the_log_names_the_contact_and_keeps_no_number(town) -> None:
    town.do(advise_programme, programme_id=town.programme, **GLOVES)
    [entry] = town.see(audit_entries, subject="programmes", subject_id=town.programme).items[:1]
    assert entry.changes["contact_phone"] is None
    assert "65812345" not in repr(entry.changes)
