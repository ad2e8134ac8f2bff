"""A day's session: opening it, and what its staff, its coordinator and a guardian see of it."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from sqlalchemy import and_, or_, select

from volunteer_core.care.enrolment import MindsNoChildren
from volunteer_core.care.expected import enrolled_on
from volunteer_core.care.models import (
    Child,
    ChildGuardian,
    Enrolment,
    PickupAuthorisation,
    Presence,
    Session,
)
from volunteer_core.care.need_to_know import on_duty, staff_of, staff_today
from volunteer_core.care.pickup_rules import why_not
from volunteer_core.care.ratios import adults_needed, adults_needed_now
from volunteer_core.care.views import (
    AdultOnDuty,
    ChildAtSession,
    ChildToday,
    PickupPerson,
    SessionDetail,
    SessionView,
)
from volunteer_core.database import Work
from volunteer_core.errors import RuleBroken
from volunteer_core.office.settings import settings_on
from volunteer_core.people.masking import masked_phone
from volunteer_core.people.models import Person
from volunteer_core.people.standing import standings
from volunteer_core.places.models import Site
from volunteer_core.rosters.models import Shift, ShiftStatus
from volunteer_core.rosters.rules import rules_of
from volunteer_core.rosters.shifts import refuse_closed
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import Span
from volunteer_core.workdays.upkeep import load_daybook


class NoShift(RuleBroken, code="no_shift", sentence="{day} 这里没有已公布的班次，不能开场。"):
    """A session needs a published shift of its programme and site on its day."""


def open_session(work: Work, *, programme_id: int, site_id: int, day: date) -> SessionView:
    """Opens the session of a day from the published shifts of its programme and site.

    Again changes nothing, save that the times follow the shifts; one that was called off is opened
    anew if its shift has been published anew. Refuses a programme that minds no children, a day
    without a published shift and a closed site.
    """
    programme, site = work.find(Programme, programme_id), work.find(Site, site_id)
    shifts = _published_shifts(work, programme_id=programme.id, site_id=site.id, day=day)
    work.demand(
        "care.session",
        communities=[site.community_id],
        on_duty=on_duty(work, programme_id=programme.id, site_id=site.id, day=day),
    )
    if not programme.minds_children:
        raise MindsNoChildren(programme_id=programme_id)
    if not shifts:
        raise NoShift(programme_id=programme_id, site_id=site_id, day=day)
    span = Span(min(shift.starts_at for shift in shifts), max(shift.ends_at for shift in shifts))
    refuse_closed(work, site.id, span)
    # The locked shifts keep a second opener waiting until this one's row is there to be found.
    row_id = work.scalar(
        select(Session.id).where(
            Session.programme_id == programme.id, Session.site_id == site.id, Session.civil_date == day
        )
    )
    if row_id is None:
        row = Session(programme_id=programme.id, site_id=site.id, civil_date=day)
        work.add(row)
    else:
        row = work.lock(Session, row_id)
    row.starts_at, row.ends_at, row.called_off_at = span.start, span.end, None
    work.flush()
    return _view(row)


def read_session(work: Work, *, session_id: int) -> SessionDetail:
    """A session with its children: for its staff on its date, and for the site's coordinator."""
    session = work.find(Session, session_id)
    site = work.find(Site, session.site_id)
    work.demand("care.session", communities=[site.community_id], on_duty=staff_today(work, session))
    settings = settings_on(work, session.civil_date)
    children = _children(work, session)
    adults = _adults(work, session)
    arrived = sum(child.arrived_at is not None for child in children)
    present = arrived - sum(child.handed_over_at is not None for child in children)
    by_expected = adults_needed(len(children), settings)
    by_present = adults_needed_now(present, settings)
    over = session.called_off_at is not None or (work.now >= session.ends_at and not present)
    needed = 0 if over else by_present if arrived else by_expected
    return SessionDetail(
        _view(session),
        children,
        expected=len(children),
        present=present,
        adults=adults,
        adults_needed_by_expected=by_expected,
        adults_needed_by_present=by_present,
        short_of_adults=max(needed - len(adults), 0),
        leads_missing=max(settings.care_leads - sum(adult.lead for adult in adults), 0) if needed else 0,
    )


def my_children_today(work: Work, *, day: date) -> list[ChildToday]:
    """The children of the guardian who asks, as far as they are expected on a day."""
    me = work.by.person_id
    own = select(ChildGuardian.child_id).where(ChildGuardian.person_id == me)
    work.demand("care.children", guardians=[me] if work.scalar(own.limit(1)) is not None else [])
    return work.views(
        ChildToday,
        select(
            Child.id.label("child_id"),
            Child.name,
            Enrolment.programme_id,
            Enrolment.site_id,
            Session.id.label("session_id"),
            Session.starts_at,
            Session.ends_at,
            Session.called_off_at,
            Presence.arrived_at,
            Presence.handed_over_at,
            Presence.authorisation_id,
        )
        .join(Enrolment, Enrolment.child_id == Child.id)
        .outerjoin(
            Session,
            and_(
                Session.programme_id == Enrolment.programme_id,
                Session.site_id == Enrolment.site_id,
                Session.civil_date == day,
            ),
        )
        .outerjoin(Presence, and_(Presence.session_id == Session.id, Presence.child_id == Child.id))
        .where(Child.id.in_(own), enrolled_on(day, load_daybook(work)))
        .distinct()
        .order_by(Child.id, Session.starts_at, Enrolment.site_id),
    )


def _published_shifts(work: Work, *, programme_id: int, site_id: int, day: date) -> list[Shift]:
    """Of a day, locked."""
    ids = work.scalars(
        select(Shift.id).where(
            Shift.programme_id == programme_id, Shift.site_id == site_id, Shift.civil_date == day
        )
    )
    return [shift for shift in work.lock_all(Shift, ids) if shift.status is ShiftStatus.PUBLISHED]


def _children(work: Work, session: Session) -> list[ChildAtSession]:
    """Who is enrolled for the day, and whoever has come."""
    enrolled = select(Enrolment.child_id).where(
        Enrolment.programme_id == session.programme_id,
        Enrolment.site_id == session.site_id,
        enrolled_on(session.civil_date, load_daybook(work)),
    )
    rows = work.execute(
        select(Child.id, Child.name, Presence.arrived_at, Presence.handed_over_at)
        .outerjoin(Presence, and_(Presence.child_id == Child.id, Presence.session_id == session.id))
        .where(or_(Child.id.in_(enrolled), Presence.id.is_not(None)))
        .order_by(Child.code)
    ).all()
    pickups = _pickups(work, [row.id for row in rows], session.civil_date)
    return [ChildAtSession(*row, pickups[row.id]) for row in rows]


def _pickups(work: Work, child_ids: list[int], day: date) -> dict[int, list[PickupPerson]]:
    found: dict[int, list[PickupPerson]] = defaultdict(list)
    for row, name, phone, born in work.execute(
        select(PickupAuthorisation, Person.name, Person.phone, Person.birth_date)
        .join(Person, Person.id == PickupAuthorisation.person_id)
        .where(PickupAuthorisation.child_id.in_(child_ids), PickupAuthorisation.valid_to >= day)
        .order_by(PickupAuthorisation.id)
    ):
        if why_not(row, child_id=row.child_id, born=born, day=day) is None:
            person = PickupPerson(row.id, row.person_id, name, row.relation, masked_phone(phone))
            found[row.child_id].append(person)
    return found


def _adults(work: Work, session: Session) -> list[AdultOnDuty]:
    staff = standings(work, staff_of(work, session), session.civil_date)
    names = dict(work.execute(select(Person.id, Person.name).where(Person.id.in_(staff))).all())
    lead = rules_of(work, session.programme_id).lead_qualification
    return [
        AdultOnDuty(person_id, names[person_id], lead in standing.qualifications)
        for person_id, standing in sorted(staff.items())
        if standing.age is not None and standing.age >= 18
    ]


def _view(row: Session) -> SessionView:
    return SessionView(*(getattr(row, field) for field in SessionView.__struct_fields__))
