"""Table of subscriptions: several for one feed, with a secret each."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, true
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.calendars.options import Language
from volunteer_core.tables import PRIVATE, Instant, Table, enum_type


class FeedKind(StrEnum):
    """Whose calendar it is. The one of public events needs no subscription."""

    PERSON = "person"
    FAMILY = "family"
    """A guardian's, with the sessions of their children."""
    TEAM = "team"
    PROGRAMME = "programme"
    SITE = "site"


OWN = (FeedKind.PERSON, FeedKind.FAMILY)
"""Calendars of a person, for that person alone."""


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
    """When its options, or whose children it is about, last changed: the calendar is another one since."""
