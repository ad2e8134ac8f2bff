"""Where a request comes from, for limits: never logged, and kept nowhere as it is."""

from __future__ import annotations

from typing import Any

from litestar import Request


def address_of(request: Request[Any, Any, Any]) -> str:
    """The address that called the outermost of the proxies in front which the settings say are there.

    Each proxy adds to the end of X-Forwarded-For who called it; whoever calls may have written anything
    before that. With no proxies, or with less in the header than so many of them add, it is whoever is
    connected.
    """
    connected = request.client.host if request.client else ""
    proxies: int = request.app.state.settings.proxies
    if not proxies:
        return connected
    said = ",".join(request.headers.getall("x-forwarded-for", [])).split(",")
    return (said[-proxies].strip() if len(said) >= proxies else "") or connected
