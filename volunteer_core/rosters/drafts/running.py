"""Planning what waits, outside of any transaction: a planning process calls :func:`run_next` until nothing
waits. It is for that process: asks no right.
"""

from __future__ import annotations

import logging
from threading import Event, Thread

import msgspec

from volunteer_core.database import Database, Work
from volunteer_core.errors import Refused
from volunteer_core.permissions import Actor
from volunteer_core.rosters.drafts.building import build_problem, planned_ids
from volunteer_core.rosters.drafts.keeping import pack, places_of, turn
from volunteer_core.rosters.drafts.measuring import Result, measure
from volunteer_core.rosters.drafts.models import Draft, DraftPlace, DraftStatus
from volunteer_core.rosters.drafts.queueing import Claimed, claim, still_mine
from volunteer_core.rosters.planning.ground import Ground
from volunteer_core.rosters.planning.planner import plan
from volunteer_core.rosters.planning.problem import Plan, Problem
from volunteer_core.rosters.planning.running import Report
from volunteer_core.teams.models import Programme

logger = logging.getLogger("volunteer.planning")

SHOW_SECONDS = 1.0
"""How often at most progress is written, and how soon a request to stop is seen."""
ALIVE_SECONDS = 10.0
"""How often a planner shows that it is alive, if there is nothing else to write."""
PLANNER = Actor.system("排班计算")


def run_next(database: Database, *, at_once: int = 1) -> bool:
    """Plans the draft that has waited longest, unless so many are being planned already by all processes
    together. Returns whether it did."""
    with database.write(by=PLANNER) as work:
        claimed = claim(work, at_once)
    if claimed is None:
        return False
    watch = _Watch(database, claimed)
    watch.start()
    try:
        problem, result, found = _plan(database, claimed, watch)
    except Exception as error:
        watch.end()
        logger.exception("draft %s could not be planned", claimed.draft_id)
        with database.write(by=PLANNER) as work:
            _fail(work, claimed, error)
        return True
    watch.end()
    with database.write(by=PLANNER) as work:
        _keep(work, claimed, problem, result, found)
    return True


def _plan(database: Database, claimed: Claimed, watch: _Watch) -> tuple[Problem, Result, Plan]:
    with database.read(by=PLANNER) as work:
        draft = work.find(Draft, claimed.draft_id)
        problem = build_problem(
            work,
            work.find(Programme, draft.programme_id),
            draft.site_ids,
            draft.first_day,
            draft.last_day,
            name=draft.name,
            locked=[(one.person_id, one.shift_id) for one in places_of(work, draft.id) if one.locked],
        )
    seconds = float(claimed.seconds)
    found = plan(
        problem, seconds=seconds, seed=claimed.seed, progress=watch.note, stopped=lambda: watch.stopped
    )
    ground = Ground(problem)
    result = _measured(ground, found)
    if found.proven and not watch.stopped:
        result.fairness_costs = _fairness_costs(problem, found, result, claimed, watch)
    return problem, result, found


def _fairness_costs(
    problem: Problem, found: Plan, result: Result, claimed: Claimed, watch: _Watch
) -> int | None:
    """What wishes, ways and faces cost more than in the best roster blind to a fair share; None if that is
    not found in the time the roster took."""
    careless = msgspec.structs.replace(problem, weights=msgspec.structs.replace(problem.weights, fairness=0))
    cheapest = plan(
        careless,
        seconds=min(max(found.seconds, 1.0), max(claimed.seconds - found.seconds, 0.0)),
        seed=claimed.seed,
        stopped=lambda: watch.stopped,
        explain=False,
    )
    if not cheapest.proven:
        return None
    return result.parts.preference + result.parts.continuity - cheapest.levels.soft


def _measured(ground: Ground, found: Plan) -> Result:
    duties = {
        (ground.person_number[person], ground.session_number[session])
        for person, session in found.assignments
    }
    result = measure(ground, duties)
    result.explanations, result.notes = list(found.explanations), list(found.notes)
    result.bounds, result.seconds, result.solver = found.bounds, found.seconds, found.solver
    return result


def _keep(work: Work, claimed: Claimed, problem: Problem, result: Result, found: Plan) -> None:
    draft = still_mine(work, claimed)
    if draft is None:
        return
    turn(draft, DraftStatus.READY)
    for place in places_of(work, draft.id):
        work.delete(place)
    work.flush()
    planned, locked = set(map(str, planned_ids(problem))), set(problem.locked)
    work.add_all(
        DraftPlace(
            draft_id=draft.id,
            shift_id=int(session),
            person_id=int(person),
            locked=(person, session) in locked,
        )
        for person, session in found.assignments
        if session in planned
    )
    draft.problem, draft.result = pack(problem), msgspec.to_builtins(result)
    draft.finished_at = draft.seen_at = work.now


def _fail(work: Work, claimed: Claimed, error: Exception) -> None:
    draft = still_mine(work, claimed)
    if draft is not None:
        turn(draft, DraftStatus.FAILED)
        draft.finished_at = work.now
        told = error.message if isinstance(error, Refused) else f"计算出错（{type(error).__name__}）。"
        draft.failure = told[:200]


class _Watch(Thread):
    """Beside the planner, in a thread: writes how far it is, and looks whether somebody stops it."""

    def __init__(self, database: Database, claimed: Claimed) -> None:
        super().__init__(daemon=True)
        self._stop_asked = self._lost = False
        self._database, self._claimed = database, claimed
        self._ended = Event()
        self._report: Report | None = None
        self._told: Report | None = None
        self._silent = 0.0

    @property
    def stopped(self) -> bool:
        """Whether the planner is to end: once it has found anything, or if nobody waits for it any more."""
        return self._lost or (self._stop_asked and self._report is not None)

    def note(self, report: Report) -> None:
        """Takes what the planner reports; it is written a little later."""
        self._report = report

    def end(self) -> None:
        """Ends watching; nothing is written any more."""
        self._ended.set()
        self.join()

    def run(self) -> None:
        while not self._ended.wait(SHOW_SECONDS):
            try:
                self._look()
            except Refused:  # the database is busy, or away for a moment
                continue

    def _look(self) -> None:
        report = self._report
        self._silent += SHOW_SECONDS
        if report is not self._told or self._silent >= ALIVE_SECONDS:
            with self._database.write(by=PLANNER) as work:
                self._write(work, report)
            self._told, self._silent = report, 0.0
        with self._database.read(by=PLANNER) as work:
            draft = work.find(Draft, self._claimed.draft_id)
            self._stop_asked = draft.stop_asked

    def _write(self, work: Work, report: Report | None) -> None:
        draft = still_mine(work, self._claimed)
        if draft is None:  # given up as lost: somebody else has it
            self._lost = True
            return
        draft.seen_at = work.now
        if report is not None:
            draft.progress = {"attempt": self._claimed.attempt, **msgspec.to_builtins(report)}
