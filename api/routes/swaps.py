"""Offering a shift to one person or to the team, taking it over, and the leader's approval."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from litestar import Router
from litestar.params import FromQuery, JSONBody

from api.incoming import Body, Id, Paged, PathId, given
from api.operations import act, get, post
from api.work import Opened
from volunteer_core.database import Page
from volunteer_core.rosters.swaps import listing, offering, taking_over
from volunteer_core.rosters.swaps.listing import OfferView
from volunteer_core.rosters.swaps.models import OfferStatus

OFFER = OfferView(
    id=5,
    programme_id=1,
    shift_id=104,
    site_name="凤翔社区五点学堂",
    starts_at=datetime(2026, 12, 3, 9, tzinfo=UTC),
    ends_at=datetime(2026, 12, 3, 10, tzinfo=UTC),
    giver_id=42,
    giver="王小敏",
    asked_id=57,
    asked="李强",
    returned_shift_id=105,
    returned_site_name="凤翔社区五点学堂",
    returned_starts_at=datetime(2026, 12, 4, 9, tzinfo=UTC),
    returned_ends_at=datetime(2026, 12, 4, 10, tzinfo=UTC),
    taker_id=None,
    taker=None,
    status=OfferStatus.OPEN,
    note="周四要带孩子看牙",
    answer="",
    offered_at=datetime(2026, 12, 1, 4, tzinfo=UTC),
    ended_at=None,
)
DONE = msgspec.structs.replace(
    OFFER,
    taker_id=57,
    taker="李强",
    status=OfferStatus.DONE,
    ended_at=datetime(2026, 12, 1, 5, tzinfo=UTC),
)
DECLINED = msgspec.structs.replace(
    OFFER, status=OfferStatus.DECLINED, answer="当天有事", ended_at=DONE.ended_at
)


class OfferShift(Body):
    """To whom the shift is offered (to nobody: to the team), against which shift of theirs, if any."""

    person_id: Id | None = None
    to_person_id: Id | None = None
    return_shift_id: Id | None = None
    note: str = ""


class AcceptOffer(Body):
    """Who takes the shift over, if not the caller."""

    person_id: Id | None = None


class DeclineOffer(Body):
    """Who declines, if not the caller, and why, for the giver to read."""

    person_id: Id | None = None
    reason: str = ""


class RefuseOffer(Body):
    """Why, for both to read."""

    reason: str


@post(
    "/shifts/{shift_id:int}/offers",
    operation="rosters.offer",
    asks=OfferShift(to_person_id=57, return_shift_id=105, note="周四要带孩子看牙"),
    answers=OFFER,
)
def offer_shift(opened: Opened, shift_id: PathId, data: JSONBody[OfferShift]) -> OfferView:
    """Offer a promised shift to one member of the team, perhaps against a shift of theirs, or to all.

    The giver stays responsible until it is done. Refused: what is not published
    (`shift_not_published`), starts too soon (`swap_too_late`) or is offered already (`already_offered`).
    """
    with opened.write() as work:
        return offering.offer_shift(work, shift_id=shift_id, **given(data))


@act("/offers/{offer_id:int}/withdraw", operation="rosters.offer", answers=OFFER)
def withdraw_offer(opened: Opened, offer_id: PathId) -> OfferView:
    """Take an offer back while it is not done (`offer_over`)."""
    with opened.write() as work:
        return offering.withdraw_offer(work, offer_id=offer_id)


@act(
    "/offers/{offer_id:int}/accept",
    operation="rosters.take_over",
    asks=AcceptOffer(),
    answers=DONE,
)
def accept_offer(opened: Opened, offer_id: PathId, data: JSONBody[AcceptOffer]) -> OfferView:
    """Take an offered shift over, at once or once a leader approves (`status` is then `accepted`).

    Both shifts of a swap change hands together, every rule checked, or nothing changes. Refused: an
    offer that is over (`offer_over`) or asks somebody else (`not_asked`), and all that keeps either from
    the other's shift (`other_cannot` if it is not about the caller).
    """
    with opened.write() as work:
        return taking_over.accept_offer(work, offer_id=offer_id, **given(data))


@act(
    "/offers/{offer_id:int}/decline",
    operation="rosters.take_over",
    asks=DeclineOffer(reason="当天有事"),
    answers=DECLINED,
)
def decline_offer(opened: Opened, offer_id: PathId, data: JSONBody[DeclineOffer]) -> OfferView:
    """Decline what one was asked, or step back before the leader has approved."""
    with opened.write() as work:
        return taking_over.decline_offer(work, offer_id=offer_id, **given(data))


@act("/offers/{offer_id:int}/approve", operation="rosters.approve_offers", answers=DONE)
def approve_offer(opened: Opened, offer_id: PathId) -> OfferView:
    """Approve what was accepted: it is done, every rule checked again."""
    with opened.write() as work:
        return taking_over.approve_offer(work, offer_id=offer_id)


@act(
    "/offers/{offer_id:int}/refuse",
    operation="rosters.approve_offers",
    asks=RefuseOffer(reason="新人须有人带"),
    answers=DECLINED,
)
def refuse_offer(opened: Opened, offer_id: PathId, data: JSONBody[RefuseOffer]) -> OfferView:
    """Refuse an offer, accepted or not, for a reason that both read. Everybody keeps their shift."""
    with opened.write() as work:
        return taking_over.refuse_offer(work, offer_id=offer_id, **given(data))


@get("/people/{person_id:int}/offers", operation="rosters.offers", answers=Page([OFFER], 1, 50, 0))
def list_offers(
    opened: Opened, paging: Paged, person_id: PathId, pending_only: FromQuery[bool] = True
) -> Page[OfferView]:
    """List what concerns a person: offers of theirs, to them, and open ones to their teams."""
    with opened.read() as work:
        return listing.list_offers(work, person_id=person_id, pending_only=pending_only, paging=paging)


@get("/teams/{team_id:int}/offers", operation="rosters.approve_offers", answers=Page([OFFER], 1, 50, 0))
def list_team_offers(
    opened: Opened, paging: Paged, team_id: PathId, pending_only: FromQuery[bool] = True
) -> Page[OfferView]:
    """List all offers of shifts of a team's programmes, with full names."""
    with opened.read() as work:
        return listing.list_team_offers(work, team_id=team_id, pending_only=pending_only, paging=paging)


router = Router(
    "/",
    route_handlers=[
        offer_shift, withdraw_offer, accept_offer, decline_offer, approve_offer, refuse_offer,
        list_offers, list_team_offers,
    ],
    tags=["swaps"],
)  # fmt: skip
