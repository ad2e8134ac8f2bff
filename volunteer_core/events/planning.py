"""Planning events: creating, changing, publishing and calling off."""

from __future__ import annotations

from datetime import datetime, timedelta

from msgspec import UNSET, UnsetType
from sqlalchemy import select

from volunteer_core import texts
from volunteer_core.database import Busy, Work
from volunteer_core.events import calling_off, moving
from volunteer_core.events.calling_off import refuse_called_off, turn
from volunteer_core.events.checking import checked_times
from volunteer_core.events.concerned import organisers_of
from volunteer_core.events.given import or_kept
from volunteer_core.events.invited import ForWhom, checked_for_whom, for_whom_of
from volunteer_core.events.listing import event_view
from volunteer_core.events.minimum import Minimum, carried, checked_minimum, minimum_of, refuse_past_decision
from volunteer_core.events.models import Event, EventStatus
from volunteer_core.events.timetable import Times, instant
from volunteer_core.events.views import EventView
from volunteer_core.places.directory import CodeTaken
from volunteer_core.places.models import Site
from volunteer_core.teams.advice import changed_advice, checked_advice, give_advice
from volunteer_core.teams.models import Programme, Team


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
    public: bool | None = None,
    for_community_id: int | None = None,
    for_team_id: int | None = None,
    for_grid_id: int | None = None,
    minimum: int | None = None,
    decided_at: datetime | None = None,
    code: str | None = None,
) -> EventView:
    """Creates an event as a draft. Sign-up opens now and closes at the start, and people can cancel
    until the start, unless told otherwise.

    ``bring`` (at most 500 characters) and the contact, where empty, are its programme's. The contact is
    the office's own, typed to be published with a public event; it is never taken from a person's record.

    It is public unless told otherwise, or ``for_…`` the people of one community, team or grid: nobody else
    sees it. With fewer than ``minimum`` seats taken (of all positions, 1 to 100,000) it is called off at
    ``decided_at``: a day before the start, or half-way to it where sign-up opens less than two days before.

    Refuses one in the past, over ten years away or of over 24 hours, a sign-up that closes before it
    opens or after the end, a ``cancel_until`` after the start, a decision that is not between the opening
    of sign-up and the start, a site closed at that time, a code that is taken, a phone that is none, and
    an event that is for several, or public and not for everybody.
    """
    site = work.lock(Site, site_id)  # so that no closure is declared there meanwhile
    work.demand("events.create", teams=[team_id], communities=[site.community_id])
    if team_id is not None:
        work.find(Team, team_id)
    if programme_id is not None:
        work.find(Programme, programme_id)
    if code is not None and work.scalar(select(Event.id).where(Event.code == texts.code("code", code))):
        raise CodeTaken(value=code)
    whom = ForWhom(for_community_id, for_team_id, for_grid_id)
    shown = not whom.limited if public is None else public
    times = checked_times(
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
    wanted = minimum_of(minimum, decided_at, times, now=work.now)
    event = Event(
        code=code,
        title=texts.line("title", title, longest=100),
        description=texts.paragraph("description", description, longest=4000),
        **checked_advice(bring, contact, contact_phone)._asdict(),
        site_id=site.id,
        team_id=team_id,
        programme_id=programme_id,
        public=shown,
        **checked_for_whom(work, whom, public=shown)._asdict(),
        minimum=wanted.seats,
        decided_at=wanted.decided_at,
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
    for_community_id: int | UnsetType | None = UNSET,
    for_team_id: int | UnsetType | None = UNSET,
    for_grid_id: int | UnsetType | None = UNSET,
    minimum: int | UnsetType | None = UNSET,
    decided_at: datetime | UnsetType | None = UNSET,
) -> EventView:
    """Changes an event that is not called off; what is not given stays.

    A new start takes the end, the close of sign-up, the limit for cancelling and the decision along unless
    they are given, and the positions with the time promised for them and until when seats are kept.
    Confirmed people are told of another title, time or place. Refused: times and places once it has started,
    what :func:`create_event` refuses, and a move that clashes for somebody confirmed.

    A community, team or grid takes the place of the one it was for, and None opens it; whoever has signed up
    already still sees it. Without a ``minimum`` (None) it takes place however few come. What has been
    decided is decided anew only at another ``decided_at``.
    """
    before = work.find(Event, event_id).site_id
    places = {place.id: place for place in work.lock_all(Site, [before, site_id or before])}
    event = work.lock(Event, event_id)
    if event.site_id not in places:
        raise Busy  # it has just been moved elsewhere
    work.demand("events.change", **organisers_of(work, event))
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
        times = checked_times(work, site.id, times)
    whom = _changed_for_whom(event, for_community_id, for_team_id, for_grid_id)
    shown = (event.public and not whom.limited) if public is None else public
    checked_for_whom(work, whom, public=shown)
    wanted = _changed_minimum(work, event, minimum, decided_at, times, shift)
    moving.move(work, event, times=times, site=site, title=kept_title)
    event.description = kept_text
    give_advice(event, advice)
    event.public = shown
    event.for_community_id, event.for_team_id, event.for_grid_id = whom
    event.goes_ahead = event.goes_ahead and wanted.decided_at == event.decided_at
    event.minimum, event.decided_at = wanted
    work.flush()
    return event_view(work, event.id)


def publish_event(work: Work, *, event_id: int) -> EventView:
    """Publishes a draft: from now on it is seen, and people can sign up. Refuses one that has begun, and one
    of which would be decided at once whether enough people come."""
    event = work.lock(Event, event_id)
    work.demand("events.publish", **organisers_of(work, event))
    publish(work, event)
    return event_view(work, event.id)


def publish(work: Work, event: Event) -> None:
    """Publishes a locked draft, see :func:`publish_event`. Inner: asks no right."""
    turn(event, EventStatus.PUBLISHED)
    checked_times(work, event.site_id, moving.times_of(event))
    refuse_past_decision(event.decided_at, now=work.now)
    event.published_at = work.now
    work.flush()


def call_off_event(work: Work, *, event_id: int, reason: str = "") -> EventView:
    """Calls off an event, for good: all who have a seat or wait for one are told, with the reason.

    Hours already earned stay.
    """
    event = work.lock(Event, event_id)
    work.demand("events.call_off", **organisers_of(work, event))
    calling_off.call_off(work, event, reason=texts.line("reason", reason, longest=200, empty=True))
    return event_view(work, event.id)


def _changed_for_whom(event: Event, *given: int | UnsetType | None) -> ForWhom:
    """For whom it is then: what is given takes the place of what was."""
    before = for_whom_of(event)
    if any(isinstance(one, int) for one in given):
        before = ForWhom()
    return ForWhom(*map(or_kept, given, before))


def _changed_minimum(
    work: Work,
    event: Event,
    minimum: int | UnsetType | None,
    decided_at: datetime | UnsetType | None,
    times: Times,
    shift: timedelta,
) -> Minimum:
    before = Minimum(event.minimum, event.decided_at)
    seats = or_kept(minimum, before.seats)
    as_it_was = isinstance(decided_at, UnsetType) or (decided_at == before.decided_at and not shift)
    if as_it_was and seats is not None and before.seats is not None:
        return carried(before._replace(seats=checked_minimum(seats)), shift, times, now=work.now)
    return minimum_of(seats, or_kept(decided_at, None), times, now=work.now)
