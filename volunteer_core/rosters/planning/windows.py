"""Improving a large roster part by part: each part is solved exactly while the rest stays as it is."""

from __future__ import annotations

from collections.abc import Iterator

from volunteer_core.rosters.planning.exact import Exact
from volunteer_core.rosters.planning.ground import Ground
from volunteer_core.rosters.planning.problem import Stage
from volunteer_core.rosters.planning.roster import Roster
from volunteer_core.rosters.planning.running import Run
from volunteer_core.rosters.planning.searching import search

SIZES = (2_500, 5_000)
"""About how many possible duties a part has, pass by pass."""
EFFORT = 1.0
"""How long the solver may look at one part, in its deterministic time."""


def improve_by_windows(run: Run, *, seed: int) -> None:
    """One pass after another over all sessions; ends early when the time is over."""
    for number, size in enumerate(SIZES, 1):
        began = run.seconds
        for part in parts(run.ground, size):
            if not run.left:
                break
            _improve(run, part, seed)
        run.tell(Stage(f"windows {number}", proven=False, seconds=round(run.seconds - began, 3)))


def parts(ground: Ground, size: int) -> Iterator[list[int]]:
    """The sessions in parts of about ``size`` possible duties: weeks of a community."""
    part: list[int] = []
    options = 0
    last = ("", 0)
    for community, week, _, number in sorted(
        (ground.community_of(session.site), ground.weeks[number], session.site, number)
        for number, session in enumerate(ground.sessions)
    ):
        next_week = week != last[1] and options + size // 4 > size
        if part and (community != last[0] or next_week or options > 2 * size):
            yield part
            part, options = [], 0
        part.append(number)
        options += len(ground.pool[number])
        last = (community, week)
    if part:
        yield part


def _improve(run: Run, part: list[int], seed: int) -> None:
    """Decides anew who serves in a part; the roster gets no worse on any level."""
    exact = Exact(run.ground, part, run.duties)
    roster = Roster(run.ground, run.duties)
    reached = {
        "gap": sum(roster.missing(number) for number in part),
        "lead": sum(roster.lead_missing(number) for number in part),
        "change": sum(
            number in exact.free and run.ground.barrier(person, number) is None
            for person, number in run.ground.published - run.duties
        ),
    }
    if exact.levels["hard"]:  # what locked duties break is not to become more
        outcome = search(run, exact, "hard", seed=seed, effort=EFFORT, brief=True)
        if outcome is None:
            return
        least = outcome[1].value or 0
        exact.model.add(exact.expression("hard") <= least - exact.constants["hard"])
    for level, reached_value in reached.items():
        value = reached_value
        if value:
            exact.hint(run.duties)
            outcome = search(run, exact, level, seed=seed, effort=EFFORT, brief=True)
            if outcome is None:
                return
            value = outcome[1].value or 0
            run.offer(outcome[0])
        if exact.levels[level]:
            exact.model.add(exact.expression(level) <= value - exact.constants[level])
    exact.hint(run.duties)
    outcome = search(run, exact, "soft", seed=seed, effort=EFFORT, brief=True)
    if outcome is not None:
        run.offer(outcome[0])
