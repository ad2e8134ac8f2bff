"""Offering a promised shift: to one person or the team, for nothing or against a shift of theirs."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from tests.rosters.swaps.swapping import accept, offer, on_it, status
from tests.rosters.telling import told
from tests.world import MONDAY, World, hour
from volunteer_core.commitments.promises import NotOfTeam
from volunteer_core.errors import Malformed, NotAllowed, NotFound, Refused
from volunteer_core.notices.models import NoticeKind
from volunteer_core.people.vouching import give_consent, link_guardian
from volunteer_core.rosters.assigning import ShiftOver, release
from volunteer_core.rosters.calling_off import call_off_shift
from volunteer_core.rosters.own_accord import ShiftNotPublished
from volunteer_core.rosters.publishing import withdraw_week
from volunteer_core.rosters.rules import set_rules
from volunteer_core.rosters.shifts import change_shift
from volunteer_core.rosters.swaps.ending import OfferOver
from volunteer_core.rosters.swaps.listing import list_offers, list_team_offers
from volunteer_core.rosters.swaps.models import OfferStatus
from volunteer_core.rosters.swaps.offering import AlreadyOffered, SwapTooLate, offer_shift, withdraw_offer
from volunteer_core.rosters.swaps.taking_over import decline_offer, lapse_late_offers

TUESDAY = MONDAY + timedelta(days=1)


def offered_to(world: World, person: int, **facts: Any) -> list[int]:
    return [one.id for one in world.see(list_offers, person_id=person, **facts).items]


def test_the_one_asked_is_told_and_the_giver_stays_responsible(world: World) -> None:
    giver, asked, other = world.person("王小敏"), world.person("李强"), world.person()
    shift = world.published(giver)
    offered = offer(world, shift, giver, to_person_id=asked, note="要带孩子看牙")
    assert (offered.status, offered.giver, offered.asked, offered.note) == (
        OfferStatus.OPEN,
        "王小敏",
        "李强",
        "要带孩子看牙",
    )
    assert on_it(world, shift) == [[giver]]
    assert told(world, asked) == ["王*想请人顶班：11月2日（周一）17:00–18:00 三峰学堂 五点学堂。"]
    assert told(world, other) == []
    assert (offered_to(world, asked), offered_to(world, other)) == ([offered.id], [])


def test_an_offer_to_the_team_is_told_to_its_members_who_are_not_on_the_shift(world: World) -> None:
    giver, beside, free = world.people(3)
    outside = world.person(teams=(world.other_team,))
    shift = world.published(giver, beside)
    offered = offer(world, shift, giver)
    told_of_it = [one for one in (giver, beside, free, outside) if told(world, one, NoticeKind.OFFERED)]
    assert told_of_it == [free]
    assert [offered_to(world, one) for one in (giver, free, outside)] == [[offered.id], [offered.id], []]


def test_names_are_masked_for_the_rest_of_the_team_and_in_full_for_who_makes_the_roster(
    world: World,
) -> None:
    giver, free = world.person("王小敏"), world.person()
    offer(world, world.published(giver), giver)
    [seen] = world.see(list_offers, by=world.actor(free), person_id=free).items
    assert seen.giver == "王*"
    [own] = world.see(list_offers, by=world.actor(giver), person_id=giver).items
    assert own.giver == "王小敏"
    [led] = world.see(list_team_offers, by=world.leader(), team_id=world.team).items
    assert led.giver == "王小敏"
    for somebody in (world.actor(free), world.leader(world.other_team)):
        with pytest.raises(NotAllowed):
            world.see(list_team_offers, by=somebody, team_id=world.team)
    with pytest.raises(NotAllowed):
        world.see(list_offers, by=world.actor(free), person_id=giver)


def test_a_swap_names_both_shifts(world: World) -> None:
    giver, asked = world.people(2)
    shift, other = world.published(giver), world.published(asked, day=TUESDAY)
    offered = offer(world, shift, giver, to_person_id=asked, return_shift_id=other)
    assert (offered.returned_shift_id, offered.returned_starts_at) == (other, hour(17, day=TUESDAY))
    [text] = told(world, asked, NoticeKind.OFFERED)
    assert text.startswith("张*想和您换班：11月2日（周一）17:00–18:00 三峰学堂 五点学堂，换 11月3日（周二）")


def test_only_what_one_has_promised_in_a_published_roster_is_offered(world: World) -> None:
    giver, other = world.people(2)
    shift = world.shift(giver)
    refuses(ShiftNotPublished, world, shift, giver)
    world.publish()
    refuses(NotFound, world, shift, other)
    world.do(call_off_shift, shift_id=shift, reason="停电")
    refuses(ShiftNotPublished, world, shift, giver)
    refuses(NotFound, world, 999, giver)


def refuses(kind: type[Refused], world: World, shift: int, giver: int, **facts: Any) -> None:
    with pytest.raises(kind):
        offer(world, shift, giver, **facts)
    assert world.see(list_team_offers, team_id=world.team, pending_only=False).total == 0


def test_until_some_hours_before_the_start_of_either_shift(world: World) -> None:
    giver, asked = world.people(2)
    shift = world.published(giver)
    early = world.published(asked, starts=time(10), ends=time(11))
    refuses(SwapTooLate, world, shift, giver, now=hour(15, 1))
    swap = {"to_person_id": asked, "return_shift_id": early}
    refuses(SwapTooLate, world, shift, giver, **swap, now=hour(8, 1))
    refuses(ShiftOver, world, shift, giver, now=hour(17))
    world.do(set_rules, programme_id=world.school, swap_hours=24)
    refuses(SwapTooLate, world, shift, giver)
    world.do(set_rules, programme_id=world.school, swap_hours=0)
    offer(world, shift, giver, now=hour(16, 59))


def test_a_shift_is_offered_once_at_a_time(world: World) -> None:
    giver, asked = world.people(2)
    shift = world.published(giver)
    offered = offer(world, shift, giver)
    with pytest.raises(AlreadyOffered):
        offer(world, shift, giver, to_person_id=asked)
    world.do(withdraw_offer, by=world.actor(giver), offer_id=offered.id)
    offer(world, shift, giver, to_person_id=asked)


def test_whom_one_may_ask_and_against_what(world: World) -> None:
    giver, asked = world.people(2)
    outside = world.person(teams=(world.other_team,))
    shift, theirs = world.published(giver), world.published(asked, day=TUESDAY)
    elsewhere = world.published(asked, programme=world.clean_up, starts=time(9), ends=time(10), day=TUESDAY)
    refuses(Malformed, world, shift, giver, to_person_id=giver)
    refuses(NotOfTeam, world, shift, giver, to_person_id=outside)
    refuses(NotFound, world, shift, giver, to_person_id=999)
    refuses(Malformed, world, shift, giver, return_shift_id=theirs)  # nobody is asked
    for wrong in (shift, elsewhere):
        refuses(Malformed, world, shift, giver, to_person_id=asked, return_shift_id=wrong)
    refuses(NotFound, world, shift, giver, to_person_id=asked, return_shift_id=999)
    nobodys = world.published(day=TUESDAY, starts=time(19), ends=time(20))
    refuses(NotFound, world, shift, giver, to_person_id=asked, return_shift_id=nobodys)
    refuses(Malformed, world, shift, giver, note="字" * 201)


def test_guardians_leaders_and_the_office_offer_for_others(world: World) -> None:
    ward, mother = world.person(born=date(2012, 5, 4)), world.person(teams=())
    answers = {"ward_id": ward, "guardian_id": mother}
    world.do(link_guardian, **answers, relation="母亲", valid_from=date(2026, 1, 1))
    world.do(give_consent, **answers, valid_from=date(2026, 1, 1), valid_to=date(2027, 1, 1))
    shift = world.published(ward)
    for somebody in (world.actor(world.person()), world.leader(world.other_team)):
        with pytest.raises(NotAllowed):
            world.do(offer_shift, by=somebody, shift_id=shift, person_id=ward)
    for allowed in (world.actor(mother), world.leader(), world.coordinator(), world.officer()):
        offered = world.do(offer_shift, by=allowed, shift_id=shift, person_id=ward)
        assert offered.giver_id == ward
        with pytest.raises(NotAllowed):
            world.do(withdraw_offer, by=world.actor(world.person()), offer_id=offered.id)
        world.do(withdraw_offer, by=allowed, offer_id=offered.id)


def test_what_is_withdrawn_is_over_and_the_one_asked_is_told(world: World) -> None:
    giver, asked = world.people(2)
    shift = world.published(giver)
    offered = offer(world, shift, giver, to_person_id=asked)
    answer = world.do(withdraw_offer, by=world.actor(giver), offer_id=offered.id)
    assert (answer.status, answer.ended_at) == (OfferStatus.WITHDRAWN, hour(9))
    assert told(world, asked)[-1].startswith("对方撤回了换班：")
    for verb, by in ((withdraw_offer, giver), (decline_offer, asked)):
        with pytest.raises(OfferOver):
            world.do(verb, by=world.actor(by), offer_id=offered.id)
    with pytest.raises(OfferOver):
        accept(world, offered, asked)
    assert offered_to(world, asked) == []
    assert offered_to(world, asked, pending_only=False) == [offered.id]


def test_an_offer_lapses_when_the_shift_is_no_longer_the_givers(world: World) -> None:
    giver, asked = world.people(2)
    week = {"programme_id": world.school, "site_id": world.site, "week": "2026-W45"}
    ends = (
        lambda shift, other: world.do(release, shift_id=shift, person_id=giver),
        lambda shift, other: world.do(release, shift_id=other, person_id=asked),
        lambda shift, other: world.do(call_off_shift, shift_id=shift, reason="停电"),
        lambda shift, other: world.do(call_off_shift, shift_id=other, reason="停电"),
        lambda shift, other: world.do(
            change_shift, shift_id=shift, starts_at=hour(19, 30, day=MONDAY), ends_at=hour(21)
        ),
        lambda shift, other: world.do(withdraw_week, **week),
    )
    for number, end in enumerate(ends):
        clock = {"starts": time(10 + number), "ends": time(11 + number)}
        shift = world.published(giver, **clock)
        other = world.published(asked, day=TUESDAY, **clock)
        offered = offer(world, shift, giver, now=hour(7), to_person_id=asked, return_shift_id=other)
        end(shift, other)
        assert status(world, offered) is OfferStatus.LAPSED
    beside = [text for text in told(world, asked) if text.startswith("班次有变动，换班不再有效：")]
    assert len(beside) == len(ends) - 1  # who was released knows


def test_somebody_elses_going_leaves_an_offer_as_it_is(world: World) -> None:
    giver, other, asked = world.people(3)
    shift = world.published(giver, other)
    offered = offer(world, shift, giver, to_person_id=asked)
    world.do(release, shift_id=shift, person_id=other)
    assert status(world, offered) is OfferStatus.OPEN


def test_an_offer_lapses_when_its_deadline_passes_and_the_giver_knows_it_is_still_theirs(
    world: World,
) -> None:
    giver, asked = world.people(2)
    shift = world.published(giver)
    later = world.published(giver, day=TUESDAY)
    offered = offer(world, shift, giver, to_person_id=asked)
    kept = offer(world, later, giver)
    assert world.do(lapse_late_offers, now=hour(15)) == 0
    assert [world.do(lapse_late_offers, now=hour(15, 1)) for _ in range(2)] == [1, 0]
    assert (status(world, offered), status(world, kept)) == (OfferStatus.LAPSED, OfferStatus.OPEN)
    for one in (giver, asked):
        assert told(world, one)[-1].startswith("到期没有换成，各自的班次不变：11月2日（周一）17:00")
    assert on_it(world, shift) == [[giver]]
