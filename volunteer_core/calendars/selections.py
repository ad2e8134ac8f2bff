"""The SELECTs behind feeds and agendas: commitments, shifts and events with all that is shown of them.

Their columns are labelled with the fields of :class:`Row`. Inner: asks no rights.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

import msgspec
from sqlalchemy import Select, and_, case, exists, false, func, literal, not_, or_, select
from sqlalchemy.orm import aliased
from sqlalchemy.sql import ColumnElement

from volunteer_core.calendars.options import EVER, Options
from volunteer_core.commitments.models import Commitment, CommitmentStatus
from volunteer_core.database import Work
from volunteer_core.events.models import Event, EventStatus, Position
from volunteer_core.places.models import Site
from volunteer_core.rosters.models import RosterRules, Shift
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


_runs = aliased(Team)
"""The team that runs the programme or organises the event."""
_served = aliased(Team)
"""The team for which a person serves."""

ORGANISER = func.coalesce(Event.team_id, Programme.team_id)
TITLE = func.coalesce(Event.title, Programme.name)
PART = func.coalesce(Position.name, "")
RUN_DISCREETLY = func.coalesce(_runs.discreet, False)
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
        .outerjoin(_runs, _runs.id == ORGANISER)
        .outerjoin(_served, _served.id == Commitment.team_id)
    )


def shifts_with(*columns: Any) -> Select[*tuple[Any, ...]]:
    """Shifts joined with what they are for, where, and who runs it."""
    return (
        select(*columns)
        .select_from(Shift)
        .join(Programme, Programme.id == Shift.programme_id)
        .join(Site, Site.id == Shift.site_id)
        .outerjoin(_runs, _runs.id == Programme.team_id)
    )


def promises(work: Work, options: Options) -> Select[*tuple[Any, ...]]:
    """Commitments that were ever promised: still so, or cancelled. What is only held is not here."""
    confirmed = Commitment.status == CommitmentStatus.PROMISED
    asked = exists().where(RosterRules.programme_id == Shift.programme_id, RosterRules.asks_confirmation)
    return commitments_with(
        Commitment.uid,
        # Neither of the two ever falls, so their sum never does.
        (Commitment.sequence + func.coalesce(Shift.sequence, Event.sequence)).label("sequence"),
        Commitment.revised_at,
        func.coalesce(Shift.revised_at, Event.revised_at).label("subject_revised_at"),
        Commitment.starts_at,
        Commitment.ends_at,
        confirmed.label("confirmed"),
        and_(Commitment.confirmed_at.is_(None), asked).label("unconfirmed"),
        DISCREET.label("discreet"),
        TITLE.label("title"),
        PART.label("part"),
        func.coalesce(Event.description, _SHIFT_NOTE).label("description"),
        BRING.label("bring"),
        CONTACT.label("contact"),
        CONTACT_PHONE.label("contact_phone"),
        _CATEGORY.label("category"),
        *SITE,
    ).where(Commitment.promised_at.is_not(None), _kept(work, options, Commitment.ends_at, confirmed))


def shifts(
    work: Work, options: Options, *, sequence: Any, revised_at: Any, confirmed: ColumnElement[bool]
) -> Select[*tuple[Any, ...]]:
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
    ).where(_kept(work, options, Shift.ends_at, confirmed))


def events(work: Work, options: Options, *, contact: bool = False) -> Select[*tuple[Any, ...]]:
    """Events that were ever published: still so, or called off; on demand with their own contact."""
    confirmed = Event.status == EventStatus.PUBLISHED
    return (
        select(
            Event.uid,
            Event.sequence,
            Event.revised_at,
            Event.revised_at.label("subject_revised_at"),
            Event.starts_at,
            Event.ends_at,
            confirmed.label("confirmed"),
            false().label("unconfirmed"),
            RUN_DISCREETLY.label("discreet"),
            Event.title,
            literal("").label("part"),
            Event.description,
            BRING.label("bring"),
            *((Event.contact, Event.contact_phone) if contact else _NO_CONTACT),
            _CATEGORY.label("category"),
            *SITE,
        )
        .select_from(Event)
        .join(Site, Site.id == Event.site_id)
        .outerjoin(Programme, Programme.id == Event.programme_id)
        .outerjoin(_runs, _runs.id == ORGANISER)
        .where(Event.published_at.is_not(None), _kept(work, options, Event.ends_at, confirmed))
    )


def days_ago(work: Work, number: int) -> datetime:
    """The first instant of the office's date that many days ago; of today with 0."""
    return at(civil_date(work.now) - timedelta(days=number), time.min)


def kept_since(work: Work, options: Options, *, confirmed: bool) -> datetime | None:
    """What ends later than this is still in the feed, of what stands or of what is cancelled; nothing
    where there is no such instant. It changes with the office's date, never within a day."""
    if confirmed:
        return days_ago(work, options.past_days)
    if not options.show_cancelled:
        return None
    return days_ago(work, EVER if options.past_days == EVER else min(CANCELLED_DAYS, options.past_days))


def _kept(work: Work, options: Options, ends_at: Any, confirmed: ColumnElement[bool]) -> ColumnElement[bool]:
    kept = and_(confirmed, ends_at > kept_since(work, options, confirmed=True))
    since = kept_since(work, options, confirmed=False)
    return kept if since is None else or_(kept, and_(not_(confirmed), ends_at > since))
