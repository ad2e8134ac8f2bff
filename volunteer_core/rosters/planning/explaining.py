"""Why a place is uncovered: what stands against everybody who could cover it, and what would help.

A fix is proven: the roster with the change and one crew more keeps every rule and lacks fewer people.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

import msgspec

from volunteer_core.rosters.planning.ground import Duty, Ground
from volunteer_core.rosters.planning.problem import (
    Change,
    DateException,
    ExceptionKind,
    Explanation,
    Fix,
    Person,
    Problem,
    Session,
)
from volunteer_core.rosters.planning.roster import Roster

MORE_OFTEN, LESS_REST, OTHER_TIME, OTHER_DAY = 2, 2, 4, 5
"""What a change asks of people: a turn more, less rest, another time, a day they had not offered."""
MOST_FIXES = 3
MOST_FIXED = 60
EARLIER_OR_LATER = (-30, 30)
"""By how many minutes a session might begin at another time."""


def explain_roster(roster: Roster) -> tuple[Explanation, ...]:
    """An explanation for each uncovered session. What stands against each person, and what would help, is
    only looked for in the first :data:`MOST_FIXED`."""
    uncovered = [number for number in range(len(roster.ground.sessions)) if roster.missing(number)]
    return tuple(explain(roster, number, fixed=place < MOST_FIXED) for place, number in enumerate(uncovered))


def why_not(problem: Problem, assignments: Iterable[tuple[str, str]], session: str) -> dict[str, str]:
    """For everybody the first of :data:`~volunteer_core.rosters.planning.roster.REASONS` that applies to them
    and a session, given a roster."""
    ground = Ground(problem)
    roster = _roster(ground, assignments)
    number = ground.session_number[session]
    return {person.id: roster.reason(index, number) for index, person in enumerate(ground.people)}


def explain(roster: Roster, number: int, *, fixed: bool = True) -> Explanation:
    """What a session lacks, the first reason that keeps each person from it, and the cheapest fixes."""
    ground = roster.ground
    near = ground.pool_nearby(number)
    reasons = Counter(roster.reason(index, number) for index in {*near, *roster.present[number]})
    if elsewhere := len(ground.people) - reasons.total():
        reasons["site"] += elsewhere
    return Explanation(
        session=ground.sessions[number].id,
        missing=roster.missing(number),
        lead_missing=roster.lead_missing(number),
        reasons=dict(reasons),
        fixes=tuple(fixes(roster, number)) if fixed else (),
        against={
            ground.people[index].id: roster.against(index, number)
            for index in (near if fixed else ())
            if index not in roster.present[number] and _helps(roster, index, number)
        },
    )


def _helps(roster: Roster, index: int, number: int) -> bool:
    """Whether one person more would make a difference: where only a lead is missing, a lead."""
    return roster.lead_missing(number) < roster.missing(number) or roster.ground.people[index].lead


def fixes(roster: Roster, number: int) -> list[Fix]:
    """Changes that each cover a place of a session by themselves: those that ask least first."""
    ground = roster.ground
    session = ground.sessions[number]
    found: list[tuple[int, int, Fix]] = []
    for index in ground.pool_nearby(number):
        if not _helps(roster, index, number):
            continue
        for change, price in _changes(roster, index, number):
            gain = _gain(roster, index, number, change)
            if gain:
                found.append((price, ground.points(index, number), Fix(change, gain, price)))
                break
    for minutes in EARLIER_OR_LATER:
        moved = _moved(session, minutes)
        if moved is not None:
            gain = _gain_of_moving(roster, number, moved)
            if gain:
                change = Change(session=session.id, start=moved.start, end=moved.end)
                found.append((OTHER_TIME, 0, Fix(change, gain, OTHER_TIME)))
    found.sort(key=lambda one: (one[0], -one[2].gain, one[1], one[2].change.person or ""))
    return [fix for _, _, fix in found[:MOST_FIXES]]


def apply_change(problem: Problem, change: Change) -> Problem:
    """The problem with a change made."""
    if change.session is not None and change.start is not None and change.end is not None:
        moved = {"start": change.start, "end": change.end}
        sessions = tuple(
            msgspec.structs.replace(one, **moved) if one.id == change.session else one
            for one in problem.sessions
        )
        return msgspec.structs.replace(problem, sessions=sessions)
    people = tuple(_changed(one, change) if one.id == change.person else one for one in problem.people)
    return msgspec.structs.replace(problem, people=people)


def _changed(person: Person, change: Change) -> Person:
    if change.date is not None and change.kind is not None:
        kept = tuple(one for one in person.exceptions if one.date != change.date)
        return msgspec.structs.replace(person, exceptions=(*kept, DateException(change.date, change.kind)))
    limits = {"max_per_week": change.max_per_week, "max_consecutive_days": change.max_consecutive_days,
              "rest_minutes": change.rest_minutes}  # fmt: skip
    return msgspec.structs.replace(
        person, **{name: value for name, value in limits.items() if value is not None}
    )


def _changes(roster: Roster, index: int, number: int) -> Iterator[tuple[Change, int]]:
    """What could take away the first thing that stands against a person, cheapest first."""
    ground = roster.ground
    person, session = ground.people[index], ground.sessions[number]
    reason = roster.reason(index, number)
    if reason == "week":
        yield Change(person=person.id, max_per_week=roster.in_week(index, number) + 1), MORE_OFTEN
    elif reason == "consecutive":
        yield Change(person=person.id, max_consecutive_days=roster.in_a_row(index, number)), MORE_OFTEN
    elif reason in ("clash", "busy"):
        for rest in (15, 10, 5, 0):
            if rest < person.rest_minutes:
                yield Change(person=person.id, rest_minutes=rest), LESS_REST
    elif reason == "unavailable":
        exception = next((one for one in person.exceptions if one.date == session.date), None)
        if exception is None or exception.why is None:  # what the law or a leave says is not asked to change
            yield Change(person=person.id, date=session.date, kind=ExceptionKind.AVAILABLE), OTHER_DAY


def _gain(roster: Roster, index: int, number: int, change: Change) -> int:
    """By how many people less are missing when a person, after a change, joins a session as things stand."""
    ground = roster.ground
    around = {index, *roster.present[number], *ground.mates[index]}
    part, duties = _part(roster, around, number)
    return _joined(apply_change(part, change), duties, ground.people[index].id, ground.sessions[number].id)


def _gain_of_moving(roster: Roster, number: int, moved: Session) -> int:
    """By how many people less are missing when a session is at another time and one more crew joins."""
    ground = roster.ground
    change = Change(session=moved.id, start=moved.start, end=moved.end)
    part, duties = _part(roster, roster.present[number], number)
    fresh = Ground(apply_change(part, change))
    there = _roster(fresh, duties)
    target = fresh.session_number[moved.id]
    for person in sorted(there.present[target]):
        there.drop((person, target))
        fits = fresh.barrier(person, target) is None and there.limit(person, target) is None
        there.add((person, target))
        if not fits:
            return 0
    for index in ground.pool_nearby(number):
        if index not in roster.present[number]:
            around = {index, *roster.present[number], *ground.mates[index]}
            part, duties = _part(roster, around, number)
            gain = _joined(apply_change(part, change), duties, ground.people[index].id, moved.id)
            if gain:
                return gain
    return 0


def _joined(problem: Problem, duties: list[tuple[str, str]], person: str, session: str) -> int:
    ground = Ground(problem)
    roster = _roster(ground, duties)
    number = ground.session_number[session]
    before = roster.missing(number)
    for one in roster.free_crew(ground.person_number[person], number):
        roster.add((one, number))
    return before - roster.missing(number)


def _part(roster: Roster, people: Iterable[int], number: int) -> tuple[Problem, list[tuple[str, str]]]:
    """The problem of some people and the sessions they serve in, with one more; and their duties."""
    ground = roster.ground
    chosen = sorted(set(people))
    numbers = sorted({number, *(other for person in chosen for other in roster.of_person[person])})
    known = {ground.people[person].id for person in chosen}
    problem = msgspec.structs.replace(
        ground.problem,
        people=tuple(ground.people[person] for person in chosen),
        sessions=tuple(ground.sessions[one] for one in numbers),
        pairs=tuple(pair for pair in ground.problem.pairs if pair.a in known and pair.b in known),
        locked=(),
        published=(),
    )
    duties: set[Duty] = {(person, other) for person in chosen for other in roster.of_person[person]}
    return problem, list(ground.named(duties))


def _roster(ground: Ground, assignments: Iterable[tuple[str, str]]) -> Roster:
    return Roster(
        ground,
        [(ground.person_number[person], ground.session_number[session]) for person, session in assignments],
    )


def _moved(session: Session, minutes: int) -> Session | None:
    """A session at another time of its day."""
    shift = timedelta(minutes=minutes)
    start = datetime.combine(session.date, session.start) + shift
    end = datetime.combine(session.date, session.end) + shift
    if start.date() != session.date or end.date() != session.date:
        return None
    return msgspec.structs.replace(session, start=start.time(), end=end.time())
