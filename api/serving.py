"""What a worker process serves: granian calls :func:`app` once in each."""

# ruff: noqa: E402 - the first statements come before the slow imports, on purpose
from __future__ import annotations

import signal

# A worker is forked with the handlers of its parent, which would swallow the request to stop until
# granian sets the worker's own, after these imports; and Ctrl+C reaches the parent, who tells us.
signal.signal(signal.SIGTERM, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.SIG_IGN)

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

from litestar import Litestar

from api import logs
from api.app import create_app
from api.planners import Planners
from api.settings import read_settings
from volunteer_core import tick
from volunteer_core.database import Database
from volunteer_core.opening import open_office

logger = logging.getLogger("volunteer.api.tick")

TICK_SECONDS = 60


def app() -> Litestar:
    """An application with its own database, as the environment says."""
    settings = read_settings()
    logs.configure(settings.log_level)
    database = open_office(
        settings.database_url, clock=settings.clock, pool_size=settings.threads, base_url=settings.base_url
    )
    planners = Planners(settings.planners)
    served = create_app(database, settings, lifespan=[_ticking(database, planners)])
    served.state.planners = planners
    served.on_shutdown += [planners.end, database.dispose]
    return served


def _ticking(
    database: Database, planners: Planners
) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    """Runs the pass over what is due by time each minute. Every worker does: it is idempotent."""

    @asynccontextmanager
    async def lifespan(_: Litestar) -> AsyncIterator[None]:
        ended = asyncio.Event()
        task = asyncio.create_task(_tick_every_minute(database, planners, ended))
        try:
            yield
        finally:  # a pass that has begun is waited for: it has a connection
            ended.set()
            await task

    return lifespan


async def _tick_every_minute(database: Database, planners: Planners, ended: asyncio.Event) -> None:
    while True:
        with suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), TICK_SECONDS)
        if ended.is_set():
            return
        try:
            ticked = await asyncio.to_thread(tick.run, database)
            if ticked.drafts_waiting:
                planners.start()
        except Exception:  # the next minute tries again; what is due stays due
            logger.exception("tick failed")
