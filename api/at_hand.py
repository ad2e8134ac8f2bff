"""Feeds that are at hand are answered before anything else is done: mostly with 304, to a phone that asks
again every hour."""

from __future__ import annotations

import asyncio
import gzip
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache

from litestar.concurrency import sync_to_thread
from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send

from api.conditional import compressed_tag, not_modified, takes_gzip, validators
from api.fetches import Fetches
from volunteer_core.calendars.at_hand import AtHand
from volunteer_core.calendars.models import PublicKind, feed_key
from volunteer_core.calendars.shelf import Feed

logger = logging.getLogger("volunteer.api.feeds")

CALENDAR_TYPE = "text/calendar; charset=utf-8"
_BY_ADDRESS = "/feeds/"
_FOR_ALL = {
    "/calendars/events.ics": feed_key(PublicKind.EVENTS),
    "/calendars/workdays.ics": feed_key(PublicKind.WORKDAYS),
}
_ASKED_BY = frozenset({b"accept-encoding", b"if-modified-since", b"if-none-match"})


class KnownFeeds:
    """Stands between the front and the application: what it does not know, that answers."""

    def __init__(self, app: ASGIApp, at_hand: AtHand, fetches: Fetches, *, gzip_level: int) -> None:
        self._app = app
        self._at_hand = at_hand
        self._fetches = fetches
        self._gzip_level = gzip_level

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP and scope["method"] == "GET":
            found = await self._find(scope)
            if found is not None:
                await self._send(found, scope, send)
                return
        await self._app(scope, receive, send)

    async def _find(self, scope: HTTPScope) -> Feed | None:
        path = scope["path"]
        if scope["query_string"] and b"download" in scope["query_string"]:
            return None
        if path.startswith(_BY_ADDRESS):
            scope["path_template"] = "/feeds/{name}"
            find: Callable[[str], Feed | None] = self._at_hand.by_secret
            name = path[len(_BY_ADDRESS) :].removesuffix(".ics")
        elif path in _FOR_ALL:
            scope["path_template"] = path
            find, name = self._at_hand.by_key, _FOR_ALL[path]
        else:
            return None
        try:
            return find(name) if self._at_hand.at_once else await sync_to_thread(find, name)
        except Exception:  # the application says what is wrong, or does it in its own time
            logger.warning("a feed is not at hand", exc_info=True)
            return None

    async def _send(self, found: Feed, scope: HTTPScope, send: Send) -> None:
        if self._fetches.note(found.subscription_id):
            asyncio.get_running_loop().run_in_executor(None, self._fetches.write)
        asked: dict[str, str] = {}
        for name, value in scope["headers"]:
            if name in _ASKED_BY:
                key, text = name.decode(), value.decode("latin-1")
                asked[key] = f"{asked[key]}, {text}" if key in asked else text
        status, headers, body = answer(found, asked, self._gzip_level)
        await send({"type": "http.response.start", "status": status, "headers": list(headers)})
        await send({"type": "http.response.body", "body": body, "more_body": False})


Headers = tuple[tuple[bytes, bytes], ...]


def answer(
    found: Feed, asked: Mapping[str, str], gzip_level: int, *, download: bool = False
) -> tuple[int, Headers, bytes]:
    """Status, headers and body by which a feed is sent to whoever asks by these headers: to be shown, or
    as a file to be kept by phones that cannot subscribe."""
    compressed = gzip_level > 0 and takes_gzip(asked)
    if not_modified(asked, etag=found.etag, last_modified=found.last_modified):
        return 304, _headers(found.etag, found.last_modified, found.name, compressed, download, None), b""
    body = _compressed(found.body, gzip_level) if compressed else found.body
    return 200, _headers(found.etag, found.last_modified, found.name, compressed, download, len(body)), body


@lru_cache(1024)
def _headers(
    etag: str, last_modified: datetime, name: str, compressed: bool, download: bool, length: int | None
) -> Headers:
    headers = validators(compressed_tag(etag) if compressed else etag, last_modified) | {
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f'{"attachment" if download else "inline"}; filename="{name}"',
        "Vary": "Accept-Encoding",
        "X-Robots-Tag": "noindex, nofollow",
    }
    if length is not None:
        headers |= {"Content-Type": CALENDAR_TYPE, "Content-Length": str(length)}
        if compressed:
            headers["Content-Encoding"] = "gzip"
    return tuple((key.lower().encode(), value.encode()) for key, value in headers.items())


@lru_cache(256)
def _compressed(body: bytes, level: int) -> bytes:
    return gzip.compress(body, level, mtime=0)
