"""Calling off a shift. Hours that were earned on it stay."""

from __future__ import annotations

import msgspec
from sqlalchemy import select

from volunteer_core import texts
from volunteer_core.commitments.models import ACTIVE, Commitment, CommitmentStatus
from volunteer_core.commitments.promises import set_status
from volunteer_core.database import Work
from volunteer_core.errors import Conflict
from volunteer_core.notices.models import NoticeKind
from volunteer_core.places.models import Site
from volunteer_core.rosters.assigning import ShiftNotOpen, ShiftOver, lock_shift, tell_of_shift
from volunteer_core.rosters.models import OPEN, Shift, ShiftStatus
from volunteer_core.rosters.shifts import ShiftView, lock_with_site, read_view, refuse_closed, turn
from volunteer_core.rosters.swaps.ending import end_line, lapse_offers
from volunteer_core.rosters.versions import keep_version
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import Span


class NotCalledOff(Conflict, code="not_called_off", sentence="这个班次没有被取消。"):
    """Only what was called off can be reinstated."""


class CalledOffShift(msgspec.Struct, frozen=True):
    """A shift that was called off and how many people had been on it."""

    shift_id: int
    people: int


def call_off_shift(work: Work, *, shift_id: int, reason: str) -> CalledOffShift:
    """Calls a shift off for a reason that everybody on it is told. Refuses a published one that
    is over: what became of it is marked, not hidden."""
    shift, programme, site = lock_shift(work, shift_id)
    work.demand("rosters.call_off", teams=[programme.team_id], communities=[site.community_id])
    kept = texts.line("reason", reason, longest=60)
    if shift.status not in OPEN:
        raise ShiftNotOpen(shift_id=shift.id, status=shift.status.value)
    if shift.status is ShiftStatus.PUBLISHED and shift.ends_at <= work.now:
        raise ShiftOver(shift_id=shift.id)
    return CalledOffShift(shift.id, call_off(work, shift, programme, site, reason=kept))


def reinstate_shift(work: Work, *, shift_id: int) -> ShiftView:
    """Makes a called-off shift a draft again; people are put on it anew and keep their UIDs."""
    shift, programme, site = lock_with_site(work, shift_id)
    work.demand("rosters.call_off", teams=[programme.team_id], communities=[site.community_id])
    if shift.status is not ShiftStatus.CALLED_OFF:
        raise NotCalledOff(shift_id=shift.id, status=shift.status.value)
    refuse_closed(work, site.id, Span(shift.starts_at, shift.ends_at))
    turn(shift, ShiftStatus.DRAFT)
    work.flush()
    return read_view(work, shift.id)


def call_off(
    work: Work,
    shift: Shift,
    programme: Programme,
    site: Site,
    *,
    reason: str,
    kind: NoticeKind = NoticeKind.CALLED_OFF,
) -> int:
    """Calls off a locked shift; who has attendance marked keeps it. What was offered of it lapses, and
    nobody waits for it any more. Returns how many were on it. Inner."""
    published = shift.status is ShiftStatus.PUBLISHED
    turn(shift, ShiftStatus.CALLED_OFF)
    ids = work.scalars(
        select(Commitment.id).where(
            Commitment.shift_id == shift.id,
            Commitment.status.in_(ACTIVE),
            Commitment.attendance.is_(None),
        )
    )
    rows = work.lock_all(Commitment, ids)
    promised = [row for row in rows if row.status is CommitmentStatus.PROMISED]
    for row in rows:
        set_status(work, row, CommitmentStatus.CALLED_OFF)
    work.flush()
    if published:
        lapse_offers(work, [shift.id])
        version_id = keep_version(work, shift, "called_off")
        for person_id in (*(row.person_id for row in promised), *end_line(work, shift.id)):
            tell_of_shift(
                work, kind, person_id, shift, programme, site, f"因{reason}取消", version_id=version_id
            )
    return len(rows)
