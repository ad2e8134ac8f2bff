"""The judge itself: one roster by hand for each rule it knows, and the costs of one by pencil and paper."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rosters.planning.by_hand import (
    MONDAY,
    NEXT_MONDAY,
    TUESDAY,
    WEDNESDAY,
    person,
    problem,
    session,
)
from tests.rosters.planning.explained import check_bounds, check_explanations, reasons
from tests.rosters.planning.judge import Json, score


def judged(given: Json, *assignments: str) -> Json:
    """The score of a roster written as ``p s``."""
    return score(given, {"assignments": [one.split() for one in assignments]})


P, S = person("p"), session("s")
TWO_DAYS = [session("s"), session("u", TUESDAY)]
PAIR = [person("p"), person("q")]

BREACHES: dict[str, tuple[Json, list[str]]] = {
    "unknown": (problem([P], [S]), ["x s"]),
    "duplicate": (problem([P], [S]), ["p s", "p s"]),
    "site": (problem([person("p", sites=["a2"])], [S]), ["p s"]),
    "qualification": (problem([P], [session("s", qualification="first aid")]), ["p s"]),
    "unavailable": (problem([person("p", weekly=[])], [S]), ["p s"]),
    "busy": (
        problem(
            [person("p", rest_minutes=30, busy=[{"date": MONDAY, "start": "18:29", "end": "19:00"}])], [S]
        ),
        ["p s"],
    ),
    "clash": (
        problem([person("p", rest_minutes=1)], [S, session("u", start="18:00", end="19:00")]),
        ["p s", "p u"],
    ),
    "week": (problem([person("p", max_per_week=1)], [S, session("u", WEDNESDAY)]), ["p s", "p u"]),
    "consecutive": (problem([person("p", max_consecutive_days=1)], TWO_DAYS), ["p s", "p u"]),
    "max": (problem(PAIR, [session("s", max=1)]), ["p s", "q s"]),
    "never": (problem(PAIR, [S], pairs=[{"kind": "never", "a": "p", "b": "q"}]), ["p s", "q s"]),
    "together": (problem(PAIR, [S], pairs=[{"kind": "together", "a": "p", "b": "q"}]), ["q s"]),
    "mentor": (problem([person("p", newcomer=True)], [S]), ["p s"]),
    "alone": (problem([P], [session("s", never_alone=True)]), ["p s"]),
    "family": (
        problem([person("p", family="f"), person("q", family="f")], [S], most_of_family=1),
        ["p s", "q s"],
    ),
    "locked": (problem([P], [S], locked=[["p", "s"]]), []),
}


@pytest.mark.parametrize("code", BREACHES)
def test_every_breach_of_a_rule_is_found_and_counted_once(code: str) -> None:
    given, assignments = BREACHES[code]
    found = judged(given, *assignments)
    assert found["violations"] == {code: 1}
    assert found["levels"]["hard"] == 1


@pytest.mark.parametrize("code", sorted(BREACHES.keys() - {"unknown", "duplicate", "locked"}))
def test_what_locked_duties_break_by_themselves_does_not_count(code: str) -> None:
    given, assignments = BREACHES[code]
    locked = {**given, "locked": [one.split() for one in assignments]}
    found = judged(locked, *assignments)
    assert found["violations"] == {}
    assert found["forced"] == {code: 1}


@pytest.mark.parametrize("code", sorted(BREACHES.keys() - {"unknown", "duplicate", "locked"}))
def test_the_reason_is_the_rule_that_would_be_broken(code: str) -> None:
    given, assignments = BREACHES[code]
    *there, last = [one.split() for one in assignments]
    assert reasons(given, there, last[1])[last[0]] == {"max": "full"}.get(code, code)


def test_nothing_stands_against_what_is_only_next_to_a_limit() -> None:
    neighbour = {"date": MONDAY, "start": "18:30", "end": "19:00"}
    people = [person("p", rest_minutes=30, busy=[neighbour], max_per_week=1, max_consecutive_days=1)]
    free = problem(people, [S, session("u", NEXT_MONDAY)])
    assert reasons(free, [["p", "u"]], "s") == {"p": "free"}
    assert judged(free, "p s", "p u")["levels"]["hard"] == 0


def test_one_may_come_on_a_day_opened_and_not_on_a_day_closed() -> None:
    open_day = problem([person("p", weekly=[], exceptions=[{"date": MONDAY, "kind": "available"}])], [S])
    closed = problem([person("p", exceptions=[{"date": MONDAY, "kind": "unavailable"}])], [S])
    assert judged(open_day, "p s")["violations"] == {}
    assert judged(closed, "p s")["violations"] == {"unavailable": 1}


def test_a_missing_lead_is_not_hidden_by_a_full_room() -> None:
    given = problem([*PAIR, person("l", lead=True)], [session("s", min=2, leads=1)])
    assert [judged(given, *some)["levels"]["gap"] for some in ([], ["p s"], ["p s", "q s"])] == [2, 1, 1]
    assert judged(given, "p s", "q s")["levels"]["lead"] == 1
    covered = judged(given, "p s", "l s")["levels"]
    assert (covered["gap"], covered["lead"]) == (0, 0)


def test_a_drop_out_is_no_change() -> None:
    people = [P, person("q", exceptions=[{"date": MONDAY, "kind": "unavailable"}])]
    given = problem(people, [S], published=[["p", "s"], ["q", "s"]])
    assert judged(given)["levels"]["change"] == 1
    assert judged(given, "p s")["levels"]["change"] == 0


def test_the_soft_level_by_hand() -> None:
    avoids = {"exceptions": [{"date": TUESDAY, "kind": "avoid"}, {"date": WEDNESDAY, "kind": "prefer"}]}
    one = person("p", past_minutes=60, past_offered_minutes=120, partners=["q"], **avoids)
    sessions = [session("s"), session("u", TUESDAY, site="a2"), session("w", WEDNESDAY, site="b1")]
    found = judged(problem([one, person("q")], sessions), "p s", "p u", "p w", "q s")
    # Offered: 2 h before, and 2 h now, for the target is two hours. 1000·(4² - 1²)/4, and for q 1000·1²/2.
    assert found["fairness"] == 3750 + 500
    # neutral 1; avoid 5, same community 1, no partner 4; prefer 0, other community 3, no partner 4; an hour
    # above the target 2; q: neutral 1.
    assert found["preference"] == 1 + (5 + 1 + 4) + (0 + 3 + 4) + 2 + 1
    assert found["continuity"] == 4
    assert found["levels"]["soft"] == 4250 + 300 * 21 + 300 * 4


def test_wrong_explanations_are_seen() -> None:
    given = problem([P, person("q", max_per_week=0)], [session("s", min=2, max=2)])

    def faults(assignments: list[list[str]], *fixes: Json, **facts: Any) -> list[str]:
        told = {"session": "s", "missing": 1, "lead_missing": 0, "reasons": {"assigned": 1, "week": 1}}
        roster = {"assignments": assignments, "explanations": [{**told, "fixes": fixes, **facts}]}
        return [fault[:3] for fault in check_explanations(given, roster, lambda changed: answers.pop())]

    answers: list[Json] = []
    assert faults([["p", "s"]]) == []
    assert faults([]) == ["(a)", "(b)", "(b)"]
    assert faults([["p", "s"]], reasons={"assigned": 1, "busy": 1}) == ["(b)"]
    assert faults([["p", "s"]], against={"q": ["week"]}) == []
    assert faults([["p", "s"]], against={}) == ["(b)"]
    answers = [{"assignments": [["p", "s"], ["q", "s"]]}]
    once_more = {"change": {"person": "q", "max_per_week": 1}, "gain": 1}
    assert faults([["p", "s"]], once_more) == []
    answers = [{"assignments": [["p", "s"]]}]
    assert faults([["p", "s"]], once_more) == ["(d)"]
    answers = [{"assignments": [["p", "s"]]}]
    assert faults([["p", "s"]], package={"changes": [once_more["change"]], "gain": 1}) == ["(d)"]
    assert check_explanations(given, {"assignments": [], "explanations": []}) != []


def test_a_bound_is_wrong_once_somebody_is_below_it() -> None:
    mine = {"gap": 1, "lead": 0, "change": 0, "soft": 500}
    assert check_bounds({"gap": 1, "soft": 450}, mine, {**mine, "soft": 450}) == []
    assert check_bounds({"gap": 1, "soft": 450}, mine, {**mine, "soft": 449}) != []
    assert check_bounds({"gap": 1, "soft": 450}, mine, {**mine, "gap": 2, "soft": 0}) == []  # not comparable
    assert check_bounds({"gap": 1, "soft": 450}, mine, {**mine, "gap": 0}) != []
