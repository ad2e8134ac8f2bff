"""Who opens work for what is done in several steps, between which no transaction is held."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

import msgspec

from volunteer_core.database import Database, Work
from volunteer_core.permissions import Actor


class Opens(Protocol):
    """Opens short works by one actor: the API does for a request, :class:`Acting` for a script."""

    def read(self) -> AbstractContextManager[Work]: ...

    def write(self) -> AbstractContextManager[Work]: ...


class Acting(msgspec.Struct, frozen=True):
    """Works of a database by one actor."""

    database: Database
    by: Actor

    def read(self) -> AbstractContextManager[Work]:
        """Work that only looks."""
        return self.database.read(by=self.by)

    def write(self) -> AbstractContextManager[Work]:
        """Work that changes something."""
        return self.database.write(by=self.by)
