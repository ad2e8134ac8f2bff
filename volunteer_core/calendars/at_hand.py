"""Answering for a feed without reading what it shows: one indexed look-up tells whether what is kept is
still good, and where a few entries have changed only those are read.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import LargeBinary, bindparam, literal, select

from volunteer_core.access.secrets import LONGEST_SECRET, digest
from volunteer_core.calendars.making import renewed
from volunteer_core.calendars.models import KEY, FeedRevision, Subscription
from volunteer_core.calendars.raising import changes_since
from volunteer_core.calendars.shelf import Feed, Kept, Name, Shelf
from volunteer_core.database import Database
from volunteer_core.glances import Glances
from volunteer_core.timespans import civil_date

_FEED = (FeedRevision.revision, FeedRevision.changed_at, FeedRevision.changes)
BY_ADDRESS = (
    select(Subscription.revision, *_FEED)
    .outerjoin(FeedRevision, FeedRevision.key == KEY)
    .where(Subscription.digest == bindparam("name", type_=LargeBinary))
)
BY_KEY = select(literal(0).label("address"), *_FEED).where(FeedRevision.key == bindparam("name"))
"""The look-ups: of the address at the same time as of the feed that it leads to."""
_UNCHANGED = (0, None, None, None)


class AtHand:
    """The answers of one process that need no transaction, or a small one.

    ``at_once``: an event loop may ask for them itself, one at a time (SQLite); else a thread does.
    """

    def __init__(self, database: Database, shelf: Shelf) -> None:
        self._shelf = shelf
        self._glances = Glances(database)
        self.at_once = self._glances.at_once

    def by_secret(self, secret: str) -> Feed | None:
        """The calendar at a secret address, where it is at hand: the right to it was asked for when it
        was put there, and nothing on which it hangs has changed since."""
        return self._find(digest(secret)) if len(secret) <= LONGEST_SECRET else None

    def by_key(self, key: str) -> Feed | None:
        """A calendar for everybody, where it is at hand."""
        return self._find(key)

    def close(self) -> None:
        """Closes what was opened for look-ups."""
        self._glances.close()

    def _find(self, name: Name) -> Feed | None:
        kept = self._shelf.find(name)
        if kept is None:
            return None
        by_address = isinstance(name, bytes)
        row = self._glances.row(BY_ADDRESS if by_address else BY_KEY, {"name": name})
        if row is None and not by_address:
            row = _UNCHANGED
        stamp, revision = kept.stamp, 0 if row is None else row[1] or 0
        if (
            row is None
            or row[0] != stamp.address
            or revision < stamp.feed  # the database is that of a backup
            or civil_date(self._glances.now) != stamp.day
        ):
            self._shelf.drop(name)
            return None
        if revision == stamp.feed:
            return kept.feed
        return self._renew(name, kept, row)

    def _renew(self, name: Name, kept: Kept, row: Any) -> Feed | None:
        """The revision was read before the contents: whatever is changed meanwhile is seen next time."""
        _, revision, changed_at, changes = row
        uids = changes_since(changes, kept.stamp.feed)
        if uids is None:
            return None
        found = renewed(self._glances, kept, uids, revision=revision, changed_at=changed_at)
        if found is None:
            return None
        self._shelf.keep(name, found)
        return found.feed
