"""Objections as people see them: their own, those of an entry, and those that wait for an answer."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import Select, select

from volunteer_core.database import Page, Paging, Work
from volunteer_core.hours.entering import SERVICE_DAY
from volunteer_core.hours.models import LedgerEntry
from volunteer_core.hours.objections.models import Objection, ObjectionState
from volunteer_core.hours.objections.succession import line_of
from volunteer_core.people.models import Person
from volunteer_core.people.standing import guardian_ids
from volunteer_core.timespans import civil_date, parse_month


class ObjectionView(msgspec.Struct, frozen=True):
    """An objection to an entry and its answer, for the person and for who answers."""

    id: int
    entry_id: int
    person_id: int
    person: str
    civil_date: date
    """The day of the service that it is about."""
    what: str
    community_id: int
    entry_minutes: int
    """The minutes it objects to."""
    text: str
    filed_by: int | None
    filed_at: datetime
    due: date
    overdue: bool
    state: ObjectionState
    corrected_minutes: int | None
    answered_by: int | None
    answered_at: datetime | None
    answer: str


_OF_ROW = (
    "id", "entry_id", "person_id", "text", "filed_by", "filed_at", "due", "state", "corrected_minutes",
    "answered_by", "answered_at", "answer",
)  # fmt: skip


def list_own_objections(work: Work, *, person_id: int, paging: Paging = Paging()) -> Page[ObjectionView]:
    """A person's objections, latest first."""
    person = work.find(Person, person_id)
    work.demand(
        "hours.objections.read",
        people=[person.id],
        guardians=guardian_ids(work, person.id, civil_date(work.now)),
        communities=[person.community_id],
    )
    statement = _select(work).where(Objection.person_id == person.id)
    return work.page(ObjectionView, statement.order_by(Objection.id.desc()), paging)


def list_objections_to_entry(work: Work, *, entry_id: int, paging: Paging = Paging()) -> Page[ObjectionView]:
    """The objections to an entry and to all that stood or stand in its place, latest first."""
    entry = work.find(LedgerEntry, entry_id)
    work.demand(
        "hours.objections.read",
        people=[entry.person_id],
        guardians=guardian_ids(work, entry.person_id, civil_date(work.now)),
        communities=[entry.community_id],
    )
    statement = _select(work).where(Objection.entry_id.in_(one.id for one in line_of(work, entry)))
    return work.page(ObjectionView, statement.order_by(Objection.id.desc()), paging)


def list_objections(
    work: Work,
    *,
    state: ObjectionState | None = None,
    community_id: int | None = None,
    month: str | None = None,
    paging: Paging = Paging(),
) -> Page[ObjectionView]:
    """The objections that the asker may answer, open ones first, those due first of all.

    ``month`` (2026-11) is the one in which the entry stands.
    """
    reach = work.reach("hours.correct")
    statement = _select(work)
    if not reach.everything:
        statement = statement.where(LedgerEntry.community_id.in_(reach.communities))
    if month is not None:
        wanted = parse_month(month)
        statement = statement.where(LedgerEntry.civil_date.between(wanted.first, wanted.last))
    for column, value in ((Objection.state, state), (LedgerEntry.community_id, community_id)):
        if value is not None:
            statement = statement.where(column == value)
    is_open = Objection.state == ObjectionState.OPEN
    return work.page(ObjectionView, statement.order_by(~is_open, Objection.due, Objection.id), paging)


def view_of(work: Work, objection_id: int) -> ObjectionView:
    """Inner."""
    return work.views(ObjectionView, _select(work).where(Objection.id == objection_id))[0]


def _select(work: Work) -> Select[*tuple[Any, ...]]:
    overdue = (Objection.state == ObjectionState.OPEN) & (Objection.due < civil_date(work.now))
    return (
        select(
            *(getattr(Objection, field) for field in _OF_ROW),
            Person.name.label("person"),
            SERVICE_DAY.label("civil_date"),
            LedgerEntry.what,
            LedgerEntry.community_id,
            LedgerEntry.minutes.label("entry_minutes"),
            overdue.label("overdue"),
        )
        .join(Person, Person.id == Objection.person_id)
        .join(LedgerEntry, LedgerEntry.id == Objection.entry_id)
    )
