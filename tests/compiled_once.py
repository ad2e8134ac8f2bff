"""What SQLAlchemy has compiled serves the whole run, not one engine: every test has a database of its own.

A server opens one database and compiles each statement once; half of the suite's time would go into
doing it again for every test.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.util import LRUCache

from volunteer_core import database

STATEMENTS_KEPT = 2_000

_first_of_its_kind: dict[str, Engine] = {}


def share_what_is_compiled() -> None:
    """From now on the engines for one driver use one dialect, which compiled statements belong to."""
    database.create_engine = _create_engine


def _create_engine(*address: Any, **options: Any) -> Engine:
    engine = create_engine(*address, **options)
    first = _first_of_its_kind.get(engine.driver)
    if first is not None and first.dialect.server_version_info:  # it has reached its database and knows it
        engine.dialect = first.dialect
        engine._compiled_cache = first._compiled_cache
    else:
        engine._compiled_cache = LRUCache(STATEMENTS_KEPT)
        _first_of_its_kind[engine.driver] = engine
    return engine
