"""The drafts' tests all begin with the small office, where people can say what they offer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases import Beginnings
from tests.rosters.drafts.planned import Planned
from tests.world import NOW
from volunteer_core.database import Database


def begin(office: Database) -> Planned:
    office.clock = lambda: NOW  # for the planner, whom nobody tells the time
    return Planned(office)


@pytest.fixture
def world(beginnings: Beginnings) -> Iterator[Planned]:
    with beginnings.copy(begin) as found:
        yield found
