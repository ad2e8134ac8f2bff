"""How often may be asked by phone: counted from the rows, by phone and by address. Inner: asks no right."""

from __future__ import annotations

import hmac
import ipaddress
import math
import re
import secrets
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, select

from volunteer_core.database import Work, insert_missing
from volunteer_core.errors import TooOften
from volunteer_core.events.by_phone.models import PhoneSignup, PhoneSignupKey
from volunteer_core.office.settings import settings_on
from volunteer_core.tables import Instant
from volunteer_core.timespans import civil_date

COUNTED = timedelta(hours=1)
"""For how long an ask counts, and its address is remembered."""
LONGEST_ADDRESS = 100
_KEY_ID = 1

_BY_PHONE = select(func.count(), func.min(PhoneSignup.asked_at)).where(
    PhoneSignup.phone == bindparam("whose"), PhoneSignup.asked_at > bindparam("since", type_=Instant)
)
_BY_ADDRESS = select(func.count(), func.min(PhoneSignup.asked_at)).where(
    PhoneSignup.address_hash == bindparam("whose"),
    PhoneSignup.asked_at > bindparam("since", type_=Instant),
)
_WITH_PORT = re.compile(r"(?P<v4>[0-9.]+):\d+|\[(?P<v6>[0-9a-f:.]+)\](:\d+)?", re.ASCII | re.IGNORECASE)


class TooManySignups(
    TooOften,
    code="too_many_signups",
    sentence="报名过于频繁，请 {retry_after_seconds} 秒后再试，或联系社区报名。",
):
    """A phone, or an address, asks for so many sign-ups in an hour. Which of them it was is not said."""


def admit(work: Work, *, phone: str, address: str) -> str:
    """Refuses (:class:`TooManySignups`) who has asked often enough, and gives the hash of the address.

    Whoever asks meanwhile waits until this work has ended: else many at once would each find that there is
    room for one more.
    """
    address_hash = _hashed(_key(work), address)
    settings = settings_on(work, civil_date(work.now))
    for statement, whose, most in (
        (_BY_PHONE, phone, settings.phone_signups_per_hour),
        (_BY_ADDRESS, address_hash, settings.address_signups_per_hour),
    ):
        asked, oldest = work.execute(statement, {"whose": whose, "since": work.now - COUNTED}).one()
        if asked >= most:
            raise TooManySignups(_seconds_until(oldest + COUNTED, work.now))
    return address_hash


def network_of(address: str) -> str:
    """What counts as one address: of IPv6 the network of a household (/64), out of which it takes as many
    as it likes. What is no address counts as it is written."""
    match = _WITH_PORT.fullmatch(address)
    plain = (match["v4"] or match["v6"]) if match else address
    try:
        parsed = ipaddress.ip_address(plain)
    except ValueError:
        return address[:LONGEST_ADDRESS]
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(parsed), 64), strict=False))


def _key(work: Work) -> bytes:
    """The office's key, made if there is none yet, with its row locked."""
    rows = work.lock_all(PhoneSignupKey, [_KEY_ID])
    if not rows:
        insert_missing(work, PhoneSignupKey, [{"id": _KEY_ID, "key": secrets.token_bytes(32)}])
        rows = work.lock_all(PhoneSignupKey, [_KEY_ID])
    return rows[0].key


def _hashed(key: bytes, address: str) -> str:
    return hmac.digest(key, network_of(address).encode("utf-8", "surrogatepass"), "sha256").hex()


def _seconds_until(instant: datetime, now: datetime) -> int:
    return max(1, math.ceil((instant - now).total_seconds()))
