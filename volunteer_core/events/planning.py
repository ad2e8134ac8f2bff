"""Planning events: creating, changing, publishing and calling off."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from volunteer_core import texts
from volunteer_core.database import Busy, Work
from volunteer_core.errors import RuleBroken
from volunteer_core.events import calling_off, moving
from volunteer_core.events.calling_off import refuse_called_off, turn
from volunteer_core.events.listing import event_view
from volunteer_core.events.models import Event, EventStatus
from volunteer_core.events.timetable import Times, instant, refuse_wrong_times
from volunteer_core.events.views import EventView
from volunteer_core.places.directory import CodeTaken
from volunteer_core.places.models import Site
from volunteer_core.teams.advice import changed_advice, checked_advice, give_advice
from volunteer_core.teams.models import Programme, Team
from volunteer_core.timespans import Span
from volunteer_core.workdays.upkeep import load_daybook


class EventAtClosedSite(RuleBroken, code="event_at_closed_site", sentence="场所当时关闭（{name}）。"):
    """No event takes place during a closure (停课)."""


def create_event(
    work: Work,
    *,
    title: str,
    site_id: int,
    starts_at: datetime,
    ends_at: datetime,
    signup_opens_at: datetime | None = None,
    signup_closes_at: datetime | None = None,
    cancel_until: datetime | None = None,
    team_id: int | None = None,
    programme_id: int | None = None,
    description: str = "",
    bring: str = "",
    contact: str = "",
    contact_phone: str = "",
    public: bool = True,
    code: str | None = None,
) -> EventView:
    """Creates an event as a draft. Sign-up opens now and closes at the start, and people can cancel
    until the start, unless told otherwise.

    ``bring`` (at most 500 characters) and the contact, where empty, are its programme's. The contact is
    the office's own, typed to be published with a public event; it is never taken from a person's record.

    Refuses one in the past, over ten years away or of over 24 hours, a sign-up that closes before it
    opens or after the end, a ``cancel_until`` after the start, a site closed at that time, and a
    code that is taken, and a phone that is none.
    """
    site = work.lock(Site, site_id)  # so that no closure is declared there meanwhile
    work.demand("events.create", teams=[team_id], communities=[site.community_id])
    if team_id is not None:
        work.find(Team, team_id)
    if programme_id is not None:
        work.find(Programme, programme_id)
    if code is not None and work.scalar(select(Event.id).where(Event.code == texts.code("code", code))):
        raise CodeTaken(value=code)
    times = _checked(
        work,
        site.id,
        Times(
            starts_at,
            ends_at,
            signup_opens_at or work.now,
            signup_closes_at or starts_at,
            cancel_until or starts_at,
        ),
    )
    event = Event(
        code=code,
        title=texts.line("title", title, longest=100),
        description=texts.paragraph("description", description, longest=4000),
        **checked_advice(bring, contact, contact_phone)._asdict(),
        site_id=site.id,
        team_id=team_id,
        programme_id=programme_id,
        public=public,
        status=EventStatus.DRAFT,
        **times._asdict(),
    )
    work.add(event)
    work.flush()
    return event_view(work, event.id)


def change_event(
    work: Work,
    *,
    event_id: int,
    title: str | None = None,
    description: str | None = None,
    bring: str | None = None,
    contact: str | None = None,
    contact_phone: str | None = None,
    site_id: int | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    signup_opens_at: datetime | None = None,
    signup_closes_at: datetime | None = None,
    cancel_until: datetime | None = None,
    public: bool | None = None,
) -> EventView:
    """Changes an event that is not called off; what is not given stays.

    A new start takes the end, the close of sign-up and the limit for cancelling along unless they
    are given, and the positions with the time promised for them. Confirmed people are told of
    another title, time or place. Refused: times and places once it has started, what
    :func:`create_event` refuses, and a move that clashes for somebody confirmed.
    """
    before = work.find(Event, event_id).site_id
    places = {place.id: place for place in work.lock_all(Site, [before, site_id or before])}
    event = work.lock(Event, event_id)
    if event.site_id not in places:
        raise Busy  # it has just been moved elsewhere
    _demand(work, "events.change", event)
    refuse_called_off(event)
    kept_title = event.title if title is None else texts.line("title", title, longest=100)
    kept_text = (
        event.description
        if description is None
        else texts.paragraph("description", description, longest=4000)
    )
    advice = changed_advice(event, bring, contact, contact_phone)
    site = places[event.site_id] if site_id is None else work.find(Site, site_id)
    shift = timedelta()
    if starts_at is not None:
        shift = instant("starts_at", starts_at, now=work.now) - event.starts_at
    times = Times(
        event.starts_at + shift,
        ends_at or event.ends_at + shift,
        signup_opens_at or event.signup_opens_at,
        signup_closes_at or event.signup_closes_at + shift,
        cancel_until or event.cancel_until + shift,
    )
    if site.id != event.site_id or times != moving.times_of(event):
        times = _checked(work, site.id, times)
    moving.move(work, event, times=times, site=site, title=kept_title)
    event.description = kept_text
    give_advice(event, advice)
    event.public = event.public if public is None else public
    work.flush()
    return event_view(work, event.id)


def publish_event(work: Work, *, event_id: int) -> EventView:
    """Publishes a draft: from now on it is seen, and people can sign up. Refuses one that has begun."""
    event = work.lock(Event, event_id)
    _demand(work, "events.publish", event)
    turn(event, EventStatus.PUBLISHED)
    _checked(work, event.site_id, moving.times_of(event))
    event.published_at = work.now
    work.flush()
    return event_view(work, event.id)


def call_off_event(work: Work, *, event_id: int, reason: str = "") -> EventView:
    """Calls off an event, for good: all who have a seat or wait for one are told, with the reason.

    Hours already earned stay.
    """
    event = work.lock(Event, event_id)
    _demand(work, "events.call_off", event)
    calling_off.call_off(work, event, reason=texts.line("reason", reason, longest=200, empty=True))
    return event_view(work, event.id)


def _demand(work: Work, operation: str, event: Event) -> None:
    site = work.find(Site, event.site_id)
    work.demand(operation, teams=[event.team_id], communities=[site.community_id])


def _checked(work: Work, site_id: int, times: Times) -> Times:
    checked = Times(*(instant(field, value, now=work.now) for field, value in times._asdict().items()))
    refuse_wrong_times(checked, now=work.now)
    closure = load_daybook(work).closure_of(site_id, Span(checked.starts_at, checked.ends_at))
    if closure is not None:
        raise EventAtClosedSite(site_id=site_id, name=closure.name)
    return checked
