"""Somebody who has calendars of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.commitments.busy.owning import Home
from tests.databases import Beginnings
from tests.web import Web


@pytest.fixture
def home(beginnings: Beginnings, web: Web) -> Iterator[Home]:
    with beginnings.copy(Home) as found:
        found.look_at(web)
        yield found
