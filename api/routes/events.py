"""Events and their positions."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from litestar import Router
from litestar.params import FromQuery, JSONBody
from msgspec import UNSET, Meta, UnsetType

from api.incoming import AwareDatetime, Body, Id, OptionalQueryId, Paged, PathId, given
from api.operations import act, get, patch, post
from api.work import Opened
from volunteer_core.database import Page
from volunteer_core.events import listing, planning, positions
from volunteer_core.events.models import EventStatus
from volunteer_core.events.views import (
    EventDetail,
    EventView,
    PositionView,
)

OPENS = datetime(2026, 11, 23, 1, tzinfo=UTC)
STARTS, ENDS = datetime(2026, 12, 5, 7, tzinfo=UTC), datetime(2026, 12, 5, 8, 30, tzinfo=UTC)
POSITION = PositionView(
    id=7,
    event_id=3,
    name="听众",
    capacity=40,
    earns_hours=False,
    starts_at=STARTS,
    ends_at=ENDS,
    min_age=None,
    max_age=None,
    qualification=None,
    approval=False,
    offer_minutes=None,
    most_companions=1,
    confirmed=37,
    offered=1,
    requested=0,
    waiting=6,
    taken=40,
    free=0,
)
DETAIL = EventDetail(
    id=3,
    code="fire-safety-2026-12",
    title="消防安全知识讲座",
    description="面向居民、商家业主和网格员。",
    bring="纸和笔",
    contact="三峰社区居委会",
    contact_phone="089812345678",
    site_id=1,
    site_name="三峰社区五点学堂",
    community_id=1,
    team_id=1,
    programme_id=5,
    starts_at=STARTS,
    ends_at=ENDS,
    signup_opens_at=OPENS,
    signup_closes_at=STARTS,
    cancel_until=STARTS,
    public=True,
    status=EventStatus.PUBLISHED,
    published_at=OPENS,
    series_id=2,
    for_community_id=None,
    for_team_id=None,
    for_grid_id=None,
    minimum=20,
    decided_at=datetime(2026, 12, 4, 7, tzinfo=UTC),
    goes_ahead=False,
    positions=[POSITION],
    held_seats=[],
)
EVENT = EventView(**{field: getattr(DETAIL, field) for field in EventView.__struct_fields__})


class CreateEvent(Body):
    """An event to create, as a draft. What is not given of the times follows from the start."""

    title: str
    site_id: Id
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    signup_opens_at: AwareDatetime | None = None
    signup_closes_at: AwareDatetime | None = None
    cancel_until: AwareDatetime | None = None
    team_id: Id | None = None
    programme_id: Id | None = None
    description: str = ""
    bring: str = ""
    contact: str = ""
    contact_phone: str = ""
    public: bool | None = None
    """Whether everybody sees it; unless given, it is, save if it is for the people of one community, team or
    grid."""
    for_community_id: Id | None = None
    for_team_id: Id | None = None
    for_grid_id: Id | None = None
    minimum: int | None = None
    """With fewer seats taken it is called off at ``decided_at``."""
    decided_at: AwareDatetime | None = None
    code: str | None = None


class ChangeEvent(Body):
    """What is changed at an event; what is not given stays. Null opens it to everybody (``for_…``), or has it
    take place however few come (``minimum``)."""

    title: str | None = None
    description: str | None = None
    bring: str | None = None
    contact: str | None = None
    contact_phone: str | None = None
    site_id: Id | None = None
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    signup_opens_at: AwareDatetime | None = None
    signup_closes_at: AwareDatetime | None = None
    cancel_until: AwareDatetime | None = None
    public: bool | None = None
    for_community_id: Id | UnsetType | None = UNSET
    for_team_id: Id | UnsetType | None = UNSET
    for_grid_id: Id | UnsetType | None = UNSET
    minimum: int | UnsetType | None = UNSET
    decided_at: AwareDatetime | UnsetType | None = UNSET


class AddPosition(Body):
    """A position to add; its span is the event's unless given."""

    name: str
    capacity: int
    earns_hours: bool
    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    min_age: int | None = None
    max_age: int | None = None
    qualification: str | None = None
    approval: bool = False
    """Somebody decides who comes, rather than who is first."""
    offer_minutes: int | None = None
    """A freed seat is offered to the next in line for so long, rather than theirs at once."""
    most_companions: int = 0


class ChangeCapacity(Body):
    """How many seats a position is to have; if fewer than are taken, whose sign-ups wait again."""

    capacity: int
    leaving: Annotated[tuple[Id, ...], Meta(max_length=500)] = ()


class CallOffEvent(Body):
    """Why an event is called off: everybody concerned is told."""

    reason: str = ""


@get("/events", operation="events.read", answers=Page([EVENT], 1, 50, 0))
def list_events(
    opened: Opened,
    paging: Paged,
    first: FromQuery[date | None] = None,
    last: FromQuery[date | None] = None,
    community_id: OptionalQueryId = None,
    team_id: OptionalQueryId = None,
    status: FromQuery[EventStatus | None] = None,
) -> Page[EventView]:
    """List events by time.

    Without signing in: public ones that are published, or were before they were called off. Those for the
    people of a community, a team or a grid are seen by these, their guardians and who organises them.
    """
    with opened.read() as work:
        return listing.list_events(
            work,
            first=first,
            last=last,
            community_id=community_id,
            team_id=team_id,
            status=status,
            paging=paging,
        )


@post(
    "/events",
    operation="events.create",
    asks=CreateEvent(title="消防安全知识讲座", site_id=1, starts_at=STARTS, ends_at=ENDS, team_id=1),
    answers=EVENT,
)
def create_event(opened: Opened, data: JSONBody[CreateEvent]) -> EventView:
    """Create an event as a draft. The contact of a public one is published: it is the office's own.

    Refused: an event in the past, times in the wrong order, a site that is closed then, one that is public
    and for the people of one community, team or grid (`for_whom_invalid`), and a decision about the minimum
    that is not between the opening of sign-up and the start (`decision_invalid`).
    """
    with opened.write() as work:
        return planning.create_event(work, **given(data))


@get("/events/{event_id:int}", operation="events.read", answers=DETAIL)
def read_event(opened: Opened, event_id: PathId) -> EventDetail:
    """Read an event with its positions and their seats."""
    with opened.read() as work:
        return listing.read_event(work, event_id=event_id)


@patch(
    "/events/{event_id:int}",
    operation="events.change",
    asks=ChangeEvent(description="请提前 10 分钟到场。", bring="纸和笔", contact_phone="0898-12345678"),
    answers=EVENT,
)
def change_event(opened: Opened, event_id: PathId, data: JSONBody[ChangeEvent]) -> EventView:
    """Change an event; when it moves, positions and promises move along and people are told.

    Refused: a move that clashes for somebody who has a seat (`clash`).
    """
    with opened.write() as work:
        return planning.change_event(work, event_id=event_id, **given(data))


@act("/events/{event_id:int}/publish", operation="events.publish", answers=EVENT)
def publish_event(opened: Opened, event_id: PathId) -> EventView:
    """Publish an event: from now on people sign up."""
    with opened.write() as work:
        return planning.publish_event(work, event_id=event_id)


@act(
    "/events/{event_id:int}/call-off",
    operation="events.call_off",
    asks=CallOffEvent(reason="台风"),
    answers=EVENT,
)
def call_off_event(opened: Opened, event_id: PathId, data: JSONBody[CallOffEvent]) -> EventView:
    """Call an event off; hours that were earned stay. Refused: one that has taken place (`event_ended`)."""
    with opened.write() as work:
        return planning.call_off_event(work, event_id=event_id, **given(data))


@post(
    "/events/{event_id:int}/positions",
    operation="events.change",
    asks=AddPosition(name="引导员", capacity=3, earns_hours=True, min_age=18),
    answers=POSITION,
)
def add_position(opened: Opened, event_id: PathId, data: JSONBody[AddPosition]) -> PositionView:
    """Add a position to an event."""
    with opened.write() as work:
        return positions.add_position(work, event_id=event_id, **given(data))


@act(
    "/positions/{position_id:int}/capacity",
    operation="events.change",
    asks=ChangeCapacity(capacity=38, leaving=(9,)),
    answers=POSITION,
)
def change_capacity(opened: Opened, position_id: PathId, data: JSONBody[ChangeCapacity]) -> PositionView:
    """Give a position more or fewer seats; more seats promote the first in line at once.

    Refused: fewer seats than are taken (`seats_taken`, with who came last), unless `leaving` names
    sign-ups that wait again.
    """
    with opened.write() as work:
        return positions.change_capacity(work, position_id=position_id, **given(data))


router = Router(
    "/",
    tags=["events"],
    route_handlers=[
        list_events,
        create_event,
        read_event,
        change_event,
        publish_event,
        call_off_event,
        add_position,
        change_capacity,
    ],
)
