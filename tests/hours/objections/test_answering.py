"""An objection is answered once, by others: by a correction of what stands now, or by a reason."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time
from typing import Any

import pytest

from tests.at_once import just_before_the_commit
from tests.hours.claiming import DECEMBER, EVENING, attended, entries, live, minutes
from tests.hours.objecting import CORRECTION, REASON, objection
from tests.world import World, hour
from volunteer_core.commitments.models import Attendance
from volunteer_core.errors import Malformed, NotAllowed
from volunteer_core.hours.entering import AlreadyReversed
from volunteer_core.hours.ledger import OwnHours, correct
from volunteer_core.hours.models import EntrySource
from volunteer_core.hours.objections.answering import CorrectedMeanwhile, correct_objected, explain_objected
from volunteer_core.hours.objections.filing import (
    ObjectionSettled,
    withdraw_objection,
)
from volunteer_core.hours.objections.listing import (
    list_objections,
    list_objections_to_entry,
    list_own_objections,
)
from volunteer_core.hours.objections.models import ObjectionState
from volunteer_core.people.vouching import link_guardian
from volunteer_core.permissions import Actor


def test_it_is_answered_by_a_correction_and_both_stay(world: World, person: int) -> None:
    filed, coordinator = objection(world, person), world.coordinator()
    answered = world.do(correct_objected, by=coordinator, now=DECEMBER, objection_id=filed.id, **CORRECTION)
    assert (answered.state, answered.corrected_minutes, answered.answer) == (
        ObjectionState.CORRECTED, 120, "已核对签到表",
    )  # fmt: skip
    assert (answered.answered_by, answered.answered_at) == (coordinator.person_id, DECEMBER)
    assert (answered.text, answered.entry_minutes) == ("少记了一小时", 60)
    first, reversal, corrected = entries(world, person)
    assert [entry.minutes for entry in (first, reversal, corrected)] == [60, -60, 120]
    assert (corrected.corrects_id, corrected.source, corrected.reason) == (
        first.id, EntrySource.CORRECTION, "已核对签到表",
    )  # fmt: skip
    for entry in (first, reversal, corrected):
        assert world.see(list_objections_to_entry, entry_id=entry.id).items == [answered]
    assert world.see(list_own_objections, person_id=person).items == [answered]


def test_an_entry_that_is_wrong_altogether_is_taken_back(world: World, person: int) -> None:
    facts = {"objection_id": objection(world, person).id, "reason": "当天没有来"}
    assert world.do(correct_objected, minutes=0, **facts).corrected_minutes == 0
    assert minutes(world, person) == 0


def test_it_is_answered_by_a_reason_and_the_entry_stays(world: World, person: int) -> None:
    filed = objection(world, person)
    answered = world.do(explain_objected, by=world.officer(), objection_id=filed.id, **REASON)
    assert (answered.state, answered.corrected_minutes, answered.answer) == (
        ObjectionState.EXPLAINED, None, "签到表如此",
    )  # fmt: skip
    assert [entry.minutes for entry in entries(world, person)] == [60]


@pytest.mark.parametrize("minutes", [-1, 1441, 60])
def test_minutes_that_cannot_be_or_are_there_already_answer_nothing(
    world: World, person: int, minutes: int
) -> None:
    filed = objection(world, person)
    with pytest.raises(Malformed, match="minutes"):
        world.do(correct_objected, objection_id=filed.id, minutes=minutes, reason="核对")
    for answer, facts in ((correct_objected, {"minutes": 90}), (explain_objected, {})):
        with pytest.raises(Malformed, match="reason"):
            world.do(answer, objection_id=filed.id, reason=" ", **facts)
    assert world.see(list_objections).items == [filed]


def test_nobody_answers_their_own_or_their_wards_objection(world: World, person: int) -> None:
    coordinator = world.coordinator()
    assert coordinator.person_id
    attended(world, coordinator.person_id, 9, 10)
    own = objection(world, coordinator.person_id)
    answers_for = {"ward_id": person, "guardian_id": coordinator.person_id}
    world.do(link_guardian, relation="父亲", valid_from=date(2026, 1, 1), **answers_for)
    wards = objection(world, person)
    for one in (own, wards):
        for answer, facts in ((correct_objected, CORRECTION), (explain_objected, REASON)):
            with pytest.raises(OwnHours):
                world.do(answer, by=coordinator, objection_id=one.id, **facts)
        world.do(explain_objected, by=world.coordinator(), objection_id=one.id, **REASON)


def test_it_is_answered_by_who_may_correct(world: World, person: int) -> None:
    filed = objection(world, person)
    for other in (world.leader(), world.coordinator(world.other_community), Actor.person(world.person())):
        for answer, facts in ((correct_objected, CORRECTION), (explain_objected, REASON)):
            with pytest.raises(NotAllowed):
                world.do(answer, by=other, objection_id=filed.id, **facts)


@pytest.mark.parametrize(
    ("settle", "facts"),
    [(correct_objected, CORRECTION), (explain_objected, REASON), (withdraw_objection, {})],
)
def test_an_objection_is_settled_once(
    world: World, person: int, settle: Callable[..., Any], facts: dict[str, Any]
) -> None:
    filed = objection(world, person)
    world.do(settle, objection_id=filed.id, **facts)
    before = entries(world, person)
    for again, more in ((correct_objected, {"minutes": 30, "reason": "再改"}), (explain_objected, REASON),
                        (withdraw_objection, {})):  # fmt: skip
        with pytest.raises(ObjectionSettled):
            world.do(again, objection_id=filed.id, **more)
    assert entries(world, person) == before


def test_what_was_corrected_by_hand_meanwhile_is_answered_by_a_reason(world: World, person: int) -> None:
    filed = objection(world, person)
    world.do(correct, entry_id=filed.entry_id, minutes=90, reason="核对")
    with pytest.raises(CorrectedMeanwhile):
        world.do(correct_objected, objection_id=filed.id, **CORRECTION)
    world.do(correct, entry_id=live(world, person)[0].id, minutes=0, reason="核对")
    with pytest.raises(CorrectedMeanwhile):
        world.do(correct_objected, objection_id=filed.id, **CORRECTION)
    answered = world.do(explain_objected, objection_id=filed.id, reason="已另行更正")
    assert (answered.state, answered.entry_minutes) == (ObjectionState.EXPLAINED, 60)


def test_what_was_taken_back_meanwhile_is_answered_by_a_reason(world: World, person: int) -> None:
    filed = objection(world, person)
    world.do(correct, entry_id=filed.entry_id, minutes=0, reason="核对")
    with pytest.raises(AlreadyReversed):
        world.do(correct_objected, objection_id=filed.id, **CORRECTION)
    world.do(explain_objected, objection_id=filed.id, **REASON)


def test_what_was_marked_anew_meanwhile_is_corrected_as_it_stands_now(world: World) -> None:
    person = world.person()
    shift = world.published(person, starts=time(9), ends=time(11), programme=world.clean_up)
    early = {"attendance": Attendance.ATTENDED, "checked_out_at": hour(9, 30)}
    world.mark(shift, person, **early)
    filed = objection(world, person)
    world.mark(shift, person, **early | {"checked_out_at": hour(10)})
    with pytest.raises(Malformed):
        world.do(correct_objected, objection_id=filed.id, minutes=60, reason="核对")
    world.do(correct_objected, objection_id=filed.id, minutes=90, reason="核对")
    [entry] = live(world, person)
    assert (entry.minutes, filed.entry_minutes) == (90, 30)


def test_an_objection_to_a_correction_is_answered_by_another(world: World, person: int) -> None:
    world.do(correct, entry_id=live(world, person)[0].id, minutes=45, reason="核对")
    world.do(correct_objected, objection_id=objection(world, person).id, minutes=60, reason="再核对")
    assert minutes(world, person) == 60


def test_two_who_answer_at_once_correct_it_once(world: World, person: int) -> None:
    filed = objection(world, person)
    coordinator, officer = world.coordinator(), world.officer()
    _, second = just_before_the_commit(
        lambda operation: world.do(operation, by=coordinator, now=EVENING),
        lambda work: correct_objected(work, objection_id=filed.id, **CORRECTION),
        lambda: world.do(explain_objected, by=officer, now=EVENING, objection_id=filed.id, **REASON),
    )
    assert isinstance(second, ObjectionSettled)
    [seen] = world.see(list_objections).items
    assert (seen.state, seen.answer) == (ObjectionState.CORRECTED, "已核对签到表")
