"""The drafts' tests all begin with the small office, where people can say what they offer."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases import Beginnings
from tests.rosters.drafts.planned import Planned
from tests.world import NOW


@pytest.fixture
def world(beginnings: Beginnings) -> Iterator[Planned]:
    with beginnings.copy(Planned) as found:
        found.office.clock = lambda: NOW  # for the planner, whom nobody tells the time
        yield found
