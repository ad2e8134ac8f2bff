"""Claims of the town's ward that wait for somebody, and entries of theirs that are objected to."""

from __future__ import annotations

from datetime import date
from itertools import count
from typing import Any

from tests.world import hour
from volunteer_core.hours.claims.deciding import approve_claim
from volunteer_core.hours.claims.filing import file_claim
from volunteer_core.hours.objections.filing import file_objection

DAY = date(2026, 10, 31)


def add_claims_and_objections(town: Any) -> None:
    """Each claim is of another hour of the same Saturday."""
    hours = count(8)
    for name in ("claim", "withdrawn_claim", "approved_claim", "shortened_claim", "declined_claim"):
        town.ids[name] = _claim(town, next(hours))
    entries = [_approved(town, next(hours)) for _ in range(4)]
    town.ids["own_entry"] = entries.pop()
    for name in ("withdrawn", "corrected", "explained"):
        objection = town.do(file_objection, entry_id=entries.pop(), text="少记了半小时")
        town.ids[f"{name}_objection"] = objection.id


def _claim(town: Any, begins: int) -> int:
    filed: int = town.do(
        file_claim,
        person_id=town.ids["ward"],
        starts_at=hour(begins, day=DAY),
        ends_at=hour(begins + 1, day=DAY),
        what="清理楼道",
        place="三号楼",
        evidence="群里有照片",
    ).id
    return filed


def _approved(town: Any, begins: int) -> int:
    entry: int = town.do(approve_claim, claim_id=_claim(town, begins)).entry_id
    return entry
