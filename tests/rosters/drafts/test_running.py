"""What waits is planned once, by as many as may, outside of any transaction; what is lost is taken back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from tests.at_once import at_once
from tests.rosters.drafts.planned import FRIDAY, Planned
from tests.world import MONDAY, NOW
from volunteer_core import tick
from volunteer_core.people.vouching import qualify, take_leave
from volunteer_core.rosters.calling_off import call_off_shift
from volunteer_core.rosters.drafts import running
from volunteer_core.rosters.drafts.models import DraftStatus
from volunteer_core.rosters.drafts.queueing import claim, take_back_lost
from volunteer_core.rosters.drafts.reading import why_not
from volunteer_core.rosters.drafts.requesting import stop_draft
from volunteer_core.rosters.drafts.running import run_next
from volunteer_core.rosters.drafts.views import DraftView
from volunteer_core.rosters.planning.planner import plan
from volunteer_core.rosters.planning.problem import Bounds, Levels
from volunteer_core.rosters.planning.running import Report

TUESDAY = MONDAY + timedelta(days=1)
REPORT = Report("gap", Levels(3, 1, 0, 500), Bounds(gap=2), 1.5)


def status(world: Planned, draft: int) -> DraftStatus:
    return world.read(draft).draft.status


def claimed(world: Planned, *, now: Any = NOW, most: int = 1) -> int | None:
    """The draft that a process takes on, which then is not seen any more."""
    found = world.do(claim, now=now, at_once=most)
    return found.draft_id if found else None


def test_a_week_is_planned_with_proof(world: Planned) -> None:
    monday, friday = world.shift(minimum=2, leads=1), world.shift(day=FRIDAY, minimum=1)
    lead, other = world.helper("王小敏"), world.helper("李强", weekdays="1")
    world.do(qualify, person_id=lead, kind="trained_lead", valid_from=MONDAY, expires_on=None)
    draft = world.plan(name="初稿")
    view = world.read(draft)
    assert (view.draft.status, view.draft.proven, view.draft.failure) == (DraftStatus.READY, True, "")
    assert world.places(draft) == {monday: {lead, other}, friday: {lead}}
    assert [(one.name, one.lead) for one in view.shifts[0].people] == [("王小敏", True), ("李强", False)]
    assert view.draft.levels is not None
    assert (view.draft.levels.gap, view.draft.levels.lead, view.uncovered) == (0, 0, 0)
    assert (view.weeks, view.week) == (["2026-W45"], "2026-W45")
    # The lead had offered two hours and serves them; the other has offered one, and serves that.
    assert [(one.person_id, one.minutes, one.ratio) for one in view.loads] == [
        (lead, 120, 1.0),
        (other, 60, 1.0),
    ]
    assert view.parts is not None
    assert sum((view.parts.fairness, view.parts.preference, view.parts.continuity)) == view.draft.levels.soft
    assert view.fairness_costs == 0  # nobody else could have come
    assert world.on(monday) == set()  # a draft is no roster yet


def test_the_week_asked_for_is_shown(world: Planned) -> None:
    world.shift()
    later = world.shift(day=MONDAY + timedelta(days=7))
    draft = world.plan(last=MONDAY + timedelta(days=7))
    assert world.read(draft).weeks == ["2026-W45", "2026-W46"]
    assert set(world.places(draft, week="2026-W46")) == {later}
    assert world.places(draft, week="2026-W47") == {}


def test_what_is_uncovered_says_why_in_words(world: Planned) -> None:
    shift = world.shift(minimum=3, leads=1)
    come, silent, away, cannot = (
        world.helper("陈静"),
        world.person("赵一"),
        world.helper("钱二"),
        world.helper("孙三", weekdays="2"),
    )
    world.do(take_leave, person_id=away, first_day=MONDAY, last_day=MONDAY)
    draft = world.plan()
    [found] = world.read(draft).shifts
    assert (found.missing, found.leads_missing) == (2, 1)
    assert found.reason == "缺 2 人，其中带班 1 人：当时没空 1 人，没有说明何时有空 1 人，请假 1 人"
    assert found.fixes[0].text == "赵一 11月2日（周一）能来，可补 1 人"
    answers = {
        person: world.see(why_not, draft_id=draft, shift_id=shift, person_id=person)
        for person in (come, silent, away, cannot)
    }
    assert {person: one.reason for person, one in answers.items()} == {
        come: "assigned",
        silent: "not_said",
        away: "on_leave",
        cannot: "not_offered",
    }
    assert (answers[away].name, answers[away].text) == ("钱二", "请假")


@pytest.mark.parametrize("people", [0, 1])
def test_nobody_who_could_come_gives_an_empty_roster_with_its_reasons(world: Planned, people: int) -> None:
    world.shift(minimum=2)
    for _ in range(people):
        world.limits(world.helper(), max_per_week=0)
    view = world.read(world.plan())
    assert (view.draft.status, view.shifts[0].people, view.shifts[0].missing) == (DraftStatus.READY, [], 2)
    assert view.shifts[0].reason == ("缺 2 人：本周次数已满 1 人" if people else "缺 2 人：没有别的人")


def test_drafts_are_planned_in_the_order_they_were_asked_for(world: Planned) -> None:
    world.shift()
    first, second = world.request(), world.request()
    assert run_next(world.office)
    assert (status(world, first), status(world, second)) == (DraftStatus.READY, DraftStatus.WAITING)
    assert run_next(world.office)
    assert not run_next(world.office)


def test_only_so_many_are_planned_at_once_and_whoever_is_lost_does_not_count(world: Planned) -> None:
    world.shift()
    drafts = [world.request() for _ in range(3)]
    assert claimed(world) == drafts[0]
    assert claimed(world) is None
    assert claimed(world, most=2) == drafts[1]
    assert claimed(world, now=NOW + timedelta(seconds=61)) == drafts[2]


@pytest.mark.parametrize("number", range(3))
def test_processes_that_claim_at_once_take_no_more_than_may(world: Planned, number: int) -> None:
    world.shift()
    for _ in range(4):
        world.request()
    found = at_once(*[lambda: claimed(world, most=2)] * 4, round_number=number)
    taken = [draft for draft in found if draft is not None]
    assert len(taken) == len(set(taken)) == 2


def test_a_lost_draft_waits_again_once_and_then_has_failed(world: Planned) -> None:
    world.shift()
    draft = world.request()
    claimed(world)
    assert world.do(take_back_lost, now=NOW + timedelta(seconds=60)) == 0
    assert status(world, draft) is DraftStatus.RUNNING
    world.office.clock = lambda: NOW + timedelta(seconds=61)
    assert tick.run(world.office).drafts_waiting == 1
    assert status(world, draft) is DraftStatus.WAITING
    claimed(world, now=NOW)
    assert tick.run(world.office).drafts_waiting == 0
    assert status(world, draft) is DraftStatus.FAILED
    assert world.read(draft).draft.failure.startswith("计算进程两次意外中断")


def test_a_lost_draft_that_was_taken_back_is_planned(world: Planned) -> None:
    world.shift()
    draft = world.request()
    claimed(world)
    world.do(take_back_lost, now=NOW + timedelta(seconds=61))
    world.run()
    assert status(world, draft) is DraftStatus.READY


def while_planning(monkeypatch: pytest.MonkeyPatch, act: Callable[..., Any]) -> None:
    """Has something happen when the planner begins; it is the real one otherwise."""

    def begin(problem: Any, **facts: Any) -> Any:
        act(**facts)
        return plan(problem, **facts)

    monkeypatch.setattr(running, "plan", begin)


def test_the_database_is_free_while_somebody_plans(world: Planned, monkeypatch: pytest.MonkeyPatch) -> None:
    world.shift()
    draft = world.request()
    seen = []
    while_planning(monkeypatch, lambda **_: seen.append((status(world, draft), world.person())))
    world.run()
    assert seen[0][0] is DraftStatus.RUNNING


def test_who_stops_it_while_it_runs_is_heard(world: Planned, monkeypatch: pytest.MonkeyPatch) -> None:
    world.shift()
    draft = world.request()
    heard = threading.Event()

    def stop(*, stopped: Callable[[], bool], progress: Callable[[Any], None], **_: Any) -> None:
        world.do(stop_draft, draft_id=draft)
        progress(REPORT)  # there is a roster to end with
        for _ in range(400):
            if stopped():
                heard.set()
                break
            threading.Event().wait(0.05)

    monkeypatch.setattr(running, "SHOW_SECONDS", 0.02)
    while_planning(monkeypatch, stop)
    world.run()
    assert heard.is_set()
    assert status(world, draft) is DraftStatus.READY


def test_progress_is_seen_while_it_runs(world: Planned, monkeypatch: pytest.MonkeyPatch) -> None:
    world.shift()
    draft = world.request()
    seen: list[DraftView] = []

    def look(*, progress: Callable[[Any], None], **_: Any) -> None:
        progress(REPORT)
        for _ in range(400):
            seen.append(world.read(draft))
            if seen[-1].draft.stage:
                break
            threading.Event().wait(0.05)

    monkeypatch.setattr(running, "SHOW_SECONDS", 0.02)
    while_planning(monkeypatch, look)
    world.run()
    shown = seen[-1].draft
    assert (shown.status, shown.stage, shown.levels) == (DraftStatus.RUNNING, "gap", Levels(3, 1, 0, 500))
    assert (shown.bounds, shown.proven) == (Bounds(gap=2), False)


def test_who_was_given_up_as_lost_does_not_overwrite_what_another_does(
    world: Planned, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.shift()
    draft = world.request()
    late = NOW + timedelta(seconds=61)

    def lose(**_: Any) -> None:
        world.do(take_back_lost, now=late)
        claimed(world, now=late)

    while_planning(monkeypatch, lose)
    run_next(world.office)
    assert status(world, draft) is DraftStatus.RUNNING  # by the other


def test_what_goes_wrong_is_told_without_its_data(world: Planned, monkeypatch: pytest.MonkeyPatch) -> None:
    world.shift()
    broken, next_one = world.request(), world.request()

    def fail(**_: Any) -> None:
        raise RuntimeError("王阿姨 13812345678")

    while_planning(monkeypatch, fail)
    assert run_next(world.office)
    assert status(world, broken) is DraftStatus.FAILED
    assert world.read(broken).draft.failure == "计算出错（RuntimeError）。"
    monkeypatch.undo()
    world.run()
    assert status(world, next_one) is DraftStatus.READY


def test_a_draft_of_which_nothing_is_left_has_failed_in_words(world: Planned) -> None:
    shift = world.shift()
    draft = world.request()
    world.do(call_off_shift, shift_id=shift, reason="停电")
    world.run()
    assert status(world, draft) is DraftStatus.FAILED
    assert "没有可以排的班次" in world.read(draft).draft.failure


def test_what_was_planned_is_kept_as_it_was(world: Planned) -> None:
    """Later questions are answered from the problem that was solved."""
    shift, person = world.shift(minimum=2), world.helper(weekdays="2")
    draft = world.plan()
    world.offers(person, "1")
    assert world.see(why_not, draft_id=draft, shift_id=shift, person_id=person).reason == "not_offered"
    again = world.plan()
    assert world.see(why_not, draft_id=again, shift_id=shift, person_id=person).reason == "assigned"
