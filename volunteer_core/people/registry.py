"""Registering, reading, correcting and finding people."""

from __future__ import annotations

import secrets
from datetime import date, datetime

import msgspec
from sqlalchemy import or_, select

from volunteer_core import texts
from volunteer_core.database import Page, Paging, Work
from volunteer_core.errors import Malformed
from volunteer_core.people.masking import checked_phone, masked_name, masked_phone
from volunteer_core.people.models import (
    CheckResult,
    Guardianship,
    NameKey,
    Person,
    Qualification,
    RecordCheck,
)
from volunteer_core.people.pinyin import name_keys
from volunteer_core.people.standing import guardian_ids, matches
from volunteer_core.places.directory import CodeTaken
from volunteer_core.places.models import Community, Grid
from volunteer_core.timespans import civil_date

OLDEST_YEARS = 120


class PersonRow(msgspec.Struct, frozen=True):
    """A person in a list: name and phone masked."""

    id: int
    code: str
    name: str
    phone: str
    community_id: int | None
    grid_id: int | None
    left_on: date | None
    visitor: bool


class QualificationView(msgspec.Struct, frozen=True):
    """A qualification and the last day on which it counts."""

    kind: str
    valid_from: date
    expires_on: date | None


class RecordCheckView(msgspec.Struct, frozen=True):
    """A record check: date and result, nothing else."""

    checked_on: date
    result: CheckResult


class GuardianView(msgspec.Struct, frozen=True):
    """Who answers for a minor."""

    guardian_id: int
    relation: str
    valid_from: date
    valid_to: date | None


class PersonView(msgspec.Struct, frozen=True):
    """A person as those see it who may: unmasked."""

    id: int
    code: str
    name: str
    phone: str
    birth_date: date | None
    community_id: int | None
    grid_id: int | None
    registered_at: datetime
    left_on: date | None
    visitor: bool
    """Known only for having signed up for an event by phone."""
    qualifications: list[QualificationView]
    record_check: RecordCheckView | None
    guardians: list[GuardianView]


def register(
    work: Work,
    *,
    name: str,
    phone: str = "",
    birth_date: date | None = None,
    community_id: int | None = None,
    grid_id: int | None = None,
    code: str | None = None,
) -> PersonView:
    """Registers a person; without a code they are given one.

    Refuses a code that is taken, a phone that is none, a birth date in the future or over 120
    years ago, and a grid of another community.
    """
    work.demand("people.register", communities=[_home(work, community_id, grid_id)])
    person = Person(
        code=texts.code("code", code) if code else f"P{secrets.token_hex(5).upper()}",
        registered_at=work.now,
    )
    if work.scalar(select(Person.id).where(Person.code == person.code)):
        raise CodeTaken(value=person.code)
    _describe(work, person, name, phone, birth_date, community_id, grid_id)
    work.add(person)
    work.flush()
    index_name(work, person)
    return person_view(work, person)


def correct(
    work: Work,
    *,
    person_id: int,
    name: str | None = None,
    phone: str | None = None,
    birth_date: date | None = None,
    community_id: int | None = None,
    grid_id: int | None = None,
) -> PersonView:
    """Corrects a person's data; what is not given stays. People may correct their own phone, and
    the rest is the coordinator's or the street office's. Refuses as :func:`register` does."""
    person = work.lock(Person, person_id)
    only_phone = (name, birth_date, community_id, grid_id) == (None, None, None, None)
    work.demand("people.correct", communities=[person.community_id], people=[person.id] if only_phone else [])
    moved = community_id if community_id is not None else person.community_id
    grid = grid_id if grid_id is not None else (person.grid_id if community_id is None else None)
    _home(work, moved, grid)
    renamed = name is not None and name != person.name
    _describe(
        work,
        person,
        person.name if name is None else name,
        person.phone if phone is None else phone,
        person.birth_date if birth_date is None else birth_date,
        moved,
        grid,
    )
    work.flush()
    if renamed:
        index_name(work, person)
    return person_view(work, person)


def leave_office(work: Work, *, person_id: int, on: date) -> PersonView:
    """Records that a person no longer serves from a date on; their hours stay."""
    person = work.lock(Person, person_id)
    work.demand("people.register", communities=[person.community_id])
    person.left_on = on
    work.flush()
    return person_view(work, person)


def read(work: Work, *, person_id: int) -> PersonView:
    """One person, unmasked: for themselves, their guardians, coordinator and the street office."""
    person = work.find(Person, person_id)
    work.demand(
        "people.read",
        people=[person.id],
        communities=[person.community_id],
        guardians=guardian_ids(work, person.id, civil_date(work.now)),
    )
    return person_view(work, person)


def search(
    work: Work,
    *,
    query: str = "",
    community_id: int | None = None,
    grid_id: int | None = None,
    with_left: bool = False,
    visitors: bool = False,
    paging: Paging = Paging(),
) -> Page[PersonRow]:
    """People by name (characters, pinyin or initials), code or the end of the phone; masked.

    Coordinators find the people of their communities, the street office everybody. Visitors, who only
    ever signed up for an event by phone, are found if asked for.
    """
    reach = work.reach("people.search")
    statement = select(
        Person.id,
        Person.code,
        Person.name,
        Person.phone,
        Person.community_id,
        Person.grid_id,
        Person.left_on,
        Person.visitor,
    ).order_by(Person.code)
    if not reach.everything:
        statement = statement.where(Person.community_id.in_(reach.communities))
    if community_id is not None:
        statement = statement.where(Person.community_id == community_id)
    if grid_id is not None:
        statement = statement.where(Person.grid_id == grid_id)
    if not with_left:
        statement = statement.where(or_(Person.left_on.is_(None), Person.left_on > civil_date(work.now)))
    if not visitors:
        statement = statement.where(~Person.visitor)
    if query.strip():
        statement = statement.where(matches(query))
    found = work.page(PersonRow, statement, paging)
    return msgspec.structs.replace(found, items=[_masked(row) for row in found.items])


def _masked(row: PersonRow) -> PersonRow:
    return msgspec.structs.replace(row, name=masked_name(row.name), phone=masked_phone(row.phone))


def _home(work: Work, community_id: int | None, grid_id: int | None) -> int | None:
    """The checked home community: the grid, if any, lies in it."""
    if community_id is not None:
        work.find(Community, community_id)
    if grid_id is not None and work.find(Grid, grid_id).community_id != community_id:
        raise Malformed("grid_id", "网格不属于这个社区。")
    return community_id


def _describe(
    work: Work,
    person: Person,
    name: str,
    phone: str,
    birth_date: date | None,
    community_id: int | None,
    grid_id: int | None,
) -> None:
    today = civil_date(work.now)
    if birth_date is not None and not (today.year - OLDEST_YEARS <= birth_date.year and birth_date <= today):
        raise Malformed("birth_date", "出生日期不能晚于今天，也不能早于 120 年前。")
    person.name, person.phone = texts.line("name", name, longest=60), checked_phone(phone)
    person.birth_date = birth_date
    person.community_id, person.grid_id = community_id, grid_id


def index_name(work: Work, person: Person) -> None:
    """Has a person found by the ways to type their name. Inner: asks no right."""
    wanted = name_keys(person.name)
    for row in work.scalars(select(NameKey).where(NameKey.person_id == person.id)):
        if row.key in wanted:
            wanted.discard(row.key)
        else:
            work.delete(row)
    work.add_all(NameKey(person_id=person.id, key=key) for key in sorted(wanted))
    work.flush()


def person_view(work: Work, person: Person) -> PersonView:
    """A person as they go out to those who may see them. Inner: asks no right."""
    qualifications = work.views(
        QualificationView,
        select(Qualification.kind, Qualification.valid_from, Qualification.expires_on)
        .where(Qualification.person_id == person.id)
        .order_by(Qualification.kind),
    )
    checks = work.views(
        RecordCheckView,
        select(RecordCheck.checked_on, RecordCheck.result)
        .where(RecordCheck.person_id == person.id)
        .order_by(RecordCheck.checked_on.desc())
        .limit(1),
    )
    guardians = work.views(
        GuardianView,
        select(
            Guardianship.guardian_id, Guardianship.relation, Guardianship.valid_from, Guardianship.valid_to
        )
        .where(Guardianship.ward_id == person.id)
        .order_by(Guardianship.guardian_id),
    )
    return PersonView(
        person.id,
        person.code,
        person.name,
        person.phone,
        person.birth_date,
        person.community_id,
        person.grid_id,
        person.registered_at,
        person.left_on,
        person.visitor,
        qualifications,
        checks[0] if checks else None,
        guardians,
    )
