"""The text of a ticket: written with the office's key, verified without it. Pure: a door needs no network.

``FX1.`` and 120 characters, all of the alphanumeric mode of QR codes (ISO/IEC 18004 §7.4.4): base32
(RFC 4648) of eleven bytes of contents and their Ed25519 signature (RFC 8032). Base32 and not base45
(RFC 9285), which has spaces and signs that chats and command lines swallow, for a picture only four modules
narrower. 75 bytes are whole groups of base32: no character holds a bit that could change unnoticed.
"""

from __future__ import annotations

import re
import struct
from base64 import b32decode, b32encode
from collections.abc import Mapping
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from volunteer_core.errors import Conflict, RuleBroken

PREFIX = "FX1."
MOST_TICKETS = 1000
LARGEST_SERIAL = 2**16 - 1
"""How many tickets one sign-up gets; the text has room for 65,535."""

_CONTENTS = struct.Struct(">BIIH")
_TEXT = re.compile(r"FX1\.([A-Z2-7]{120})", re.ASCII)


class TicketUnreadable(RuleBroken, code="ticket_unreadable", sentence="这不是入场码。"):
    """A ticket is a text of the form described here; anything else that was scanned is none."""


class TicketForged(RuleBroken, code="ticket_forged", sentence="入场码无效，不是本街道签发的。"):
    """The signature is by no key of this office, or something was changed after signing."""


class TicketOfOtherEvent(RuleBroken, code="ticket_other_event", sentence="这是其他活动的入场码。"):
    """A ticket lets in to its own event."""


class TicketRevoked(RuleBroken, code="ticket_revoked", sentence="入场码已作废：已换新码，或已没有名额。"):
    """Only the newest ticket counts, and none of whoever has no seat any more."""


class NoTicketKey(Conflict, code="no_ticket_key", sentence="还没有签发入场码的密钥，请重试。"):
    """The office's key is made at the first need, by a work that may write."""


class Ticket(NamedTuple):
    """What a ticket says: no name, no phone."""

    key: int
    """The number of the key it is signed with."""
    event_id: int
    signup_id: int
    serial: int
    """Which of the tickets of this sign-up it is, from 1."""


def written(ticket: Ticket, private_key: bytes) -> str:
    """The text of a ticket, signed."""
    contents = _CONTENTS.pack(*ticket)
    signature = Ed25519PrivateKey.from_private_bytes(private_key).sign(_signed(contents))
    return PREFIX + b32encode(contents + signature).decode()


def verify(text: str, public_keys: Mapping[int, bytes]) -> Ticket:
    """What a text says that one of the keys has signed. Refuses everything else."""
    found = _TEXT.fullmatch(text)
    if found is None:
        raise TicketUnreadable
    sealed = b32decode(found[1])
    contents, signature = sealed[: _CONTENTS.size], sealed[_CONTENTS.size :]
    ticket = Ticket(*_CONTENTS.unpack(contents))
    if ticket.key not in public_keys:
        raise TicketForged(key=ticket.key)
    try:
        key = Ed25519PublicKey.from_public_bytes(public_keys[ticket.key])
        key.verify(signature, _signed(contents))
    except InvalidSignature:
        raise TicketForged(key=ticket.key) from None
    return ticket


def refuse_other(ticket: Ticket, *, event_id: int, serial: int | None) -> None:
    """Refuses a verified ticket of another event, and one that does not count any more. ``serial`` is the
    one that counts, None where the sign-up has no seat."""
    if ticket.event_id != event_id:
        raise TicketOfOtherEvent(event_id=ticket.event_id)
    if ticket.serial != serial:
        raise TicketRevoked(signup_id=ticket.signup_id)


def _signed(contents: bytes) -> bytes:
    """With the form of the text, so that no signature ever means anything else."""
    return PREFIX.encode() + contents
