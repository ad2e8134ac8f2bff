"""``volunteer serve`` as a person runs it: a process that answers, logs JSON and stops when asked."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from icalendar import Calendar

from tests.running import free_port
from volunteer_core.events.planning import create_event, publish_event
from volunteer_core.opening import open_office
from volunteer_core.permissions import Actor
from volunteer_core.places.directory import add_community, add_site


def serve(folder: Path, *arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "api.command_line", "serve", *arguments],
        env={**os.environ, "VOLUNTEER_DATABASE_URL": f"sqlite:///{folder}/office.db", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,  # a process group of its own, for ending what hangs
    )


def ended(process: subprocess.Popen[str]) -> tuple[str, str]:
    """What a process said and logged until its end. One that does not end is killed with its workers."""
    try:
        return process.communicate(timeout=60)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        raise


def wait_for_answer(process: subprocess.Popen[str], url: str) -> None:
    """Returns when a started process answers; fails when it has ended instead."""
    with httpx.Client(trust_env=False) as client:
        for _ in range(2400):
            try:
                client.get(url)
            except httpx.TransportError:
                assert process.poll() is None
                time.sleep(0.05)
            else:
                return
    pytest.fail(f"nobody answers at {url}")


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_serving(office_folder: Path, stop: signal.Signals) -> None:
    port = free_port()
    process = serve(office_folder, "--port", str(port), "--workers", "2")
    try:
        base = f"http://127.0.0.1:{port}"
        wait_for_answer(process, f"{base}/health")
        answer = httpx.get(f"{base}/v1/sites", headers={"X-Name": "x"}, trust_env=False)
        assert answer.json()["total"] == 0
        assert httpx.get(f"{base}/ready", trust_env=False).status_code == 200
    finally:
        process.send_signal(stop)
        said, logged = ended(process)
    assert process.returncode == 0
    assert f"{base}/docs" in said
    assert said.rstrip().endswith("已停止。")
    lines = [json.loads(line) for line in logged.splitlines()]
    assert {"/v1/sites", "/ready"} <= {line["route"] for line in lines if line["message"] == "request"}


def test_calendars_link_to_where_people_reach_the_server(office_folder: Path) -> None:
    office = open_office(f"sqlite:///{office_folder}/office.db")
    now = datetime(2026, 12, 3, 4, tzinfo=UTC)
    with office.write(by=Actor.system("test"), now=now) as work:
        community = add_community(work, code="C", name="三峰社区").id
        site = add_site(work, community_id=community, code="S", name="广场").id
        starts_at, ends_at = now + timedelta(days=1), now + timedelta(days=1, hours=1)
        event = create_event(work, title="清洁日", site_id=site, starts_at=starts_at, ends_at=ends_at).id
        publish_event(work, event_id=event)
    office.dispose()
    port = free_port()
    outside = {"VOLUNTEER_NOW": now.isoformat(), "VOLUNTEER_BASE_URL": "https://volunteer.example.cn/"}
    process = serve(office_folder, "--port", str(port), **outside)
    try:
        base = f"http://127.0.0.1:{port}"
        wait_for_answer(process, f"{base}/health")
        feed = httpx.get(f"{base}/calendars/events.ics", trust_env=False)
        [entry] = Calendar.from_ical(feed.content).events
        path = str(entry["URL"]).removeprefix("https://volunteer.example.cn/")
        assert path != str(entry["URL"])
        assert "清洁日" in httpx.get(f"{base}/{path}", trust_env=False).text
    finally:
        process.send_signal(signal.SIGTERM)
        ended(process)


def test_what_cannot_be_served_is_told(tmp_path: Path) -> None:
    process = serve(tmp_path, VOLUNTEER_THREADS="90")
    _, told = ended(process)
    assert process.returncode == 1
    assert "VOLUNTEER_THREADS" in told
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = serve(tmp_path, "--port", str(port))
        _, told = ended(process)
    assert process.returncode == 1
    assert f"127.0.0.1:{port}" in told
    assert "Traceback" not in told
    process = serve(tmp_path, "--port", str(free_port()))
    said, told = ended(process)
    assert process.returncode == 1
    assert (said, told) == (
        "",  # no worker was started
        "未执行：数据库还没有建立或不是最新版本，请先运行 volunteer database upgrade。\n",
    )
