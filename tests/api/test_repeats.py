"""A POST that is sent again with its Idempotency-Key is carried out once and answered alike."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from litestar.testing import TestClient

from tests.api.calls import CALLS, Call
from tests.api.served import Served, serve_town
from tests.api.story import refused
from tests.web import Web
from volunteer_core.permissions import Actor

KEY = "Idempotency-Key"
REPLAYED = "idempotent-replayed"


@pytest.fixture(scope="module")
def served(databases: Any, web: Web) -> Iterator[Served]:
    with serve_town(databases, web) as found:
        yield found


def posts(served: Served) -> Iterator[Call]:
    for call in CALLS:
        if "POST" in served.routes[call.operation_id][1].http_methods:
            yield call


def test_every_post_is_carried_out_once(served: Served) -> None:
    failed, done = [], 0
    for call in posts(served):
        for actor in ["anonymous", *served.secrets]:
            key = hashlib.sha256(f"{call} {actor}".encode()).hexdigest()
            first = served.send(call, by=actor, **{KEY: key})
            if first.status_code < 300:
                done += 1
                break
        else:
            failed.append(str(call))
            continue
        assert REPLAYED not in first.headers
        writes = written(served)
        again = served.send(call, by=actor, **{KEY: key})
        if served.routes[call.operation_id][1].opt.get("shown_once"):
            refused(again, 409, "already_answered")
        else:
            assert again.headers.pop(REPLAYED, None) == "true", f"{call}: {again.text}"
            assert alike(again, first), call
        assert written(served) == writes, call
    print(done, failed)


def written(served: Served) -> int:
    answer = served.client.get("/v1/audit?limit=1", headers={"Authorization": f"Bearer {served.secrets['officer']}"})
    total: int = answer.json()["total"]
    return total


def alike(one: httpx.Response, other: httpx.Response) -> bool:
    return (one.status_code, one.content, dict(one.headers)) == (
        other.status_code,
        other.content,
        dict(other.headers),
    )
