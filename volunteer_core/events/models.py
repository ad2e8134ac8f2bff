"""Tables of events, positions and sign-ups. A confirmed sign-up holds a row of ``commitments``."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from volunteer_core.tables import PRIVATE, Instant, Revised, Table, enum_type
from volunteer_core.teams.models import Advised


class EventStatus(StrEnum):
    """The life of an event."""

    DRAFT = "draft"
    PUBLISHED = "published"
    HELD = "held"
    """It took place, and who organised it has said who was there."""
    CALLED_OFF = "called_off"


EVENT_TRANSITIONS = {
    EventStatus.DRAFT: {EventStatus.PUBLISHED, EventStatus.CALLED_OFF},
    EventStatus.PUBLISHED: {EventStatus.HELD, EventStatus.CALLED_OFF},
    EventStatus.HELD: frozenset[EventStatus](),
    EventStatus.CALLED_OFF: frozenset[EventStatus](),
}
TOOK_PLACE = (EventStatus.PUBLISHED, EventStatus.HELD)
"""What was not called off, once it was published."""


class SignupStatus(StrEnum):
    """Where a sign-up stands."""

    REQUESTED = "requested"
    """Asked for, where somebody decides who comes. It has its place in the line already."""
    CONFIRMED = "confirmed"
    WAITING = "waiting"
    OFFERED = "offered"
    """A seat is kept for whoever waited, until they accept it or the offer lapses."""
    CANCELLED = "cancelled"
    DECLINED = "declined"
    """Asked for, and refused by who decides."""
    LAPSED = "lapsed"
    """Offered a seat that they did not accept in time."""
    CALLED_OFF = "called_off"


SEATED = (SignupStatus.CONFIRMED, SignupStatus.OFFERED)
"""What takes seats."""
IN_LINE = (SignupStatus.REQUESTED, SignupStatus.CONFIRMED, SignupStatus.WAITING, SignupStatus.OFFERED)
"""What is neither over nor refused."""


class EventSeries(Table):
    """Events that belong together (道德讲堂 every month). Each is an event of its own."""

    __tablename__ = "event_series"

    title: Mapped[str] = mapped_column(String(100))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    """The team that organises it, as of its first event."""


_FOR_WHOM = (
    "CASE WHEN for_community_id IS NULL THEN 0 ELSE 1 END + CASE WHEN for_team_id IS NULL THEN 0 ELSE 1 END"
    " + CASE WHEN for_grid_id IS NULL THEN 0 ELSE 1 END + CASE WHEN public THEN 1 ELSE 0 END <= 1"
)


class Event(Revised, Advised, Table):
    """Something people sign up for, at one place and time. What it does not say of what to bring and
    whom to call, its programme says."""

    __tablename__ = "events"
    __shown__ = (
        "title", "description", "starts_at", "ends_at", "site_id", "status",
        "bring", "contact", "contact_phone",
        # What is not for everybody has no page, to which calendars lead.
        "for_community_id", "for_team_id", "for_grid_id",
    )  # fmt: skip
    __table_args__ = (
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("signup_opens_at < signup_closes_at", name="signup_order"),
        CheckConstraint("signup_closes_at <= ends_at", name="signup_end"),
        CheckConstraint("minimum BETWEEN 1 AND 100000", name="minimum"),
        CheckConstraint("(minimum IS NULL) = (decided_at IS NULL)", name="decided"),
        CheckConstraint(_FOR_WHOM, name="for_whom"),
    )

    code: Mapped[str | None] = mapped_column(String(32), unique=True)
    title: Mapped[str] = mapped_column(String(100))
    description: Mapped[str] = mapped_column(String(4000), default="")
    site_id: Mapped[int] = mapped_column(ForeignKey("sites.id"), index=True)
    team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"), index=True)
    """The team that organises it."""
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programmes.id"))
    starts_at: Mapped[datetime] = mapped_column(Instant, index=True)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    signup_opens_at: Mapped[datetime] = mapped_column(Instant)
    signup_closes_at: Mapped[datetime] = mapped_column(Instant)
    cancel_until: Mapped[datetime] = mapped_column(Instant)
    """Until when people may cancel by themselves; later their leader does."""
    public: Mapped[bool] = mapped_column(default=True)
    status: Mapped[EventStatus] = mapped_column(enum_type(EventStatus))
    published_at: Mapped[datetime | None] = mapped_column(Instant)
    series_id: Mapped[int | None] = mapped_column(ForeignKey("event_series.id"), index=True)
    for_community_id: Mapped[int | None] = mapped_column(ForeignKey("communities.id"))
    for_team_id: Mapped[int | None] = mapped_column(ForeignKey("teams.id"))
    for_grid_id: Mapped[int | None] = mapped_column(ForeignKey("grids.id"))
    """For whom alone it is; nobody else sees it or signs up. All three null: for everybody."""
    minimum: Mapped[int | None]
    """With fewer seats taken when it is decided, it is called off."""
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    goes_ahead: Mapped[bool] = mapped_column(default=False, server_default=false())
    """It was decided that it takes place; who cancels later does not change that."""


class Position(Table):
    """A way to take part in an event: audience, usher. Its seats are counted, never kept as a number."""

    __tablename__ = "positions"
    __table_args__ = (
        UniqueConstraint("event_id", "name"),
        CheckConstraint("capacity BETWEEN 0 AND 100000", name="capacity"),
        CheckConstraint("starts_at < ends_at", name="order"),
        CheckConstraint("min_age IS NULL OR max_age IS NULL OR min_age <= max_age", name="ages"),
        CheckConstraint("offer_minutes BETWEEN 5 AND 10080", name="offer_minutes"),
        CheckConstraint("most_companions BETWEEN 0 AND 20", name="most_companions"),
    )

    event_id: Mapped[int] = mapped_column(ForeignKey("events.id"))
    name: Mapped[str] = mapped_column(String(40))
    capacity: Mapped[int]
    earns_hours: Mapped[bool]
    """Whether being there is service: an usher's is, an audience's is not."""
    starts_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime] = mapped_column(Instant)
    """Its own span: ushers come earlier than the audience."""
    min_age: Mapped[int | None]
    max_age: Mapped[int | None]
    qualification: Mapped[str | None] = mapped_column(String(32))
    arrivals: Mapped[int] = mapped_column(default=0)
    """How many numbers in the line were handed out: the next sign-up gets the next one."""
    approval: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether somebody decides who comes, rather than who is first."""
    offer_minutes: Mapped[int | None]
    """How long a freed seat is offered to the next in line; null: they get it at once."""
    most_companions: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many people without a sign-up of their own one may bring along; each takes a seat."""


class HeldSeats(Table):
    """Seats of a position that are kept for people of a community until an instant."""

    __tablename__ = "held_seats"
    __table_args__ = (
        UniqueConstraint("position_id", "community_id"),
        CheckConstraint("seats BETWEEN 1 AND 100000", name="seats"),
    )

    position_id: Mapped[int] = mapped_column(ForeignKey("positions.id"))
    community_id: Mapped[int] = mapped_column(ForeignKey("communities.id"))
    seats: Mapped[int]
    until: Mapped[datetime] = mapped_column(Instant)
    """From then on what is left of them is for everybody."""


class SignupGroup(Table):
    """People of a team whom somebody signed up together."""

    __tablename__ = "signup_groups"

    position_id: Mapped[int] = mapped_column(ForeignKey("positions.id"), index=True)
    team_id: Mapped[int] = mapped_column(ForeignKey("teams.id"))
    whole: Mapped[bool]
    """All or none: they wait, and get seats, together."""
    signed_up_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    signed_up_at: Mapped[datetime] = mapped_column(Instant)


class Signup(Table):
    """A person's place in the line of a position. Signing up again revives the row at the end."""

    __tablename__ = "signups"
    __table_args__ = (
        UniqueConstraint("position_id", "person_id"),
        UniqueConstraint("position_id", "number"),
        CheckConstraint("(status = 'confirmed') <= (commitment_id IS NOT NULL)", name="promised"),
        CheckConstraint("(status = 'offered') = (offer_until IS NOT NULL)", name="offered"),
        CheckConstraint("companions BETWEEN 0 AND 20", name="companions"),
        CheckConstraint("(override_reason IS NULL) = (overridden_at IS NULL)", name="overridden"),
        CheckConstraint("left_at IS NULL OR arrived_at <= left_at", name="presence"),
        Index(None, "position_id", "status", "number"),
    )

    position_id: Mapped[int] = mapped_column(ForeignKey("positions.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    number: Mapped[int]
    """Place in the order of arrival, by which alone the wait-list moves up."""
    status: Mapped[SignupStatus] = mapped_column(enum_type(SignupStatus))
    accompanied: Mapped[bool] = mapped_column(default=False)
    """The guardian comes along: needed for the youngest."""
    signed_up_at: Mapped[datetime] = mapped_column(Instant)
    promoted_at: Mapped[datetime | None] = mapped_column(Instant)
    cancelled_at: Mapped[datetime | None] = mapped_column(Instant)
    commitment_id: Mapped[int | None] = mapped_column(ForeignKey("commitments.id"))
    companions: Mapped[int] = mapped_column(default=0, server_default="0")
    """How many people without a sign-up of their own come along; each takes a seat."""
    group_id: Mapped[int | None] = mapped_column(ForeignKey("signup_groups.id"), index=True)
    offer_until: Mapped[datetime | None] = mapped_column(Instant)
    override_reason: Mapped[str | None] = mapped_column(String(200), info=PRIVATE)
    """Why a leader had them come although their time is promised elsewhere."""
    overridden_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    overridden_at: Mapped[datetime | None] = mapped_column(Instant)
    decided_by: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    """Who granted or declined what was asked for."""
    decided_at: Mapped[datetime | None] = mapped_column(Instant)
    walk_in: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Came to the door without having signed up."""
    ticket: Mapped[int] = mapped_column(default=1, server_default="1")
    """Which of their tickets counts: one more revokes those before."""
    arrived_at: Mapped[datetime | None] = mapped_column(Instant)
    left_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def seats(self) -> int:
        """How many seats it takes."""
        return 1 + self.companions
