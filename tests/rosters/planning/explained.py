"""An independent judge of explanations: why somebody is not in a session, and whether what is said helps."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from tests.rosters.planning.judge import Assignment, Case, Json, missing, rosters, score, violations

ORDER = {
    code: {"max": "full"}.get(code, code)
    for code in (
        "site",
        "qualification",
        "unavailable",
        "busy",
        "clash",
        "week",
        "consecutive",
        "max",
        "never",
        "together",
        "family",
        "mentor",
        "alone",
    )
}
"""The codes of the rules in the order of roster/1, our own between them, and their names as reasons."""

Replan = Callable[[Json], Json]
"""Plans a problem anew and answers the roster."""


def reasons(problem: Json, assignments: Iterable[Iterable[str]], session: str) -> dict[str, str]:
    """For each person the first thing that keeps them from a session of a roster."""
    case = Case(problem)
    known = [(person, one) for person, one in assignments]
    return {person: reason(case, known, person, session) for person in case.people}


def reason(case: Case, assignments: list[Assignment], person: str, session: str) -> str:
    """The first rule that would be broken anew if the person were put there."""
    if (person, session) in assignments:
        return "assigned"
    return next(iter(against(case, assignments, person, session)), "free")


def against(case: Case, assignments: list[Assignment], person: str, session: str) -> list[str]:
    """All rules that would be broken anew if the person were put there."""
    around = [(p, s) for p, s in assignments if p == person or s == session]
    new = violations(case, [*around, (person, session)]) - violations(case, around)
    codes = {violation[0] for violation in new}.union(case.barriers(person, session))
    return [name for code, name in ORDER.items() if code in codes]


def applied(problem: Json, change: Json) -> Json:
    """The problem after somebody brought a change about."""
    changed: Json = json.loads(json.dumps(problem))
    if "session" in change:
        [session] = [session for session in changed["sessions"] if session["id"] == change["session"]]
        session.update({field: change[field] for field in ("start", "end") if field in change})
        return changed
    [person] = [person for person in changed["people"] if person["id"] == change["person"]]
    if "date" in change:
        others = [e for e in person.get("exceptions", ()) if e["date"] != change["date"]]
        person["exceptions"] = [*others, {"date": change["date"], "kind": change["kind"]}]
    if "site" in change:
        person["sites"] = [*person["sites"], change["site"]]
    for field in ("max_per_week", "max_consecutive_days", "rest_minutes"):
        if field in change:
            person[field] = change[field]
    return changed


def check_explanations(problem: Json, roster: Json, replan: Replan | None = None) -> list[str]:
    """What is wrong with the explanations of a roster: (a), (b) and, where ``replan`` is given, (d) of
    roster/1. (c) is between two rosters: ``check_bounds``."""
    case, faults = Case(problem), []
    known = [(person, session) for person, session in roster["assignments"]]
    given = {explanation["session"]: explanation for explanation in roster["explanations"]}
    there = rosters(case, known)
    uncovered = {session for session, people in there.items() if missing(case, session, people)[0]}
    if len(given) != len(roster["explanations"]) or given.keys() != uncovered:
        faults.append(f"explains {sorted(given)}, uncovered are {sorted(uncovered)}")
    for session in sorted(uncovered & given.keys()):
        faults += check_explanation(case, known, there[session], given[session])
        if replan is not None:
            faults += check_fixes(problem, roster, given[session], replan)
    return faults


def check_explanation(
    case: Case, known: list[Assignment], there: set[str], explanation: Json
) -> Iterator[str]:
    session = explanation["session"]
    because = {person: reason(case, known, person, session) for person in case.people}
    gap, leads = missing(case, session, there)
    free = [person for person, why in because.items() if why == "free"]
    for person in free:
        if missing(case, session, there | {person})[0] < gap:
            yield f"(a) {session}: {person} is free"
    if (explanation["missing"], explanation["lead_missing"]) != (gap, leads):
        yield f"(b) {session}: {gap} people and {leads} leads are missing, said {explanation}"
    said = {why: number for why, number in explanation["reasons"].items() if number}
    if said != Counter(because.values()):
        yield f"(b) {session}: {Counter(because.values())}, said {said}"
    helpful = {
        person: against(case, known, person, session)
        for person, why in because.items()
        if why not in ("assigned", "site") and missing(case, session, there | {person})[0] < gap
    }
    if explanation.get("against", helpful) != helpful:
        yield f"(b) {session}: {helpful}, said {explanation['against']}"


def check_fixes(problem: Json, roster: Json, explanation: Json, replan: Replan) -> Iterator[str]:
    """Whether each fix, and the package of changes if one alone does not do, helps as promised or more."""
    before = score(problem, roster)["levels"]["gap"]
    offered = [([fix["change"]], fix["gain"]) for fix in explanation.get("fixes", ())]
    if package := explanation.get("package"):
        offered.append((package["changes"], package["gain"]))
    for changes, gain in offered:
        changed = problem
        for change in changes:
            changed = applied(changed, change)
        after = score(changed, replan(changed))["levels"]
        if after["hard"] or gain < 1 or before - after["gap"] < gain:
            yield f"(d) {explanation['session']}: {changes} for {gain}: the gap goes from {before} to {after}"


def check_bounds(bounds: Json, levels: Json, reached: Json) -> list[str]:
    """(c) The bounds claimed for a roster of these levels, held against what another roster has reached: a
    level is comparable as long as all before it are the same."""
    for level in ("gap", "lead", "change", "soft"):
        if bounds.get(level) is not None and bounds[level] > reached[level]:
            return [f"(c) {level} {reached[level]} was reached, below the bound {bounds[level]}"]
        if levels[level] != reached[level]:
            break
    return []
