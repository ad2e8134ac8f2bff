"""Somebody with calendars of their own, and short ways to add them and to let time pass."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select

from tests.commitments.busy.calendar_text import calendar, event, shown
from tests.web import Web
from tests.world import NOW, SCRIPT, World
from volunteer_core.commitments.busy import adding, listing, refreshing
from volunteer_core.commitments.busy.listing import BusyCalendarView
from volunteer_core.commitments.busy.models import BusySpan
from volunteer_core.commitments.busy.opens import Acting
from volunteer_core.database import Database
from volunteer_core.permissions import Actor
from volunteer_core.timespans import Span

HOUR = timedelta(hours=1)
MEETING = event("DTSTART:20261103T090000", "DURATION:PT1H", uid="a")
DENTIST = event("DTSTART:20261104T170000", "DURATION:PT45M", uid="b")
FILE = calendar(*MEETING)
NEWER = calendar(*MEETING, *DENTIST)
WEB_PAGE = b"<!DOCTYPE html><html><body>Sign in</body></html>"


class Home(World):
    """``owner`` is signed in as ``me``; the clock stands still until :meth:`later`."""

    web: Web

    def __init__(self, office: Database) -> None:
        super().__init__(office)
        self.now = NOW
        self.owner = self.person("王小敏")
        self.me = self.actor(self.owner)

    def look_at(self, web: Web) -> None:
        """From now on addresses lead to ``web``, and the office's clock is this one."""
        self.web = web
        self.office.clock = lambda: self.now

    def later(self, **time: int) -> datetime:
        self.now += timedelta(**time)
        return self.now

    def opens(self, by: Actor | None = None) -> Acting:
        return Acting(self.office, by or self.me)

    def upload(self, data: bytes = FILE, label: str = "手机", **facts: Any) -> BusyCalendarView:
        facts = {"person_id": self.owner, **facts}
        return adding.upload(self.opens(facts.pop("by", None)), label=label, data=data, **facts)

    def register(self, address: str, *, by: Actor | None = None, **facts: Any) -> BusyCalendarView:
        where = {"person_id": self.owner, "address": address}
        return adding.register(self.opens(by), label="单位", **where, fetcher=self.web.fetcher(**facts))

    def replace(self, calendar_id: int, data: bytes, by: Actor | None = None) -> BusyCalendarView:
        where = {"person_id": self.owner, "calendar_id": calendar_id}
        return adding.replace(self.opens(by), **where, data=data)

    def refresh(self, calendar_id: int, *, by: Actor | None = None, **facts: Any) -> BusyCalendarView:
        where = {"person_id": self.owner, "calendar_id": calendar_id}
        return refreshing.refresh(self.opens(by), **where, fetcher=self.web.fetcher(**facts))

    def remove(self, calendar_id: int, by: Actor | None = None) -> None:
        self.do(listing.remove, by=by or self.me, person_id=self.owner, calendar_id=calendar_id)

    def pass_by(self) -> int:
        """One pass over the addresses that are due."""
        return refreshing.refresh_due(self.office, fetcher=self.web.fetcher())

    def calendars(self) -> list[BusyCalendarView]:
        found: list[BusyCalendarView] = self.see(
            listing.list_calendars, by=self.me, now=self.now, person_id=self.owner
        )
        return found

    def spans(self) -> list[str]:
        """What is kept of all calendars."""
        with self.office.read(by=SCRIPT) as work:
            rows = work.scalars(select(BusySpan).order_by(BusySpan.starts_at, BusySpan.id))
            return shown([Span(row.starts_at, row.ends_at) for row in rows])

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Checks that nothing was added, lost or noted."""
        before = self.calendars(), self.spans()
        yield
        assert (self.calendars(), self.spans()) == before


def dated(day: date) -> bytes:
    """A calendar with one hour of a date."""
    return calendar(*event(f"DTSTART:{day:%Y%m%d}T090000", "DURATION:PT1H"))
