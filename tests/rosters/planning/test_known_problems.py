"""Realistic problems whose best rosters are known: another model, of the judge's definitions, proved them."""

from __future__ import annotations

import pytest

from examples.generate_problem import drop_out, generate
from tests.rosters.planning.as_json import planned, planned_greedily
from tests.rosters.planning.explained import check_explanations
from tests.rosters.planning.judge import score

BEST = {1: (0, 0, 0, 37_949), 2: (21, 8, 0, 43_073), 3: (1, 0, 0, 26_409)}
"""By the seed of the problem: gap, lead, change and soft."""


@pytest.mark.parametrize("seed", BEST)
def test_the_best_roster_is_found_and_proven(seed: int) -> None:
    problem = generate("S", seed=seed)
    roster = planned(problem)
    levels = dict(zip(("gap", "lead", "change", "soft"), BEST[seed], strict=True))
    assert score(problem, roster)["levels"] == {"hard": 0, **levels}
    assert roster["levels"] == roster["bounds"] == levels
    assert roster["proven"]
    assert check_explanations(problem, roster) == []


def test_greedy_is_some_way_from_the_best() -> None:
    problem = generate("S", seed=3)
    assert tuple(score(problem, planned_greedily(problem))["levels"].values())[1:] > BEST[3]


def test_after_drop_outs_nothing_that_could_stay_is_moved() -> None:
    before = generate("M", seed=2)
    published = planned(before, explain=False)["assignments"]
    problem = drop_out(before, published, seed=2)
    roster = planned(problem)
    found = score(problem, roster)
    assert found["levels"]["hard"] == 0
    assert score(problem, {"assignments": published})["violations"]  # somebody has dropped out
    assert found["levels"]["change"] == 0
    assert roster["proven"]
    assert {tuple(duty) for duty in problem["locked"]} <= {tuple(duty) for duty in roster["assignments"]}
