"""A server as a process of its own: ``volunteer serve``, or a launcher of the tests."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any, NamedTuple

import httpx

SERVE = ("api.command_line", "serve")


@contextmanager
def running(url: str, **facts: Any) -> Iterator[str]:
    """The address of a server that answers, until the block ends. ``facts`` are those of :func:`started`."""
    with started(url, **facts) as server:
        server.wait()
        yield server.base


class Started(NamedTuple):
    """A server that is about to answer."""

    process: subprocess.Popen[bytes]
    base: str

    def wait(self) -> None:
        """Returns when it answers; fails when it has ended instead."""
        with httpx.Client(trust_env=False, verify=False) as asking:
            for _ in range(2400):
                try:
                    asking.get(f"{self.base}/ready")
                except httpx.TransportError:
                    assert self.process.poll() is None, "the server has ended"
                    time.sleep(0.05)
                else:
                    return
        raise AssertionError(f"nobody answers at {self.base}")


@contextmanager
def started(
    url: str, *, now: datetime, workers: int = 2, module: tuple[str, ...] = SERVE, **environment: str
) -> Iterator[Started]:
    """A server on a database, whose clock stands still, until the block ends."""
    port = free_port()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *module, "--port", str(port), "--workers", str(workers)],
            env={
                **os.environ,
                "VOLUNTEER_DATABASE_URL": url,
                "VOLUNTEER_NOW": now.isoformat(),
                "VOLUNTEER_LOG_LEVEL": "warning",
                **environment,
            },
            stdout=log,
            stderr=log,
            start_new_session=True,  # a process group of its own, for ending what hangs
        )
        try:
            yield Started(process, f"http://127.0.0.1:{port}")
        finally:
            process.terminate()
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                raise


def serve_app(target: str) -> None:
    """What a launcher does: serves the application that ``target`` makes, as ``volunteer serve`` would."""
    from granian.constants import Interfaces
    from granian.server import Server

    port, workers = (int(sys.argv[sys.argv.index(name) + 1]) for name in ("--port", "--workers"))
    Server(
        target,
        address="127.0.0.1",
        port=port,
        interface=Interfaces.ASGI,
        workers=workers,
        factory=True,
        websockets=False,
        log_enabled=False,
    ).serve()


def client(base: str) -> httpx.Client:
    """A client for several threads, each of whose requests has a connection of its own, and so is answered
    by any of the workers."""
    return httpx.Client(
        base_url=base,
        trust_env=False,
        verify=False,  # no certificates are read: there is no TLS
        timeout=60,
        limits=httpx.Limits(max_keepalive_connections=0),
    )


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
