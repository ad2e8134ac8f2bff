"""A served office as other people's programs meet it: over HTTP, in a process of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec

from volunteer_core.access import tokens
from volunteer_core.database import Database
from volunteer_core.migrations import upgrade
from volunteer_core.opening import open_office
from volunteer_core.people import registry
from volunteer_core.permissions import Actor, Role
from volunteer_core.places import directory

NOW = datetime(2026, 12, 3, 4, 0, tzinfo=UTC)
SITE = "五点学堂 东门, 2 楼; C\\n 区"


class Served(msgspec.Struct):
    """The office at an address, called as :class:`tests.api.conftest.Api` is."""

    base: str
    secrets: dict[str, str]
    community_id: int
    site_id: int

    def call(self, method: str, path: str, *, by: str | None = None, **more: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.secrets[by]}"} if by else {}
        return httpx.request(method, f"{self.base}{path}", headers=headers, trust_env=False, **more)


@contextmanager
def serve(folder: Path) -> Iterator[Served]:
    """An office of one site and one officer, served from a SQLite file until the block ends."""
    url = f"sqlite:///{folder}/office.db"
    office = open_office(url, clock=lambda: NOW)
    upgrade(office)
    secrets, community_id, site_id = _found(office)
    office.dispose()
    port = _free_port()
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "api.command_line", "serve", "--port", str(port)],
            env={**os.environ, "VOLUNTEER_DATABASE_URL": url, "VOLUNTEER_NOW": NOW.isoformat()},
            stdout=log,
            stderr=log,
            start_new_session=True,  # a process group of its own, for ending what hangs
        )
    try:
        base = f"http://127.0.0.1:{port}"
        _wait_for_answer(process, f"{base}/ready")
        yield Served(base, secrets, community_id, site_id)
    finally:
        process.terminate()
        try:
            process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            raise


def _found(office: Database) -> tuple[dict[str, str], int, int]:
    with office.write(by=Actor.system("tests")) as work:
        community = directory.add_community(work, code="FX01", name="凤翔社区").id
        site = directory.add_site(work, community_id=community, code="FX01-WD", name=SITE).id
        officer = registry.register(work, name="测试").id
        tokens.grant_role(work, person_id=officer, role=Role.STREET_OFFICER, valid_from=date(2026, 12, 1))
        token = tokens.issue_token(work, person_id=officer, label="测试")
    return {"officer": token.secret}, community, site


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _wait_for_answer(process: subprocess.Popen[bytes], url: str) -> None:
    for _ in range(1200):
        try:
            httpx.get(url, trust_env=False)
        except httpx.TransportError:
            assert process.poll() is None, "the server has ended"
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"nobody answers at {url}")
