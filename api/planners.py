"""The planning processes of a server process: started when a draft waits, so many at most, ended with it."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import Any

from litestar import Request

PATIENCE_SECONDS = 5


class Planners:
    """Children of this process. ``most`` may run at once; further ones are not started, for each plans on
    until nothing waits. Across several server processes the line of drafts itself keeps the number."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._running: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()
        self._ended = False

    def start(self) -> None:
        """Starts one more, if it may run."""
        with self._lock:
            self._running = [one for one in self._running if one.poll() is None]
            if not self._ended and len(self._running) < self._most:
                command = [sys.executable, "-m", "api.planning_process"]
                self._running.append(subprocess.Popen(command, stdin=subprocess.DEVNULL))  # noqa: S603

    def end(self) -> None:
        """Ends all. What they were planning is taken back as lost, and waits again."""
        with self._lock:
            self._ended = True
            for one in self._running:
                one.terminate()
            for one in self._running:
                try:
                    one.wait(PATIENCE_SECONDS)
                except subprocess.TimeoutExpired:
                    one.kill()
                    one.wait()


async def start_planner(request: Request[Any, Any, Any]) -> None:
    """After the answer to a request that has a draft planned: begins, where this process has planners."""
    planners: Planners | None = request.app.state.get("planners")
    if planners is not None:
        planners.start()
