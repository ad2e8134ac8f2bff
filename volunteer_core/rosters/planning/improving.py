"""Improving a roster without a solver: duties go to who costs less, gaps are filled by moving one duty on."""

from __future__ import annotations

from volunteer_core.rosters.planning.greedy import join, price
from volunteer_core.rosters.planning.ground import Duty
from volunteer_core.rosters.planning.problem import Stage
from volunteer_core.rosters.planning.roster import Roster
from volunteer_core.rosters.planning.running import Run

ROUNDS = 50


def improve(run: Run, *, rounds: int = ROUNDS) -> None:
    """Improves the best roster until nothing helps or the time is over. Nothing is proven by it.

    Locked and published duties stay where they are.
    """
    ground = run.ground
    roster = Roster(ground, run.duties)
    kept = ground.locked | ground.published
    for number in range(1, rounds + 1):
        moved = False
        for place in [one for one in range(len(ground.sessions)) if roster.missing(one)]:
            moved |= bool(run.left) and _fill(roster, place, kept)
        for duty in sorted(roster.duties - kept):
            moved |= bool(run.left) and _give_away(roster, duty)
        run.offer(roster.duties)
        run.tell(Stage(f"improve {number}", proven=False, seconds=round(run.seconds, 2)))
        if not moved:
            break


def _fill(roster: Roster, place: int, kept: set[Duty]) -> bool:
    """Puts somebody on a place whom one other duty keeps from it, and somebody else on that."""
    ground = roster.ground
    for person in ground.pool[place]:
        if person in roster.present[place] or ground.mates[person]:
            continue
        for other in sorted(roster.of_person[person]):
            if (person, other) in kept or roster.missing(other):
                continue
            before = roster.missing(place)
            roster.drop((person, other))
            if roster.sound(other) and roster.reason(person, place) == "free":
                roster.add((person, place))
                if roster.missing(place) < before and _replace(roster, other, besides=person):
                    return True
                roster.drop((person, place))
            roster.add((person, other))
    return False


def _replace(roster: Roster, number: int, *, besides: int) -> bool:
    """Puts the cheapest crew on a session that then lacks nobody."""
    pool = (person for person in roster.ground.pool[number] if person != besides)
    crews = [crew for person in pool if (crew := roster.free_crew(person, number))]
    for crew in sorted(crews, key=lambda one: (price(roster, one, number), one)):
        join(roster, crew, number)
        if not roster.missing(number):
            return True
        for person in crew:
            roster.drop((person, number))
    return False


def _give_away(roster: Roster, duty: Duty) -> bool:
    """Gives a duty to somebody for whom it costs less, if nobody is missed by it."""
    person, number = duty
    if roster.ground.mates[person]:
        return False
    lacked = roster.missing(number)
    roster.drop(duty)
    if roster.sound(number):
        paid = price(roster, [person], number)
        if roster.missing(number) == lacked:  # one too many
            return True
        crews = [
            crew for one in roster.ground.pool[number] if len(crew := roster.free_crew(one, number)) == 1
        ]
        for crew in sorted(crews, key=lambda one: (price(roster, one, number), one)):
            if price(roster, crew, number) >= paid:
                break
            join(roster, crew, number)
            if roster.missing(number) <= lacked and roster.lead_missing(number) <= lacked:
                return True
            roster.drop((crew[0], number))
    roster.add(duty)
    return False
