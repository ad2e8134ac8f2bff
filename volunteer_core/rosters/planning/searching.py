"""One search with CP-SAT (OR-tools): one level of a model, as far as time and effort allow."""

from __future__ import annotations

import threading
from math import ceil

from ortools.sat.python import cp_model

from volunteer_core.rosters.planning.exact import Exact
from volunteer_core.rosters.planning.ground import Duty
from volunteer_core.rosters.planning.problem import Stage
from volunteer_core.rosters.planning.running import Run

LOOK_SECONDS = 0.1


def search(
    run: Run,
    exact: Exact,
    level: str,
    *,
    seed: int,
    workers: int = 1,
    effort: float | None = None,
    brief: bool = False,
) -> tuple[set[Duty], Stage] | None:
    """Minimises one level of a model; None if there was no time to find anything.

    ``effort`` limits the search in the solver's own deterministic time; a ``brief`` one, of which there are
    many, is not prepared long.
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
    if brief:
        parameters.cp_model_probing_level = 0
        parameters.symmetry_level = 0
        parameters.max_presolve_iterations = 1
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
