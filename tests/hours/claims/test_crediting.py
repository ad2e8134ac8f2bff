"""What approved claims have in the ledger: no time counts a second time, nor for more than was approved."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from tests.at_once import at_once, just_before_the_commit
from tests.hours.claiming import (
    DECEMBER,
    EVENING,
    approve,
    attended,
    claim,
    close_november,
    credited,
    entries,
    live,
    minutes,
)
from tests.world import MONDAY, World, hour
from volunteer_core.commitments.models import Attendance
from volunteer_core.errors import Refused
from volunteer_core.hours.claims.deciding import NothingLeft, approve_claim, shorten_claim
from volunteer_core.hours.claims.filing import ClaimDecided, PaidDuty
from volunteer_core.hours.claims.listing import list_own_claims
from volunteer_core.hours.claims.models import ClaimState
from volunteer_core.hours.entering import DayFull
from volunteer_core.hours.ledger import correct
from volunteer_core.hours.models import EntryKind, EntrySource
from volunteer_core.notices.outbox import list_notices
from volunteer_core.permissions import Actor
from volunteer_core.rosters.assigning import assign
from volunteer_core.rosters.attendance import mark_attendance
from volunteer_core.teams.grid_posts import appoint
from volunteer_core.teams.models import GridRole


def test_no_day_has_25_hours_however_it_is_pieced_together(world: World) -> None:
    """Times that are known never overlap, so it takes minutes without times: those of a correction."""
    person, officer = world.person(), world.officer()
    for begins in range(0, 24, 6):
        credited(world, person, begins, begins + 6, now=hour(0, day=MONDAY + timedelta(days=1)))
    assert minutes(world, person) == 24 * 60
    [first, *_] = live(world, person)
    world.do(correct, entry_id=first.id, minutes=0, reason="核对")
    [second, *_] = live(world, person)
    world.do(correct, entry_id=second.id, minutes=420, reason="核对")
    again = claim(world, person, 0, 6)
    with pytest.raises(DayFull):
        approve(world, again.id, by=officer)
    world.do(shorten_claim, by=officer, now=EVENING, claim_id=again.id, minutes=300, reason="核减")
    assert minutes(world, person) == 24 * 60


def test_time_that_counts_already_is_not_credited_again(world: World) -> None:
    person = world.person()
    attended(world, person, 10, 12)
    assert credited(world, person, 9, 11).credited_minutes == 60
    inside = claim(world, person, 9.5, 11.5)
    with pytest.raises(NothingLeft, match="09:00–11:00、11月2日（周一）10:00–12:00") as refused:
        approve(world, inside.id)
    assert refused.value.facts["entry_ids"] == [
        entry.id for entry in sorted(live(world, person), key=lambda entry: entry.minutes)
    ]
    assert minutes(world, person) == 180
    shorten = {"now": EVENING, "claim_id": claim(world, person, 11.5, 14).id, "reason": "核减"}
    assert world.do(shorten_claim, minutes=140, **shorten).credited_minutes == 120


def test_whoever_is_marked_later_gets_what_the_claim_has_left(world: World) -> None:
    person = world.person()
    approved = credited(world, person, 9, 11)
    shift = attended(world, person, 10, 12)
    assert minutes(world, person) == 180
    [entry] = [one for one in live(world, person) if one.commitment_id]
    assert entry.minutes == 60
    world.do(correct, entry_id=approved.entry_id, minutes=0, reason="记错人")
    assert minutes(world, person) == 120
    world.mark(shift, person, attendance=Attendance.ABSENT)
    assert minutes(world, person) == 0


def test_a_shortened_claim_is_never_counted_for_more_than_was_approved(world: World) -> None:
    person = world.person()
    shift = attended(world, person, 9, 10)
    facts = {"now": EVENING, "claim_id": claim(world, person, 9, 12).id}
    world.do(shorten_claim, minutes=150, reason="提前离开", **facts)
    assert [entry.minutes for entry in live(world, person)] == [60, 120]
    world.mark(shift, person, attendance=Attendance.ABSENT)
    [recounted] = live(world, person)
    assert (recounted.minutes, recounted.source) == (150, EntrySource.RECOUNT)


def test_a_claim_whose_time_has_come_to_count_elsewhere_waits_again(world: World) -> None:
    """Attendance that was there first takes its time back, and the claim is decided anew."""
    person = world.person()
    shift = attended(world, person, 9, 12)
    world.mark(shift, person, attendance=Attendance.ATTENDED, checked_out_at=hour(10))
    filed = claim(world, person, 10, 11)
    facts = {"now": EVENING, "claim_id": filed.id}
    world.do(shorten_claim, minutes=50, reason="提前离开", **facts)
    world.mark(shift, person, attendance=Attendance.ATTENDED)
    [waiting] = world.see(list_own_claims, person_id=person).items
    assert (waiting.state, waiting.minutes, waiting.credited_minutes) == (ClaimState.PENDING, None, 0)
    assert (waiting.decided_by, waiting.decided_at, waiting.decision) == (None, None, "")
    with pytest.raises(NothingLeft):
        approve(world, filed.id)
    world.mark(shift, person, attendance=Attendance.ABSENT)
    assert approve(world, filed.id).credited_minutes == 60


def test_a_claim_decided_anew_takes_its_time_back_from_what_came_later(world: World) -> None:
    person = world.person()
    shift = attended(world, person, 9, 11)
    world.mark(shift, person, attendance=Attendance.ATTENDED, checked_out_at=hour(10))
    waiting = credited(world, person, 10, 11)
    for attendance in (Attendance.ATTENDED, Attendance.ABSENT):
        world.mark(shift, person, attendance=attendance)
    later = world.shift(starts=time(10), ends=time(12), programme=world.clean_up)
    world.do(assign, by=world.coordinator(), shift_id=later, person_id=person, override_reason="带两个房间")
    world.publish(programme=world.clean_up)
    world.mark(later, person, attendance=Attendance.ATTENDED)
    assert [entry.minutes for entry in live(world, person)] == [120]
    assert approve(world, waiting.id).credited_minutes == 60
    assert [entry.minutes for entry in live(world, person)] == [60, 60]


def test_paid_duty_that_came_to_light_meanwhile_is_not_approved(world: World) -> None:
    worker = world.person()
    filed = claim(world, worker, programme_id=world.school)
    post = {"role": GridRole.RECRUITED_GRID_WORKER, "community_id": world.community, "grid_id": world.grid}
    world.do(appoint, person_id=worker, salaried=True, since=date(2026, 1, 1), **post)
    with pytest.raises(PaidDuty):
        approve(world, filed.id)


def test_a_claim_of_a_closed_month_is_entered_in_the_open_one(world: World) -> None:
    person = world.person()
    close_november(world)
    filed = claim(world, person, now=DECEMBER)
    approved = approve(world, filed.id, now=DECEMBER)
    [entry] = entries(world, person)
    assert (entry.kind, entry.civil_date, entry.concerns, entry.minutes) == (
        EntryKind.ADJUSTMENT, DECEMBER.date(), MONDAY, 120,
    )  # fmt: skip
    assert (approved.civil_date, approved.entered_on) == (MONDAY, DECEMBER.date())
    [told] = world.see(list_notices, by=Actor.person(person)).items
    assert "当月已结账，记在本月" in told.text
    with pytest.raises(NothingLeft):  # the day of the service counts, not that of the entry
        approve(world, claim(world, person, now=DECEMBER).id, now=DECEMBER)


def test_an_approved_claim_is_corrected_through_the_ledger(world: World) -> None:
    person = world.person()
    approved = credited(world, person, 9, 11)
    world.do(correct, entry_id=approved.entry_id, minutes=45, reason="核对照片")
    [own] = world.see(list_own_claims, person_id=person).items
    assert (own.state, own.minutes, own.credited_minutes) == (ClaimState.APPROVED, 120, 45)
    attended(world, person, 9, 10)
    assert minutes(world, person) == 45


def test_two_who_approve_at_once_credit_it_once(world: World) -> None:
    person = world.person()
    filed = claim(world, person)
    leader, coordinator = world.leader(), world.coordinator()
    _, second = just_before_the_commit(
        lambda operation: world.do(operation, by=leader, now=EVENING),
        lambda work: approve_claim(work, claim_id=filed.id),
        lambda: approve(world, filed.id, by=coordinator),
    )
    assert isinstance(second, ClaimDecided)
    assert [entry.minutes for entry in entries(world, person)] == [120]


def test_a_claim_approved_while_attendance_is_marked_counts_the_time_once(world: World) -> None:
    person = world.person()
    filed = claim(world, person, 9, 11)
    shift = world.published(person, starts=time(10), ends=time(12), programme=world.clean_up)
    facts = {"shift_id": shift, "person_id": person, "attendance": Attendance.ATTENDED}
    just_before_the_commit(
        lambda operation: world.do(operation, now=EVENING),
        lambda work: mark_attendance(work, **facts),
        lambda: approve(world, filed.id),
    )
    assert minutes(world, person) == 180


def test_of_the_same_time_claimed_at_once_one_claim_waits(world: World) -> None:
    person = world.person()
    filed = at_once(*[lambda: claim(world, person)] * 4)
    assert sum(not isinstance(one, Refused) for one in filed) == 1
    assert len(world.see(list_own_claims, person_id=person).items) == 1
