from __future__ import annotations

import pytest

from tests.care.school import School, found_school
from volunteer_core.database import Database


@pytest.fixture
def school(office: Database) -> School:
    """A 五点学堂 with one child, whose Thursday is staffed and published."""
    return found_school(office)
