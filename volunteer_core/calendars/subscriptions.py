"""Subscribing to a feed, listing the addresses one has, and replacing or revoking one."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from msgspec import structs
from sqlalchemy import bindparam, select

from volunteer_core import texts
from volunteer_core.access.secrets import digest, new_secret
from volunteer_core.calendars.family import refuse_no_child_enrolled
from volunteer_core.calendars.models import OWN, FeedKind, Subscription
from volunteer_core.calendars.options import Options, check_options
from volunteer_core.database import Page, Paging, Work
from volunteer_core.errors import Conflict
from volunteer_core.people.models import Person
from volunteer_core.places.models import Site
from volunteer_core.teams.models import Programme, Team

LONGEST_LABEL = 60


class SubscriptionEnded(
    Conflict, code="subscription_ended", sentence="这个日历地址此前已更换或停用，请使用新的地址，或重新订阅。"
):
    """An address is replaced once, and revoked for good."""


class IssuedSubscription(msgspec.Struct, frozen=True):
    """A new address of a feed. ``secret`` is shown this once and kept nowhere."""

    id: int
    kind: FeedKind
    subject_id: int
    label: str
    options: Options
    created_at: datetime
    secret: str


class SubscriptionView(msgspec.Struct, frozen=True):
    """An address in a list, without its secret. ``subject_id``: the person, team, programme or site."""

    id: int
    kind: FeedKind
    subject_id: int
    label: str
    options: Options
    created_at: datetime
    replaced_at: datetime | None
    revoked_at: datetime | None
    last_fetched_at: datetime | None


def subscribe(
    work: Work, *, kind: FeedKind, subject_id: int, label: str, options: Options = Options()
) -> IssuedSubscription:
    """Makes an address for the feed of a person, a team, a programme or a site, beside those there are.

    One's own feed is for oneself alone, and a family's for the guardian of a child that is enrolled, today
    or later (else :class:`~volunteer_core.calendars.family.NoChildEnrolled`). A team's and a programme's
    are for the team's leaders and the office, a site's for its community's coordinators and the office.
    Refuses options out of bounds.
    """
    if kind is FeedKind.PERSON:
        work.demand("calendars.subscribe.person", people=[subject_id])
        work.find(Person, subject_id)
    elif kind is FeedKind.FAMILY:
        work.demand("calendars.subscribe.family", guardians=[subject_id])
        refuse_no_child_enrolled(work, work.find(Person, subject_id).id)
    elif kind is FeedKind.TEAM:
        work.demand("calendars.subscribe.team", teams=[subject_id])
        work.find(Team, subject_id)
    elif kind is FeedKind.PROGRAMME:
        programme = work.find(Programme, subject_id)
        work.demand("calendars.subscribe.programme", teams=[programme.team_id])
    else:
        site = work.find(Site, subject_id)
        work.demand("calendars.subscribe.site", communities=[site.community_id])
    owner = work.by.person_id
    if owner is None and kind in OWN:
        owner = subject_id
    label = texts.line("label", label, longest=LONGEST_LABEL)
    return _issue(work, kind, subject_id, owner, label, check_options(options))


def list_subscriptions(work: Work, *, person_id: int, paging: Paging = Paging()) -> Page[SubscriptionView]:
    """The addresses a person has made, newest first; replaced and revoked ones too."""
    work.demand("calendars.list", people=[person_id])
    work.find(Person, person_id)
    ids = select(Subscription.id).where(Subscription.owner_id == person_id).order_by(Subscription.id.desc())
    page = work.page(_Id, ids, paging)
    rows = {row.id: row for row in work.scalars(_ROWS, {"ids": [found.id for found in page.items]})}
    return Page([_view(rows[found.id]) for found in page.items], page.total, page.limit, page.offset)


def rename(work: Work, *, subscription_id: int, label: str) -> SubscriptionView:
    """Gives an address another label. Refuses one that has been replaced or revoked."""
    row = _current(work, subscription_id, "calendars.rename")
    row.label = texts.line("label", label, longest=LONGEST_LABEL)
    work.flush()
    return _view(row)


def choose_options(work: Work, *, subscription_id: int, options: Options) -> SubscriptionView:
    """Sets how an address shows its calendar: all options at once. Refuses options out of bounds, and an
    address that has been replaced or revoked."""
    row = _current(work, subscription_id, "calendars.choose")
    if check_options(options) != options_of(row):
        for name, value in structs.asdict(options).items():
            setattr(row, name, value)
        row.changed_at = work.now
    work.flush()
    return _view(row)


def rotate(work: Work, *, subscription_id: int) -> IssuedSubscription:
    """Replaces an address by a new one for the same feed; the old one then only says so.

    Refuses an address that has been replaced or revoked already.
    """
    row = _current(work, subscription_id, "calendars.rotate")
    row.replaced_at = work.now
    return _issue(work, row.kind, row.subject_id, row.owner_id, row.label, options_of(row))


def revoke(work: Work, *, subscription_id: int) -> None:
    """Ends an address at once; also one that has been replaced. Refuses to do so twice."""
    row = work.lock(Subscription, subscription_id)
    work.demand("calendars.revoke", people=[row.owner_id])
    if row.revoked_at is not None:
        raise SubscriptionEnded(subscription_id=row.id)
    row.revoked_at = work.now
    work.flush()


def _current(work: Work, subscription_id: int, operation: str) -> Subscription:
    row = work.lock(Subscription, subscription_id)
    work.demand(operation, people=[row.owner_id])
    if row.replaced_at is not None or row.revoked_at is not None:
        raise SubscriptionEnded(subscription_id=row.id)
    return row


def _issue(
    work: Work, kind: FeedKind, subject_id: int, owner_id: int | None, label: str, options: Options
) -> IssuedSubscription:
    secret = new_secret()
    row = Subscription(
        kind=kind,
        person_id=subject_id if kind in OWN else None,
        team_id=subject_id if kind is FeedKind.TEAM else None,
        programme_id=subject_id if kind is FeedKind.PROGRAMME else None,
        site_id=subject_id if kind is FeedKind.SITE else None,
        owner_id=owner_id,
        label=label,
        digest=digest(secret),
        created_at=work.now,
        **structs.asdict(options),
    )
    work.add(row)
    work.flush()
    return IssuedSubscription(row.id, kind, subject_id, label, options, row.created_at, secret)


def options_of(row: Any) -> Options:
    """What is chosen for an address, of its row or of one with the same columns. Inner."""
    return Options(**{name: getattr(row, name) for name in Options.__struct_fields__})


def _view(row: Subscription) -> SubscriptionView:
    return SubscriptionView(
        row.id,
        row.kind,
        row.subject_id,
        row.label,
        options_of(row),
        row.created_at,
        row.replaced_at,
        row.revoked_at,
        row.last_fetched_at,
    )


class _Id(msgspec.Struct, frozen=True):
    id: int


_ROWS = select(Subscription).where(Subscription.id.in_(bindparam("ids", expanding=True)))
