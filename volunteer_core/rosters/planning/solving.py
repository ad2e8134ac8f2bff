"""Solving with OR-tools: a small problem at once and level by level, a large one by a guide and in parts."""

from __future__ import annotations

from volunteer_core.rosters.planning.exact import Exact
from volunteer_core.rosters.planning.greedy import greedy
from volunteer_core.rosters.planning.ground import Ground
from volunteer_core.rosters.planning.guiding import Network, guide
from volunteer_core.rosters.planning.improving import improve
from volunteer_core.rosters.planning.problem import Explanation
from volunteer_core.rosters.planning.relaxing import complete
from volunteer_core.rosters.planning.roster import broken_by_locks
from volunteer_core.rosters.planning.running import Run
from volunteer_core.rosters.planning.searching import search
from volunteer_core.rosters.planning.windows import improve_by_windows

SHORT_SECONDS = 15
"""A large problem with less time than this gets a roster by greedy first: the guide takes some seconds."""
LARGEST_WHOLE = 4_000
"""Possible duties up to which a problem is solved as a whole."""


def solve(run: Run, *, seed: int, workers: int) -> None:
    """Improves the best roster of a run, and proves what can be proven."""
    if is_small(run.ground) or run.left < SHORT_SECONDS:
        run.offer(greedy(run.ground, ended=run.ended).duties)
    if is_small(run.ground):
        solve_whole(run, seed=seed, workers=workers)
    elif run.left:
        solve_large(run, seed=seed)


def solve_large(run: Run, *, seed: int) -> None:
    """A roster from flows, improved here and there and then part by part; bounds from flows too."""
    network = Network(run.ground)
    sound = not broken_by_locks(run.ground)  # else a flow cannot hold what is locked
    if sound:
        run.bounds |= network.coverage_bounds()
    guide(run, network)
    improve(run, rounds=1)
    improve_by_windows(run, seed=seed)
    bound = network.soft_bound(run.levels, run.bounds) if sound else None
    if bound is not None:
        run.bounds["soft"] = bound


def complete_fixes(run: Run, explanations: tuple[Explanation, ...]) -> tuple[Explanation, ...]:
    """Explanations with the fixes that only a solver finds."""
    return complete(run, explanations, whole=is_small(run.ground))


def is_small(ground: Ground) -> bool:
    """Whether a problem is solved as a whole."""
    return sum(map(len, ground.options)) <= LARGEST_WHOLE


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
