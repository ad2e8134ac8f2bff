"""Events for the people of one community, team or grid: who sees them, and whom they are for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.events.lecture import BORN, NOW, SATURDAY, TODAY, Lecture, clock
from volunteer_core.calendars.feeds import community_feed, event_feed, public_feed
from volunteer_core.errors import NotFound
from volunteer_core.events.invited import ForWhomInvalid, NotForYou, uninvited
from volunteer_core.events.listing import list_events, read_event
from volunteer_core.events.models import Event
from volunteer_core.events.planning import change_event, create_event, publish_event
from volunteer_core.events.positions import add_position
from volunteer_core.events.views import EventView
from volunteer_core.people.registry import register
from volunteer_core.people.vouching import link_guardian
from volunteer_core.permissions import Actor
from volunteer_core.places.directory import add_grid
from volunteer_core.teams.membership import join, quit_team

HOMES = ("for_community_id", "for_team_id", "for_grid_id")


def create(lecture: Lecture, **changes: Any) -> EventView:
    given = {"title": "聚会", "site_id": lecture.site, "starts_at": clock(9), "ends_at": clock(10)}
    with lecture.write() as work:
        return create_event(work, **(given | {"team_id": lecture.team} | changes))


def change(lecture: Lecture, event_id: int, **changes: Any) -> EventView:
    with lecture.write() as work:
        return change_event(work, event_id=event_id, **changes)


def published(lecture: Lecture, **changes: Any) -> int:
    event = create(lecture, **changes).id
    with lecture.write() as work:
        publish_event(work, event_id=event)
    return event


def sees(lecture: Lecture, actor: Actor, event: int) -> bool:
    """Whether the actor's list shows the event; reading it says the same."""
    with lecture.read(actor) as work:
        listed = event in [one.id for one in list_events(work).items]
        if listed:
            assert read_event(work, event_id=event).id == event
        else:
            with pytest.raises(NotFound):
                read_event(work, event_id=event)
    return listed


def resident(lecture: Lecture, **facts: Any) -> int:
    with lecture.write() as work:
        return register(work, name="符海燕", birth_date=BORN, **facts).id


def grid(lecture: Lecture) -> int:
    with lecture.write() as work:
        return add_grid(work, community_id=lecture.community, code="G1", name="第一网格").id


def home(lecture: Lecture, kind: str) -> tuple[dict[str, int], int]:
    """For whom an event is, and somebody who is of them."""
    if kind == "for_community_id":
        return {kind: lecture.community}, resident(lecture, community_id=lecture.community)
    if kind == "for_grid_id":
        own = grid(lecture)
        return {kind: own}, resident(lecture, community_id=lecture.community, grid_id=own)
    return {kind: lecture.other_team}, lecture.newcomer(team=lecture.other_team)


@pytest.mark.parametrize("kind", HOMES)
def test_it_is_seen_by_its_people_their_guardians_and_who_organises_it(lecture: Lecture, kind: str) -> None:
    whom, member = home(lecture, kind)
    event = published(lecture, **whom)
    guardian = lecture.people[0]
    with lecture.write() as work:
        link_guardian(work, ward_id=member, guardian_id=guardian, relation="母亲", valid_from=TODAY)
    stranger = resident(lecture, community_id=lecture.other_community)
    elsewhere = Actor.person(stranger, communities=[lecture.other_community])
    for actor in (
        Actor.person(member),
        Actor.person(guardian),
        lecture.leader,
        lecture.coordinator,
        Actor.person(lecture.people[1], officer=True),
    ):
        assert sees(lecture, actor, event)
    for actor in (Actor.anonymous(), Actor.person(stranger), Actor.person(lecture.people[1]), elsewhere):
        assert not sees(lecture, actor, event)


def test_a_draft_is_not_seen_by_those_it_is_for(lecture: Lecture) -> None:
    whom, member = home(lecture, "for_team_id")
    assert not sees(lecture, Actor.person(member), create(lecture, **whom).id)


def test_a_guardianship_that_is_over_shows_nothing(lecture: Lecture) -> None:
    whom, member = home(lecture, "for_team_id")
    event, guardian = published(lecture, **whom), lecture.people[0]
    yesterday = TODAY - timedelta(days=1)
    with lecture.write() as work:
        link_guardian(
            work,
            ward_id=member,
            guardian_id=guardian,
            relation="母亲",
            valid_from=date(2026, 1, 1),
            valid_to=yesterday,
        )
    assert not sees(lecture, Actor.person(guardian), event)


@pytest.mark.parametrize(
    ("joined", "left", "invited"),
    [
        (SATURDAY, None, True),
        (SATURDAY + timedelta(days=1), None, False),
        (TODAY, SATURDAY, False),  # the day of leaving is the first on which one is no member
        (TODAY, SATURDAY + timedelta(days=1), True),
        (date.min, date.max, True),
        (date.min, date.min, False),
        (date.max, None, False),
    ],
)
def test_a_team_is_who_belongs_to_it_on_the_day_of_the_event(
    lecture: Lecture, joined: date, left: date | None, invited: bool
) -> None:
    person = lecture.newcomer()
    with lecture.write() as work:
        join(work, team_id=lecture.other_team, person_id=person, on=joined)
        if left is not None:
            quit_team(work, team_id=lecture.other_team, person_id=person, on=left)
    event = published(lecture, for_team_id=lecture.other_team)
    assert sees(lecture, Actor.person(person), event) is invited
    with lecture.read() as work:
        refused = uninvited(work, work.find(Event, event), [person], SATURDAY)
    assert (person not in refused) is invited


@pytest.mark.parametrize("kind", HOMES)
def test_whom_it_is_not_for_is_named(lecture: Lecture, kind: str) -> None:
    whom, member = home(lecture, kind)
    event, stranger = published(lecture, **whom), lecture.people[0]
    with lecture.read() as work:
        refused = uninvited(work, work.find(Event, event), [member, stranger], SATURDAY)
        assert uninvited(work, work.find(Event, lecture.event), [member, stranger], SATURDAY) == {}
    assert refused.keys() == {stranger}
    assert isinstance(refused[stranger], NotForYou)
    assert refused[stranger].code == "not_invited"


def test_it_is_not_public_and_nothing_else_is_said_of_the_others(lecture: Lecture) -> None:
    assert create(lecture).public
    event = create(lecture, for_team_id=lecture.team)
    assert (event.public, event.for_team_id) == (False, lecture.team)
    for given in (
        {"for_team_id": lecture.team, "public": True},
        {"for_team_id": lecture.team, "for_community_id": lecture.community},
        {"for_grid_id": grid(lecture), "for_community_id": lecture.community},
    ):
        with pytest.raises(ForWhomInvalid):
            create(lecture, **given)
        with pytest.raises(ForWhomInvalid):
            change(lecture, lecture.event, **given)
    for kind in HOMES:
        with pytest.raises(NotFound):
            create(lecture, **{kind: 999})
        with pytest.raises(NotFound):
            change(lecture, lecture.event, **{kind: 999})


def test_for_whom_it_is_can_change_and_open_again(lecture: Lecture) -> None:
    event = change(lecture, lecture.event, for_team_id=lecture.team)
    assert (event.public, event.for_team_id) == (False, lecture.team)
    event = change(lecture, lecture.event, for_community_id=lecture.community)
    assert (event.for_team_id, event.for_community_id) == (None, lecture.community)
    event = change(lecture, lecture.event, title="讲座", public=False)
    assert event.for_community_id == lecture.community
    with pytest.raises(ForWhomInvalid):
        change(lecture, lecture.event, public=True)
    event = change(lecture, lecture.event, for_community_id=None)
    assert (event.public, event.for_community_id) == (False, None)
    change(lecture, lecture.event, for_team_id=lecture.team)
    assert change(lecture, lecture.event, for_team_id=None, public=True).public


def test_who_has_signed_up_already_still_sees_it(lecture: Lecture) -> None:
    seated, cancelled, guardian = lecture.people[:3]
    lecture.sign_up(seated)
    lecture.cancel(lecture.sign_up(cancelled))
    with lecture.write() as work:
        link_guardian(work, ward_id=seated, guardian_id=guardian, relation="母亲", valid_from=TODAY)
    change(lecture, lecture.event, for_team_id=lecture.other_team)
    assert sees(lecture, Actor.person(seated), lecture.event)
    assert sees(lecture, Actor.person(guardian), lecture.event)
    assert not sees(lecture, Actor.person(cancelled), lecture.event)


def test_no_public_calendar_shows_it(lecture: Lecture) -> None:
    event = published(lecture, for_community_id=lecture.community)
    with lecture.write() as work:
        add_position(work, event_id=event, name="听众", capacity=1, earns_hours=False)
    anybody = Actor.anonymous()

    def shown() -> list[int]:
        with lecture.read(anybody, NOW) as work:
            feeds = (public_feed(work), community_feed(work, community_id=lecture.community))
            return [feed.body.count(b"BEGIN:VEVENT") for feed in feeds]

    assert shown() == [1, 1]  # the lecture
    with pytest.raises(NotFound), lecture.read(anybody) as work:
        event_feed(work, event_id=event)
    change(lecture, lecture.event, for_team_id=lecture.team)
    assert shown() == [0, 0]
    change(lecture, event, for_community_id=None, public=True)
    assert shown() == [1, 1]
