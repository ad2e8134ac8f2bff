"""Taking over an offered shift: at once or with the leader's approval, both shifts or none, every rule
checked at that moment."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from tests.rosters.swaps.swapping import accept, offer, on_it, status
from tests.rosters.telling import told
from tests.world import MONDAY, NOW, World, hour
from volunteer_core.commitments.promises import Clash, NotOfTeam
from volunteer_core.errors import Malformed, NotAllowed
from volunteer_core.notices.models import NoticeKind
from volunteer_core.people.standing import OnLeave
from volunteer_core.people.vouching import take_leave
from volunteer_core.rosters.assigning import assign, release
from volunteer_core.rosters.availability.stating import state_limits
from volunteer_core.rosters.confirming import read_confirmations
from volunteer_core.rosters.house_rules import WeeklyMaximum
from volunteer_core.rosters.models import PairKind
from volunteer_core.rosters.pairs import set_pair
from volunteer_core.rosters.rules import set_rules
from volunteer_core.rosters.swaps.ending import OfferOver
from volunteer_core.rosters.swaps.listing import OfferView, list_offers
from volunteer_core.rosters.swaps.models import OfferStatus
from volunteer_core.rosters.swaps.offering import SwapTooLate
from volunteer_core.rosters.swaps.taking_over import (
    NotAsked,
    OtherCannot,
    accept_offer,
    approve_offer,
    decline_offer,
    lapse_late_offers,
    refuse_offer,
)
from volunteer_core.teams.membership import quit_team

TUESDAY = MONDAY + timedelta(days=1)
AT_MOST_ONCE = {"max_per_week": 1}


def swap(world: World, giver: int, asked: int) -> tuple[OfferView, int, int]:
    """A Monday's shift offered against a Tuesday's."""
    shift, other = world.published(giver), world.published(asked, day=TUESDAY)
    return offer(world, shift, giver, to_person_id=asked, return_shift_id=other), shift, other


def test_who_takes_over_is_on_the_shift_and_the_giver_is_off_it(world: World) -> None:
    giver, taker = world.people(2)
    shift = world.published(giver, maximum=1)
    done = accept(world, offer(world, shift, giver), taker)
    assert (done.status, done.taker_id, done.ended_at) == (OfferStatus.DONE, taker, NOW)
    assert on_it(world, shift) == [[taker]]
    assert told(world, giver, NoticeKind.CHANGED)[0].startswith("班次已有人接替，您不必再参加：11月2日")
    assert told(world, taker, NoticeKind.CHANGED)[0].startswith("您接下了班次：11月2日")
    where = {"programme_id": world.school, "site_id": world.site, "week": "2026-W45"}
    [seen] = world.see(read_confirmations, **where)
    assert seen.confirmed_at == NOW  # of their own accord


def test_a_swap_changes_both_shifts_and_what_is_given_away_does_not_count(world: World) -> None:
    """Both already serve as often as they want: by the swap neither serves more."""
    giver, asked = world.people(2)
    offered, shift, other = swap(world, giver, asked)
    for one in (giver, asked):
        world.do(state_limits, person_id=one, **AT_MOST_ONCE)
    accept(world, offered, asked)
    assert on_it(world, shift, other) == [[asked], [giver]]


def test_a_swap_of_two_shifts_at_the_same_time_is_no_clash(world: World) -> None:
    giver, asked = world.people(2)
    shift, other = world.published(giver), world.published(asked, site=world.other_site)
    offered = offer(world, shift, giver, to_person_id=asked, return_shift_id=other)
    accept(world, offered, asked)
    assert on_it(world, shift, other) == [[asked], [giver]]


def test_rules_are_checked_at_the_moment_of_taking_over_and_a_refusal_changes_nothing(world: World) -> None:
    giver, asked = world.people(2)
    shift = world.published(giver)
    offered = offer(world, shift, giver, to_person_id=asked)
    world.do(state_limits, person_id=asked, max_per_week=0)
    with pytest.raises(WeeklyMaximum):
        accept(world, offered, asked)
    world.do(state_limits, person_id=asked, **AT_MOST_ONCE)
    away = world.shift(asked, programme=world.clean_up)
    with pytest.raises(Clash):
        accept(world, offered, asked)
    assert (on_it(world, shift), status(world, offered)) == ([[giver]], OfferStatus.OPEN)
    assert told(world, giver, NoticeKind.CHANGED) == []
    world.do(release, shift_id=away, person_id=asked)
    accept(world, offered, asked)
    assert on_it(world, shift) == [[asked]]


def test_a_refusal_in_the_middle_of_a_work_undoes_the_whole_swap(world: World) -> None:
    giver, asked = world.people(2)
    offered, shift, other = swap(world, giver, asked)
    world.do(take_leave, person_id=giver, first_day=TUESDAY, last_day=TUESDAY)
    with world.office.write(by=world.actor(asked), now=NOW) as work:
        with pytest.raises(OtherCannot):
            accept_offer(work, offer_id=offered.id)
        work.flush()  # the work goes on, and is committed
    assert on_it(world, shift, other) == [[giver], [asked]]
    assert status(world, offered) is OfferStatus.OPEN


def test_why_the_other_cannot_remains_their_business(world: World) -> None:
    giver, asked = world.people(2)
    offered, shift, other = swap(world, giver, asked)
    world.do(take_leave, person_id=giver, first_day=TUESDAY, last_day=TUESDAY)
    with pytest.raises(OtherCannot) as refused:
        accept(world, offered, asked)
    assert refused.value.facts == {"offer_id": offered.id}
    assert on_it(world, shift, other) == [[giver], [asked]]


def test_only_the_one_asked_or_somebody_of_the_team(world: World) -> None:
    giver, asked, other = world.people(3)
    outside = world.person(teams=(world.other_team,))
    shift = world.published(giver)
    to_one = offer(world, shift, giver, to_person_id=asked)
    for somebody in (other, outside):
        with pytest.raises(NotAsked):
            accept(world, to_one, somebody)
    with pytest.raises(NotAllowed):
        world.do(accept_offer, by=world.actor(other), offer_id=to_one.id, person_id=asked)
    world.do(decline_offer, by=world.actor(asked), offer_id=to_one.id)
    to_team = offer(world, shift, giver)
    with pytest.raises(NotOfTeam):
        accept(world, to_team, outside)
    world.do(accept_offer, by=world.leader(), offer_id=to_team.id, person_id=other)
    assert on_it(world, shift) == [[other]]


def test_nobody_takes_over_later_than_the_deadline(world: World) -> None:
    giver, asked = world.people(2)
    offered, shift, _ = swap(world, giver, asked)
    with pytest.raises(SwapTooLate):
        accept(world, offered, asked, now=hour(15, 1))
    accept(world, offered, asked, now=hour(15))
    assert on_it(world, shift) == [[asked]]


def test_what_was_taken_is_over_and_crossing_offers_end_with_it(world: World) -> None:
    giver, asked, third = world.people(3)
    offered, shift, other = swap(world, giver, asked)
    crossing = offer(world, other, asked, to_person_id=giver, return_shift_id=shift)
    to_team = offer(world, world.published(giver, starts=time(19), ends=time(20)), giver)
    accept(world, offered, asked)
    assert status(world, crossing) is OfferStatus.LAPSED
    assert status(world, to_team) is OfferStatus.OPEN  # another shift of theirs
    for taker, over in ((third, offered), (giver, crossing)):
        with pytest.raises(OfferOver):
            accept(world, over, taker)
    assert on_it(world, shift, other) == [[asked], [giver]]


def test_who_is_asked_may_decline_and_the_giver_is_told(world: World) -> None:
    giver, asked, other = world.people(3)
    shift = world.published(giver)
    offered = offer(world, shift, giver, to_person_id=asked)
    with pytest.raises(NotAsked):
        world.do(decline_offer, by=world.actor(other), offer_id=offered.id)
    with pytest.raises(Malformed):
        world.do(decline_offer, by=world.actor(asked), offer_id=offered.id, reason="字" * 201)
    answer = world.do(decline_offer, by=world.actor(asked), offer_id=offered.id, reason="当天有事")
    assert (answer.status, answer.answer) == (OfferStatus.DECLINED, "当天有事")
    assert told(world, giver, NoticeKind.OFFERED)[-1].startswith("张*不能接班，班次仍由您负责：")
    assert on_it(world, shift) == [[giver]]
    to_team = offer(world, shift, giver)
    with pytest.raises(NotAsked):  # a team is not answered for
        world.do(decline_offer, by=world.actor(other), offer_id=to_team.id)


class TestWithApproval:
    """Where the programme's rules want a leader's approval."""

    @pytest.fixture
    def world(self, world: World) -> World:
        world.do(set_rules, programme_id=world.school, swaps_need_approval=True)
        return world

    def test_acceptance_waits_and_both_stay_responsible(self, world: World) -> None:
        leader, giver, asked = world.leader(), *world.people(2)
        offered, shift, other = swap(world, giver, asked)
        waiting = accept(world, offered, asked)
        assert (waiting.status, waiting.taker_id, waiting.ended_at) == (OfferStatus.ACCEPTED, asked, None)
        assert on_it(world, shift, other) == [[giver], [asked]]
        for one in (giver, asked):
            assert told(world, one)[-1].startswith("有人愿意接班，队长批准后生效，此前各自的班次不变：")
        assert told(world, leader.person_id)[-1].startswith("换班等待您批准：")
        with pytest.raises(OfferOver):
            accept(world, offered, asked)

    def test_the_leader_approves_and_it_is_done(self, world: World) -> None:
        giver, asked = world.people(2)
        offered, shift, other = swap(world, giver, asked)
        leader = world.leader()
        with pytest.raises(OfferOver):
            world.do(approve_offer, by=leader, offer_id=offered.id)  # nobody has accepted
        accept(world, offered, asked)
        for somebody in (world.actor(asked), world.leader(world.other_team)):
            with pytest.raises(NotAllowed):
                world.do(approve_offer, by=somebody, offer_id=offered.id)
        done = world.do(approve_offer, by=leader, offer_id=offered.id)
        assert (done.status, done.taker_id) == (OfferStatus.DONE, asked)
        assert on_it(world, shift, other) == [[asked], [giver]]

    def test_the_leader_refuses_for_a_reason_both_read(self, world: World) -> None:
        giver, asked = world.people(2)
        offered, shift, other = swap(world, giver, asked)
        accept(world, offered, asked)
        with pytest.raises(Malformed):
            world.do(refuse_offer, by=world.leader(), offer_id=offered.id, reason=" ")
        with pytest.raises(NotAllowed):
            world.do(refuse_offer, by=world.actor(giver), offer_id=offered.id, reason="不行")
        world.do(refuse_offer, by=world.leader(), offer_id=offered.id, reason="新人须有人带")
        for one in (giver, asked):
            assert "（新人须有人带）" in told(world, one)[-1]
            [seen] = world.see(list_offers, person_id=one, pending_only=False).items
            assert (seen.status, seen.answer) == (OfferStatus.DECLINED, "新人须有人带")
        assert on_it(world, shift, other) == [[giver], [asked]]

    def test_rules_are_checked_when_accepting_and_again_when_approving(self, world: World) -> None:
        giver, asked = world.people(2)
        offered, shift, other = swap(world, giver, asked)
        away = world.shift(asked, programme=world.clean_up)
        with pytest.raises(Clash):
            accept(world, offered, asked)
        assert status(world, offered) is OfferStatus.OPEN
        world.do(release, shift_id=away, person_id=asked)
        world.do(state_limits, person_id=asked, **AT_MOST_ONCE)  # what is given away does not count
        accept(world, offered, asked)
        world.do(take_leave, person_id=asked, first_day=MONDAY, last_day=MONDAY)
        with pytest.raises(OnLeave):
            world.do(approve_offer, by=world.leader(), offer_id=offered.id)
        assert (on_it(world, shift, other), status(world, offered)) == (
            [[giver], [asked]],
            OfferStatus.ACCEPTED,
        )

    def test_two_who_never_serve_together_may_stand_in_for_each_other(self, world: World) -> None:
        giver, asked = world.people(2)
        pair = {"person_id": giver, "other_id": asked, "kind": PairKind.APART}
        world.do(set_pair, programme_id=world.school, **pair)
        offered, shift, other = swap(world, giver, asked)
        accept(world, offered, asked)
        world.do(approve_offer, by=world.leader(), offer_id=offered.id)
        assert on_it(world, shift, other) == [[asked], [giver]]

    def test_who_accepted_may_step_back_and_the_team_is_asked_again(self, world: World) -> None:
        giver, first, second, third = world.people(4)
        shift = world.published(giver)
        offered = offer(world, shift, giver)
        accept(world, offered, first)
        again = world.do(decline_offer, by=world.actor(first), offer_id=offered.id)
        assert (again.status, again.taker_id) == (OfferStatus.OPEN, None)
        for pending_only in (True, False):
            seen = world.see(list_offers, person_id=second, pending_only=pending_only)
            assert [one.id for one in seen.items] == [offered.id]
        accept(world, offered, second)
        for pending_only in (True, False):  # somebody else's by now
            assert world.see(list_offers, person_id=third, pending_only=pending_only).total == 0
        world.do(approve_offer, by=world.leader(), offer_id=offered.id)
        assert on_it(world, shift) == [[second]]

    def test_what_nobody_approves_lapses_for_both(self, world: World) -> None:
        giver, asked = world.people(2)
        offered, shift, other = swap(world, giver, asked)
        accept(world, offered, asked)
        with pytest.raises(SwapTooLate):
            world.do(approve_offer, by=world.leader(), offer_id=offered.id, now=hour(15, 1))
        assert world.do(lapse_late_offers, now=hour(15, 1)) == 1
        assert [told(world, one)[-1][:8] for one in (giver, asked)] == ["到期没有换成，各"] * 2
        assert on_it(world, shift, other) == [[giver], [asked]]


def test_who_left_the_team_meanwhile_takes_nothing_over(world: World) -> None:
    giver, asked = world.people(2)
    shift = world.published(giver, day=date(2026, 11, 5))
    offered = offer(world, shift, giver, to_person_id=asked)
    world.do(quit_team, team_id=world.team, person_id=asked, on=TUESDAY)
    with pytest.raises(NotOfTeam):
        accept(world, offered, asked)
    world.do(assign, shift_id=shift, person_id=asked)  # the office still may
