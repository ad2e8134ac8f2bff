"""Tables of subscriptions, several for one feed with a secret each, and of the feeds' revisions."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    LargeBinary,
    String,
    Text,
    cast,
    func,
    true,
    type_coerce,
)
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.calendars.options import Language
from volunteer_core.tables import PRIVATE, Instant, Table, enum_type


class FeedKind(StrEnum):
    """Whose calendar it is, by a subscription."""

    PERSON = "person"
    FAMILY = "family"
    """A guardian's, with the sessions of their children."""
    TEAM = "team"
    PROGRAMME = "programme"
    SITE = "site"


OWN = (FeedKind.PERSON, FeedKind.FAMILY)
"""Calendars of a person, for that person alone."""


class PublicKind(StrEnum):
    """Calendars for everybody, which need no subscription."""

    EVENTS = "events"
    COMMUNITY = "community"
    EVENT = "event"
    WORKDAYS = "workdays"


def feed_key(kind: FeedKind | PublicKind, subject_id: int = 0) -> str:
    """The name by which a feed's revision is kept: ``person/17``; ``events/0`` of what has no subject."""
    return f"{kind}/{subject_id}"


class Subscription(Table):
    """A secret address of a feed. Only the SHA-256 of the secret is kept."""

    __tablename__ = "subscriptions"
    __table_args__ = (
        CheckConstraint(
            "(kind IN ('person', 'family')) = (person_id IS NOT NULL) "
            "AND (kind = 'team') = (team_id IS NOT NULL) "
            "AND (kind = 'programme') = (programme_id IS NOT NULL) "
            "AND (kind = 'site') = (site_id IS NOT NULL)",
            name="one_subject",
        ),
    )

    kind: Mapped[FeedKind] = mapped_column(enum_type(FeedKind))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programmes.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    """Who subscribed, and may rotate or revoke the address."""
    label: Mapped[str] = mapped_column(String(60))
    digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True, info=PRIVATE)
    created_at: Mapped[datetime] = mapped_column(Instant)
    replaced_at: Mapped[datetime | None] = mapped_column(Instant)
    """Rotated: the old address only says that it has been replaced."""
    revoked_at: Mapped[datetime | None] = mapped_column(Instant)
    last_fetched_at: Mapped[datetime | None] = mapped_column(Instant)
    alarm_minutes: Mapped[int | None]
    """An alarm so many minutes before each start, or none."""
    show_cancelled: Mapped[bool] = mapped_column(default=True, server_default=true())
    past_days: Mapped[int] = mapped_column(default=90, server_default="90")
    language: Mapped[Language] = mapped_column(
        enum_type(Language), default=Language.CHINESE, server_default=Language.CHINESE.value
    )
    changed_at: Mapped[datetime | None] = mapped_column(Instant)
    """When its options were last changed: the calendar is another one since."""
    revision: Mapped[int] = mapped_column(default=0, server_default="0")
    """Rises with every change of the row (its last use apart) and of what its owner may."""

    @property
    def subject_id(self) -> int:
        """The person, team, programme or site whose calendar it is."""
        return self.person_id or self.team_id or self.programme_id or self.site_id or 0


SUBJECT = func.coalesce(
    Subscription.person_id, Subscription.team_id, Subscription.programme_id, Subscription.site_id
)
"""Whose calendar it is, as an expression."""
KEY = type_coerce(Subscription.kind, String) + "/" + cast(SUBJECT, String)
"""The key of the feed that an address leads to, as an expression; see :func:`feed_key`."""


class FeedRevision(Table):
    """How often what a feed shows has changed. Written in the transaction that changes it, last of all;
    a feed without a row is at revision 0."""

    __tablename__ = "feed_revisions"
    __audited__ = False

    key: Mapped[str] = mapped_column(String(40), unique=True)
    revision: Mapped[int]
    changed_at: Mapped[int] = mapped_column(BigInteger)
    """When, in seconds since 1970 (UTC): they rise with every revision, as Last-Modified asks."""
    changes: Mapped[str] = mapped_column(Text)
    """The last revisions, each with the UIDs of the entries it touched, as JSON; see ``raising``."""
