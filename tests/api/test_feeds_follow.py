"""Whatever a route writes, every feed follows: what a process keeps of it is what is read anew, and its
revision has risen if it shows anything else."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from litestar.testing import TestClient
from sqlalchemy import select

from api.app import create_app
from api.settings import Settings
from tests.api.calls import CALENDAR, CALLS
from tests.api.served import Served, routes_of
from tests.api.test_rights import ACTORS
from tests.api.town import CLOCK, Town
from tests.web import Web
from volunteer_core.calendars.at_hand import AtHand
from volunteer_core.calendars.feeds import community_feed, event_feed, feed, office_days_feed, public_feed
from volunteer_core.calendars.models import FeedKind, FeedRevision, PublicKind, feed_key
from volunteer_core.calendars.options import LONGEST_PAST_DAYS, Options
from volunteer_core.calendars.shelf import Feed, Shelf
from volunteer_core.calendars.subscriptions import subscribe
from volunteer_core.care.models import ChildGuardian
from volunteer_core.errors import NotFound
from volunteer_core.events.models import Event
from volunteer_core.opening import open_office
from volunteer_core.people.models import Person
from volunteer_core.permissions import Actor
from volunteer_core.places.models import Community, Site
from volunteer_core.teams.models import Programme, Team

EVERYBODY = Actor.anonymous()
_PATIENT = Options(past_days=LONGEST_PAST_DAYS)
SUBJECTS = {
    FeedKind.PERSON: select(Person.id),
    FeedKind.FAMILY: select(ChildGuardian.person_id).distinct(),
    FeedKind.TEAM: select(Team.id),
    FeedKind.PROGRAMME: select(Programme.id),
    FeedKind.SITE: select(Site.id),
}


class Feeds:
    """All feeds of the town, as a process answers for them that keeps what it can."""

    def __init__(self, town: Town) -> None:
        self._office = town.office
        self._shelf = Shelf()
        self.at_hand = AtHand(town.office, self._shelf)
        self.from_hand = 0
        self._secrets = {
            feed_key(kind, subject): town.do(
                subscribe, kind=kind, subject_id=subject, label="墙", options=_PATIENT
            ).secret
            for kind, subjects in SUBJECTS.items()
            for subject in self._ids(subjects)
        }

    def anew(self, *, shelf: Shelf | None = None) -> dict[str, Feed]:
        """Each as it is read in a work."""
        communities, events = self._ids(select(Community.id)), self._ids(select(Event.id))
        found = {}
        with self._office.read(by=EVERYBODY) as work:
            for key, secret in self._secrets.items():
                found[key] = feed(work, secret=secret, shelf=shelf)
            found[feed_key(PublicKind.EVENTS)] = public_feed(work, shelf=shelf)
            found[feed_key(PublicKind.WORKDAYS)] = office_days_feed(work, shelf=shelf)
            for community in communities:
                key = feed_key(PublicKind.COMMUNITY, community)
                found[key] = community_feed(work, community_id=community, shelf=shelf)
            for event in events:
                try:
                    one = event_feed(work, event_id=event, shelf=shelf)
                except NotFound:
                    continue
                found[feed_key(PublicKind.EVENT, event)] = one
        return found

    def kept(self) -> dict[str, Feed]:
        """Each as it is at hand, or else as a work gives it that knows what is kept."""
        at_hand = {key: self.at_hand.by_secret(secret) for key, secret in self._secrets.items()}
        for kind in (PublicKind.EVENTS, PublicKind.WORKDAYS):
            at_hand[feed_key(kind)] = self.at_hand.by_key(feed_key(kind))
        known = {key: one for key, one in at_hand.items() if one is not None}
        self.from_hand += len(known)
        return self.anew(shelf=self._shelf) | known

    def revisions(self) -> dict[str, int]:
        with self._office.read(by=EVERYBODY) as work:
            return dict(work.execute(select(FeedRevision.key, FeedRevision.revision)).all())

    def _ids(self, statement: Any) -> list[int]:
        with self._office.read(by=EVERYBODY) as work:
            return list(work.scalars(statement))


@pytest.fixture
def town(databases: Any, web: Web) -> Iterator[tuple[Served, Feeds]]:
    with databases.new(tables=True) as url:
        office = open_office(url, clock=lambda: CLOCK)
        town = Town(office, calendar_address=web.gives("/feeds.ics", CALENDAR.encode()))
        secrets = {actor: town.token(person).secret for actor, person in town.who.items()}
        app = create_app(office, Settings())
        app.state.fetcher = web.fetcher()
        feeds = Feeds(town)
        with TestClient(app, raise_server_exceptions=False) as client:
            yield Served(client, dict(routes_of(app)), town.ids, secrets), feeds
        feeds.at_hand.close()
        office.dispose()


def changing(served: Served) -> Iterator[str]:
    """Does what each route does that writes, as whoever may; yields its name when it is done."""
    for call in CALLS:
        if "GET" in served.routes[call.operation_id][1].http_methods:
            continue
        if any(served.send(call, by=actor).status_code < 300 for actor in ("officer", *ACTORS)):
            yield str(call)


def test_every_feed_follows_whatever_is_written(town: tuple[Served, Feeds]) -> None:
    served, feeds = town
    shown, revisions = feeds.kept(), feeds.revisions()
    written = changes = 0
    for call in changing(served):
        kept, anew, now_revisions = feeds.kept(), feeds.anew(), feeds.revisions()
        assert kept == anew, call
        changed = {key for key in shown.keys() | anew.keys() if _body(shown, key) != _body(anew, key)}
        risen = {key for key in now_revisions if now_revisions[key] != revisions.get(key)}
        # A community or an event that is new has a first feed and no revision yet.
        assert changed & shown.keys() <= risen, call
        # Of families only who may be concerned is looked up.
        for_nothing = (risen & anew.keys()) - changed
        assert all(key.startswith("family/") for key in for_nothing), call
        written, changes = written + 1, changes + bool(changed)
        shown, revisions = anew, now_revisions
    assert written > 80
    assert changes > 15
    assert feeds.from_hand > 20 * written


def _body(feeds: dict[str, Feed], key: str) -> bytes | None:
    return feeds[key].body if key in feeds else None
