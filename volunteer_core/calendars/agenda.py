"""A person's commitments over a period: shifts and events, with what became of them."""

from __future__ import annotations

from datetime import date, datetime

import msgspec
from msgspec.structs import asdict, replace
from sqlalchemy import func

from volunteer_core.calendars.contents import DISCREET_TITLE, full_title
from volunteer_core.calendars.selections import (
    BRING,
    CONTACT,
    CONTACT_PHONE,
    DISCREET,
    ORGANISER,
    PART,
    TITLE,
    commitments_with,
)
from volunteer_core.commitments.models import Attendance, Commitment, CommitmentStatus
from volunteer_core.database import Page, Paging, Work
from volunteer_core.events.models import Event, Position
from volunteer_core.people.models import Person
from volunteer_core.people.standing import guardian_ids
from volunteer_core.permissions import About, allowed
from volunteer_core.places.models import Site
from volunteer_core.rosters.models import Shift
from volunteer_core.teams.membership import teams_of
from volunteer_core.timespans import civil_date, dates_span


class AgendaItem(msgspec.Struct, frozen=True):
    """A commitment: to a shift, or to a position of an event. Instants are UTC; the date is civil."""

    commitment_id: int
    civil_date: date
    starts_at: datetime
    ends_at: datetime
    status: CommitmentStatus
    attendance: Attendance | None
    title: str
    """The programme's name, or the event's title with the position."""
    bring: str
    contact: str
    contact_phone: str
    """What to bring and whom to call: the event's, else the programme's."""
    site: str
    site_id: int | None
    shift_id: int | None
    event_id: int | None
    position_id: int | None
    programme_id: int | None
    team_id: int | None
    """The team for which the person serves."""


_NOBODY = frozenset[int]()
_TEXTS = ("bring", "contact", "contact_phone", "site")
_SUBJECT_IDS = ("site_id", "shift_id", "event_id", "position_id", "programme_id", "team_id")


class _Row(AgendaItem, frozen=True):
    part: str
    organiser_id: int | None
    for_team_id: int | None
    discreet: bool


def agenda(
    work: Work, *, person_id: int, first: date, last: date, paging: Paging = Paging()
) -> Page[AgendaItem]:
    """A person's commitments between two civil dates, both included, by time.

    What is held in a draft is not promised: leaders, coordinators and the office see it, the
    person and their guardians do not. What is done for a discreet team, or is for one team alone,
    keeps its title and place from leaders of other teams. Refuses a period that ends before it starts.
    """
    today = civil_date(work.now)
    person = work.find(Person, person_id)
    about = About(
        communities=frozenset([] if person.community_id is None else [person.community_id]),
        teams=frozenset(teams_of(work, person.id, today)),
        people=frozenset([person.id]),
        guardians=frozenset(guardian_ids(work, person.id, today)),
    )
    work.demand("commitments.list", **asdict(about))
    plans = allowed(work.by, "commitments.list", replace(about, people=_NOBODY, guardians=_NOBODY))
    sees_all = allowed(work.by, "commitments.list", replace(about, teams=_NOBODY))
    dates_span(first, last)
    statement = (
        commitments_with(
            Commitment.id.label("commitment_id"),
            Commitment.civil_date,
            Commitment.starts_at,
            Commitment.ends_at,
            Commitment.status,
            Commitment.attendance,
            TITLE.label("title"),
            BRING.label("bring"),
            CONTACT.label("contact"),
            CONTACT_PHONE.label("contact_phone"),
            Site.name.label("site"),
            Site.id.label("site_id"),
            Shift.id.label("shift_id"),
            Event.id.label("event_id"),
            Position.id.label("position_id"),
            func.coalesce(Shift.programme_id, Event.programme_id).label("programme_id"),
            Commitment.team_id,
            PART.label("part"),
            ORGANISER.label("organiser_id"),
            Event.for_team_id,
            DISCREET.label("discreet"),
        )
        .where(Commitment.person_id == person.id, Commitment.civil_date.between(first, last))
        .order_by(Commitment.starts_at, Commitment.id)
    )
    if not plans:
        statement = statement.where(
            Commitment.promised_at.is_not(None), Commitment.status != CommitmentStatus.HELD
        )
    page = work.page(_Row, statement, paging)
    leads = work.by.teams
    items = [
        _item(row, sees_all or bool(leads & {row.team_id, row.organiser_id, row.for_team_id}))
        for row in page.items
    ]
    return Page(items, page.total, page.limit, page.offset)


def _item(row: _Row, open_to: bool) -> AgendaItem:
    shown = {field: getattr(row, field) for field in AgendaItem.__struct_fields__}
    shown["title"] = full_title(row.title, row.part)
    if (row.discreet or row.for_team_id is not None) and not open_to:
        shown.update(title=DISCREET_TITLE, **dict.fromkeys(_TEXTS, ""), **dict.fromkeys(_SUBJECT_IDS))
    return AgendaItem(**shown)
