from __future__ import annotations

from collections.abc import Iterator
from copy import copy

import pytest

from tests.closures.street import Street
from tests.conftest import Databases
from volunteer_core.opening import open_office


@pytest.fixture(scope="session")
def laid_out(databases: Databases) -> Iterator[tuple[str, Street]]:
    """The street is laid out once for each engine; every test then gets a copy of it."""
    with databases.new(tables=True) as url:
        office = open_office(url)
        street = Street(office)
        office.dispose()
        yield url, street


@pytest.fixture
def street(databases: Databases, laid_out: tuple[str, Street]) -> Iterator[Street]:
    """A small office on a plain Monday morning, with nothing planned yet."""
    with databases.copy(laid_out[0]) as url:
        found = copy(laid_out[1])
        found.office = open_office(url)
        yield found
        found.office.dispose()
