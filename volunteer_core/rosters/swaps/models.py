"""Tables of offers and of the lines for open shifts."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.tables import Instant, Table, enum_type


class OfferStatus(StrEnum):
    """The life of an offer. Until it is done the giver stays responsible, and the taker for theirs."""

    OPEN = "open"
    ACCEPTED = "accepted"
    """Somebody wants it; the leader has to approve."""
    DONE = "done"
    DECLINED = "declined"
    """By the one person who was asked, or by the leader."""
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    """Its deadline passed, or the shift is no longer the giver's."""


_ENDS = {OfferStatus.DONE, OfferStatus.DECLINED, OfferStatus.WITHDRAWN, OfferStatus.LAPSED}
OFFER_TRANSITIONS: dict[OfferStatus, set[OfferStatus]] = {
    OfferStatus.OPEN: {OfferStatus.ACCEPTED, *_ENDS},
    OfferStatus.ACCEPTED: {OfferStatus.OPEN, *_ENDS},
    **{end: set() for end in _ENDS},
}

PENDING = (OfferStatus.OPEN, OfferStatus.ACCEPTED)


class ShiftOffer(Table):
    """A person offers a shift of theirs to one other or to the team; against one of the other's (a swap), or
    for nothing (a stand-in)."""

    __tablename__ = "shift_offers"
    __table_args__ = (
        Index(
            "uq_shift_offers_pending",
            "shift_id",
            "giver_id",
            unique=True,
            sqlite_where=text("status IN ('open', 'accepted')"),
            postgresql_where=text("status IN ('open', 'accepted')"),
        ),
        CheckConstraint("giver_id <> asked_id", name="two_people"),
        CheckConstraint("return_shift_id IS NULL OR asked_id IS NOT NULL", name="swap_asks_one"),
    )

    shift_id: Mapped[int] = mapped_column(ForeignKey("shifts.id"))
    giver_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    asked_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    """The one person who is asked; null: the whole team."""
    return_shift_id: Mapped[int | None] = mapped_column(ForeignKey("shifts.id"))
    """What the giver takes over from the one asked; null: a stand-in."""
    taker_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    status: Mapped[OfferStatus] = mapped_column(enum_type(OfferStatus))
    note: Mapped[str] = mapped_column(String(200), default="")
    """For those who may take it."""
    answer: Mapped[str] = mapped_column(String(200), default="")
    """Why it was declined."""
    offered_at: Mapped[datetime] = mapped_column(Instant)
    accepted_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


class WaitStatus(StrEnum):
    """What became of somebody who waits for a place on a shift."""

    WAITING = "waiting"
    PROMOTED = "promoted"
    LEFT = "left"


class ShiftWait(Table):
    """A person waits for a place on a full published shift, in the order of ids: that of the commits."""

    __tablename__ = "shift_waits"
    __table_args__ = (
        Index(
            "uq_shift_waits_waiting",
            "shift_id",
            "person_id",
            unique=True,
            sqlite_where=text("status = 'waiting'"),
            postgresql_where=text("status = 'waiting'"),
        ),
    )

    shift_id: Mapped[int] = mapped_column(ForeignKey("shifts.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    status: Mapped[WaitStatus] = mapped_column(enum_type(WaitStatus))
    joined_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
