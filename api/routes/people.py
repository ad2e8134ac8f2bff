"""People: registering, finding, reading, correcting, leaving."""

from __future__ import annotations

from datetime import UTC, date, datetime

from litestar import Router
from litestar.params import FromQuery, JSONBody

from api.incoming import Body, Id, OptionalQueryId, OptionalQueryText, Paged, PathId, given
from api.operations import act, get, patch, post
from api.work import Opened
from volunteer_core.database import Page
from volunteer_core.people import registry
from volunteer_core.people import visitors as known_by_phone
from volunteer_core.people.models import CheckResult
from volunteer_core.people.registry import (
    GuardianView,
    PersonRow,
    PersonView,
    QualificationView,
    RecordCheckView,
)

ROW = PersonRow(
    id=42,
    code="V0042",
    name="王*",
    phone="138****5678",
    community_id=1,
    grid_id=3,
    left_on=None,
    visitor=False,
)
PERSON = PersonView(
    id=42,
    code="V0042",
    name="王小敏",
    phone="13812345678",
    birth_date=date(2010, 5, 4),
    community_id=1,
    grid_id=3,
    registered_at=datetime(2026, 9, 1, 1, 0, tzinfo=UTC),
    left_on=None,
    visitor=False,
    qualifications=[QualificationView("trained_lead", date(2026, 9, 1), date(2027, 8, 31))],
    record_check=RecordCheckView(date(2026, 9, 2), CheckResult.CLEAR),
    guardians=[GuardianView(guardian_id=41, relation="母亲", valid_from=date(2026, 9, 1), valid_to=None)],
)


class RegisterPerson(Body):
    """A person to register; without a code they are given one."""

    name: str
    phone: str = ""
    birth_date: date | None = None
    community_id: Id | None = None
    grid_id: Id | None = None
    code: str | None = None


class CorrectPerson(Body):
    """What is corrected about a person; what is not given stays."""

    name: str | None = None
    phone: str | None = None
    birth_date: date | None = None
    community_id: Id | None = None
    grid_id: Id | None = None


class RecordLeaving(Body):
    """The first day on which the person does not serve any more."""

    on: date


@get("/people", operation="people.search", answers=Page([ROW], 1, 50, 0))
def search_people(
    opened: Opened,
    paging: Paged,
    q: OptionalQueryText = None,
    community_id: OptionalQueryId = None,
    grid_id: OptionalQueryId = None,
    with_left: FromQuery[bool] = False,
    visitors: FromQuery[bool] = False,
) -> Page[PersonRow]:
    """Find people by name, pinyin, initials, code or the end of the phone; masked.

    Coordinators find the people of their communities, the street office everybody. Who has left is
    found with `with_left=true` only, and who has only signed up for an event by phone with `visitors=true`.
    """
    with opened.read() as work:
        return registry.search(
            work,
            query=q or "",
            community_id=community_id,
            grid_id=grid_id,
            with_left=with_left,
            visitors=visitors,
            paging=paging,
        )


@post(
    "/people",
    operation="people.register",
    asks=RegisterPerson(
        name="王小敏",
        phone="13812345678",
        birth_date=date(2010, 5, 4),
        community_id=1,
    ),
    answers=PERSON,
)
def register_person(opened: Opened, data: JSONBody[RegisterPerson]) -> PersonView:
    """Register a person.

    Refused: a code that is taken (`code_taken`), a phone that is none, a birth date in the future,
    a grid of another community.
    """
    with opened.write() as work:
        return registry.register(work, **given(data))


@get("/people/{person_id:int}", operation="people.read", answers=PERSON)
def read_person(opened: Opened, person_id: PathId) -> PersonView:
    """Read one person, unmasked: for themselves, their guardians, coordinator and the street office."""
    with opened.read() as work:
        return registry.read(work, person_id=person_id)


@patch(
    "/people/{person_id:int}",
    operation="people.correct",
    asks=CorrectPerson(phone="13912345678"),
    answers=PERSON,
)
def correct_person(opened: Opened, person_id: PathId, data: JSONBody[CorrectPerson]) -> PersonView:
    """Correct a person's data; what is not given stays.

    People correct their own phone; the rest is the coordinator's or the street office's.
    """
    with opened.write() as work:
        return registry.correct(work, person_id=person_id, **given(data))


@act(
    "/people/{person_id:int}/leave-office",
    operation="people.register",
    asks=RecordLeaving(on=date(2026, 12, 31)),
    answers=PERSON,
)
def record_leaving(opened: Opened, person_id: PathId, data: JSONBody[RecordLeaving]) -> PersonView:
    """Record that a person no longer serves from a date on; their hours stay, their tokens end."""
    with opened.write() as work:
        return registry.leave_office(work, person_id=person_id, **given(data))


@act("/people/{person_id:int}/take-on", operation="people.register", answers=PERSON)
def take_on_visitor(opened: Opened, person_id: PathId) -> PersonView:
    """Take a visitor on as a volunteer: somebody who has only signed up for an event by phone so far.

    What else is known of them is corrected as anybody's. Refused: who is a volunteer already
    (`not_a_visitor`).
    """
    with opened.write() as work:
        return known_by_phone.take_on(work, person_id=person_id)


router = Router(
    "/",
    route_handlers=[
        search_people,
        register_person,
        read_person,
        correct_person,
        record_leaving,
        take_on_visitor,
    ],
    tags=["people"],
)
