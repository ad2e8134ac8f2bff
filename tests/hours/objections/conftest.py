"""Somebody who has served for an hour, in the small office of the hours' tests."""

from __future__ import annotations

import pytest

from tests.hours.claiming import attended
from tests.world import World


@pytest.fixture
def person(world: World) -> int:
    """Somebody with an entry of an hour."""
    person = world.person()
    attended(world, person, 9, 10)
    return person
