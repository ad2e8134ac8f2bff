"""Several people act at the same moment: a thread each, that all begin together."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event
from typing import Any

from volunteer_core.database import Busy, Work
from volunteer_core.errors import Refused

PATIENCE_SECONDS = 60
WAITS_SECONDS = 0.5
"""Who has not acted by then waits for a lock: an operation takes a few milliseconds."""


def at_once(*acts: Callable[[], Any], round_number: int = 0) -> list[Any]:
    """What came of each act: what it returned, or the refusal. Who was told to try again did so.

    The last to be ready is likely to be the first to act: that is another one in every round.
    """
    start = Barrier(len(acts))

    def run(act: Callable[[], Any]) -> Any:
        start.wait(PATIENCE_SECONDS)
        while True:
            try:
                return act()
            except Busy:
                continue
            except Refused as refusal:
                return refusal

    numbers = range(len(acts))
    order = sorted(numbers, key=lambda number: (number - round_number) % len(acts))
    with ThreadPoolExecutor(len(acts)) as pool:
        jobs = {number: pool.submit(run, acts[number]) for number in order}
        return [jobs[number].result(PATIENCE_SECONDS) for number in numbers]


def just_before_the_commit(
    do: Callable[..., Any], operation: Callable[..., Any], act: Callable[[], Any]
) -> list[Any]:
    """What came of an operation (``do`` runs it in a work of its own), and of an act that begins when
    the operation has written everything and not yet committed it.

    It is committed once the act is over, which without a lock it soon is, or has begun to wait for it.
    """
    written, acted = Event(), Event()

    def write_and_hold(work: Work) -> Any:
        answer = operation(work)
        work.flush()
        written.set()
        acted.wait(WAITS_SECONDS)
        return answer

    def begin() -> Any:
        written.wait(PATIENCE_SECONDS)
        try:
            return act()
        finally:
            acted.set()

    return at_once(lambda: do(write_and_hold), begin)
