"""Offers of shifts as people see them: their own, those made to them or their team, and a leader's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.orm import aliased

from volunteer_core.database import Page, Paging, Work
from volunteer_core.people.masking import masked_name
from volunteer_core.people.models import Person
from volunteer_core.places.models import Site
from volunteer_core.rosters.models import Shift
from volunteer_core.rosters.own_accord import about
from volunteer_core.rosters.swaps.models import PENDING, OfferStatus, ShiftOffer
from volunteer_core.teams.membership import teams_of
from volunteer_core.teams.models import Programme, Team
from volunteer_core.timespans import civil_date


class OfferView(msgspec.Struct, frozen=True):
    """An offered shift. Names are in full for giver and taker, for the one asked and for who makes the
    roster, and masked for the rest of the team. ``returned`` fields are those of the shift in return."""

    id: int
    programme_id: int
    shift_id: int
    site_name: str
    starts_at: datetime
    ends_at: datetime
    giver_id: int
    giver: str
    asked_id: int | None
    asked: str | None
    returned_shift_id: int | None
    returned_site_name: str | None
    returned_starts_at: datetime | None
    returned_ends_at: datetime | None
    taker_id: int | None
    taker: str | None
    status: OfferStatus
    note: str
    answer: str
    offered_at: datetime
    ended_at: datetime | None


_giver, _asked, _taker = aliased(Person), aliased(Person), aliased(Person)
_returned, _there = aliased(Shift), aliased(Site)


def list_offers(
    work: Work, *, person_id: int, pending_only: bool = True, paging: Paging = Paging()
) -> Page[OfferView]:
    """What concerns a person: offers of theirs, to them, and open ones to the teams they belong to."""
    person = work.find(Person, person_id)
    work.demand("rosters.offers", **about(work, person))
    to_team = (
        ShiftOffer.asked_id.is_(None)
        & (ShiftOffer.status == OfferStatus.OPEN)
        & Programme.team_id.in_(teams_of(work, person.id, civil_date(work.now)))
    )
    concerned = or_(
        ShiftOffer.giver_id == person.id,
        ShiftOffer.asked_id == person.id,
        ShiftOffer.taker_id == person.id,
        to_team,
    )
    page = _page(work, concerned, pending_only, paging)
    return msgspec.structs.replace(page, items=[_seen_by(person.id, one) for one in page.items])


def list_team_offers(
    work: Work, *, team_id: int, pending_only: bool = True, paging: Paging = Paging()
) -> Page[OfferView]:
    """All offers of shifts of a team's programmes, with full names: for who makes the roster."""
    team = work.find(Team, team_id)
    work.demand("rosters.approve_offers", teams=[team.id], communities=[team.community_id])
    return _page(work, Programme.team_id == team.id, pending_only, paging)


def offer_view(work: Work, offer_id: int, viewer_id: int | None) -> OfferView:
    """One offer as somebody sees it; as the leaders do without a viewer. Inner."""
    [found] = work.views(OfferView, _select().where(ShiftOffer.id == offer_id))
    return found if viewer_id is None else _seen_by(viewer_id, found)


def _select() -> Any:
    return (
        select(
            *(getattr(ShiftOffer, field) for field in ("id", "shift_id", "giver_id", "asked_id", "taker_id")),
            *(getattr(ShiftOffer, field) for field in ("status", "note", "answer", "offered_at", "ended_at")),
            Shift.programme_id,
            Site.name.label("site_name"),
            Shift.starts_at,
            Shift.ends_at,
            _giver.name.label("giver"),
            _asked.name.label("asked"),
            _taker.name.label("taker"),
            ShiftOffer.return_shift_id.label("returned_shift_id"),
            _there.name.label("returned_site_name"),
            _returned.starts_at.label("returned_starts_at"),
            _returned.ends_at.label("returned_ends_at"),
        )
        .join(Shift, Shift.id == ShiftOffer.shift_id)
        .join(Site, Site.id == Shift.site_id)
        .join(Programme, Programme.id == Shift.programme_id)
        .join(_giver, _giver.id == ShiftOffer.giver_id)
        .outerjoin(_asked, _asked.id == ShiftOffer.asked_id)
        .outerjoin(_taker, _taker.id == ShiftOffer.taker_id)
        .outerjoin(_returned, _returned.id == ShiftOffer.return_shift_id)
        .outerjoin(_there, _there.id == _returned.site_id)
    )


def _page(work: Work, condition: Any, pending_only: bool, paging: Paging) -> Page[OfferView]:
    statement = _select().where(condition).order_by(Shift.starts_at, ShiftOffer.id)
    if pending_only:
        statement = statement.where(ShiftOffer.status.in_(PENDING))
    return work.page(OfferView, statement, paging)


def _seen_by(viewer_id: int, offer: OfferView) -> OfferView:
    if viewer_id in {offer.giver_id, offer.asked_id, offer.taker_id}:
        return offer
    return msgspec.structs.replace(offer, giver=masked_name(offer.giver))
