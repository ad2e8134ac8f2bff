"""What is said of an uncovered place is true: what stands against whom, and what would help."""

from __future__ import annotations

import json
from collections.abc import Callable

from hypothesis import given, settings

from tests.rosters.planning.as_json import planned
from tests.rosters.planning.explained import applied, check_explanations, reason
from tests.rosters.planning.judge import Case, Json, missing
from tests.rosters.planning.problems import problems

TINY = problems()


def replanned(problem: Json) -> Json:
    return planned(problem, explain=False)


LIFTED: dict[str, Callable[[Json, Json, Json], object]] = {
    "site": lambda problem, person, session: person.update(sites=None),
    "qualification": lambda problem, person, session: session.update(qualification=None),
    "unavailable": lambda problem, person, session: person.update(
        exceptions=[{"date": session["date"], "kind": "available"}]
    ),
    "busy": lambda problem, person, session: person.update(busy=[]),
    "week": lambda problem, person, session: person.update(max_per_week=99),
    "consecutive": lambda problem, person, session: person.update(max_consecutive_days=99),
    "full": lambda problem, person, session: session.update(max=99),
    "never": lambda problem, person, session: problem.update(pairs=[]),
    "together": lambda problem, person, session: problem.update(pairs=[]),
    "family": lambda problem, person, session: person.update(family=None),
    "mentor": lambda problem, person, session: person.update(newcomer=False),
    "alone": lambda problem, person, session: session.update(never_alone=False),
}
"""How a reason is taken away, where it is not another duty of the person (``clash``)."""


def lifted(problem: Json, why: str, person: str, session: str) -> Json:
    changed: Json = json.loads(json.dumps(problem))
    [p] = [one for one in changed["people"] if one["id"] == person]
    [s] = [one for one in changed["sessions"] if one["id"] == session]
    LIFTED[why](changed, p, s)
    return changed


def would_help(problem: Json, roster: Json, person: str, session: str) -> bool:
    """Whether the roster may be kept and the person simply added, and fewer people are missing then."""
    case = Case(problem)
    known = [(one, other) for one, other in roster["assignments"]]
    there = {one for one, other in known if other == session}
    helps = missing(case, session, there | {person})[0] < missing(case, session, there)[0]
    return helps and reason(case, known, person, session) == "free"


@settings(max_examples=40)
@given(TINY)
def test_taking_a_stated_reason_away_covers_the_place_or_shows_the_next_reason(problem: Json) -> None:
    roster = planned(problem)
    for explanation in roster["explanations"]:
        session = explanation["session"]
        for why, people in explanation["whom"].items():
            for person in people if why in LIFTED else ():
                changed = lifted(problem, why, person, session)
                known = [(one, other) for one, other in roster["assignments"]]
                assert reason(Case(changed), known, person, session) != why
                if would_help(changed, roster, person, session):
                    assert replanned(changed)["levels"]["gap"] < roster["levels"]["gap"]


@settings(max_examples=40)
@given(TINY)
def test_every_fix_helps_by_what_it_promises(problem: Json) -> None:
    assert check_explanations(problem, planned(problem), replanned) == []


@settings(max_examples=40)
@given(TINY)
def test_a_fix_is_offered_wherever_one_limit_of_one_person_is_all_that_is_in_the_way(problem: Json) -> None:
    roster = planned(problem)
    people = {person["id"]: person for person in problem["people"]}
    dates = {session["id"]: session["date"] for session in problem["sessions"]}
    for explanation in roster["explanations"]:
        session = explanation["session"]
        for why, names in explanation["whom"].items():
            for name in names:
                change: Json = {
                    "week": {"max_per_week": people[name]["max_per_week"] + 1},
                    "consecutive": {"max_consecutive_days": people[name]["max_consecutive_days"] + 1},
                    "unavailable": {"date": dates[session], "kind": "available"},
                }.get(why, {})
                if change and would_help(applied(problem, {"person": name, **change}), roster, name, session):
                    assert explanation["fixes"], (why, name)
