"""The small office with people who say what they offer, and short ways to plan there."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from tests.world import MONDAY, NOW, SCRIPT, World
from volunteer_core.rosters.availability.models import (
    DatedWish,
    DateWish,
    PartnerWish,
    ServiceLimits,
    WeeklySpan,
    WillingSite,
)
from volunteer_core.rosters.drafts.building import build_problem
from volunteer_core.rosters.models import RosterRules
from volunteer_core.rosters.planning.problem import Person, Problem
from volunteer_core.teams.models import Programme

FRIDAY = MONDAY + timedelta(days=4)
SUNDAY = MONDAY + timedelta(days=6)
EVERY_DAY = "1234567"


class Planned(World):
    """Offers are rows, as people's statements leave them."""

    def add(self, *rows: Any) -> None:
        with self.office.write(by=SCRIPT, now=NOW) as work:
            work.add_all(rows)

    def offers(
        self,
        person: int,
        weekdays: str = EVERY_DAY,
        starts: time = time(16),
        ends: time = time(19),
        *,
        since: date = date(2026, 1, 1),
        until: date | None = None,
    ) -> int:
        """A person can serve on some weekdays; returns them."""
        self.add(
            *(
                WeeklySpan(
                    person_id=person,
                    weekday=int(weekday),
                    starts=starts,
                    ends=ends,
                    valid_from=since,
                    valid_to=until,
                )
                for weekday in weekdays
            )
        )
        return person

    def helper(self, name: str = "张三丰", weekdays: str = EVERY_DAY, **facts: Any) -> int:
        """Somebody of the team who can serve in the late afternoon."""
        return self.offers(self.person(name, **facts), weekdays)

    def wishes(
        self, person: int, kind: DateWish, first: date = MONDAY, last: date | None = None, reason: str = ""
    ) -> None:
        self.add(
            DatedWish(
                person_id=person,
                first_day=first,
                last_day=last or first,
                kind=kind,
                reason=reason,
                entered_at=NOW,
            )
        )

    def limits(self, person: int, *, sites: tuple[int, ...] = (), **facts: Any) -> None:
        known = {"rest_minutes": 0, "only_listed_sites": bool(sites), "said_at": NOW} | facts
        self.add(
            ServiceLimits(person_id=person, **known),
            *(WillingSite(person_id=person, site_id=site) for site in sites),
        )

    def likes(self, person: int, partner: int) -> None:
        self.add(PartnerWish(person_id=person, partner_id=partner))

    def rules(self, programme: int | None = None, **facts: Any) -> None:
        self.add(RosterRules(programme_id=programme or self.school, **facts))

    def problem(
        self,
        first: date = MONDAY,
        last: date = SUNDAY,
        *,
        sites: tuple[int, ...] | None = None,
        **facts: Any,
    ) -> Problem:
        """The problem of the school at both sites, unless said otherwise."""
        with self.office.read(by=SCRIPT, now=NOW) as work:
            programme = work.find(Programme, self.school)
            return build_problem(work, programme, sites or (self.site, self.other_site), first, last, **facts)

    def told(self, person: int, **facts: Any) -> Person:
        """How the planner is told of a person."""
        return next(one for one in self.problem(**facts).people if one.id == str(person))
