"""Visitors: people known only for having signed up for an event by phone, until they are taken on."""

from __future__ import annotations

import secrets

from sqlalchemy import Date, bindparam, or_, select

from volunteer_core.database import Work
from volunteer_core.errors import Conflict
from volunteer_core.people.models import Person
from volunteer_core.people.registry import PersonView, index_name, person_view
from volunteer_core.timespans import civil_date

_NAMED = (
    select(Person.id)
    .where(
        Person.phone == bindparam("phone"),
        Person.name == bindparam("name"),
        or_(Person.left_on.is_(None), Person.left_on > bindparam("today", type_=Date())),
    )
    .order_by(Person.visitor, Person.id)
    .limit(1)
)


class NotVisitor(Conflict, code="not_a_visitor", sentence="此人已经登记为志愿者。"):
    """Only who is a visitor still is taken on."""


def take_on(work: Work, *, person_id: int) -> PersonView:
    """A visitor becomes a volunteer, with the code and everything they have. Refuses who is one."""
    person = work.lock(Person, person_id)
    work.demand("people.register", communities=[person.community_id])
    if not person.visitor:
        raise NotVisitor(person_id=person.id)
    person.visitor = False
    work.flush()
    return person_view(work, person)


def person_of(work: Work, *, name: str, phone: str, community_id: int | None) -> int:
    """The id of whoever bears a checked name and has a checked phone: a volunteer before a visitor, or else
    a visitor made for them, at home where they say. Inner: asks no right.

    Locks nobody, for people are locked all at once. The caller sees to it that no two works make the same
    visitor.
    """
    facts = {"name": name, "phone": phone, "today": civil_date(work.now)}
    known = work.scalar(_NAMED, facts)
    if known is not None:
        return known
    visitor = Person(
        code=f"R{secrets.token_hex(5).upper()}",
        name=name,
        phone=phone,
        community_id=community_id,
        registered_at=work.now,
        visitor=True,
    )
    work.add(visitor)
    work.flush()
    index_name(work, visitor)
    return visitor.id


def note_home(work: Work, person_id: int, community_id: int | None) -> None:
    """Keeps where a locked visitor says they are at home, if that was not known. Inner: asks no right."""
    person = work.find(Person, person_id)
    if person.visitor and person.community_id is None:
        person.community_id = community_id
        work.flush()
