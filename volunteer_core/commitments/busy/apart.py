"""The same in a process of its own, which has so much time and memory and no more.

A calendar within all limits can still be made to take hours (a rule that never matches, many times
over), and a regular expression or a parser may have surprises: what runs apart can be killed.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import BoundedSemaphore
from zoneinfo import ZoneInfo

import msgspec

import volunteer_core
from volunteer_core.commitments.busy.child import Answer, main
from volunteer_core.commitments.busy.limits import (
    REFUSALS,
    WALL_SECONDS,
    CalendarTooHeavy,
    CalendarUnreadable,
    check_size,
)
from volunteer_core.database import Busy
from volunteer_core.timespans import Span, span

NEEDED = ("SYSTEMROOT", "LD_LIBRARY_PATH")
"""What an interpreter may need of the environment to start; nothing else of it is passed on."""

ROOT = str(Path(volunteer_core.__file__).parent.parent)
START = f"import sys; sys.path.insert(0, sys.argv[1]); from {main.__module__} import main; main()"
"""Python's isolated mode knows neither the folder it stands in nor PYTHONPATH, so it is told the core's."""


WAIT_SECONDS = 10
AT_ONCE = 1
"""Calendars that a process has read at the same time: the machine has other things to do."""
_turns = BoundedSemaphore(AT_ONCE)


class CalendarsBusy(Busy, code="calendars_busy", sentence="正在处理其他日历，请稍后再试。"):
    """Too many calendars are to be read at once: this one's turn has not come in ten seconds."""


def busy_spans_apart(
    data: bytes, *, first: datetime, last: datetime, zone: ZoneInfo, besides: Collection[str] = ()
) -> list[Span]:
    """As :func:`~volunteer_core.commitments.busy.expanding.busy_spans`, and refuses a calendar that takes
    more than 5 s of computing, 10 s or 512 MB.

    Whose turn does not come is refused too (:class:`CalendarsBusy`). Hold no connection meanwhile.
    """
    check_size(data)
    span(first, last)
    command = [
        sys.executable,
        "-I",
        "-c",
        START,
        ROOT,
        first.isoformat(),
        last.isoformat(),
        zone.key,
        *besides,
    ]
    with _turn():
        answer = _answer(command, data)
    if answer.refused:
        raise REFUSALS[answer.refused](**answer.facts)
    return [Span(start, end) for start, end in answer.spans]


@contextmanager
def _turn() -> Iterator[None]:
    if not _turns.acquire(timeout=WAIT_SECONDS):
        raise CalendarsBusy
    try:
        yield
    finally:
        _turns.release()


def _answer(command: list[str], data: bytes) -> Answer:
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
    return msgspec.json.decode(done.stdout, type=Answer)
