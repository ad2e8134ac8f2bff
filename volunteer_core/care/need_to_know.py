"""Who may know about a child: its guardians, and the staff while they are on duty (rule 6 of
DESIGN.md). Inner: these are the facts of rights."""

from __future__ import annotations

from datetime import date

from sqlalchemy import or_, select

from volunteer_core.care.models import ChildGuardian, Session
from volunteer_core.commitments.models import Commitment, CommitmentStatus
from volunteer_core.database import Work
from volunteer_core.hours.recording import PRESENT
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


def on_duty(work: Work, *, programme_id: int, site_id: int, day: date, span: Span | None = None) -> list[int]:
    """Who is promised for a day of a programme at a site and not marked absent, by id."""
    start, end = span or day_span(day)
    return list(
        work.scalars(
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
            .order_by(Commitment.person_id)
        )
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
