"""The planning processes of a server process: started when a draft waits, so many at most, ended with it."""

from __future__ import annotations

import subprocess
import sys
import threading
from typing import Any

from litestar import Request

PATIENCE_SECONDS = 5


class Planners:
    """Children of this process, of which ``most`` may run at once; each plans until nothing waits.

    Across several server processes the line of drafts itself keeps the number.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._running: list[subprocess.Popen[bytes]] = []
        self._lock = threading.Lock()
        self._again = False
        self._ended = False

    def start(self) -> None:
        """Starts one more. If no more may run it is made up for when one ends, which may have looked for
        the last time already."""
        with self._lock:
            if len(self._running) < self._most:
                self._spawn()
            else:
                self._again = self._most > 0

    def _spawn(self) -> None:
        if not self._ended:
            command = [sys.executable, "-m", "api.planning_process"]
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL)  # noqa: S603
            self._running.append(child)
            threading.Thread(target=self._wait_for, args=(child,), daemon=True).start()

    def _wait_for(self, child: subprocess.Popen[bytes]) -> None:
        child.wait()
        with self._lock:
            self._running.remove(child)
            if self._again:
                self._again = False
                self._spawn()

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
