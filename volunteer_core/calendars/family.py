"""The calendar of a family: the sessions to which a guardian's children are expected. Inner: asks no rights.

A session is a programme's day at a site; it is to take place while a shift of it is published. (Its row
among the ``sessions`` is only made when it is opened.) It says the programme and the site, nothing of the
children: neither who they are nor how many, and two of them at one session are one entry.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec
from sqlalchemy import and_, func, select

from volunteer_core.calendars.contents import Entry, Only, entries_of, sequence_at
from volunteer_core.calendars.options import Options
from volunteer_core.calendars.selections import (
    CANCELLED_DAYS,
    RUN_DISCREETLY,
    SITE,
    Look,
    Row,
    days_ago,
    shifts_with,
    window,
)
from volunteer_core.care.expected import any_may_come
from volunteer_core.care.models import ChildGuardian, Enrolment
from volunteer_core.database import Work
from volunteer_core.errors import RuleBroken
from volunteer_core.rosters.models import Shift, ShiftStatus
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import civil_date
from volunteer_core.workdays.upkeep import load_daybook


class NoChildEnrolled(
    RuleBroken, code="no_child_enrolled", sentence="您没有正在报名的孩子，不能订阅家庭日历。"
):
    """A family's calendar is for the guardian of a child that is enrolled, today or later."""


class _Shift(msgspec.Struct, frozen=True):
    """A shift that was ever published, as far as families are told of it."""

    id: int
    uid: str
    sequence: int
    revised_at: datetime
    published_at: datetime
    starts_at: datetime
    ends_at: datetime
    runs: bool
    programme_id: int
    site_id: int
    civil_date: date
    title: str
    discreet: bool
    site: str
    address: str
    latitude: float | None
    longitude: float | None


class _Coming(_Shift, frozen=True):
    """A shift with an enrolment that says, or said, that a child comes on its day."""

    weekdays: str
    last_day: date
    enrolled_at: datetime
    ended_at: datetime | None

    @property
    def stands(self) -> bool:
        return self.civil_date <= self.last_day

    @property
    def told(self) -> bool:
        """What is published after the child has left was never in the calendar."""
        return self.stands or (self.ended_at is not None and self.published_at <= self.ended_at)


_SHIFT = (
    Shift.id,
    Shift.uid,
    Shift.sequence,
    Shift.revised_at,
    Shift.published_at,
    Shift.starts_at,
    Shift.ends_at,
    (Shift.status == ShiftStatus.PUBLISHED).label("runs"),
    Shift.programme_id,
    Shift.site_id,
    Shift.civil_date,
    Programme.name.label("title"),
    RUN_DISCREETLY.label("discreet"),
    *SITE,
)


def refuse_no_child_enrolled(work: Work, person_id: int) -> None:
    """Refuses (:class:`NoChildEnrolled`) who is no guardian of a child that is enrolled, today or later."""
    enrolled = (
        select(Enrolment.id)
        .join(ChildGuardian, ChildGuardian.child_id == Enrolment.child_id)
        .where(ChildGuardian.person_id == person_id, Enrolment.last_day >= civil_date(work.now))
    )
    if work.scalar(enrolled.limit(1)) is None:
        raise NoChildEnrolled(person_id=person_id)


def family_entries(work: Look, options: Options, _only: Only = None, *, guardian_id: int) -> list[Entry]:
    """The sessions to which a guardian's children come, or would have come.

    Cancelled is a session that was called off, and one that a child was to come to before it left. When
    somebody ceases to be a child's guardian, its sessions are gone: they take place, but are no longer
    this person's business.
    """
    if not isinstance(work, Work):
        raise TypeError("sessions are made of several shifts: they are only read together")
    book = load_daybook(work)
    until = func.coalesce(Enrolment.planned_to, Enrolment.last_day)
    oldest = days_ago(work, max(options.past_days, CANCELLED_DAYS))
    statement = (
        shifts_with(
            *_SHIFT, Enrolment.weekdays, Enrolment.last_day, Enrolment.enrolled_at, Enrolment.ended_at
        )
        .join(
            Enrolment,
            and_(
                Enrolment.programme_id == Shift.programme_id,
                Enrolment.site_id == Shift.site_id,
                Shift.civil_date.between(Enrolment.first_day, until),
            ),
        )
        .join(ChildGuardian, ChildGuardian.child_id == Enrolment.child_id)
        .where(
            ChildGuardian.person_id == guardian_id,
            Shift.published_at.is_not(None),
            Shift.ends_at > oldest,
        )
    )
    sessions: dict[tuple[int, int, date], list[_Coming]] = defaultdict(list)
    for row in work.views(_Coming, statement):
        weekday = str(row.civil_date.isoweekday()) in row.weekdays
        if row.told and (weekday or any_may_come(row.civil_date, book)):
            sessions[row.programme_id, row.site_id, row.civil_date].append(row)
    rows = [_of_family(session) for session in sessions.values()]
    return entries_of([row for row in rows if _is_kept(work, options, row)], options)


def session_entries(work: Work, uid: str, options: Options) -> list[Entry]:
    """The session with a UID, whoever comes to it, or nothing."""
    first = work.scalar(select(Shift).where(Shift.uid == _turned(uid), Shift.published_at.is_not(None)))
    if first is None or not work.find(Programme, first.programme_id).minds_children:
        return []
    same = shifts_with(*_SHIFT).where(
        Shift.programme_id == first.programme_id,
        Shift.site_id == first.site_id,
        Shift.civil_date == first.civil_date,
        Shift.published_at.is_not(None),
    )
    shifts = work.views(_Shift, same)
    row = _row(shifts, [shift for shift in shifts if shift.runs], first.revised_at)
    return entries_of([row], options) if row.uid == uid and _is_kept(work, options, row) else []


def _is_kept(work: Work, options: Options, row: Row) -> bool:
    return row.ends_at > window(work, options)["kept_since" if row.confirmed else "cancelled_since"]


def _of_family(session: Sequence[_Coming]) -> Row:
    """A session as its family sees it. It changed last when its shifts did, or when the first child of
    those who come was enrolled, or the last of those who came left."""
    standing = [row for row in session if row.stands]
    if standing:
        since = min(row.enrolled_at for row in standing)
    else:
        since = max(row.ended_at for row in session if row.ended_at is not None)
    return _row(session, [row for row in standing if row.runs], since)


def _row(shifts: Sequence[_Shift], running: Sequence[_Shift], since: datetime) -> Row:
    different = {shift.id: shift for shift in shifts}.values()
    first = min(different, key=lambda shift: (shift.published_at, shift.id))
    spans = running or shifts
    revised_at = max(since, *(shift.revised_at for shift in different))
    return Row(
        uid=_turned(first.uid),
        sequence=sequence_at(revised_at) + sum(shift.sequence for shift in different),
        revised_at=revised_at,
        subject_revised_at=revised_at,
        starts_at=min(shift.starts_at for shift in spans),
        ends_at=max(shift.ends_at for shift in spans),
        confirmed=bool(running),
        unconfirmed=False,
        discreet=first.discreet,
        title=first.title,
        part="",
        description="",
        bring="",
        contact="",
        contact_phone="",
        category=first.title,
        site=first.site,
        address=first.address,
        latitude=first.latitude,
        longitude=first.longitude,
    )


def _turned(uid: str) -> str:
    """A session's UID from that of the shift that was published first, and back: as hard to guess, and
    another one, because a leader who is a guardian has both in one phone."""
    return str(UUID(int=UUID(uid).int ^ 0xFFFF_FFFF_FFFF))
