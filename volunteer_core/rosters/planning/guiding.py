"""A large problem as a flow of duties from people to sessions: solved in a second, and nearly right.

The flow knows limits a week, places a day, leads, fairness and travel; exactly if all sessions are equally
long. It knows nothing of days in a row, pairs and mentors. What a further face costs the children, it learns
from one flow to the next: its price is shared by the duties that were there (slope scaling).
"""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from volunteer_core.rosters.planning.greedy import greedy, join
from volunteer_core.rosters.planning.ground import Duty, Ground
from volunteer_core.rosters.planning.problem import Levels, Stage
from volunteer_core.rosters.planning.roster import Roster
from volunteer_core.rosters.planning.running import Run

ROUNDS = 3
SCALE = 16
"""Costs of the flow that proves a bound are so many times finer: it may only round down."""
CHANGE, LEAD, GAP, LOCKED = 10**6, 10**8, 10**10, 10**11
"""How much the levels weigh in a flow: a rule of thumb, for the flow is a guide."""


class Network:
    """The arcs of the flow; the costs of duties change from one solution to the next."""

    def __init__(self, ground: Ground) -> None:
        self.ground = ground
        self._nodes = 2
        self._arcs: list[tuple[int, int, int, int, int]] = []
        self._duties: dict[Duty, int] = {}
        source, self._sink = 0, 1
        people_node, lead_node = self._sessions()
        for person, numbers in enumerate(ground.options):
            if numbers:
                self._person(source, person, numbers, people_node, lead_node)
        self._supply = sum(min(session.max, 10_000) for session in ground.sessions)
        self._arc(source, self._sink, self._supply, 0)
        table = np.array(self._arcs, dtype=np.int64)
        self.tails, self.heads, self.capacities, self.costs, self._finer = table.T
        self.duties = list(self._duties)
        self.places = np.fromiter(self._duties.values(), dtype=np.int64)
        groups: dict[tuple[int, str], int] = {}
        self.groups = np.array(
            [
                groups.setdefault((person, ground.sessions[number].site), len(groups))
                for person, number in self.duties
            ],
            dtype=np.int64,
        )
        self.group_count = len(groups)

    def _node(self) -> int:
        self._nodes += 1
        return self._nodes - 1

    def _arc(self, tail: int, head: int, capacity: int, cost: int, finer: int | None = None) -> int:
        self._arcs.append((tail, head, capacity, cost, cost * SCALE if finer is None else finer))
        return len(self._arcs) - 1

    def _sessions(self) -> tuple[list[int], list[int]]:
        """A node for the people of each session, and one for its leads, who may serve as people too."""
        people_node, lead_node = [], []
        for session in self.ground.sessions:
            people = self._node()
            leads = min(session.leads, session.max)
            others = max(session.min - leads, 0)
            self._arc(people, self._sink, others, -GAP)
            self._arc(people, self._sink, max(session.max - leads - others, 0), 0)
            lead = people
            if leads:
                lead = self._node()
                self._arc(lead, self._sink, leads, -GAP - LEAD)
                self._arc(lead, people, session.max, 0)
            people_node.append(people)
            lead_node.append(lead)
        return people_node, lead_node

    def _person(
        self, source: int, person: int, numbers: list[int], people_node: list[int], lead_node: list[int]
    ) -> None:
        ground, weights = self.ground, self.ground.weights
        who, me = ground.people[person], self._node()
        weeks: dict[int, dict[int, list[int]]] = defaultdict(lambda: defaultdict(list))
        for number in numbers:
            weeks[ground.weeks[number]][ground.days[number]].append(number)
        length = round(sum(ground.minutes[number] for number in numbers) / len(numbers))
        rooms = {
            week: min(sum(map(partial(_most, ground, person), days.values())), who.max_per_week)
            for week, days in weeks.items()
        }
        costs = [
            weights.fairness * ground.fairness(person, duty * length)
            for duty in range(sum(rooms.values()) + 1)
        ]
        for cost, finer in zip(_steps(costs), _steps_with_face(costs, weights.continuity), strict=True):
            self._arc(source, me, 1, cost, finer)
        for week_number, days in weeks.items():
            week = self._node()
            over = [
                weights.preference * ground.over_target(person, duty * length)
                for duty in range(rooms[week_number] + 1)
            ]
            for cost in _steps(over):
                self._arc(me, week, 1, cost)
            for together in days.values():
                day = week
                if len(together) > 1:
                    day = self._node()
                    self._arc(week, day, _most(ground, person, together), 0)
                for number in together:
                    duty_arc = (person, number)
                    cost = weights.preference * ground.points(person, number)
                    if duty_arc in ground.locked:
                        cost -= LOCKED
                    elif duty_arc in ground.published:
                        cost -= CHANGE
                    head = lead_node[number] if who.lead else people_node[number]
                    self._duties[duty_arc] = self._arc(day, head, 1, cost)

    def flow(self, shares: NDArray[Any], dearer: NDArray[Any]) -> NDArray[Any]:
        """The cheapest flow, as 1 where a duty is in it. A duty costs its group of person and site its share,
        and what it has become dearer by itself."""
        costs = self.costs.copy()
        costs[self.places] += shares[self.groups].astype(np.int64) + dearer
        flows: NDArray[Any] = self._solved(costs).flows(self.places)
        return flows

    def _solved(self, costs: NDArray[Any]) -> min_cost_flow.SimpleMinCostFlow:
        solver = min_cost_flow.SimpleMinCostFlow()
        solver.add_arcs_with_capacity_and_unit_cost(self.tails, self.heads, self.capacities, costs)
        solver.set_nodes_supplies(np.array([0, 1]), np.array([self._supply, -self._supply]))
        if solver.solve() != solver.OPTIMAL:
            raise RuntimeError("the flow has no solution, although nobody needs to serve")
        return solver

    def coverage_bounds(self) -> dict[str, int]:
        """What every roster lacks at least: each keeps the rules that a flow knows, and some more."""
        weights = np.where(self.costs <= -GAP, -(10**6) - (self.costs <= -GAP - LEAD), 0)
        weights[self.places] = [-(10**9) if duty in self.ground.locked else 0 for duty in self.duties]
        solver = self._solved(weights)
        gap = lead = 0
        for arc in self._demands():
            unmet = int(self.capacities[arc]) - solver.flow(int(arc))
            gap += unmet
            lead += unmet * bool(self.costs[arc] <= -GAP - LEAD)
        beyond = sum(max(session.leads - session.max, 0) for session in self.ground.sessions)
        return {"gap": gap + beyond, "lead": lead + beyond, "change": 0}

    def soft_bound(self, levels: Levels, bounds: dict[str, int]) -> int | None:
        """What a roster that is as good on the levels before costs at least on the soft one; None if nothing
        can be said: sessions of several lengths, or places that a flow covers and the roster does not.

        Whoever serves at all is a face somewhere: what that costs is spread over the first duties, as many
        as make it cheapest.
        """
        if len(set(self.ground.minutes)) > 1 or (levels.gap, levels.lead) != (bounds["gap"], bounds["lead"]):
            return None
        possible = sum(
            self.ground.barrier(*duty) is None for duty in self.ground.published - self.ground.locked
        )
        kept = possible - levels.change
        demands = self._demands()
        met = int((self.costs[demands] * self.capacities[demands]).sum())
        unmet = levels.gap * GAP + levels.lead * LEAD
        cost = -(-self._solved(self._finer).optimal_cost() // SCALE)
        return int(cost - met - unmet + kept * CHANGE + len(self.ground.locked) * LOCKED)

    def _demands(self) -> NDArray[Any]:
        """The arcs of places to be covered."""
        demands: NDArray[Any] = np.nonzero((self.heads == self._sink) & (self.costs <= -GAP))[0]
        return demands


def _most(ground: Ground, person: int, numbers: list[int]) -> int:
    """In how many of some sessions a person can serve at most, one after the other."""
    most, free_from = 0, 0
    for number in sorted(numbers, key=lambda one: ground.ends[one]):
        if ground.starts[number] >= free_from:
            most, free_from = most + 1, ground.ends[number] + ground.people[person].rest_minutes
    return max(most, sum((person, number) in ground.locked for number in numbers))


def _steps(costs: list[int]) -> list[int]:
    return [after - before for before, after in pairwise(costs)]


def _steps_with_face(costs: list[int], face: int) -> list[int]:
    """The steps of the largest convex function below the costs of so many duties and a face; finer, and
    rounded down."""
    if len(costs) == 1:
        return []
    best = min(range(1, len(costs)), key=lambda duties: (face + costs[duties]) / duties)
    slope = (face + costs[best]) * SCALE // best
    return [slope] * best + [step * SCALE for step in _steps(costs[best:])]


def guide(run: Run, network: Network) -> None:
    """Offers the run a roster for each flow, mended so that it keeps every rule.

    A duty that broke a rule gets dearer, so that the next flow looks for another.
    """
    ground = run.ground
    place_of = {duty: place for place, duty in enumerate(network.duties)}
    face = ground.weights.continuity
    shares = np.full(network.group_count, face / 4.0)
    dearer = np.zeros(len(network.duties), dtype=np.int64)
    for number in range(1, ROUNDS + 1):
        if not run.left:
            return
        began = run.seconds
        flows = network.flow(shares, dearer)
        wanted = {network.duties[place] for place in np.nonzero(flows)[0]}
        roster, refused = adopt(ground, wanted)
        run.offer(greedy(ground, roster.duties, run.ended).duties)
        run.tell(Stage(f"flow {number}", proven=False, seconds=round(run.seconds - began, 3)))
        for duty in refused:
            dearer[place_of[duty]] += face
        counts = np.bincount(network.groups, weights=flows, minlength=network.group_count)
        shares = np.where(counts > 0, face / np.maximum(counts, 1), (shares + face) / 2)


def adopt(ground: Ground, wanted: set[Duty]) -> tuple[Roster, list[Duty]]:
    """The wanted duties as far as all rules allow, and those that they do not allow."""
    roster = Roster(ground, sorted(ground.locked))
    refused = []
    for person, number in sorted(
        wanted, key=lambda duty: (duty[1], ground.people[duty[0]].newcomer, duty[0])
    ):
        if number in roster.of_person[person]:
            continue
        crew = roster.free_crew(person, number)
        if crew and all((one, number) in wanted for one in crew):
            join(roster, crew, number)
        else:
            refused.append((person, number))
    return roster, refused
