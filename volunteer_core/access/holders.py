"""Who answers for a community, to be told what waits there. Inner: asks no rights."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import or_, select

from volunteer_core.access.authentication import held_on
from volunteer_core.access.models import RoleGrant
from volunteer_core.database import Work
from volunteer_core.people.models import Person
from volunteer_core.permissions import Role
from volunteer_core.timespans import civil_date


def answers_for(work: Work, community_id: int, *, besides: Collection[int] = ()) -> list[int]:
    """The coordinators of a community, else the street officers, by id; none of those who are left out."""
    return _granted(work, community_id, besides) or _granted(work, None, besides)


def _granted(work: Work, community_id: int | None, besides: Collection[int]) -> list[int]:
    today = civil_date(work.now)
    role = Role.STREET_OFFICER if community_id is None else Role.COMMUNITY_COORDINATOR
    return list(
        work.scalars(
            select(RoleGrant.person_id)
            .join(Person, Person.id == RoleGrant.person_id)
            .where(
                RoleGrant.role == role,
                RoleGrant.community_id.is_not_distinct_from(community_id),
                held_on(today),
                RoleGrant.person_id.not_in(besides),
                or_(Person.left_on.is_(None), Person.left_on > today),
            )
            .distinct()
            .order_by(RoleGrant.person_id)
        )
    )
