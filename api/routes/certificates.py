"""A person's service record, and certificates of it: asked for, found again, printed, revoked."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated
from urllib.parse import quote

from litestar import Response, Router
from litestar.params import FromQuery, JSONBody
from msgspec import Meta

from api.incoming import Body, Paged, PathId, given
from api.operations import act, get, post
from api.work import Opened
from volunteer_core.database import Page
from volunteer_core.hours import record
from volunteer_core.hours.certificates import issuing, reading, revoking
from volunteer_core.hours.certificates.views import Activity, CertificateRow, CertificateView, Contents
from volunteer_core.hours.record import Record, RecordedActivity, RecordedLevel, Volunteer
from volunteer_core.sheets import certificate_pdf

PDF = "application/pdf"
FIRST, LAST = date(2026, 1, 1), date(2026, 11, 30)
ISSUED = datetime(2026, 12, 3, 4, tzinfo=UTC)
CONTENTS = Contents(
    number="2026-000123",
    code="7K2M-9QXR-4TBW",
    recording_body="凤翔街道办事处",
    name="王小敏",
    id_number="460***********1234",
    first=FIRST,
    last=LAST,
    activities=[
        Activity(date(2026, 11, 2), "五点学堂", "三峰社区五点学堂", 60),
        Activity(date(2026, 11, 21), "消防安全知识讲座", "三峰社区五点学堂", 95),
    ],
    minutes=155,
    hours="2.5",
    trainings=[Activity(date(2026, 9, 5), "急救培训", "凤翔街道综合服务中心", 120)],
    head="李主任",
    contact="0898-65812345",
    issued_on=date(2026, 12, 3),
    address="https://example.org/certificates/2026-000123/7K2M-9QXR-4TBW",
)
CERTIFICATE = CertificateView(12, 42, CONTENTS, 60, False, ISSUED, 42, None, None, "")
ROW = CertificateRow(12, "2026-000123", "凤翔街道办事处", FIRST, LAST, 155, False, date(2026, 12, 3), None)
RECORD = Record(
    volunteer=Volunteer(
        person_id=42,
        code="V042",
        name="王小敏",
        birth_date=date(1988, 4, 2),
        phone="13800138000",
        community="三峰社区",
        grid="第三网格",
        registered_at=datetime(2025, 9, 1, 1, tzinfo=UTC),
        teams=["全职太太俱乐部"],
        qualifications=["trained_lead"],
    ),
    first=FIRST,
    last=LAST,
    activities=[
        RecordedActivity(
            77,
            date(2026, 11, 2),
            "五点学堂",
            "三峰社区五点学堂",
            60,
            "凤翔街道办事处",
            datetime(2026, 11, 2, 10, 5, tzinfo=UTC),
        )
    ],
    minutes=60,
    hours="1.0",
    trainings=[],
    levels=[RecordedLevel(1, 100, date(2026, 6, 1))],
)


class IssueCertificate(Body):
    """The period, both dates included, and what the person wants on the paper."""

    first: date
    last: date
    recording_body: Annotated[str, Meta(min_length=1, max_length=60)] | None = None
    id_number: Annotated[str, Meta(max_length=40)] = ""
    spell_out: bool = False


class RevokeCertificate(Body):
    """Why it does not hold any more."""

    reason: str


@get("/people/{person_id:int}/record", operation="hours.entries", answers=RECORD)
def read_record(opened: Opened, person_id: PathId, first: FromQuery[date], last: FromQuery[date]) -> Record:
    """Read a person's service record between two dates, both included.

    By the fields of the Ministry of Civil Affairs' order 67, Arts 5 to 9. Corrections are worked in:
    each minute that counts appears once. Refused: more than 500 activities (`too_many_activities`).
    """
    with opened.read() as work:
        return record.record(work, person_id=person_id, first=first, last=last)


@post(
    "/people/{person_id:int}/certificates",
    operation="hours.certificates.issue",
    asks=IssueCertificate(first=FIRST, last=LAST),
    answers=CERTIFICATE,
)
def issue_certificate(opened: Opened, person_id: PathId, data: JSONBody[IssueCertificate]) -> CertificateView:
    """Issue a certificate of the service between two dates, as far as its months are closed; it is free.

    `open_minutes` says what is not in it yet. `id_number` is checked and only kept masked. `spell_out`
    names what was done for discreet teams: only the person and their guardians may ask for that. The
    same asked for again on the same day gives the same certificate. Where several bodies have recorded,
    each certifies its own: `several_bodies` names them. Refused: nothing to certify
    (`nothing_to_certify`), more than 500 activities (`too_many_activities`), an eleventh in a day
    (`enough_today`).
    """
    with opened.write() as work:
        return issuing.issue(work, person_id=person_id, **given(data))


@get(
    "/people/{person_id:int}/certificates",
    operation="hours.certificates.read",
    answers=Page([ROW], 1, 50, 0),
)
def list_certificates(opened: Opened, person_id: PathId, paging: Paged) -> Page[CertificateRow]:
    """List a person's certificates, newest first; revoked ones too."""
    with opened.read() as work:
        return reading.list_certificates(work, person_id=person_id, paging=paging)


@get("/certificates/{certificate_id:int}", operation="hours.certificates.read", answers=CERTIFICATE)
def read_certificate(opened: Opened, certificate_id: PathId) -> CertificateView:
    """Read a certificate: what it says never changes.

    One that names what was done for discreet teams opens only to the person and their guardians.
    """
    with opened.read() as work:
        return reading.certificate(work, certificate_id=certificate_id)


@get(
    "/certificates/{certificate_id:int}/pdf",
    operation="hours.certificates.read",
    answers="%PDF…",
    media_type=PDF,
)
def read_certificate_pdf(opened: Opened, certificate_id: PathId) -> Response[bytes]:
    """Download a certificate as a PDF to print and seal.

    Refused: a revoked one (`certificate_revoked`), and one with a character that no typeface on the
    server has (`character_missing`).
    """
    with opened.read() as work:
        content = certificate_pdf.certificate_pdf(work, certificate_id=certificate_id)
    name = f"志愿服务记录证明-{certificate_id}.pdf"
    disposition = f"attachment; filename=\"certificate-{certificate_id}.pdf\"; filename*=UTF-8''{quote(name)}"
    headers = {"Content-Disposition": disposition, "Cache-Control": "private, no-store"}
    return Response(content, media_type=PDF, headers=headers)


@act(
    "/certificates/{certificate_id:int}/revoke",
    operation="hours.certificates.revoke",
    asks=RevokeCertificate(reason="服务时间有误"),
    answers=ROW,
)
def revoke_certificate(
    opened: Opened, certificate_id: PathId, data: JSONBody[RevokeCertificate]
) -> CertificateRow:
    """Revoke a certificate for good: its public page says so from now on."""
    with opened.write() as work:
        return revoking.revoke_certificate(work, certificate_id=certificate_id, **given(data))


router = Router(
    "/",
    route_handlers=[
        read_record,
        issue_certificate,
        list_certificates,
        read_certificate,
        read_certificate_pdf,
        revoke_certificate,
    ],
    tags=["certificates"],
)
