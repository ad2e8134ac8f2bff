"""The small office with people who say what they offer, and short ways to plan there."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import select

from tests.world import MONDAY, NOW, SCRIPT, World
from volunteer_core.commitments.models import ACTIVE, Commitment
from volunteer_core.rosters.availability.models import DateWish
from volunteer_core.rosters.availability.stating import (
    WeeklyTime,
    state_dates,
    state_limits,
    state_weekly,
)
from volunteer_core.rosters.drafts.building import build_problem
from volunteer_core.rosters.drafts.reading import read_draft
from volunteer_core.rosters.drafts.requesting import request_draft
from volunteer_core.rosters.drafts.running import run_next
from volunteer_core.rosters.drafts.views import DraftView
from volunteer_core.rosters.models import PairKind
from volunteer_core.rosters.pairs import set_pair
from volunteer_core.rosters.planning.problem import Person, Problem
from volunteer_core.rosters.rules import set_rules
from volunteer_core.teams.models import Programme

FRIDAY = MONDAY + timedelta(days=4)
SUNDAY = MONDAY + timedelta(days=6)
EVERY_DAY = "1234567"


class Planned(World):
    """People state what they offer as they do in the office."""

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
        spans = [WeeklyTime(int(weekday), starts, ends) for weekday in weekdays]
        self.do(state_weekly, person_id=person, spans=spans, valid_from=since, valid_to=until)
        return person

    def helper(self, name: str = "张三丰", weekdays: str = EVERY_DAY, **facts: Any) -> int:
        """Somebody of the team who can serve in the late afternoon."""
        return self.offers(self.person(name, **facts), weekdays)

    def wishes(
        self, person: int, kind: DateWish, first: date = MONDAY, last: date | None = None, reason: str = ""
    ) -> int:
        found: int = self.do(
            state_dates, person_id=person, kind=kind, first_day=first, last_day=last or first, reason=reason
        ).id
        return found

    def limits(self, person: int, *, sites: tuple[int, ...] = (), **facts: Any) -> None:
        self.do(state_limits, person_id=person, only_listed_sites=bool(sites), site_ids=sites, **facts)

    def rules(self, programme: int | None = None, **facts: Any) -> None:
        self.do(set_rules, programme_id=programme or self.school, **facts)

    def pair(self, one: int, other: int, kind: PairKind) -> None:
        self.do(set_pair, programme_id=self.school, person_id=one, other_id=other, kind=kind)

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

    def request(self, first: date = MONDAY, last: date = SUNDAY, **facts: Any) -> int:
        """A draft that waits for the planner."""
        found: int = self.do(
            request_draft,
            programme_id=facts.pop("programme", self.school),
            first_day=first,
            last_day=last,
            **facts,
        ).id
        return found

    def plan(self, first: date = MONDAY, last: date = SUNDAY, **facts: Any) -> int:
        """A draft that has been planned."""
        draft = self.request(first, last, **facts)
        self.run()
        return draft

    def run(self) -> None:
        """Plans what waits."""
        while run_next(self.office):
            pass

    def read(self, draft: int, **facts: Any) -> DraftView:
        found: DraftView = self.see(read_draft, draft_id=draft, **facts)
        return found

    def places(self, draft: int, **facts: Any) -> dict[int, set[int]]:
        """Who is on which shift of a draft's week."""
        shifts = self.read(draft, **facts).shifts
        return {shift.shift_id: {person.person_id for person in shift.people} for shift in shifts}

    def on(self, shift: int) -> set[int]:
        """Who is on a shift of the roster."""
        with self.office.read(by=SCRIPT, now=NOW) as work:
            return set(
                work.scalars(
                    select(Commitment.person_id).where(
                        Commitment.shift_id == shift, Commitment.status.in_(ACTIVE)
                    )
                )
            )

    def told(self, person: int, **facts: Any) -> Person:
        """How the planner is told of a person."""
        return next(one for one in self.problem(**facts).people if one.id == str(person))


def exceptions(person: Person) -> dict[date, tuple[str, str | None]]:
    return {one.date: (one.kind.value, one.why) for one in person.exceptions}


def session(problem: Problem, shift: int) -> Any:
    return next(one for one in problem.sessions if one.id == str(shift))
