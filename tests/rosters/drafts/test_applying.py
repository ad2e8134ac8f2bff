"""A draft becomes the roster as far as the rules still hold; a promise is given up only if it says so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.at_once import at_once
from tests.rosters.drafts.planned import FRIDAY, Planned
from tests.world import MONDAY, hour
from volunteer_core.errors import NotAllowed
from volunteer_core.notices.outbox import list_notices
from volunteer_core.people.vouching import take_leave
from volunteer_core.rosters.assigning import assign, lock_assignment, release
from volunteer_core.rosters.calling_off import call_off_shift
from volunteer_core.rosters.drafts.applying import Applied, apply_draft
from volunteer_core.rosters.drafts.keeping import DraftNotReady
from volunteer_core.rosters.drafts.models import DraftStatus
from volunteer_core.rosters.drafts.requesting import discard_draft
from volunteer_core.rosters.swaps.waiting import join_wait
from volunteer_core.rosters.versions import list_versions

TUESDAY = MONDAY + timedelta(days=1)


def apply(world: Planned, draft: int, **facts: Any) -> Applied:
    found: Applied = world.do(apply_draft, draft_id=draft, **facts)
    return found


def left_out(applied: Applied) -> dict[tuple[int, int], str]:
    return {(one.shift_id, one.person_id): one.code for one in applied.left_out}


def test_a_draft_becomes_the_roster(world: Planned) -> None:
    monday, friday = world.shift(minimum=2), world.shift(day=FRIDAY)
    people = {world.helper("王小敏"), world.helper("李强", weekdays="1")}
    draft = world.plan()
    applied = apply(world, draft, by=world.leader())
    assert {(one.shift_id, one.person_id) for one in applied.put_on} == {
        (shift, person) for shift, there in world.places(draft).items() for person in there
    }
    assert (applied.taken_off, applied.kept, applied.left_out, applied.changes) == ([], 0, [], [])
    assert world.on(monday) == people
    assert len(world.on(friday)) == 1
    assert world.read(draft).draft.status is DraftStatus.APPLIED
    assert world.see(list_notices).items == []  # held, not promised
    for operation in (apply_draft, discard_draft):
        with pytest.raises(Exception, match="草稿"):
            world.do(operation, draft_id=draft)


def test_only_who_may_plan_all_its_sites_applies_it(world: Planned) -> None:
    world.shift()
    world.shift(site=world.other_site)
    draft = world.plan()
    for somebody in (world.coordinator(), world.leader(world.other_team)):
        with pytest.raises(NotAllowed):
            apply(world, draft, by=somebody)


def test_what_is_not_planned_yet_is_not_applied(world: Planned) -> None:
    world.shift()
    with pytest.raises(DraftNotReady):
        apply(world, world.request())


def test_held_places_that_the_draft_does_not_have_are_given_up_and_locked_ones_never(world: Planned) -> None:
    shift = world.shift(minimum=1, maximum=3)
    held, locked, planned = world.person(), world.person(), world.helper()
    world.do(assign, shift_id=shift, person_id=held)
    draft = world.plan()
    assert world.places(draft) == {shift: {planned}}  # who has said nothing is not assumed free
    world.do(assign, shift_id=shift, person_id=locked)
    world.do(lock_assignment, shift_id=shift, person_id=locked)
    applied = apply(world, draft)
    assert [one.person_id for one in applied.taken_off] == [held]
    assert world.on(shift) == {locked, planned}
    assert applied.kept == 1


def test_who_cannot_any_more_is_left_out_with_the_code_and_the_rest_is_done(world: Planned) -> None:
    shifts = [world.shift(day=MONDAY + timedelta(days=number)) for number in range(3)]
    away, clashing, fine = (world.helper(weekdays=str(number)) for number in (1, 2, 3))
    draft = world.plan()
    world.do(take_leave, person_id=away, first_day=MONDAY, last_day=MONDAY)
    world.shift(clashing, day=TUESDAY, programme=world.clean_up)
    applied = apply(world, draft)
    assert left_out(applied) == {(shifts[0], away): "on_leave", (shifts[1], clashing): "clash"}
    assert applied.left_out[0].why == "此人当天请假。"
    assert [world.on(shift) for shift in shifts] == [set(), set(), {fine}]


def test_shifts_that_began_or_were_called_off_stay_as_they_are(world: Planned) -> None:
    monday, tuesday, friday = world.shift(), world.shift(day=TUESDAY), world.shift(day=FRIDAY)
    person, held = world.helper(), world.person()
    draft = world.plan()
    world.do(assign, shift_id=monday, person_id=held)
    world.do(call_off_shift, shift_id=tuesday, reason="停电")
    applied = apply(world, draft, now=hour(17, 30))
    assert left_out(applied) == {(monday, person): "shift_over", (tuesday, person): "shift_not_open"}
    assert [world.on(one) for one in (monday, tuesday, friday)] == [{held}, set(), {person}]


def test_leaders_put_on_only_members_of_their_teams(world: Planned) -> None:
    """Who was put there by somebody who may stays, for nobody puts them on anew."""
    stranger = world.person(teams=())
    shift = world.published(stranger)
    applied = apply(world, world.plan(), by=world.leader())
    assert (applied.kept, world.on(shift)) == (1, {stranger})


def test_a_promise_is_released_and_told_only_if_the_draft_drops_it(world: Planned) -> None:
    leaving, staying, late = world.helper(), world.helper(), world.helper()
    shift = world.published(leaving, staying, minimum=1)
    draft = world.plan()
    world.do(release, shift_id=shift, person_id=leaving)
    world.do(assign, shift_id=shift, person_id=late)  # after it was planned: not the draft's to drop
    world.do(take_leave, person_id=leaving, first_day=MONDAY, last_day=MONDAY)
    applied = apply(world, draft)
    assert (applied.kept, applied.taken_off) == (2, [])
    assert left_out(applied) == {(shift, leaving): "on_leave"}
    assert world.on(shift) == {staying, late}


def test_what_a_draft_changes_of_what_is_published_is_told(world: Planned) -> None:
    away, stays = world.helper("钱二"), world.helper("孙三")
    shift = world.published(away, stays, minimum=2)
    world.do(take_leave, person_id=away, first_day=MONDAY, last_day=MONDAY)
    comes = world.helper("陈静")
    draft = world.plan()
    before = world.see(list_notices).total
    applied = apply(world, draft)
    span = "11月2日（周一）17:00–18:00 三峰学堂"
    assert [(one.name, one.added, one.dropped) for one in applied.changes] == [
        ("钱二", [], [span]),
        ("陈静", [span], []),
    ]
    assert world.on(shift) == {stays, comes}
    told = world.see(list_notices).items[before:]
    assert [(one.person_id, one.text.split("：")[0]) for one in told] == [
        (away, "您不必再参加"),
        (comes, "您已被安排"),
    ]


def test_a_place_given_up_in_what_is_published_goes_to_who_waits_for_it(world: Planned) -> None:
    away, stays = world.helper(), world.helper()
    shift = world.published(away, stays, minimum=1, maximum=2)
    waits = world.person()  # has not said when they can: the planner leaves them out
    world.do(join_wait, shift_id=shift, person_id=waits)
    world.do(take_leave, person_id=away, first_day=MONDAY, last_day=MONDAY)
    apply(world, world.plan())
    assert world.on(shift) == {stays, waits}
    where = {"programme_id": world.school, "site_id": world.site, "week": "2026-W45"}
    assert [one.cause for one in world.see(list_versions, **where).items] == ["planned", "published"]


def test_two_leaders_apply_it_once(world: Planned) -> None:
    shift, person = world.shift(), world.helper()
    draft = world.plan()
    outcomes = at_once(*[lambda: apply(world, draft)] * 2)
    assert sorted(type(one).__name__ for one in outcomes) == ["Applied", "DraftNotReady"]
    assert world.on(shift) == {person}


def test_applying_and_assigning_at_once_end_without_more_people_than_fit(world: Planned) -> None:
    shift = world.shift(minimum=1, maximum=1)
    world.helper()
    other = world.person()
    draft = world.plan()
    applied, assigned = at_once(
        lambda: apply(world, draft), lambda: world.do(assign, shift_id=shift, person_id=other)
    )
    assert isinstance(applied, Applied)
    assert len(world.on(shift)) == 1
    assert bool(applied.put_on) or other in world.on(shift) or getattr(assigned, "code", "") == "shift_full"
