"""Who came and went, from all that doors reported, in whatever order it arrived. Pure. Inner."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from volunteer_core.events.door.models import Direction, Outcome


class Way(NamedTuple):
    """One way through a door, by the door's clock."""

    at: datetime
    direction: Direction


class Course(NamedTuple):
    """How it stands with somebody in the end, and how many ways counted on the way there."""

    arrived_at: datetime | None = None
    """The first coming that was not undone; null also for who is known only to have left."""
    left_at: datetime | None = None
    """Null too for who came back."""
    comings: int = 0
    leavings: int = 0
    undone: int = 0

    @property
    def was_there(self) -> bool:
        return self.arrived_at is not None or self.left_at is not None

    @property
    def is_in(self) -> bool:
        return self.arrived_at is not None and self.left_at is None


def course(ways: Iterable[Way]) -> Course:
    """Follows the ways by time; those of one instant as given.

    Who is in comes in no second time, who is out leaves no second time; who left before anybody saw
    them come has left all the same: their coming may be reported later. An undoing takes back the last
    way that counted.
    """
    found = Course()
    before: list[tuple[datetime | None, datetime | None]] = []
    for way in sorted(ways, key=_instant):
        arrived, left = found.arrived_at, found.left_at
        if way.direction is Direction.UNDO:
            if before:
                arrived, left = before.pop()
                found = found._replace(arrived_at=arrived, left_at=left, undone=found.undone + 1)
        elif way.direction is Direction.IN:
            if not found.is_in:
                before.append((arrived, left))
                found = found._replace(arrived_at=arrived or way.at, left_at=None, comings=found.comings + 1)
        elif left is None and (arrived is None or arrived < way.at):
            before.append((arrived, left))
            found = found._replace(left_at=way.at, leavings=found.leavings + 1)
    return found


def outcome_of(direction: Direction, before: Course, after: Course) -> Outcome:
    """What came of one more report: nobody is admitted twice, although the second to report came first."""
    rose, outcome = {
        Direction.IN: (after.comings > before.comings, Outcome.ADMITTED),
        Direction.OUT: (after.leavings > before.leavings, Outcome.LEFT),
        Direction.UNDO: (after.undone > before.undone, Outcome.UNDONE),
    }[direction]
    if rose:
        return outcome
    return Outcome.ALREADY_IN if after.is_in or direction is Direction.IN else Outcome.ALREADY_OUT


def _instant(way: Way) -> datetime:
    return way.at
