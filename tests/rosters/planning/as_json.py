"""The planner as anybody outside meets it: JSON in, JSON out."""

from __future__ import annotations

import json
from typing import Any

from tests.rosters.planning.judge import Json, score
from volunteer_core.rosters.planning.forms import read_problem, write_plan
from volunteer_core.rosters.planning.greedy import greedy
from volunteer_core.rosters.planning.ground import Ground
from volunteer_core.rosters.planning.planner import plan

LEVELS = ("gap", "lead", "change", "soft")


def read(problem: Json) -> Any:
    return read_problem(json.dumps(problem).encode())


def planned(problem: Json, **how: Any) -> Json:
    """The roster that the planner writes."""
    written: Json = json.loads(write_plan(plan(read(problem), **how)))
    return written


def planned_greedily(problem: Json) -> Json:
    ground = Ground(read(problem))
    return {"assignments": ground.named(greedy(ground).duties)}


def costs(problem: Json, roster: Json) -> tuple[int, ...]:
    """What the judge says a roster costs, comparable from the first level to the last: hard rules first."""
    found = score(problem, roster)
    broken = found["levels"]["hard"], sum(found["forced"].values())
    return *broken, *(found["levels"][level] for level in LEVELS)
