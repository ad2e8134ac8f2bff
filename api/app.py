"""Putting the application together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager
from importlib.metadata import PackageNotFoundError, version

from litestar import Litestar, Router
from litestar.concurrency import set_asyncio_executor
from litestar.datastructures import State
from litestar.di import Provide

from api import docs
from api.aside import MOST_SHEETS, Aside
from api.at_hand import KnownFeeds
from api.fetches import Fetches
from api.front import Front
from api.incoming import (
    Instant,
    StrictRequest,
    decode_instant,
    prepare,
    provide_paging,
    refuse_unknown_query,
)
from api.problems import respond
from api.routes import (
    access,
    assignments,
    availability,
    busy_calendars,
    calendars,
    certificates,
    children,
    claims,
    closures,
    confirmations,
    door,
    draft_places,
    drafts,
    entries,
    event_outcomes,
    event_series,
    events,
    feeds,
    grid_posts,
    hour_sheets,
    hours,
    imports,
    months,
    notices,
    objections,
    office,
    open_shifts,
    people,
    phone_signups,
    places,
    positions,
    programmes,
    promises,
    recognitions,
    roster_rules,
    roster_sheets,
    roster_versions,
    rosters,
    server,
    sessions,
    shifts,
    signups,
    standing_seats,
    swaps,
    teams,
    vouching,
    weekly_targets,
    workdays,
)
from api.settings import Settings
from api.work import provide_opened, refuse_unsigned
from volunteer_core.calendars.at_hand import AtHand
from volunteer_core.calendars.shelf import Shelf
from volunteer_core.commitments.busy.fetching import Fetcher
from volunteer_core.database import Database

Lifespan = Callable[[Litestar], AbstractAsyncContextManager[None]]

ROUTERS = (
    access.router,
    places.router,
    workdays.router,
    closures.router,
    people.router,
    vouching.router,
    imports.router,
    teams.router,
    grid_posts.router,
    programmes.router,
    rosters.router,
    standing_seats.router,
    roster_sheets.router,
    shifts.router,
    assignments.router,
    promises.router,
    swaps.router,
    open_shifts.router,
    roster_versions.router,
    availability.router,
    roster_rules.router,
    drafts.router,
    draft_places.router,
    events.router,
    positions.router,
    event_series.router,
    signups.router,
    phone_signups.router,
    door.router,
    event_outcomes.router,
    calendars.router,
    busy_calendars.router,
    children.router,
    sessions.router,
    hours.router,
    claims.router,
    objections.router,
    months.router,
    certificates.router,
    recognitions.router,
    weekly_targets.router,
    hour_sheets.router,
    notices.router,
    office.router,
)
"""The routers of all features, below ``/v1``. A new route file adds its own here."""


PAGES = (feeds.router, entries.router, confirmations.router)
"""What is reached by addresses that people were given: calendars, and pages for people."""


def create_app(database: Database, settings: Settings, lifespan: Sequence[Lifespan] = ()) -> Litestar:
    """The application on an opened database, which stays the caller's to dispose of.

    Handlers run in as many threads as the settings say, which may not be more than the database
    has connections: a handler holds one while it works.
    """
    set_asyncio_executor(ThreadPoolExecutor(settings.threads, thread_name_prefix="work"))
    fetches, shelf = Fetches(database), Shelf()
    at_hand = AtHand(database, shelf)
    aside, sheets = Aside(), Aside(MOST_SHEETS, name="sheets")
    app = Litestar(
        [
            # Everything is in a Router: handlers given straight to Litestar that share a path fail at first.
            Router("/v1", route_handlers=ROUTERS, guards=[refuse_unsigned, refuse_unknown_query]),
            Router("/", route_handlers=PAGES, guards=[refuse_unknown_query]),
            Router("/", route_handlers=[server.router, docs.show_docs, docs.show_description]),
            docs.files(),
        ],
        dependencies={
            "opened": Provide(provide_opened),
            "paging": Provide(provide_paging, sync_to_thread=False),
        },
        exception_handlers={Exception: respond},
        logging_config=None,
        openapi_config=docs.describe(_version()),
        request_class=StrictRequest,
        request_max_body_size=settings.max_body_bytes,
        state=State(
            {
                "database": database,
                "settings": settings,
                "fetches": fetches,
                "shelf": shelf,
                "aside": aside,
                "sheets": sheets,
                "fetcher": Fetcher(),
            }
        ),
        lifespan=list(lifespan),
        on_shutdown=[aside.end, sheets.end, fetches.write, at_hand.close],
        type_decoders=[(lambda kind: kind is Instant, decode_instant)],
    )
    prepare(app.routes)
    known = KnownFeeds(app.asgi_handler, at_hand, fetches, gzip_level=settings.gzip_level)
    app.asgi_handler = Front(known)
    return app


def _version() -> str:
    try:
        return version("fengxiang-volunteers")
    except PackageNotFoundError:  # a checkout that is not installed
        return "0"
