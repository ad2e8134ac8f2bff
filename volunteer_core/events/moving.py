"""Moving an event with everything promised for it. Inner: asks no right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select

from volunteer_core.commitments import promises
from volunteer_core.commitments.models import ACTIVE, Commitment
from volunteer_core.database import Work
from volunteer_core.errors import RuleBroken
from volunteer_core.events.door.admission import known_from
from volunteer_core.events.models import Event, HeldSeats, Position, Signup, SignupStatus
from volunteer_core.events.timetable import Times, moved, position_span
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.writing import tell
from volunteer_core.office.settings import settings_on
from volunteer_core.people.models import Person
from volunteer_core.places.models import Site
from volunteer_core.timespans import Span, chinese_span, civil_date


class EventStarted(RuleBroken, code="event_started", sentence="活动已经开始，不能再改时间或地点。"):
    """Where and when something takes place is settled once it, or one of its positions, has begun."""


def times_of(event: Event) -> Times:
    """The instants of an event as they are."""
    return Times(*(getattr(event, field) for field in Times._fields))


def is_begun(work: Work, event: Event, positions: Sequence[Position]) -> bool:
    """Whether an event or one of its positions has started."""
    return min([event.starts_at, *(position.starts_at for position in positions)]) <= work.now


def move(work: Work, event: Event, *, times: Times, site: Site, title: str) -> None:
    """Gives a locked event other times, another place or title, moves its positions and the time
    promised for them, and puts into the outbox who is told.

    Refuses a clash for anybody confirmed, naming the first, and an event that has started.
    """
    before, after = Span(event.starts_at, event.ends_at), Span(times.starts_at, times.ends_at)
    if after != before or site.id != event.site_id or title != event.title:
        ids = work.scalars(select(Position.id).where(Position.event_id == event.id))
        positions = work.lock_all(Position, ids)
        if is_begun(work, event, positions) and (after != before or site.id != event.site_id):
            raise EventStarted(event_id=event.id)
        commitments, offers = _promised(work, positions), _offered(work, positions)
        # One person may have two positions, one after the other: the one in the way moves first.
        for position in sorted(positions, key=_start, reverse=after.start > before.start):
            rows = [row for row in commitments if row.position_id == position.id]
            offered = [signup for signup in offers if signup.position_id == position.id]
            own = span = Span(position.starts_at, position.ends_at)
            if after != before:
                span = position_span(after, *moved(own, before=before, after=after), now=work.now)
            if span != own:
                _move(work, position, span, rows, offered)
            for row in rows:
                row.site_id = site.id
            for person_id in _people(rows, offered):
                _tell(work, event, position, person_id, site=site, title=title, at_other_time=span != own)
        event.site_id, event.title = site.id, title
    for field, value in times._asdict().items():
        setattr(event, field, value)
    work.flush()


def move_position(work: Work, event: Event, position: Position, span: Span) -> None:
    """Gives a locked position another span, moves the time promised for it, and puts into the outbox who is
    told. Refuses a clash for anybody confirmed, naming the first."""
    rows, offered = _promised(work, [position]), _offered(work, [position])
    _move(work, position, span, rows, offered)
    site = work.find(Site, event.site_id)
    for person_id in _people(rows, offered):
        _tell(work, event, position, person_id, site=site, title=event.title, at_other_time=True)
    work.flush()


def _move(
    work: Work, position: Position, span: Span, rows: Sequence[Commitment], offered: Sequence[Signup]
) -> None:
    promises.move(work, rows, span)
    for kept in work.scalars(select(HeldSeats).where(HeldSeats.position_id == position.id)):
        kept.until += span.start - position.starts_at  # as long before the start as it was
    position.starts_at, position.ends_at = span
    _forget_who_came(work, position)
    for signup in offered:
        if signup.offer_until is not None:
            signup.offer_until = min(signup.offer_until, span.start)


def _forget_who_came(work: Work, position: Position) -> None:
    """Whoever stood at the door already, on another day, has not come to what takes place later."""
    minutes = settings_on(work, civil_date(position.starts_at)).door_opens_minutes
    since = known_from(position.starts_at, minutes)
    for signup in work.scalars(
        select(Signup).where(
            Signup.position_id == position.id, (Signup.arrived_at < since) | (Signup.left_at < since)
        )
    ):
        signup.arrived_at = signup.left_at = None


def _promised(work: Work, positions: Sequence[Position]) -> list[Commitment]:
    """What is promised for locked positions, and the people locked, all at once."""
    found = work.scalars(
        select(Commitment)
        .where(
            Commitment.position_id.in_([position.id for position in positions]),
            Commitment.status.in_(ACTIVE),
        )
        .order_by(Commitment.id)
        .execution_options(populate_existing=True)
    ).all()
    work.lock_all(Person, (row.person_id for row in found))
    return list(found)


def _offered(work: Work, positions: Sequence[Position]) -> Sequence[Signup]:
    """To whom a seat of locked positions is offered: nothing is promised yet."""
    return work.scalars(
        select(Signup)
        .where(
            Signup.position_id.in_([position.id for position in positions]),
            Signup.status == SignupStatus.OFFERED,
        )
        .order_by(Signup.id)
        .execution_options(populate_existing=True)
    ).all()


def _people(rows: Sequence[Commitment], offered: Sequence[Signup]) -> Iterator[int]:
    """Those who are told."""
    yield from (row.person_id for row in rows)
    yield from (signup.person_id for signup in offered)


def _start(position: Position) -> datetime:
    return position.starts_at


def _tell(
    work: Work,
    event: Event,
    position: Position,
    person_id: int,
    *,
    site: Site,
    title: str,
    at_other_time: bool,
) -> None:
    """Of what is to be another title, time or place than the event still has, if anything of it is theirs."""
    changes = []
    if title != event.title:
        changes.append(f"名称改为“{title}”")
    if at_other_time:
        changes.append(f"时间改为{chinese_span(position.starts_at, position.ends_at)}")
    if site.id != event.site_id:
        changes.append(f"地点改为{site.name}")
    if not changes:
        return
    tell(
        work,
        kind=NoticeKind.CHANGED,
        person_id=person_id,
        team_id=event.team_id,
        community_id=site.community_id,
        text=f"您报名的活动“{event.title}”有变动：{'，'.join(changes)}。如不能参加，请尽早取消。",
    )
