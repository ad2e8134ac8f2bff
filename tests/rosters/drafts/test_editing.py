"""A draft is changed by hand within the planner's rules, and its costs follow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.rosters.drafts.planned import FRIDAY, Planned
from tests.world import MONDAY
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.people.vouching import qualify, take_leave
from volunteer_core.rosters.drafts.editing import (
    NotPossible,
    PlaceLocked,
    lock_place,
    put_in_draft,
    take_out_of_draft,
    unlock_place,
)
from volunteer_core.rosters.drafts.keeping import DraftNotReady
from volunteer_core.rosters.drafts.requesting import replan_draft
from volunteer_core.rosters.models import PairKind

TUESDAY = MONDAY + timedelta(days=1)


def put(world: Planned, draft: int, shift: int, *people: int, **facts: Any) -> Any:
    return world.do(put_in_draft, draft_id=draft, shift_id=shift, person_ids=people, **facts)


def take_out(world: Planned, draft: int, shift: int, *people: int) -> Any:
    return world.do(take_out_of_draft, draft_id=draft, shift_id=shift, person_ids=people)


def test_taking_out_and_putting_in_changes_places_and_costs(world: Planned) -> None:
    shift, person, spare = world.shift(minimum=1, maximum=2), world.helper(), world.helper()
    draft = world.plan()
    [chosen] = world.places(draft)[shift]
    other = ({person, spare} - {chosen}).pop()
    planned = world.read(draft).draft
    emptied = take_out(world, draft, shift, chosen)
    assert (emptied.levels.gap, emptied.proven, emptied.edited) == (1, False, True)
    [shown] = world.read(draft).shifts
    assert (shown.missing, shown.reason) == (1, "缺 1 人：可安排 2 人")
    again = put(world, draft, shift, other)
    assert world.places(draft) == {shift: {other}}
    assert (again.levels, again.proven) == (planned.levels, True)
    both = put(world, draft, shift, chosen)
    assert both.levels > planned.levels
    assert world.read(draft).loads[0].minutes == 60


def test_what_breaks_a_rule_is_refused_in_words_and_changes_nothing(world: Planned) -> None:
    shift = world.shift(minimum=1, maximum=1)
    full, away, silent, tired = world.helper(), world.helper(), world.person(), world.helper()
    world.do(take_leave, person_id=away, first_day=MONDAY, last_day=MONDAY)
    world.limits(tired, max_per_week=0)
    draft = world.plan()
    assert world.places(draft) == {shift: {full}}
    for person, reason, words in (
        (away, "on_leave", "请假"),
        (silent, "not_said", "没有说明何时有空"),
        (tired, "week", "本周次数已满（最多 0 次）"),
        (full, "assigned", "已在这个班次"),
    ):
        with pytest.raises(NotPossible) as refused:
            put(world, draft, shift, person)
        assert (refused.value.facts["reason"], refused.value.message) == (
            reason,
            f"草稿里不能这样安排：{words}。",
        )
    extra = world.helper()
    draft = world.plan()
    [there] = world.places(draft)[shift]
    with pytest.raises(NotPossible, match="班次已满"):
        put(world, draft, shift, ({full, extra} - {there}).pop())
    assert not world.read(draft).draft.edited


def test_who_serves_only_together_is_put_and_taken_together(world: Planned) -> None:
    shift = world.shift(minimum=2)
    a, b, c = world.helper(), world.helper(), world.helper()
    world.pair(a, b, PairKind.TOGETHER)
    draft = world.plan()
    for person in world.places(draft)[shift] & {c}:
        take_out(world, draft, shift, person)
    if a in world.places(draft)[shift]:
        with pytest.raises(NotPossible, match="须与搭档同班"):
            take_out(world, draft, shift, a)
        take_out(world, draft, shift, a, b)
    with pytest.raises(NotPossible, match="须与搭档同班"):
        put(world, draft, shift, a)
    put(world, draft, shift, a, b)
    assert world.places(draft) == {shift: {a, b}}


def test_a_newcomer_is_not_left_without_a_mentor(world: Planned) -> None:
    world.rules(newcomer_shifts=1)
    shift = world.shift(minimum=2)
    mentor, newcomer = world.helper(), world.helper()
    world.do(qualify, person_id=mentor, kind="mentor", valid_from=MONDAY, expires_on=None)
    draft = world.plan()
    assert world.places(draft) == {shift: {mentor, newcomer}}
    with pytest.raises(NotPossible) as refused:
        take_out(world, draft, shift, mentor)
    assert refused.value.facts["person_id"] == newcomer
    take_out(world, draft, shift, mentor, newcomer)


def test_locked_places_stay_also_when_planned_again(world: Planned) -> None:
    monday, friday = world.shift(minimum=1, maximum=1), world.shift(day=FRIDAY, minimum=1, maximum=1)
    a, b = world.helper(), world.helper()
    draft = world.plan()
    [there] = world.places(draft)[monday]
    other = ({a, b} - {there}).pop()
    take_out(world, draft, monday, there)
    put(world, draft, monday, other)
    for shift in (monday, friday):
        [person] = world.places(draft)[shift]
        world.do(lock_place, draft_id=draft, shift_id=shift, person_id=person)
        with pytest.raises(PlaceLocked):
            take_out(world, draft, shift, person)
    locked = world.places(draft)
    again = world.do(replan_draft, draft_id=draft).id
    world.run()
    assert world.places(again) == locked
    assert [person.locked for shift in world.read(again).shifts for person in shift.people] == [True, True]
    world.do(unlock_place, draft_id=draft, shift_id=monday, person_id=other)
    take_out(world, draft, monday, other)


def test_what_is_not_locked_is_planned_anew(world: Planned) -> None:
    shift, person, spare = world.shift(minimum=1, maximum=1), world.helper(), world.helper()
    draft = world.plan()
    [there] = world.places(draft)[shift]
    world.do(take_leave, person_id=there, first_day=MONDAY, last_day=MONDAY)
    again = world.do(replan_draft, draft_id=draft).id
    world.run()
    assert world.places(again) == {shift: {person, spare} - {there}}


def test_only_a_planned_draft_is_edited_by_those_who_may(world: Planned) -> None:
    shift, person = world.shift(), world.helper()
    waiting = world.request()
    with pytest.raises(DraftNotReady):
        put(world, waiting, shift, person)
    world.run()
    for operation, facts in (
        (put_in_draft, {"person_ids": [person]}),
        (take_out_of_draft, {"person_ids": [person]}),
        (lock_place, {"person_id": person}),
        (unlock_place, {"person_id": person}),
    ):
        with pytest.raises(NotAllowed):
            world.do(operation, by=world.leader(world.other_team), draft_id=waiting, shift_id=shift, **facts)


def test_what_is_not_in_the_draft_is_not_found(world: Planned) -> None:
    shift, person, stranger = world.shift(), world.helper(), world.person(teams=())
    elsewhere = world.shift(person, day=TUESDAY, programme=world.clean_up)
    draft = world.plan()
    for wrong in ((shift, stranger), (elsewhere, person), (99, person)):
        with pytest.raises(NotFound):
            put(world, draft, *wrong)
        with pytest.raises(NotFound):
            take_out(world, draft, *wrong)
    for people in ((), (person, person), tuple(range(1, 22))):
        with pytest.raises(Malformed):
            put(world, draft, shift, *people)
