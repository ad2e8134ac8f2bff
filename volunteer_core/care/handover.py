"""Arrival, and the hand-over of a child to a person on its list (rule 7 of DESIGN.md).

Lock order: the session, then the child's presence, then the authorisation.
"""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
from sqlalchemy import select

from volunteer_core.care.expected import enrolled_on
from volunteer_core.care.models import Child, Enrolment, PickupAuthorisation, Presence, Session
from volunteer_core.care.need_to_know import staff_today
from volunteer_core.care.pickup_rules import why_not
from volunteer_core.database import Work
from volunteer_core.errors import Conflict, Malformed, RuleBroken
from volunteer_core.people.models import Person
from volunteer_core.places.models import Site
from volunteer_core.rosters.models import Shift, ShiftStatus
from volunteer_core.timespans import civil_date
from volunteer_core.workdays.upkeep import load_daybook


class SessionCalledOff(RuleBroken, code="session_called_off", sentence="这一场已取消。"):
    """Nobody arrives at a session that was called off."""


class NotSessionDay(RuleBroken, code="not_session_day", sentence="到达时间须在当场的日期 {day}。"):
    """A child arrives on the date of the session."""


class NotEnrolled(RuleBroken, code="not_enrolled", sentence="这名儿童当天没有在这里报名。"):
    """Only children who are enrolled for the day are received."""


class NotArrived(RuleBroken, code="not_arrived", sentence="这名儿童当天没有到达记录。"):
    """Only a child that has come can be handed over."""


class HandedOverAlready(Conflict, code="handed_over_already", sentence="这名儿童已经交接。"):
    """A child is handed over once."""


class PresenceView(msgspec.Struct, frozen=True):
    """A child at a session, by ids: when it came and left, with which authorisation, and who of the
    staff received it and let it go."""

    session_id: int
    child_id: int
    arrived_at: datetime
    received_by: int | None
    handed_over_at: datetime | None
    authorisation_id: int | None
    handed_over_by: int | None


def arrive(work: Work, *, session_id: int, child_id: int, at: datetime | None = None) -> PresenceView:
    """A child has come: now, or at an earlier instant on the session's date. Twice changes nothing.

    Refuses a child that is not enrolled for the day and a session that was called off.
    """
    session = _lock_session(work, "care.arrive", session_id)
    presence = _presence(work, session, child_id)
    if presence is not None:
        return _view(presence)
    arrived_at = _moment(work, at)
    if session.called_off_at is not None or not _has_shift(work, session):
        raise SessionCalledOff(session_id=session_id)
    if civil_date(arrived_at) != session.civil_date:
        raise NotSessionDay(session_id=session_id, day=session.civil_date)
    child = work.find(Child, child_id)
    if not work.scalar(
        select(Enrolment.id).where(
            Enrolment.child_id == child.id,
            Enrolment.programme_id == session.programme_id,
            Enrolment.site_id == session.site_id,
            enrolled_on(session.civil_date, load_daybook(work)),
        )
    ):
        raise NotEnrolled(session_id=session_id, child_id=child_id)
    presence = Presence(
        session_id=session.id, child_id=child.id, arrived_at=arrived_at, received_by=work.by.person_id
    )
    work.add(presence)
    work.flush()
    return _view(presence)


def hand_over(
    work: Work,
    *,
    session_id: int,
    child_id: int,
    authorisation_id: int,
    at: datetime | None = None,
) -> PresenceView:
    """A child goes home with the adult of an authorisation: now, or at an earlier instant.

    Late pick-up is always possible: neither the end of the session nor its calling off stands
    against it. Refuses (:class:`~volunteer_core.care.pickup_rules.PickupRefused`) whoever is not on
    the child's list, no adult, or not authorised on that day; and a child that has not come or has
    been handed over.
    """
    session = _lock_session(work, "care.hand_over", session_id)
    presence = _presence(work, session, child_id)
    if presence is None:
        raise NotArrived(session_id=session_id, child_id=child_id)
    if presence.handed_over_at is not None:
        raise HandedOverAlready(session_id=session_id, child_id=child_id)
    left_at = _moment(work, at)
    if left_at < presence.arrived_at:
        raise Malformed("at", "不能早于到达时间。")
    authorisation = work.lock(PickupAuthorisation, authorisation_id)
    born = work.find(Person, authorisation.person_id).birth_date
    refusal = why_not(authorisation, child_id=child_id, born=born, day=civil_date(left_at))
    if refusal is not None:
        raise refusal
    presence.handed_over_at = left_at
    presence.authorisation_id = authorisation.id
    presence.handed_over_by = work.by.person_id
    work.flush()
    return _view(presence)


def _lock_session(work: Work, operation: str, session_id: int) -> Session:
    session = work.lock(Session, session_id)
    site = work.find(Site, session.site_id)
    work.demand(operation, communities=[site.community_id], on_duty=staff_today(work, session))
    return session


def _has_shift(work: Work, session: Session) -> bool:
    """Whether a published shift is left: a leader may have called it off after the session opened."""
    found = select(Shift.id).where(
        Shift.programme_id == session.programme_id,
        Shift.site_id == session.site_id,
        Shift.civil_date == session.civil_date,
        Shift.status == ShiftStatus.PUBLISHED,
    )
    return work.scalar(found.limit(1)) is not None


def _presence(work: Work, session: Session, child_id: int) -> Presence | None:
    return work.scalar(
        select(Presence)
        .where(Presence.session_id == session.id, Presence.child_id == child_id)
        .with_for_update(key_share=True)
        .execution_options(populate_existing=True)
    )


def _moment(work: Work, at: datetime | None) -> datetime:
    if at is None:
        return work.now
    if at.tzinfo is None:
        raise Malformed("at", "时间必须带时区。")
    if at > work.now:
        raise Malformed("at", "不能晚于现在。")
    return at.astimezone(UTC)


def _view(row: Presence) -> PresenceView:
    return PresenceView(*(getattr(row, field) for field in PresenceView.__struct_fields__))
