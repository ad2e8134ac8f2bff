"""An office served by the application: a client, and somebody of each role with a token."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any

import httpx
import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api.app import create_app
from api.settings import Settings
from volunteer_core.access import tokens
from volunteer_core.commitments.busy.fetching import Fetcher
from volunteer_core.database import Database
from volunteer_core.opening import open_office
from volunteer_core.people import registry
from volunteer_core.permissions import Actor, Role
from volunteer_core.places import directory

NOW = datetime(2026, 12, 3, 4, 0, tzinfo=UTC)
TODAY = date(2026, 12, 3)
SETUP = Actor.system("tests")


class Api(msgspec.Struct):
    """The served office. ``secrets`` holds a token by role; ``community_id`` is the coordinator's."""

    client: TestClient[Litestar]
    office: Database
    secrets: dict[str, str]
    community_id: int
    site_id: int

    def call(self, method: str, path: str, *, by: str | None = None, **more: Any) -> httpx.Response:
        """A request by somebody of a role, or by nobody known."""
        headers: Mapping[str, str] = more.pop("headers", {})
        if by is not None:
            headers = {**headers, "Authorization": f"Bearer {self.secrets[by]}"}
        return self.client.request(method, path, headers=headers, **more)


@pytest.fixture(scope="module")
def api(databases: Any) -> Iterator[Api]:
    """One application for a module's tests, on each engine; what they write stays for the next."""
    with databases.new(tables=True) as url:
        office = open_office(url, clock=lambda: NOW)
        with office.write(by=SETUP) as work:
            community = directory.add_community(work, code="FX01", name="凤翔社区")
            other = directory.add_community(work, code="FX02", name="滨江社区")
            site = directory.add_site(work, community_id=community.id, code="FX01-WD", name="五点学堂")
            people = {
                role: registry.register(work, code=f"T-{role}", name="测试").id
                # "nobody" has the first ids, which examples revoke and end
                for role in ("nobody", "officer", "coordinator", "neighbour", "volunteer")
            }
            tokens.grant_role(work, person_id=people["officer"], role=Role.STREET_OFFICER, valid_from=TODAY)
            for role, community_id in (("coordinator", community.id), ("neighbour", other.id)):
                tokens.grant_role(
                    work,
                    person_id=people[role],
                    role=Role.COMMUNITY_COORDINATOR,
                    community_id=community_id,
                    valid_from=TODAY,
                )
            secrets = {
                role: tokens.issue_token(work, person_id=person_id, label="测试").secret
                for role, person_id in people.items()
            }
        app = create_app(office, Settings(max_body_bytes=10_000))
        app.state.fetcher = Fetcher(resolve=lambda *_: [])  # no name stands for anything here
        with TestClient(app, raise_server_exceptions=False) as client:
            yield Api(client, office, secrets, community.id, site.id)
        office.dispose()
