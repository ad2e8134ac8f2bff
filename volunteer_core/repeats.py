"""Answers to requests that may be sent again (Idempotency-Key): kept in the transaction that made them.

A request that is refused or fails leaves nothing behind, its key neither: it may be sent again. Nothing
here asks for a right: what is given back is what the same sender was answered before.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import LargeBinary, Row, String, UniqueConstraint, bindparam, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.database import Work, insert_missing
from volunteer_core.errors import Conflict, RuleBroken
from volunteer_core.tables import PRIVATE, Instant, Table

KEPT = timedelta(hours=48)


class RepeatableRequest(Table):
    """A request that was carried out, by who sent it and the key it was sent with."""

    __tablename__ = "repeatable_requests"
    __audited__ = False
    __table_args__ = (UniqueConstraint("sender", "key"),)

    sender: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(100))
    fingerprint: Mapped[str] = mapped_column(String(64))
    """SHA-256 of method, path, body and the secret of who has no account: another request with the same key
    is a mistake."""
    status: Mapped[int | None]
    """Null while it is being carried out: in that transaction only, unless it takes several."""
    answer: Mapped[bytes | None] = mapped_column(LargeBinary, info=PRIVATE)
    """Null where the answer is a secret and must not be kept."""
    written_at: Mapped[datetime] = mapped_column(Instant, index=True)


class KeyReused(
    RuleBroken,
    code="idempotency_key_reused",
    sentence="这个 Idempotency-Key 已用于另一个请求，请为新的请求换一个。",
):
    """The same sender has used this Idempotency-Key for another request."""


class AlreadyAnswered(
    Conflict, code="already_answered", sentence="这个请求已经完成，但结果只显示一次，不能再次查看。"
):
    """The request was carried out, and its answer is shown only once."""


class Repeatable(msgspec.Struct, frozen=True):
    """A request that may be sent again: its key, and the SHA-256 of what is asked for, in hex."""

    key: str
    fingerprint: str


class Answer(msgspec.Struct, frozen=True):
    """What was answered, to the byte."""

    status: int
    body: bytes


_HERE = (
    RepeatableRequest.sender == bindparam("its_sender"),
    RepeatableRequest.key == bindparam("its_key"),
)
_FIND = select(RepeatableRequest.fingerprint, RepeatableRequest.status, RepeatableRequest.answer).where(
    *_HERE
)
_TAKE_UP = _FIND.with_for_update()
_FREE = delete(RepeatableRequest).where(
    *_HERE,
    RepeatableRequest.fingerprint == bindparam("its_fingerprint"),
    RepeatableRequest.status.is_(None),
)
_KEEP = (
    update(RepeatableRequest)
    .where(*_HERE)
    .values(status=bindparam("its_status"), answer=bindparam("its_answer", type_=LargeBinary))
)


def answered(work: Work, request: Repeatable) -> Answer | None:
    """What the one who acts was answered to this request before, if they were.

    Refuses a key that they used for another request, and to repeat an answer that is shown only once.
    """
    row = work.connection().execute(_FIND, _of(work, request)).one_or_none()
    return None if row is None else _said(row, request)


def claim(work: Work, request: Repeatable) -> Answer | None:
    """Takes the key for a request that this work is about to carry out; or gives, and refuses, as
    :func:`answered` does. If another work is carrying it out, waits until that has ended."""
    its = _of(work, request)
    row = {
        "sender": its["its_sender"],
        "key": request.key,
        "fingerprint": request.fingerprint,
        "written_at": work.now,
    }
    while not insert_missing(work, RepeatableRequest, [row]):
        # Locked: who has come as far with the same request waits for its answer, and does not free its key.
        if (taken := work.connection().execute(_TAKE_UP, its).one_or_none()) is not None:
            return _said(taken, request)
    return None


def keep(work: Work, request: Repeatable, answer: Answer, *, shown_once: bool = False) -> None:
    """Keeps what is answered to a claimed request; of what is shown only once, that it was answered."""
    body = None if shown_once else answer.body
    its = _of(work, request) | {"its_status": answer.status, "its_answer": body}
    work.connection().execute(_KEEP, its)


def free(work: Work, request: Repeatable) -> None:
    """Gives back the key of a request of which a step was carried out, and the next was refused."""
    work.connection().execute(_FREE, _of(work, request) | {"its_fingerprint": request.fingerprint})


def forget_old_answers(work: Work) -> int:
    """Forgets what was answered over 48 hours ago; returns how many answers. A step of the clock."""
    old = delete(RepeatableRequest).where(RepeatableRequest.written_at < work.now - KEPT)
    return work.connection().execute(old).rowcount


def _said(row: Row[str, int | None, bytes | None], request: Repeatable) -> Answer | None:
    if row.fingerprint != request.fingerprint:
        raise KeyReused
    if row.status is None:  # this very work carries it out, or the steps before this one did
        return None
    if row.answer is None:
        raise AlreadyAnswered
    return Answer(row.status, row.answer)


def _of(work: Work, request: Repeatable) -> dict[str, Any]:
    """Whoever has not signed in shares one name with all others: their key is their secret."""
    sender = "anonymous" if work.by.person_id is None else f"person:{work.by.person_id}"
    return {"its_sender": sender, "its_key": request.key}
