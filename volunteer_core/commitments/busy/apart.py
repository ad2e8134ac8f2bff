"""The same in a process of its own, which has so much time and memory and no more.

A calendar within all limits can still be made to take hours (a rule that never matches, many times
over), and a regular expression or a parser may have surprises: what runs apart can be killed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from threading import BoundedSemaphore
from zoneinfo import ZoneInfo

import msgspec

from volunteer_core import apart
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

START = apart.start_of(main.__module__)

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
    asked = (first.isoformat(), last.isoformat(), zone.key, *besides)
    with _turn():
        answer = _answer(data, asked)
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


def _answer(data: bytes, asked: tuple[str, ...]) -> Answer:
    try:
        said = apart.answer(START, data, *asked, seconds=WALL_SECONDS)
    except apart.Killed:
        raise CalendarTooHeavy from None
    except apart.Failed:
        raise CalendarUnreadable from None
    return msgspec.json.decode(said, type=Answer)
