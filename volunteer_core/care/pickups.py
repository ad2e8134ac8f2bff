"""Who is on a child's pick-up list (接送名单): guardians too are on it only if they are put there."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Select, select

from volunteer_core import texts
from volunteer_core.care.models import PickupAuthorisation
from volunteer_core.care.need_to_know import find_child
from volunteer_core.care.pickup_rules import PickupNotAdult, is_adult
from volunteer_core.database import Page, Paging, Work
from volunteer_core.errors import Conflict, Malformed
from volunteer_core.people.masking import masked_name
from volunteer_core.people.models import Person
from volunteer_core.people.vouching import AlreadyWithdrawn


class ListedAlready(Conflict, code="listed_already", sentence="此人在这段时间已有接送授权。"):
    """A person is on a child's list once at a time: withdraw the other one first."""


class PickupView(msgspec.Struct, frozen=True):
    """An authorisation, both dates included. The name is masked: whoever adds people by their id
    does not learn who they are."""

    id: int
    child_id: int
    person_id: int
    name: str
    relation: str
    valid_from: date
    valid_to: date
    withdrawn_at: datetime | None


def authorise_pickup(
    work: Work, *, child_id: int, person_id: int, relation: str, valid_from: date, valid_to: date
) -> PickupView:
    """A guardian, or the coordinator for them, lets a person take a child home between two dates.

    Refuses a person who is not known to be 18 on the first of them, or who is on the list then.
    """
    child = find_child(work, "care.pickups", child_id, lock=True)
    person = work.find(Person, person_id)
    if valid_to < valid_from:
        raise Malformed("valid_to", "不能早于生效日期。")
    if not is_adult(person.birth_date, valid_from):
        raise PickupNotAdult(child_id=child_id, person_id=person_id)
    if work.scalar(
        select(PickupAuthorisation.id).where(
            PickupAuthorisation.child_id == child.id,
            PickupAuthorisation.person_id == person.id,
            PickupAuthorisation.withdrawn_at.is_(None),
            PickupAuthorisation.valid_from <= valid_to,
            PickupAuthorisation.valid_to >= valid_from,
        )
    ):
        raise ListedAlready(child_id=child_id, person_id=person_id)
    row = PickupAuthorisation(
        child_id=child.id,
        person_id=person.id,
        relation=texts.line("relation", relation, longest=20),
        valid_from=valid_from,
        valid_to=valid_to,
    )
    work.add(row)
    work.flush()
    return _read(work, row.id)


def withdraw_pickup(work: Work, *, authorisation_id: int) -> PickupView:
    """Takes a person off a child's list at once, for any guardian or the coordinator."""
    row = work.lock(PickupAuthorisation, authorisation_id)
    find_child(work, "care.pickups", row.child_id)
    if row.withdrawn_at is not None:
        raise AlreadyWithdrawn(id=authorisation_id)
    row.withdrawn_at = work.now
    work.flush()
    return _read(work, row.id)


def list_pickups(work: Work, *, child_id: int, paging: Paging = Paging()) -> Page[PickupView]:
    """A child's list, withdrawn and past authorisations too, latest first."""
    child = find_child(work, "care.pickups", child_id)
    statement = (
        _select()
        .where(PickupAuthorisation.child_id == child.id)
        .order_by(PickupAuthorisation.valid_from.desc(), PickupAuthorisation.id.desc())
    )
    page = work.page(PickupView, statement, paging)
    return msgspec.structs.replace(page, items=[_masked(row) for row in page.items])


def _select() -> Select[*tuple[Any, ...]]:
    columns = [
        getattr(PickupAuthorisation, field) for field in PickupView.__struct_fields__ if field != "name"
    ]
    return select(*columns, Person.name).join(Person, Person.id == PickupAuthorisation.person_id)


def _read(work: Work, authorisation_id: int) -> PickupView:
    statement = _select().where(PickupAuthorisation.id == authorisation_id)
    return _masked(work.views(PickupView, statement)[0])


def _masked(row: PickupView) -> PickupView:
    return msgspec.structs.replace(row, name=masked_name(row.name))
