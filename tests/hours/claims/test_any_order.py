"""Whatever is claimed, decided, marked and corrected, and in whatever order: nothing counts twice."""

from __future__ import annotations

from contextlib import suppress
from datetime import time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.hours.claiming import EVENING
from tests.world import SCRIPT, World, hour
from volunteer_core.commitments.models import Attendance
from volunteer_core.database import Paging, Work
from volunteer_core.errors import Refused
from volunteer_core.hours.claims.deciding import approve_claim, decline_claim, shorten_claim
from volunteer_core.hours.claims.filing import file_claim
from volunteer_core.hours.claims.listing import list_own_claims
from volunteer_core.hours.claims.models import ClaimState
from volunteer_core.hours.ledger import EntryView, correct, list_entries
from volunteer_core.hours.models import EntrySource
from volunteer_core.rosters.attendance import mark_attendance


def live_in(work: Work, person: int) -> list[EntryView]:
    found = list_entries(work, person_id=person, paging=Paging(limit=500)).items
    gone = {entry.reverses_id for entry in found}
    return [entry for entry in found if entry.reverses_id is None and entry.id not in gone]


def union(found: list[EntryView]) -> int:
    """Minutes that lie in the span of any entry, counted one by one."""
    spans = [(entry.counted_from, entry.counted_to) for entry in found]
    moments = (hour(9) + timedelta(minutes=number) for number in range(24 * 60))
    return sum(any(start <= moment < end for start, end in spans if start and end) for moment in moments)


class Undo(Exception):
    """Ends a work without keeping it."""


STARTS = (9 * 60, 9 * 60 + 40, 12 * 60)
acts = st.one_of(
    st.tuples(st.just("claim"), st.integers(0, 2), st.integers(1, 150)),
    st.tuples(st.just("shorten"), st.integers(0, 5), st.integers(1, 150)),
    st.tuples(st.just("approve"), st.integers(0, 5), st.just(0)),
    st.tuples(st.just("decline"), st.integers(0, 5), st.just(0)),
    st.tuples(st.just("mark"), st.sampled_from([0, 1]), st.integers(1, 90)),
    st.tuples(st.just("correct"), st.integers(0, 9), st.integers(0, 90)),
)


@given(st.lists(acts, max_size=14))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_claimed_decided_marked_and_corrected(
    desk: tuple[World, int, int], done: list[tuple[str, int, int]]
) -> None:
    """No claim counts for more than was approved, and no entry for more than its span save by hand."""
    world, person, shift = desk
    with suppress(Undo), world.office.write(by=SCRIPT, now=EVENING) as work:
        for act in done:
            with suppress(Refused):
                _do(work, person, shift, *act)
        claims = {one.id: one for one in list_own_claims(work, person_id=person).items}
        found = live_in(work, person)
        by_hand = [entry for entry in found if entry.source is EntrySource.CORRECTION]
        counted = [entry for entry in found if entry.source is not EntrySource.CORRECTION]
        for entry in counted:
            assert entry.counted_from
            assert entry.counted_to
            assert entry.minutes <= (entry.counted_to - entry.counted_from).total_seconds() // 60
            if entry.claim_id is not None:
                assert entry.minutes <= (claims[entry.claim_id].minutes or 0)
        if not by_hand:
            assert sum(entry.minutes for entry in counted) <= union(counted)
        for one in claims.values():
            own = [entry for entry in found if entry.claim_id == one.id]
            assert len(own) <= (one.state is ClaimState.APPROVED)
            assert one.credited_minutes == sum(entry.minutes for entry in own)
        raise Undo


@pytest.fixture
def desk(world: World) -> tuple[World, int, int]:
    person = world.person()
    shift = world.published(person, starts=time(9), ends=time(11), programme=world.clean_up)
    return world, person, shift


def _do(work: Work, person: int, shift: int, act: str, number: int, length: int) -> None:
    claims = list_own_claims(work, person_id=person).items
    if act == "claim":
        begins = hour(0) + timedelta(minutes=STARTS[number])
        file_claim(
            work,
            person_id=person,
            starts_at=begins,
            ends_at=begins + timedelta(minutes=length),
            what="清理",
            place="三号楼",
            evidence="照片",
        )
    elif act == "mark":
        mark_attendance(
            work,
            shift_id=shift,
            person_id=person,
            attendance=Attendance.ATTENDED if number else Attendance.ABSENT,
            checked_out_at=hour(9) + timedelta(minutes=length) if number else None,
        )
    elif act == "correct":
        found = live_in(work, person)
        if found:
            correct(work, entry_id=found[number % len(found)].id, minutes=length, reason="核对")
    elif claims:
        one = claims[number % len(claims)].id
        if act == "approve":
            approve_claim(work, claim_id=one)
        elif act == "shorten":
            shorten_claim(work, claim_id=one, minutes=length, reason="核减")
        else:
            decline_claim(work, claim_id=one, reason="否")
