"""How a person stands on a day, and what then keeps them from a task. Inner: asks no rights."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from typing import Any

import msgspec
from sqlalchemy import Date, Integer, bindparam, case, exists, func, or_, select

from volunteer_core import texts
from volunteer_core.database import Work
from volunteer_core.errors import Refused, RuleBroken
from volunteer_core.office.settings import OfficeSettings, settings_on
from volunteer_core.people.models import (
    CheckResult,
    Consent,
    Guardianship,
    Leave,
    NameKey,
    Person,
    Qualification,
    RecordCheck,
)
from volunteer_core.timespans import age_on


class PersonLeft(RuleBroken, code="person_left", sentence="此人已不再服务。"):
    """People who left are given no new tasks, and no way to sign in."""


class StillVisitor(RuleBroken, code="still_visitor", sentence="此人尚未登记为志愿者，请先登记。"):
    """Who has only ever signed up for an event by phone serves nowhere before being taken on."""


class OnLeave(RuleBroken, code="on_leave", sentence="此人当天请假。"):
    """Nobody serves on a day of leave."""


class AgeUnknown(RuleBroken, code="age_unknown", sentence="没有登记出生日期，无法判断年龄是否符合要求。"):
    """Where an age is asked for, the birth date must be known: also of whoever serves, for the
    young need consent (a volunteer's record holds it, 民政部令67号 Art 5)."""


class AgeOutside(RuleBroken, code="age_outside", sentence="活动当天的年龄（{age} 岁）不符合要求。"):
    """Age is judged on the day of the task."""


class ConsentMissing(RuleBroken, code="consent_missing", sentence="未满 {years} 岁，需要监护人同意。"):
    """Younger volunteers need a guardian's consent (志愿服务条例 Art 15; rule 4 of DESIGN.md)."""


class GuardianPresenceNeeded(
    RuleBroken, code="guardian_presence_needed", sentence="未满 {years} 岁，需要监护人在场陪同。"
):
    """The youngest serve only beside their guardian."""


class MinorAtEmergency(RuleBroken, code="minor_at_emergency", sentence="未成年人不能参加应急任务。"):
    """No minor on emergency duty."""


class CheckMissing(RuleBroken, code="check_missing", sentence="照看儿童需要一年内的违法犯罪记录查询。"):
    """Whoever minds children needs a current record check (未成年人保护法 Art 62)."""


class QualificationMissing(
    RuleBroken, code="qualification_missing", sentence="当天没有所需的资格：{qualification}。"
):
    """The task asks for a qualification that counts on its day."""


class Requirement(msgspec.Struct, frozen=True):
    """What a task asks of whoever does it."""

    minds_children: bool = False
    serves: bool = True
    """Whether it is service. The audience of a lecture serves nobody and needs no consent."""
    emergency: bool = False
    qualification: str | None = None
    min_age: int | None = None
    max_age: int | None = None


class Standing(msgspec.Struct, frozen=True):
    """What the office knows of a person for one civil date."""

    person_id: int
    day: date
    age: int | None
    left: bool
    visitor: bool
    on_leave: bool
    consented: bool
    check_current: bool
    qualifications: frozenset[str]


_DAY = bindparam("day", type_=Date())
_ON_LEAVE = exists().where(
    Leave.person_id == Person.id,
    Leave.withdrawn_at.is_(None),
    Leave.first_day <= _DAY,
    Leave.last_day >= _DAY,
)
_CONSENTED = exists().where(
    Consent.ward_id == Person.id,
    Consent.withdrawn_at.is_(None),
    Consent.valid_from <= _DAY,
    Consent.valid_to >= _DAY,
    Consent.event_id.is_(None) | (Consent.event_id == bindparam("event_id", type_=Integer())),
)
# The newest check counts: one that is not clear ends what an older one allowed.
_CHECK_CURRENT = (
    select(
        (RecordCheck.result == CheckResult.CLEAR)
        & (RecordCheck.checked_on >= bindparam("oldest_check", type_=Date()))
    )
    .where(RecordCheck.person_id == Person.id, RecordCheck.checked_on <= _DAY)
    .order_by(RecordCheck.checked_on.desc())
    .limit(1)
    .scalar_subquery()
)
_PEOPLE = select(
    Person.id,
    Person.birth_date,
    Person.left_on,
    Person.visitor,
    _ON_LEAVE.label("on_leave"),
    _CONSENTED.label("consented"),
    _CHECK_CURRENT.label("check_current"),
).where(Person.id.in_(bindparam("people", expanding=True)))
_QUALIFIED = select(Qualification.person_id, Qualification.kind).where(
    Qualification.person_id.in_(bindparam("people", expanding=True)),
    Qualification.valid_from <= _DAY,
    Qualification.expires_on.is_(None) | (Qualification.expires_on >= _DAY),
)


def standings(
    work: Work,
    person_ids: Collection[int],
    day: date,
    *,
    event_id: int | None = None,
    with_qualifications: bool = True,
) -> dict[int, Standing]:
    """How people stand on a day, in two statements however many people they are, in one without their
    qualifications.

    For an event a consent counts that is standing, or given for it alone; else only one that is standing.
    """
    oldest_check = day - timedelta(days=settings_on(work, day).record_check_valid_days)
    facts = {
        "people": list(person_ids), "day": day, "oldest_check": oldest_check, "event_id": event_id
    }  # fmt: skip
    qualified: dict[int, set[str]] = {}
    for person_id, kind in work.execute(_QUALIFIED, facts) if with_qualifications else ():
        qualified.setdefault(person_id, set()).add(kind)
    return {
        row.id: Standing(
            row.id,
            day,
            age_on(row.birth_date, day) if row.birth_date else None,
            row.left_on is not None and row.left_on <= day,
            row.visitor,
            row.on_leave,
            row.consented,
            bool(row.check_current),
            frozenset(qualified.get(row.id, ())),
        )
        for row in work.execute(_PEOPLE, facts)
    }


def obstacles(
    standing: Standing, requirement: Requirement, settings: OfficeSettings, *, accompanied: bool = False
) -> list[Refused]:
    """All that keeps a person from a task, most lasting first. Pure."""
    person_id = standing.person_id
    found: list[Refused] = []
    if standing.left:
        found.append(PersonLeft(person_id=person_id))
    if standing.visitor and requirement.serves:
        found.append(StillVisitor(person_id=person_id))
    if standing.on_leave and requirement.serves:
        found.append(OnLeave(person_id=person_id, day=standing.day))
    found += _obstacles_of_age(standing, requirement, settings, accompanied)
    if requirement.minds_children and not standing.check_current:
        found.append(CheckMissing(person_id=person_id))
    wanted = requirement.qualification
    if wanted is not None and wanted not in standing.qualifications:
        found.append(QualificationMissing(person_id=person_id, qualification=wanted))
    return found


def _obstacles_of_age(
    standing: Standing, requirement: Requirement, settings: OfficeSettings, accompanied: bool
) -> list[Refused]:
    found: list[Refused] = []
    person_id, age = standing.person_id, standing.age
    low, high = requirement.min_age, requirement.max_age
    if age is None:
        if requirement.serves or low is not None or high is not None:
            found.append(AgeUnknown(person_id=person_id))
        return found
    if (low is not None and age < low) or (high is not None and age > high):
        found.append(AgeOutside(person_id=person_id, age=age, min_age=low, max_age=high))
    if requirement.serves and age < settings.consent_below_years and not standing.consented:
        found.append(ConsentMissing(person_id=person_id, years=settings.consent_below_years))
    if age < settings.presence_below_years and not accompanied:
        found.append(GuardianPresenceNeeded(person_id=person_id, years=settings.presence_below_years))
    if requirement.emergency and age < 18:
        found.append(MinorAtEmergency(person_id=person_id))
    return found


_GUARDIANS = select(Guardianship.guardian_id).where(
    Guardianship.ward_id == bindparam("ward_id"),
    Guardianship.valid_from <= _DAY,
    or_(Guardianship.valid_to.is_(None), Guardianship.valid_to >= _DAY),
)


def guardian_ids(work: Work, person_id: int, day: date) -> list[int]:
    """Who answers for a minor on a day."""
    return list(work.scalars(_GUARDIANS, {"ward_id": person_id, "day": day}))


def matches(query: str) -> Any:
    """The condition that a person is meant by what somebody typed: see :func:`search`."""
    typed = "".join(texts.line("q", query, longest=60).split()).lower()
    found = [
        Person.id.in_(select(NameKey.person_id).where(NameKey.key.startswith(typed, autoescape=True))),
        func.lower(Person.code) == typed,
    ]
    if typed.isdigit() and len(typed) >= 4:
        found.append(Person.phone.endswith(typed))
    if not typed.isascii():
        found.append(Person.name.contains(typed, autoescape=True))
    return or_(*found)


def expiring_checks(work: Work, *, day: date) -> list[tuple[int, date]]:
    """People whose newest record check is clear and runs out within the office's warning time, with
    the last day on which it counts. For the clock: asks no right."""
    settings = settings_on(work, day)
    newest = work.execute(
        select(RecordCheck.person_id, func.max(RecordCheck.checked_on))
        .join(Person, Person.id == RecordCheck.person_id)
        .where(Person.left_on.is_(None))
        .group_by(RecordCheck.person_id)
        .having(
            func.max(RecordCheck.checked_on)
            == func.max(case((RecordCheck.result == CheckResult.CLEAR, RecordCheck.checked_on)))
        )
    )
    last_days = (
        (person_id, checked_on + timedelta(days=settings.record_check_valid_days))
        for person_id, checked_on in newest
    )
    until = day + timedelta(days=settings.expiry_warning_days)
    return sorted((person_id, last) for person_id, last in last_days if day <= last <= until)


def expiring_qualifications(work: Work, *, day: date) -> list[tuple[int, str, date]]:
    """Qualifications that run out within the office's warning time, with their last day."""
    until = day + timedelta(days=settings_on(work, day).expiry_warning_days)
    rows = work.execute(
        select(Qualification.person_id, Qualification.kind, Qualification.expires_on)
        .join(Person, Person.id == Qualification.person_id)
        .where(Qualification.expires_on.between(day, until), Person.left_on.is_(None))
        .order_by(Qualification.person_id, Qualification.kind)
    )
    return [(person_id, kind, last) for person_id, kind, last in rows if last is not None]
