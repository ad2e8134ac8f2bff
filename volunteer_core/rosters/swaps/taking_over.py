"""Accepting and declining an offered shift, the leader's approval, and the hand-over: one transaction in
which every rule is checked again."""

from __future__ import annotations

from sqlalchemy import select

from volunteer_core import texts
from volunteer_core.database import Work
from volunteer_core.errors import Refused, RuleBroken
from volunteer_core.people.masking import masked_name
from volunteer_core.people.models import Person
from volunteer_core.places.models import Site
from volunteer_core.rosters.assigning import find_assignment, put_on, take_off
from volunteer_core.rosters.checking import Checks
from volunteer_core.rosters.gaps import answerable
from volunteer_core.rosters.house_rules import BusyElsewhere
from volunteer_core.rosters.models import Shift
from volunteer_core.rosters.own_accord import about, meant, refuse_unless_member
from volunteer_core.rosters.rules import rules_of
from volunteer_core.rosters.swaps.ending import OfferOver, tell_of_offer, turn_offer
from volunteer_core.rosters.swaps.listing import OfferView, offer_view
from volunteer_core.rosters.swaps.models import PENDING, OfferStatus, ShiftOffer
from volunteer_core.rosters.swaps.offering import is_late, lock_offer, refuse_unless_offered_in_time
from volunteer_core.teams.models import Programme


class NotAsked(RuleBroken, code="not_asked", sentence="这个换班问的是另一位队员。"):
    """An offer to one person is theirs to accept or decline; to a whole team nobody declines."""


class OtherCannot(RuleBroken, code="other_cannot", sentence="对方目前不能接您的班次，换班没有成功。"):
    """Something stands against the other of a swap. What it is remains their own business."""


def accept_offer(work: Work, *, offer_id: int, person_id: int | None = None) -> OfferView:
    """A person (by default whoever asks) takes over an offered shift: the one asked, or any member of the
    team. It is done at once, or once a leader approves where the programme's rules want that.

    Both shifts change hands together or nothing does. Refuses an offer that is over, a shift that starts
    too soon, and all that stands against either of them, as if what they give away were released.
    """
    offer, shifts = lock_offer(work, offer_id)
    programme, site = _of(work, shifts[0])
    taker = meant(work, person_id)
    work.demand("rosters.take_over", **about(work, taker, programme=programme, site=site))
    if offer.status is not OfferStatus.OPEN:
        raise OfferOver(offer_id=offer.id, status=offer.status.value)
    if offer.asked_id not in {None, taker.id}:
        raise NotAsked(offer_id=offer.id)
    refuse_unless_member(work, shifts[0], programme, taker.id)
    for shift in shifts:
        refuse_unless_offered_in_time(work, shift)
    if rules_of(work, programme.id).swaps_need_approval:
        _await_approval(work, offer, shifts, programme, site, taker)
    else:
        try:
            _hand_over(work, offer, shifts, taker.id)
        except Refused as refusal:
            if refusal.facts.get("person_id") == offer.giver_id:
                raise OtherCannot(offer_id=offer.id) from refusal
            raise
    return offer_view(work, offer.id, taker.id)


def decline_offer(work: Work, *, offer_id: int, person_id: int | None = None, reason: str = "") -> OfferView:
    """The one asked declines, or whoever accepted steps back before the leader approved: what was offered
    to the team is then open again. The giver is told and keeps the shift."""
    offer, shifts = lock_offer(work, offer_id)
    programme, site = _of(work, shifts[0])
    person = meant(work, person_id)
    work.demand("rosters.take_over", **about(work, person, programme=programme, site=site))
    if person.id not in {offer.asked_id, offer.taker_id}:
        raise NotAsked(offer_id=offer.id)
    kept = texts.line("reason", reason, longest=200, empty=True)
    turn_offer(work, offer, OfferStatus.DECLINED if offer.asked_id is not None else OfferStatus.OPEN)
    offer.answer = kept
    if offer.status is OfferStatus.OPEN:
        offer.taker_id = offer.accepted_at = None
    work.flush()
    tell_of_offer(work, offer, [offer.giver_id], f"{masked_name(person.name)}不能接班，班次仍由您负责")
    return offer_view(work, offer.id, person.id)


def approve_offer(work: Work, *, offer_id: int) -> OfferView:
    """A leader approves what was accepted, and it is done. Every rule is checked again."""
    offer, shifts = lock_offer(work, offer_id)
    programme, site = _of(work, shifts[0])
    work.demand("rosters.approve_offers", teams=[programme.team_id], communities=[site.community_id])
    if offer.status is not OfferStatus.ACCEPTED or offer.taker_id is None:
        raise OfferOver(offer_id=offer.id, status=offer.status.value)
    for shift in shifts:
        refuse_unless_offered_in_time(work, shift)
    _hand_over(work, offer, shifts, offer.taker_id)
    return offer_view(work, offer.id, None)


def refuse_offer(work: Work, *, offer_id: int, reason: str) -> OfferView:
    """A leader refuses an offer, accepted or not, for a reason that both read. Everybody keeps theirs."""
    offer, shifts = lock_offer(work, offer_id)
    programme, site = _of(work, shifts[0])
    work.demand("rosters.approve_offers", teams=[programme.team_id], communities=[site.community_id])
    kept = texts.line("reason", reason, longest=200)
    turn_offer(work, offer, OfferStatus.DECLINED)
    offer.answer = kept
    work.flush()
    both = {offer.giver_id, offer.asked_id, offer.taker_id}
    tell_of_offer(work, offer, both, f"队长没有同意换班（{offer.answer}），各自的班次不变")
    return offer_view(work, offer.id, None)


def lapse_late_offers(work: Work) -> int:
    """Ends the offers whose deadline has passed, and tells the givers that the shift is still theirs. A
    step of the clock."""
    pending = select(ShiftOffer).where(ShiftOffer.status.in_(PENDING)).order_by(ShiftOffer.id)
    late = [
        offer
        for offer in work.scalars(pending).all()
        if any(is_late(work, work.find(Shift, shift_id)) for shift_id in _shift_ids(offer))
    ]
    work.lock_all(Shift, (shift_id for offer in late for shift_id in _shift_ids(offer)))
    lapsed = 0
    for offer in work.lock_all(ShiftOffer, (offer.id for offer in late)):
        shifts = [work.find(Shift, shift_id) for shift_id in _shift_ids(offer)]
        if offer.status in PENDING and any(is_late(work, shift) for shift in shifts):
            turn_offer(work, offer, OfferStatus.LAPSED)
            concerned = {offer.giver_id, offer.asked_id, offer.taker_id}
            tell_of_offer(work, offer, concerned, "到期没有换成，各自的班次不变")
            lapsed += 1
    return lapsed


def _hand_over(work: Work, offer: ShiftOffer, shifts: list[Shift], taker_id: int) -> None:
    """Releases what is given away first and promises it to the other after that, so that it does not
    stand against them; all of it or nothing. The shifts are locked."""
    both = [offer.giver_id, taker_id]
    work.lock_all(Person, both)
    moves = list(zip(shifts, both, both[::-1], strict=False))
    moves.sort(key=lambda move: (move[0].site_id, move[0].civil_date))  # versions are locked in one order
    with work.begin_nested():
        offer.taker_id, offer.accepted_at = taker_id, offer.accepted_at or work.now
        turn_offer(work, offer, OfferStatus.DONE)
        for shift, gives, _ in moves:
            commitment = find_assignment(work, shift_id=shift.id, person_id=gives)
            told = "班次已有人接替，您不必再参加"
            take_off(work, shift, *_of(work, shift), commitment, told=told, cause="handed_over")
        for shift, _, takes in moves:
            put_on(
                work,
                shift,
                *_of(work, shift),
                takes,
                told="您接下了班次",
                cause="handed_over",
                confirmed=True,
            )


def _await_approval(
    work: Work, offer: ShiftOffer, shifts: list[Shift], programme: Programme, site: Site, taker: Person
) -> None:
    given_away = [
        find_assignment(work, shift_id=shift.id, person_id=gives).id
        for shift, gives in zip(shifts, (offer.giver_id, taker.id), strict=False)
    ]
    checks = Checks.load(work, programme, shifts[:1], [taker.id])
    for refusal in checks.against(shifts[0], taker.id, besides=given_away):
        if not isinstance(refusal, BusyElsewhere):  # the taker's own calendar, and own accord
            raise refusal
    offer.taker_id, offer.accepted_at = taker.id, work.now
    turn_offer(work, offer, OfferStatus.ACCEPTED)
    both = {offer.giver_id, taker.id}
    tell_of_offer(work, offer, both, "有人愿意接班，队长批准后生效，此前各自的班次不变")
    tell_of_offer(work, offer, answerable(work, programme, site), "换班等待您批准")


def _of(work: Work, shift: Shift) -> tuple[Programme, Site]:
    return work.find(Programme, shift.programme_id), work.find(Site, shift.site_id)


def _shift_ids(offer: ShiftOffer) -> list[int]:
    return [one for one in (offer.shift_id, offer.return_shift_id) if one is not None]
