"""Issuing a certificate: always free, always in the recording body's name (民政部令67号 Arts 3, 15)."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date

import msgspec
from sqlalchemy import bindparam, select

from volunteer_core.database import Work, insert_missing
from volunteer_core.errors import Conflict, RuleBroken
from volunteer_core.hours.activities import (
    MOST_ACTIVITIES,
    Counted,
    TooManyActivities,
    closed_months,
    counted,
    hours_of,
)
from volunteer_core.hours.certificates.contents import activities_of
from volunteer_core.hours.certificates.identity import masked_id
from volunteer_core.hours.certificates.models import Certificate, CertificateSeries
from volunteer_core.hours.certificates.reading import view_of
from volunteer_core.hours.certificates.views import CertificateView, Contents
from volunteer_core.hours.ledger import demand_person
from volunteer_core.office.settings import settings_on
from volunteer_core.people.models import Person
from volunteer_core.timespans import civil_date, dates_span

PATH = "/certificates/"
"""Of the public page, before number and check code."""
MOST_A_DAY = 10
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: none of them is read as another."""

_SERIES = select(CertificateSeries.id).where(
    CertificateSeries.recording_body == bindparam("recording_body"),
    CertificateSeries.year == bindparam("year"),
)
_OF_TODAY = (
    select(Certificate)
    .where(Certificate.person_id == bindparam("person_id"), Certificate.issued_on == bindparam("today"))
    .order_by(Certificate.id)
)


class NothingToCertify(
    RuleBroken,
    code="nothing_to_certify",
    sentence="这段时间没有可以证明的志愿服务；另有 {open_minutes} 分钟所在的月份尚未结账。",
):
    """Only service in months that the street office has closed can be certified."""


class SeveralBodies(
    RuleBroken,
    code="several_bodies",
    sentence="这段时间的服务由 {bodies} 分别记录，谁记录谁证明，请选择一个记录单位，分别出具。",
):
    """Each body certifies only what it recorded: ``recording_body`` has to say which."""


class EnoughToday(Conflict, code="enough_today", sentence="今天已经出具 {most} 份证明，请明天再办理。"):
    """At most ten different certificates a day for one person: each takes a number for good."""


def issue(
    work: Work,
    *,
    person_id: int,
    first: date,
    last: date,
    recording_body: str | None = None,
    id_number: str = "",
    spell_out: bool = False,
) -> CertificateView:
    """Certifies a person's service between two dates, both included, as far as its months are closed. No
    certificate says anything of days to come: the last date is today at the latest.

    ``id_number`` is checked and only its masked form kept. ``recording_body`` says whose certificate,
    where several have recorded. ``spell_out`` says what was done for discreet teams, which only the person
    or a guardian may ask for. Who asks for the same again on the same day gets the same certificate.

    Refuses a period without such service (:class:`NothingToCertify`), of more than 500 activities, an
    identity number that is none, and an eleventh certificate in a day.
    """
    demand_person(
        work, "hours.certificates.spell_out" if spell_out else "hours.certificates.issue", person_id
    )
    dates_span(first, last)
    today = civil_date(work.now)
    last = min(last, today)
    person = work.lock(Person, person_id)
    masked = masked_id(id_number, born=person.birth_date)
    entries = counted(work, person_id, first, last)
    closed = closed_months(work, entries)
    body = _body(entries, closed, recording_body)
    certified = [entry for entry in entries if entry.month in closed and entry.recording_body == body]
    if len(certified) > MOST_ACTIVITIES:
        raise TooManyActivities(most=MOST_ACTIVITIES)
    service = [entry for entry in certified if entry.is_service]
    minutes = sum(entry.minutes for entry in service)
    settings = settings_on(work, today)
    ours = body == settings.recording_body
    contents = Contents(
        number="",
        code="",
        recording_body=body,
        name=person.name,
        id_number=masked,
        first=first,
        last=last,
        activities=activities_of(service, spell_out=spell_out),
        minutes=minutes,
        hours=hours_of(minutes),
        trainings=activities_of([entry for entry in certified if not entry.is_service], spell_out=spell_out),
        head=settings.recording_head if ours else "",
        contact=settings.recording_contact if ours else "",
        issued_on=today,
        address="",
    )
    if (there := _issued_today(work, person_id, today, contents)) is not None:
        return view_of(there)
    contents = _numbered(work, contents)
    row = Certificate(
        number=contents.number,
        recording_body=body,
        code=contents.code,
        person_id=person_id,
        first_day=first,
        last_day=last,
        minutes=minutes,
        open_minutes=_open_minutes(entries, closed),
        spelled_out=spell_out,
        contents=msgspec.to_builtins(contents),
        issued_on=today,
        issued_at=work.now,
        issued_by=work.by.person_id,
    )
    work.add(row)
    work.flush()
    return view_of(row)


def _body(entries: Sequence[Counted], closed: set[tuple[int, date]], asked: str | None) -> str:
    """Whose certificate it is: of the body asked for, or of the only one."""
    bodies = sorted({entry.recording_body for entry in entries if entry.is_service and entry.month in closed})
    if asked is not None:
        bodies = [body for body in bodies if body == asked]
    if not bodies:
        raise NothingToCertify(open_minutes=_open_minutes(entries, closed))
    if len(bodies) > 1:
        raise SeveralBodies(bodies="、".join(bodies))
    return bodies[0]


def _open_minutes(entries: Sequence[Counted], closed: set[tuple[int, date]]) -> int:
    return sum(entry.minutes for entry in entries if entry.is_service and entry.month not in closed)


def _issued_today(work: Work, person_id: int, today: date, contents: Contents) -> Certificate | None:
    """The certificate that already says the same. Refuses when there are enough for today."""
    rows = work.scalars(_OF_TODAY, {"person_id": person_id, "today": today}).all()
    for row in rows:
        said = msgspec.convert(row.contents, Contents)
        same = msgspec.structs.replace(contents, number=said.number, code=said.code, address=said.address)
        if row.revoked_at is None and said == same:
            return row
    if len(rows) >= MOST_A_DAY:
        raise EnoughToday(most=MOST_A_DAY)
    return None


def _numbered(work: Work, contents: Contents) -> Contents:
    """With the next number of the body's year, which nobody else gets, and with the address of its page.

    The series stays locked until the end of the work: an undone one leaves no gap.
    """
    key = {"recording_body": contents.recording_body, "year": contents.issued_on.year}
    insert_missing(work, CertificateSeries, [{**key, "issued": 0}])
    series = work.lock(CertificateSeries, work.scalars(_SERIES, key).one())
    series.issued += 1
    number = f"{series.year}-{series.issued:06d}"
    letters = "".join(secrets.choice(_LETTERS) for _ in range(12))
    code = "-".join((letters[:4], letters[4:8], letters[8:]))
    address = f"{work.base_url}{PATH}{number}/{code}" if work.base_url else ""
    return msgspec.structs.replace(contents, number=number, code=code, address=address)
