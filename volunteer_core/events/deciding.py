"""Whether enough people come: a step of the clock, which asks no right."""

from __future__ import annotations

from sqlalchemy import BindParameter, bindparam, func, select

from volunteer_core.database import Work
from volunteer_core.events.calling_off import call_off
from volunteer_core.events.models import SEATED, Event, EventStatus, Position, Signup
from volunteer_core.events.moving import is_begun
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.writing import tell
from volunteer_core.places.models import Site
from volunteer_core.tables import Instant
from volunteer_core.teams.membership import leaders_of
from volunteer_core.timespans import chinese_span, civil_date

_UNDECIDED = (Event.status == EventStatus.PUBLISHED, Event.goes_ahead.is_(False))
_DUE = select(Event.id).where(*_UNDECIDED, Event.decided_at <= bindparam("now", type_=Instant))
_EVENTS: BindParameter[list[int]] = bindparam("events", expanding=True)
_POSITIONS = select(Position).where(Position.event_id.in_(_EVENTS)).execution_options(populate_existing=True)
_TAKEN = (
    select(Position.event_id, func.sum(1 + Signup.companions))
    .join(Signup, Signup.position_id == Position.id)
    .where(Position.event_id.in_(_EVENTS), Signup.status.in_(SEATED))
    .group_by(Position.event_id)
)


def decide_due(work: Work) -> int:
    """Decides about the events whose time to decide has come: with fewer seats taken than its minimum one is
    called off, and everybody told; else it goes ahead, whoever cancels later. Returns how many were decided.

    One that has started meanwhile, because no clock ran, goes ahead, and its leaders are told.
    Events and positions are locked: who signs up at that moment is counted, or refused.
    """
    events = work.lock_all(Event, work.scalars(_DUE, {"now": work.now}))
    due = {"events": [event.id for event in events if _is_due(work, event)]}
    positions: dict[int, list[Position]] = {event_id: [] for event_id in due["events"]}
    for position in work.lock_all(Position, (position.id for position in work.scalars(_POSITIONS, due))):
        positions[position.event_id].append(position)
    taken = dict(work.execute(_TAKEN, due).all())
    for event in events:
        if event.id in positions:
            _decide(work, event, taken.get(event.id, 0), begun=is_begun(work, event, positions[event.id]))
    work.flush()
    return len(positions)


def _is_due(work: Work, event: Event) -> bool:
    """Whether a locked event is still to be decided about: somebody may have been quicker."""
    undecided = event.status is EventStatus.PUBLISHED and not event.goes_ahead
    return undecided and event.decided_at is not None and event.decided_at <= work.now


def _decide(work: Work, event: Event, taken: int, *, begun: bool) -> None:
    enough = taken >= (event.minimum or 0)
    if enough or begun:
        event.goes_ahead = True
    else:
        call_off(work, event, reason=f"报名人数不足（最少 {event.minimum} 人）")
    if not enough:
        became = "活动已经开始，没有取消，请自行决定" if begun else "已自动取消，报名的人已列入通知"
        _tell_leaders(work, event, f"报名人数不足（{taken}/{event.minimum}），{became}。")


def _tell_leaders(work: Work, event: Event, what: str) -> None:
    if event.team_id is None:
        return
    community_id = work.find(Site, event.site_id).community_id
    when = chinese_span(event.starts_at, event.ends_at)
    for leader_id in leaders_of(work, event.team_id, civil_date(work.now)):
        tell(
            work,
            kind=NoticeKind.GAP,
            person_id=leader_id,
            team_id=event.team_id,
            community_id=community_id,
            text=f"活动“{event.title}”（{when}）{what}",
        )
