"""What stands in whose calendar: people, teams, programmes, the public; and what never does."""

from __future__ import annotations

from datetime import date, time

import pytest
from icalendar import Calendar, Event

from volunteer_core.calendars.feeds import (
    community_feed,
    event_feed,
    person_feed,
    programme_feed,
    public_feed,
    team_feed,
)
from volunteer_core.errors import NotAllowed, NotFound
from volunteer_core.events.changing_positions import change_position
from volunteer_core.events.planning import call_off_event, change_event, create_event, publish_event
from volunteer_core.events.positions import add_position
from volunteer_core.events.signups import cancel, sign_up
from volunteer_core.permissions import Actor
from volunteer_core.places.directory import add_community, add_site, correct_site
from volunteer_core.rosters.assigning import assign, release
from volunteer_core.rosters.calling_off import call_off_shift
from volunteer_core.teams.membership import change_team
from volunteer_core.teams.programmes import rename_programme
from volunteer_core.timespans import at

SATURDAY = date(2026, 12, 5)
ANYBODY = Actor.anonymous()


def read(found) -> list[Event]:
    return list(Calendar.from_ical(found.body).events)


def titles(found) -> list[str]:
    return [str(entry["SUMMARY"]) for entry in read(found)]


def public(town) -> list[Event]:
    return read(town.see(public_feed, by=ANYBODY))


@pytest.fixture
def lecture(town) -> int:
    """A published public event with an audience and ushers."""
    return published_event(town, title="消防安全讲座", team_id=town.team)


def published_event(town, **facts) -> int:
    event = draft_event(town, **facts)
    town.do(publish_event, event_id=event)
    return event


def draft_event(town, **facts) -> int:
    return town.do(
        create_event,
        starts_at=at(SATURDAY, time(15)),
        ends_at=at(SATURDAY, time(16)),
        **({"site_id": town.site, "description": "请带小板凳。\n可以带孩子。"} | facts),
    ).id


def test_the_public_calendar_shows_public_events_once_published(town) -> None:
    draft_event(town, title="还在准备")
    published_event(town, title="队内会议", public=False)
    assert public(town) == []
    lecture = published_event(town, title="消防安全讲座")
    [entry] = public(town)
    assert entry["SUMMARY"] == "消防安全讲座"
    assert entry["LOCATION"] == "凤翔社区活动室，凤翔路 1 号"
    assert entry["DESCRIPTION"] == "请带小板凳。\n可以带孩子。"
    assert (entry["STATUS"], entry["TRANSP"]) == ("CONFIRMED", "TRANSPARENT")

    town.do(change_event, event_id=lecture, title="消防安全知识讲座")
    [renamed] = public(town)
    town.do(call_off_event, event_id=lecture)
    [off] = public(town)
    assert (off["SUMMARY"], off["STATUS"]) == ("【已取消】消防安全知识讲座", "CANCELLED")
    assert entry["UID"] == renamed["UID"] == off["UID"]
    assert entry["SEQUENCE"] < renamed["SEQUENCE"] < off["SEQUENCE"]
    assert entry["LAST-MODIFIED"].dt < renamed["LAST-MODIFIED"].dt < off["LAST-MODIFIED"].dt


def test_where_an_event_is_and_what_it_belongs_to_are_revisions_too(town) -> None:
    published_event(town, title="清洁日", programme_id=town.programme)
    for operation, facts in (
        (correct_site, {"site_id": town.site, "name": "社区广场"}),
        (rename_programme, {"programme_id": town.programme, "name": "文明美家园"}),
    ):
        [before] = public(town)
        town.do(operation, **facts)
        [after] = public(town)
        assert after["SEQUENCE"] == before["SEQUENCE"] + 1
        assert after["LAST-MODIFIED"].dt == town.now
    assert after["LOCATION"] == "社区广场，凤翔路 1 号"
    assert after["CATEGORIES"].cats == ["文明美家园"]


def test_a_seat_at_an_event_is_in_ones_calendar_with_the_position(town, lecture) -> None:
    ushers = town.do(
        add_position,
        event_id=lecture,
        name="引导员",
        capacity=1,
        earns_hours=True,
        starts_at=at(SATURDAY, time(14, 30)),
        ends_at=at(SATURDAY, time(16)),
    ).id
    first = town.do(sign_up, position_id=ushers, person_id=town.other)
    town.do(sign_up, position_id=ushers, person_id=town.person)
    assert town.own() == []  # waiting is no promise
    town.do(cancel, signup_id=first.id)
    [entry] = town.own()
    assert entry["SUMMARY"] == "消防安全讲座（引导员）"
    assert entry.start == at(SATURDAY, time(14, 30))
    assert entry["UID"] != public(town)[0]["UID"]

    town.do(change_event, event_id=lecture, starts_at=at(SATURDAY, time(16)), ends_at=at(SATURDAY, time(17)))
    [moved] = town.own()
    assert moved.start == at(SATURDAY, time(15, 30))
    town.do(change_event, event_id=lecture, title="讲座")
    [renamed] = town.own()
    town.do(change_position, position_id=ushers, name="向导")
    [guide] = town.own()
    assert (guide["SUMMARY"], guide["SEQUENCE"]) == ("讲座（向导）", renamed["SEQUENCE"] + 1)
    town.do(call_off_event, event_id=lecture)
    [off] = town.own()
    assert (off["STATUS"], off["SUMMARY"]) == ("CANCELLED", "【已取消】讲座（向导）")
    assert entry["SEQUENCE"] < moved["SEQUENCE"] < renamed["SEQUENCE"] < guide["SEQUENCE"] < off["SEQUENCE"]


def test_a_teams_calendar_shows_where_its_people_serve_and_its_events(town, lecture) -> None:
    shift = town.published_shift(town.person, town.other)
    elsewhere = town.shift(hour=19)
    town.do(assign, shift_id=elsewhere, person_id=town.person, team_id=town.matchmakers)
    town.publish()
    assert titles(town.see(team_feed, team_id=town.team)) == ["每周两小时", "消防安全讲座"]

    told = [read(town.see(team_feed, team_id=town.team))[0]]
    for operation, person, status in (
        (release, town.person, "CONFIRMED"),
        (release, town.other, "CANCELLED"),
        (assign, town.person, "CONFIRMED"),
    ):
        town.do(operation, shift_id=shift, person_id=person)
        told.append(read(town.see(team_feed, team_id=town.team))[0])
        assert told[-1]["STATUS"] == status
        assert told[-1]["UID"] == told[0]["UID"]
        assert told[-1]["SEQUENCE"] > told[-2]["SEQUENCE"]
        assert told[-1]["LAST-MODIFIED"].dt > told[-2]["LAST-MODIFIED"].dt


def test_a_programmes_calendar_shows_its_shifts_and_nobody_on_them(town) -> None:
    shift = town.shift()
    published = town.see(programme_feed, programme_id=town.programme)
    assert read(published) == []
    town.do(assign, shift_id=shift, person_id=town.person)
    town.publish()
    one = town.see(programme_feed, programme_id=town.programme)
    assert titles(one) == ["每周两小时"]
    assert "林晓" not in one.body.decode()
    town.do(release, shift_id=shift, person_id=town.person)
    assert town.see(programme_feed, programme_id=town.programme) == one
    town.do(call_off_shift, shift_id=shift, reason="台风")
    assert titles(town.see(programme_feed, programme_id=town.programme)) == ["【已取消】每周两小时"]


def test_what_is_discreet_shows_neither_what_nor_where_in_any_calendar(town) -> None:
    town.published_shift(town.person, programme=town.discreet_programme, note="和张先生见面")
    published_event(town, title="相亲会", team_id=town.matchmakers)
    assert public(town) == []
    feeds = [
        town.see(person_feed, person_id=town.person),
        town.see(team_feed, team_id=town.matchmakers),
        town.see(programme_feed, programme_id=town.discreet_programme),
    ]
    for found in feeds:
        assert set(titles(found)) == {"志愿服务"}
        for told in (
            "相亲",
            "红娘",
            "张先生",
            "活动室",
            "凤翔路",
            "GEO",
            "LOCATION",
            "DESCRIPTION",
            "CATEGORIES",
        ):
            assert told not in found.body.decode()


def test_serving_for_a_discreet_team_is_discreet_elsewhere_too(town) -> None:
    shift = town.shift()
    town.do(assign, shift_id=shift, person_id=town.person, team_id=town.matchmakers)
    town.publish()
    assert titles(town.see(person_feed, person_id=town.person)) == ["志愿服务"]
    assert titles(town.see(team_feed, team_id=town.matchmakers)) == ["志愿服务"]
    assert titles(town.see(programme_feed, programme_id=town.programme)) == ["每周两小时"]


def test_serving_at_what_a_discreet_team_runs_is_discreet_for_others_too(town) -> None:
    town.published_shift(town.other, programme=town.discreet_programme)
    [entry] = town.own(person=town.other)
    assert entry["SUMMARY"] == "志愿服务"
    assert titles(town.see(team_feed, team_id=town.team)) == ["志愿服务"]


def test_becoming_discreet_is_a_revision(town) -> None:
    town.published_shift(town.person)
    shift = town.shift(programme=town.discreet_programme)
    town.do(assign, shift_id=shift, person_id=town.other)  # serves for the other team
    town.publish(town.discreet_programme)
    for person in (town.person, town.other):
        [before] = town.own(person=person)
        town.do(change_team, team_id=town.team, discreet=True)
        [after] = town.own(person=person)
        town.do(change_team, team_id=town.team, discreet=False)
        assert after["SUMMARY"] == "志愿服务"
        assert after["SEQUENCE"] > before["SEQUENCE"]
        assert after["LAST-MODIFIED"].dt > before["LAST-MODIFIED"].dt
    [open_to_all] = read(town.see(programme_feed, programme_id=town.programme))
    town.do(change_team, team_id=town.team, discreet=True)
    [hidden] = read(town.see(programme_feed, programme_id=town.programme))
    assert (open_to_all["SUMMARY"], hidden["SUMMARY"]) == ("每周两小时", "志愿服务")
    assert hidden["SEQUENCE"] > open_to_all["SEQUENCE"]


def test_scripts_need_the_same_rights_as_people(town) -> None:
    stranger = Actor.person(town.other)
    for operation, facts in (
        (person_feed, {"person_id": town.person}),
        (team_feed, {"team_id": town.team}),
        (programme_feed, {"programme_id": town.programme}),
    ):
        with pytest.raises(NotAllowed):
            town.see(operation, by=stranger, **facts)
        with pytest.raises(NotFound):
            town.see(operation, **dict.fromkeys(facts, 999))


def test_a_community_and_a_single_event_have_calendars_for_everybody(town) -> None:
    other = town.do(add_community, code="C2", name="三峰社区").id
    far = town.do(add_site, community_id=other, code="S2", name="三峰广场").id
    here = published_event(town, title="消防安全讲座")
    there = published_event(town, title="清洁日", site_id=far)
    inside = published_event(town, title="队内会议", public=False)
    discreet = published_event(town, title="相亲会", team_id=town.matchmakers)
    draft = draft_event(town, title="还在准备")
    for community, title in ((town.community, "消防安全讲座"), (other, "清洁日")):
        found = town.see(community_feed, by=ANYBODY, community_id=community)
        assert titles(found) == [title]
    assert "X-WR-CALNAME:三峰社区活动" in found.body.decode()
    [alone] = read(town.see(event_feed, by=ANYBODY, event_id=here))
    assert alone == public(town)[[str(entry["UID"]) for entry in public(town)].index(alone["UID"])]
    town.do(call_off_event, event_id=there)
    assert titles(town.see(event_feed, by=ANYBODY, event_id=there)) == ["【已取消】清洁日"]
    for hidden in (inside, discreet, draft, 999):
        with pytest.raises(NotFound):
            town.see(event_feed, by=ANYBODY, event_id=hidden)
    with pytest.raises(NotFound):
        town.see(community_feed, by=ANYBODY, community_id=999)
