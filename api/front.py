"""What happens around every request: HEAD, headers that protect, and one line in the log."""

from __future__ import annotations

import logging
from time import perf_counter

from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

_DEFAULTS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))

logger = logging.getLogger("volunteer.api.requests")


class Front:
    """Stands before the application, also where no route fits.

    HEAD is answered as GET without its body (RFC 9110 §9.3.2). Answers are not stored unless a
    route says otherwise, for nearly all hold personal data. The log line names the route's
    template, never the path, because paths hold ids and a feed's secret.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        start, method, status = perf_counter(), scope["method"], 0
        if method == "HEAD":
            scope["method"] = "GET"

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = list(message["headers"])
                named = {name.lower(): at for at, (name, _) in enumerate(headers)}
                headers += [default for default in _DEFAULTS if default[0] not in named]
                allow = b""
                if method == "OPTIONS" and "route_handler" in scope:
                    allow = scope["route_handler"].opt["methods"].encode()
                elif b"allow" in named:
                    allow = headers[named[b"allow"]][1]
                if allow:
                    if b"GET" in allow and b"HEAD" not in allow:
                        allow += b", HEAD"
                    headers = [(name, value) for name, value in headers if name.lower() != b"allow"]
                    headers.append((b"allow", allow))
                message["headers"] = headers
            elif message["type"] == "http.response.body" and method == "HEAD":
                message["body"] = b""
            await send(message)

        try:
            await self._app(scope, receive, answer)
        finally:
            logger.info(
                "request",
                extra={
                    "method": method,
                    "route": scope.get("path_template") or "-",
                    "status": status,
                    "ms": round((perf_counter() - start) * 1000, 1),
                },
            )
