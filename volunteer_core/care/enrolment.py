"""Registering children and their guardians, and enrolling them at a site."""

from __future__ import annotations

import secrets
from datetime import date

import msgspec
from sqlalchemy import or_, select, true

from volunteer_core import texts
from volunteer_core.care.models import Child, ChildGuardian, Enrolment
from volunteer_core.care.need_to_know import find_child
from volunteer_core.database import Page, Paging, Work
from volunteer_core.errors import Conflict, Malformed, NotFound, RuleBroken
from volunteer_core.people.models import Person
from volunteer_core.people.vouching import GuardianUnfit
from volunteer_core.permissions import ActorKind
from volunteer_core.places.directory import CodeTaken
from volunteer_core.places.models import Community, Site
from volunteer_core.rosters.patterns import check_weekdays
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import age_on, civil_date


class MindsNoChildren(RuleBroken, code="minds_no_children", sentence="这个项目不照看儿童。"):
    """Children come to programmes that mind children only."""


class EnrolledAlready(Conflict, code="enrolled_already", sentence="这名儿童在同一时间已有报名。"):
    """A child is in one place at a time: on a weekday it is enrolled once."""


class ChildRow(msgspec.Struct, frozen=True):
    """A child in a list."""

    id: int
    code: str
    name: str
    community_id: int


class ChildGuardianView(msgspec.Struct, frozen=True):
    """Who answers for a child."""

    person_id: int
    name: str
    relation: str


class EnrolmentView(msgspec.Struct, frozen=True):
    """Where a child comes to, on which weekdays (``"135"``); both dates are included."""

    id: int
    child_id: int
    programme_id: int
    site_id: int
    weekdays: str
    first_day: date
    last_day: date


class ChildView(msgspec.Struct, frozen=True):
    """A child as its guardians and its coordinator see it."""

    id: int
    code: str
    name: str
    birth_date: date
    community_id: int
    guardians: list[ChildGuardianView]
    enrolments: list[EnrolmentView]


def register_child(
    work: Work, *, name: str, birth_date: date, community_id: int, code: str | None = None
) -> ChildView:
    """Registers a child with the community that looks after it; without a code it is given one.

    Refuses a code that is taken, and a birth date in the future or of somebody who is of age.
    """
    work.demand("care.enrol", communities=[community_id])
    work.find(Community, community_id)
    kept = texts.code("code", code) if code else f"C{secrets.token_hex(5).upper()}"
    if work.scalar(select(Child.id).where(Child.code == kept)):
        raise CodeTaken(value=kept)
    today = civil_date(work.now)
    if birth_date > today or age_on(birth_date, today) >= 18:
        raise Malformed("birth_date", "不能晚于今天，且须未满 18 岁。")
    child = Child(
        code=kept,
        name=texts.line("name", name, longest=60),
        birth_date=birth_date,
        community_id=community_id,
    )
    work.add(child)
    work.flush()
    return _view(work, child)


def link_guardian(work: Work, *, child_id: int, person_id: int, relation: str) -> ChildView:
    """Records who answers for a child, who may from then on see its data. Refuses a minor."""
    child = find_child(work, "care.enrol", child_id, lock=True)
    person = work.find(Person, person_id)
    if person.birth_date is not None and age_on(person.birth_date, civil_date(work.now)) < 18:
        raise GuardianUnfit(child_id=child_id, guardian_id=person_id)
    row = _guardian(work, child_id, person_id)
    if row is None:
        row = ChildGuardian(child_id=child.id, person_id=person.id)
        work.add(row)
    row.relation = texts.line("relation", relation, longest=20)
    work.flush()
    return _view(work, child)


def unlink_guardian(work: Work, *, child_id: int, person_id: int) -> ChildView:
    """Ends that a person answers for a child and sees its data: a link made by mistake, or lost custody."""
    child = find_child(work, "care.enrol", child_id, lock=True)
    row = _guardian(work, child_id, person_id)
    if row is None:
        raise NotFound("child_guardians", person_id)
    work.delete(row)
    work.flush()
    return _view(work, child)


def enrol(
    work: Work,
    *,
    child_id: int,
    programme_id: int,
    site_id: int,
    weekdays: str,
    first_day: date,
    last_day: date,
) -> EnrolmentView:
    """Enrols a child with a programme at a site on some weekdays, between two dates.

    On make-up weekends it may come whatever its weekdays. Both the child's and the site's community
    must be the coordinator's: nobody learns of a child by enrolling it. Refuses a programme that
    minds no children, and a weekday on which the child is enrolled already.
    """
    child = find_child(work, "care.enrol", child_id, lock=True)
    site = work.find(Site, site_id)
    work.demand("care.enrol", communities=[site.community_id])
    if not work.find(Programme, programme_id).minds_children:
        raise MindsNoChildren(programme_id=programme_id)
    check_weekdays(weekdays)
    if last_day < first_day:
        raise Malformed("last_day", "不能早于第一天。")
    others = work.scalars(
        select(Enrolment.weekdays).where(
            Enrolment.child_id == child.id,
            Enrolment.first_day <= last_day,
            Enrolment.last_day >= first_day,
        )
    )
    if any(set(weekdays) & set(other) for other in others):
        raise EnrolledAlready(child_id=child_id)
    row = Enrolment(
        child_id=child.id,
        programme_id=programme_id,
        site_id=site.id,
        weekdays=weekdays,
        first_day=first_day,
        last_day=last_day,
        enrolled_at=work.now,
    )
    work.add(row)
    work.flush()
    return _enrolment_view(row)


def end_enrolment(work: Work, *, enrolment_id: int, last_day: date) -> EnrolmentView:
    """Ends an enrolment earlier than it said: after a day, which is not before its first."""
    row = work.lock(Enrolment, enrolment_id)
    child, site = work.find(Child, row.child_id), work.find(Site, row.site_id)
    work.demand("care.enrol", communities=[child.community_id, site.community_id])
    if not row.first_day <= last_day <= row.last_day:
        raise Malformed("last_day", "应在原来的第一天和最后一天之间。")
    if last_day != row.last_day:
        row.planned_to, row.ended_at = row.planned_to or row.last_day, work.now
        row.last_day = last_day
    work.flush()
    return _enrolment_view(row)


def list_children(
    work: Work,
    *,
    community_id: int | None = None,
    site_id: int | None = None,
    paging: Paging = Paging(),
) -> Page[ChildRow]:
    """Children by code: a guardian's own, and those of the communities a coordinator answers for.

    ``site_id`` asks for those who are enrolled there, today or later.
    """
    me = work.by.person_id
    own = select(ChildGuardian.child_id).where(ChildGuardian.person_id == me)
    work.demand(
        "care.children",
        communities=work.by.communities,
        guardians=[me] if work.scalar(own.limit(1)) is not None else [],
    )
    everything = work.by.kind is ActorKind.SYSTEM
    theirs = or_(Child.community_id.in_(work.by.communities), Child.id.in_(own))
    columns = [getattr(Child, field) for field in ChildRow.__struct_fields__]
    statement = select(*columns).where(true() if everything else theirs).order_by(Child.code)
    if community_id is not None:
        statement = statement.where(Child.community_id == community_id)
    if site_id is not None:
        come = (Enrolment.site_id == site_id) & (Enrolment.last_day >= civil_date(work.now))
        statement = statement.where(Child.id.in_(select(Enrolment.child_id).where(come)))
    return work.page(ChildRow, statement, paging)


def read_child(work: Work, *, child_id: int) -> ChildView:
    """One child, with its guardians and enrolments."""
    return _view(work, find_child(work, "care.children", child_id))


def _guardian(work: Work, child_id: int, person_id: int) -> ChildGuardian | None:
    return work.scalar(
        select(ChildGuardian).where(ChildGuardian.child_id == child_id, ChildGuardian.person_id == person_id)
    )


def _view(work: Work, child: Child) -> ChildView:
    guardians = work.views(
        ChildGuardianView,
        select(ChildGuardian.person_id, Person.name, ChildGuardian.relation)
        .join(Person, Person.id == ChildGuardian.person_id)
        .where(ChildGuardian.child_id == child.id)
        .order_by(ChildGuardian.person_id),
    )
    columns = [getattr(Enrolment, field) for field in EnrolmentView.__struct_fields__]
    enrolments = work.views(
        EnrolmentView,
        select(*columns).where(Enrolment.child_id == child.id).order_by(Enrolment.first_day, Enrolment.id),
    )
    return ChildView(
        child.id, child.code, child.name, child.birth_date, child.community_id, guardians, enrolments
    )


def _enrolment_view(row: Enrolment) -> EnrolmentView:
    return EnrolmentView(*(getattr(row, field) for field in EnrolmentView.__struct_fields__))
