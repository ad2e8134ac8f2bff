"""Every route is called without a token and by somebody of every relation to its subject: it lets in
exactly those whom the table of rights names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.api.calls import CALLS, Call
from tests.api.served import Served, serve_town
from tests.api.story import refused
from tests.web import Web
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


@pytest.fixture(scope="module")
def served(databases: Any, web: Web) -> Iterator[Served]:
    with serve_town(databases, web) as found:
        yield found


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
