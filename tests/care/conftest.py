from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.care.school import School, found_school
from tests.conftest import Databases
from volunteer_core.opening import open_office


@pytest.fixture(scope="session")
def founded(databases: Databases) -> Iterator[tuple[str, School]]:
    """The school is founded once for each engine; every test then gets a copy of it."""
    with databases.new(tables=True) as url:
        office = open_office(url)
        school = found_school(office)
        office.dispose()
        yield url, school


@pytest.fixture
def school(databases: Databases, founded: tuple[str, School]) -> Iterator[School]:
    """A 五点学堂 with one child, whose Thursday is staffed and published."""
    with databases.copy(founded[0]) as url:
        office = open_office(url)
        yield replace(founded[1], office=office)
        office.dispose()
