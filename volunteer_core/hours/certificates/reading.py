"""Finding a person's certificates again, and opening one."""

from __future__ import annotations

import msgspec
from sqlalchemy import select

from volunteer_core.database import Page, Paging, Work
from volunteer_core.hours.certificates.models import Certificate
from volunteer_core.hours.certificates.views import CertificateRow, CertificateView, Contents
from volunteer_core.hours.ledger import demand_person


def list_certificates(work: Work, *, person_id: int, paging: Paging = Paging()) -> Page[CertificateRow]:
    """A person's certificates, newest first; revoked ones too."""
    demand_person(work, "hours.certificates.read", person_id)
    columns = [getattr(Certificate, field) for field in CertificateRow.__struct_fields__]
    statement = select(*columns).where(Certificate.person_id == person_id).order_by(Certificate.id.desc())
    return work.page(CertificateRow, statement, paging)


def certificate(work: Work, *, certificate_id: int) -> CertificateView:
    """A certificate with all that it says. One that spells out what was done for discreet teams opens only
    to the person and their guardians."""
    row = work.find(Certificate, certificate_id)
    demand_person(
        work, "hours.certificates.spell_out" if row.spelled_out else "hours.certificates.read", row.person_id
    )
    return view_of(row)


def view_of(row: Certificate) -> CertificateView:
    """A certificate as it goes out. Inner."""
    return CertificateView(
        row.id,
        row.person_id,
        msgspec.convert(row.contents, Contents),
        row.open_minutes,
        row.spelled_out,
        row.issued_at,
        row.issued_by,
        row.revoked_at,
        row.revoked_by,
        row.revoke_reason,
    )
