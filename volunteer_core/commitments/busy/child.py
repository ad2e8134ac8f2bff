"""What the process apart does. It is started for each calendar, so that it imports no more than it needs."""

from __future__ import annotations

import sys
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from volunteer_core import apart
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
    """Bounds this process's time and memory."""
    apart.limit(cpu_seconds=CPU_SECONDS, memory_bytes=MEMORY_BYTES)
