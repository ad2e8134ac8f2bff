"""What goes out of events: to the public, to those who sign up, and to those who organise."""

from __future__ import annotations

from datetime import date, datetime

import msgspec

from volunteer_core.commitments.models import Attendance
from volunteer_core.events.models import EventStatus, SignupStatus


class EventView(msgspec.Struct, frozen=True):
    """An event and where it takes place; instants are UTC. ``contact``: the office's own for everybody.

    ``for_…``: for whose people alone it is; all null: for everybody. With a ``minimum`` it is called off at
    ``decided_at`` if fewer seats are taken; ``goes_ahead`` once that is decided otherwise.
    """

    id: int
    code: str | None
    title: str
    description: str
    bring: str
    contact: str
    contact_phone: str
    site_id: int
    site_name: str
    community_id: int
    team_id: int | None
    programme_id: int | None
    starts_at: datetime
    ends_at: datetime
    signup_opens_at: datetime
    signup_closes_at: datetime
    cancel_until: datetime
    public: bool
    status: EventStatus
    published_at: datetime | None
    series_id: int | None
    for_community_id: int | None
    for_team_id: int | None
    for_grid_id: int | None
    minimum: int | None
    decided_at: datetime | None
    goes_ahead: bool


class PositionView(msgspec.Struct, frozen=True):
    """A position with its seats: ``taken`` of ``capacity``, by the people ``confirmed``, those to whom one is
    ``offered`` and whom they bring along; ``waiting`` people wait, and ``requested`` for a decision."""

    id: int
    event_id: int
    name: str
    capacity: int
    earns_hours: bool
    starts_at: datetime
    ends_at: datetime
    min_age: int | None
    max_age: int | None
    qualification: str | None
    approval: bool
    """Somebody decides who comes, rather than who is first."""
    offer_minutes: int | None
    """How long a freed seat is offered to the next in line; null: they get it at once."""
    most_companions: int
    confirmed: int
    offered: int
    requested: int
    waiting: int
    taken: int
    free: int


class HeldSeatsView(msgspec.Struct, frozen=True):
    """How many seats of a position are kept for people of a community, and until when (UTC)."""

    position_id: int
    community_id: int
    seats: int
    until: datetime


class EventDetail(EventView, frozen=True):
    """An event with its positions, and the seats that are kept for a community by now."""

    positions: list[PositionView]
    held_seats: list[HeldSeatsView]


class Copied(msgspec.Struct, frozen=True):
    """A copy: for which date it was asked, and on which it is. ``tentative``: it has not been announced yet
    whether people work that day."""

    asked_for: date
    day: date
    tentative: bool
    event: EventView


class Copies(msgspec.Struct, frozen=True):
    """What was copied, by time, and the series that it belongs to."""

    series_id: int | None
    copies: list[Copied]


class SeriesView(msgspec.Struct, frozen=True):
    """A series with those of its events that one may see, by time."""

    id: int
    title: str
    team_id: int | None
    events: list[EventView]


class SignupView(msgspec.Struct, frozen=True):
    """A sign-up. ``number`` is its place in the order of arrival; ``place`` is counted from 1 among
    those who wait, and null for those who do not."""

    id: int
    event_id: int
    position_id: int
    person_id: int
    number: int
    status: SignupStatus
    place: int | None
    accompanied: bool
    signed_up_at: datetime
    promoted_at: datetime | None
    cancelled_at: datetime | None
    companions: int
    """Who comes along without a sign-up of their own; each takes a seat."""
    group_id: int | None
    offer_until: datetime | None
    """Until when an offered seat is kept."""
    walk_in: bool
    arrived_at: datetime | None
    left_at: datetime | None


class ListedSignup(SignupView, frozen=True):
    """A sign-up as those see it who organise the event: with the name, and what became of it."""

    name: str
    attendance: Attendance | None
    no_shows: int
    """How often of late they had a seat at an event and did not come."""
    override_reason: str | None
    """Why a leader had them come although their time is promised elsewhere."""


class MySignup(SignupView, frozen=True):
    """A sign-up as the person sees it: for what, when and where."""

    title: str
    position: str
    site_name: str
    starts_at: datetime
    ends_at: datetime


class AttendanceView(msgspec.Struct, frozen=True):
    """What became of a confirmed sign-up, and the minutes it entered in the ledger."""

    signup_id: int
    person_id: int
    attendance: Attendance
    checked_in_at: datetime | None
    checked_out_at: datetime | None
    minutes: int
