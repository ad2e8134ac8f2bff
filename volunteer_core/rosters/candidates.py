"""Who could be put on a shift: the team's members, ranked, and what stands against the others."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

import msgspec
from sqlalchemy import select

from volunteer_core.database import Work
from volunteer_core.people.models import Person
from volunteer_core.places.models import Site
from volunteer_core.rosters.availability.models import DateWish
from volunteer_core.rosters.checking import Checks
from volunteer_core.rosters.models import Shift
from volunteer_core.teams.membership import member_on
from volunteer_core.teams.models import Membership, Programme


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
    not_said: bool
    """They have not said when they can serve on that day: ask before counting on them."""
    wish: DateWish | None
    """What they said of that very date."""
    near: bool
    """Lives in the community of the site."""
    recent_shifts: int


class Member(msgspec.Struct, frozen=True):
    """Somebody of a team between two dates, for ranking."""

    id: int
    code: str
    name: str
    community_id: int | None
    joined_on: date
    left_on: date | None

    def on(self, day: date) -> bool:
        return self.joined_on <= day and (self.left_on is None or day < self.left_on)


def candidates(work: Work, *, shift_id: int) -> list[Candidate]:
    """The team's members for a shift: the free ones first, who has said so before who has said nothing,
    then neighbours and the least loaded."""
    shift = work.find(Shift, shift_id)
    programme, site = work.find(Programme, shift.programme_id), work.find(Site, shift.site_id)
    work.demand("rosters.candidates", teams=[programme.team_id], communities=[site.community_id])
    return candidates_of(work, shift, programme, site)


def candidates_of(
    work: Work, shift: Shift, programme: Programme, site: Site, *, besides: Collection[int] = ()
) -> list[Candidate]:
    """:func:`candidates` without asking a right, as if the commitments with the ids ``besides`` were
    released. Inner."""
    members = members_between(work, programme, shift.civil_date, shift.civil_date)
    checks = Checks.load(work, programme, [shift], [member.id for member in members])
    return ranked(checks, shift, site, members, besides=besides)


def members_between(work: Work, programme: Programme, first: date, last: date) -> list[Member]:
    """Who belongs to a programme's team on any day between two. Inner."""
    columns = (Person.id, Person.code, Person.name, Person.community_id)
    rows = work.execute(
        select(*columns, Membership.joined_on, Membership.left_on)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.team_id == programme.team_id,
            member_on(first) | Membership.joined_on.between(first, last),
        )
    )
    return [Member(*row) for row in rows]


def ranked(
    checks: Checks, shift: Shift, site: Site, members: Sequence[Member], *, besides: Collection[int] = ()
) -> list[Candidate]:
    """Those of the members of a shift's day who are not on it, as :func:`candidates` orders them. Inner."""
    on_it = set(checks.people_on(shift, besides))
    found = [
        Candidate(
            member.id,
            member.code,
            member.name,
            checks.leads(shift, member.id),
            [refusal.code for refusal in checks.against(shift, member.id, besides=besides)],
            not checks.said(shift, member.id),
            checks.wish(shift, member.id),
            member.community_id == site.community_id,
            checks.recent(shift, member.id),
        )
        for member in members
        if member.id not in on_it and member.on(shift.civil_date)
    ]
    return sorted(
        found,
        key=lambda one: (
            bool(one.obstacles),
            one.not_said,
            one.wish is DateWish.RATHER_NOT,
            one.wish is not DateWish.PREFERS,
            not one.near,
            one.recent_shifts,
            one.code,
        ),
    )
