"""When calendars were last fetched: collected in memory and written together, about once a minute."""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from volunteer_core.calendars.feeds import record_fetches
from volunteer_core.database import Busy, Database
from volunteer_core.permissions import Actor

WRITE_EVERY = timedelta(minutes=1)


class Fetches:
    """The fetches of one process. A fetch itself writes nothing, so that it stays cheap."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._noted: dict[int, datetime] = {}
        self._written_at = database.clock()

    def note(self, subscription_id: int | None) -> bool:
        """Notes a fetch, of an address if there was one; says whether it is time to write what was noted."""
        if subscription_id is None:
            return False
        now = self._database.clock()
        with self._lock:
            self._noted[subscription_id] = now
            return now - self._written_at >= WRITE_EVERY

    def write(self) -> None:
        """Writes what was noted: also when the process ends."""
        with self._lock:
            noted, self._noted = self._noted, {}
            self._written_at = self._database.clock()
        if not noted:
            return
        try:
            with self._database.write(by=Actor.system("日历访问时间")) as work:
                record_fetches(work, fetched=noted)
        except Busy:  # the calendar that was fetched is sent all the same, and next time they are written
            with self._lock:
                self._noted = noted | self._noted
