"""The feeds: by the secret of an address, the public one, and for scripts without an address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import LargeBinary, Row, bindparam, func, or_, select, update

from volunteer_core.access.authentication import actor_for
from volunteer_core.access.secrets import LONGEST_SECRET, digest
from volunteer_core.audit import UNAUDITED
from volunteer_core.calendars.contents import (
    EVER,
    community_entries,
    event_entries,
    person_entries,
    programme_entries,
    public_entries,
    site_entries,
    team_entries,
)
from volunteer_core.calendars.family import family_entries
from volunteer_core.calendars.making import finished, made
from volunteer_core.calendars.models import (
    KEY,
    OWN,
    SUBJECT,
    FeedKind,
    FeedRevision,
    PublicKind,
    Subscription,
    feed_key,
)
from volunteer_core.calendars.office_days import office_day_entries
from volunteer_core.calendars.options import Options, words
from volunteer_core.calendars.rendering import render_replaced
from volunteer_core.calendars.shelf import Feed, Shelf, Source, Stamp
from volunteer_core.calendars.subscriptions import options_of
from volunteer_core.database import LARGEST_ID, Work
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


_SUBSCRIPTION = (
    select(
        Subscription.id,
        Subscription.kind,
        SUBJECT.label("subject_id"),
        Subscription.person_id,
        Subscription.team_id,
        Subscription.programme_id,
        Subscription.site_id,
        Subscription.owner_id,
        Subscription.alarm_minutes,
        Subscription.show_cancelled,
        Subscription.past_days,
        Subscription.language,
        Subscription.revision,
        func.coalesce(Subscription.changed_at, Subscription.created_at).label("since"),
        Subscription.replaced_at,
        Subscription.revoked_at,
        Person.left_on,
        func.coalesce(FeedRevision.revision, 0).label("feed_revision"),
        FeedRevision.changed_at,
    )
    .outerjoin(Person, Person.id == Subscription.owner_id)
    .outerjoin(FeedRevision, FeedRevision.key == KEY)
    .where(Subscription.digest == bindparam("digest", type_=LargeBinary))
)
_FEED = select(FeedRevision.revision, FeedRevision.changed_at).where(FeedRevision.key == bindparam("key"))


def feed(work: Work, *, secret: str, shelf: Shelf | None = None) -> Feed:
    """The calendar at a secret address: whoever has the secret may see what its subscriber may.

    A replaced address only says that it has been replaced, for 30 days. Refuses with
    :class:`FeedGone`, also once the subscriber has left or does not lead the team any more. With a
    ``shelf`` an answer that is still good is not made anew.
    """
    work.demand("calendars.fetch")
    if not secret or len(secret) > LONGEST_SECRET:
        raise FeedGone
    key = digest(secret)
    row = work.execute(_SUBSCRIPTION, {"digest": key}).one_or_none()
    if row is None or row.revoked_at is not None:
        raise FeedGone
    stamp = Stamp(row.revision, row.feed_revision, civil_date(work.now))
    kept = shelf.find(key) if shelf else None
    if kept is not None and kept.stamp == stamp:
        return kept.feed
    if not _may_still(work, row):
        raise FeedGone
    options = options_of(row)
    if row.replaced_at is not None:
        if work.now >= row.replaced_at + REPLACED_SHOWN_FOR:
            raise FeedGone
        uid = str(uuid5(NAMESPACE_OID, key.hex()))
        notice = render_replaced(uid, since=row.replaced_at, options=options)
        return finished(notice, row.replaced_at, "replaced.ics", row.id)
    source = _SOURCES[row.kind](work, row.subject_id, options)
    kept = made(work, source, options, stamp, row.changed_at, since=row.since, subscription_id=row.id)
    if shelf:
        shelf.keep(key, kept)
    return kept.feed


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


def public_feed(work: Work, *, shelf: Shelf | None = None) -> Feed:
    """The calendar of public events, for everybody."""
    work.demand("calendars.public")
    office = settings_on(work, civil_date(work.now)).office_name
    key = feed_key(PublicKind.EVENTS)
    return _unaddressed(work, Source(key, f"{office}志愿活动", "events.ics", public_entries), shelf)


def community_feed(work: Work, *, community_id: int, shelf: Shelf | None = None) -> Feed:
    """The calendar of a community's public events, for everybody."""
    work.demand("calendars.public")
    community = work.find(Community, community_id)
    key = feed_key(PublicKind.COMMUNITY, community.id)
    entries = partial(community_entries, community_id=community.id)
    return _unaddressed(
        work, Source(key, f"{community.name}活动", f"community-{community.id}.ics", entries), shelf
    )


def event_feed(work: Work, *, event_id: int, shelf: Shelf | None = None) -> Feed:
    """One public event as a calendar, for everybody. An event that is not public, discreet or was
    never published is not found, like one that does not exist."""
    work.demand("calendars.public")
    entries = partial(event_entries, event_id=event_id)
    found = entries(work, EVER, None) if 0 < event_id <= LARGEST_ID else None
    if not found:
        raise NotFound(Event.__tablename__, event_id)
    key = feed_key(PublicKind.EVENT, event_id)
    return _unaddressed(work, Source(key, found[0].title, f"event-{event_id}.ics", entries), shelf)


def office_days_feed(work: Work, *, shelf: Shelf | None = None) -> Feed:
    """The office's days off, make-up days and closures of this year and the next, for everybody."""
    work.demand("calendars.public")
    office = settings_on(work, civil_date(work.now)).office_name
    key = feed_key(PublicKind.WORKDAYS)
    return _unaddressed(work, Source(key, f"{office}班休日历", "workdays.ics", office_day_entries), shelf)


def person_feed(work: Work, *, person_id: int) -> Feed:
    """A person's calendar without an address: for scripts."""
    work.demand("calendars.subscribe.person", people=[person_id])
    return _scripted(work, FeedKind.PERSON, work.find(Person, person_id).id)


def family_feed(work: Work, *, person_id: int) -> Feed:
    """A guardian's calendar of their children's sessions without an address: for scripts."""
    work.demand("calendars.subscribe.family", guardians=[person_id])
    return _scripted(work, FeedKind.FAMILY, work.find(Person, person_id).id)


def team_feed(work: Work, *, team_id: int) -> Feed:
    """A team's calendar without an address: for scripts."""
    work.demand("calendars.subscribe.team", teams=[team_id])
    return _scripted(work, FeedKind.TEAM, work.find(Team, team_id).id)


def programme_feed(work: Work, *, programme_id: int) -> Feed:
    """A programme's calendar without an address: for scripts."""
    programme = work.find(Programme, programme_id)
    work.demand("calendars.subscribe.programme", teams=[programme.team_id])
    return _scripted(work, FeedKind.PROGRAMME, programme.id)


def site_feed(work: Work, *, site_id: int) -> Feed:
    """A site's calendar without an address: for scripts."""
    site = work.find(Site, site_id)
    work.demand("calendars.subscribe.site", communities=[site.community_id])
    return _scripted(work, FeedKind.SITE, site.id)


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


def _person(_work: Work, person_id: int, options: Options) -> Source:
    entries = partial(person_entries, person_id=person_id)
    return Source(
        feed_key(FeedKind.PERSON, person_id), words(options.language).own, "my-service.ics", entries
    )


def _family(_work: Work, person_id: int, options: Options) -> Source:
    entries = partial(family_entries, guardian_id=person_id)
    return Source(feed_key(FeedKind.FAMILY, person_id), words(options.language).family, "family.ics", entries)


def _team(work: Work, team_id: int, options: Options) -> Source:
    team = work.find(Team, team_id)
    name = words(options.language).service if team.discreet else team.name
    entries = partial(team_entries, team_id=team_id, discreet=team.discreet)
    return Source(feed_key(FeedKind.TEAM, team_id), name, f"team-{team_id}.ics", entries)


def _programme(work: Work, programme_id: int, options: Options) -> Source:
    programme = work.find(Programme, programme_id)
    discreet = programme.team_id is not None and work.find(Team, programme.team_id).discreet
    name = words(options.language).service if discreet else programme.name
    entries = partial(programme_entries, programme_id=programme_id)
    return Source(feed_key(FeedKind.PROGRAMME, programme_id), name, f"programme-{programme_id}.ics", entries)


def _site(work: Work, site_id: int, _options: Options) -> Source:
    name = work.find(Site, site_id).name
    entries = partial(site_entries, site_id=site_id)
    return Source(feed_key(FeedKind.SITE, site_id), name, f"site-{site_id}.ics", entries)


_SOURCES: dict[FeedKind, Callable[[Work, int, Options], Source]] = {
    FeedKind.PERSON: _person,
    FeedKind.FAMILY: _family,
    FeedKind.TEAM: _team,
    FeedKind.PROGRAMME: _programme,
    FeedKind.SITE: _site,
}


def _scripted(work: Work, kind: FeedKind, subject_id: int) -> Feed:
    return _unaddressed(work, _SOURCES[kind](work, subject_id, Options()), None)


def _unaddressed(work: Work, source: Source, shelf: Shelf | None) -> Feed:
    row = work.execute(_FEED, {"key": source.key}).one_or_none()
    revision, changed_at = row or (0, None)
    stamp = Stamp(0, revision, civil_date(work.now))
    kept = shelf.find(source.key) if shelf else None
    if kept is not None and kept.stamp == stamp:
        return kept.feed
    kept = made(work, source, Options(), stamp, changed_at)
    if shelf:
        shelf.keep(source.key, kept)
    return kept.feed
