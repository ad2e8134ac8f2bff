"""What keeps people from a position on its day. Inner: asks no rights. The caller has locked the position."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import Date, bindparam, select

from volunteer_core.commitments.promises import clash_with, clashes
from volunteer_core.database import Work
from volunteer_core.errors import Malformed, Refused
from volunteer_core.events.invited import uninvited
from volunteer_core.events.minors import beyond_their_day
from volunteer_core.events.models import IN_LINE, Event, Position, Signup
from volunteer_core.office.settings import settings_on
from volunteer_core.people.models import Guardianship, Person
from volunteer_core.people.standing import Requirement, obstacles, standings
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import Span, civil_date


class Entrant(NamedTuple):
    """Somebody who would come."""

    person_id: int
    accompanied: bool = False
    """Their guardian comes along."""
    companions: int = 0
    """People without a sign-up of their own who come along."""
    overridden: bool = False
    """A leader has them come although their time is promised elsewhere."""

    @property
    def seats(self) -> int:
        return 1 + self.companions

    @staticmethod
    def of(signup: Signup) -> Entrant:
        """Whoever has signed up already."""
        overridden = signup.override_reason is not None
        return Entrant(signup.person_id, signup.accompanied, signup.companions, overridden)


class GuardianNotComing(
    Malformed,
    code="guardian_not_coming",
    sentence="监护人陪同须占一个名额：请把监护人计入随行人数，或由监护人自己报名同一活动。",
):
    """Whoever accompanies takes a seat: as a companion, or by a sign-up of their own."""

    def __init__(self, person_id: int) -> None:
        super().__init__("companions", "", person_id=person_id)


_GUARDIAN_COMES = (
    select(Guardianship.ward_id)
    .join(Signup, Signup.person_id == Guardianship.guardian_id)
    .join(Position, Position.id == Signup.position_id)
    .where(
        Guardianship.ward_id.in_(bindparam("people", expanding=True)),
        Position.event_id == bindparam("event_id"),
        Signup.status.in_(IN_LINE),
        Guardianship.valid_from <= bindparam("day", type_=Date()),
        Guardianship.valid_to.is_(None) | (Guardianship.valid_to >= bindparam("day", type_=Date())),
    )
)


_WARDS_COMING = (
    select(Signup)
    .join(Guardianship, Guardianship.ward_id == Signup.person_id)
    .join(Position, Position.id == Signup.position_id)
    .where(
        Guardianship.guardian_id == bindparam("guardian_id"),
        Position.event_id == bindparam("event_id"),
        Signup.accompanied,
        Signup.status.in_(IN_LINE),
    )
    .order_by(Signup.id)
)


def hindrances(
    work: Work, event: Event, position: Position, entrants: Iterable[Entrant]
) -> dict[int, Refused]:
    """Locks the people and tells what keeps each of them from the position, if anything does.

    Age, consent and the like are judged on the civil date of the position's start. An audience serves
    nobody: the programme asks nothing of it.
    """
    coming = {entrant.person_id: entrant for entrant in entrants}
    work.lock_all(Person, coming)
    day = civil_date(position.starts_at)
    settings = settings_on(work, day)
    serves = position.earns_hours
    programme = work.find(Programme, event.programme_id) if serves and event.programme_id else None
    requirement = Requirement(
        serves=serves,
        minds_children=programme is not None and programme.minds_children,
        emergency=programme is not None and programme.emergency,
        qualification=position.qualification,
        min_age=position.min_age,
        max_age=position.max_age,
    )
    alone = _alone(work, event, coming.values())
    found = uninvited(work, event, coming.keys(), day)
    standing_of = standings(
        work,
        coming.keys(),
        day,
        event_id=event.id,
        with_qualifications=position.qualification is not None,
    )
    for person_id, standing in standing_of.items():
        accompanied = coming[person_id].accompanied and person_id not in alone
        against = obstacles(standing, requirement, settings, accompanied=accompanied)
        if against:
            found.setdefault(person_id, against[0])
    ages = {person_id: standing.age for person_id, standing in standing_of.items()}
    for person_id, refusal in beyond_their_day(work, position, ages, settings).items():
        found.setdefault(person_id, refusal)
    for person_id, others in clashes(work, coming.keys(), span_of(position)).items():
        if not coming[person_id].overridden:
            found.setdefault(person_id, clash_with(others[0]))
    return found


def refuse_unaccompanied(work: Work, event: Event, entrant: Entrant) -> None:
    """Refuses somebody whose guardian is said to come along and takes no seat."""
    if entrant.person_id in _alone(work, event, [entrant]):
        raise GuardianNotComing(entrant.person_id)


def span_of(position: Position) -> Span:
    """When a position's people are there."""
    return Span(position.starts_at, position.ends_at)


def left_alone(work: Work, event: Event, guardian_id: int) -> list[Signup]:
    """Sign-ups of those whom a guardian, who does not come, was said to accompany, and nobody does now."""
    wards = list(work.scalars(_WARDS_COMING, {"guardian_id": guardian_id, "event_id": event.id}))
    alone = _alone(work, event, map(Entrant.of, wards))
    return [signup for signup in wards if signup.person_id in alone]


def _alone(work: Work, event: Event, entrants: Iterable[Entrant]) -> set[int]:
    """Those whose guardian that day is said to come along, neither as a companion nor with a sign-up."""
    said = {one.person_id for one in entrants if one.accompanied and not one.companions}
    if not said:
        return said
    facts = {"people": sorted(said), "event_id": event.id, "day": civil_date(event.starts_at)}
    return said - set(work.scalars(_GUARDIAN_COMES, facts))
