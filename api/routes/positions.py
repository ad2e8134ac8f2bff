"""Changing and removing positions of events."""

from __future__ import annotations

from litestar import Router
from litestar.params import JSONBody
from msgspec import UNSET, UnsetType

from api.incoming import AwareDatetime, Body, PathId, given
from api.operations import act, patch
from api.routes.events import POSITION
from api.work import Opened
from volunteer_core.events import changing_positions
from volunteer_core.events.views import PositionView


class ChangePosition(Body):
    """What is changed at a position; what is not given stays, and null asks for nothing any more."""

    name: str | None = None
    earns_hours: bool | None = None
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    min_age: int | UnsetType | None = UNSET
    max_age: int | UnsetType | None = UNSET
    qualification: str | UnsetType | None = UNSET
    approval: bool | None = None
    offer_minutes: int | UnsetType | None = UNSET
    most_companions: int | None = None
    keep_confirmed: bool = False
    """Who has a seat keeps it, also if they do not fit what is asked for now."""


@patch(
    "/positions/{position_id:int}",
    operation="events.change",
    asks=ChangePosition(min_age=16, offer_minutes=120),
    answers=POSITION,
)
def change_position(opened: Opened, position_id: PathId, data: JSONBody[ChangePosition]) -> PositionView:
    """Change a position; who has a seat keeps it. Another span moves the time promised, and people are told.

    Refused: ages or a qualification that do not fit people who have a seat, who are named (`no_longer_fit`),
    a move that clashes for one of them (`clash`), another `earns_hours` while anybody has a seat
    (`service_settled`).
    """
    with opened.write() as work:
        return changing_positions.change_position(work, position_id=position_id, **given(data))


@act("/events/{event_id:int}/positions/{position_id:int}/remove", operation="events.change")
def remove_position(opened: Opened, event_id: PathId, position_id: PathId) -> None:
    """Remove a position for which nobody ever signed up (`position_used` otherwise)."""
    with opened.write() as work:
        changing_positions.remove_position(work, event_id=event_id, position_id=position_id)


router = Router("/", tags=["events"], route_handlers=[change_position, remove_position])
