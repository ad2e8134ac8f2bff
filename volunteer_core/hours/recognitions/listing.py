"""Who has reached which star level, for the person and for those who recognise it."""

from __future__ import annotations

from datetime import date, datetime

import msgspec
from sqlalchemy import or_, select

from volunteer_core.database import Page, Paging, Work
from volunteer_core.hours.ledger import demand_person
from volunteer_core.hours.recognitions.models import Recognition, RecognitionState
from volunteer_core.people.models import Person
from volunteer_core.timespans import dates_span


class RecognitionView(msgspec.Struct, frozen=True):
    """A star level of a person: reached with so many hours, on a day, and how it stands."""

    id: int
    person_id: int
    name: str
    community_id: int | None
    level: int
    hours: int
    reached_on: date
    recorded_at: datetime
    state: RecognitionState
    review_since: datetime | None
    reason: str
    """Why the street office confirmed or withdrew it."""


RECOGNITIONS = select(
    Recognition.id,
    Recognition.person_id,
    Person.name,
    Person.community_id,
    Recognition.level,
    Recognition.hours,
    Recognition.reached_on,
    Recognition.recorded_at,
    Recognition.state,
    Recognition.review_since,
    Recognition.reason,
).join(Person, Person.id == Recognition.person_id)


def list_recognitions_of(work: Work, *, person_id: int) -> list[RecognitionView]:
    """A person's star levels, lowest first; withdrawn ones too."""
    demand_person(work, "hours.recognitions.read", person_id)
    statement = RECOGNITIONS.where(Recognition.person_id == person_id)
    return work.views(RecognitionView, statement.order_by(Recognition.level, Recognition.id))


def list_recognitions(
    work: Work,
    *,
    first: date | None = None,
    last: date | None = None,
    community_id: int | None = None,
    level: int | None = None,
    in_state: RecognitionState | None = None,
    paging: Paging = Paging(),
) -> Page[RecognitionView]:
    """Who reached which level between two dates, both included, by day: everybody for the street office,
    the people of their communities for coordinators, for all others their own.

    Names are in full, for those who recognise it: nothing of it is published without consent (民政部令67号
    Art 16). Without ``in_state`` those that were withdrawn are left out.
    """
    reach = work.reach("hours.recognitions.read")
    statement = RECOGNITIONS.order_by(Recognition.reached_on, Recognition.id)
    if not reach.everything:
        statement = statement.where(
            or_(Person.community_id.in_(reach.communities), Recognition.person_id == reach.person_id)
        )
    if first is not None and last is not None:
        dates_span(first, last)
    if first is not None:
        statement = statement.where(Recognition.reached_on >= first)
    if last is not None:
        statement = statement.where(Recognition.reached_on <= last)
    if community_id is not None:
        statement = statement.where(Person.community_id == community_id)
    if level is not None:
        statement = statement.where(Recognition.level == level)
    if in_state is None:
        statement = statement.where(Recognition.state != RecognitionState.WITHDRAWN)
    else:
        statement = statement.where(Recognition.state == in_state)
    return work.page(RecognitionView, statement, paging)
