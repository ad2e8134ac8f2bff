"""Revoking a certificate: it stays as it was issued, and its page says that it does not hold any more."""

from __future__ import annotations

from volunteer_core import texts
from volunteer_core.database import Work
from volunteer_core.errors import Conflict
from volunteer_core.hours.certificates.models import Certificate
from volunteer_core.hours.certificates.views import CertificateRow
from volunteer_core.hours.ledger import demand_person


class CertificateRevoked(Conflict, code="certificate_revoked", sentence="这份证明已经作废。"):
    """A certificate is revoked once, and no paper is made of it afterwards."""


def revoke_certificate(work: Work, *, certificate_id: int, reason: str) -> CertificateRow:
    """Revokes a certificate for good, with a reason; its number is not given again.

    Refuses (:class:`CertificateRevoked`) to do so twice.
    """
    row = work.lock(Certificate, certificate_id)
    demand_person(work, "hours.certificates.revoke", row.person_id)
    if row.revoked_at is not None:
        raise CertificateRevoked(certificate_id=row.id)
    row.revoke_reason = texts.line("reason", reason, longest=200)
    row.revoked_at, row.revoked_by = work.now, work.by.person_id
    work.flush()
    return CertificateRow(*(getattr(row, field) for field in CertificateRow.__struct_fields__))
