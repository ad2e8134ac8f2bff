"""The best roster of a tiny problem, found by looking at every roster there is."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, combinations, product

from tests.rosters.planning.judge import Assignment, Case, Json, score, violations

MOST_ROSTERS = 6000
"""A problem with more is not tiny."""


class NotTiny(Exception):
    """There are too many rosters to look at."""


def possible_duties(case: Case, person: str) -> list[frozenset[Assignment]]:
    """Every set of duties one person could have: those locked, and others that break no rule of their own."""
    locked = frozenset(duty for duty in case.locked if duty[0] == person)
    free = [
        (person, session)
        for session in case.sessions
        if (person, session) not in locked and case.barrier(person, session) is None
    ]
    lonely = {"clash", "week", "consecutive"}
    forced = {broken for broken in violations(case, locked) if broken[0] in lonely}
    found = []
    for chosen in chain.from_iterable(combinations(free, number) for number in range(len(free) + 1)):
        duties = locked.union(chosen)
        if {broken for broken in violations(case, duties) if broken[0] in lonely} <= forced:
            found.append(duties)
    return found


def all_rosters(case: Case) -> Iterator[list[Assignment]]:
    """Every roster that keeps the rules which concern one person alone."""
    choices = [possible_duties(case, person) for person in case.people]
    number = 1
    for of_person in choices:
        number *= len(of_person)
    if number > MOST_ROSTERS:
        raise NotTiny
    for roster in product(*choices):
        yield sorted(chain.from_iterable(roster))


def best(problem: Json) -> Json:
    """The levels that no roster of the problem betters, and the rules its locked duties must break."""
    case = Case(problem)
    unavoidable = violations(case, case.locked)
    least: tuple[int, ...] | None = None
    for roster in all_rosters(case):
        broken = violations(case, roster)
        if broken - unavoidable or (least is not None and len(broken) > least[0]):
            continue
        levels = score(problem, {"assignments": roster}, case)["levels"]
        cost = (len(broken), levels["gap"], levels["lead"], levels["change"], levels["soft"])
        least = cost if least is None else min(least, cost)
    assert least is not None, "the locked duties alone are a roster"
    return dict(zip(("forced", "gap", "lead", "change", "soft"), least, strict=True))
