"""Whether an event can take place then and there. Inner: asks no rights. The caller has locked the site."""

from __future__ import annotations

from volunteer_core.database import Work
from volunteer_core.errors import RuleBroken
from volunteer_core.events.timetable import Times, instant, refuse_wrong_times
from volunteer_core.timespans import Span
from volunteer_core.workdays.daybook import DayBook
from volunteer_core.workdays.upkeep import load_daybook


class EventAtClosedSite(RuleBroken, code="event_at_closed_site", sentence="场所当时关闭（{name}）。"):
    """No event takes place during a closure (停课)."""


def checked_times(work: Work, site_id: int, times: Times, book: DayBook | None = None) -> Times:
    """The times in UTC. Refuses those that do not follow each other, an event in the past, and a site
    that is closed then."""
    checked = Times(*(instant(field, value, now=work.now) for field, value in times._asdict().items()))
    refuse_wrong_times(checked, now=work.now)
    book = book or load_daybook(work)
    closure = book.closure_of(site_id, Span(checked.starts_at, checked.ends_at))
    if closure is not None:
        raise EventAtClosedSite(site_id=site_id, name=closure.name, starts_at=checked.starts_at.isoformat())
    return checked
