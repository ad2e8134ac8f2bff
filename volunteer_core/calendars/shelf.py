"""What of the feeds a process keeps in memory: finished answers, and the pieces they are made of.

An answer on the shelf is good as long as its stamp is: nothing has changed of what it shows, of its
address and of what its subscriber may, and it is still the same day for the office.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import date, datetime

import msgspec

from volunteer_core.calendars.contents import Entry, Only
from volunteer_core.calendars.options import Options
from volunteer_core.calendars.rendering import Rendered
from volunteer_core.calendars.selections import Look

BYTES_MOST = 64 * 1024 * 1024
"""So much a process keeps on the shelf; what was asked for longest ago goes first."""

Name = bytes | str
"""The digest of an address, or the key of a feed that needs none."""


class Feed(msgspec.Struct, frozen=True):
    """A calendar as it is sent. The same contents have the same bytes and the same ``etag``."""

    body: bytes
    etag: str
    """A strong entity tag with its quotes: from the SHA-256 of the body's parts."""
    last_modified: datetime
    """Whole seconds, UTC. At the earliest today's first instant, when past entries may have left."""
    name: str
    """A file name in ASCII."""
    subscription_id: int | None = None
    """Whose last use is to be recorded; see :func:`.feeds.record_fetches`."""


class Source(msgspec.Struct, frozen=True):
    """What a feed is called, and where its entries come from."""

    key: str
    name: str
    file_name: str
    entries: Callable[[Look, Options, Only], list[Entry]]


class Stamp(msgspec.Struct, frozen=True):
    """What has to be as it was for an answer to be good."""

    address: int
    """The revision of the subscription."""
    feed: int
    """The revision of the feed."""
    day: date
    """The office's date: entries leave, and rights end, with a day."""


class Kept(msgspec.Struct, frozen=True):
    """A finished answer."""

    stamp: Stamp
    feed: Feed
    source: Source
    options: Options
    pages: str
    """What the address of an entry's page begins with."""
    pieces: dict[str, tuple[datetime, Rendered]]
    """The rendered entries by UID, each with its start."""

    @property
    def size(self) -> int:
        """About how much memory it takes, in bytes."""
        return 2 * len(self.feed.body) + 250 * len(self.pieces) + 1_000


class Shelf:
    """Answers by the name they are asked for. Threads may share it."""

    def __init__(self, bytes_most: int = BYTES_MOST) -> None:
        self._most = bytes_most
        self._size = 0
        self._kept: OrderedDict[Name, Kept] = OrderedDict()
        self._lock = threading.Lock()

    @property
    def size(self) -> int:
        """About how much memory all of it takes, in bytes."""
        return self._size

    def find(self, name: Name) -> Kept | None:
        """What is kept, good or not."""
        with self._lock:
            kept = self._kept.get(name)
            if kept is not None:
                self._kept.move_to_end(name)
            return kept

    def keep(self, name: Name, kept: Kept) -> None:
        """Keeps an answer in place of the one before."""
        with self._lock:
            self._drop(name)
            self._kept[name] = kept
            self._size += kept.size
            while self._size > self._most and self._kept:
                self._drop(next(iter(self._kept)))

    def drop(self, name: Name) -> None:
        """Forgets an answer."""
        with self._lock:
            self._drop(name)

    def _drop(self, name: Name) -> None:
        kept = self._kept.pop(name, None)
        if kept is not None:
            self._size -= kept.size
