"""What a worker process serves: granian calls :func:`app` once in each."""

# ruff: noqa: E402 - the first statements come before the slow imports, on purpose
from __future__ import annotations

import signal

# A worker is forked with the handlers of its parent, which would swallow the request to stop until
# granian sets the worker's own, after these imports; and Ctrl+C reaches the parent, who tells us.
signal.signal(signal.SIGTERM, signal.SIG_DFL)
signal.signal(signal.SIGINT, signal.SIG_IGN)

from litestar import Litestar

from api import logs
from api.app import create_app
from api.settings import read_settings
from volunteer_core.opening import open_office


def app() -> Litestar:
    """An application with its own database, as the environment says."""
    settings = read_settings()
    logs.configure(settings.log_level)
    database = open_office(settings.database_url, clock=settings.clock, pool_size=settings.threads)
    served = create_app(database, settings)
    served.on_shutdown.append(database.dispose)
    return served
