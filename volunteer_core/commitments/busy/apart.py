"""The same in a process of its own, which has so much time and memory and no more.

A calendar within all limits can still be made to take hours (a rule that never matches, many times
over), and a regular expression or a parser may have surprises: what runs apart can be killed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

import volunteer_core
from volunteer_core.commitments.busy.expanding import busy_spans
from volunteer_core.commitments.busy.limits import (
    CPU_SECONDS,
    MEMORY_BYTES,
    REFUSALS,
    WALL_SECONDS,
    CalendarTooHeavy,
    CalendarUnreadable,
    check_size,
)
from volunteer_core.errors import RuleBroken
from volunteer_core.timespans import Span, span

NEEDED = ("SYSTEMROOT", "LD_LIBRARY_PATH")
"""What an interpreter may need of the environment to start; nothing else of it is passed on."""

ROOT = str(Path(volunteer_core.__file__).parent.parent)
START = f"import sys; sys.path.insert(0, sys.argv[1]); from {__spec__.name} import main; main()"
"""Python's isolated mode knows neither the folder it stands in nor PYTHONPATH, so it is told the core's."""


class Answer(msgspec.Struct, omit_defaults=True):
    """What the process says: spans, or the code and the facts of a refusal."""

    spans: list[tuple[datetime, datetime]] = []
    refused: str = ""
    facts: dict[str, Any] = {}


def busy_spans_apart(data: bytes, *, first: datetime, last: datetime, zone: ZoneInfo) -> list[Span]:
    """As :func:`busy_spans`, and refuses a calendar that takes more than 5 s of computing, 10 s or 512 MB."""
    check_size(data)
    span(first, last)
    command = [sys.executable, "-I", "-c", START, ROOT, first.isoformat(), last.isoformat(), zone.key]
    environment = {name: os.environ[name] for name in NEEDED if name in os.environ}
    try:
        done = subprocess.run(  # noqa: S603 - nothing in the command is of the calendar
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,  # it may quote the calendar
            env=environment,
            timeout=WALL_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise CalendarTooHeavy from None
    if done.returncode < 0:
        raise CalendarTooHeavy
    if done.returncode > 0:
        raise CalendarUnreadable
    answer = msgspec.json.decode(done.stdout, type=Answer)
    if answer.refused:
        raise REFUSALS[answer.refused](**answer.facts)
    return [Span(start, end) for start, end in answer.spans]


def main() -> None:
    """Reads a calendar from standard input and answers on standard output, within the limits."""
    limit()
    _, _, first, last, zone = sys.argv
    try:
        spans = busy_spans(
            sys.stdin.buffer.read(),
            first=datetime.fromisoformat(first),
            last=datetime.fromisoformat(last),
            zone=ZoneInfo(zone),
        )
        answer = Answer(spans=[(one.start, one.end) for one in spans])
    except RuleBroken as refusal:
        answer = Answer(refused=refusal.code, facts=refusal.facts)
    except MemoryError:
        answer = Answer(refused=CalendarTooHeavy.code)
    sys.stdout.buffer.write(msgspec.json.encode(answer))


def limit() -> None:
    """Bounds this process's time and memory where the system can; elsewhere only the clock ends it."""
    try:
        import resource
    except ImportError:
        return
    for kind, most in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        most_now = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (most_now, most_now))
