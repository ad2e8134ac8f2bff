"""The key with which the office signs tickets. Inner: the private half leaves this package nowhere."""

from __future__ import annotations

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from volunteer_core.database import Work, insert_missing
from volunteer_core.events.door.codes import NoTicketKey
from volunteer_core.events.door.models import TicketKey

_NEWEST = select(TicketKey).order_by(TicketKey.number.desc()).limit(1)
_PUBLIC = select(TicketKey.number, TicketKey.public_key)


def signing_key(work: Work) -> TicketKey:
    """The office's newest key; the first is made now. Who makes it at the same moment gets the same one.

    Refuses (:class:`NoTicketKey`) to make it in a work that only looks.
    """
    key = work.scalar(_NEWEST)
    if key is not None:
        return key
    if not work.writing:
        raise NoTicketKey
    private = Ed25519PrivateKey.generate()
    first = {
        "number": 1,
        "private_key": private.private_bytes_raw(),
        "public_key": private.public_key().public_bytes_raw(),
        "made_at": work.now,
    }
    insert_missing(work, TicketKey, [first])  # past the session: nothing of it reaches the audit log
    return work.scalars(_NEWEST).one()


def public_keys(work: Work) -> dict[int, bytes]:
    """By number, what tickets of this office are verified with."""
    return dict(work.execute(_PUBLIC).all())
