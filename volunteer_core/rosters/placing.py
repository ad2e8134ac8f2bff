"""Putting many people on many shifts at once: who cannot be put there is named, and the others are."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from volunteer_core.database import Work
from volunteer_core.errors import RuleBroken
from volunteer_core.people.models import Person
from volunteer_core.places.models import Site
from volunteer_core.rosters.assigning import put_on
from volunteer_core.rosters.models import Shift
from volunteer_core.teams.models import Programme


class Place(msgspec.Struct, frozen=True):
    """A person on a shift."""

    shift_id: int
    person_id: int


class LeftOut(msgspec.Struct, frozen=True):
    """A person who could not be put on a shift, and the code of the first rule that stood against it."""

    shift_id: int
    person_id: int
    code: str


class Wanted(msgspec.Struct, frozen=True):
    """A person to be put on a locked shift, in the name of a team or of the one that suits."""

    shift: Shift
    person_id: int
    team_id: int | None
    locked: bool = False
    """Planning then leaves them there."""


def place_all(
    work: Work, programme: Programme, wanted: Iterable[Wanted]
) -> tuple[list[Place], list[LeftOut]]:
    """Puts people on locked shifts of a programme in that order, with every rule checked for each. Inner."""
    placed, left_out = [], []
    ordered = list(wanted)
    work.lock_all(Person, (one.person_id for one in ordered))
    for one in ordered:
        shift, person_id = one.shift, one.person_id
        site = work.find(Site, shift.site_id)
        try:  # it refuses before it writes anything
            commitment = put_on(work, shift, programme, site, person_id, team_id=one.team_id, by_leader=True)
        except RuleBroken as refusal:
            left_out.append(LeftOut(shift.id, person_id, refusal.code))
        else:
            commitment.locked = one.locked
            placed.append(Place(shift.id, person_id))
    work.flush()
    return placed, left_out
