"""A roster made without a solver: the hardest place first, then whoever costs least. Nothing is proven."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from heapq import heapify, heappop, heappush

from volunteer_core.rosters.planning.ground import Duty, Ground
from volunteer_core.rosters.planning.roster import Roster


def greedy(ground: Ground, begin: Iterable[Duty] = (), ended: Callable[[], bool] = lambda: False) -> Roster:
    """A roster that keeps every hard rule, with as few places uncovered as one pass finds.

    It begins with what is locked, what is published and still possible, and ``begin``; once it is
    ``ended``, the remaining places stay open.
    """
    roster = Roster(ground, sorted(ground.locked))
    for person, number in [*sorted(ground.published), *sorted(set(begin))]:
        if number not in roster.of_person[person]:
            join(roster, roster.free_crew(person, number), number)
    for leads in (True, False):
        _fill(roster, ended, leads=leads)
    return roster


def _fill(roster: Roster, ended: Callable[[], bool], *, leads: bool) -> None:
    """Fills the session with the fewest people to choose from first, with whoever costs least."""
    ground = roster.ground
    choices = {
        number: set(_able(roster, number, leads=leads))
        for number in range(len(ground.sessions))
        if _lacks(roster, number, leads=leads)
    }
    queue = [(len(people), number) for number, people in choices.items()]
    heapify(queue)
    while queue and not ended():
        size, number = heappop(queue)
        people = choices[number]
        if size > len(people):  # it has become harder meanwhile: to its place in the queue
            heappush(queue, (len(people), number))
            continue
        crews = [crew for person in sorted(people) if (crew := roster.free_crew(person, number))]
        if not crews:
            del choices[number]
            continue
        crew = min(crews, key=lambda one: (price(roster, one, number), one))
        join(roster, crew, number)
        for person in crew:
            for other in choices.keys() & set(ground.options[person]):
                if person in choices[other] and roster.limit(person, other) is not None:
                    choices[other].discard(person)
        if _lacks(roster, number, leads=leads):
            heappush(queue, (len(people), number))
        else:
            del choices[number]


def _lacks(roster: Roster, number: int, *, leads: bool) -> bool:
    return (roster.lead_missing(number) if leads else roster.missing(number)) > 0


def _able(roster: Roster, number: int, *, leads: bool) -> list[int]:
    ground = roster.ground
    return [
        person
        for person in ground.pool[number]
        if (ground.people[person].lead or not leads)
        and person not in roster.present[number]
        and roster.limit(person, number) is None
    ]


def join(roster: Roster, crew: list[int], number: int) -> None:
    for person in crew:
        roster.add((person, number))


def price(roster: Roster, crew: list[int], number: int) -> int:
    """What a crew's joining adds to the soft level."""
    ground, weights = roster.ground, roster.ground.weights
    price = 0
    for person in crew:
        mine = roster.of_person[person]
        before = sum(ground.minutes[other] for other in mine)
        week = sum(ground.minutes[other] for other in mine if ground.weeks[other] == ground.weeks[number])
        more = ground.minutes[number]
        price += weights.fairness * (ground.fairness(person, before + more) - ground.fairness(person, before))
        price += weights.preference * (
            ground.points(person, number)
            + ground.over_target(person, week + more)
            - ground.over_target(person, week)
        )
        site = ground.sessions[number].site
        price += weights.continuity * all(ground.sessions[other].site != site for other in mine)
    return price
