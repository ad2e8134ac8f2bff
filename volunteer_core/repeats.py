"""Answers to requests that may be sent again (Idempotency-Key): kept in the transaction that made them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.tables import PRIVATE, Instant, Table


class RepeatableRequest(Table):
    """A request that was carried out, by who sent it and the key it was sent with."""

    __tablename__ = "repeatable_requests"
    __audited__ = False
    __table_args__ = (UniqueConstraint("sender", "key"),)

    sender: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(100))
    fingerprint: Mapped[str] = mapped_column(String(64))
    """SHA-256 of method, path and body: another request with the same key is a mistake."""
    status: Mapped[int | None]
    """Null while it is being carried out, in that transaction only."""
    answer: Mapped[bytes | None] = mapped_column(LargeBinary, info=PRIVATE)
    """Null where the answer is a secret and must not be kept."""
    written_at: Mapped[datetime] = mapped_column(Instant, index=True)
