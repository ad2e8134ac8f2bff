"""The town's door: an event this evening whose people are coming in."""

from __future__ import annotations

from typing import Any

from tests.world import hour
from volunteer_core.events.door.scanning import check_in
from volunteer_core.events.planning import create_event, publish_event
from volunteer_core.events.positions import add_position
from volunteer_core.events.signups import sign_up


def add_the_door(town: Any) -> None:
    """The ward has a seat, one of the others leaves and one was ticked by mistake; there are free seats."""
    ids = town.ids
    event = ids["door_event"] = town.do(
        create_event,
        title="邻里晚会",
        site_id=town.site,
        team_id=town.team,
        starts_at=hour(18),
        ends_at=hour(19),
    ).id
    seats = {"capacity": 10, "earns_hours": True}
    position = ids["door_position"] = town.do(add_position, event_id=event, name="引导员", **seats).id
    town.do(publish_event, event_id=event)
    for name, person in (("door", "ward"), ("inside", "helper"), ("mistaken", "staff")):
        signup = town.do(sign_up, position_id=position, person_id=ids[person]).id
        ids[f"{name}_signup"] = signup
        if name != "door":
            town.do(check_in, now=hour(17, 10), signup_id=signup)
