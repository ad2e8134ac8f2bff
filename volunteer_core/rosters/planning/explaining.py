"""Why a place is uncovered: what stands against everybody who could cover it, and what would help."""

from __future__ import annotations

from collections import Counter, defaultdict

from volunteer_core.rosters.planning.ground import Ground
from volunteer_core.rosters.planning.problem import Explanation
from volunteer_core.rosters.planning.roster import Roster


def explain_roster(ground: Ground, roster: Roster) -> tuple[Explanation, ...]:
    """An explanation for each uncovered session."""
    return tuple(explain(roster, number) for number in range(len(ground.sessions)) if roster.missing(number))


def explain(roster: Roster, number: int) -> Explanation:
    """What a session lacks, and the first reason that keeps each person from it."""
    ground = roster.ground
    whom: dict[str, list[str]] = defaultdict(list)
    for index, person in enumerate(ground.people):
        whom[roster.reason(index, number)].append(person.id)
    return Explanation(
        session=ground.sessions[number].id,
        missing=roster.missing(number),
        lead_missing=roster.lead_missing(number),
        reasons=dict(Counter({reason: len(people) for reason, people in whom.items()})),
        whom=dict(whom),
    )
