"""Planning over what is published changes only what it must, and says what changes for whom."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.databases import Beginnings
from tests.rosters.drafts.planned import Planned
from tests.world import MONDAY, NOW, hour
from volunteer_core.database import Database
from volunteer_core.people.vouching import take_leave
from volunteer_core.rosters.assigning import release
from volunteer_core.rosters.calling_off import call_off_shift
from volunteer_core.rosters.drafts.applying import apply_draft
from volunteer_core.rosters.publishing_weeks import publish_weeks
from volunteer_core.rosters.shifts import change_shift

DAYS = [MONDAY + timedelta(days=number) for number in range(5)]


Week = tuple[Planned, list[int]]


def publish_a_week(office: Database) -> Week:
    """A published week of two sites that was planned: two people a day at each, of eight."""
    office.clock = lambda: NOW
    world = Planned(office)
    found = [
        world.shift(day=day, site=site, minimum=2, maximum=3)
        for day in DAYS
        for site in (world.site, world.other_site)
    ]
    for number in range(8):
        world.helper(
            f"张{'一二三四五六七八'[number]}", community=(world.community, world.other_community)[number % 2]
        )
    world.do(apply_draft, draft_id=world.plan())
    world.do(publish_weeks, programme_id=world.school, first_week="2026-W45", last_week="2026-W45")
    return world, found


@pytest.fixture
def week(beginnings: Beginnings) -> Iterator[Week]:
    with beginnings.copy(publish_a_week) as found:
        yield found


def roster(world: Planned, shifts: list[int]) -> dict[int, set[int]]:
    return {shift: world.on(shift) for shift in shifts}


def test_nothing_changes_while_everybody_can_come(week: Week) -> None:
    world, shifts = week
    draft = world.plan()
    view = world.read(draft)
    assert view.draft.levels is not None
    assert (view.changes, view.draft.levels.change) == ([], 0)
    assert world.places(draft) == roster(world, shifts)
    assert all(person.promised for shift in view.shifts for person in shift.people)


def test_who_drops_out_is_replaced_and_nobody_else_moves(week: Week) -> None:
    world, shifts = week
    before = roster(world, shifts)
    out = next(iter(before[shifts[4]]))
    world.do(take_leave, person_id=out, first_day=DAYS[2], last_day=DAYS[2])
    view = world.read(world.plan(DAYS[1]))
    dropped = [one for one in view.changes if one.dropped]
    added = [one for one in view.changes if one.added]
    assert [(one.person_id, one.dropped == one.cannot_come) for one in dropped] == [(out, True)]
    assert [len(one.added) for one in added] == [1]
    assert view.draft.levels is not None
    assert (view.uncovered, view.draft.levels.change) == (0, 0)
    applied = world.do(apply_draft, draft_id=view.draft.id)
    after = roster(world, shifts)
    assert sum(len(after[shift] ^ before[shift]) for shift in shifts) == 2
    assert (len(applied.put_on), len(applied.taken_off)) == (1, 1)


def test_who_gave_a_place_up_is_replaced(week: Week) -> None:
    world, shifts = week
    before = roster(world, shifts)
    out = next(iter(before[shifts[0]]))
    world.do(release, shift_id=shifts[0], person_id=out)
    world.do(take_leave, person_id=out, first_day=DAYS[0], last_day=DAYS[0])
    world.do(apply_draft, draft_id=world.plan())
    after = roster(world, shifts)
    assert len(after[shifts[0]]) == 2
    assert out not in after[shifts[0]]
    assert all(after[shift] == before[shift] for shift in shifts[1:])


def test_more_children_bring_one_more_adult(week: Week) -> None:
    world, shifts = week
    before = roster(world, shifts)
    world.do(change_shift, shift_id=shifts[3], minimum=3)
    draft = world.plan()
    [change] = world.read(draft).changes
    assert (len(change.added), change.dropped) == (1, [])
    world.do(apply_draft, draft_id=draft)
    after = roster(world, shifts)
    assert {shift: after[shift] - before[shift] for shift in shifts if after[shift] != before[shift]} == {
        shifts[3]: {change.person_id}
    }


def test_a_shift_called_off_and_the_days_gone_are_left_alone(week: Week) -> None:
    world, shifts = week
    world.do(call_off_shift, shift_id=shifts[9], reason="停电")
    before = roster(world, shifts)
    out = next(iter(before[shifts[8]]))
    world.do(take_leave, person_id=out, first_day=DAYS[4], last_day=DAYS[4])
    late = hour(18, day=DAYS[3])
    world.office.clock = lambda: late
    draft = world.request(now=late)
    world.run()
    assert set(world.places(draft)) == {shifts[8]}
    world.do(apply_draft, draft_id=draft, now=late)
    after = roster(world, shifts)
    assert [shift for shift in shifts if after[shift] != before[shift]] == [shifts[8]]


def test_what_cannot_be_covered_otherwise_drops_a_promise_and_says_so(world: Planned) -> None:
    """An uncovered place weighs more than a promise, and a promise more than any wish."""
    only_monday = world.helper("张一", weekdays="1")
    both = world.helper("张二", weekdays="12")
    world.limits(both, max_per_week=1)
    monday = world.published(both, minimum=1, maximum=1)
    tuesday = world.shift(day=DAYS[1], minimum=1)
    view = world.read(world.plan())
    assert {shift.shift_id: [one.person_id for one in shift.people] for shift in view.shifts} == {
        monday: [only_monday],
        tuesday: [both],
    }
    assert view.draft.levels is not None
    assert view.draft.levels.change == 1
    assert [(one.name, len(one.added), len(one.dropped), one.cannot_come) for one in view.changes] == [
        ("张一", 1, 0, []),
        ("张二", 0, 1, []),
    ]
