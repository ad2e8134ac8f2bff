"""The town behind its application: every route can be called by everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import msgspec
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from api.app import create_app
from api.settings import Settings
from tests.api.calls import CALENDAR, PATH, Call
from tests.api.story import fill
from tests.api.town import CLOCK, Town
from tests.web import Web
from volunteer_core.opening import open_office


class Served(msgspec.Struct):
    """The routes by operation id, the ids of the town, and a token by actor."""

    client: TestClient[Litestar]
    routes: dict[str, tuple[str, HTTPRouteHandler]]
    ids: dict[str, Any]
    secrets: dict[str, str]

    def send(self, call: Call, *, by: str, **headers: str) -> httpx.Response:
        template, handler = self.routes[call.operation_id]
        parts = {**PATH, **call.path}
        path = re.sub(r"\{(\w+):\w+\}", lambda part: parts[part[1]], template)
        more: dict[str, Any] = {"params": fill(call.query, self.ids)}
        if isinstance(call.body, str):
            more["content"] = call.body.encode()
        elif call.body is not None:
            more["json"] = fill(call.body, self.ids)
        if by in self.secrets:
            headers["Authorization"] = f"Bearer {self.secrets[by]}"
        method = next(iter(handler.http_methods))
        return self.client.request(method, fill(path, self.ids), headers=headers, **more)


@contextmanager
def serve_town(databases: Any, web: Web) -> Iterator[Served]:
    with databases.new(tables=True) as url:
        office = open_office(url, clock=lambda: CLOCK)
        town = Town(office, calendar_address=web.gives("/town.ics", CALENDAR.encode()))
        secrets = {actor: town.token(person).secret for actor, person in town.who.items()}
        app = create_app(office, Settings())
        app.state.fetcher = web.fetcher()
        with TestClient(app, raise_server_exceptions=False) as client:
            yield Served(client, dict(routes_of(app)), town.ids, secrets)
        office.dispose()


def routes_of(app: Litestar) -> Iterator[tuple[str, tuple[str, HTTPRouteHandler]]]:
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for method, (handler, _) in route.route_handler_map.items():
                if method != "OPTIONS" and handler.opt["operation"] is not None:
                    yield handler.handler_name, (route.path, handler)
