"""Tables of sign-ups by phone: those that wait for the code sent to it, and the key of their limits."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.tables import PRIVATE, Instant, Table


class PhoneSignup(Table):
    """What somebody without an account asked for. It takes no seat before its phone is confirmed."""

    __tablename__ = "phone_signups"
    __table_args__ = (
        CheckConstraint("companions BETWEEN 0 AND 20", name="companions"),
        CheckConstraint("(confirmed_at IS NULL) = (signup_id IS NULL)", name="confirmed"),
        Index(None, "phone", "asked_at"),
        Index(None, "address_hash", "asked_at"),
    )

    position_id: Mapped[int] = mapped_column(ForeignKey("positions.id"), index=True)
    name: Mapped[str] = mapped_column(String(60), info=PRIVATE)
    phone: Mapped[str] = mapped_column(String(20), info=PRIVATE)
    community_id: Mapped[int | None] = mapped_column(ForeignKey("communities.id"))
    companions: Mapped[int] = mapped_column(default=0)
    code_hash: Mapped[str] = mapped_column(String(64), info=PRIVATE)
    """Of the six digits, keyed with the secret: who reads the table cannot try them out."""
    secret_hash: Mapped[str] = mapped_column(String(64), unique=True, info=PRIVATE)
    """Of the secret with which whoever asked reads and cancels what became of it."""
    address_hash: Mapped[str] = mapped_column(String(64), info=PRIVATE)
    """Of the address that asked; forgotten (emptied) when it no longer counts for the limit."""
    attempts: Mapped[int] = mapped_column(default=0)
    """How many wrong codes were tried."""
    asked_at: Mapped[datetime] = mapped_column(Instant)
    expires_at: Mapped[datetime] = mapped_column(Instant)
    confirmed_at: Mapped[datetime | None] = mapped_column(Instant)
    signup_id: Mapped[int | None] = mapped_column(ForeignKey("signups.id"))


class PhoneSignupKey(Table):
    """The office's own key for the hashes of addresses, which are too few to be hashed without one. There
    is one row, made when it is first needed; who asks locks it, so that asks are counted one by one."""

    __tablename__ = "phone_signup_keys"
    __audited__ = False

    key: Mapped[bytes] = mapped_column(LargeBinary(32), info=PRIVATE)
