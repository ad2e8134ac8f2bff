"""The examples run as their first lines say."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.api.test_serving import ended, free_port, serve, wait_for_answer
from volunteer_core.access.tokens import issue_first
from volunteer_core.events import planning, positions
from volunteer_core.migrations import upgrade
from volunteer_core.opening import open_office
from volunteer_core.permissions import Actor
from volunteer_core.places import directory

EXAMPLES = Path(__file__).parents[1] / "examples"
SCRIPT = Actor.system("test")


def run(example: str, *arguments: str) -> str:
    environment = {**os.environ, "NO_PROXY": "127.0.0.1", "PYTHONPATH": str(EXAMPLES.parent)}
    done = subprocess.run(
        [sys.executable, "-W", "error", EXAMPLES / example, *arguments],
        capture_output=True,
        text=True,
        timeout=300,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_from_data_to_tally() -> None:
    said = run("office_to_tally.py")
    assert "2026-W41: 15 shifts at 5 sites" in said  # Thursday, Friday and the make-up Saturday
    # Two adults at each of the fifteen, an hour each.
    assert "合计: 志愿 420 分钟，值班 1380 分钟" in said


def test_the_library_without_the_api() -> None:
    said = run("embedded_library.py")
    assert "already_committed: 此人已经在这里。" in said
    assert "SUMMARY:文明美家园" in said
    assert "STATUS:CONFIRMED" in said


def test_a_client_of_the_api(tmp_path: Path) -> None:
    office = open_office(f"sqlite:///{tmp_path}/office.db")
    upgrade(office)
    with office.write(by=SCRIPT) as work:
        community = directory.add_community(work, code="c", name="示例社区")
        site = directory.add_site(work, community_id=community.id, code="s", name="大堂")
        token = issue_first(work, code="V1", name="王示例", officer=False).secret
        start = datetime.now(UTC) + timedelta(days=10)
        event = planning.create_event(
            work, title="讲座", site_id=site.id, starts_at=start, ends_at=start + timedelta(hours=1)
        )
        positions.add_position(work, event_id=event.id, name="听众", capacity=40, earns_hours=False)
        planning.publish_event(work, event_id=event.id)
    office.dispose()
    port = free_port()
    server = serve(tmp_path, "--port", str(port))
    try:
        base = f"http://127.0.0.1:{port}"
        wait_for_answer(server, f"{base}/health")
        first, second = (run("api_client.py", base, token) for _ in range(2))
    finally:
        server.terminate()
        ended(server)
    assert "讲座, 听众: 40 of 40 seats free" in first
    assert "signed up: confirmed" in first
    assert "calendar: 200, 1 entries" in first
    assert "the second time: 304" in first
    assert "refused: already_signed_up" in second
