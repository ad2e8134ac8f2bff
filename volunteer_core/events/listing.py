"""Reading events, positions and sign-ups."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Select, case, func, or_, select, true
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement

from volunteer_core.commitments.models import Commitment
from volunteer_core.database import Facts, Page, Paging, Work
from volunteer_core.errors import NotAllowed, NotFound
from volunteer_core.events.concerned import organisers_of
from volunteer_core.events.invited import concerns, told_to_leaders
from volunteer_core.events.models import SEATED, Event, EventStatus, HeldSeats, Position, Signup, SignupStatus
from volunteer_core.events.no_shows import no_show_column
from volunteer_core.events.views import (
    EventDetail,
    EventView,
    HeldSeatsView,
    ListedSignup,
    MySignup,
    PositionView,
    SignupView,
)
from volunteer_core.office.settings import settings_on
from volunteer_core.people.models import Person
from volunteer_core.people.standing import guardian_ids
from volunteer_core.permissions import Reach
from volunteer_core.places.models import Site
from volunteer_core.teams.membership import teams_of
from volunteer_core.timespans import civil_date, day_span

_EVENT = (
    select(
        Event.id,
        Event.code,
        Event.title,
        Event.description,
        Event.bring,
        Event.contact,
        Event.contact_phone,
        Event.site_id,
        Site.name.label("site_name"),
        Site.community_id,
        Event.team_id,
        Event.programme_id,
        Event.starts_at,
        Event.ends_at,
        Event.signup_opens_at,
        Event.signup_closes_at,
        Event.cancel_until,
        Event.public,
        Event.status,
        Event.published_at,
        Event.series_id,
        Event.for_community_id,
        Event.for_team_id,
        Event.for_grid_id,
        Event.minimum,
        Event.decided_at,
        Event.goes_ahead,
    )
    .join(Site, Site.id == Event.site_id)
    .order_by(Event.starts_at, Event.id)
)

_TAKEN = func.coalesce(func.sum(case((Signup.status.in_(SEATED), 1 + Signup.companions))), 0)
_POSITION = (
    select(
        Position.id,
        Position.event_id,
        Position.name,
        Position.capacity,
        Position.earns_hours,
        Position.starts_at,
        Position.ends_at,
        Position.min_age,
        Position.max_age,
        Position.qualification,
        Position.approval,
        Position.offer_minutes,
        Position.most_companions,
        *(
            func.count(case((Signup.status == status, 1))).label(status.value)
            for status in (
                SignupStatus.CONFIRMED,
                SignupStatus.OFFERED,
                SignupStatus.REQUESTED,
                SignupStatus.WAITING,
            )
        ),
        _TAKEN.label("taken"),
        case((Position.capacity > _TAKEN, Position.capacity - _TAKEN), else_=0).label("free"),
    )
    .outerjoin(Signup, Signup.position_id == Position.id)
    .group_by(Position.id)
    .order_by(Position.starts_at, Position.id)
)

_ahead = aliased(Signup)
_PLACE = case(
    (
        Signup.status == SignupStatus.WAITING,
        select(func.count())
        .where(
            _ahead.position_id == Signup.position_id,
            _ahead.status == SignupStatus.WAITING,
            _ahead.number <= Signup.number,
        )
        .scalar_subquery(),
    )
)
_SIGNUP = (
    select(
        Signup.id,
        Position.event_id,
        Signup.position_id,
        Signup.person_id,
        Signup.number,
        Signup.status,
        _PLACE.label("place"),
        Signup.accompanied,
        Signup.signed_up_at,
        Signup.promoted_at,
        Signup.cancelled_at,
        Signup.companions,
        Signup.group_id,
        Signup.offer_until,
        Signup.walk_in,
        Signup.arrived_at,
        Signup.left_at,
    )
    .select_from(Signup)
    .join(Position, Position.id == Signup.position_id)
)


def list_events(
    work: Work,
    *,
    first: date | None = None,
    last: date | None = None,
    community_id: int | None = None,
    team_id: int | None = None,
    status: EventStatus | None = None,
    paging: Paging = Paging(),
) -> Page[EventView]:
    """Events in order of time, those that touch the civil dates from ``first`` to ``last`` if given.

    Everybody sees public events that are published, or were before they were called off; signed-in people
    all such events that are for everybody, for them or for somebody they answer for; drafts are for who can
    change them.
    """
    work.demand("events.read")
    statement = _EVENT.where(_visible(work))
    if first is not None:
        statement = statement.where(Event.ends_at > day_span(first).start)
    if last is not None:
        statement = statement.where(Event.starts_at < day_span(last).end)
    if community_id is not None:
        statement = statement.where(Site.community_id == community_id)
    if team_id is not None:
        statement = statement.where(Event.team_id == team_id)
    if status is not None:
        statement = statement.where(Event.status == status)
    return work.page(EventView, statement, paging)


def read_event(work: Work, *, event_id: int) -> EventDetail:
    """An event with its positions and their seats; ``NotFound`` too for one not to be seen."""
    work.demand("events.read")
    found = work.views(EventView, _EVENT.where(Event.id == event_id, _visible(work)))
    if not found:
        raise NotFound("events", event_id)
    positions = work.views(PositionView, _POSITION.where(Position.event_id == event_id))
    kept = held_seats(
        work, HeldSeats.position_id.in_([one.id for one in positions]), HeldSeats.until > work.now
    )
    return EventDetail(**msgspec.structs.asdict(found[0]), positions=positions, held_seats=kept)


def list_signups(
    work: Work,
    *,
    event_id: int,
    position_id: int | None = None,
    status: SignupStatus | None = None,
    paging: Paging = Paging(),
) -> Page[ListedSignup]:
    """Who signed up for an event, with names, by position and in order of arrival."""
    event = work.find(Event, event_id)
    work.demand("events.signups", **organisers_of(work, event))
    today = civil_date(work.now)
    statement = (
        _SIGNUP.add_columns(
            Person.name,
            Commitment.attendance,
            Signup.override_reason,
            no_show_column(today, settings_on(work, today)),
        )
        .join(Person, Person.id == Signup.person_id)
        .outerjoin(Commitment, Commitment.id == Signup.commitment_id)
        .where(Position.event_id == event.id)
        .order_by(Signup.position_id, Signup.number)
    )
    if position_id is not None:
        statement = statement.where(Signup.position_id == position_id)
    if status is not None:
        statement = statement.where(Signup.status == status)
    return work.page(ListedSignup, statement, paging)


def my_signups(work: Work, *, person_id: int, paging: Paging = Paging()) -> Page[MySignup]:
    """What a person signed up for, latest first, with the place in the line while waiting.

    To leaders of the person's teams only what those may be told, see :func:`told_to_leaders`.
    """
    person = work.find(Person, person_id)
    today = civil_date(work.now)
    about = Facts(
        people=[person.id],
        guardians=guardian_ids(work, person.id, today),
        teams=teams_of(work, person.id, today),
        communities=[person.community_id],
    )
    work.demand("commitments.list", **about)
    statement: Select[*tuple[Any, ...]] = (
        _SIGNUP.add_columns(
            Event.title,
            Position.name.label("position"),
            Site.name.label("site_name"),
            Position.starts_at,
            Position.ends_at,
        )
        .join(Event, Event.id == Position.event_id)
        .join(Site, Site.id == Event.site_id)
        .where(Signup.person_id == person.id)
        .order_by(Position.starts_at.desc(), Signup.id)
    )
    if not work.may("commitments.list", **(about | Facts(teams=()))):
        statement = statement.where(told_to_leaders(work.by.teams))
    return work.page(MySignup, statement, paging)


def held_seats(work: Work, *wanted: ColumnElement[bool]) -> list[HeldSeatsView]:
    """Seats that are kept for communities. Inner: asks no right."""
    columns = [getattr(HeldSeats, field) for field in HeldSeatsView.__struct_fields__]
    statement = select(*columns).where(*wanted).order_by(HeldSeats.position_id, HeldSeats.community_id)
    return work.views(HeldSeatsView, statement)


def event_view(work: Work, event_id: int) -> EventView:
    """An event as it goes out. Inner: asks no right."""
    return work.views(EventView, _EVENT.where(Event.id == event_id))[0]


def event_views(work: Work, event_ids: Collection[int]) -> list[EventView]:
    """Events as they go out, by time. Inner: asks no right."""
    return work.views(EventView, _EVENT.where(Event.id.in_(event_ids)))


def seen_of_series(work: Work, series_id: int) -> list[EventView]:
    """The events of a series that the actor may see, by time. Inner: asks no right."""
    return work.views(EventView, _EVENT.where(Event.series_id == series_id, _visible(work)))


def position_view(work: Work, position_id: int) -> PositionView:
    """A position as it goes out. Inner: asks no right."""
    return work.views(PositionView, _POSITION.where(Position.id == position_id))[0]


def signup_view(work: Work, signup_id: int) -> SignupView:
    """A sign-up as it goes out. Inner: asks no right."""
    return work.views(SignupView, _SIGNUP.where(Signup.id == signup_id))[0]


def signup_views(work: Work, signup_ids: Collection[int]) -> list[SignupView]:
    """Sign-ups as they go out, by arrival. Inner: asks no right."""
    return work.views(SignupView, _SIGNUP.where(Signup.id.in_(signup_ids)).order_by(Signup.number))


def _visible(work: Work) -> ColumnElement[bool]:
    """The condition that the actor may see an event."""
    try:
        reach = work.reach("events.change")
    except NotAllowed:
        reach = Reach()
    if reach.everything:
        return true()
    published = Event.published_at.is_not(None)
    shown = published & (Event.public if work.by.person_id is None else concerns(work, work.by.person_id))
    return or_(shown, Event.team_id.in_(reach.teams), Site.community_id.in_(reach.communities))
