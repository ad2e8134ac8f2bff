"""The sheets' tests import into the small office, which has all that rows can name."""

from __future__ import annotations

import pytest

from tests.world import World
from volunteer_core.database import Database


@pytest.fixture
def world(office: Database) -> World:
    return World(office)
