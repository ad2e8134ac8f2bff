"""Somebody promises something while what calendars show with it is being changed: whoever commits last, what
a process has kept in between is not taken for what there is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from functools import partial
from threading import Event
from typing import Any

import pytest

from tests.at_once import PATIENCE_SECONDS, WAITS_SECONDS, at_once
from tests.calendars.conftest import SCRIPT, THURSDAY, WEEK, Town
from tests.calendars.families import Family
from volunteer_core.calendars.at_hand import AtHand
from volunteer_core.calendars.feeds import feed
from volunteer_core.calendars.models import FeedKind
from volunteer_core.calendars.shelf import Feed, Shelf
from volunteer_core.calendars.subscriptions import subscribe
from volunteer_core.care.enrolment import enrol, link_guardian, register_child
from volunteer_core.database import Database, Work
from volunteer_core.events.changing_positions import change_position
from volunteer_core.events.planning import change_event, create_event, publish_event
from volunteer_core.events.positions import add_position
from volunteer_core.events.signups import sign_up
from volunteer_core.permissions import Actor
from volunteer_core.places.directory import correct_site
from volunteer_core.rosters.assigning import assign
from volunteer_core.rosters.publishing import publish_week
from volunteer_core.rosters.rules import set_rules
from volunteer_core.teams.membership import change_team
from volunteer_core.teams.programmes import advise_programme, set_up_programme
from volunteer_core.workdays.daybook import DayRule


class Meeting:
    """A promise that is written and not yet committed when a change begins; the change is committed last,
    and in between the calendar is fetched."""

    def __init__(self, town: Town, *, kind: FeedKind = FeedKind.PERSON, subject: int | None = None) -> None:
        self.town = town
        subject = subject or town.person
        self.secret: str = town.do(subscribe, kind=kind, subject_id=subject, label="手机").secret
        self.shelf = Shelf()
        self.office = Database(town.office.url, clock=lambda: town.now)
        self.hand = AtHand(self.office, self.shelf)

    def fetch(self) -> Feed:
        found = self.hand.by_secret(self.secret)
        return found if found is not None else self._read(shelf=self.shelf)

    def _read(self, **more: Any) -> Feed:
        read: Feed = self.town.see(feed, by=Actor.anonymous(), secret=self.secret, **more)
        return read

    def fetched_after(self, promise: Callable[[Work], Any], change: Callable[[Work], Any]) -> str:
        """What the process answers once both are committed, which is what a new one would."""
        town, written, looked, promised = self.town, Event(), Event(), Event()
        town.now += timedelta(minutes=1)

        def first() -> None:
            with town.office.write(by=SCRIPT, now=town.now) as work:
                promise(work)
                work.flush()
                written.set()
                looked.wait(WAITS_SECONDS)
            promised.set()

        def second() -> None:
            written.wait(PATIENCE_SECONDS)
            with town.office.write(by=SCRIPT, now=town.now) as work:
                work.info["changes"] = True
                change(work)

        def hold(work: Work) -> None:
            if work.info.get("changes"):
                looked.set()
                promised.wait(PATIENCE_SECONDS)
                self.fetch()

        self.fetch()
        town.office.watch("before_commit", hold)
        at_once(first, second)
        found = self.fetch()
        assert found == self._read()
        self.hand.close()
        self.office.dispose()
        return found.body.decode()


@pytest.fixture
def position(town: Town) -> int:
    """Of a published event that a programme of the team holds."""
    span = {"starts_at": town.now + timedelta(days=2), "ends_at": town.now + timedelta(days=2, hours=1)}
    place = {"site_id": town.site, "programme_id": town.programme}
    event = town.do(create_event, title="消防讲座", team_id=town.team, **place, **span).id
    made: int = town.do(add_position, event_id=event, name="引导员", capacity=3, earns_hours=True).id
    town.do(publish_event, event_id=event)
    return made


def changes_of_event(town: Town) -> Iterator[tuple[str, Callable[[Work], Any]]]:
    yield "请提前到场", partial(change_event, event_id=1, description="请提前到场")
    yield "图书室", partial(correct_site, site_id=town.site, name="图书室")
    yield "手电筒", partial(advise_programme, programme_id=town.programme, bring="手电筒")
    yield "志愿服务", partial(change_team, team_id=town.team, discreet=True)
    yield "向导", partial(change_position, position_id=1, name="向导")


@pytest.mark.parametrize("number", range(5))
def test_who_signs_up_while_the_event_is_changed_sees_the_change(
    town: Town, position: int, number: int
) -> None:
    text, change = [*changes_of_event(town)][number]
    promise = partial(sign_up, position_id=position, person_id=town.person)
    assert text in Meeting(town).fetched_after(promise, change)


def test_who_is_assigned_while_the_team_becomes_discreet_sees_nothing_of_what_it_does(town: Town) -> None:
    """Also at the shift of a programme that another team runs, or none."""
    alone = town.do(set_up_programme, code="P5", name="清洁日", day_rule=DayRule.WORKDAYS).id
    shift = town.published_shift(programme=alone)
    promise = partial(assign, shift_id=shift, person_id=town.person, team_id=town.team)
    change = partial(change_team, team_id=town.team, discreet=True)
    found = Meeting(town).fetched_after(promise, change)
    assert "志愿服务" in found
    assert "清洁日" not in found


def test_who_is_assigned_while_a_programme_begins_to_ask_is_asked(town: Town) -> None:
    shift = town.published_shift()
    promise = partial(assign, shift_id=shift, person_id=town.person)
    change = partial(set_rules, programme_id=town.programme, asks_confirmation=True)
    assert "STATUS:TENTATIVE" in Meeting(town).fetched_after(promise, change)


@pytest.mark.parametrize("joins", ["enrolled", "guardian"])
def test_a_child_that_joins_while_a_week_is_published_has_its_sessions(town: Town, joins: str) -> None:
    family = Family(town)
    other = town.do(
        register_child, name="符小雨", birth_date=date(2018, 3, 4), community_id=town.community
    ).id
    school = town.do(
        set_up_programme, code="XX", name="暑期班", day_rule=DayRule.WORKDAYS, minds_children=True
    ).id
    town.shift(programme=school)
    where = {"programme_id": school, "site_id": town.site, "weekdays": "4"}
    enrolled = partial(enrol, child_id=other, **where, first_day=THURSDAY, last_day=THURSDAY)
    linked = partial(link_guardian, child_id=other, person_id=family.mother, relation="母亲")
    before, promise = (linked, enrolled) if joins == "enrolled" else (enrolled, linked)
    town.do(before)
    meeting = Meeting(town, kind=FeedKind.FAMILY, subject=family.mother)
    week = partial(publish_week, programme_id=school, site_id=town.site, week=WEEK)
    assert "暑期班" in meeting.fetched_after(promise, week)
