from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.care.school import School, found_school
from tests.databases import Beginnings


@pytest.fixture
def school(beginnings: Beginnings) -> Iterator[School]:
    """A 五点学堂 with one child, whose Thursday is staffed and published."""
    with beginnings.copy(found_school) as found:
        yield found
