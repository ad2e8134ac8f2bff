"""Locking events together with the places where they are. Inner: asks no rights."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from volunteer_core.database import Busy, Work
from volunteer_core.events.models import Event, EventSeries
from volunteer_core.places.models import Site


def lock_events(work: Work, event_ids: Collection[int], *, series_id: int | None) -> list[Event]:
    """Locks the sites of events, so that no closure is declared there meanwhile, their series if there is
    one, and the events, by id."""
    sites = work.scalars(select(Event.site_id).where(Event.id.in_(event_ids)))
    places = {site.id for site in work.lock_all(Site, sites)}
    if series_id is not None:
        work.lock(EventSeries, series_id)
    events = work.lock_all(Event, event_ids)
    if any(event.site_id not in places for event in events):
        raise Busy  # it has just been moved elsewhere
    return events
