"""What became of an event, in figures: seats, who signed up and who came, from where, and how it was."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, bindparam, case, func, or_, select

from volunteer_core.commitments.evaluations import Evaluation, EvaluationKind
from volunteer_core.commitments.models import Attendance, Commitment
from volunteer_core.database import Work
from volunteer_core.errors import NotAllowed
from volunteer_core.events.adults import Minding, minding
from volunteer_core.events.concerned import organisers_of
from volunteer_core.events.evaluating import ANONYMOUS_FROM, average
from volunteer_core.events.models import (
    SEATED,
    Event,
    EventSeries,
    EventStatus,
    Position,
    Signup,
    SignupStatus,
)
from volunteer_core.hours.presence import PRESENT
from volunteer_core.people.models import Person
from volunteer_core.places.models import Community, Site


class Seats(msgspec.Struct, frozen=True):
    """How seats were taken. ``taken`` are those of who has one or is offered one, with all they bring along;
    ``signed_up`` are people with a seat and ``companions`` come with them; ``requested``, ``offered`` and
    ``waiting`` have none yet. ``came``, ``no_shows`` and ``walk_ins`` are of ``signed_up``."""

    capacity: int
    taken: int
    signed_up: int
    companions: int
    requested: int
    offered: int
    waiting: int
    came: int
    no_shows: int
    walk_ins: int


class PositionFigures(msgspec.Struct, frozen=True):
    """A position's seats."""

    position_id: int
    name: str
    earns_hours: bool
    seats: Seats


class FromCommunity(msgspec.Struct, frozen=True):
    """People of a community, each counted once, and the companions who come with them. Who is of none has
    a row of their own, without an id."""

    community_id: int | None
    name: str
    signed_up: int
    companions: int
    came: int


class Rated(msgspec.Struct, frozen=True):
    """How many rated an event, and from three of them on their average, rounded to hundredths."""

    rated: int
    average: float | None


class EventFigures(msgspec.Struct, frozen=True):
    """An event in figures, as of now."""

    event_id: int
    title: str
    starts_at: datetime
    status: EventStatus
    positions: list[PositionFigures]
    seats: Seats
    communities: list[FromCommunity]
    minding: Minding
    ratings: Rated


class DateFigures(msgspec.Struct, frozen=True):
    """One date of a series."""

    event_id: int
    title: str
    starts_at: datetime
    status: EventStatus
    seats: Seats
    minding: Minding
    ratings: Rated


class SeriesFigures(msgspec.Struct, frozen=True):
    """A series in figures: its dates that the caller answers for, and their sum. ``communities`` counts
    people once for each date; ``ratings`` are of the dates that three people or more have rated, for
    from the others' one could tell what a single person said."""

    series_id: int
    title: str
    dates: list[DateFigures]
    seats: Seats
    communities: list[FromCommunity]
    ratings: Rated


_CAME = and_(
    Signup.status == SignupStatus.CONFIRMED,
    or_(
        Commitment.attendance.in_(PRESENT),
        and_(Commitment.attendance.is_(None), Signup.arrived_at.is_not(None)),
    ),
)
_CONFIRMED = Signup.status == SignupStatus.CONFIRMED


def _number(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.count(case((condition, 1)))


def _sum(value: ColumnElement[int] | Any, condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((condition, value), else_=0)), 0)


_POSITIONS = (
    select(
        Position.event_id,
        Position.id,
        Position.name,
        Position.earns_hours,
        Position.capacity,
        _sum(1 + Signup.companions, Signup.status.in_(SEATED)).label("taken"),
        _number(_CONFIRMED).label("signed_up"),
        _sum(Signup.companions, _CONFIRMED).label("companions"),
        _number(Signup.status == SignupStatus.REQUESTED).label("requested"),
        _number(Signup.status == SignupStatus.OFFERED).label("offered"),
        _number(Signup.status == SignupStatus.WAITING).label("waiting"),
        _number(_CAME).label("came"),
        _number(and_(_CONFIRMED, Commitment.attendance == Attendance.ABSENT)).label("no_shows"),
        _number(and_(_CONFIRMED, Signup.walk_in)).label("walk_ins"),
    )
    .outerjoin(Signup, Signup.position_id == Position.id)
    .outerjoin(Commitment, Commitment.id == Signup.commitment_id)
    .where(Position.event_id.in_(bindparam("events", expanding=True)))
    .group_by(Position.id)
    .order_by(Position.starts_at, Position.id)
)
_PEOPLE = (
    select(
        Position.event_id,
        Person.community_id,
        func.sum(Signup.companions).label("companions"),
        func.max(case((_CAME, 1), else_=0)).label("came"),
    )
    .join(Signup, Signup.position_id == Position.id)
    .join(Person, Person.id == Signup.person_id)
    .outerjoin(Commitment, Commitment.id == Signup.commitment_id)
    .where(Position.event_id.in_(bindparam("events", expanding=True)), _CONFIRMED)
    .group_by(Position.event_id, Person.id)
    .subquery()
)
_COMMUNITIES = (
    select(
        _PEOPLE.c.community_id,
        func.coalesce(Community.name, "").label("name"),
        func.count().label("signed_up"),
        func.sum(_PEOPLE.c.companions).label("companions"),
        func.sum(_PEOPLE.c.came).label("came"),
    )
    .outerjoin(Community, Community.id == _PEOPLE.c.community_id)
    .group_by(_PEOPLE.c.community_id, Community.name)
    .order_by(_PEOPLE.c.community_id.is_(None), _PEOPLE.c.community_id)
)
_RATINGS = (
    select(Position.event_id, func.count(), func.sum(Evaluation.rating))
    .join(Commitment, Commitment.position_id == Position.id)
    .join(Evaluation, Evaluation.commitment_id == Commitment.id)
    .where(
        Position.event_id.in_(bindparam("events", expanding=True)),
        Evaluation.kind == EvaluationKind.ACTIVITY,
    )
    .group_by(Position.event_id)
)


def event_figures(work: Work, *, event_id: int) -> EventFigures:
    """An event in figures, for those who organise it. However many people, it takes as few statements."""
    event = work.find(Event, event_id)
    work.demand("events.figures", **organisers_of(work, event))
    positions = _positions(work, [event]).get(event.id, [])
    return EventFigures(
        event_id=event.id,
        title=event.title,
        starts_at=event.starts_at,
        status=event.status,
        positions=positions,
        seats=_added(one.seats for one in positions),
        communities=work.views(FromCommunity, _COMMUNITIES, {"events": [event.id]}),
        minding=minding(work, [event])[event.id],
        ratings=_rated([_points(work, [event]).get(event.id, (0, 0))]),
    )


def series_figures(work: Work, *, series_id: int) -> SeriesFigures:
    """A series in figures: a row for each date, and the sum. Each sees the dates of their teams and
    communities, the street office all. ``NotAllowed`` too without a date of theirs."""
    series = work.find(EventSeries, series_id)
    reach = work.reach("events.figures")
    own = select(Event).where(Event.series_id == series.id).order_by(Event.starts_at, Event.id)
    if not reach.everything:
        own = own.join(Site, Site.id == Event.site_id).where(
            or_(Event.team_id.in_(reach.teams), Site.community_id.in_(reach.communities))
        )
    events = work.scalars(own).all()
    if not events and not reach.everything:
        raise NotAllowed(operation="events.figures")
    positions, minded, points = _positions(work, events), minding(work, events), _points(work, events)
    dates = [
        DateFigures(
            event_id=event.id,
            title=event.title,
            starts_at=event.starts_at,
            status=event.status,
            seats=_added(one.seats for one in positions.get(event.id, ())),
            minding=minded[event.id],
            ratings=_rated([points.get(event.id, (0, 0))]),
        )
        for event in events
    ]
    return SeriesFigures(
        series_id=series.id,
        title=series.title,
        dates=dates,
        seats=_added(one.seats for one in dates),
        communities=work.views(FromCommunity, _COMMUNITIES, {"events": [event.id for event in events]}),
        ratings=_rated(found for found in points.values() if found[0] >= ANONYMOUS_FROM),
    )


def _positions(work: Work, events: Sequence[Event]) -> dict[int, list[PositionFigures]]:
    found: dict[int, list[PositionFigures]] = {}
    for event_id, position_id, name, earns_hours, *seats in work.execute(_POSITIONS, _ids(events)):
        one = PositionFigures(position_id, name, earns_hours, Seats(*seats))
        found.setdefault(event_id, []).append(one)
    return found


def _points(work: Work, events: Sequence[Event]) -> dict[int, tuple[int, int]]:
    """How many rated each event, and the sum of what they gave."""
    rows = work.execute(_RATINGS, _ids(events))
    return {event_id: (rated, points) for event_id, rated, points in rows}


def _rated(found: Iterable[tuple[int, int]]) -> Rated:
    rated, points = (sum(numbers) for numbers in zip((0, 0), *found, strict=True))
    return Rated(rated, average(rated, points))


def _added(all_seats: Iterable[Seats]) -> Seats:
    rows = [msgspec.structs.astuple(one) for one in all_seats]
    return Seats(*(sum(numbers) for numbers in zip((0,) * len(Seats.__struct_fields__), *rows, strict=True)))


def _ids(events: Sequence[Event]) -> dict[str, list[int]]:
    return {"events": [event.id for event in events]}
