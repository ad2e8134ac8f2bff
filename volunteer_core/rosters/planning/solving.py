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

LARGEST_SMALL, LARGEST_WHOLE = 2_500, 20_000
"""Possible duties up to which a problem is solved as a whole: at once, or after it has a roster."""
EFFORT = 12.0
"""How long one level of a whole problem that is not small is searched, in the solver's deterministic time."""


def solve(run: Run, *, seed: int, workers: int) -> None:
    """Improves the best roster of a run, and proves what can be proven."""
    network = None
    run.offer(greedy(run.ground, ended=run.ended).duties)
    if not is_small(run.ground) and run.left:
        network = Network(run.ground)
        solve_large(run, network, seed=seed)
    if size(run.ground) <= LARGEST_WHOLE and run.left:
        solve_whole(run, seed=seed, workers=workers)
    if network is not None and not broken_by_locks(run.ground):  # else a flow cannot hold what is locked
        _prove(run, network)


def solve_large(run: Run, network: Network, *, seed: int) -> None:
    """A roster from flows, improved here and there and then part by part."""
    guide(run, network)
    improve(run, rounds=1)
    improve_by_windows(run, seed=seed)


def _prove(run: Run, network: Network) -> None:
    """Takes over what flows prove of the levels that the best roster has reached."""
    proven = network.coverage_bounds()
    bound = network.soft_bound(run.levels, proven)
    for level, value in (proven if bound is None else proven | {"soft": bound}).items():
        run.bounds[level] = max(value, run.bounds.get(level, value))


def solve_whole(run: Run, *, seed: int, workers: int) -> None:
    """All sessions as one model, one level after the other; each keeps what the earlier ones reached.

    One that is not small has a roster already: the search begins there, and does not last for ever.
    """
    exact = Exact(run.ground, range(len(run.ground.sessions)))
    large = not is_small(run.ground)
    for level in ("hard", "gap", "lead", "change"):
        if not exact.levels[level]:
            if level != "hard":
                run.bounds[level] = 0
            continue
        value = run.bounds.get(level)
        if not large or value is None or value != run.value(level):
            value = _reach(run, exact, level, seed, workers, large=large)
        if value is None:
            return
        exact.model.add(exact.expression(level) <= value - exact.constants[level])
    if large and any(stage.name in ("gap", "lead", "change") for stage in run.stages):
        improve_by_windows(run, seed=seed)
    if exact.levels["soft"]:
        _reach(run, exact, "soft", seed, workers, large=large)
    else:  # nobody could serve anywhere
        run.bounds["soft"] = run.levels.soft


def _reach(run: Run, exact: Exact, level: str, seed: int, workers: int, *, large: bool) -> int | None:
    """Minimises a level of the whole problem. The value that was reached, if any."""
    if large:
        exact.hint(run.duties)
    outcome = search(run, exact, level, seed=seed, workers=workers, effort=EFFORT if large else None)
    if outcome is None:
        return None
    duties, stage = outcome
    if level == "hard":
        run.restart(duties)
    else:
        run.offer(duties)
        if stage.bound is not None:
            run.bounds[level] = max(stage.bound, run.bounds.get(level, stage.bound))
    run.tell(stage)
    return stage.value


def complete_fixes(run: Run, explanations: tuple[Explanation, ...]) -> tuple[Explanation, ...]:
    """Explanations with the fixes that only a solver finds."""
    return complete(run, explanations, whole=is_small(run.ground))


def size(ground: Ground) -> int:
    """How many duties are possible."""
    return sum(map(len, ground.options))


def is_small(ground: Ground) -> bool:
    """Whether a problem is solved as a whole at once."""
    return size(ground) <= LARGEST_SMALL
