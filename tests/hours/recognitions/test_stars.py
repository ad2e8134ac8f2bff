"""Star levels are noted when they are reached, and never lost without somebody deciding so."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from tests.at_once import at_once
from tests.hours.served import LATER, close, serve
from tests.world import MONDAY, World, hour
from volunteer_core.commitments.models import Attendance
from volunteer_core.errors import Malformed, NotAllowed
from volunteer_core.hours.ledger import balance, correct
from volunteer_core.hours.models import EntryKind
from volunteer_core.hours.recognitions.listing import (
    RecognitionView,
    list_recognitions,
    list_recognitions_of,
)
from volunteer_core.hours.recognitions.models import RecognitionState
from volunteer_core.hours.recognitions.reviewing import (
    NotToReview,
    confirm_recognition,
    tell_of_reviews,
    withdraw_recognition,
)
from volunteer_core.notices.outbox import group_text, list_notices
from volunteer_core.office.settings import change_setting
from volunteer_core.permissions import Actor
from volunteer_core.rosters.assigning import assign
from volunteer_core.timespans import SpanInvalid

DAY = timedelta(days=1)
REACHED, TO_REVIEW, CONFIRMED, WITHDRAWN = RecognitionState


@pytest.fixture
def person(world: World) -> int:
    """Somebody without hours, where an hour is one star, two are two, and ten are three."""
    thresholds(world, 1, 2, 10)
    return world.person()


def thresholds(world: World, *hours: int) -> None:
    world.do(change_setting, name="star_level_hours", value=list(hours), valid_from=date(2026, 1, 1))


def levels(world: World, person: int) -> list[tuple[int, RecognitionState]]:
    return [(one.level, one.state) for one in held(world, person)]


def held(world: World, person: int) -> list[RecognitionView]:
    found: list[RecognitionView] = world.see(list_recognitions_of, person_id=person)
    return found


def stars(world: World, person: int) -> int:
    found: int = world.see(balance, person_id=person).stars
    return found


def fix(world: World, entry: int, minutes: int, **when: Any) -> int:
    found: int = world.do(correct, entry_id=entry, minutes=minutes, reason="核对", **{"now": LATER} | when).id
    return found


def test_a_level_is_reached_on_the_day_of_the_entry_that_crosses_it(world: World, person: int) -> None:
    serve(world, person, 59)
    assert held(world, person) == []
    serve(world, person, 1, day=MONDAY + DAY)
    [one] = held(world, person)
    assert (one.level, one.hours, one.reached_on, one.recorded_at) == (1, 1, MONDAY + DAY, LATER)
    assert stars(world, person) == 1


def test_several_levels_at_once_have_each_its_day(world: World, person: int) -> None:
    thresholds(world, 100)
    serve(world, person, 90)
    serve(world, person, 40, day=MONDAY + DAY)
    thresholds(world, 1, 2, 10)
    serve(world, person, 10, day=MONDAY + 2 * DAY)
    assert [(one.level, one.reached_on) for one in held(world, person)] == [(1, MONDAY), (2, MONDAY + DAY)]


def test_only_volunteer_hours_count(world: World, person: int) -> None:
    serve(world, person, 600, kind=EntryKind.PAID_DUTY)
    serve(world, person, 600, kind=EntryKind.TRAINING, day=MONDAY + DAY)
    assert held(world, person) == []
    late = serve(world, person, 50)
    close(world)
    fix(world, late, 60)  # lands in December, as an adjustment
    assert [(one.level, one.reached_on) for one in held(world, person)] == [(1, date(2026, 12, 3))]


def test_a_correction_below_a_level_has_it_reviewed_and_takes_nothing_away(world: World, person: int) -> None:
    entry = serve(world, person, 120)
    fix(world, entry, 119)
    assert levels(world, person) == [(1, REACHED), (2, TO_REVIEW)]
    assert held(world, person)[1].review_since == LATER
    assert stars(world, person) == 2


def overlapping(world: World, person: int) -> tuple[int, int]:
    """Two shifts that a coordinator has let overlap, marked: 9 to 11, and 9 to 12."""
    first, second = (
        world.shift(starts=time(9), ends=time(ends), programme=world.clean_up) for ends in (11, 12)
    )
    for shift in (first, second):
        facts = {"shift_id": shift, "person_id": person, "override_reason": "带两个房间"}
        world.do(assign, by=world.coordinator(), **facts)
    world.publish(programme=world.clean_up)
    for shift in (first, second):
        world.mark(shift, person, attendance=Attendance.ATTENDED)
    return first, second


def test_time_that_is_shared_anew_reaches_no_level_twice(world: World, person: int) -> None:
    thresholds(world, 3, 4)
    first, _ = overlapping(world, person)
    for attendance in (Attendance.ABSENT, Attendance.ATTENDED):
        world.mark(first, person, attendance=attendance)
    assert world.see(balance, person_id=person).service_minutes == 180
    assert levels(world, person) == [(1, REACHED)]


def test_time_that_is_shared_anew_does_not_undo_what_was_confirmed(world: World, person: int) -> None:
    thresholds(world, 4)
    first, _ = overlapping(world, person)
    fix(world, serve(world, person, 60, day=MONDAY + DAY), 0)
    world.do(confirm_recognition, recognition_id=held(world, person)[0].id, reason="只差一小时")
    world.mark(first, person, attendance=Attendance.ABSENT)
    assert world.see(balance, person_id=person).service_minutes == 180
    assert levels(world, person) == [(1, CONFIRMED)]


def test_a_correction_that_stays_above_is_nothing_to_review(world: World, person: int) -> None:
    entry = serve(world, person, 100)
    before = held(world, person)
    fix(world, entry, 60)
    assert held(world, person) == before


def test_hours_that_come_back_end_the_review(world: World, person: int) -> None:
    entry = serve(world, person, 60)
    fix(world, entry, 0)
    assert levels(world, person) == [(1, TO_REVIEW)]
    serve(world, person, 60, day=MONDAY + DAY)
    [one] = held(world, person)
    assert (one.state, one.review_since, one.reached_on) == (REACHED, None, MONDAY)


def test_thresholds_that_change_later_take_no_level_away(world: World, person: int) -> None:
    entry = serve(world, person, 120)
    thresholds(world, 5, 6)
    serve(world, person, 1, day=MONDAY + DAY)
    assert levels(world, person) == [(1, REACHED), (2, REACHED)]
    fix(world, entry, 119)
    assert levels(world, person) == [(1, REACHED), (2, REACHED)]  # still 120 in all
    serve(world, person, 180, day=MONDAY + 2 * DAY)
    assert len(held(world, person)) == 2  # level 1 by the new threshold is the one they hold


def test_the_office_confirms_a_level_and_only_a_further_fall_is_reviewed_again(
    world: World, person: int
) -> None:
    entry = fix(world, serve(world, person, 60), 50)
    [one] = held(world, person)
    officer = world.officer()
    decided = world.do(confirm_recognition, recognition_id=one.id, reason="登记错误在我", by=officer)
    assert (decided.state, decided.reason) == (CONFIRMED, "登记错误在我")
    entry = fix(world, entry, 55)
    entry = fix(world, entry, 50)
    assert levels(world, person) == [(1, CONFIRMED)]
    entry = fix(world, entry, 49)
    assert levels(world, person) == [(1, TO_REVIEW)]
    fix(world, entry, 60)
    assert levels(world, person) == [(1, REACHED)]


def test_the_office_withdraws_a_level_and_it_can_be_reached_again(world: World, person: int) -> None:
    fix(world, serve(world, person, 60), 50)
    [one] = held(world, person)
    world.do(withdraw_recognition, recognition_id=one.id, reason="重复登记", by=world.officer())
    assert (levels(world, person), stars(world, person)) == ([(1, WITHDRAWN)], 0)
    serve(world, person, 10, day=MONDAY + 3 * DAY)
    assert levels(world, person) == [(1, WITHDRAWN), (1, REACHED)]
    assert held(world, person)[1].reached_on == MONDAY + 3 * DAY


def test_only_what_is_to_be_reviewed_is_decided_by_the_office_with_a_reason(
    world: World, person: int
) -> None:
    entry = serve(world, person, 60)
    [one] = held(world, person)
    for decide in (confirm_recognition, withdraw_recognition):
        with pytest.raises(NotToReview):
            world.do(decide, recognition_id=one.id, reason="核对")
    fix(world, entry, 59)
    for decide in (confirm_recognition, withdraw_recognition):
        with pytest.raises(Malformed):
            world.do(decide, recognition_id=one.id, reason=" ")
        for somebody in (Actor.person(person), world.coordinator(), world.leader()):
            with pytest.raises(NotAllowed):
                world.do(decide, recognition_id=one.id, reason="核对", by=somebody)
    assert levels(world, person) == [(1, TO_REVIEW)]


def test_deciding_twice_at_once_decides_once(world: World, person: int) -> None:
    fix(world, serve(world, person, 60), 59)
    [one] = held(world, person)
    acts = [
        lambda decide=decide: world.do(decide, recognition_id=one.id, reason="核对")
        for decide in (confirm_recognition, withdraw_recognition)
    ]
    kinds = sorted(type(found).__name__ for found in at_once(*acts))
    assert kinds == ["NotToReview", "RecognitionView"]


def test_those_who_enter_at_once_note_a_level_once(world: World, person: int) -> None:
    at_once(*(lambda day=day: serve(world, person, 60, day=MONDAY + day * DAY) for day in range(4)))
    assert levels(world, person) == [(1, REACHED), (2, REACHED)]


def test_the_communitys_coordinators_are_told_once_of_each_review(world: World, person: int) -> None:
    coordinator, neighbour = world.coordinator(), world.coordinator(world.other_community)
    fix(world, serve(world, person, 60), 59)
    assert [world.do(tell_of_reviews, now=LATER) for _ in range(2)] == [1, 0]
    [notice] = world.see(list_notices, by=coordinator).items
    assert notice.person_id == coordinator.person_id
    assert notice.text.startswith("张*（")
    assert "1星级因时长更正需要复核：现为 0.9 小时，标准为 1 小时" in notice.text
    assert "核对" not in notice.text  # why it was corrected stays with the correction
    assert world.see(list_notices, by=neighbour).items == []
    assert world.see(group_text, by=coordinator).notice_ids == []


def test_a_review_that_is_over_before_anybody_was_told_is_not_told(world: World, person: int) -> None:
    world.coordinator()
    entry = serve(world, person, 60)
    fix(world, fix(world, entry, 59), 60)
    assert world.do(tell_of_reviews, now=LATER) == 0


def test_who_reached_what_is_listed_by_period_level_and_state(world: World, person: int) -> None:
    neighbour = world.person("李四", community=world.other_community)
    serve(world, person, 60)
    entry = serve(world, neighbour, 120, day=date(2026, 12, 1))
    fix(world, entry, 119)

    def listed(by: Actor, **facts: Any) -> list[tuple[str, int]]:
        return [(one.name, one.level) for one in world.see(list_recognitions, by=by, **facts).items]

    officer = world.officer()
    everything = [("张三丰", 1), ("李四", 1), ("李四", 2)]
    assert listed(officer) == everything
    assert listed(officer, last=date(2026, 11, 30)) == everything[:1]
    assert listed(officer, first=date(2026, 12, 1), last=date(2026, 12, 31)) == everything[1:]
    assert listed(officer, level=2) == everything[2:]
    assert listed(officer, in_state=TO_REVIEW) == everything[2:]
    assert listed(officer, community_id=world.community) == everything[:1]
    assert listed(world.coordinator()) == everything[:1]
    assert listed(world.coordinator(), community_id=world.other_community) == []
    assert listed(Actor.person(neighbour)) == everything[1:]
    assert listed(world.leader()) == []
    with pytest.raises(SpanInvalid):
        listed(officer, first=MONDAY, last=MONDAY - DAY)
    world.do(withdraw_recognition, recognition_id=held(world, neighbour)[1].id, reason="重复登记", by=officer)
    assert listed(officer) == everything[:2]
    assert listed(officer, in_state=WITHDRAWN) == everything[2:]


def test_a_persons_levels_are_for_them_and_who_recognises_them(world: World, person: int) -> None:
    serve(world, person, 60, now=hour(9, day=date(2026, 12, 1)))
    for somebody in (Actor.person(person), world.coordinator(), world.officer()):
        assert len(world.see(list_recognitions_of, person_id=person, by=somebody)) == 1
    for somebody in (Actor.person(world.person()), world.leader(), world.coordinator(world.other_community)):
        with pytest.raises(NotAllowed):
            world.see(list_recognitions_of, person_id=person, by=somebody)
