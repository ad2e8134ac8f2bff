from __future__ import annotations

import pytest

from tests.events.lecture import Lecture, announce_lecture
from volunteer_core.database import Database


@pytest.fixture
def lecture(office: Database) -> Lecture:
    """A published lecture with two seats for the audience and three for ushers, and six people."""
    return announce_lecture(office, seats=2)
