"""Whether enough people come: the clock decides, an event at a time."""

from __future__ import annotations

from sqlalchemy import bindparam, func, select

from volunteer_core.database import Work
from volunteer_core.events.alerting import tell_organisers
from volunteer_core.events.calling_off import call_off
from volunteer_core.events.models import SEATED, Event, EventStatus, Position, Signup
from volunteer_core.events.moving import is_begun
from volunteer_core.tables import Instant
from volunteer_core.timespans import chinese_span

_DUE = (
    select(Event.id)
    .where(
        Event.status == EventStatus.PUBLISHED,
        Event.goes_ahead.is_(False),
        Event.decided_at <= bindparam("now", type_=Instant),
    )
    .order_by(Event.id)
)
_POSITIONS = select(Position.id).where(Position.event_id == bindparam("event_id"))
_TAKEN = (
    select(func.coalesce(func.sum(1 + Signup.companions), 0))
    .join(Position, Position.id == Signup.position_id)
    .where(Position.event_id == bindparam("event_id"), Signup.status.in_(SEATED))
)


def events_to_decide(work: Work) -> list[int]:
    """The events of which it is time to decide whether enough people come. A step of the clock; it asks no
    right."""
    return list(work.scalars(_DUE, {"now": work.now}))


def decide(work: Work, event_id: int) -> int:
    """Decides about one event: with fewer seats taken than its minimum it is called off, and everybody told;
    else it goes ahead, whoever cancels later. Returns 1, or 0 where somebody was quicker. A step of the
    clock; it asks no right.

    What has started meanwhile, because no clock ran, goes ahead, and who organises it is told. The event and
    its positions are locked: who signs up at that moment is counted, or refused.
    """
    event = work.lock(Event, event_id)
    undecided = event.status is EventStatus.PUBLISHED and not event.goes_ahead
    if not undecided or event.minimum is None or event.decided_at is None or event.decided_at > work.now:
        return 0
    positions = work.lock_all(Position, work.scalars(_POSITIONS, {"event_id": event.id}))
    taken = work.scalar(_TAKEN, {"event_id": event.id}) or 0
    if taken >= event.minimum:
        event.goes_ahead = True
    elif is_begun(work, event, positions):
        event.goes_ahead = True
        _tell(work, event, taken, "活动已经开始，没有取消，请自行决定")
    else:
        call_off(work, event, reason=f"报名人数不足（最少 {event.minimum} 人）")
        _tell(work, event, taken, "已自动取消，报名的人已列入通知")
    work.flush()
    return 1


def _tell(work: Work, event: Event, taken: int, became: str) -> None:
    when = chinese_span(event.starts_at, event.ends_at)
    text = f"活动“{event.title}”（{when}）报名人数不足（{taken}/{event.minimum}），{became}。"
    tell_organisers(work, event, text)
