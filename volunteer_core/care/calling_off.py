"""Calling off sessions. Inner: for closures, which ask for their right."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select

from volunteer_core.care.models import Presence, Session
from volunteer_core.database import Work
from volunteer_core.timespans import Span


def call_off_sessions(work: Work, *, site_ids: Collection[int] | None, span: Span) -> list[int]:
    """Calls off the sessions that a span touches and that have not ended, at some sites or (None) at
    all; returns their ids.

    A session at which a child has arrived stays: whoever is there is still handed over.
    """
    touched = select(Session.id).where(
        Session.called_off_at.is_(None),
        Session.starts_at < span.end,
        Session.ends_at > max(span.start, work.now),
    )
    if site_ids is not None:
        touched = touched.where(Session.site_id.in_(site_ids))
    rows = work.lock_all(Session, work.scalars(touched))
    attended = set(
        work.scalars(select(Presence.session_id).where(Presence.session_id.in_([row.id for row in rows])))
    )
    free = [row for row in rows if row.id not in attended and row.called_off_at is None]
    for row in free:
        row.called_off_at = work.now
    work.flush()
    return [row.id for row in free]
