"""Issuing, listing and revoking tokens; granting and ending roles; seeing what one may."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec
from sqlalchemy import select

from volunteer_core import texts
from volunteer_core.access.authentication import held_on
from volunteer_core.access.models import RoleGrant, Token
from volunteer_core.access.secrets import digest, new_secret
from volunteer_core.database import Page, Paging, Work
from volunteer_core.errors import Conflict, Malformed, NotFound
from volunteer_core.people import registry
from volunteer_core.people.models import Person
from volunteer_core.people.standing import PersonLeft
from volunteer_core.permissions import Role
from volunteer_core.places.models import Community
from volunteer_core.timespans import civil_date

LONGEST_DAYS = 400


class AlreadyRevoked(Conflict, code="already_revoked", sentence="这个凭证此前已经撤销。"):
    """A token is revoked once and for good."""


class IssuedToken(msgspec.Struct, frozen=True):
    """A new token. ``secret`` is shown this once and kept nowhere."""

    id: int
    person_id: int
    label: str
    expires_at: datetime
    secret: str


class TokenView(msgspec.Struct, frozen=True):
    """A token in a list, without its secret."""

    id: int
    person_id: int
    label: str
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None


class Me(msgspec.Struct, frozen=True):
    """Who is signed in, and what they are to the office."""

    person_id: int
    code: str
    name: str
    officer: bool
    coordinates_communities: list[int]
    leads_teams: list[int]


class RoleView(msgspec.Struct, frozen=True):
    """A granted role."""

    id: int
    person_id: int
    role: Role
    community_id: int | None
    valid_from: date
    valid_to: date | None


def issue_token(work: Work, *, person_id: int, label: str, valid_days: int = 180) -> IssuedToken:
    """Issues a token for a person, valid for 1 to 400 days. Refuses who has left."""
    person = work.find(Person, person_id)
    work.demand("access.tokens.issue")
    if person.left_on is not None and person.left_on <= civil_date(work.now):
        raise PersonLeft(person_id=person.id)
    if not 1 <= valid_days <= LONGEST_DAYS:
        raise Malformed("valid_days", f"应在 1 至 {LONGEST_DAYS} 天之间。")
    secret = new_secret()
    token = Token(
        person_id=person.id,
        digest=digest(secret),
        label=texts.line("label", label, longest=60),
        issued_at=work.now,
        expires_at=work.now + timedelta(days=valid_days),
    )
    work.add(token)
    work.flush()
    return IssuedToken(token.id, person.id, token.label, token.expires_at, secret)


def issue_first(
    work: Work, *, code: str, name: str | None, officer: bool, valid_days: int = 180
) -> IssuedToken:
    """The way in for a new office: a token for the person with a code, who is registered if a name
    is given, and made a street officer if asked."""
    work.demand("access.tokens.issue")
    person_id = work.scalar(select(Person.id).where(Person.code == code))
    if person_id is None:
        if name is None:
            raise NotFound("people", code[:32])
        person_id = registry.register(work, code=code, name=name).id
    today = civil_date(work.now)
    granted = select(RoleGrant.id).where(
        RoleGrant.person_id == person_id, RoleGrant.role == Role.STREET_OFFICER, held_on(today)
    )
    if officer and work.scalar(granted.limit(1)) is None:
        grant_role(work, person_id=person_id, role=Role.STREET_OFFICER, valid_from=today)
    return issue_token(work, person_id=person_id, label="命令行", valid_days=valid_days)


def list_tokens(work: Work, *, person_id: int, paging: Paging = Paging()) -> Page[TokenView]:
    """A person's tokens, newest first."""
    work.demand("access.tokens.list", people=[person_id])
    work.find(Person, person_id)
    columns = [getattr(Token, field) for field in TokenView.__struct_fields__]
    statement = select(*columns).where(Token.person_id == person_id).order_by(Token.id.desc())
    return work.page(TokenView, statement, paging)


def revoke_token(work: Work, *, token_id: int) -> None:
    """Revokes a token at once. Refuses one that is revoked already."""
    token = work.lock(Token, token_id)
    work.demand("access.tokens.revoke", people=[token.person_id])
    if token.revoked_at is not None:
        raise AlreadyRevoked(id=token_id)
    token.revoked_at = work.now
    work.flush()


def grant_role(
    work: Work,
    *,
    person_id: int,
    role: Role,
    valid_from: date,
    community_id: int | None = None,
    valid_to: date | None = None,
) -> RoleView:
    """Makes a person a street officer, or the coordinator of a community, between two dates."""
    work.demand("access.grant")
    person = work.find(Person, person_id)
    if role not in {Role.STREET_OFFICER, Role.COMMUNITY_COORDINATOR}:
        raise Malformed("role", "只能授予街道工作人员或社区协调员。")
    if (role is Role.COMMUNITY_COORDINATOR) != (community_id is not None):
        raise Malformed("community_id", "社区协调员必须指定社区，街道工作人员不指定社区。")
    if community_id is not None:
        work.find(Community, community_id)
    if valid_to is not None and valid_to < valid_from:
        raise Malformed("valid_to", "不能早于生效日期。")
    grant = RoleGrant(
        person_id=person.id,
        role=role,
        community_id=community_id,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    work.add(grant)
    work.flush()
    return _role_view(grant)


def end_role(work: Work, *, grant_id: int, last_day: date) -> RoleView:
    """Ends a granted role after a day."""
    grant = work.lock(RoleGrant, grant_id)
    work.demand("access.grant")
    if last_day < grant.valid_from:
        raise Malformed("last_day", "不能早于生效日期。")
    grant.valid_to = last_day
    work.flush()
    return _role_view(grant)


def list_roles(
    work: Work,
    *,
    person_id: int | None = None,
    community_id: int | None = None,
    paging: Paging = Paging(),
) -> Page[RoleView]:
    """All granted roles, past ones too; of a person or in a community if asked."""
    work.demand("access.grant")
    columns = [getattr(RoleGrant, field) for field in RoleView.__struct_fields__]
    statement = select(*columns).order_by(RoleGrant.id)
    if person_id is not None:
        statement = statement.where(RoleGrant.person_id == person_id)
    if community_id is not None:
        statement = statement.where(RoleGrant.community_id == community_id)
    return work.page(RoleView, statement, paging)


def me(work: Work) -> Me:
    """Who is signed in. Only for people: a script has no self."""
    work.demand("access.me")
    person = work.find(Person, work.by.person_id or 0)
    return Me(
        person.id,
        person.code,
        person.name,
        work.by.officer,
        sorted(work.by.communities),
        sorted(work.by.teams),
    )


def _role_view(grant: RoleGrant) -> RoleView:
    return RoleView(
        grant.id, grant.person_id, grant.role, grant.community_id, grant.valid_from, grant.valid_to
    )
