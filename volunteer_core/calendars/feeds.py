"""The feeds: by the secret of an address, the public one, and for scripts without an address."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import msgspec
from sqlalchemy import LargeBinary, Row, bindparam, func, or_, select, update

from volunteer_core.access.authentication import actor_for
from volunteer_core.access.secrets import LONGEST_SECRET, digest
from volunteer_core.audit import UNAUDITED
from volunteer_core.calendars.contents import (
    Entry,
    lasting,
    nothing_planned,
    person_entries,
    programme_entries,
    public_entries,
    sequence_at,
    site_entries,
    team_entries,
)
from volunteer_core.calendars.family import family_entries
from volunteer_core.calendars.models import OWN, FeedKind, Subscription
from volunteer_core.calendars.office_days import office_day_entries
from volunteer_core.calendars.options import Options, words
from volunteer_core.calendars.pages import entry_pages
from volunteer_core.calendars.rendering import render, render_replaced
from volunteer_core.calendars.selections import days_ago
from volunteer_core.calendars.subscriptions import options_of
from volunteer_core.database import Work
from volunteer_core.errors import NotFound, Refused
from volunteer_core.events.models import Event
from volunteer_core.office.settings import settings_on
from volunteer_core.people.models import Person
from volunteer_core.permissions import About, allowed
from volunteer_core.places.models import Community, Site
from volunteer_core.teams.models import Programme, Team
from volunteer_core.timespans import civil_date

REPLACED_SHOWN_FOR = timedelta(days=30)


class FeedGone(NotFound, code="feed_gone", sentence="这个日历地址无效或已停用，请重新订阅。"):
    """The address is unknown, revoked, or was replaced too long ago: all told alike."""

    def __init__(self) -> None:
        Refused.__init__(self)


class Feed(msgspec.Struct, frozen=True):
    """A calendar as it is sent. The same contents have the same bytes and the same ``etag``."""

    body: bytes
    etag: str
    """A strong entity tag with its quotes: from the SHA-256 of the body."""
    last_modified: datetime
    """Whole seconds, UTC. At the earliest today's first instant, when past entries may have left."""
    name: str
    """A file name in ASCII."""
    subscription_id: int | None = None
    """Whose last use is to be recorded; see :func:`record_fetches`."""


_SUBSCRIPTION = (
    select(
        Subscription.id,
        Subscription.kind,
        Subscription.person_id,
        Subscription.team_id,
        Subscription.programme_id,
        Subscription.site_id,
        Subscription.owner_id,
        Subscription.alarm_minutes,
        Subscription.show_cancelled,
        Subscription.past_days,
        Subscription.language,
        func.coalesce(Subscription.changed_at, Subscription.created_at).label("since"),
        Subscription.replaced_at,
        Subscription.revoked_at,
        Person.left_on,
    )
    .outerjoin(Person, Person.id == Subscription.owner_id)
    .where(Subscription.digest == bindparam("digest", type_=LargeBinary))
)


def feed(work: Work, *, secret: str) -> Feed:
    """The calendar at a secret address: whoever has the secret may see what its subscriber may.

    A replaced address only says that it has been replaced, for 30 days. Refuses with
    :class:`FeedGone`, also once the subscriber has left or does not lead the team any more.
    """
    work.demand("calendars.fetch")
    if not secret or len(secret) > LONGEST_SECRET:
        raise FeedGone
    key = digest(secret)
    row = work.execute(_SUBSCRIPTION, {"digest": key}).one_or_none()
    if row is None or row.revoked_at is not None or not _may_still(work, row):
        raise FeedGone
    options = options_of(row)
    if row.replaced_at is not None:
        if work.now >= row.replaced_at + REPLACED_SHOWN_FOR:
            raise FeedGone
        uid = str(uuid5(NAMESPACE_OID, key.hex()))
        body = render_replaced(uid, since=row.replaced_at, options=options)
        found = _sent(body, row.replaced_at, "replaced.ics")
    elif row.kind is FeedKind.PERSON:
        found = _person(work, row.person_id, options, row.since)
    elif row.kind is FeedKind.FAMILY:
        found = _family(work, row.person_id, options, row.since)
    elif row.kind is FeedKind.TEAM:
        found = _team(work, work.find(Team, row.team_id), options, row.since)
    elif row.kind is FeedKind.PROGRAMME:
        found = _programme(work, work.find(Programme, row.programme_id), options, row.since)
    else:
        found = _site(work, work.find(Site, row.site_id), options, row.since)
    return msgspec.structs.replace(found, subscription_id=row.id)


def _may_still(work: Work, row: Row[*tuple[Any, ...]]) -> bool:
    """Whether whoever made an address could make it today. One that a script made stays."""
    if row.owner_id is None:
        return True
    if row.left_on is not None and row.left_on <= civil_date(work.now):
        return False
    if row.kind in OWN:
        return bool(row.owner_id == row.person_id)
    team_id = row.team_id
    if row.kind is FeedKind.PROGRAMME:
        team_id = work.find(Programme, row.programme_id).team_id
    community_id = work.find(Site, row.site_id).community_id if row.kind is FeedKind.SITE else None
    about = About(
        teams=frozenset([] if team_id is None else [team_id]),
        communities=frozenset([] if community_id is None else [community_id]),
    )
    return allowed(actor_for(work, row.owner_id), f"calendars.subscribe.{row.kind}", about)


def public_feed(work: Work) -> Feed:
    """The calendar of public events, for everybody."""
    work.demand("calendars.public")
    office = settings_on(work, civil_date(work.now)).office_name
    entries = lasting(partial(public_entries, work), Options())
    return _calendar(work, f"{office}志愿活动", entries, "events.ics")


def community_feed(work: Work, *, community_id: int) -> Feed:
    """The calendar of a community's public events, for everybody."""
    work.demand("calendars.public")
    community = work.find(Community, community_id)
    here = Site.community_id == community.id
    entries = lasting(lambda options: public_entries(work, options, here), Options())
    return _calendar(work, f"{community.name}活动", entries, f"community-{community.id}.ics")


def event_feed(work: Work, *, event_id: int) -> Feed:
    """One public event as a calendar, for everybody. An event that is not public, discreet or was
    never published is not found, like one that does not exist."""
    work.demand("calendars.public")
    entries = lasting(lambda options: public_entries(work, options, Event.id == event_id), Options())
    if not entries:
        raise NotFound(Event.__tablename__, event_id)
    return _calendar(work, entries[0].title, entries, f"event-{event_id}.ics")


def office_days_feed(work: Work) -> Feed:
    """The office's days off, make-up days and closures of this year and the next, for everybody."""
    work.demand("calendars.public")
    office = settings_on(work, civil_date(work.now)).office_name
    return _calendar(work, f"{office}班休日历", office_day_entries(work), "workdays.ics")


def person_feed(work: Work, *, person_id: int) -> Feed:
    """A person's calendar without an address: for scripts."""
    work.demand("calendars.subscribe.person", people=[person_id])
    return _person(work, work.find(Person, person_id).id)


def family_feed(work: Work, *, person_id: int) -> Feed:
    """A guardian's calendar of their children's sessions without an address: for scripts."""
    work.demand("calendars.subscribe.family", guardians=[person_id])
    return _family(work, work.find(Person, person_id).id)


def team_feed(work: Work, *, team_id: int) -> Feed:
    """A team's calendar without an address: for scripts."""
    work.demand("calendars.subscribe.team", teams=[team_id])
    return _team(work, work.find(Team, team_id))


def programme_feed(work: Work, *, programme_id: int) -> Feed:
    """A programme's calendar without an address: for scripts."""
    programme = work.find(Programme, programme_id)
    work.demand("calendars.subscribe.programme", teams=[programme.team_id])
    return _programme(work, programme)


def site_feed(work: Work, *, site_id: int) -> Feed:
    """A site's calendar without an address: for scripts."""
    site = work.find(Site, site_id)
    work.demand("calendars.subscribe.site", communities=[site.community_id])
    return _site(work, site)


def record_fetches(work: Work, *, fetched: Mapping[int, datetime]) -> None:
    """Writes down when addresses were last used, many at once; a later use that is known stays."""
    work.demand("calendars.fetch")
    for subscription_id, instant in sorted(fetched.items()):
        last = Subscription.last_fetched_at
        work.execute(
            update(Subscription)
            .where(Subscription.id == subscription_id, or_(last.is_(None), last < instant))
            .values(last_fetched_at=instant),
            execution_options=UNAUDITED,
        )


def _person(work: Work, person_id: int, options: Options = Options(), since: datetime | None = None) -> Feed:
    entries = lasting(partial(person_entries, work, person_id), options)
    return _calendar(work, words(options.language).own, entries, "my-service.ics", options, since)


def _family(work: Work, person_id: int, options: Options = Options(), since: datetime | None = None) -> Feed:
    """At an address it is never empty: all is gone at once when no child is this person's any more."""
    entries = lasting(partial(family_entries, work, person_id), options)
    if not entries and since is not None:
        on = civil_date(since)
        entries = [nothing_planned(f"family {person_id}", sequence_at(since), since, on, options)]
    return _calendar(work, words(options.language).family, entries, "family.ics", options, since)


def _team(work: Work, team: Team, options: Options = Options(), since: datetime | None = None) -> Feed:
    name = words(options.language).service if team.discreet else team.name
    return _calendar(
        work, name, lasting(partial(team_entries, work, team), options), f"team-{team.id}.ics", options, since
    )


def _programme(
    work: Work, programme: Programme, options: Options = Options(), since: datetime | None = None
) -> Feed:
    discreet = programme.team_id is not None and work.find(Team, programme.team_id).discreet
    name = words(options.language).service if discreet else programme.name
    entries = lasting(partial(programme_entries, work, programme.id), options)
    return _calendar(work, name, entries, f"programme-{programme.id}.ics", options, since)


def _site(work: Work, site: Site, options: Options = Options(), since: datetime | None = None) -> Feed:
    return _calendar(
        work,
        site.name,
        lasting(partial(site_entries, work, site.id), options),
        f"site-{site.id}.ics",
        options,
        since,
    )


def _calendar(
    work: Work,
    name: str,
    entries: list[Entry],
    file_name: str,
    options: Options = Options(),
    since: datetime | None = None,
) -> Feed:
    instants = [days_ago(work, 0), *(entry.revised_at for entry in entries)]
    return _sent(
        render(name, entries, options, entry_pages(work)),
        max([*instants, since] if since else instants),
        file_name,
    )


def _sent(body: bytes, last_modified: datetime, file_name: str) -> Feed:
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    return Feed(body, etag, last_modified.replace(microsecond=0), file_name)
