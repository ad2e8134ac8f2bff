"""A leader plans a week over HTTP: a process of its own does it while the server goes on answering."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from api import planners
from api.planners import Planners
from tests.api.story import done
from tests.api.test_serving import ended, free_port, serve, wait_for_answer
from tests.rosters.drafts.planned import Planned
from tests.world import MONDAY, NOW
from volunteer_core.access.tokens import issue_token
from volunteer_core.opening import open_office
from volunteer_core.people.vouching import take_leave
from volunteer_core.timespans import days

WEEK = {"first_day": "2026-11-02", "last_day": "2026-11-08", "seconds": 30}


class Office(msgspec.Struct):
    """A served office with a roster to be planned, and its leader's client."""

    world: Planned
    client: httpx.Client
    shifts: list[int]
    slowest: float = 0.0

    def drafts(self) -> str:
        return f"/v1/programmes/{self.world.school}/drafts"

    def planned(self, draft: int) -> dict[str, Any]:
        """The draft when it has been planned; the slowest answer until then is noted."""
        for _ in range(1200):
            began = time.monotonic()
            view: dict[str, Any] = done(self.client.get(f"/v1/drafts/{draft}"))
            self.slowest = max(self.slowest, time.monotonic() - began)
            if view["draft"]["status"] not in ("waiting", "running"):
                return view
            time.sleep(0.1)
        pytest.fail("the draft is never planned")


@pytest.fixture
def served(office_folder: Path) -> Iterator[Office]:
    opened = open_office(f"sqlite:///{office_folder}/office.db", clock=lambda: NOW)
    world = Planned(opened)
    for number in range(12):
        world.helper(f"王{'一二三四五六七八九十百千'[number]}")
    leader = world.leader().person_id
    secret = world.do(issue_token, person_id=leader, label="手机").secret
    shifts = [
        world.shift(day=day, site=site, minimum=2, maximum=3)
        for day in days(MONDAY, MONDAY.replace(day=6))
        for site in (world.site, world.other_site)
    ]
    port = free_port()
    process = serve(
        office_folder, "--port", str(port), VOLUNTEER_NOW=NOW.isoformat(), VOLUNTEER_LOG_LEVEL="error"
    )
    base = f"http://127.0.0.1:{port}"
    try:
        wait_for_answer(process, f"{base}/health")
        headers = {"Authorization": f"Bearer {secret}"}
        with httpx.Client(base_url=base, headers=headers, trust_env=False, timeout=30) as client:
            yield Office(world, client, shifts)
    finally:
        process.send_signal(signal.SIGTERM)
        ended(process)
        opened.dispose()
    assert process.returncode == 0


def test_a_week_is_planned_repaired_and_published_while_the_server_answers(served: Office) -> None:
    client, world = served.client, served.world
    asked = done(client.post(served.drafts(), json=WEEK), 201)
    assert asked["status"] == "waiting"
    view = served.planned(asked["id"])
    assert (view["draft"]["status"], view["draft"]["proven"], view["uncovered"]) == ("ready", True, 0)
    assert served.slowest < 5  # seconds, on a machine that others share

    applied = done(client.post(f"/v1/drafts/{asked['id']}/apply"))
    assert (len(applied["put_on"]), applied["left_out"]) == (20, [])
    weeks = {"first_week": "2026-W45", "last_week": "2026-W45"}
    outcomes = done(client.post(f"/v1/programmes/{world.school}/publish", json=weeks))
    assert sorted(shift for one in outcomes for shift in one["shift_ids"]) == served.shifts

    out = view["shifts"][0]["people"][0]["person_id"]
    world.do(take_leave, person_id=out, first_day=MONDAY, last_day=MONDAY)
    again = served.planned(done(client.post(served.drafts(), json=WEEK), 201)["id"])
    changes = again["changes"]
    assert sorted((len(one["added"]), len(one["dropped"])) for one in changes) == [(0, 1), (1, 0)]
    repaired = done(client.post(f"/v1/drafts/{again['draft']['id']}/apply"))
    assert [one["person_id"] for one in repaired["taken_off"]] == [out]


def test_several_drafts_are_planned_one_after_the_other(served: Office) -> None:
    asked = [done(served.client.post(served.drafts(), json=WEEK), 201)["id"] for _ in range(3)]
    assert [served.planned(draft)["draft"]["status"] for draft in asked] == ["ready"] * 3


@pytest.fixture
def office_file(office_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An office without anything to plan, for the processes to find."""
    monkeypatch.setenv("VOLUNTEER_DATABASE_URL", f"sqlite:///{office_folder}/office.db")


def test_a_server_process_has_so_many_planners_at_most_and_none_when_it_ends(
    office_file: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[subprocess.Popen[bytes]] = []
    real = subprocess.Popen

    def note(*command: Any, **facts: Any) -> Any:
        started.append(real(*command, **facts))
        return started[-1]

    monkeypatch.setattr(planners.subprocess, "Popen", note)
    none, two = Planners(0), Planners(2)
    none.start()
    assert started == []
    for _ in range(5):
        two.start()
    assert len(started) == 2
    while len(started) < 3:  # once more, for what the others may have overlooked
        time.sleep(0.05)
    assert started[0].returncode == 0 or started[1].returncode == 0
    two.end()
    assert all(one.returncode is not None for one in started)
    two.start()
    assert len(started) == 3


def test_who_plans_leaves_the_machine_to_who_answers(
    office_file: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from api import planning_process

    asked = []
    monkeypatch.setattr(os, "nice", asked.append)
    planning_process.main()
    assert asked == [planning_process.NICER]
    assert planning_process.NICER > 0
