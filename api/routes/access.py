"""Signing in: who one is, tokens, and the roles that the street office grants."""

from __future__ import annotations

from datetime import UTC, date, datetime

from litestar import Router
from litestar.params import JSONBody

from api.incoming import Body, Id, OptionalQueryId, Paged, PathId, given
from api.operations import act, get, post
from api.work import Opened
from volunteer_core.access import tokens
from volunteer_core.access.tokens import IssuedToken, Me, RoleView, TokenView
from volunteer_core.database import Page
from volunteer_core.permissions import Role

ME = Me(
    person_id=42,
    code="V0042",
    name="王小敏",
    officer=False,
    coordinates_communities=[],
    leads_teams=[1],
)
TOKEN = TokenView(
    id=9,
    person_id=42,
    label="手机",
    issued_at=datetime(2026, 12, 3, 4, 0, tzinfo=UTC),
    expires_at=datetime(2027, 6, 1, 4, 0, tzinfo=UTC),
    revoked_at=None,
)
ISSUED = IssuedToken(
    id=9,
    person_id=42,
    label="手机",
    expires_at=datetime(2027, 6, 1, 4, 0, tzinfo=UTC),
    secret="只显示这一次的凭证",  # noqa: S106 - an example, in words
)
ROLE = RoleView(
    id=2,
    person_id=42,
    role=Role.COMMUNITY_COORDINATOR,
    community_id=1,
    valid_from=date(2026, 12, 1),
    valid_to=None,
)


class IssueToken(Body):
    """What the token is for, and for how many days it counts (1 to 400)."""

    label: str
    valid_days: int = 180


class GrantRole(Body):
    """Who becomes what: a street officer, or the coordinator of a community."""

    person_id: Id
    role: Role
    valid_from: date
    community_id: Id | None = None
    valid_to: date | None = None


class EndRole(Body):
    """The last day on which the role is held."""

    last_day: date


@get("/me", operation="access.me", answers=ME)
def read_me(opened: Opened) -> Me:
    """Say who is signed in, and what they are to the office."""
    with opened.read() as work:
        return tokens.me(work)


@get("/people/{person_id:int}/tokens", operation="access.tokens.list", answers=Page([TOKEN], 1, 50, 0))
def list_tokens(opened: Opened, person_id: PathId, paging: Paged) -> Page[TokenView]:
    """List a person's tokens without their secrets, newest first."""
    with opened.read() as work:
        return tokens.list_tokens(work, person_id=person_id, paging=paging)


@post(
    "/people/{person_id:int}/tokens",
    operation="access.tokens.issue",
    asks=IssueToken(label="手机"),
    answers=ISSUED,
    shown_once=True,
)
def issue_token(opened: Opened, person_id: PathId, data: JSONBody[IssueToken]) -> IssuedToken:
    """Issue a token for a person. Its secret is shown this once and kept nowhere."""
    with opened.write() as work:
        return tokens.issue_token(work, person_id=person_id, **given(data))


@act("/tokens/{token_id:int}/revoke", operation="access.tokens.revoke")
def revoke_token(opened: Opened, token_id: PathId) -> None:
    """Revoke a token at once.

    Refused: one that is revoked already (`already_revoked`).
    """
    with opened.write() as work:
        tokens.revoke_token(work, token_id=token_id)


@get("/roles", operation="access.grant", answers=Page([ROLE], 1, 50, 0))
def list_roles(
    opened: Opened,
    paging: Paged,
    person_id: OptionalQueryId = None,
    community_id: OptionalQueryId = None,
) -> Page[RoleView]:
    """List the granted roles, past ones too; of one person or in one community if asked."""
    with opened.read() as work:
        return tokens.list_roles(work, person_id=person_id, community_id=community_id, paging=paging)


@post(
    "/roles",
    operation="access.grant",
    asks=GrantRole(
        person_id=42, role=Role.COMMUNITY_COORDINATOR, community_id=1, valid_from=date(2026, 12, 1)
    ),
    answers=ROLE,
)
def grant_role(opened: Opened, data: JSONBody[GrantRole]) -> RoleView:
    """Make a person a street officer, or the coordinator of a community.

    Leading a team is not granted here: it belongs to the membership.
    """
    with opened.write() as work:
        return tokens.grant_role(work, **given(data))


@act(
    "/roles/{grant_id:int}/end",
    operation="access.grant",
    asks=EndRole(last_day=date(2027, 6, 30)),
    answers=ROLE,
)
def end_role(opened: Opened, grant_id: PathId, data: JSONBody[EndRole]) -> RoleView:
    """End a granted role after a day."""
    with opened.write() as work:
        return tokens.end_role(work, grant_id=grant_id, **given(data))


router = Router(
    "/",
    route_handlers=[read_me, list_tokens, issue_token, revoke_token, list_roles, grant_role, end_role],
    tags=["access"],
)
