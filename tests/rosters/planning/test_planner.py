"""The planner, held against an independent judge, a brute force and itself, on random problems."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.rosters.planning.as_json import LEVELS, costs, planned, planned_greedily, read
from tests.rosters.planning.brute import NotTiny, best
from tests.rosters.planning.explained import check_bounds, check_explanations
from tests.rosters.planning.judge import Json, score
from tests.rosters.planning.problems import problems
from volunteer_core.rosters.planning import solving
from volunteer_core.rosters.planning.greedy import greedy
from volunteer_core.rosters.planning.ground import Ground
from volunteer_core.rosters.planning.improving import improve
from volunteer_core.rosters.planning.planner import plan
from volunteer_core.rosters.planning.running import Report, Run

TINY = problems()
SMALL = problems(most_people=9, most_sessions=9)


def check_plan(problem: Json, roster: Json, *, ended_early: bool = False) -> None:
    """What holds for every plan, however it was found. One that ended early may leave free people out."""
    found = score(problem, roster)
    assert found["levels"]["hard"] == 0, found["violations"]
    assert {level: found["levels"][level] for level in LEVELS} == roster["levels"]
    assert {tuple(duty) for duty in problem["locked"]} <= {tuple(duty) for duty in roster["assignments"]}
    faults = check_explanations(problem, roster)
    assert [fault for fault in faults if not (ended_early and fault.startswith("(a)"))] == []


@settings(max_examples=100)
@given(TINY)
def test_no_roster_of_a_tiny_problem_is_better_on_any_level(problem: Json) -> None:
    try:
        least = best(problem)
    except NotTiny:
        assume(False)
    roster = planned(problem)
    check_plan(problem, roster)
    assert costs(problem, roster) == (0, *least.values())
    assert roster["proven"]
    assert check_bounds(roster["bounds"], roster["levels"], least) == []


@settings(max_examples=40)
@given(SMALL)
def test_a_plan_keeps_every_rule_and_is_never_worse_than_greedy(problem: Json) -> None:
    roster, simple = planned(problem), planned_greedily(problem)
    check_plan(problem, roster)
    assert costs(problem, simple)[0] == 0
    assert costs(problem, roster) <= costs(problem, simple)
    if costs(problem, roster)[:2] == costs(problem, simple)[:2]:
        assert check_bounds(roster["bounds"], roster["levels"], score(problem, simple)["levels"]) == []


@settings(max_examples=40)
@given(TINY, st.sampled_from([-1, solving.LARGEST_WHOLE]))
def test_a_problem_too_large_to_be_solved_at_once_is_planned_as_soundly(problem: Json, whole: int) -> None:
    """However little is proven of a large problem, it is not proven wrongly."""
    try:
        least = best(problem)
    except NotTiny:
        assume(False)
    with pytest.MonkeyPatch.context() as every_problem_is_large:
        every_problem_is_large.setattr(solving, "LARGEST_SMALL", -1)
        every_problem_is_large.setattr(solving, "LARGEST_WHOLE", whole)
        roster = planned(problem)
    check_plan(problem, roster)
    if whole > 0:  # else greedy is too slow to be asked first
        assert costs(problem, roster) <= costs(problem, planned_greedily(problem))
    assert check_bounds(roster["bounds"], roster["levels"], least) == []


@settings(max_examples=40)
@given(SMALL)
def test_improving_without_a_solver_keeps_every_rule_and_makes_nothing_worse(problem: Json) -> None:
    ground = Ground(read(problem))
    run = Run(ground, seconds=60, progress=None, stopped=None)
    run.offer(greedy(ground).duties)
    improve(run)
    assert costs(problem, {"assignments": ground.named(run.duties)}) <= costs(
        problem, planned_greedily(problem)
    )


@settings(max_examples=25)
@given(SMALL, st.randoms(use_true_random=False))
def test_the_same_problem_gives_the_same_plan_in_whatever_order_it_is_told(
    problem: Json, dice: Random
) -> None:
    told = {
        key: dice.sample(value, len(value)) if isinstance(value, list) else value
        for key, value in problem.items()
    }
    first, again, otherwise = (planned(one, seed=3) for one in (problem, problem, told))
    assert first["assignments"] == again["assignments"] == otherwise["assignments"]
    assert first["explanations"] == again["explanations"]


@settings(max_examples=25)
@given(SMALL, st.sampled_from([0, 0.001, 1]))
def test_a_limit_however_short_gives_a_roster(problem: Json, seconds: float) -> None:
    check_plan(problem, planned(problem, seconds=seconds), ended_early=seconds < 1)


@settings(max_examples=20)
@given(SMALL, st.integers(0, 4))
def test_a_plan_that_is_stopped_is_one_all_the_same(problem: Json, after: int) -> None:
    looked = iter(range(1000))
    check_plan(problem, planned(problem, stopped=lambda: next(looked) >= after), ended_early=True)


@settings(max_examples=20)
@given(SMALL)
def test_what_is_reported_on_the_way_only_gets_better(problem: Json) -> None:
    reports: list[Report] = []
    found = plan(read(problem), progress=reports.append)
    levels = [report.levels for report in reports]
    assert levels == sorted(levels, reverse=True)
    assert not reports or levels[-1] == found.levels
