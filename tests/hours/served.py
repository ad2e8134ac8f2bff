"""Service that stands in the ledger, and months that are closed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from tests.world import MONDAY, World, hour
from volunteer_core.hours.entering import enter
from volunteer_core.hours.models import EntryKind, EntrySource, LedgerEntry
from volunteer_core.hours.months.closing import close_month, reopen_month, report_month

LATER = hour(9, day=date(2026, 12, 3))


def serve(world: World, person: int, minutes: int = 60, *, day: date = MONDAY, **facts: Any) -> int:
    """Enters service at the first site, unless said otherwise; the id of the entry."""
    known = {
        "kind": EntryKind.SERVICE,
        "community_id": world.community,
        "source": EntrySource.CLAIM,
        "what": "五点学堂",
        "place": "三峰学堂",
        "team_id": world.team,
    } | facts
    now = known.pop("now", LATER)
    entry: LedgerEntry = world.do(enter, now=now, person_id=person, minutes=minutes, day=day, **known)
    return entry.id


def close(
    world: World, month: str = "2026-11", *, community: int | None = None, now: datetime = LATER
) -> None:
    """Has a month of the first community closed by its coordinator and by the street office."""
    for operation in (report_month, close_month):
        world.do(operation, community_id=community or world.community, month=month, now=now)


def reopen(world: World, month: str = "2026-11") -> None:
    world.do(reopen_month, community_id=world.community, month=month, reason="补登记", now=LATER)
