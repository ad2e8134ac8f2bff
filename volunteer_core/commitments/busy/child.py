"""What the process apart does. It is started for each calendar, so that it imports no more than it needs."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from volunteer_core.commitments.busy.expanding import busy_spans
from volunteer_core.commitments.busy.limits import CPU_SECONDS, MEMORY_BYTES, CalendarTooHeavy
from volunteer_core.errors import RuleBroken


class Answer(msgspec.Struct, omit_defaults=True):
    """What the process says: spans, or the code and the facts of a refusal."""

    spans: list[tuple[datetime, datetime]] = []
    refused: str = ""
    facts: dict[str, Any] = {}


def main() -> None:
    """Reads a calendar from standard input and answers on standard output, within the limits."""
    limit()
    _, _, first, last, zone, *besides = sys.argv
    try:
        spans = busy_spans(
            sys.stdin.buffer.read(),
            first=datetime.fromisoformat(first),
            last=datetime.fromisoformat(last),
            zone=ZoneInfo(zone),
            besides=frozenset(besides),
        )
        answer = Answer(spans=[(one.start, one.end) for one in spans])
    except RuleBroken as refusal:
        answer = Answer(refused=refusal.code, facts=refusal.facts)
    except MemoryError:
        answer = Answer(refused=CalendarTooHeavy.code)
    sys.stdout.buffer.write(msgspec.json.encode(answer))


def limit() -> None:
    """Bounds this process's time and memory where the system can; elsewhere only the clock ends it.
    Whatever else runs goes first."""
    try:
        import resource
    except ImportError:
        return
    with suppress(OSError):
        os.nice(10)
    for kind, most in (
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        most_now = most if hard == resource.RLIM_INFINITY else min(most, hard)
        with suppress(ValueError, OSError):
            resource.setrlimit(kind, (most_now, most_now))
