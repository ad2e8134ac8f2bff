"""The examples run as their first lines say."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

from tests.api.test_serving import ended, free_port, serve, wait_for_answer
from tests.rosters.planning.judge import score
from volunteer_core.access.tokens import issue_first
from volunteer_core.events import planning, positions
from volunteer_core.events.door.lists import read_door_list
from volunteer_core.events.door.tickets import read_ticket
from volunteer_core.events.signups import sign_up
from volunteer_core.opening import open_office
from volunteer_core.people.registry import register
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


def test_a_client_of_the_api(office_folder: Path) -> None:
    office = open_office(f"sqlite:///{office_folder}/office.db")
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
    server = serve(office_folder, "--port", str(port))
    try:
        base = f"http://127.0.0.1:{port}"
        wait_for_answer(server, f"{base}/health")
        first, second = (run("api_client.py", base, token) for _ in range(2))
        calendar = run("my_calendar.py", base, token, str(office_folder / "qr.svg"))
    finally:
        server.terminate()
        ended(server)
    assert "讲座, 听众: 40 of 40 seats free" in first
    assert "signed up: confirmed" in first
    assert "calendar: 200, 1 entries" in first
    assert "the second time: 304" in first
    assert "refused: already_signed_up" in second
    assert "1 entries, 1 with an alarm" in calendar
    assert calendar.count("asked again: 304") == 2
    assert "busy: 26 spans" in calendar or "busy: 25 spans" in calendar  # of half a year's Mondays
    assert "in English: NAME:My volunteering" in calendar
    assert "revoked: 404" in calendar
    assert (office_folder / "qr.svg").read_text().startswith("<svg")


@contextmanager
def somebody_elses(port: int) -> Iterator[None]:
    """A network that answers everything with a page of its own."""
    server = ThreadingHTTPServer(("127.0.0.1", port), SimpleHTTPRequestHandler)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_door_that_loses_the_network(office_folder: Path) -> None:
    """Its people are let in all the same, and what it saw is reported once when the network is back."""
    start = datetime.now(UTC) + timedelta(minutes=20)
    office = open_office(f"sqlite:///{office_folder}/office.db")
    with office.write(by=SCRIPT) as work:
        community = directory.add_community(work, code="c", name="示例社区")
        site = directory.add_site(work, community_id=community.id, code="s", name="大堂")
        token = issue_first(work, code="V1", name="王示例", officer=True).secret
        event = planning.create_event(
            work, title="讲座", site_id=site.id, starts_at=start, ends_at=start + timedelta(hours=1)
        ).id
        seats = positions.add_position(work, event_id=event, name="听众", capacity=40, earns_hours=False).id
        planning.publish_event(work, event_id=event)
        people = [register(work, name=name).id for name in ("张示例", "李示例")]
        here, there = (sign_up(work, position_id=seats, person_id=person).id for person in people)
        code = read_ticket(work, signup_id=here).code
    office.dispose()

    port, journal = free_port(), office_folder / "door.jsonl"
    base = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-W", "error", EXAMPLES / "door.py", base, token, str(event), journal]
    environment = {**os.environ, "NO_PROXY": "127.0.0.1", "PYTHONPATH": str(EXAMPLES.parent)}
    pipes: Any = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": environment}

    def at(door: subprocess.Popen[str], line: str) -> str:
        door.stdin.write(f"{line}\n")  # type: ignore[union-attr]
        door.stdin.flush()  # type: ignore[union-attr]
        return door.stdout.readline().rstrip()  # type: ignore[union-attr]

    server = serve(office_folder, "--port", str(port))
    wait_for_answer(server, f"{base}/health")
    with subprocess.Popen(command, **pipes) as door:
        try:
            assert door.stdout.readline() == "2 expected, 0 still to report\n"
        finally:
            server.terminate()
            ended(server)
        assert at(door, code) == "admitted: 张*, 听众"
        assert at(door, code).startswith("already in since ")
        assert at(door, code[:-2] + "AA").startswith("no: ticket_forged: ")
        assert at(door, "#99") == "no: 名单上没有。"
        assert at(door, "https://example.org") == "no: ticket_unreadable: 这不是入场码。"
        assert at(door, f"#{there}") == "admitted: 李*, 听众"
        door.kill()  # it fell to the floor
    with journal.open("a") as file:
        file.write('{"of": 1, "rep')
    with ExitStack() as elsewhere, subprocess.Popen(command, **pipes) as door:
        elsewhere.enter_context(somebody_elses(port))
        assert door.stdout.readline() == "2 expected, 3 still to report\n"  # started without the network
        elsewhere.close()
        assert at(door, f"out #{there}") == "left: 李*, 听众"
        server = serve(office_folder, "--port", str(port))
        try:
            said, _ = door.communicate(timeout=60)
        finally:
            server.terminate()
            ended(server)
    assert door.returncode == 0
    reported = [line for line in said.splitlines() if line.startswith("reported")]
    assert reported == ["reported: admitted", "reported: already_in", "reported: admitted", "reported: left"]
    assert journal.read_text().count('\n{"of": ') == 5  # a line each, and what was cut off
    office = open_office(f"sqlite:///{office_folder}/office.db")
    with office.write(by=SCRIPT) as work:
        found = {one.signup_id: one for one in read_door_list(work, event_id=event).expected}
    office.dispose()
    assert found[here].arrived_at is not None
    assert found[here].left_at is None
    assert found[there].left_at is not None


def test_a_roster_planned_from_a_file_into_a_file(tmp_path: Path) -> None:
    made = run("generate_problem.py", "S", "--seed", "3", "--out", str(tmp_path / "problem.json.gz"))
    assert "synthetic-S3: 20 sessions, 22 synthetic people" in made
    said = run(
        "plan_json.py", str(tmp_path / "problem.json.gz"), str(tmp_path / "roster.json"), "--seconds", "20"
    )
    assert "缺口 people missing\t1\t1\t是 yes" in said
    assert "可改 would help: " in said
    problem = json.loads(gzip.decompress((tmp_path / "problem.json.gz").read_bytes()))
    roster = json.loads((tmp_path / "roster.json").read_bytes())
    assert score(problem, roster)["levels"] == {"hard": 0, **roster["levels"]}
    assert roster["bounds"] == roster["levels"]
    assert [explanation["missing"] for explanation in roster["explanations"]] == [1]


def test_a_problem_after_drop_outs() -> None:
    problem = json.loads(run("generate_problem.py", "--sites", "2", "--weeks", "2", "--replan"))
    again = json.loads(run("generate_problem.py", "--sites", "2", "--weeks", "2", "--replan"))
    assert problem == again
    assert problem["name"] == "synthetic-S1-replan"
    assert (len(problem["sites"]), problem["weeks"]) == (2, 2)
    first_week = {session["id"] for session in problem["sessions"] if session["date"] < "2026-09-07"}
    assert problem["locked"] == [duty for duty in problem["published"] if duty[1] in first_week]
    dropped_out = score(problem, {"assignments": problem["published"]})
    assert dropped_out["violations"].keys() == {"unavailable"}


def test_a_file_that_is_no_problem_is_refused(tmp_path: Path) -> None:
    (tmp_path / "problem.json").write_text('{"format": "roster/2"}')
    refused = subprocess.run(
        [sys.executable, EXAMPLES / "plan_json.py", tmp_path / "problem.json", tmp_path / "roster.json"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert "不是 roster/1 格式" in refused.stderr
    assert not (tmp_path / "roster.json").exists()
