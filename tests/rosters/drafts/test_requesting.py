"""A draft is asked for by those who publish, for what can be planned, and has its life."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from tests.rosters.drafts.planned import FRIDAY, SUNDAY, Planned
from tests.world import MONDAY, SCRIPT, hour
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.permissions import Actor
from volunteer_core.rosters.drafts.building import NothingToPlan
from volunteer_core.rosters.drafts.keeping import DraftUnfit
from volunteer_core.rosters.drafts.models import Draft, DraftStatus
from volunteer_core.rosters.drafts.reading import list_drafts, read_draft
from volunteer_core.rosters.drafts.requesting import (
    MOST_DRAFTS,
    PlanTooLarge,
    TooManyDrafts,
    discard_draft,
    request_draft,
    stop_draft,
)
from volunteer_core.rosters.models import Shift, ShiftStatus


def week(world: Planned, **facts: Any) -> dict[str, Any]:
    return {"programme_id": world.school, "first_day": MONDAY, "last_day": SUNDAY} | facts


def test_a_draft_is_asked_for_at_the_sites_that_have_shifts(world: Planned) -> None:
    world.shift()
    found = world.do(request_draft, by=world.leader(), name=" 初稿 ", **week(world))
    assert (found.status, found.name, found.site_ids) == (DraftStatus.WAITING, "初稿", [world.site])
    world.shift(site=world.other_site)
    assert world.do(request_draft, **week(world)).site_ids == [world.site, world.other_site]
    only = world.do(request_draft, site_ids=[world.other_site], **week(world))
    assert (only.site_ids, only.name) == ([world.other_site], "草稿 3")


def test_a_coordinator_plans_their_own_sites(world: Planned) -> None:
    world.shift()
    world.shift(site=world.other_site)
    coordinator, leader = world.coordinator(), world.leader()
    mine = world.do(request_draft, by=coordinator, **week(world))
    assert mine.site_ids == [world.site]
    for sites in ([world.other_site], [world.site, world.other_site]):
        with pytest.raises(NotAllowed):
            world.do(request_draft, by=coordinator, site_ids=sites, **week(world))
    everywhere = world.do(request_draft, by=leader, **week(world))
    assert [one.id for one in world.see(list_drafts, by=coordinator, programme_id=world.school).items] == [
        mine.id
    ]
    assert world.see(list_drafts, by=leader, programme_id=world.school).total == 2
    world.see(read_draft, by=coordinator, draft_id=mine.id)
    with pytest.raises(NotAllowed):
        world.see(read_draft, by=coordinator, draft_id=everywhere.id)


def test_planning_is_not_for_others(world: Planned) -> None:
    world.shift()
    draft = world.request()
    for somebody in (Actor.person(world.person()), world.leader(world.other_team)):
        for operation, facts in (
            (request_draft, week(world)),
            (stop_draft, {"draft_id": draft}),
            (discard_draft, {"draft_id": draft}),
            (read_draft, {"draft_id": draft}),
            (list_drafts, {"programme_id": world.school}),
        ):
            with pytest.raises(NotAllowed):
                world.do(operation, by=somebody, **facts)
    elsewhere = world.coordinator(world.other_community)
    with pytest.raises(NotAllowed):
        world.do(request_draft, by=elsewhere, **week(world))
    assert world.see(list_drafts, by=elsewhere, programme_id=world.school).items == []


def test_what_cannot_be_planned_is_refused(world: Planned) -> None:
    with pytest.raises(NothingToPlan):
        world.do(request_draft, **week(world))
    world.shift(day=FRIDAY)
    with pytest.raises(NothingToPlan):
        world.do(request_draft, **week(world), now=hour(17, day=FRIDAY))
    for bad in (
        {"last_day": MONDAY - timedelta(days=1)},
        {"last_day": MONDAY + timedelta(days=400)},
        {"last_day": date.max},
        {"seconds": 0},
        {"seconds": 601},
        {"seed": -1},
        {"seed": 2**31},
        {"name": "字" * 61},
        {"name": "一\n二"},
    ):
        with pytest.raises(Malformed):
            world.do(request_draft, **week(world, **bad))
    for unknown in ({"programme_id": 99}, {"site_ids": [99]}):
        with pytest.raises(NotFound):
            world.do(request_draft, **week(world, **unknown))
    assert world.see(list_drafts, programme_id=world.school).total == 0


def test_ten_thousand_shifts_in_a_second_are_refused_and_five_thousand_asked_for(world: Planned) -> None:
    days = [MONDAY + timedelta(days=number // 50) for number in range(10_000)]
    with world.office.write(by=SCRIPT) as work:
        work.add_all(
            Shift(
                programme_id=world.school,
                site_id=world.site,
                civil_date=day,
                starts_at=hour(17, day=day),
                ends_at=hour(18, day=day),
                minimum=1,
                maximum=1,
                leads=0,
                status=ShiftStatus.DRAFT,
            )
            for day in days
        )
    with pytest.raises(PlanTooLarge) as refused:
        world.do(request_draft, **week(world, last_day=days[-1], seconds=1))
    assert refused.value.facts == {"shifts": 10_000, "most": 5_000}
    world.do(request_draft, **week(world, last_day=days[4_999], seconds=1))
    with pytest.raises(PlanTooLarge):
        world.do(request_draft, **week(world, last_day=days[5_000], seconds=1))


def test_only_so_many_drafts_stand_side_by_side(world: Planned) -> None:
    world.shift()
    first, *_ = [world.request() for _ in range(MOST_DRAFTS)]
    with pytest.raises(TooManyDrafts) as refused:
        world.request()
    assert refused.value.facts["oldest"] == first
    world.do(discard_draft, draft_id=first)
    world.request()


def test_a_discarded_draft_shows_nothing_and_stays_so(world: Planned) -> None:
    world.shift(minimum=1)
    world.helper()
    draft = world.plan()
    assert world.read(draft).shifts
    assert world.do(discard_draft, draft_id=draft).status is DraftStatus.DISCARDED
    assert world.read(draft).shifts == []
    for operation in (discard_draft, stop_draft):
        with pytest.raises(DraftUnfit):
            world.do(operation, draft_id=draft)


def test_who_stops_a_draft_gets_the_best_found_so_far(world: Planned) -> None:
    shift, person = world.shift(), world.helper()
    draft = world.request()
    assert world.do(stop_draft, draft_id=draft).stop_asked
    world.run()
    view = world.read(draft)
    assert view.draft.status is DraftStatus.READY
    assert world.places(draft) == {shift: {person}}
    with pytest.raises(DraftUnfit):
        world.do(stop_draft, draft_id=draft)


def test_what_a_draft_is_asked_for_is_not_audited_but_who_asked_is_known(world: Planned) -> None:
    leader = world.leader()
    world.shift()
    asked = world.do(request_draft, by=leader, **week(world))
    with world.office.read(by=SCRIPT) as work:
        assert work.find(Draft, asked.id).requested_by == leader.person_id
