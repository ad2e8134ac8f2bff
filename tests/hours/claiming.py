"""Short ways to claim time, to have it decided, and to read the ledger."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from tests.world import MONDAY, World, hour
from volunteer_core.commitments.models import Attendance
from volunteer_core.database import Paging
from volunteer_core.hours.claims.deciding import approve_claim
from volunteer_core.hours.claims.filing import file_claim
from volunteer_core.hours.claims.views import ClaimView
from volunteer_core.hours.ledger import EntryView, balance, list_entries
from volunteer_core.hours.months.closing import close_month, report_month

EVENING = hour(23, 59)
DECEMBER = hour(9, day=date(2026, 12, 3))


def claim(
    world: World, person: int, begins: float = 9, ends: float = 11, *, day: date = MONDAY, **facts: Any
) -> ClaimView:
    """Claims a span of a day, in hours, late in its evening."""
    known = {
        "now": hour(23, 59, day=day),
        "starts_at": hour(0, day=day) + timedelta(hours=begins),
        "ends_at": hour(0, day=day) + timedelta(hours=ends),
        "what": "清理楼道",
        "place": "" if "site_id" in facts else "三号楼",
        "evidence": "群里有照片",
    } | facts
    filed: ClaimView = world.do(file_claim, person_id=person, **known)
    return filed


def approve(world: World, claim_id: int, **facts: Any) -> ClaimView:
    """In the evening, by who may do everything, unless said otherwise."""
    approved: ClaimView = world.do(approve_claim, **{"now": EVENING, "claim_id": claim_id} | facts)
    return approved


def credited(world: World, person: int, begins: float, ends: float, **facts: Any) -> ClaimView:
    """Time that is claimed and approved."""
    return approve(world, claim(world, person, begins, ends, **facts).id)


def entries(world: World, person: int) -> list[EntryView]:
    """In the order in which they were entered."""
    found = world.see(list_entries, person_id=person, paging=Paging(limit=500)).items
    return sorted(found, key=lambda entry: entry.id)


def live(world: World, person: int) -> list[EntryView]:
    found = entries(world, person)
    gone = {entry.reverses_id for entry in found}
    return [entry for entry in found if entry.reverses_id is None and entry.id not in gone]


def minutes(world: World, person: int) -> int:
    found: int = world.see(balance, person_id=person).service_minutes
    return found


def attended(world: World, person: int, begins: int, ends: int) -> int:
    """A shift of a person's that a leader has marked."""
    shift = world.published(person, starts=time(begins), ends=time(ends), programme=world.clean_up)
    world.mark(shift, person, attendance=Attendance.ATTENDED)
    return shift


def close_november(world: World) -> None:
    month = {"community_id": world.community, "month": "2026-11", "now": DECEMBER}
    world.do(report_month, **month)
    world.do(close_month, **month)
