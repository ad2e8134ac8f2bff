"""Taking a draft over into the roster, with every rule checked again at that moment."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

import msgspec
from sqlalchemy import select

from volunteer_core.commitments.models import ACTIVE, Commitment, CommitmentStatus
from volunteer_core.database import Work
from volunteer_core.errors import Refused
from volunteer_core.people.models import Person
from volunteer_core.places.models import Site
from volunteer_core.rosters.assigning import ShiftOver, put_on, take_off
from volunteer_core.rosters.drafts.building import planned_ids
from volunteer_core.rosters.drafts.keeping import lock_ready, turn
from volunteer_core.rosters.drafts.models import DraftStatus
from volunteer_core.rosters.drafts.showing import Shown
from volunteer_core.rosters.drafts.views import PersonChange
from volunteer_core.rosters.models import OPEN, Shift, ShiftStatus
from volunteer_core.rosters.swaps.line import let_in, who_waits
from volunteer_core.teams.models import Programme


class PlacedPerson(msgspec.Struct, frozen=True):
    """A person who was put on a shift or taken off it."""

    shift_id: int
    person_id: int
    name: str


class PersonLeftOut(msgspec.Struct, frozen=True):
    """A place of the draft that was not taken over: the code of what stands against it by now, and why in
    Chinese."""

    shift_id: int
    person_id: int
    name: str
    code: str
    why: str


class Applied(msgspec.Struct, frozen=True):
    """What became of the roster: who was put on, who was taken off, how many stayed, who was left out, and
    what that changes for whom in what is published."""

    draft_id: int
    put_on: list[PlacedPerson]
    taken_off: list[PlacedPerson]
    kept: int
    left_out: list[PersonLeftOut]
    changes: list[PersonChange]


def apply_draft(work: Work, *, draft_id: int) -> Applied:
    """Turns a planned draft into the roster, in one transaction.

    Held places that are not in it are taken off. A promised place is released, and the person told, only if
    the planner knew it and the draft drops it; locked ones stay. Everybody new is put on with every rule
    checked again: what does not hold any more (leave taken meanwhile, a shift called off) is left out and
    named, and the rest is done. A place given up in a published shift goes to who waits for it. Publishing
    stays a step of its own.
    """
    draft, programme = lock_ready(work, draft_id)
    shown = Shown(work, draft)
    sites = {site.id: site for site in work.lock_all(Site, draft.site_ids)}
    shifts = {shift.id: shift for shift in work.lock_all(Shift, planned_ids(shown.problem))}
    wanted = {(place.shift_id, place.person_id) for place in shown.places}
    rows = select(Commitment).where(Commitment.shift_id.in_(list(shifts)), Commitment.status.in_(ACTIVE))
    people = {row.person_id for row in work.scalars(rows)} | {person_id for _, person_id in wanted}
    people |= who_waits(work, shifts.values())
    names = {person.id: person.name for person in work.lock_all(Person, people)}
    present = {
        (row.shift_id or 0, row.person_id): row
        for row in work.scalars(rows.order_by(Commitment.id).execution_options(populate_existing=True))
    }
    dropped = [
        row
        for place, row in present.items()
        if place not in wanted and _may_go(work, row, shifts[place[0]], shown)
    ]
    for row in dropped:
        shift = shifts[row.shift_id or 0]
        take_off(work, shift, programme, sites[shift.site_id], row, cause="planned")
    taken_off = [PlacedPerson(row.shift_id or 0, row.person_id, names[row.person_id]) for row in dropped]
    new = sorted(wanted - present.keys())
    put, left_out = _put_all(work, programme, sites, [(shifts[one], person) for one, person in new], names)
    freed = Counter(one.shift_id for one in taken_off) - Counter(one.shift_id for one in put)
    let_in(work, {shifts[shift_id]: places for shift_id, places in freed.items()})
    turn(draft, DraftStatus.APPLIED)
    work.flush()
    kept = len(present) - len(taken_off)
    return Applied(draft.id, put, taken_off, kept, left_out, _changes(shown, shifts, put, taken_off))


def _may_go(work: Work, row: Commitment, shift: Shift, shown: Shown) -> bool:
    """Whether a place that the draft does not have is given up. A promise the planner did not know stays."""
    known = (str(row.person_id), str(shift.id)) in shown.promised
    return (
        shift.status in OPEN
        and shift.starts_at > work.now
        and not row.locked
        and (known or row.status is CommitmentStatus.HELD)
    )


def _put_all(
    work: Work,
    programme: Programme,
    sites: dict[int, Site],
    places: Iterable[tuple[Shift, int]],
    names: dict[int, str],
) -> tuple[list[PlacedPerson], list[PersonLeftOut]]:
    """Puts everybody on who can be. Who depends on somebody else there (a newcomer on a mentor) is tried
    again as long as that somebody may still come."""
    put: list[PlacedPerson] = []
    waiting = list(places)
    refused: dict[tuple[int, int], Refused] = {}
    while waiting:
        again = []
        for shift, person_id in waiting:
            try:
                if shift.status in OPEN and shift.starts_at <= work.now:
                    raise ShiftOver(shift_id=shift.id)
                site = sites[shift.site_id]
                put_on(work, shift, programme, site, person_id, by_leader=True, cause="planned")
            except Refused as refusal:
                refused[shift.id, person_id] = refusal
                again.append((shift, person_id))
            else:
                put.append(PlacedPerson(shift.id, person_id, names[person_id]))
        if len(again) == len(waiting):
            break
        waiting = again
    left_out = [
        PersonLeftOut(
            shift.id,
            person_id,
            names[person_id],
            refused[shift.id, person_id].code,
            refused[shift.id, person_id].message,
        )
        for shift, person_id in waiting
    ]
    return put, left_out


def _changes(
    shown: Shown, shifts: dict[int, Shift], put: Iterable[PlacedPerson], taken_off: Iterable[PlacedPerson]
) -> list[PersonChange]:
    """What that means for people in what is published."""
    added: dict[int, list[str]] = defaultdict(list)
    dropped: dict[int, list[str]] = defaultdict(list)
    names = {}
    for places, spans in ((put, added), (taken_off, dropped)):
        for place in sorted(places, key=lambda one: shifts[one.shift_id].starts_at):
            if shifts[place.shift_id].status is ShiftStatus.PUBLISHED:
                names[place.person_id] = place.name
                spans[place.person_id].append(shown.when(place.shift_id))
    return [PersonChange(one, names[one], added[one], dropped[one], []) for one in sorted(names)]
