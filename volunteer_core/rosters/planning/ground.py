"""A problem made ready to be planned: who could serve where, what keeps the others away, what a duty costs.

Everything is numbered, sessions by time, site and id, people by id: the order of the input decides nothing.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time
from functools import cached_property

from volunteer_core.rosters.planning.problem import (
    ExceptionKind,
    Levels,
    Person,
    Problem,
    Session,
    Weights,
)

DAY = 24 * 60
Duty = tuple[int, int]
"""A person and a session, as numbers."""


def minute_of(day: date, clock: time) -> int:
    """Minutes since the first day of the calendar."""
    return day.toordinal() * DAY + clock.hour * 60 + clock.minute


class Ground:
    """A problem with its derived facts. Nothing in it changes while it is planned."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.weights: Weights = problem.weights
        self.sessions: list[Session] = sorted(
            problem.sessions, key=lambda one: (one.date, one.start, one.site, one.id)
        )
        self.people: list[Person] = sorted(problem.people, key=lambda one: one.id)
        self.session_number = {one.id: number for number, one in enumerate(self.sessions)}
        self.person_number = {one.id: number for number, one in enumerate(self.people)}
        self.starts = [minute_of(one.date, one.start) for one in self.sessions]
        self.ends = [minute_of(one.date, one.end) for one in self.sessions]
        self.minutes = [end - start for start, end in zip(self.starts, self.ends, strict=True)]
        self.days = [one.date.toordinal() for one in self.sessions]
        self.weeks = [(day - 1) // 7 for day in self.days]  # the first day of the calendar is a Monday
        self._community = {site.id: site.community for site in problem.sites}
        self._exceptions = [{one.date: one for one in person.exceptions} for person in self.people]
        self._busy: list[dict[int, list[tuple[int, int]]]] = [_busy_by_day(person) for person in self.people]
        self.locked = self._duties(problem.locked)
        self.published = self._duties(problem.published)
        self._nearby: dict[str, list[int]] = {}
        self._able: list[set[int]] = []
        self.options: list[list[int]] = []
        """The sessions each person could serve in, locked ones included."""
        self.pool: list[list[int]] = [[] for _ in self.sessions]
        """The people who could serve in each session."""
        by_site: dict[str, list[int]] = defaultdict(list)
        for number, session in enumerate(self.sessions):
            by_site[session.site].append(number)
        locked_of: dict[int, set[int]] = defaultdict(set)
        for index, number in self.locked:
            locked_of[index].add(number)
        for index, person in enumerate(self.people):
            places = by_site if person.sites is None else sorted(set(person.sites))
            able = {
                number
                for place in places
                for number in by_site.get(place, ())
                if self.barrier(index, number) is None
            }
            self._able.append(able)
            self.options.append(sorted(able | locked_of[index]))
            for number in self.options[-1]:
                self.pool[number].append(index)
        self.mates: dict[int, list[int]] = defaultdict(list)
        """With whom a person serves always."""
        self.rivals: dict[int, list[int]] = defaultdict(list)
        """With whom a person never serves."""
        for pair in problem.pairs:
            a, b = self.person_number.get(pair.a), self.person_number.get(pair.b)
            if a is not None and b is not None and a != b:
                kind = self.mates if pair.kind == "together" else self.rivals
                kind[a].append(b)
                kind[b].append(a)
        self.caps = [self._cap(index) for index in range(len(self.people))]

    def _duties(self, named: Iterable[tuple[str, str]]) -> set[Duty]:
        return {
            (self.person_number[person], self.session_number[session])
            for person, session in named
            if person in self.person_number and session in self.session_number
        }

    def community_of(self, site: str) -> str:
        """The community a site lies in."""
        return self._community.get(site, "")

    def named(self, duties: Iterable[Duty]) -> tuple[tuple[str, str], ...]:
        """Duties by id, in the order of sessions and people."""
        ordered = sorted((session, person) for person, session in duties)
        return tuple((self.people[person].id, self.sessions[session].id) for session, person in ordered)

    def barrier(self, index: int, number: int) -> str | None:
        """Why a person could not serve in a session whatever the roster: the first of :meth:`barriers`."""
        if index < len(self._able) and number in self._able[index]:
            return None
        return next(self.barriers(index, number), None)

    def barriers(self, index: int, number: int) -> Iterator[str]:
        """All that keeps a person from a session whatever the roster: ``site``, ``qualification``,
        ``unavailable``, ``busy``."""
        person, session = self.people[index], self.sessions[number]
        if person.sites is not None and session.site not in person.sites:
            yield "site"
        if session.qualification is not None and session.qualification not in person.qualifications:
            yield "qualification"
        exception = self._exceptions[index].get(session.date)
        kind = exception.kind if exception else None
        opened = kind in (ExceptionKind.AVAILABLE, ExceptionKind.PREFER)
        if kind is ExceptionKind.UNAVAILABLE or not (opened or self._in_window(person, session)):
            yield "unavailable"
        if self._is_busy(index, number, person.rest_minutes):
            yield "busy"

    def _in_window(self, person: Person, session: Session) -> bool:
        weekday = session.date.isoweekday()
        return any(
            window.weekday == weekday and window.start <= session.start and session.end <= window.end
            for window in person.weekly
        )

    def _is_busy(self, index: int, number: int, rest: int) -> bool:
        busy = self._busy[index]
        if not busy:
            return False
        start, end, day = self.starts[number], self.ends[number], self.days[number]
        return any(
            other_start < end + rest and start < other_end + rest
            for near in (day - 1, day, day + 1)
            for other_start, other_end in busy.get(near, ())
        )

    def pool_nearby(self, number: int) -> list[int]:
        """Everybody who goes to the site of a session, whenever."""
        site = self.sessions[number].site
        if site not in self._nearby:
            self._nearby[site] = [
                index
                for index, person in enumerate(self.people)
                if person.sites is None or site in person.sites
            ]
        return self._nearby[site]

    def collide(self, index: int, one: int, other: int) -> bool:
        """Whether two sessions overlap, or are closer than the person's rest."""
        rest = self.people[index].rest_minutes
        return self.starts[one] < self.ends[other] + rest and self.starts[other] < self.ends[one] + rest

    def points(self, index: int, number: int) -> int:
        """Preference points of a duty: how welcome the date is, and the way there."""
        person, session, weights = self.people[index], self.sessions[number], self.weights
        exception = self._exceptions[index].get(session.date)
        kind = exception.kind if exception else None
        points = weights.neutral
        if kind is ExceptionKind.AVOID:
            points = weights.avoid
        elif kind is ExceptionKind.PREFER:
            points = 0
        if session.site != person.home:
            near = self._community.get(session.site) == self._community.get(person.home)
            points += weights.same_community if near else weights.other_community
        return points

    def over_target(self, index: int, minutes: int) -> int:
        """Preference points of so many minutes in a week: those above the target cost."""
        above = max(minutes - self.people[index].target_minutes_per_week, 0)
        return round(self.weights.over_target * above / 60)

    def fairness(self, index: int, minutes: int) -> int:
        """What a person's minutes in this roster cost: convex, against what they have offered."""
        past, now = self.people[index].past_minutes / 60, minutes / 60
        return round(1000 * ((past + now) ** 2 - past**2) / self.caps[index])

    def _cap(self, index: int) -> float:
        """Hours a person has offered: in the past, and in each week as far as their limits go."""
        person = self.people[index]
        days: dict[int, set[int]] = defaultdict(set)
        for number in self.options[index]:
            if (index, number) not in self.locked or self.barrier(index, number) is None:
                days[self.weeks[number]].add(self.days[number])
        offered = person.past_offered_minutes / 60 + sum(
            min(len(dates), person.max_per_week, person.target_minutes_per_week / 60)
            for dates in days.values()
        )
        return offered or 1.0

    @cached_property
    def step(self) -> int:
        """The greatest span, in minutes, of which all sessions are multiples."""
        return math.gcd(*self.minutes) if self.minutes else 60

    @cached_property
    def families(self) -> list[list[int]]:
        """People of one family, where a problem limits how many of it serve together."""
        found: dict[str, list[int]] = defaultdict(list)
        for index, person in enumerate(self.people):
            if person.family is not None:
                found[person.family].append(index)
        most = self.problem.most_of_family
        return [] if most is None else [members for members in found.values() if len(members) > most]

    def cliques(self, index: int, numbers: Sequence[int]) -> Iterator[list[int]]:
        """The largest sets of sessions of which a person can serve in one only: they collide pairwise."""
        rest = self.people[index].rest_minutes
        current: list[int] = []
        grown = False
        for number in sorted(numbers, key=lambda one: (self.starts[one], one)):
            staying = [one for one in current if self.ends[one] + rest > self.starts[number]]
            if len(staying) < len(current) and grown and len(current) > 1:
                yield current
            current, grown = [*staying, number], True
        if len(current) > 1:
            yield current

    def runs(self, index: int, days: Iterable[int]) -> Iterator[list[int]]:
        """Runs of days in a row, one longer than a person serves at most."""
        longest = self.people[index].max_consecutive_days + 1
        row: list[int] = []
        for day in sorted(set(days)):
            row = [*row, day] if row and day == row[-1] + 1 else [day]
            if len(row) >= longest:
                yield row[-longest:]

    def levels(self, duties: Iterable[Duty]) -> Levels:
        """What a roster costs, level by level (``roster-format``: gap, lead, change, soft)."""
        chosen = set(duties)
        present: dict[int, list[int]] = defaultdict(list)
        of_person: dict[int, list[int]] = defaultdict(list)
        for person, number in chosen:
            present[number].append(person)
            of_person[person].append(number)
        gap = lead = 0
        for number, session in enumerate(self.sessions):
            people = present[number]
            no_lead = max(session.leads - sum(self.people[one].lead for one in people), 0)
            gap += max(session.min - len(people), no_lead, 0)
            lead += no_lead
        dropped = self.published - chosen
        change = sum(self.barrier(person, number) is None for person, number in dropped)
        return Levels(gap, lead, change, self.soft(of_person, present))

    def soft(self, of_person: dict[int, list[int]], present: dict[int, list[int]]) -> int:
        """The weighed last level: fairness, preference and travel, continuity."""
        fairness = points = faces = 0
        for person, numbers in of_person.items():
            fairness += self.fairness(person, sum(self.minutes[number] for number in numbers))
            by_week: dict[int, int] = defaultdict(int)
            for number in numbers:
                points += self.points(person, number)
                by_week[self.weeks[number]] += self.minutes[number]
            points += sum(self.over_target(person, minutes) for minutes in by_week.values())
            faces += len({self.sessions[number].site for number in numbers})
            partners = self.partners(person)
            if partners and self.weights.partner:
                points += self.weights.partner * sum(
                    partners.isdisjoint(present[number]) for number in numbers
                )
        weights = self.weights
        return weights.fairness * fairness + weights.preference * points + weights.continuity * faces

    def partners(self, index: int) -> set[int]:
        """With whom a person likes to serve."""
        known = (self.person_number.get(one) for one in self.people[index].partners)
        return {one for one in known if one is not None}


def _busy_by_day(person: Person) -> dict[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for busy in person.busy:
        found[busy.date.toordinal()].append(
            (minute_of(busy.date, busy.start), minute_of(busy.date, busy.end))
        )
    return dict(found)
