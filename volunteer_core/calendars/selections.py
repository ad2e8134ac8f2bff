"""The SELECTs behind feeds and agendas: commitments, shifts and events with all that is shown of them.

They are built once and take their dates from :func:`window`. Their columns are labelled with the fields
of :class:`Row`. Inner: asks no rights.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Any, Protocol

import msgspec
from sqlalchemy import Select, and_, bindparam, case, exists, false, func, literal, not_, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement

from volunteer_core.calendars.options import LONGEST_PAST_DAYS, PAST_DAYS_EVER, Options
from volunteer_core.commitments.models import Commitment, CommitmentStatus
from volunteer_core.database import V
from volunteer_core.events.invited import FOR_EVERYBODY
from volunteer_core.events.models import TOOK_PLACE, Event, Position
from volunteer_core.places.models import Site
from volunteer_core.rosters.models import RosterRules, Shift, ShiftStatus
from volunteer_core.tables import Instant
from volunteer_core.teams.models import Programme, Team
from volunteer_core.timespans import at, civil_date

CANCELLED_DAYS = 14
"""How long a feed keeps what was cancelled, counted from its date."""


class Row(msgspec.Struct, frozen=True):
    """What is known of an entry, before it is decided what of it may be shown."""

    uid: str
    sequence: int
    revised_at: datetime
    subject_revised_at: datetime
    starts_at: datetime
    ends_at: datetime
    confirmed: bool
    """It stands: promised or published."""
    unconfirmed: bool
    """Its person is asked to confirm, and has not."""
    discreet: bool
    title: str
    part: str
    """The position within an event, or nothing."""
    description: str
    bring: str
    contact: str
    contact_phone: str
    """Whom to call, where the feed may say so; else empty."""
    category: str
    site: str
    address: str
    latitude: float | None
    longitude: float | None
    for_everybody: bool = True
    """What is for the people of one community, team or grid only has no page."""


RUNS = aliased(Team)
"""The team that runs the programme or organises the event."""
_served = aliased(Team)
"""The team for which a person serves."""

ORGANISER = func.coalesce(Event.team_id, Programme.team_id)
TITLE = func.coalesce(Event.title, Programme.name)
PART = func.coalesce(Position.name, "")
RUN_DISCREETLY = func.coalesce(RUNS.discreet, False)
DISCREET = or_(RUN_DISCREETLY, func.coalesce(_served.discreet, False))

# An event that says itself whom to call names and numbers nobody of its programme.
_HAS_CONTACT = func.coalesce(or_(Event.contact != "", Event.contact_phone != ""), False)
BRING = func.coalesce(func.nullif(Event.bring, ""), Programme.bring, "")
CONTACT, CONTACT_PHONE = (
    case((_HAS_CONTACT, own), else_=func.coalesce(of_programme, ""))
    for own, of_programme in (
        (Event.contact, Programme.contact),
        (Event.contact_phone, Programme.contact_phone),
    )
)
_NO_CONTACT = (literal("").label("contact"), literal("").label("contact_phone"))

# What leaders write about a shift could name a child where children are minded: it stays inside.
_SHIFT_NOTE = case((Programme.minds_children, ""), else_=Shift.note)
_CATEGORY = func.coalesce(Programme.name, "")
SITE = (Site.name.label("site"), Site.address, Site.latitude, Site.longitude)


def commitments_with(*columns: Any) -> Select[*tuple[Any, ...]]:
    """Commitments joined with what they are for, where, and by and for which team."""
    return (
        select(*columns)
        .select_from(Commitment)
        .outerjoin(Shift, Shift.id == Commitment.shift_id)
        .outerjoin(Position, Position.id == Commitment.position_id)
        .outerjoin(Event, Event.id == Position.event_id)
        .outerjoin(Programme, Programme.id == func.coalesce(Shift.programme_id, Event.programme_id))
        .join(Site, Site.id == func.coalesce(Shift.site_id, Event.site_id))
        .outerjoin(RUNS, RUNS.id == ORGANISER)
        .outerjoin(_served, _served.id == Commitment.team_id)
    )


def shifts_with(*columns: Any) -> Select[*tuple[Any, ...]]:
    """Shifts joined with what they are for, where, and who runs it."""
    return (
        select(*columns)
        .select_from(Shift)
        .join(Programme, Programme.id == Shift.programme_id)
        .join(Site, Site.id == Shift.site_id)
        .outerjoin(RUNS, RUNS.id == Programme.team_id)
    )


def _kept(ends_at: Any, confirmed: ColumnElement[bool]) -> ColumnElement[bool]:
    """Still in the feed: this changes with the office's date, never within a day; see :func:`window`."""
    return or_(
        and_(confirmed, ends_at > bindparam("kept_since", type_=Instant)),
        and_(not_(confirmed), ends_at > bindparam("cancelled_since", type_=Instant)),
    )


_promised = Commitment.status == CommitmentStatus.PROMISED
_asked = exists().where(RosterRules.programme_id == Shift.programme_id, RosterRules.asks_confirmation)

PROMISES = commitments_with(
    Commitment.uid,
    # Neither of the two ever falls, so their sum never does.
    (Commitment.sequence + func.coalesce(Shift.sequence, Event.sequence)).label("sequence"),
    Commitment.revised_at,
    func.coalesce(Shift.revised_at, Event.revised_at).label("subject_revised_at"),
    Commitment.starts_at,
    Commitment.ends_at,
    _promised.label("confirmed"),
    and_(Commitment.confirmed_at.is_(None), _asked).label("unconfirmed"),
    DISCREET.label("discreet"),
    TITLE.label("title"),
    PART.label("part"),
    func.coalesce(Event.description, _SHIFT_NOTE).label("description"),
    BRING.label("bring"),
    CONTACT.label("contact"),
    CONTACT_PHONE.label("contact_phone"),
    _CATEGORY.label("category"),
    *SITE,
).where(Commitment.promised_at.is_not(None), _kept(Commitment.ends_at, _promised))
"""Commitments that were ever promised: still so, or cancelled. What is only held is not here."""


def _shifts(*, sequence: Any, revised_at: Any, confirmed: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """Shifts, with revisions and standing as the feed sees them."""
    return shifts_with(
        Shift.uid,
        sequence.label("sequence"),
        Shift.revised_at,
        revised_at.label("subject_revised_at"),
        Shift.starts_at,
        Shift.ends_at,
        confirmed.label("confirmed"),
        false().label("unconfirmed"),
        RUN_DISCREETLY.label("discreet"),
        Programme.name.label("title"),
        literal("").label("part"),
        _SHIFT_NOTE.label("description"),
        Programme.bring,
        *_NO_CONTACT,
        _CATEGORY.label("category"),
        *SITE,
    ).where(_kept(Shift.ends_at, confirmed))


PUBLISHED_SHIFTS = _shifts(
    sequence=Shift.sequence, revised_at=Shift.revised_at, confirmed=Shift.status == ShiftStatus.PUBLISHED
).where(Shift.published_at.is_not(None))
"""Shifts that were ever published: still so, or cancelled."""


def team_shifts(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The shifts, of those that conditions leave, at which anybody ever served for the team ``team_id``.

    One at which nobody serves for it any more is cancelled for the team. Its sequence counts the
    revisions of everybody ever promised there, so that it never falls.
    """
    for_team = Commitment.team_id == bindparam("team_id")
    serving = (
        select(
            Commitment.shift_id,
            func.sum(Commitment.sequence).label("sequence"),
            func.max(Commitment.revised_at).label("revised_at"),
            func.count(case((and_(for_team, _promised), 1))).label("people"),
        )
        .join(Shift, Shift.id == Commitment.shift_id)
        .where(
            Commitment.promised_at.is_not(None),
            Shift.ends_at > bindparam("served_since", type_=Instant),
            *conditions,
        )
        .group_by(Commitment.shift_id)
        .having(func.count(case((for_team, 1))) > 0)
        .subquery()
    )
    return _shifts(
        sequence=Shift.sequence + serving.c.sequence,
        revised_at=serving.c.revised_at,
        confirmed=serving.c.people > 0,
    ).join(serving, serving.c.shift_id == Shift.id)


_published = or_(*(Event.status == status for status in TOOK_PLACE))


def _events(*contact: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Event.uid,
            Event.sequence,
            Event.revised_at,
            Event.revised_at.label("subject_revised_at"),
            Event.starts_at,
            Event.ends_at,
            _published.label("confirmed"),
            false().label("unconfirmed"),
            RUN_DISCREETLY.label("discreet"),
            Event.title,
            literal("").label("part"),
            Event.description,
            BRING.label("bring"),
            *contact,
            _CATEGORY.label("category"),
            *SITE,
            FOR_EVERYBODY.label("for_everybody"),
        )
        .select_from(Event)
        .join(Site, Site.id == Event.site_id)
        .outerjoin(Programme, Programme.id == Event.programme_id)
        .outerjoin(RUNS, RUNS.id == ORGANISER)
        .where(Event.published_at.is_not(None), _kept(Event.ends_at, _published))
    )


EVENTS = _events(*_NO_CONTACT)
"""Events that were ever published: still so, or called off."""

PUBLIC_EVENTS = _events(Event.contact, Event.contact_phone).where(Event.public, RUN_DISCREETLY.is_(False))
"""Those of them that are for everybody, with their own contact."""

_NEVER = datetime.max.replace(tzinfo=UTC)


class Look(Protocol):
    """What reads entries: a :class:`Work`, or glances outside of one."""

    @property
    def now(self) -> datetime: ...

    def views(
        self, view: type[V], statement: Select[*tuple[Any, ...]], facts: Mapping[str, Any]
    ) -> list[V]: ...


def window(work: Look, options: Options) -> dict[str, datetime]:
    """The dates between which entries are kept, as the statements here take them."""
    ever = options.past_days == PAST_DAYS_EVER
    cancelled = PAST_DAYS_EVER if ever else min(CANCELLED_DAYS, options.past_days)
    return {
        "kept_since": days_ago(work, options.past_days),
        "cancelled_since": days_ago(work, cancelled) if options.show_cancelled else _NEVER,
        "served_since": days_ago(work, max(options.past_days, LONGEST_PAST_DAYS)),
    }


def days_ago(work: Look, number: int) -> datetime:
    """The first instant of the office's date that many days ago; of today with 0."""
    return at(civil_date(work.now) - timedelta(days=number), time.min)
