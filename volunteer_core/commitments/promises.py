"""Holding, promising, moving and releasing a person's time. Inner: asks no rights.

Lock order: the caller has locked the shift or position, and whom it commits; who is moved is locked here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import bindparam, select

from volunteer_core.commitments.engagements import Engagement
from volunteer_core.commitments.models import ACTIVE, Commitment, CommitmentStatus
from volunteer_core.database import Work
from volunteer_core.errors import Conflict, RuleBroken
from volunteer_core.people.models import Person
from volunteer_core.timespans import Span, chinese_span, civil_date


class Clash(RuleBroken, code="clash", sentence="与已有安排时间冲突：{when}。"):
    """A person cannot be in two places: spans overlap. Back-to-back ones do not."""


class AlreadyCommitted(Conflict, code="already_committed", sentence="此人已经在这里。"):
    """A person is assigned to a shift, or signed up for a position, once."""


class AlreadyServed(RuleBroken, code="already_served", sentence="已登记出勤，不能再取消。"):
    """What was served stays: it is corrected, not removed."""


TRANSITIONS = {
    CommitmentStatus.HELD: {
        CommitmentStatus.PROMISED, CommitmentStatus.RELEASED, CommitmentStatus.CALLED_OFF
    },
    CommitmentStatus.PROMISED: {
        CommitmentStatus.HELD, CommitmentStatus.RELEASED, CommitmentStatus.CALLED_OFF
    },
    CommitmentStatus.RELEASED: {CommitmentStatus.HELD, CommitmentStatus.PROMISED},
    CommitmentStatus.CALLED_OFF: {CommitmentStatus.HELD, CommitmentStatus.PROMISED},
}  # fmt: skip


_ON_SHIFT = select(Commitment).where(
    Commitment.shift_id == bindparam("subject_id"), Commitment.person_id == bindparam("person_id")
)
_AT_POSITION = select(Commitment).where(
    Commitment.position_id == bindparam("subject_id"), Commitment.person_id == bindparam("person_id")
)
_CLASHING = (
    select(Commitment)
    .where(
        Commitment.person_id.in_(bindparam("people", expanding=True)),
        Commitment.status.in_(ACTIVE),
        Commitment.starts_at < bindparam("end"),
        Commitment.ends_at > bindparam("start"),
        Commitment.id.not_in(bindparam("besides", expanding=True)),
    )
    .order_by(Commitment.starts_at)
)


def commit_time(
    work: Work,
    *,
    person_id: int,
    span: Span,
    status: CommitmentStatus,
    site_id: int,
    programme_id: int | None,
    team_id: int | None,
    shift_id: int | None = None,
    position_id: int | None = None,
    overridden: bool = False,
    checked: bool = False,
) -> Commitment:
    """Holds or promises a locked person's time for a shift or a position; revives an earlier row.

    Refuses :class:`AlreadyCommitted` and, naming the other commitment, :class:`Clash`, unless somebody
    who may has accepted the overlap (``overridden``), or the caller has looked for one since it locked
    the person (``checked``).
    """
    own, subject_id = (_ON_SHIFT, shift_id) if shift_id is not None else (_AT_POSITION, position_id)
    row = work.scalar(own, {"subject_id": subject_id, "person_id": person_id})
    if row is not None and row.status in ACTIVE:
        raise AlreadyCommitted(person_id=person_id, commitment_id=row.id)
    if not overridden and not checked:
        for others in clashes(work, [person_id], span).values():
            raise clash_with(others[0])
    if row is None:
        row = Commitment(person_id=person_id, shift_id=shift_id, position_id=position_id)
        work.add(row)
    row.starts_at, row.ends_at, row.civil_date = span.start, span.end, civil_date(span.start)
    row.site_id, row.programme_id, row.team_id = site_id, programme_id, team_id
    row.attendance = row.checked_in_at = row.checked_out_at = None
    row.overridden, row.locked = overridden, False
    set_status(work, row, status)
    work.flush()
    return row


def set_status(work: Work, row: Commitment, status: CommitmentStatus) -> None:
    """Moves a commitment along :data:`TRANSITIONS`. Refuses to release what has been served."""
    if row.status is status:
        return
    if status not in TRANSITIONS.get(row.status, TRANSITIONS[CommitmentStatus.RELEASED]):
        raise Conflict(commitment_id=row.id, status=row.status.value)
    if row.attendance is not None and status not in ACTIVE:
        raise AlreadyServed(commitment_id=row.id)
    row.status = status
    if status is CommitmentStatus.PROMISED:
        row.promised_at = row.promised_at or work.now
        row.confirmed_at = None  # what is promised anew is confirmed anew


def move(work: Work, rows: Iterable[Commitment], span: Span) -> None:
    """Moves commitments to another span, which is to be confirmed anew. Refuses, naming the first, if it
    clashes for anybody, save for whom somebody has accepted that it does."""
    moved = list(rows)
    work.lock_all(Person, (row.person_id for row in moved))
    found = clashes(
        work,
        [row.person_id for row in moved if row.status in ACTIVE and not row.overridden],
        span,
        besides=[row.id for row in moved],
    )
    for others in found.values():
        raise clash_with(others[0])
    for row in moved:
        row.starts_at, row.ends_at, row.civil_date = span.start, span.end, civil_date(span.start)
        row.confirmed_at = None
    work.flush()


def clashes(
    work: Work, person_ids: Collection[int], span: Span, *, besides: Collection[int] = ()
) -> dict[int, list[Commitment]]:
    """Active commitments that overlap a span, by person: shifts and events alike."""
    found: dict[int, list[Commitment]] = {}
    facts = {"people": list(person_ids), "start": span.start, "end": span.end, "besides": list(besides)}
    for row in work.scalars(_CLASHING, facts):
        found.setdefault(row.person_id, []).append(row)
    return found


def clash_with(other: Commitment | Engagement) -> Clash:
    """The refusal that names the commitment in the way, by time and id only."""
    return Clash(
        person_id=other.person_id,
        commitment_id=other.id,
        shift_id=other.shift_id,
        position_id=other.position_id,
        when=chinese_span(other.starts_at, other.ends_at),
    )


class NotOfTeam(RuleBroken, code="not_of_team", sentence="此人当天不是该队的队员。"):
    """One serves only in the name of a team one belongs to, and a leader's team is their own."""


def team_served_for(own: Sequence[int], *, organiser: int | None, chosen: int | None = None) -> int | None:
    """For which of their teams a person serves: the chosen one, else the one that runs it if it is
    theirs, else the only one, else none. Pure."""
    if chosen is not None:
        if chosen not in own:
            raise NotOfTeam(team_id=chosen)
        return chosen
    if organiser in own:
        return organiser
    return own[0] if len(own) == 1 else None
