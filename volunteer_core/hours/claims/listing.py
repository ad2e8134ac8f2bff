"""Claims as people see them: their own, and those that somebody has to decide."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select
from sqlalchemy.orm import aliased

from volunteer_core.database import Page, Paging, Work
from volunteer_core.hours.claims.models import Claim, ClaimState
from volunteer_core.hours.claims.views import ClaimView
from volunteer_core.hours.models import LedgerEntry
from volunteer_core.people.models import Person
from volunteer_core.people.standing import guardian_ids
from volunteer_core.permissions import Reach
from volunteer_core.teams.membership import member_on
from volunteer_core.teams.models import Membership
from volunteer_core.timespans import civil_date, parse_month

_reversal = aliased(LedgerEntry)
_OF_ROW = (
    "id", "person_id", "kind", "civil_date", "starts_at", "ends_at", "what", "place", "evidence", "site_id",
    "community_id", "grid_id", "team_id", "programme_id", "late", "filed_by", "filed_at", "state", "minutes",
    "decided_by", "decided_at", "decision",
)  # fmt: skip


def list_own_claims(work: Work, *, person_id: int, paging: Paging = Paging()) -> Page[ClaimView]:
    """A person's claims, latest first: theirs and their guardians' to see."""
    person, today = work.find(Person, person_id), civil_date(work.now)
    work.demand("hours.claims.own", people=[person.id], guardians=guardian_ids(work, person.id, today))
    statement = _select().where(Claim.person_id == person.id)
    return work.page(ClaimView, statement.order_by(Claim.starts_at.desc(), Claim.id.desc()), paging)


def list_claims(
    work: Work,
    *,
    state: ClaimState | None = None,
    team_id: int | None = None,
    community_id: int | None = None,
    month: str | None = None,
    paging: Paging = Paging(),
) -> Page[ClaimView]:
    """The claims that the asker may decide about, those that wait first, the longest waiting first.

    ``month`` (2026-11) is that of the service.
    """
    reach = work.reach("hours.claims.decide")
    statement = _select()
    if month is not None:
        wanted = parse_month(month)
        statement = statement.where(Claim.civil_date.between(wanted.first, wanted.last))
    if not reach.everything:
        statement = statement.where(_reached(reach))
    for column, value in (
        (Claim.state, state),
        (Claim.team_id, team_id),
        (Claim.community_id, community_id),
    ):
        if value is not None:
            statement = statement.where(column == value)
    return work.page(
        ClaimView, statement.order_by(Claim.state != ClaimState.PENDING, Claim.filed_at, Claim.id), paging
    )


def view_of(work: Work, claim_id: int) -> ClaimView:
    """Inner."""
    return work.views(ClaimView, _select().where(Claim.id == claim_id))[0]


def _select() -> Select[*tuple[Any, ...]]:
    """Claims with their person and their live entry, if there is one."""
    live = (
        (LedgerEntry.claim_id == Claim.id)
        & LedgerEntry.reverses_id.is_(None)
        & ~exists().where(_reversal.reverses_id == LedgerEntry.id)
    )
    return (
        select(
            *(getattr(Claim, field) for field in _OF_ROW),
            Person.name.label("person"),
            LedgerEntry.id.label("entry_id"),
            func.coalesce(LedgerEntry.minutes, 0).label("credited_minutes"),
            LedgerEntry.civil_date.label("entered_on"),
        )
        .join(Person, Person.id == Claim.person_id)
        .outerjoin(LedgerEntry, live)
    )


def _reached(reach: Reach) -> ColumnElement[bool]:
    """Claims in one's communities, for one's teams, and for none of somebody who belonged to one."""
    belonged = exists().where(
        Membership.person_id == Claim.person_id,
        Membership.team_id.in_(reach.teams),
        member_on(Claim.civil_date.expression),
    )
    return or_(
        Claim.community_id.in_(reach.communities),
        Claim.team_id.in_(reach.teams),
        Claim.team_id.is_(None) & belonged,
    )
