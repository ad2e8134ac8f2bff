"""A web server for the addresses of calendars, and somebody who has some."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.commitments.busy.owning import Home
from tests.web import Web, serving
from volunteer_core.database import Database


@pytest.fixture(scope="session")
def web() -> Iterator[Web]:
    with serving() as found:
        yield found


@pytest.fixture
def home(office: Database, web: Web) -> Home:
    return Home(office, web)
