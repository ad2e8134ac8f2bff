"""The drafts' tests all begin with the small office, where people can say what they offer."""

from __future__ import annotations

import pytest

from tests.rosters.drafts.planned import Planned
from tests.world import NOW
from volunteer_core.database import Database


@pytest.fixture
def world(office: Database) -> Planned:
    office.clock = lambda: NOW  # for the planner, whom nobody tells the time
    return Planned(office)
