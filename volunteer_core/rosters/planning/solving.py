"""Solving with CP-SAT (OR-tools): level by level, the whole problem at once where it is small enough."""

from __future__ import annotations

import threading
from math import ceil

from ortools.sat.python import cp_model

from volunteer_core.rosters.planning.exact import Exact
from volunteer_core.rosters.planning.ground import Duty
from volunteer_core.rosters.planning.problem import Stage
from volunteer_core.rosters.planning.running import Run

SOLVER = "cp-sat"
LARGEST_WHOLE = 20_000
"""Possible duties up to which a problem is solved as a whole."""
LOOK_SECONDS = 0.1


def solve(run: Run, *, seed: int, workers: int) -> str:
    """Improves the best roster of a run, and proves what can be proven. Returns the solver's name."""
    solve_whole(run, seed=seed, workers=workers)
    return SOLVER


def solve_whole(run: Run, *, seed: int, workers: int) -> None:
    """All sessions as one model, one level after the other; each keeps what the earlier ones reached."""
    exact = Exact(run.ground, range(len(run.ground.sessions)))
    for level in ("hard", "gap", "lead", "change", "soft"):
        if not exact.levels[level]:
            if level in ("gap", "lead", "change"):
                run.bounds[level] = 0
            continue
        outcome = search(run, exact, level, seed=seed, workers=workers)
        if outcome is None:
            return
        duties, stage = outcome
        run.offer(duties)
        if level != "hard" and stage.bound is not None:
            run.bounds[level] = stage.bound
        run.tell(stage)
        if stage.value is None:
            return
        exact.model.add(exact.expression(level) <= stage.value - exact.constants[level])


def search(
    run: Run, exact: Exact, level: str, *, seed: int, workers: int, effort: float | None = None
) -> tuple[set[Duty], Stage] | None:
    """Minimises one level of a model; None if there was no time to find anything.

    ``effort`` limits the search in the solver's own deterministic time.
    """
    began = run.seconds
    if not run.left:
        return None
    exact.model.minimize(exact.expression(level))
    solver = cp_model.CpSolver()
    parameters = solver.parameters
    parameters.num_workers = workers
    parameters.random_seed = seed
    parameters.linearization_level = 2
    parameters.max_time_in_seconds = run.left
    if effort is not None:
        parameters.max_deterministic_time = effort
    status = _watched(run, solver, exact.model)
    if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        return None
    duties = exact.fixed | {duty for duty, variable in exact.x.items() if solver.boolean_value(variable)}
    constant = exact.constants[level]
    stage = Stage(
        name=level,
        proven=status == cp_model.OPTIMAL,
        seconds=round(run.seconds - began, 3),
        value=round(solver.objective_value) + constant,
        bound=ceil(solver.best_objective_bound - 1e-6) + constant,
    )
    return duties, stage


def _watched(run: Run, solver: cp_model.CpSolver, model: cp_model.CpModel) -> cp_model.CpSolverStatus:
    """Solves, and ends the search when the run is stopped."""
    done = threading.Event()

    def watch() -> None:
        while not done.wait(LOOK_SECONDS):
            if not run.left:
                solver.stop_search()
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        return solver.solve(model)
    finally:
        done.set()
        watcher.join()
