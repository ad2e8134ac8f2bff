"""Who could be put on a shift: the team's members, ranked, and what stands against the others."""

from __future__ import annotations

from datetime import timedelta

import msgspec
from sqlalchemy import func, select

from volunteer_core.commitments.models import ACTIVE, Commitment
from volunteer_core.commitments.promises import clashes
from volunteer_core.database import Work
from volunteer_core.office.settings import settings_on
from volunteer_core.people.models import Person
from volunteer_core.people.standing import obstacles, standings
from volunteer_core.places.models import Site
from volunteer_core.rosters.models import Shift
from volunteer_core.teams.membership import member_on
from volunteer_core.teams.models import Membership, Programme
from volunteer_core.teams.programmes import requirement_of
from volunteer_core.timespans import Span

LEAD = "trained_lead"
"""The qualification of who may lead a session."""
LOAD_DAYS = 28


class Candidate(msgspec.Struct, frozen=True):
    """A member of the team that runs the programme, for one shift.

    ``obstacles`` are the codes of all that stands against them; empty means free.
    ``recent_shifts`` counts their commitments in the four weeks around.
    """

    person_id: int
    code: str
    name: str
    lead: bool
    obstacles: list[str]
    near: bool
    """Lives in the community of the site."""
    recent_shifts: int


def candidates(work: Work, *, shift_id: int) -> list[Candidate]:
    """The team's members for a shift: the free ones first, neighbours and the least loaded first."""
    shift = work.find(Shift, shift_id)
    programme, site = work.find(Programme, shift.programme_id), work.find(Site, shift.site_id)
    work.demand("rosters.candidates", teams=[programme.team_id], communities=[site.community_id])
    return candidates_of(work, shift, programme, site)


def candidates_of(work: Work, shift: Shift, programme: Programme, site: Site) -> list[Candidate]:
    """:func:`candidates` without asking a right. Inner."""
    members = work.execute(
        select(Person.id, Person.code, Person.name, Person.community_id)
        .join(Membership, Membership.person_id == Person.id)
        .where(Membership.team_id == programme.team_id, member_on(shift.civil_date))
    ).all()
    ids = [member.id for member in members]
    standing = standings(work, ids, shift.civil_date)
    settings = settings_on(work, shift.civil_date)
    requirement = requirement_of(programme)
    busy = clashes(work, ids, Span(shift.starts_at, shift.ends_at))
    load = _recent_shifts(work, ids, shift)
    found = []
    for member in members:
        against = [obstacle.code for obstacle in obstacles(standing[member.id], requirement, settings)]
        if member.id in busy:
            here = any(row.shift_id == shift.id for row in busy[member.id])
            against.append("already_committed" if here else "clash")
        found.append(
            Candidate(
                member.id,
                member.code,
                member.name,
                LEAD in standing[member.id].qualifications,
                against,
                member.community_id == site.community_id,
                load.get(member.id, 0),
            )
        )
    return sorted(
        (candidate for candidate in found if "already_committed" not in candidate.obstacles),
        key=lambda one: (bool(one.obstacles), not one.near, one.recent_shifts, one.code),
    )


def _recent_shifts(work: Work, person_ids: list[int], shift: Shift) -> dict[int, int]:
    margin = timedelta(days=LOAD_DAYS // 2)
    rows = work.execute(
        select(Commitment.person_id, func.count())
        .where(
            Commitment.person_id.in_(person_ids),
            Commitment.status.in_(ACTIVE),
            Commitment.civil_date.between(shift.civil_date - margin, shift.civil_date + margin),
        )
        .group_by(Commitment.person_id)
    )
    return dict(rows.all())
