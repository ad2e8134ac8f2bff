"""Feed revisions: what feeds show cannot change without the revision of each of them rising.

While a work flushes it is noted what of its changes feeds show; right before it commits, the last of
its locks, the feeds that show any of it are raised in the same transaction. Inner.
"""

from __future__ import annotations

from collections.abc import Iterator
from weakref import WeakKeyDictionary

from sqlalchemy import inspect
from sqlalchemy.orm import SessionTransaction

from volunteer_core.calendars.raising import raise_feeds, raise_subscriptions
from volunteer_core.calendars.showing import find_feeds
from volunteer_core.calendars.touched import WATCHED, Before, Touched
from volunteer_core.database import Database, Work
from volunteer_core.tables import Table


class Touching:
    """Watches the works of a database. What is done in a savepoint is noted apart: it may be undone."""

    def __init__(self, database: Database) -> None:
        self._touched: WeakKeyDictionary[Work, dict[SessionTransaction | None, Touched]] = WeakKeyDictionary()
        database.watch("after_flush", self._note)
        database.watch("after_soft_rollback", self._forget)
        database.watch("before_commit", self._raise)

    def by(self, work: Work) -> Touched:
        """What a work has changed so far since its last savepoint."""
        return self._touched.setdefault(work, {}).setdefault(work.get_nested_transaction(), Touched())

    def _note(self, work: Work, _context: object) -> None:
        for row in (*work.new, *work.deleted):
            if type(row) in WATCHED:
                note, _ = WATCHED[type(row)]
                note(self.by(work), row, {})
        for row in work.dirty:
            if type(row) in WATCHED:
                note, columns = WATCHED[type(row)]
                if before := _before(row, columns):
                    note(self.by(work), row, before)

    def _forget(self, work: Work, undone: SessionTransaction) -> None:
        touched = self._touched.get(work, {})
        for savepoint in list(touched):
            if undone in _with_parents(savepoint):
                del touched[savepoint]

    def _raise(self, work: Work) -> None:
        if work.in_nested_transaction():
            return
        work.flush()
        feeds: dict[str, set[str] | None] = {}
        of_savepoints = self._touched.pop(work, {}).values()
        raise_subscriptions(work, {owner for touched in of_savepoints for owner in touched.owners})
        for touched in of_savepoints:
            find_feeds(work, touched)
            for key, uids in touched.feeds.items():
                known = feeds.get(key, set())
                feeds[key] = None if uids is None or known is None else known | uids
        raise_feeds(work, feeds)


def _with_parents(savepoint: SessionTransaction | None) -> Iterator[SessionTransaction]:
    while savepoint is not None:
        yield savepoint
        savepoint = savepoint.parent


def _before(row: Table, columns: tuple[str, ...]) -> Before:
    """What those of the columns that have changed held before."""
    before = {}
    for column in columns:
        history = inspect(row).attrs[column].history
        if history.has_changes():
            before[column] = history.deleted[0] if history.deleted else None
    return before
