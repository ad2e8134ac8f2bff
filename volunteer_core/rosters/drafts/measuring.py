"""What a draft's roster costs, and who carries how much of it. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import msgspec

from volunteer_core.rosters.drafts.elsewhere import FIXED
from volunteer_core.rosters.drafts.models import Draft, DraftPlace
from volunteer_core.rosters.drafts.views import SoftParts
from volunteer_core.rosters.planning.ground import Duty, Ground
from volunteer_core.rosters.planning.problem import Bounds, Explanation, Levels
from volunteer_core.rosters.planning.roster import Roster


class Carried(msgspec.Struct, frozen=True):
    """A person's minutes in a roster, those before it, and what they have offered altogether."""

    person_id: int
    minutes: int
    past_minutes: int
    offered_minutes: int

    @property
    def ratio(self) -> float:
        """The share of what they offered that they serve."""
        return round((self.minutes + self.past_minutes) / max(self.offered_minutes, 1), 3)


class Result(msgspec.Struct):
    """What a draft keeps of its plan beside the places."""

    levels: Levels
    parts: SoftParts
    loads: list[Carried]
    unused: int
    dropped_out: list[tuple[str, str]] = []
    """Of the published places those to which the person cannot come, whatever the roster."""
    explanations: list[Explanation] = []
    bounds: Bounds = Bounds()
    seconds: float = 0.0
    solver: str = ""
    notes: list[str] = []
    fairness_costs: int | None = None
    edited: bool = False

    @property
    def proven(self) -> bool:
        """Every level is at its bound."""
        return msgspec.structs.astuple(self.levels) == msgspec.structs.astuple(self.bounds)


def roster_of(ground: Ground, places: Iterable[DraftPlace]) -> Roster:
    """The places of a draft as the planner numbers them, with all that lies beside the plan."""
    beside = {duty for duty in ground.locked if ground.sessions[duty[1]].qualification == FIXED}
    mine = {
        (ground.person_number[str(one.person_id)], ground.session_number[str(one.shift_id)]) for one in places
    }
    return Roster(ground, sorted(beside | mine))


def result_of(draft: Draft) -> Result:
    """What a draft keeps of its plan."""
    return msgspec.convert(draft.result, Result)


def measure(ground: Ground, duties: Iterable[Duty]) -> Result:
    """The costs and the loads of a roster."""
    chosen = set(duties)
    minutes: dict[int, int] = defaultdict(int)
    faces = set()
    for person, number in chosen:
        minutes[person] += ground.minutes[number]
        faces.add((person, ground.sessions[number].site))
    levels = ground.levels(chosen)
    fairness = ground.weights.fairness * sum(ground.fairness(one, minutes[one]) for one in minutes)
    continuity = ground.weights.continuity * len(faces)
    loads = [
        Carried(
            int(ground.people[one].id),
            minutes[one],
            ground.people[one].past_minutes,
            round(ground.caps[one] * 60),
        )
        for one in sorted(minutes)
    ]
    unused = sum(1 for one, options in enumerate(ground.options) if options and one not in minutes)
    parts = SoftParts(fairness, levels.soft - fairness - continuity, continuity)
    dropped_out = {duty for duty in ground.published - chosen if ground.barrier(*duty) is not None}
    return Result(levels, parts, loads, unused, list(ground.named(dropped_out)))
