"""What a position may be called and ask for. Inner: asks no rights."""

from __future__ import annotations

from sqlalchemy import select

from volunteer_core import texts
from volunteer_core.database import Work
from volunteer_core.errors import Conflict, Malformed
from volunteer_core.events.models import Event, Position

OLDEST = 120
SHORTEST_OFFER, LONGEST_OFFER = 5, 10_080
MOST_COMPANIONS = 20


class PositionNameTaken(Conflict, code="position_name_taken", sentence="活动中已有同名岗位。"):
    """The positions of an event have different names."""


def free_name(work: Work, event: Event, name: str, *, besides: int = 0) -> str:
    """A checked name that no position of a locked event has but the one it is for."""
    kept = texts.line("name", name, longest=40)
    same = (Position.event_id == event.id, Position.name == kept, Position.id != besides)
    if work.scalar(select(Position.id).where(*same)):
        raise PositionNameTaken(event_id=event.id)
    return kept


def refuse_wrong_ages(min_age: int | None, max_age: int | None) -> None:
    """Refuses ages that nobody has."""
    for field, age in (("min_age", min_age), ("max_age", max_age)):
        if age is not None and not 0 <= age <= OLDEST:
            raise Malformed(field, f"应在 0 至 {OLDEST} 之间。")
    if min_age is not None and max_age is not None and min_age > max_age:
        raise Malformed("max_age", "不能小于最小年龄。")


def checked_qualification(kind: str | None) -> str | None:
    """A kind of qualification, by its code."""
    return None if kind is None else texts.code("qualification", kind)


def checked_offer(minutes: int | None) -> int | None:
    """For how long freed seats are offered; five minutes to a week."""
    if minutes is not None and not SHORTEST_OFFER <= minutes <= LONGEST_OFFER:
        raise Malformed("offer_minutes", f"应在 {SHORTEST_OFFER} 至 {LONGEST_OFFER} 之间。")
    return minutes


def checked_companions(most: int) -> int:
    """How many people one may bring along, up to 20."""
    if not 0 <= most <= MOST_COMPANIONS:
        raise Malformed("most_companions", f"应在 0 至 {MOST_COMPANIONS} 之间。")
    return most
