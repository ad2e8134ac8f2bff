"""Input that nobody wants: each gets a valid roster that says what is wrong, or a clear refusal."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.rosters.planning.as_json import planned
from tests.rosters.planning.by_hand import MONDAY, TUESDAY, person, problem, session
from tests.rosters.planning.explained import check_explanations
from tests.rosters.planning.judge import Json, score
from volunteer_core.errors import Malformed

LEAD = person("l", lead=True)
TOGETHER, NEVER = ({"kind": kind, "a": "p", "b": "q"} for kind in ("together", "never"))


def gap_of(given: Json) -> tuple[int, list[Json]]:
    """How many people a plan lacks, and its explanations; the plan itself is judged on the way."""
    roster = planned(given)
    found = score(given, roster)
    assert found["levels"] == {"hard": 0, **roster["levels"]}
    assert roster["proven"]
    assert check_explanations(given, roster, lambda changed: planned(changed, explain=False)) == []
    return roster["levels"]["gap"], roster["explanations"]


def test_more_leads_than_there_are() -> None:
    gap, [explanation] = gap_of(problem([LEAD, person("p")], [session("s", min=2, leads=2)]))
    assert (gap, explanation["lead_missing"]) == (1, 1)


def test_nobody_at_all_and_nothing_to_plan() -> None:
    gap, [explanation] = gap_of(problem([], [session("s", min=2)]))
    assert (gap, explanation["reasons"], explanation["fixes"]) == (2, {}, [])
    assert gap_of(problem([LEAD], [])) == (0, [])


def test_everybody_is_away_and_one_day_given_would_help() -> None:
    away = {"exceptions": [{"date": MONDAY, "kind": "unavailable"}]}
    gap, [explanation] = gap_of(problem([person("p", **away), person("q", **away)], [session("s")]))
    assert (gap, explanation["reasons"]) == (1, {"unavailable": 2})
    change = {"date": MONDAY, "kind": "available"}
    assert [fix["change"] for fix in explanation["fixes"]] == [
        {"person": name, **change} for name in ("p", "q")
    ]


def test_a_pair_that_must_and_must_not_be_together_stays_at_home() -> None:
    given = problem([person("p"), person("q")], [session("s")], pairs=[TOGETHER, NEVER])
    gap, [explanation] = gap_of(given)
    assert (gap, explanation["reasons"]) == (1, {"together": 2})


def test_a_maximum_of_zero() -> None:
    people = [person("p", max_per_week=0), person("q", max_consecutive_days=0)]
    gap, [explanation] = gap_of(problem(people, [session("s")]))
    assert (gap, explanation["reasons"]) == (1, {"week": 1, "consecutive": 1})


def test_windows_that_overlap_or_end_before_they_start() -> None:
    twice = [
        {"weekday": 1, "start": "16:00", "end": "18:00"},
        {"weekday": 1, "start": "17:00", "end": "19:00"},
    ]
    backwards = [{"weekday": 1, "start": "19:00", "end": "16:00"}]
    gap, [explanation] = gap_of(
        problem([person("p", weekly=twice), person("q", weekly=backwards)], [session("s", min=2)])
    )
    assert (gap, explanation["reasons"]) == (1, {"assigned": 1, "unavailable": 1})


def test_locked_duties_that_break_rules_are_kept_and_said() -> None:
    people = [person("p", max_per_week=1), person("q", weekly=[])]
    given = problem(
        people, [session("s"), session("u", TUESDAY)], locked=[["p", "s"], ["p", "u"], ["q", "u"]]
    )
    roster = planned(given)
    assert sorted(roster["assignments"]) == [["p", "s"], ["p", "u"], ["q", "u"]]
    assert score(given, roster)["forced"] == {"unavailable": 1, "week": 1}
    assert {note.rsplit(" ", 1)[-1] for note in roster["notes"]} == {"unavailable", "week"}


def test_a_run_of_days_that_is_locked_too_long_still_has_room_on_its_days() -> None:
    people = [person("p", max_consecutive_days=1)]
    sessions = [session("s"), session("u", TUESDAY), session("w", start="18:00", end="19:00")]
    roster = planned(problem(people, sessions, locked=[["p", "s"], ["p", "u"]]))
    assert ["p", "w"] in roster["assignments"]


def test_a_breach_that_locked_duties_need_not_cause_is_mended() -> None:
    """The newcomer is locked; the mentor, whom nobody needs otherwise, comes along."""
    people = [person("n", newcomer=True), person("m", mentor=True, home="b1")]
    roster = planned(problem(people, [session("s")], locked=[["n", "s"]]))
    assert sorted(roster["assignments"]) == [["m", "s"], ["n", "s"]]


NONSENSE: dict[str, Json] = {
    "a person twice": {"people": [person("p"), person("p")]},
    "a session twice": {"sessions": [session("s"), session("s")]},
    "more at least than at most": {"sessions": [session("s", min=3, max=2)]},
    "less than nobody": {"sessions": [session("s", min=-1)]},
    "an end before the start": {"sessions": [session("s", start="18:00", end="17:00")]},
    "an unknown site": {"sessions": [session("s", site="nowhere")]},
    "a day there is not": {"sessions": [session("s", "2026-02-30")]},
    "a negative limit": {"people": [person("p", max_per_week=-1)]},
    "an unknown session locked": {"locked": [["p", "nothing"]]},
    "an unknown person published": {"published": [["nobody", "s"]]},
    "an unknown kind of pair": {"pairs": [{"kind": "sometimes", "a": "p", "b": "q"}]},
    "another format": {"format": "roster/2"},
}


@pytest.mark.parametrize("what", NONSENSE)
def test_what_makes_no_sense_is_refused(what: str) -> None:
    with pytest.raises(Malformed):
        planned({**problem([person("p")], [session("s")]), **NONSENSE[what]})


def test_ten_thousand_shifts_in_a_second() -> None:
    people = [person(f"p{n}", lead=n % 7 == 0, sites=["a1"], max_per_week=3) for n in range(100)]
    first = date.fromisoformat(MONDAY)
    sessions = [
        session(
            f"s{n}",
            str(first + timedelta(days=n // 100)),
            site=("a1", "a2", "b1", "b1")[n % 4],
            min=2,
            leads=1,
        )
        for n in range(10_000)
    ]
    given = problem(people, sessions, weeks=15)
    roster = planned(given, seconds=1)
    assert score(given, roster)["levels"] == {"hard": 0, **roster["levels"]}
    assert len(roster["explanations"]) == 10_000  # nobody can serve so much
