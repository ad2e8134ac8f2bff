"""What is said of an uncovered place is true: what stands against whom, and what would help."""

from __future__ import annotations

import json
from collections.abc import Callable

from hypothesis import given, settings

from tests.rosters.planning.as_json import planned
from tests.rosters.planning.explained import check_explanations
from tests.rosters.planning.judge import Json
from tests.rosters.planning.problems import problems

TINY = problems()


def replanned(problem: Json) -> Json:
    return planned(problem, explain=False)


LIFTED: dict[str, Callable[[Json, Json, Json], object]] = {
    "site": lambda problem, person, session: person.update(sites=None),
    "qualification": lambda problem, person, session: session.update(qualification=None),
    "unavailable": lambda problem, person, session: person["exceptions"].append(
        {"date": session["date"], "kind": "available"}
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
    if why == "unavailable":
        p["exceptions"] = [one for one in p["exceptions"] if one["date"] != s["date"]]
    LIFTED[why](changed, p, s)
    return changed


@settings(max_examples=40)
@given(TINY)
def test_who_has_one_thing_against_them_covers_the_place_once_it_is_taken_away(problem: Json) -> None:
    roster = planned(problem)
    for explanation in roster["explanations"]:
        for person, reasons in explanation["against"].items():
            if len(reasons) == 1 and reasons[0] in LIFTED:
                changed = lifted(problem, reasons[0], person, explanation["session"])
                assert replanned(changed)["levels"]["gap"] < roster["levels"]["gap"]


@settings(max_examples=40)
@given(TINY)
def test_every_fix_keeps_its_promise(problem: Json) -> None:
    assert check_explanations(problem, planned(problem), replanned) == []


@settings(max_examples=40)
@given(TINY)
def test_a_fix_is_offered_wherever_one_limit_of_one_person_is_all_that_is_in_the_way(problem: Json) -> None:
    for explanation in planned(problem)["explanations"]:
        if any(
            reasons in (["week"], ["consecutive"], ["unavailable"])
            for reasons in explanation["against"].values()
        ):
            assert explanation["fixes"]
