"""What takes seconds: in threads of its own, so that those of all other requests stay free.

Calendars hold no connection meanwhile. A sheet holds one while it is loaded or written, so that fewer of
them are handled at once than there are connections.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import BoundedSemaphore
from typing import Any, ParamSpec, TypeVar

from litestar import Request

from volunteer_core.database import Busy

MOST = 4
MOST_SHEETS = 2

P = ParamSpec("P")
T = TypeVar("T")


class TooMuchAtOnce(Busy, code="too_much_at_once", sentence="正在处理的文件太多，请过一会儿再试。"):
    """A process reads and writes so many files at once and no more: the others are not kept waiting."""


class Aside:
    """The threads of one process for it: ``most`` calls at once."""

    def __init__(self, most: int = MOST, *, name: str = "aside") -> None:
        self._pool = ThreadPoolExecutor(most, thread_name_prefix=name)
        self._free = BoundedSemaphore(most)

    async def run(self, call: Callable[P, T], *args: P.args, **facts: P.kwargs) -> T:
        """Calls it there; refuses if there is no thread free."""
        if not self._free.acquire(blocking=False):
            raise TooMuchAtOnce
        work = self._pool.submit(partial(call, *args, **facts))
        work.add_done_callback(lambda _: self._free.release())  # also if nobody waits for it any more
        return await asyncio.wrap_future(work)

    def end(self) -> None:
        """Waits for what has begun."""
        self._pool.shutdown()


def aside_of(request: Request[Any, Any, Any]) -> Aside:
    """The threads of the application that serves a request."""
    found: Aside = request.app.state.aside
    return found


def sheets_of(request: Request[Any, Any, Any]) -> Aside:
    """The threads of the application for sheets, in and out."""
    found: Aside = request.app.state.sheets
    return found
