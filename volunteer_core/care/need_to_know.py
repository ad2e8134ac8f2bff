"""Who may know about a child: its guardians, and the staff while they are on duty (rule 6 of
DESIGN.md). Inner: these are the facts of rights."""

from __future__ import annotations

from datetime import date

from sqlalchemy import or_, select

from volunteer_core.care.models import Child, ChildGuardian, Session
from volunteer_core.commitments.models import Commitment, CommitmentStatus
from volunteer_core.database import Work
from volunteer_core.errors import NotFound
from volunteer_core.hours.presence import PRESENT
from volunteer_core.office.settings import settings_on
from volunteer_core.people.standing import obstacles, standings
from volunteer_core.teams.models import Programme
from volunteer_core.teams.programmes import requirement_of
from volunteer_core.timespans import Span, civil_date, day_span


def guardians_of(work: Work, child_id: int) -> list[int]:
    """Who answers for a child, by id."""
    return list(
        work.scalars(
            select(ChildGuardian.person_id)
            .where(ChildGuardian.child_id == child_id)
            .order_by(ChildGuardian.person_id)
        )
    )


def find_child(work: Work, operation: str, child_id: int, *, lock: bool = False) -> Child:
    """A child, if the actor has the right about it. Whoever has none does not even learn whether
    there is such a child."""
    try:
        child = work.lock(Child, child_id) if lock else work.find(Child, child_id)
    except NotFound:
        work.demand(operation)
        raise
    work.demand(operation, communities=[child.community_id], guardians=guardians_of(work, child.id))
    return child


def on_duty(work: Work, *, programme_id: int, site_id: int, day: date, span: Span | None = None) -> list[int]:
    """Who is promised for a day of a programme at a site and not marked absent, by id.

    Whom anything keeps from minding children by now (a record check that has run out or is not
    clear, leave) is not on duty: they see no child and receive none.
    """
    start, end = span or day_span(day)
    promised = work.scalars(
        select(Commitment.person_id)
        .where(
            Commitment.civil_date == day,
            Commitment.shift_id.is_not(None),
            Commitment.programme_id == programme_id,
            Commitment.site_id == site_id,
            Commitment.status == CommitmentStatus.PROMISED,
            or_(Commitment.attendance.is_(None), Commitment.attendance.in_(PRESENT)),
            Commitment.starts_at < end,
            Commitment.ends_at > start,
        )
        .distinct()
    ).all()
    requirement = requirement_of(work.find(Programme, programme_id))
    settings = settings_on(work, day)
    standing = standings(work, promised, day)
    return sorted(
        person_id for person_id in promised if not obstacles(standing[person_id], requirement, settings)
    )


def staff_of(work: Work, session: Session) -> list[int]:
    """Who is on duty at a session, by id."""
    return on_duty(
        work,
        programme_id=session.programme_id,
        site_id=session.site_id,
        day=session.civil_date,
        span=Span(session.starts_at, session.ends_at),
    )


def staff_today(work: Work, session: Session) -> list[int]:
    """Who may know as staff on duty: on the session's own date only, neither before nor after."""
    return staff_of(work, session) if civil_date(work.now) == session.civil_date else []
