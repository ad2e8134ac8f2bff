"""A roster while it is made: who serves where, and the first thing that keeps anybody from a session."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from volunteer_core.rosters.planning.ground import Duty, Ground

REASONS = (
    "assigned", "site", "qualification", "unavailable", "busy", "clash", "week", "consecutive", "full",
    "never", "together", "family", "mentor", "alone", "free",
)  # fmt: skip
"""What can be said of a person and a session; the first that applies is said. ``qualification``,
``family`` and ``alone`` are our own, the others those of ``roster/1``."""


class Roster:
    """Duties that can be added and taken away, and questions about them."""

    def __init__(self, ground: Ground, duties: Iterable[Duty] = ()) -> None:
        self.ground = ground
        self.of_person: list[set[int]] = [set() for _ in ground.people]
        self.present: list[set[int]] = [set() for _ in ground.sessions]
        for duty in duties:
            self.add(duty)

    @property
    def duties(self) -> set[Duty]:
        return {(person, number) for number, people in enumerate(self.present) for person in people}

    def add(self, duty: Duty) -> None:
        person, number = duty
        self.of_person[person].add(number)
        self.present[number].add(person)

    def drop(self, duty: Duty) -> None:
        person, number = duty
        self.of_person[person].discard(number)
        self.present[number].discard(person)

    def lead_missing(self, number: int) -> int:
        """Leads that a session lacks."""
        ground = self.ground
        leads = sum(ground.people[person].lead for person in self.present[number])
        return max(ground.sessions[number].leads - leads, 0)

    def missing(self, number: int) -> int:
        """People still to be found for a session; a missing lead is never hidden by a full room."""
        short = self.ground.sessions[number].min - len(self.present[number])
        return max(short, self.lead_missing(number), 0)

    def reason(self, person: int, number: int) -> str:
        """The first of :data:`REASONS` that applies to a person and a session."""
        if number in self.of_person[person]:
            return "assigned"
        return (
            self.ground.barrier(person, number)
            or self.limit(person, number)
            or self.company(person, number)
            or "free"
        )

    def against(self, person: int, number: int) -> list[str]:
        """All that stands against a person's joining a session, in the order of :data:`REASONS`."""
        found = self.ground.barriers(person, number), self.limits(person, number), self._words(person, number)
        return [reason for part in found for reason in part]

    def limit(self, person: int, number: int) -> str | None:
        """The first of :meth:`limits`, if any."""
        who = self.ground.people[person]
        if not self.of_person[person] and who.max_per_week and who.max_consecutive_days:
            return None
        return next(self.limits(person, number), None)

    def limits(self, person: int, number: int) -> Iterator[str]:
        """``clash``, ``week``, ``consecutive``: what the person's other duties leave no room for."""
        ground, mine = self.ground, self.of_person[person]
        who = ground.people[person]
        if any(ground.collide(person, number, other) for other in mine):
            yield "clash"
        if self.in_week(person, number) >= who.max_per_week:
            yield "week"
        if self.in_a_row(person, number) > who.max_consecutive_days and not any(
            ground.days[other] == ground.days[number]
            for other in mine  # one day more it is not
        ):
            yield "consecutive"

    def in_week(self, person: int, number: int) -> int:
        """On how many sessions of its week a person is."""
        week = self.ground.weeks[number]
        return sum(self.ground.weeks[other] == week for other in self.of_person[person])

    def in_a_row(self, person: int, number: int) -> int:
        """How many days running a person would serve with a session."""
        days = {self.ground.days[other] for other in self.of_person[person]}
        first = last = self.ground.days[number]
        while first - 1 in days:
            first -= 1
        while last + 1 in days:
            last += 1
        return last - first + 1

    def company(self, person: int, number: int) -> str | None:
        """The first thing that the others in a session say against a person's joining, if anything."""
        return next(self._words(person, number), None)

    def _words(self, person: int, number: int) -> Iterator[str]:
        """``full``, ``never``, ``together``, ``family``, ``mentor``, ``alone``: as the others there say."""
        ground, there = self.ground, self.present[number]
        people, session = ground.people, ground.sessions[number]
        who, most = people[person], ground.problem.most_of_family
        if len(there) >= session.max:
            yield "full"
        if not there.isdisjoint(ground.rivals[person]):
            yield "never"
        if not there.issuperset(ground.mates[person]):
            yield "together"
        kin = sum(people[one].family == who.family for one in there) if who.family is not None else 0
        if most is not None and who.family is not None and kin >= most:
            yield "family"
        if who.newcomer and not who.mentor and not any(people[one].mentor for one in there):
            yield "mentor"
        if session.never_alone and not there:
            yield "alone"

    def sound(self, number: int) -> bool:
        """Whether everybody in a session may stay there with the others who are."""
        return all(self._may_stay(person, number) for person in sorted(self.present[number]))

    def _may_stay(self, person: int, number: int) -> bool:
        self.drop((person, number))
        said = self.company(person, number)
        self.add((person, number))
        return said is None

    def free_crew(self, person: int, number: int) -> list[int]:
        """The person, and all who serve only together with them, if they could join a session now; else
        nobody. Where nobody serves alone, somebody more comes along."""
        ground, there = self.ground, self.present[number]
        if person in there:
            return []
        crew = {person}
        todo = [person]
        while todo:
            for mate in ground.mates[todo.pop()]:
                if mate not in crew and mate not in there:
                    crew.add(mate)
                    todo.append(mate)
        if len(crew) == 1 and not ground.sessions[number].never_alone:
            return [person] if self.limit(person, number) is None and self._fits(person, number) else []
        return self._together(crew, number)

    def _fits(self, person: int, number: int) -> bool:
        return self.ground.barrier(person, number) is None and self.company(person, number) is None

    def _together(self, crew: set[int], number: int) -> list[int]:
        ground = self.ground
        if not all(ground.barrier(one, number) is None and self.limit(one, number) is None for one in crew):
            return []
        for extra in [None, *ground.pool[number]] if len(crew) + len(self.present[number]) == 1 else [None]:
            joined = sorted(crew if extra is None else crew | {extra})
            if extra is not None and (extra in crew or ground.mates[extra] or self.limit(extra, number)):
                continue
            for one in joined:
                self.add((one, number))
            good = len(self.present[number]) <= ground.sessions[number].max and self.sound(number)
            for one in joined:
                self.drop((one, number))
            if good:
                return joined
        return []


def broken_by_locks(ground: Ground) -> list[str]:
    """What the locked duties break by themselves: they are kept, and it is said."""
    roster = Roster(ground)
    notes = []
    for person, number in sorted(ground.locked, key=lambda duty: (duty[1], duty[0])):
        reason = ground.barrier(person, number) or roster.limit(person, number)
        if reason is not None:
            notes.append(f"locked {ground.people[person].id} {ground.sessions[number].id}: {reason}")
        roster.add((person, number))
    for number in sorted({number for _, number in ground.locked}):
        for person in sorted(roster.present[number]):
            roster.drop((person, number))
            reason = roster.company(person, number)
            roster.add((person, number))
            if reason in ("full", "never", "family"):
                notes.append(f"locked {ground.people[person].id} {ground.sessions[number].id}: {reason}")
    return notes
