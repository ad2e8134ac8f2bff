"""A mother whose children come to 五点学堂, and ways to see what her calendar shows."""

from __future__ import annotations

from datetime import date
from typing import Any

from icalendar import Calendar, Event

from tests.calendars.conftest import THURSDAY, Town
from volunteer_core.calendars.feeds import family_feed, feed
from volunteer_core.calendars.models import FeedKind
from volunteer_core.calendars.options import Options
from volunteer_core.calendars.subscriptions import subscribe
from volunteer_core.care.enrolment import enrol, link_guardian, register_child
from volunteer_core.people.registry import register
from volunteer_core.permissions import Actor
from volunteer_core.teams.programmes import set_up_programme
from volunteer_core.workdays.daybook import DayRule

FIRST, LAST = date(2026, 9, 1), date(2027, 1, 22)
BORN, CHILD_BORN = date(1985, 5, 5), date(2018, 3, 4)


class Family:
    """A mother, and 五点学堂 to which her children come."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.mother = town.do(
            register,
            name="符妈妈",
            phone="13800003333",
            birth_date=date(1985, 5, 5),
            community_id=town.community,
        ).id
        self.school = town.do(
            set_up_programme,
            code="WDXT",
            name="五点学堂",
            team_id=town.team,
            day_rule=DayRule.WORKDAYS,
            minds_children=True,
        ).id
        self.child, self.enrolment = self.add_child("符小满")

    @property
    def me(self) -> Actor:
        return Actor.person(self.mother)

    def add_child(self, name: str, **facts: Any) -> tuple[int, int]:
        child = self.town.do(
            register_child, name=name, birth_date=CHILD_BORN, community_id=self.town.community
        ).id
        self.town.do(link_guardian, child_id=child, person_id=self.mother, relation="母亲")
        return child, self.enrol(child, **facts)

    def enrol(self, child: int, **facts: Any) -> int:
        known = {"programme_id": self.school, "site_id": self.town.site, "weekdays": "12345"}
        days = {"first_day": FIRST, "last_day": LAST}
        enrolled: int = self.town.do(enrol, child_id=child, **(known | days | facts)).id
        return enrolled

    def session(self, **facts: Any) -> int:
        """The id of a published shift, on Thursday at five unless said otherwise."""
        return self.town.published_shift(programme=self.school, **facts)

    def sees(self, **when: Any) -> list[Event]:
        return events_of(self.town.see(family_feed, person_id=self.mother, **when))

    def subscribe(self, **options: Any) -> Any:
        facts = {"kind": FeedKind.FAMILY, "subject_id": self.mother, "label": "手机"}
        return self.town.do(subscribe, by=self.me, **facts, options=Options(**options))

    def fetches(self, secret: str, **when: Any) -> Any:
        return self.town.see(feed, by=Actor.anonymous(), secret=secret, **when)


def events_of(found: Any) -> list[Event]:
    return list(Calendar.from_ical(found.body).events)


def shown(entries: list[Event]) -> list[tuple[date, str, str]]:
    return [(entry.start.date(), str(entry["SUMMARY"]), str(entry["STATUS"])) for entry in entries]


THERE = (THURSDAY, "五点学堂", "CONFIRMED")
GONE = (THURSDAY, "【已取消】五点学堂", "CANCELLED")
