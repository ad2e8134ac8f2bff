"""Every route is called without a token and by somebody of every relation to its subject: it lets in
exactly those whom the table of rights names."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from litestar.testing import TestClient

from api.app import create_app
from api.settings import Settings
from tests.api.calls import CALENDAR, CALLS, PATH, Call
from tests.api.story import fill, refused
from tests.api.town import CLOCK, Town
from tests.web import Web
from volunteer_core.opening import open_office
from volunteer_core.permissions import RIGHTS, Scope

ACTORS: Mapping[str, set[Scope]] = {
    "anonymous": set(),
    "volunteer": set(),
    "self": {Scope.SELF},
    "guardian": {Scope.GUARDIAN},
    "on duty": {Scope.DUTY},
    "leader": {Scope.TEAM},
    "other leader": set(),
    "coordinator": {Scope.COMMUNITY},
    "neighbour": set(),
    "officer": {Scope.OFFICE},
}
"""Who calls, and the scopes in which the subjects of all calls lie for them."""

ELSEWHERE = {"other leader": Scope.TEAM, "neighbour": Scope.COMMUNITY}
"""Who has a scope, but with other subjects in it."""


class Served(msgspec.Struct):
    """The town behind its application: the routes by operation id, and a token by actor."""

    client: TestClient[Litestar]
    routes: dict[str, tuple[str, HTTPRouteHandler]]
    ids: dict[str, Any]
    secrets: dict[str, str]

    def send(self, call: Call, *, by: str) -> httpx.Response:
        template, handler = self.routes[call.operation_id]
        parts = {**PATH, **call.path}
        path = re.sub(r"\{(\w+):\w+\}", lambda part: parts[part[1]], template)
        headers = dict(fill(call.headers, self.ids))
        more: dict[str, Any] = {"params": fill(call.query, self.ids), "headers": headers}
        if isinstance(call.body, str):
            more["content"] = call.body.encode()
        elif call.body is not None:
            more["json"] = fill(call.body, self.ids)
        if by in self.secrets:
            headers["Authorization"] = f"Bearer {self.secrets[by]}"
        method = next(iter(handler.http_methods))
        return self.client.request(method, fill(path, self.ids), **more)


@pytest.fixture(scope="module")
def served(databases: Any, web: Web) -> Iterator[Served]:
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


def scopes_of(actor: str) -> set[Scope]:
    """The scopes in which a call lies for the actor."""
    return ACTORS[actor] | {Scope.ANYONE} | ({Scope.MEMBER} if actor != "anonymous" else set())


@pytest.mark.parametrize("call", CALLS, ids=str)
def test_a_route_lets_in_whom_the_table_names(served: Served, call: Call) -> None:
    _, handler = served.routes[call.operation_id]
    suffice = RIGHTS[call.right or handler.opt["operation"]] - call.never
    statuses = set()
    for actor in ACTORS:
        answer = served.send(call, by=actor)
        told = f"{actor}: {answer.status_code} {answer.text[:300]}"
        elsewhere = {Scope.SELF, ELSEWHERE.get(actor)} & call.anywhere if actor != "anonymous" else set()
        if suffice & scopes_of(actor):
            assert answer.status_code in {200, 201, 204, 404, 409, 422}, told
            statuses.add(answer.status_code)
            assert not (call.shows and ACTORS[actor]) or answer.json()[call.shows], told
        elif elsewhere:
            assert answer.status_code == 200, told
            assert not call.shows or not answer.json()[call.shows], told
        elif actor == "anonymous":
            refused(answer, 401, "sign_in_needed")
        else:
            assert answer.status_code == 403, told
            refused(answer, 403, "not_allowed")
    assert statuses & {200, 201, 204}, told


def test_every_route_is_called(served: Served) -> None:
    assert {call.operation_id for call in CALLS} == served.routes.keys()


def test_every_right_is_asked_for_by_a_route(served: Served) -> None:
    asked = {call.right or served.routes[call.operation_id][1].opt["operation"] for call in CALLS}
    assert asked == RIGHTS.keys()
