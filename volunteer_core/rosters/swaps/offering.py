"""Offering a promised shift to one person or to the team, for nothing or against a shift of theirs, and
taking the offer back. Until it is done the giver stays responsible."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from volunteer_core import texts
from volunteer_core.commitments.models import ACTIVE, Commitment
from volunteer_core.database import Work
from volunteer_core.errors import Conflict, Malformed, RuleBroken
from volunteer_core.people.masking import masked_name
from volunteer_core.people.models import Person
from volunteer_core.places.models import Site
from volunteer_core.rosters.assigning import find_assignment
from volunteer_core.rosters.models import Shift
from volunteer_core.rosters.own_accord import about, meant, refuse_unless_coming, refuse_unless_member
from volunteer_core.rosters.rules import rules_of
from volunteer_core.rosters.swaps.ending import tell_of_offer, turn_offer
from volunteer_core.rosters.swaps.listing import OfferView, offer_view
from volunteer_core.rosters.swaps.models import PENDING, OfferStatus, ShiftOffer
from volunteer_core.teams.membership import member_on
from volunteer_core.teams.models import Membership, Programme


class AlreadyOffered(Conflict, code="already_offered", sentence="这个班次已经在找人，请先撤回。"):
    """A person offers a shift once at a time."""


class SwapTooLate(
    RuleBroken, code="swap_too_late", sentence="须在班次开始 {hours} 小时前换班，请直接联系队长。"
):
    """A shift changes hands until some hours before its start, as the programme's rules say."""


def offer_shift(
    work: Work,
    *,
    shift_id: int,
    person_id: int | None = None,
    to_person_id: int | None = None,
    return_shift_id: int | None = None,
    note: str = "",
) -> OfferView:
    """Offers a shift that a person (by default whoever asks) has promised: to one member of the
    programme's team, perhaps against a shift of theirs (a swap), or to the whole team.

    The one asked is told, or everybody in the team who is not on the shift. Refuses a shift that is not
    published, has begun or starts too soon, one that is offered already, a return shift of another
    programme, and who is no member on that day or not on the shift.
    """
    shifts = {row.id: row for row in work.lock_all(Shift, [shift_id, return_shift_id or shift_id])}
    shift = shifts.get(shift_id) or work.find(Shift, shift_id)
    programme, site = work.find(Programme, shift.programme_id), work.find(Site, shift.site_id)
    person = meant(work, person_id)
    work.demand("rosters.offer", **about(work, person, programme=programme, site=site))
    kept = texts.line("note", note, longest=200, empty=True)
    refuse_unless_offered_in_time(work, shift)
    find_assignment(work, shift_id=shift.id, person_id=person.id)
    if to_person_id is not None:
        _check_asked(work, shift, programme, person, to_person_id)
    if return_shift_id is not None:
        returned = shifts.get(return_shift_id) or work.find(Shift, return_shift_id)
        if to_person_id is None:
            raise Malformed("return_shift_id", "换班须写明和谁换。")
        if returned.id == shift.id or returned.programme_id != shift.programme_id:
            raise Malformed("return_shift_id", "只能和同一项目的另一个班次换。")
        refuse_unless_offered_in_time(work, returned)
        find_assignment(work, shift_id=returned.id, person_id=to_person_id)
    if work.scalar(
        select(ShiftOffer.id).where(
            ShiftOffer.shift_id == shift.id, ShiftOffer.giver_id == person.id, ShiftOffer.status.in_(PENDING)
        )
    ):
        raise AlreadyOffered(shift_id=shift.id)
    offer = ShiftOffer(
        shift_id=shift.id,
        giver_id=person.id,
        asked_id=to_person_id,
        return_shift_id=return_shift_id,
        status=OfferStatus.OPEN,
        note=kept,
        offered_at=work.now,
    )
    work.add(offer)
    work.flush()
    asked = [to_person_id] if to_person_id is not None else _team_besides(work, shift, programme)
    what = "想和您换班" if return_shift_id is not None else "想请人顶班"
    tell_of_offer(work, offer, asked, f"{masked_name(person.name)}{what}")
    return offer_view(work, offer.id, person.id)


def withdraw_offer(work: Work, *, offer_id: int) -> OfferView:
    """Takes an offer back while it is not done. Whoever was asked by name, or has accepted, is told."""
    offer, _ = lock_offer(work, offer_id)
    shift = work.find(Shift, offer.shift_id)
    programme, site = work.find(Programme, shift.programme_id), work.find(Site, shift.site_id)
    giver = work.find(Person, offer.giver_id)
    work.demand("rosters.offer", **about(work, giver, programme=programme, site=site))
    turn_offer(work, offer, OfferStatus.WITHDRAWN)
    tell_of_offer(work, offer, {offer.asked_id, offer.taker_id}, "对方撤回了换班")
    return offer_view(work, offer.id, giver.id)


def lock_offer(work: Work, offer_id: int) -> tuple[ShiftOffer, list[Shift]]:
    """The locked offer, and before it its shifts: the one offered, and the one returned if any. Inner."""
    found = work.find(ShiftOffer, offer_id)
    wanted = [one for one in (found.shift_id, found.return_shift_id) if one is not None]
    shifts = {row.id: row for row in work.lock_all(Shift, wanted)}
    return work.lock(ShiftOffer, offer_id), [shifts[shift_id] for shift_id in wanted]


def refuse_unless_offered_in_time(work: Work, shift: Shift) -> None:
    """Refuses a locked shift that is not published, or that starts too soon to change hands. Inner."""
    refuse_unless_coming(work, shift)
    if is_late(work, shift):
        raise SwapTooLate(shift_id=shift.id, hours=rules_of(work, shift.programme_id).swap_hours)


def is_late(work: Work, shift: Shift) -> bool:
    """Whether a shift starts too soon to change hands. Inner."""
    hours = rules_of(work, shift.programme_id).swap_hours
    return work.now > shift.starts_at - timedelta(hours=hours)


def _check_asked(work: Work, shift: Shift, programme: Programme, person: Person, asked_id: int) -> None:
    asked = work.find(Person, asked_id)
    if asked.id == person.id:
        raise Malformed("to_person_id", "请写明另一位队员。")
    refuse_unless_member(work, shift, programme, asked.id)


def _team_besides(work: Work, shift: Shift, programme: Programme) -> list[int]:
    """The members of the programme's team on the day of a shift who are not on it."""
    on_it = select(Commitment.person_id).where(Commitment.shift_id == shift.id, Commitment.status.in_(ACTIVE))
    return list(
        work.scalars(
            select(Membership.person_id).where(
                Membership.team_id == programme.team_id,
                member_on(shift.civil_date),
                Membership.person_id.not_in(on_it),
            )
        )
    )
