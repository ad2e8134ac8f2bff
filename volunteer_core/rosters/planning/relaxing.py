"""The cheapest single change that covers a place where others have to move as well, found by CP-SAT."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from functools import reduce

import msgspec
from ortools.sat.python import cp_model

from volunteer_core.rosters.planning.exact import Exact, Terms
from volunteer_core.rosters.planning.explaining import MORE_OFTEN, MOST_FIXED, OTHER_DAY, apply_change
from volunteer_core.rosters.planning.ground import Duty, Ground
from volunteer_core.rosters.planning.problem import (
    Change,
    DateException,
    ExceptionKind,
    Explanation,
    Fix,
    Package,
    Person,
    Problem,
)
from volunteer_core.rosters.planning.roster import Roster
from volunteer_core.rosters.planning.running import Run
from volunteer_core.rosters.planning.searching import search

EFFORT = 0.5
ONE_CHANGE = 1_000
"""One change is better than two, whatever they ask."""


def complete(run: Run, explanations: tuple[Explanation, ...], *, whole: bool) -> tuple[Explanation, ...]:
    """Explanations with cheaper fixes where there are any, and with what a change gains altogether.

    ``whole``: the problem is small enough to be planned again for each change. Once the time is over the
    rest stay as they are.
    """
    roster = Roster(run.ground, run.duties)
    gains: dict[tuple[Change, ...], int] = {}

    def gain(changes: tuple[Change, ...], seen: int) -> int:
        """What changes gain altogether, which may be more than was seen in one place."""
        if not whole:
            return seen
        if changes not in gains:
            gains[changes] = _gain(run, changes)
        return max(seen, gains[changes])

    found: list[Explanation] = []
    for one in explanations[:MOST_FIXED]:
        if run.ended():
            break
        fixes, package = list(one.fixes), None
        if not fixes or fixes[0].price > MORE_OFTEN:
            package = _cheapest(run, roster, run.ground.session_number[one.session], whole=whole)
            if package is not None and len(package.changes) == 1:
                if not fixes or package.price < fixes[0].price:
                    fixes.insert(0, Fix(package.changes[0], package.gain, package.price))
                package = None
        fixes = [msgspec.structs.replace(fix, gain=gain((fix.change,), fix.gain)) for fix in fixes]
        if package is not None:
            package = msgspec.structs.replace(package, gain=gain(package.changes, package.gain))
        package = None if fixes else package
        found.append(msgspec.structs.replace(one, fixes=tuple(fixes), package=package))
    return (*found, *explanations[len(found) :])


def _gain(run: Run, changes: tuple[Change, ...]) -> int:
    """By how many people less are missing in the best roster after changes; 0 if there was no time."""
    ground = Ground(reduce(apply_change, changes, run.ground.problem))
    exact = Exact(ground, range(len(ground.sessions)), weighed=False)
    outcome = search(run, exact, "gap", seed=0)
    if outcome is None or outcome[1].value is None:
        return 0
    return run.levels.gap - outcome[1].value


def _cheapest(run: Run, roster: Roster, number: int, *, whole: bool) -> Package | None:
    """Plans the week around a place anew, asking people for a turn or a day more if need be."""
    ground = run.ground
    community = ground.community_of(ground.sessions[number].site)
    part = [
        other
        for other, session in enumerate(ground.sessions)
        if ground.weeks[other] == ground.weeks[number]
        and (whole or ground.community_of(session.site) == community)
    ]
    relaxed = Ground(_relaxed(ground, part))
    exact = Exact(relaxed, part, run.duties, weighed=False)
    for other in part:
        if other in exact.gaps:
            exact.model.add(exact.gaps[other] <= roster.missing(other) - (other == number))
    dropped = sum(
        duty[1] in exact.free and ground.barrier(*duty) is None for duty in ground.published - run.duties
    )
    if exact.levels["change"]:
        exact.model.add(exact.expression("change") <= dropped - exact.constants["change"])
    exact.levels["asked"] = _asked(ground, exact)
    outcome = search(run, exact, "asked", seed=0, effort=EFFORT, brief=True)
    needed = [] if outcome is None else _needed(ground, outcome[0], exact.free)
    changes = tuple(change for change, _ in needed)
    return Package(changes, 1, sum(price for _, price in needed)) if changes else None


def _relaxed(ground: Ground, part: list[int]) -> Problem:
    """The problem with a turn more, and all dates of a part, for whoever goes to its sites."""
    dates = sorted({ground.sessions[number].date for number in part})
    near = {index for number in part for index in ground.pool_nearby(number)}
    people = tuple(
        _obliging(person, [day for day in dates if not _closed(person, day)]) if index in near else person
        for index, person in enumerate(ground.people)
    )
    return msgspec.structs.replace(ground.problem, people=people)


def _obliging(person: Person, dates: list[date]) -> Person:
    kept = tuple(one for one in person.exceptions if one.date not in dates)
    opened = tuple(DateException(day, ExceptionKind.AVAILABLE) for day in dates)
    more = person.max_per_week + 1
    return msgspec.structs.replace(person, exceptions=(*kept, *opened), max_per_week=more)


def _closed(person: Person, day: date) -> bool:
    """Whether the law or a leave keeps a person from a day: nobody is asked to change that."""
    return any(one.date == day and one.why is not None for one in person.exceptions)


def _asked(ground: Ground, exact: Exact) -> Terms:
    """Variables for what people are asked for beyond what they have offered, with its price."""
    asked: Terms = []
    days: dict[tuple[int, int], list[cp_model.IntVar]] = defaultdict(list)
    weeks: dict[tuple[int, int], list[cp_model.IntVar]] = defaultdict(list)
    for (person, number), variable in exact.x.items():
        weeks[person, ground.weeks[number]].append(variable)
        if ground.barrier(person, number) is not None:
            days[person, ground.days[number]].append(variable)
    for duties in days.values():
        day = exact.model.new_bool_var("")
        for duty in duties:
            exact.model.add_implication(duty, day)
        asked.append((day, ONE_CHANGE + OTHER_DAY))
    for (person, week), duties in weeks.items():
        fixed = sum(who == person and ground.weeks[number] == week for who, number in exact.fixed)
        room = ground.people[person].max_per_week - fixed
        if len(duties) > room:
            turn = exact.model.new_bool_var("")
            exact.model.add(cp_model.LinearExpr.sum(duties) - turn <= max(room, 0))
            asked.append((turn, ONE_CHANGE + MORE_OFTEN))
    return asked


def _needed(ground: Ground, duties: set[Duty], part: set[int]) -> list[tuple[Change, int]]:
    """What a roster asks of people beyond what they have offered."""
    needed: list[tuple[Change, int]] = []
    turns: dict[tuple[int, int], int] = defaultdict(int)
    for person, number in sorted(duties):
        turns[person, ground.weeks[number]] += 1
        if number in part and ground.barrier(person, number) is not None:
            who, day = ground.people[person].id, ground.sessions[number].date
            needed.append((Change(person=who, date=day, kind=ExceptionKind.AVAILABLE), OTHER_DAY))
    weeks = {ground.weeks[number] for number in part}
    for (person, week), number in sorted(turns.items()):
        if week in weeks and number > ground.people[person].max_per_week:
            needed.append((Change(person=ground.people[person].id, max_per_week=number), MORE_OFTEN))
    return needed
