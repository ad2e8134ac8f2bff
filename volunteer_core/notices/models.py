"""Table of the outbox."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.tables import PRIVATE, Instant, Table, enum_type


class NoticeKind(StrEnum):
    """What a notice is about."""

    PUBLISHED = "published"
    CHANGED = "changed"
    CALLED_OFF = "called_off"
    PROMOTED = "promoted"
    CLOSURE = "closure"
    EXPIRING = "expiring"
    ASKED = "asked"
    """For availability, or for a confirmation."""
    OFFERED = "offered"
    """A shift is offered, or what became of an offer."""
    GAP = "gap"
    """To a leader: somebody drops out, and who could come instead."""
    CODE = "code"
    """To whoever sends it on to a phone: the code with which its owner confirms a sign-up."""
    HOURS = "hours"
    """What became of a claim or an objection; that one, or a star level's review, waits for an answer."""
    PERSONAL = "personal"
    """What is nobody else's business: how a request was decided, what a guardian consents to."""


NOT_FOR_THE_GROUP = (NoticeKind.GAP, NoticeKind.HOURS, NoticeKind.CODE, NoticeKind.PERSONAL)
"""What names who could come instead, and what concerns one person only."""


class Notice(Table):
    """One thing one person is to be told. Told by its team's leader until senders are set up."""

    __tablename__ = "notices"
    __table_args__ = (
        Index(
            "ix_notices_open",
            "team_id",
            sqlite_where=text("told_at IS NULL"),
            postgresql_where=text("told_at IS NULL"),
        ),
        Index(None, "person_id", "id"),
    )

    kind: Mapped[NoticeKind] = mapped_column(enum_type(NoticeKind))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """Null for who is known by phone only."""
    phone: Mapped[str] = mapped_column(String(20), info=PRIVATE, default="", server_default="")
    """Whom to tell, where no person is known."""
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    community_id: Mapped[int | None] = mapped_column(ForeignKey("communities.id"))
    text: Mapped[str] = mapped_column(String(500), info=PRIVATE)
    version_id: Mapped[int | None] = mapped_column(ForeignKey("roster_versions.id"), index=True)
    """The version of a published roster that it tells of."""
    key: Mapped[str | None] = mapped_column(String(80), unique=True)
    """What makes the notice unique, where the clock could otherwise write it twice."""
    written_at: Mapped[datetime] = mapped_column(Instant)
    told_at: Mapped[datetime | None] = mapped_column(Instant)
    told_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
