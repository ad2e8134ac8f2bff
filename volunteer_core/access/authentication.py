"""Who is calling: from a token's secret to an actor with the scopes of its roles."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, Date, LargeBinary, bindparam, or_, select

from volunteer_core.access.models import RoleGrant, Token
from volunteer_core.access.secrets import LONGEST_SECRET, digest
from volunteer_core.database import Work
from volunteer_core.errors import Refused
from volunteer_core.people.models import Person
from volunteer_core.permissions import Actor, Role
from volunteer_core.teams.membership import member_on
from volunteer_core.teams.models import Membership
from volunteer_core.timespans import civil_date


class TokenInvalid(Refused, code="token_invalid", sentence="登录凭证无效、已过期或已撤销，请重新登录。"):
    """The token is unknown, expired, revoked, or its person has left: all told alike."""


_TOKEN = (
    select(Token.person_id, Token.expires_at, Token.revoked_at, Person.left_on)
    .join(Person, Person.id == Token.person_id)
    .where(Token.digest == bindparam("digest", type_=LargeBinary))
)


def actor_of(work: Work, *, secret: str) -> Actor:
    """The person a token names, with what they may. Refuses with :class:`TokenInvalid`."""
    if not secret or len(secret) > LONGEST_SECRET:
        raise TokenInvalid
    row = work.execute(_TOKEN, {"digest": digest(secret)}).one_or_none()
    today = civil_date(work.now)
    if (
        row is None
        or row.revoked_at is not None
        or row.expires_at <= work.now
        or (row.left_on is not None and row.left_on <= today)
    ):
        raise TokenInvalid
    return actor_for(work, row.person_id)


def held_on(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """The condition that a granted role is held on a day."""
    return (RoleGrant.valid_from <= day) & or_(RoleGrant.valid_to.is_(None), RoleGrant.valid_to >= day)


_TODAY = bindparam("today", type_=Date())
_GRANTS = select(RoleGrant.role, RoleGrant.community_id).where(
    RoleGrant.person_id == bindparam("person_id"), held_on(_TODAY)
)
_LED = select(Membership.team_id).where(
    Membership.person_id == bindparam("person_id"), Membership.leads, member_on(_TODAY)
)


def actor_for(work: Work, person_id: int) -> Actor:
    """A person as an actor: their grants of today, and the teams they lead."""
    facts = {"person_id": person_id, "today": civil_date(work.now)}
    grants = work.execute(_GRANTS, facts).all()
    return Actor.person(
        person_id,
        officer=any(role is Role.STREET_OFFICER for role, _ in grants),
        communities=(community for _, community in grants if community is not None),
        teams=work.scalars(_LED, facts),
    )
