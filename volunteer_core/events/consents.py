"""A guardian's consent for one event, or for all that some days cover."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from volunteer_core.database import Work
from volunteer_core.errors import Malformed
from volunteer_core.events.calling_off import EventEnded, refuse_called_off
from volunteer_core.events.models import Event, Position
from volunteer_core.people import vouching
from volunteer_core.people.vouching import ConsentView
from volunteer_core.timespans import civil_date


def give_consent(
    work: Work,
    *,
    ward_id: int,
    guardian_id: int,
    valid_from: date | None = None,
    valid_to: date | None = None,
    event_id: int | None = None,
) -> ConsentView:
    """A guardian consents that a minor serves: between two dates (at most 400 days), or at one event, whose
    civil dates nobody types. If it moves to another date, they are asked anew.

    The guardian does so themselves; a coordinator records a consent given on paper. Refuses dates
    beside an event, and an event that is called off or over.
    """
    if event_id is not None:
        if valid_from is not None or valid_to is not None:
            raise Malformed("valid_from", "只为一次活动同意时，日期以活动为准，不必填写。")
        event = work.find(Event, event_id)
        refuse_called_off(event)
        if event.ends_at <= work.now:
            raise EventEnded(event_id=event.id)
        valid_from, valid_to = _dates_of(work, event)
    if valid_from is None or valid_to is None:
        raise Malformed("valid_from", "请填写起止日期，或写明是哪一次活动。")
    return vouching.give_consent(
        work,
        ward_id=ward_id,
        guardian_id=guardian_id,
        valid_from=valid_from,
        valid_to=valid_to,
        event_id=event_id,
    )


def _dates_of(work: Work, event: Event) -> tuple[date, date]:
    """The first and the last civil date of an event and its positions: ushers come earlier."""
    spans = work.execute(
        select(Position.starts_at, Position.ends_at).where(Position.event_id == event.id)
    ).all()
    return (
        civil_date(min([event.starts_at, *(start for start, _ in spans)])),
        civil_date(max([event.ends_at, *(end for _, end in spans)])),
    )
