"""The life of an event, and calling one off. Inner: asks no right, ``closures`` calls it too."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from volunteer_core.commitments.models import Commitment, CommitmentStatus
from volunteer_core.commitments.promises import set_status
from volunteer_core.database import Work
from volunteer_core.errors import Conflict, RuleBroken
from volunteer_core.events.models import (
    EVENT_TRANSITIONS,
    IN_LINE,
    Event,
    EventStatus,
    Position,
    Signup,
    SignupStatus,
)
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.writing import tell
from volunteer_core.places.models import Site
from volunteer_core.timespans import chinese_span

_IN_CHINESE = {
    EventStatus.DRAFT: "尚未发布",
    EventStatus.PUBLISHED: "已发布",
    EventStatus.HELD: "已结束",
    EventStatus.CALLED_OFF: "已取消",
}


class EventState(Conflict, code="event_state", sentence="活动{state}，不能这样做。"):
    """A draft is published or called off, what is published is held or called off, and that is final."""

    def __init__(self, event: Event) -> None:
        super().__init__(event_id=event.id, status=event.status.value, state=_IN_CHINESE[event.status])


class EventEnded(RuleBroken, code="event_ended", sentence="活动已经结束，不能再取消，请登记出勤。"):
    """What has taken place is not called off: who was there is marked."""


def turn(event: Event, status: EventStatus) -> None:
    """Moves a locked event along its transitions."""
    if status not in EVENT_TRANSITIONS[event.status]:
        raise EventState(event)
    event.status = status


def refuse_called_off(event: Event) -> None:
    """What is called off is not changed any more."""
    if event.status is EventStatus.CALLED_OFF:
        raise EventState(event)


def call_off_all(
    work: Work, events: Sequence[Event], *, reason: str, kind: NoticeKind = NoticeKind.CALLED_OFF
) -> None:
    """Calls off several locked events, see :func:`call_off`. All of their positions are locked first, by id,
    as they are by whoever concerns several: two works never wait for each other."""
    ids = [event.id for event in events]
    work.lock_all(Position, work.scalars(select(Position.id).where(Position.event_id.in_(ids))))
    for event in events:
        call_off(work, event, reason=reason, kind=kind)


def call_off(work: Work, event: Event, *, reason: str, kind: NoticeKind = NoticeKind.CALLED_OFF) -> None:
    """Calls off an event and all that was signed up for it, and puts into the outbox who is told.

    Refuses one that has taken place. Whose attendance is marked was there: their sign-up, promise and
    hours stay as they are. Who has come to what has begun keeps both too, to be marked.
    """
    event = work.lock(Event, event.id)
    if event.status is EventStatus.PUBLISHED and event.ends_at <= work.now:
        raise EventEnded(event_id=event.id)
    turn(event, EventStatus.CALLED_OFF)
    ids = work.scalars(select(Position.id).where(Position.event_id == event.id))
    positions = {position.id: position for position in work.lock_all(Position, ids)}
    signups = work.scalars(
        select(Signup)
        .where(
            Signup.position_id.in_(positions),
            Signup.status.in_(IN_LINE),
        )
        .order_by(Signup.id)
        .execution_options(populate_existing=True)
    ).all()
    # Whoever gave a seat up and waits again has a promise too, which was released.
    promised = {
        signup.id: signup.commitment_id
        for signup in signups
        if signup.status is SignupStatus.CONFIRMED and signup.commitment_id is not None
    }
    commitments = {row.id: row for row in work.lock_all(Commitment, promised.values())}
    community_id = work.find(Site, event.site_id).community_id
    because = f"原因：{reason}。" if reason else ""
    for signup in signups:
        commitment = commitments.get(promised.get(signup.id, 0))
        if commitment is not None and commitment.attendance is not None:
            continue
        position = positions[signup.position_id]
        came = signup.arrived_at is not None and work.now >= position.starts_at
        if commitment is None or not came:
            signup.status, signup.offer_until = SignupStatus.CALLED_OFF, None
            if commitment is not None:
                set_status(work, commitment, CommitmentStatus.CALLED_OFF)
        when = chinese_span(position.starts_at, position.ends_at)
        tell(
            work,
            kind=kind,
            person_id=signup.person_id,
            team_id=event.team_id,
            community_id=community_id,
            text=f"您报名的活动“{event.title}”（{when}）已取消。{because}",
        )
    work.flush()
