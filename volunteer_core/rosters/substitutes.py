"""Who could come instead: what a shift lacks now, and the team's members ranked for it, with reasons."""

from __future__ import annotations

import msgspec
from sqlalchemy import select

from volunteer_core.commitments.models import Commitment
from volunteer_core.database import Work
from volunteer_core.places.models import Site
from volunteer_core.rosters.availability.models import DateWish
from volunteer_core.rosters.candidates import Candidate, members_between, ranked
from volunteer_core.rosters.checking import Checks
from volunteer_core.rosters.coverage import OBSTACLE_WORDS
from volunteer_core.rosters.models import DropOut, Shift
from volunteer_core.teams.models import Programme


class Substitute(msgspec.Struct, frozen=True):
    """Somebody who could come, or what stands against it; in words too."""

    person_id: int
    code: str
    name: str
    lead: bool
    obstacles: list[str]
    """Codes of all that stands against them; empty means free."""
    not_said: bool
    """They have not said when they can serve: somebody has to ask them."""
    reason: str


class Substitutes(msgspec.Struct, frozen=True):
    """What a shift lacks, and who could come: the free first, leads first of all if a lead lacks."""

    shift_id: int
    missing: int
    """People still to be found: max(minimum - people, leads still missing)."""
    leads_missing: int
    people: list[Substitute]


def substitutes(work: Work, *, shift_id: int) -> Substitutes:
    """The team's members for a shift, ranked, without those who have said that they cannot come to it."""
    shift = work.find(Shift, shift_id)
    programme, site = work.find(Programme, shift.programme_id), work.find(Site, shift.site_id)
    work.demand("rosters.candidates", teams=[programme.team_id], communities=[site.community_id])
    return substitutes_of(work, shift, programme, site)


def substitutes_of(work: Work, shift: Shift, programme: Programme, site: Site) -> Substitutes:
    """:func:`substitutes` without asking a right. Inner."""
    members = members_between(work, programme, shift.civil_date, shift.civil_date)
    checks = Checks.load(work, programme, [shift], [member.id for member in members])
    able = [one for one in checks.people_on(shift) if not checks.lasting(shift, one)]
    leads_missing = max(shift.leads - sum(checks.leads(shift, one) for one in able), 0)
    cannot = _who_cannot(work, shift)
    found = [one for one in ranked(checks, shift, site, members) if one.person_id not in cannot]
    found.sort(key=lambda one: (bool(one.obstacles), leads_missing > 0 and not one.lead))
    return Substitutes(
        shift.id,
        max(shift.minimum - len(able), leads_missing),
        leads_missing,
        [
            Substitute(one.person_id, one.code, one.name, one.lead, one.obstacles, one.not_said, _why(one))
            for one in found
        ],
    )


def _who_cannot(work: Work, shift: Shift) -> set[int]:
    """Who has said of this very shift that they cannot come."""
    return set(
        work.scalars(
            select(Commitment.person_id)
            .join(DropOut, DropOut.commitment_id == Commitment.id)
            .where(Commitment.shift_id == shift.id)
        )
    )


def _why(one: Candidate) -> str:
    """``住同社区，近四周 1 次，可带班``, or what stands against it: ``时间冲突、请假``."""
    if one.obstacles:
        return "、".join(OBSTACLE_WORDS.get(code, code) for code in one.obstacles)
    parts = ["住同社区"] if one.near else []
    parts.append(f"近四周 {one.recent_shifts} 次")
    parts += ["可带班"] if one.lead else []
    parts += ["当天愿意来"] if one.wish is DateWish.PREFERS else []
    parts += ["当天最好不排"] if one.wish is DateWish.RATHER_NOT else []
    parts += ["没有说明时间"] if one.not_said else []
    return "，".join(parts)
