"""Drafts side by side: what each costs, and on which shifts they differ."""

from __future__ import annotations

import pytest

from tests.rosters.drafts.planned import FRIDAY, Planned
from tests.world import MONDAY
from volunteer_core.errors import Malformed, NotAllowed
from volunteer_core.rosters.drafts.comparing import compare_drafts
from volunteer_core.rosters.drafts.editing import put_in_draft, take_out_of_draft
from volunteer_core.rosters.drafts.keeping import DraftNotReady


def test_drafts_are_compared_shift_by_shift(world: Planned) -> None:
    monday = world.shift(minimum=1, maximum=2)
    world.shift(day=FRIDAY)
    names = {world.helper("王小敏"): "王小敏", world.helper("李强"): "李强"}
    first, second = world.plan(), world.plan()
    same = world.see(compare_drafts, ids=[first, second])
    assert (same.differences, same.same) == ([], 2)
    [there] = world.places(second)[monday]
    other = (set(names) - {there}).pop()
    change = {"draft_id": second, "shift_id": monday}
    world.do(take_out_of_draft, person_ids=[there], **change)
    world.do(put_in_draft, person_ids=[other], **change)
    found = world.see(compare_drafts, ids=[second, first])
    assert [one.draft.id for one in found.drafts] == [second, first]
    [difference] = found.differences
    assert (difference.shift_id, difference.when) == (monday, "11月2日（周一）17:00–18:00 三峰学堂")
    assert [(one.draft_id, one.names) for one in difference.only] == [
        (second, [names[other]]),
        (first, [names[there]]),
    ]
    assert found.same == 1
    edited, planned = (one.draft.levels for one in found.drafts)
    assert edited > planned  # one carries both
    assert [sum(load.minutes for load in one.loads) for one in found.drafts] == [120, 120]


def test_shifts_that_are_not_in_all_are_left_aside(world: Planned) -> None:
    world.shift()
    world.shift(day=FRIDAY)
    found = world.see(compare_drafts, ids=[world.plan(), world.plan(last=MONDAY)])
    assert (found.differences, found.same) == ([], 1)


def test_what_cannot_be_compared_is_refused(world: Planned) -> None:
    world.shift()
    ready, waiting = world.plan(), world.request()
    for ids in ([], [ready], [ready, ready], [ready] * 6):
        with pytest.raises(Malformed):
            world.see(compare_drafts, ids=ids)
    with pytest.raises(DraftNotReady):
        world.see(compare_drafts, ids=[ready, waiting])
    world.run()
    world.see(compare_drafts, ids=[ready, waiting])
    with pytest.raises(NotAllowed):
        world.see(compare_drafts, by=world.leader(world.other_team), ids=[ready, waiting])
    world.shift(programme=world.clean_up)
    other = world.plan(programme=world.clean_up)
    with pytest.raises(Malformed):
        world.see(compare_drafts, ids=[ready, other])
