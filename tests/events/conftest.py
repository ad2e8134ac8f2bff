from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases import Beginnings
from tests.events.lecture import Lecture, announce_lecture
from volunteer_core.database import Database


def announce_small_lecture(office: Database) -> Lecture:
    return announce_lecture(office, seats=2)


@pytest.fixture
def lecture(beginnings: Beginnings) -> Iterator[Lecture]:
    """A published lecture with two seats for the audience and three for ushers, and six people."""
    with beginnings.copy(announce_small_lecture) as found:
        yield found
