"""Planning: the best roster that is found within a time, and what is proven about it."""

from __future__ import annotations

from collections.abc import Callable
from importlib.util import find_spec

from volunteer_core.rosters.planning.explaining import explain_roster
from volunteer_core.rosters.planning.forms import check
from volunteer_core.rosters.planning.greedy import greedy
from volunteer_core.rosters.planning.ground import Ground
from volunteer_core.rosters.planning.improving import improve
from volunteer_core.rosters.planning.problem import Bounds, Explanation, Plan, Problem
from volunteer_core.rosters.planning.roster import Roster, broken_by_locks
from volunteer_core.rosters.planning.running import Report, Run

LEVELS = ("gap", "lead", "change", "soft")


def plan(
    problem: Problem,
    *,
    seconds: float = 60,
    seed: int = 0,
    workers: int = 1,
    progress: Callable[[Report], None] | None = None,
    stopped: Callable[[], bool] | None = None,
    explain: bool = True,
) -> Plan:
    """Plans a roster: hard rules are kept, then the levels are compared strictly in their order.

    The best roster found within ``seconds`` comes back, whatever happens; it is stopped early when
    ``stopped`` says so. The same problem and seed give the same roster, if the limit was not reached.
    Without OR-tools (the extra ``plan``) the roster is good, but nothing is proven. Refuses
    (``Malformed``) a problem that makes no sense.
    """
    check(problem)
    ground = Ground(problem)
    run = Run(ground, seconds=seconds, progress=progress, stopped=stopped)
    with_solver = find_spec("ortools") is not None
    explanations: tuple[Explanation, ...] = ()
    if with_solver:
        from volunteer_core.rosters.planning.solving import solve

        solve(run, seed=seed, workers=workers)
    else:
        run.offer(greedy(ground, ended=run.ended).duties)
        improve(run)
    if explain:
        explanations = explain_roster(Roster(ground, run.duties))
        if with_solver:
            from volunteer_core.rosters.planning.solving import complete_fixes

            explanations = complete_fixes(run, explanations)
    bounds = Bounds(**run.bounds)
    return Plan(
        assignments=ground.named(run.duties),
        levels=run.levels,
        bounds=bounds,
        stages=tuple(run.stages),
        proven=all(getattr(bounds, level) == getattr(run.levels, level) for level in LEVELS),
        seconds=round(run.seconds, 3),
        solver="cp-sat" if with_solver else "greedy",
        explanations=explanations,
        notes=tuple(broken_by_locks(ground)),
    )
