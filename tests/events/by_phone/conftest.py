from __future__ import annotations

import pytest

from tests.events.by_phone.phoning import Phones
from tests.events.lecture import Lecture


@pytest.fixture
def phones(lecture: Lecture) -> Phones:
    """The audience has two seats."""
    return Phones(lecture)
