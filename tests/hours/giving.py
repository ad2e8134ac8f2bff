"""A short way to give minutes: entered as an import does, without shifts and attendance."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.world import MONDAY, SCRIPT, World, hour
from volunteer_core.database import Work
from volunteer_core.hours.entering import enter
from volunteer_core.hours.models import EntryKind, EntrySource

AFTERWARDS = hour(12, day=date(2027, 1, 20))


def give(world: World, person: int, day: date = MONDAY, minutes: int = 120, **facts: Any) -> None:
    """Service for the first team, unless said otherwise."""
    with world.office.write(by=SCRIPT, now=AFTERWARDS) as work:
        give_in(work, world, person, day, minutes, **facts)


def give_in(work: Work, world: World, person: int, day: date, minutes: int, **facts: Any) -> None:
    """The same within a work."""
    known = {"kind": EntryKind.SERVICE, "community_id": world.community, "team_id": world.team}
    said = {"source": EntrySource.IMPORT, "what": "清扫", "place": "公园"}
    enter(work, person_id=person, day=day, minutes=minutes, **known | said | facts)
