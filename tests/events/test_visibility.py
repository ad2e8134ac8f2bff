"""Who sees which events, and who sees who signed up."""

from __future__ import annotations

from datetime import date

import pytest

from tests.events.lecture import SATURDAY, TODAY, Lecture, clock
from volunteer_core.database import Paging
from volunteer_core.errors import NotAllowed, NotFound
from volunteer_core.events.listing import list_events, list_signups, my_signups, read_event
from volunteer_core.events.models import Event, EventStatus, SignupStatus
from volunteer_core.events.planning import change_event, create_event, publish_event
from volunteer_core.people.models import Person
from volunteer_core.people.vouching import link_guardian
from volunteer_core.permissions import Actor
from volunteer_core.teams.membership import join
from volunteer_core.teams.models import Programme, Team
from volunteer_core.workdays.daybook import DayRule


def seen(lecture: Lecture, actor: Actor) -> set[int]:
    """The events in the actor's list; reading one shows the same."""
    with lecture.read(actor) as work:
        listed = {event.id for event in list_events(work).items}
        for event_id in range(1, 4):
            if event_id in listed:
                read_event(work, event_id=event_id)
            else:
                with pytest.raises(NotFound):
                    read_event(work, event_id=event_id)
    return listed


def test_drafts_are_for_organisers_and_what_is_not_public_for_the_signed_in(lecture: Lecture) -> None:
    with lecture.write() as work:
        draft, internal = (
            create_event(
                work,
                title=title,
                site_id=lecture.site,
                starts_at=clock(9),
                ends_at=clock(10),
                team_id=lecture.team,
                public=False,
            ).id
            for title in ("草稿", "队员聚会")
        )
        publish_event(work, event_id=internal)
    public = lecture.event
    assert seen(lecture, Actor.anonymous()) == {public}
    assert seen(lecture, Actor.person(lecture.people[0])) == {public, internal}
    assert seen(lecture, lecture.other_leader) == {public, internal}
    assert seen(lecture, lecture.neighbour) == {public, internal}
    for actor in (lecture.leader, lecture.coordinator, Actor.person(lecture.people[0], officer=True)):
        assert seen(lecture, actor) == {public, internal, draft}


def test_events_are_found_by_date_place_team_and_status(lecture: Lecture) -> None:
    night, _ = lecture.hold_event(clock(23), clock(2, day=date(2026, 12, 6)))
    with lecture.read() as work:

        def found(**filters: object) -> list[int]:
            return [event.id for event in list_events(work, **filters).items]  # type: ignore[arg-type]

        both = [lecture.event, night.id]
        assert found() == found(first=SATURDAY, last=SATURDAY) == both
        assert found(first=date(2026, 12, 6)) == [night.id]
        assert found(last=date(2026, 12, 4)) == found(first=date(2026, 12, 7)) == []
        assert found(community_id=lecture.community) == found(team_id=lecture.team) == both[:1]
        assert found(status=EventStatus.PUBLISHED) == both
        assert found(status=EventStatus.DRAFT) == []
        page = list_events(work, paging=Paging(limit=1, offset=1))
        assert ([event.id for event in page.items], page.total) == ([night.id], 2)


def test_organisers_see_who_signed_up_and_nobody_else_does(lecture: Lecture) -> None:
    lecture.sign_up_all(lecture.people[:3])
    lecture.sign_up(lecture.people[3], lecture.ushers)
    for actor in (
        Actor.anonymous(),
        Actor.person(lecture.people[0]),
        lecture.other_leader,
        lecture.neighbour,
    ):
        with pytest.raises(NotAllowed), lecture.read(actor) as work:
            list_signups(work, event_id=lecture.event)
    for actor in (lecture.leader, lecture.coordinator):
        with lecture.read(actor) as work:
            everybody = list_signups(work, event_id=lecture.event)
            waiting = list_signups(work, event_id=lecture.event, status=SignupStatus.WAITING)
            ushers = list_signups(work, event_id=lecture.event, position_id=lecture.ushers)
        assert [signup.person_id for signup in everybody.items] == lecture.people[:4]
        assert {signup.name for signup in everybody.items} == {"符海燕"}
        assert [(signup.person_id, signup.place) for signup in waiting.items] == [(lecture.people[2], 1)]
        assert [signup.person_id for signup in ushers.items] == [lecture.people[3]]
    with pytest.raises(NotFound), lecture.read() as work:
        list_signups(work, event_id=999)


def test_people_and_their_guardians_see_what_they_signed_up_for(lecture: Lecture) -> None:
    ward, guardian, stranger = lecture.people[:3]
    with lecture.write() as work:
        link_guardian(work, ward_id=ward, guardian_id=guardian, relation="母亲", valid_from=TODAY)
    lecture.sign_up(ward, lecture.ushers)
    for actor in (Actor.person(ward), Actor.person(guardian)):
        with lecture.read(actor) as work:
            (mine,) = my_signups(work, person_id=ward).items
        assert (mine.title, mine.position, mine.site_name) == ("消防安全知识讲座", "引导员", "1号活动室")
        assert (mine.starts_at, mine.ends_at) == (clock(14, 30), clock(17))
    for actor in (Actor.anonymous(), Actor.person(stranger)):
        with pytest.raises(NotAllowed), lecture.read(actor) as work:
            my_signups(work, person_id=ward)


@pytest.mark.parametrize("how", ["for its team", "by a discreet team", "of its programme"])
def test_leaders_of_other_teams_do_not_learn_what_is_not_for_them(lecture: Lecture, how: str) -> None:
    person = lecture.people[0]
    lecture.sign_up(person)
    with lecture.write() as work:
        for team in (lecture.team, lecture.other_team):
            join(work, team_id=team, person_id=person, on=TODAY)
        work.find(Person, person).community_id = lecture.community

    def seen_by(actor: Actor) -> int:
        with lecture.read(actor) as work:
            return my_signups(work, person_id=person).total

    assert seen_by(lecture.other_leader) == 1
    with lecture.write() as work:
        if how == "for its team":
            change_event(work, event_id=lecture.event, public=False, for_team_id=lecture.team)
        else:
            work.find(Team, lecture.team).discreet = True
        if how == "of its programme":
            programme = Programme(team_id=lecture.team, code="quiet", name="红娘", day_rule=DayRule.WORKDAYS)
            work.add(programme)
            work.flush()
            event = work.find(Event, lecture.event)
            event.team_id, event.programme_id = None, programme.id
    assert seen_by(lecture.other_leader) == 0
    for actor in (Actor.person(person), lecture.leader, lecture.coordinator, Actor.person(1, officer=True)):
        assert seen_by(actor) == 1
    with lecture.write() as work:  # for a team of theirs, or nobody's in particular
        if how == "for its team":
            change_event(work, event_id=lecture.event, for_team_id=lecture.other_team)
        else:
            event = work.find(Event, lecture.event)
            event.team_id = event.programme_id = None
    assert seen_by(lecture.other_leader) == 1
