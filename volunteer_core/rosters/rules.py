"""What a programme asks of its shifts beyond numbers: qualifications, ages, newcomers, families."""

from __future__ import annotations

import msgspec
from sqlalchemy import bindparam, select

from volunteer_core import texts
from volunteer_core.database import Work
from volunteer_core.errors import Malformed
from volunteer_core.rosters.models import RosterRules
from volunteer_core.teams.models import Programme

MENTOR = "mentor"
"""The qualification of whom newcomers serve beside."""
OLDEST = 120
MOST_NEWCOMER_SHIFTS = 100
MOST_OF_FAMILY = 200
MOST_SWAP_HOURS = 336


class Rules(msgspec.Struct, frozen=True):
    """The rules of a programme; the defaults are those of a programme that has laid down nothing."""

    lead_qualification: str = "trained_lead"
    """Whoever has it counts as a lead."""
    qualification: str | None = None
    """What everybody must be qualified for, whatever a shift asks besides."""
    min_age: int | None = None
    max_age: int | None = None
    newcomer_shifts: int = 0
    """Who has served on fewer shifts here serves only beside a mentor."""
    most_of_family: int | None = None
    never_alone: bool = False
    self_service: bool = True
    swaps_need_approval: bool = False
    swap_hours: int = 2
    """How many hours before its start a shift can be offered and taken over at the latest."""
    asks_confirmation: bool = False


_COLUMNS = [getattr(RosterRules, field) for field in Rules.__struct_fields__]
_RULES = select(*_COLUMNS).where(RosterRules.programme_id == bindparam("programme_id"))


def rules_of(work: Work, programme_id: int) -> Rules:
    """The rules that hold for a programme. Inner."""
    row = work.execute(_RULES, {"programme_id": programme_id}).first()
    return Rules() if row is None else Rules(*row)


def read_rules(work: Work, *, programme_id: int) -> Rules:
    """The rules of a programme, for everybody who is signed in."""
    programme = work.find(Programme, programme_id)
    work.demand("rosters.read")
    return rules_of(work, programme.id)


def set_rules(
    work: Work,
    *,
    programme_id: int,
    lead_qualification: str = "trained_lead",
    qualification: str | None = None,
    min_age: int | None = None,
    max_age: int | None = None,
    newcomer_shifts: int = 0,
    most_of_family: int | None = None,
    never_alone: bool = False,
    self_service: bool = True,
    swaps_need_approval: bool = False,
    swap_hours: int = 2,
    asks_confirmation: bool = False,
) -> Rules:
    """Lays down the rules of a programme as a whole: what is not given is as by default.

    Who is on a shift already stays there; the coverage shows against whom the rules stand by now.
    Ages are completed years on the day of a shift.
    """
    programme = work.lock(Programme, programme_id)
    work.demand("rosters.rules", teams=[programme.team_id])
    rules = Rules(
        texts.code("lead_qualification", lead_qualification),
        None if qualification is None else texts.code("qualification", qualification),
        _within("min_age", min_age, 0, OLDEST),
        _within("max_age", max_age, 0, OLDEST),
        newcomer_shifts,
        _within("most_of_family", most_of_family, 1, MOST_OF_FAMILY),
        never_alone,
        self_service,
        swaps_need_approval,
        swap_hours,
        asks_confirmation,
    )
    _within("newcomer_shifts", newcomer_shifts, 0, MOST_NEWCOMER_SHIFTS)
    _within("swap_hours", swap_hours, 0, MOST_SWAP_HOURS)
    if min_age is not None and max_age is not None and max_age < min_age:
        raise Malformed("max_age", "不能小于最小年龄。")
    row = work.scalar(select(RosterRules).where(RosterRules.programme_id == programme.id))
    if row is None:
        row = RosterRules(programme_id=programme.id)
        work.add(row)
    for field, value in msgspec.structs.asdict(rules).items():
        setattr(row, field, value)
    work.flush()
    return rules


def _within(field: str, value: int | None, lowest: int, highest: int) -> int | None:
    if value is not None and not lowest <= value <= highest:
        raise Malformed(field, f"应在 {lowest} 至 {highest} 之间。")
    return value
