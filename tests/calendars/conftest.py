"""A small town to make calendars in: a site, two teams with a programme each, and two people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from icalendar import Calendar, Event

from tests.databases import Beginnings
from volunteer_core.calendars.feeds import person_feed
from volunteer_core.calendars.shelf import Feed
from volunteer_core.database import Database
from volunteer_core.people.registry import register
from volunteer_core.permissions import Actor
from volunteer_core.places.directory import add_community, add_site
from volunteer_core.rosters.assigning import assign
from volunteer_core.rosters.publishing import publish_week
from volunteer_core.rosters.shifts import ShiftView, add_shift
from volunteer_core.teams.membership import found_team, join
from volunteer_core.teams.programmes import set_up_programme
from volunteer_core.timespans import at
from volunteer_core.workdays.daybook import DayRule

MONDAY = datetime(2026, 11, 30, 1, tzinfo=UTC)
"""Nine in the morning in the office's zone, in the week 2026-W49."""
WEEK = "2026-W49"
THURSDAY = date(2026, 12, 3)
SCRIPT = Actor.system("test")


class Town:
    """An office with people in it, and short ways to do and see something there."""

    def __init__(self, office: Database) -> None:
        self.office = office
        self.now = MONDAY
        with office.write(by=SCRIPT, now=MONDAY) as work:
            self.community = add_community(work, code="C1", name="凤翔社区").id
            self.site = add_site(
                work,
                community_id=self.community,
                code="S1",
                name="凤翔社区活动室",
                address="凤翔路 1 号",
                latitude=20.01,
                longitude=110.35,
            ).id
            self.team = found_team(work, code="T1", name="全职太太俱乐部").id
            self.matchmakers = found_team(work, code="T2", name="社区红娘站", discreet=True).id
            self.programme, self.discreet_programme = (
                set_up_programme(work, code=code, name=name, team_id=team, day_rule=DayRule.WORKDAYS).id
                for code, name, team in (
                    ("P1", "每周两小时", self.team),
                    ("P2", "相亲角值守", self.matchmakers),
                )
            )
            self.person, self.other = (
                register(
                    work,
                    code=code,
                    name=name,
                    phone=phone,
                    birth_date=date(1985, 3, 1),
                    community_id=self.community,
                ).id
                for code, name, phone in (("A1", "林晓", "13800001111"), ("A2", "王芳", "13800002222"))
            )
            for person in (self.person, self.other):
                join(work, team_id=self.team, person_id=person, on=date(2026, 1, 1))
            join(work, team_id=self.matchmakers, person_id=self.person, on=date(2026, 1, 1))

    def do(self, operation: Callable[..., Any], *, by: Actor = SCRIPT, **facts: Any) -> Any:
        """Runs one operation in a work of its own; every time a minute later, as in life."""
        self.now += timedelta(minutes=1)
        with self.office.write(by=by, now=self.now) as work:
            return operation(work, **facts)

    def see(
        self, operation: Callable[..., Any], *, by: Actor = SCRIPT, now: datetime | None = None, **facts: Any
    ) -> Any:
        with self.office.read(by=by, now=now or self.now) as work:
            return operation(work, **facts)

    def shift(
        self, *, day: date = THURSDAY, hour: int = 17, programme: int | None = None, note: str = ""
    ) -> int:
        """A draft shift of an hour."""
        added: ShiftView = self.do(
            add_shift,
            programme_id=programme or self.programme,
            site_id=self.site,
            starts_at=at(day, time(hour)),
            ends_at=at(day, time(hour + 1)),
            minimum=1,
            maximum=5,
            note=note,
        )
        return added.id

    def publish(self, programme: int | None = None) -> None:
        self.do(publish_week, programme_id=programme or self.programme, site_id=self.site, week=WEEK)

    def published_shift(self, *people: int, **facts: Any) -> int:
        """A published shift with people on it."""
        shift = self.shift(**facts)
        for person in people:
            self.do(assign, shift_id=shift, person_id=person)
        self.publish(facts.get("programme"))
        return shift

    def own(self, *, now: datetime | None = None, person: int | None = None) -> list[Event]:
        """The entries of a person's feed."""
        return entries(self.see(person_feed, person_id=person or self.person, now=now))


def entries(feed: Feed) -> list[Event]:
    """What another program reads in a feed."""
    return list(Calendar.from_ical(feed.body).events)


@pytest.fixture
def town(beginnings: Beginnings) -> Iterator[Town]:
    with beginnings.copy(Town) as found:
        yield found
