"""What stands in the outbox for somebody."""

from __future__ import annotations

from tests.world import World
from volunteer_core.database import Paging
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.outbox import list_notices


def told(world: World, person: int | None, kind: NoticeKind | None = None) -> list[str]:
    """The texts of a person's notices, oldest first; of one kind if asked."""
    notices = world.see(list_notices, paging=Paging(limit=500)).items
    return [one.text for one in notices if one.person_id == person and kind in {None, one.kind}]
