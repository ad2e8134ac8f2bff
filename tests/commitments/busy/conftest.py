"""Somebody who has calendars of their own."""

from __future__ import annotations

import pytest

from tests.commitments.busy.owning import Home
from tests.web import Web
from volunteer_core.database import Database


@pytest.fixture
def home(office: Database, web: Web) -> Home:
    return Home(office, web)
