"""A small office to test in, set up through public operations only, and short ways to act there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from volunteer_core.access.authentication import actor_for
from volunteer_core.access.tokens import grant_role
from volunteer_core.database import Database
from volunteer_core.people.models import CheckResult
from volunteer_core.people.registry import register
from volunteer_core.people.vouching import record_check
from volunteer_core.permissions import Actor, Role
from volunteer_core.places.directory import add_community, add_grid, add_site
from volunteer_core.rosters.assigning import assign
from volunteer_core.rosters.attendance import mark_attendance
from volunteer_core.rosters.publishing import publish_week
from volunteer_core.rosters.shifts import ShiftView, add_shift
from volunteer_core.teams.membership import appoint_leader, found_team, join
from volunteer_core.teams.programmes import set_up_programme
from volunteer_core.timespans import at, week_of
from volunteer_core.workdays.daybook import DayRule

SCRIPT = Actor.system("test")
MONDAY = date(2026, 11, 2)
"""A plain working day in 2026-W45."""
NOW = at(MONDAY, time(9))


def hour(number: int, minute: int = 0, *, day: date = MONDAY) -> datetime:
    """An instant of a day, as the office's clocks show it."""
    return at(day, time(number, minute))


class World:
    """Two communities with a site each, a team that runs 五点学堂, another team, and people."""

    def __init__(self, office: Database) -> None:
        self.office = office
        self._people = 0
        with office.write(by=SCRIPT, now=NOW) as work:
            self.community = add_community(work, code="SF", name="三峰社区").id
            self.other_community = add_community(work, code="BL", name="滨濂社区").id
            self.grid = add_grid(work, community_id=self.community, code="SF-01", name="第一网格").id
            self.site = add_site(
                work, community_id=self.community, grid_id=self.grid, code="SF-S", name="三峰学堂"
            ).id
            self.other_site = add_site(
                work, community_id=self.other_community, code="BL-S", name="滨濂学堂"
            ).id
            self.team = found_team(work, code="MOTHERS", name="全职太太俱乐部").id
            self.other_team = found_team(work, code="DRIVERS", name="驾驶员之家").id
            self.school = set_up_programme(
                work,
                code="SCHOOL",
                name="五点学堂",
                day_rule=DayRule.WORKDAYS,
                team_id=self.team,
                minds_children=True,
                duty=True,
            ).id
            self.clean_up = set_up_programme(
                work, code="CLEAN", name="每周两小时", day_rule=DayRule.EVERY_DAY, team_id=self.team
            ).id

    @property
    def url(self) -> str:
        """Where another process finds the office."""
        return self.office.url.render_as_string(hide_password=False)

    def do(
        self, operation: Callable[..., Any], *, by: Actor = SCRIPT, now: datetime = NOW, **facts: Any
    ) -> Any:
        """Runs one operation in a work of its own."""
        with self.office.write(by=by, now=now) as work:
            return operation(work, **facts)

    def see(
        self, operation: Callable[..., Any], *, by: Actor = SCRIPT, now: datetime = NOW, **facts: Any
    ) -> Any:
        """Asks one question."""
        with self.office.read(by=by, now=now) as work:
            return operation(work, **facts)

    def programme(self, code: str, **facts: Any) -> int:
        """A programme that the first team runs on working days, unless said otherwise."""
        known = {"name": f"项目 {code}", "team_id": self.team, "day_rule": DayRule.WORKDAYS} | facts
        found: int = self.do(set_up_programme, code=code, **known).id
        return found

    def person(
        self,
        name: str = "张三丰",
        *,
        born: date | None = date(1990, 1, 1),
        community: int | None = None,
        checked_on: date | None = date(2026, 10, 1),
        teams: tuple[int, ...] | None = None,
        **facts: Any,
    ) -> int:
        """An adult of the first community and team with a clear record check, unless said otherwise."""
        self._people += 1
        with self.office.write(by=SCRIPT, now=NOW) as work:
            person = register(
                work,
                name=name,
                birth_date=born,
                community_id=community or self.community,
                code=facts.pop("code", f"V{self._people:03}"),
                **facts,
            ).id
            if checked_on is not None:
                record_check(work, person_id=person, checked_on=checked_on, result=CheckResult.CLEAR)
            for team in (self.team,) if teams is None else teams:
                join(work, team_id=team, person_id=person, on=date(2026, 1, 1))
        return person

    def people(self, number: int) -> list[int]:
        return [self.person() for _ in range(number)]

    def actor(self, person: int, *, now: datetime = NOW) -> Actor:
        """A person signed in, with the rights that follow from what they are."""
        found: Actor = self.see(actor_for, person_id=person, now=now)
        return found

    def leader(self, team: int | None = None) -> Actor:
        """Somebody new who leads a team (the first one), signed in."""
        wanted = team or self.team
        person = self.person("李队长", teams=(wanted,))
        self.do(appoint_leader, team_id=wanted, person_id=person)
        return self.actor(person)

    def coordinator(self, community: int | None = None) -> Actor:
        """Somebody new who coordinates a community (the first one), signed in."""
        return self._granted(Role.COMMUNITY_COORDINATOR, community or self.community)

    def officer(self) -> Actor:
        """Somebody new of the street office, signed in."""
        return self._granted(Role.STREET_OFFICER, None)

    def _granted(self, role: Role, community: int | None) -> Actor:
        person = self.person("王干部", teams=())
        self.do(grant_role, person_id=person, role=role, community_id=community, valid_from=date(2026, 1, 1))
        return self.actor(person)

    def shift(
        self,
        *people: int,
        day: date = MONDAY,
        starts: time = time(17),
        ends: time = time(18),
        minimum: int = 1,
        maximum: int = 9,
        leads: int = 0,
        programme: int | None = None,
        site: int | None = None,
        now: datetime = NOW,
    ) -> int:
        """A draft shift with people on it."""
        shift: ShiftView = self.do(
            add_shift,
            now=now,
            programme_id=programme or self.school,
            site_id=site or self.site,
            starts_at=at(day, starts),
            ends_at=at(day, ends),
            minimum=minimum,
            maximum=maximum,
            leads=leads,
        )
        for person in people:
            self.do(assign, now=now, shift_id=shift.id, person_id=person)
        return shift.id

    def publish(
        self,
        *,
        day: date = MONDAY,
        programme: int | None = None,
        site: int | None = None,
        now: datetime = NOW,
    ) -> Any:
        return self.do(
            publish_week,
            now=now,
            programme_id=programme or self.school,
            site_id=site or self.site,
            week=str(week_of(day)),
        )

    def published(self, *people: int, **facts: Any) -> int:
        """A published shift with people on it."""
        shift = self.shift(*people, **facts)
        self.publish(**{key: facts[key] for key in ("day", "programme", "site", "now") if key in facts})
        return shift

    def mark(self, shift: int, person: int, *, now: datetime | None = None, **facts: Any) -> Any:
        """Marks attendance, late in the evening of the shift's usual day."""
        return self.do(mark_attendance, shift_id=shift, person_id=person, now=now or hour(23), **facts)
