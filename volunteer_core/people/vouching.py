"""What others vouch for: qualifications, record checks, guardians and their consent; and leave."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec
from sqlalchemy import select

from volunteer_core import texts
from volunteer_core.database import Page, Paging, Work
from volunteer_core.errors import Conflict, Malformed, RuleBroken
from volunteer_core.people.models import (
    CheckResult,
    Consent,
    Guardianship,
    Leave,
    LeaveKind,
    Person,
    Qualification,
    RecordCheck,
)
from volunteer_core.people.standing import guardian_ids
from volunteer_core.timespans import age_on, civil_date

LONGEST_CONSENT_DAYS = 400


class GuardianUnfit(RuleBroken, code="guardian_unfit", sentence="监护人须为成年人，且不能是本人。"):
    """A guardian is an adult and somebody else."""


class NotGuardian(RuleBroken, code="not_guardian", sentence="此人不是登记在册的监护人。"):
    """Only a guardian on record can consent."""


class AlreadyWithdrawn(Conflict, code="already_withdrawn", sentence="这条记录此前已经撤回。"):
    """What was withdrawn stays withdrawn."""


class ConsentView(msgspec.Struct, frozen=True):
    """A guardian's consent and the days it covers; for one event alone if it names one."""

    id: int
    ward_id: int
    guardian_id: int
    valid_from: date
    valid_to: date
    given_at: datetime
    withdrawn_at: datetime | None
    event_id: int | None = None


class LeaveView(msgspec.Struct, frozen=True):
    """Days on which a person does not serve; kind and reason are not shown."""

    id: int
    person_id: int
    first_day: date
    last_day: date
    withdrawn_at: datetime | None


def qualify(work: Work, *, person_id: int, kind: str, valid_from: date, expires_on: date | None) -> None:
    """Records a qualification; the same kind again renews it. Refuses an end before its start."""
    person = work.lock(Person, person_id)
    work.demand("people.vouch", communities=[person.community_id])
    if expires_on is not None and expires_on < valid_from:
        raise Malformed("expires_on", "不能早于生效日期。")
    kept = texts.code("kind", kind)
    row = work.scalar(
        select(Qualification).where(Qualification.person_id == person.id, Qualification.kind == kept)
    )
    if row is None:
        row = Qualification(person_id=person.id, kind=kept)
        work.add(row)
    row.valid_from, row.expires_on = valid_from, expires_on
    work.flush()


def record_check(work: Work, *, person_id: int, checked_on: date, result: CheckResult) -> None:
    """Records that a record check was made: date and result, nothing else (rule 5 of DESIGN.md)."""
    person = work.lock(Person, person_id)
    work.demand("people.vouch", communities=[person.community_id])
    if checked_on > civil_date(work.now):
        raise Malformed("checked_on", "不能晚于今天。")
    row = work.scalar(
        select(RecordCheck).where(RecordCheck.person_id == person.id, RecordCheck.checked_on == checked_on)
    )
    if row is None:
        row = RecordCheck(person_id=person.id, checked_on=checked_on)
        work.add(row)
    row.result = result
    work.flush()


def link_guardian(
    work: Work,
    *,
    ward_id: int,
    guardian_id: int,
    relation: str,
    valid_from: date,
    valid_to: date | None = None,
) -> None:
    """Records who answers for a minor. Refuses a guardian who is a minor or the ward."""
    ward, guardian = work.find(Person, ward_id), work.find(Person, guardian_id)
    work.demand("people.guardians", communities=[ward.community_id])
    born = guardian.birth_date
    if ward.id == guardian.id or (born is not None and age_on(born, valid_from) < 18):
        raise GuardianUnfit(ward_id=ward_id, guardian_id=guardian_id)
    if valid_to is not None and valid_to < valid_from:
        raise Malformed("valid_to", "不能早于生效日期。")
    row = work.scalar(
        select(Guardianship).where(Guardianship.ward_id == ward.id, Guardianship.guardian_id == guardian.id)
    )
    if row is None:
        row = Guardianship(ward_id=ward.id, guardian_id=guardian.id)
        work.add(row)
    row.relation = texts.line("relation", relation, longest=20)
    row.valid_from, row.valid_to = valid_from, valid_to
    work.flush()


def give_consent(
    work: Work,
    *,
    ward_id: int,
    guardian_id: int,
    valid_from: date,
    valid_to: date,
    event_id: int | None = None,
) -> ConsentView:
    """A guardian consents that a minor serves between two dates (at most 400 days), or at one event on
    those dates.

    The guardian does so themselves; a coordinator records a consent given on paper.
    """
    ward = work.find(Person, ward_id)
    guardians = guardian_ids(work, ward.id, valid_from)
    work.demand(
        "people.consent",
        communities=[ward.community_id],
        guardians=[guardian_id] if guardian_id in guardians else [],
    )
    if guardian_id not in guardians:
        raise NotGuardian(ward_id=ward_id, guardian_id=guardian_id)
    if not valid_from <= valid_to <= valid_from + timedelta(days=LONGEST_CONSENT_DAYS):
        raise Malformed("valid_to", f"不能早于生效日期，且最长 {LONGEST_CONSENT_DAYS} 天。")
    row = Consent(
        ward_id=ward.id,
        guardian_id=guardian_id,
        valid_from=valid_from,
        valid_to=valid_to,
        event_id=event_id,
        given_at=work.now,
    )
    work.add(row)
    work.flush()
    return _consent_view(row)


def withdraw_consent(work: Work, *, consent_id: int) -> ConsentView:
    """Withdraws a consent: any guardian of the minor may, at any time (个人信息保护法 Art 15)."""
    ward = work.lock(Person, work.find(Consent, consent_id).ward_id)
    row = work.lock(Consent, consent_id)
    work.demand(
        "people.consent",
        communities=[ward.community_id],
        guardians=guardian_ids(work, ward.id, civil_date(work.now)),
    )
    if row.withdrawn_at is not None:
        raise AlreadyWithdrawn(id=consent_id)
    row.withdrawn_at = work.now
    work.flush()
    return _consent_view(row)


def list_consents(work: Work, *, ward_id: int, paging: Paging = Paging()) -> Page[ConsentView]:
    """The consents for a minor, latest first, withdrawn ones too."""
    ward = work.find(Person, ward_id)
    work.demand(
        "people.consent",
        communities=[ward.community_id],
        guardians=guardian_ids(work, ward.id, civil_date(work.now)),
    )
    columns = [getattr(Consent, field) for field in ConsentView.__struct_fields__]
    statement = (
        select(*columns).where(Consent.ward_id == ward.id).order_by(Consent.valid_from.desc(), Consent.id)
    )
    return work.page(ConsentView, statement, paging)


def take_leave(
    work: Work,
    *,
    person_id: int,
    first_day: date,
    last_day: date,
    kind: LeaveKind = LeaveKind.PERSONAL,
    reason: str = "",
) -> LeaveView:
    """A person does not serve from one day to another, both included; kind and reason stay private."""
    person = work.lock(Person, person_id)
    work.demand("people.leave", people=[person.id], communities=[person.community_id])
    if not first_day <= last_day <= first_day + timedelta(days=LONGEST_CONSENT_DAYS):
        raise Malformed("last_day", f"不能早于第一天，且最长 {LONGEST_CONSENT_DAYS} 天。")
    row = Leave(
        person_id=person.id,
        first_day=first_day,
        last_day=last_day,
        kind=kind,
        reason=texts.line("reason", reason, longest=200, empty=True),
        entered_at=work.now,
    )
    work.add(row)
    work.flush()
    return _leave_view(row)


def withdraw_leave(work: Work, *, leave_id: int) -> LeaveView:
    """The person serves after all."""
    row = work.lock(Leave, leave_id)
    person = work.find(Person, row.person_id)
    work.demand("people.leave", people=[person.id], communities=[person.community_id])
    if row.withdrawn_at is not None:
        raise AlreadyWithdrawn(id=leave_id)
    row.withdrawn_at = work.now
    work.flush()
    return _leave_view(row)


def list_leave(work: Work, *, person_id: int, paging: Paging = Paging()) -> Page[LeaveView]:
    """A person's leave, latest first."""
    person = work.find(Person, person_id)
    work.demand("people.leave", people=[person.id], communities=[person.community_id])
    columns = [getattr(Leave, field) for field in LeaveView.__struct_fields__]
    statement = (
        select(*columns).where(Leave.person_id == person.id).order_by(Leave.first_day.desc(), Leave.id)
    )
    return work.page(LeaveView, statement, paging)


def _consent_view(row: Consent) -> ConsentView:
    return ConsentView(*(getattr(row, field) for field in ConsentView.__struct_fields__))


def _leave_view(row: Leave) -> LeaveView:
    return LeaveView(row.id, row.person_id, row.first_day, row.last_day, row.withdrawn_at)
