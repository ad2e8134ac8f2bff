"""Confirming a certificate to whoever holds it: the number and its check code are the right to it."""

from __future__ import annotations

import re
import unicodedata
from hmac import compare_digest

from sqlalchemy import bindparam, select

from volunteer_core.database import Work
from volunteer_core.errors import NotFound, Refused
from volunteer_core.hours.activities import hours_of
from volunteer_core.hours.certificates.models import Certificate
from volunteer_core.hours.certificates.views import Confirmation
from volunteer_core.timespans import civil_date

_NUMBERED = select(
    Certificate.number,
    Certificate.recording_body,
    Certificate.code,
    Certificate.minutes,
    Certificate.issued_on,
    Certificate.revoked_at,
).where(Certificate.number == bindparam("number"))
_MISREAD = str.maketrans("OIL", "011")
_NONE = "-" * 12


class CertificateUnknown(NotFound, code="certificate_unknown", sentence="没有这份证明：请核对编号和查验码。"):
    """There is no certificate with that number and check code: which of them is wrong is not said."""

    def __init__(self) -> None:
        Refused.__init__(self)


def confirm(work: Work, *, number: str, code: str) -> Confirmation:
    """What the office says of a certificate: that it issued it, for how many hours, and whether it holds.

    Both are taken as people type them: in any case, with or without dashes, O for 0, full-width. Refuses
    (:class:`CertificateUnknown`) what does not fit together, always after the same look-up and comparison.
    """
    work.demand("hours.certificates.confirm")
    typed = _plain(code).translate(_MISREAD)
    digits = _plain(number).translate(_MISREAD)
    rows = work.execute(_NUMBERED, {"number": f"{digits[:4]}-{digits[4:]}"[:20]}).all()
    codes = [row.code.replace("-", "") for row in rows]
    fits = [compare_digest(code, typed) for code in codes or [_NONE]]
    if not any(fits):
        raise CertificateUnknown
    row = rows[fits.index(True)]
    revoked_on = None if row.revoked_at is None else civil_date(row.revoked_at)
    return Confirmation(row.number, row.recording_body, hours_of(row.minutes), row.issued_on, revoked_on)


def _plain(typed: str) -> str:
    """What was typed, at most 40 characters, without spaces and dashes."""
    folded = unicodedata.normalize("NFKC", typed[:40]).upper()
    return re.sub(r"[^0-9A-Z]", "", folded)
