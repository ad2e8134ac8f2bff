"""Subscribing to a feed, listing the addresses one has, and replacing or revoking one."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import func, select

from volunteer_core import texts
from volunteer_core.access.secrets import digest, new_secret
from volunteer_core.calendars.models import FeedKind, Subscription
from volunteer_core.database import Page, Paging, Work
from volunteer_core.errors import Conflict
from volunteer_core.people.models import Person
from volunteer_core.teams.models import Programme, Team


class SubscriptionEnded(Conflict, code="subscription_ended", sentence="这个日历地址此前已更换或停用。"):
    """An address is replaced once, and revoked for good."""


class IssuedSubscription(msgspec.Struct, frozen=True):
    """A new address of a feed. ``secret`` is shown this once and kept nowhere."""

    id: int
    kind: FeedKind
    subject_id: int
    label: str
    created_at: datetime
    secret: str


class SubscriptionView(msgspec.Struct, frozen=True):
    """An address in a list, without its secret. ``subject_id``: the person, team or programme."""

    id: int
    kind: FeedKind
    subject_id: int
    label: str
    created_at: datetime
    replaced_at: datetime | None
    revoked_at: datetime | None
    last_fetched_at: datetime | None


def subscribe(work: Work, *, kind: FeedKind, subject_id: int, label: str) -> IssuedSubscription:
    """Makes an address for the feed of a person, a team or a programme, beside those there are.

    One's own feed is for oneself alone; the others are for the team's leaders and the office.
    """
    if kind is FeedKind.PERSON:
        work.demand("calendars.subscribe.person", people=[subject_id])
        work.find(Person, subject_id)
    elif kind is FeedKind.TEAM:
        work.demand("calendars.subscribe.team", teams=[subject_id])
        work.find(Team, subject_id)
    else:
        programme = work.find(Programme, subject_id)
        work.demand("calendars.subscribe.programme", teams=[programme.team_id])
    owner = work.by.person_id
    if owner is None and kind is FeedKind.PERSON:
        owner = subject_id
    return _issue(work, kind, subject_id, owner, texts.line("label", label, longest=60))


def list_subscriptions(work: Work, *, person_id: int, paging: Paging = Paging()) -> Page[SubscriptionView]:
    """The addresses a person has made, newest first; replaced and revoked ones too."""
    work.demand("calendars.list", people=[person_id])
    work.find(Person, person_id)
    subject = func.coalesce(Subscription.person_id, Subscription.team_id, Subscription.programme_id)
    statement = (
        select(
            Subscription.id,
            Subscription.kind,
            subject.label("subject_id"),
            Subscription.label,
            Subscription.created_at,
            Subscription.replaced_at,
            Subscription.revoked_at,
            Subscription.last_fetched_at,
        )
        .where(Subscription.owner_id == person_id)
        .order_by(Subscription.id.desc())
    )
    return work.page(SubscriptionView, statement, paging)


def rotate(work: Work, *, subscription_id: int) -> IssuedSubscription:
    """Replaces an address by a new one for the same feed; the old one then only says so.

    Refuses an address that has been replaced or revoked already.
    """
    row = work.lock(Subscription, subscription_id)
    work.demand("calendars.rotate", people=[row.owner_id])
    if row.replaced_at is not None or row.revoked_at is not None:
        raise SubscriptionEnded(subscription_id=row.id)
    row.replaced_at = work.now
    return _issue(work, row.kind, _subject(row), row.owner_id, row.label)


def revoke(work: Work, *, subscription_id: int) -> None:
    """Ends an address at once; also one that has been replaced. Refuses to do so twice."""
    row = work.lock(Subscription, subscription_id)
    work.demand("calendars.revoke", people=[row.owner_id])
    if row.revoked_at is not None:
        raise SubscriptionEnded(subscription_id=row.id)
    row.revoked_at = work.now
    work.flush()


def _issue(
    work: Work, kind: FeedKind, subject_id: int, owner_id: int | None, label: str
) -> IssuedSubscription:
    secret = new_secret()
    row = Subscription(
        kind=kind,
        person_id=subject_id if kind is FeedKind.PERSON else None,
        team_id=subject_id if kind is FeedKind.TEAM else None,
        programme_id=subject_id if kind is FeedKind.PROGRAMME else None,
        owner_id=owner_id,
        label=label,
        digest=digest(secret),
        created_at=work.now,
    )
    work.add(row)
    work.flush()
    return IssuedSubscription(row.id, kind, subject_id, label, row.created_at, secret)


def _subject(row: Subscription) -> int:
    return row.person_id or row.team_id or row.programme_id or 0
