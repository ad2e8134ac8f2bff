from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.closures.street import Street
from tests.databases import Beginnings


@pytest.fixture
def street(beginnings: Beginnings) -> Iterator[Street]:
    """A small office on a plain Monday morning, with nothing planned yet."""
    with beginnings.copy(Street) as found:
        yield found
