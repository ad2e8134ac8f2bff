"""Who decides about a claim, once, and never about their own; what is then entered and told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from tests.hours.claiming import EVENING, approve, attended, claim, credited, entries, live, minutes
from tests.world import MONDAY, World, hour
from volunteer_core.errors import Malformed, NotAllowed
from volunteer_core.hours.claims.deciding import (
    CoordinatorNeeded,
    OfficeNeeded,
    approve_claim,
    decline_claim,
    shorten_claim,
)
from volunteer_core.hours.claims.filing import ClaimDecided
from volunteer_core.hours.claims.listing import list_own_claims
from volunteer_core.hours.claims.models import ClaimState
from volunteer_core.hours.ledger import OwnHours, balance, correct
from volunteer_core.hours.models import EntryKind, EntrySource
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.outbox import group_text, list_notices
from volunteer_core.office.settings import change_setting
from volunteer_core.people.vouching import give_consent, link_guardian
from volunteer_core.permissions import Actor
from volunteer_core.teams.membership import join


def test_an_approved_claim_is_entered_as_it_was_claimed(world: World) -> None:
    person, leader = world.person(), world.leader()
    filed = claim(world, person, 9, 10.5, site_id=world.site, programme_id=world.clean_up)
    approved = approve(world, filed.id, by=leader)
    [entry] = entries(world, person)
    assert (entry.kind, entry.source, entry.minutes, entry.civil_date, entry.concerns) == (
        EntryKind.SERVICE, EntrySource.CLAIM, 90, MONDAY, None,
    )  # fmt: skip
    assert (entry.counted_from, entry.counted_to) == (hour(9), hour(10, 30))
    assert (entry.what, entry.place, entry.claim_id) == ("清理楼道", "三峰学堂", filed.id)
    assert (entry.team_id, entry.programme_id, entry.community_id, entry.grid_id) == (
        world.team, world.clean_up, world.community, world.grid,
    )  # fmt: skip
    assert (entry.recorded_by, entry.recorded_at, entry.commitment_id) == (leader.person_id, EVENING, None)
    assert (approved.state, approved.minutes, approved.decided_by, approved.decided_at) == (
        ClaimState.APPROVED, 90, leader.person_id, EVENING,
    )  # fmt: skip
    assert (approved.entry_id, approved.credited_minutes, approved.entered_on) == (entry.id, 90, MONDAY)


def test_training_is_entered_as_training(world: World) -> None:
    person = world.person()
    credited(world, person, 9, 11, kind=EntryKind.TRAINING)
    found = world.see(balance, person_id=person)
    assert (found.service_minutes, found.training_minutes) == (0, 120)


def test_a_claim_is_shortened_with_a_reason_that_its_person_reads(world: World) -> None:
    person, leader = world.person(), world.leader()
    filed = claim(world, person, 9, 11)
    for bad in ({"minutes": 0}, {"minutes": -30}, {"minutes": 120}, {"minutes": 1441}, {"reason": " "}):
        with pytest.raises(Malformed):
            world.do(
                shorten_claim,
                now=EVENING,
                by=leader,
                claim_id=filed.id,
                **{"minutes": 90, "reason": "提前离开"} | bad,
            )
    facts = {"by": leader, "now": EVENING, "claim_id": filed.id}
    shortened = world.do(shorten_claim, minutes=90, reason="提前离开", **facts)
    assert (shortened.minutes, shortened.credited_minutes, shortened.decision) == (90, 90, "提前离开")
    [entry] = entries(world, person)
    assert (entry.minutes, entry.reason) == (90, "提前离开")
    [own] = world.see(list_own_claims, by=Actor.person(person), person_id=person).items
    assert own == shortened


def test_a_declined_claim_enters_nothing(world: World) -> None:
    person = world.person()
    filed = claim(world, person)
    with pytest.raises(Malformed):
        world.do(decline_claim, claim_id=filed.id, reason="")
    declined = world.do(decline_claim, by=world.coordinator(), claim_id=filed.id, reason="没有人能证明")
    assert (declined.state, declined.decision, declined.minutes) == (
        ClaimState.DECLINED, "没有人能证明", None,
    )  # fmt: skip
    assert entries(world, person) == []


def test_the_person_is_told_and_the_reason_stays_out_of_the_notice(world: World) -> None:
    person = world.person()
    world.do(decline_claim, claim_id=claim(world, person, 9, 10).id, reason="没有人能证明")
    shorten = {"claim_id": claim(world, person, 10, 12).id, "minutes": 45, "reason": "提前离开"}
    world.do(shorten_claim, now=EVENING, **shorten)
    credited(world, person, 11, 13)
    told = world.see(list_notices, by=Actor.person(person)).items
    assert [(notice.kind, notice.text) for notice in told] == [
        (NoticeKind.HOURS, "您补录的 11月2日（周一）09:00–10:00 未通过，原因见补录记录。"),
        (
            NoticeKind.HOURS,
            "您补录的 11月2日（周一）10:00–12:00 已通过，计入 45 分钟（有核减，原因见补录记录）。",
        ),
        (
            NoticeKind.HOURS,
            "您补录的 11月2日（周一）11:00–13:00 已通过，计入 60 分钟，其余时间已计入别的记录。",
        ),
    ]
    assert world.see(group_text).notice_ids == []


@pytest.mark.parametrize("decide", [approve_claim, shorten_claim, decline_claim])
def test_a_claim_is_decided_once(world: World, decide: Callable[..., Any]) -> None:
    person = world.person()
    facts = {
        approve_claim: {},
        shorten_claim: {"minutes": 30, "reason": "核减"},
        decline_claim: {"reason": "否"},
    }
    for first in (approve_claim, decline_claim):
        filed = claim(world, person)
        world.do(first, now=EVENING, claim_id=filed.id, **facts[first])
        before = entries(world, person)
        with pytest.raises(ClaimDecided):
            world.do(decide, now=EVENING, claim_id=filed.id, **facts[decide])
        assert entries(world, person) == before
        for entry in live(world, person):
            world.do(correct, entry_id=entry.id, minutes=0, reason="腾出时间")


def test_nobody_decides_about_their_own_or_their_wards_or_what_they_filed(world: World) -> None:
    leader, coordinator, officer = world.leader(), world.coordinator(), world.officer()
    child = world.person(born=date(2012, 1, 1))
    for who in (leader, coordinator):
        answers = {"ward_id": child, "guardian_id": who.person_id}
        world.do(link_guardian, relation="父亲", valid_from=date(2026, 1, 1), **answers)
    world.do(give_consent, valid_from=date(2026, 9, 1), valid_to=date(2027, 6, 30), **answers)
    assert leader.person_id
    own = claim(world, leader.person_id, by=leader)
    ward = claim(world, child, by=Actor.person(child))
    filed = claim(world, world.person(), by=coordinator)
    own_of_coordinator = claim(world, coordinator.person_id or 0)
    for somebody, one in (
        (leader, own), (leader, ward), (coordinator, ward), (coordinator, filed),
        (coordinator, own_of_coordinator),
    ):  # fmt: skip
        for decide, facts in (
            (approve_claim, {}),
            (shorten_claim, {"minutes": 30, "reason": "核减"}),
            (decline_claim, {"reason": "否"}),
        ):
            with pytest.raises(OwnHours):
                world.do(decide, by=somebody, now=EVENING, claim_id=one.id, **facts)
    for somebody, one in (
        (coordinator, own),
        (officer, ward),
        (leader, filed),
        (officer, own_of_coordinator),
    ):
        assert approve(world, one.id, by=somebody).state is ClaimState.APPROVED


def test_the_leader_of_the_claims_team_decides_the_coordinator_of_its_place_and_the_office(
    world: World,
) -> None:
    person = world.person(teams=(world.team, world.other_team))
    drivers = world.leader(world.other_team)
    for_team = claim(world, person, 8, 9, team_id=world.team)
    elsewhere = claim(world, person, 9, 10, community_id=world.other_community)
    for somebody, one in (
        (drivers, for_team),
        (world.coordinator(world.other_community), for_team),
        (world.coordinator(), elsewhere),
        (Actor.person(world.person()), for_team),
    ):
        with pytest.raises(NotAllowed):
            approve(world, one.id, by=somebody)
    approve(world, for_team.id, by=world.leader())
    approve(world, elsewhere.id, by=world.coordinator(world.other_community))
    approve(world, claim(world, person, 11, 12).id, by=drivers)  # of no team: a leader of any of theirs
    approve(world, claim(world, person, 12, 13, team_id=world.team).id, by=world.officer())


def test_of_no_team_decides_the_leader_of_a_team_one_belonged_to_on_that_day(world: World) -> None:
    person = world.person(teams=())
    filed = claim(world, person)
    world.do(join, team_id=world.team, person_id=person, on=MONDAY + timedelta(days=1))
    with pytest.raises(NotAllowed):
        approve(world, filed.id, by=world.leader())


def test_more_than_eight_hours_a_day_need_the_coordinator_and_more_than_twelve_the_office(
    world: World,
) -> None:
    person, leader, coordinator, officer = (
        world.person(),
        world.leader(),
        world.coordinator(),
        world.officer(),
    )
    approve(world, claim(world, person, 0, 8).id, by=leader)
    ninth = claim(world, person, 8, 9)
    with pytest.raises(CoordinatorNeeded) as needed:
        approve(world, ninth.id, by=leader)
    assert (needed.value.facts["minutes"], needed.value.facts["limit"]) == (540, 480)
    approve(world, ninth.id, by=coordinator)
    approve(world, claim(world, person, 9, 12).id, by=coordinator)
    thirteenth = claim(world, person, 12, 13)
    for somebody in (leader, coordinator, world.coordinator(world.other_community)):
        with pytest.raises(NotAllowed):
            approve(world, thirteenth.id, by=somebody)
    with pytest.raises(OfficeNeeded):
        approve(world, thirteenth.id, by=coordinator)
    approve(world, thirteenth.id, by=officer)
    assert minutes(world, person) == 13 * 60


def test_what_counts_for_the_limit_is_the_days_total_of_all_kinds_after_the_decision(world: World) -> None:
    person, leader = world.person(), world.leader()
    approve(world, claim(world, person, 0, 7, kind=EntryKind.TRAINING).id, by=leader)
    long = claim(world, person, 9, 21)
    with pytest.raises(OfficeNeeded):
        approve(world, long.id, by=leader)
    with pytest.raises(CoordinatorNeeded):
        world.do(shorten_claim, by=leader, now=EVENING, claim_id=long.id, minutes=61, reason="核减")
    world.do(shorten_claim, by=leader, now=EVENING, claim_id=long.id, minutes=60, reason="核减")
    other = world.person()
    attended(world, other, 9, 11)
    approve(world, claim(world, other, 9, 17).id, by=leader)  # two of the eight hours count already
    assert minutes(world, other) == 480


def test_the_office_sets_the_limits_from_a_day_on(world: World) -> None:
    leader = world.leader()
    for name, value in (("claim_leader_day_minutes", 60), ("claim_coordinator_day_minutes", 120)):
        world.do(change_setting, name=name, value=value, valid_from=MONDAY)
    for ends, refusal in ((10.5, CoordinatorNeeded), (11.5, OfficeNeeded)):
        with pytest.raises(refusal):
            approve(world, claim(world, world.person(), 9, ends).id, by=leader)
    sunday = MONDAY - timedelta(days=1)
    approve(world, claim(world, world.person(), 9, 12, day=sunday).id, by=leader)
