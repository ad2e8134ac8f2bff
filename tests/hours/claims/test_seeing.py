"""Who sees which claims, and what stands beside a claim for whoever decides about it."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from tests.hours.claiming import DECEMBER, EVENING, approve, claim, close_november, credited
from tests.world import MONDAY, World, hour
from volunteer_core.commitments.models import Attendance
from volunteer_core.errors import NotAllowed, NotFound
from volunteer_core.hours.claims.deciding import decline_claim
from volunteer_core.hours.claims.listing import list_claims, list_own_claims
from volunteer_core.hours.claims.models import ClaimState
from volunteer_core.hours.claims.reviewing import review_claim
from volunteer_core.hours.claims.views import ClaimReview, Decider, Weight
from volunteer_core.hours.entering import enter
from volunteer_core.hours.ledger import correct
from volunteer_core.hours.models import EntryKind, EntrySource
from volunteer_core.people.vouching import link_guardian, take_leave
from volunteer_core.permissions import Actor
from volunteer_core.rosters.assigning import assign
from volunteer_core.teams.membership import join
from volunteer_core.timespans import MonthInvalid, Span

TUESDAY = MONDAY + timedelta(days=1)


def seen(world: World, **facts: Any) -> list[int]:
    return [one.id for one in world.see(list_claims, **facts).items]


def review(world: World, claim_id: int, **facts: Any) -> ClaimReview:
    found: ClaimReview = world.see(review_claim, claim_id=claim_id, **{"now": EVENING} | facts)
    return found


def test_ones_own_claims_are_seen_latest_first_by_oneself_and_ones_guardians(world: World) -> None:
    person, mother = world.person(), world.person(teams=())
    world.do(link_guardian, ward_id=person, guardian_id=mother, relation="母亲", valid_from=date(2026, 1, 1))
    filed = [claim(world, person, begins, begins + 1).id for begins in (10, 8, 12)]
    claim(world, world.person())
    for somebody in (Actor.person(person), Actor.person(mother)):
        own = world.see(list_own_claims, by=somebody, person_id=person).items
        assert [one.id for one in own] == [filed[2], filed[0], filed[1]]
    for other in (world.leader(), world.coordinator(), world.officer(), Actor.person(world.person())):
        with pytest.raises(NotAllowed):
            world.see(list_own_claims, by=other, person_id=person)


def test_claims_are_listed_to_those_who_may_decide_about_them(world: World) -> None:
    both = world.person(teams=(world.team, world.other_team))
    for_team = claim(world, both, 8, 9, team_id=world.team).id
    for_drivers = claim(world, both, 9, 10, team_id=world.other_team).id
    for_none = claim(world, both, 10, 11).id
    newcomer = world.person(teams=())
    elsewhere = claim(world, newcomer, community_id=world.other_community).id
    for somebody, expected in (
        (world.leader(), [for_team, for_none]),
        (world.leader(world.other_team), [for_drivers, for_none]),
        (world.coordinator(), [for_team, for_drivers, for_none]),
        (world.coordinator(world.other_community), [elsewhere]),
        (world.officer(), [for_team, for_drivers, for_none, elsewhere]),
    ):
        assert seen(world, by=somebody) == expected
        for one in (for_team, for_drivers, for_none, elsewhere):
            if one in expected:
                assert review(world, one, by=somebody).claim.id == one
            else:
                with pytest.raises(NotAllowed):
                    review(world, one, by=somebody)
    world.do(join, team_id=world.team, person_id=newcomer, on=TUESDAY)
    assert seen(world, by=world.leader()) == [for_team, for_none]  # elsewhere was before they joined
    for nobody in (Actor.person(both), Actor.anonymous()):
        with pytest.raises(NotAllowed):
            seen(world, by=nobody)
        with pytest.raises(NotAllowed):
            review(world, for_none, by=nobody)


def test_those_that_wait_come_first_the_longest_waiting_before_all(world: World) -> None:
    person = world.person()
    late, early, decided = (
        claim(world, person, begins, begins + 1, now=hour(clock)).id
        for begins, clock in ((8, 22), (10, 21), (12, 20))
    )
    world.do(decline_claim, claim_id=decided, reason="否")
    assert seen(world) == [early, late, decided]


def test_claims_are_found_by_state_team_community_and_month(world: World) -> None:
    person = world.person()
    november = claim(world, person, team_id=world.team).id
    december = claim(world, person, day=date(2026, 12, 1), community_id=world.other_community).id
    approve(world, november)
    for asked, expected in (
        ({"state": ClaimState.PENDING}, [december]),
        ({"state": ClaimState.APPROVED}, [november]),
        ({"team_id": world.team}, [november]),
        ({"community_id": world.other_community}, [december]),
        ({"month": "2026-11"}, [november]),
        ({"month": "2026-12"}, [december]),
        ({"month": "2026-10"}, []),
    ):
        assert seen(world, **asked) == expected
    with pytest.raises(MonthInvalid):
        seen(world, month="2026-13")


def test_whoever_decides_sees_what_is_recorded_and_promised_at_that_time(world: World) -> None:
    person = world.person()
    coordinator = world.coordinator()
    shift, unmarked = (
        world.shift(starts=time(begins), ends=time(begins + 2), programme=world.clean_up)
        for begins in (10, 11)
    )
    for one in (shift, unmarked):
        world.do(assign, by=coordinator, shift_id=one, person_id=person, override_reason="带两个房间")
    world.publish(programme=world.clean_up)
    world.mark(shift, person, attendance=Attendance.ATTENDED)
    credited(world, person, 14, 15)
    imported = {"community_id": world.community, "source": EntrySource.IMPORT, "what": "活动", "place": ""}
    for day in (MONDAY, TUESDAY):
        world.do(enter, person_id=person, kind=EntryKind.TRAINING, minutes=30, day=day, **imported)
    found = review(world, claim(world, person, 9, 11.5).id, by=world.leader())
    assert [(one.minutes, one.source, one.counted_from, one.overlap_minutes) for one in found.recorded] == [
        (120, EntrySource.ATTENDANCE, hour(10), 90),
        (60, EntrySource.CLAIM, hour(14), 0),
        (30, EntrySource.IMPORT, None, None),
    ]
    assert [(one.starts_at, one.attendance) for one in found.promised] == [
        (hour(10), Attendance.ATTENDED),
        (hour(11), None),
    ]
    assert (found.day_minutes, found.on_leave, found.month_closed) == (210, False, False)
    assert found.approved_whole == Weight(60, 270, None, Decider.LEADER)
    assert approve(world, found.claim.id).credited_minutes == 60


def test_what_was_taken_back_is_not_beside_a_claim(world: World) -> None:
    person = world.person()
    approved = credited(world, person, 9, 10)
    world.do(correct, entry_id=approved.entry_id, minutes=0, reason="记错人")
    found = review(world, claim(world, person, 9, 10).id)
    assert (found.recorded, found.day_minutes) == ([], 0)


def test_time_that_reaches_over_from_the_day_before_is_beside_a_claim_too(world: World) -> None:
    person = world.person()
    sunday = MONDAY - timedelta(days=1)
    world.do(
        enter,
        person_id=person,
        kind=EntryKind.SERVICE,
        minutes=240,
        day=sunday,
        community_id=world.community,
        source=EntrySource.IMPORT,
        what="守夜",
        place="",
        span=Span(hour(22, day=sunday), hour(2)),
    )
    found = review(world, claim(world, person, 1, 3).id)
    assert [(one.minutes, one.overlap_minutes) for one in found.recorded] == [(240, 60)]
    assert (found.day_minutes, found.approved_whole) == (0, Weight(60, 60, None, Decider.LEADER))


def test_whoever_decides_sees_leave_and_that_the_month_is_closed(world: World) -> None:
    person = world.person()
    world.do(take_leave, person_id=person, first_day=MONDAY, last_day=MONDAY)
    close_november(world)
    found = review(world, claim(world, person, now=DECEMBER).id, now=DECEMBER)
    assert (found.on_leave, found.month_closed) == (True, True)


@pytest.mark.parametrize(
    ("ends", "weight"),
    [
        (8, Weight(480, 480, None, Decider.LEADER)),
        (8.25, Weight(495, 495, 480, Decider.COORDINATOR)),
        (12, Weight(720, 720, 480, Decider.COORDINATOR)),
        (12.25, Weight(735, 735, 720, Decider.OFFICE)),
        (24, Weight(1440, 1440, 720, Decider.OFFICE)),
    ],
    ids=str,
)
def test_a_claim_says_whose_decision_it_takes(world: World, ends: float, weight: Weight) -> None:
    next_day = hour(9, day=TUESDAY)
    filed = claim(world, world.person(), 0, ends, now=next_day)
    assert review(world, filed.id, now=next_day).approved_whole == weight


def test_a_decided_claim_has_no_weight_and_is_not_beside_itself(world: World) -> None:
    found = review(world, credited(world, world.person(), 9, 11).id)
    assert (found.approved_whole, found.recorded, found.day_minutes) == (None, [], 120)
    with pytest.raises(NotFound):
        review(world, 999)
