"""Short ways to object to an entry, and what people are told of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.hours.claiming import live
from tests.world import MONDAY, World, hour
from volunteer_core.hours.objections.filing import file_objection
from volunteer_core.hours.objections.listing import ObjectionView
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.outbox import list_notices
from volunteer_core.permissions import Actor

TUESDAY = hour(9, day=MONDAY + timedelta(days=1))
CORRECTION = {"minutes": 120, "reason": "已核对签到表"}
REASON = {"reason": "签到表如此"}


def objection(world: World, person: int, **facts: Any) -> ObjectionView:
    """To the newest entry that stands, on the day after."""
    known = {"by": Actor.person(person), "now": TUESDAY, "text": "少记了一小时"} | facts
    if "entry_id" not in known:
        known["entry_id"] = live(world, person)[-1].id
    filed: ObjectionView = world.do(file_objection, **known)
    return filed


def notices(world: World, who: Actor, *, of: int | None = None) -> list[str]:
    """What somebody is told."""
    found = world.see(list_notices, by=who, open_only=False).items
    return [
        one.text for one in found if one.kind is NoticeKind.HOURS and one.person_id == (of or who.person_id)
    ]
