"""A guardian's consent for one event, or for all that some days cover; and what follows when it ends."""

from __future__ import annotations

from datetime import date

import msgspec
from sqlalchemy import bindparam, select

from volunteer_core.database import Busy, Work
from volunteer_core.errors import Malformed
from volunteer_core.events.alerting import tell_organisers
from volunteer_core.events.calling_off import EventEnded, EventState
from volunteer_core.events.models import IN_LINE, Event, EventStatus, Position, Signup, SignupStatus
from volunteer_core.events.seats import seats_taken
from volunteer_core.events.waitlist import event_of, take_out
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.writing import tell
from volunteer_core.office.settings import settings_on
from volunteer_core.people import vouching
from volunteer_core.people.models import Consent, Person
from volunteer_core.people.standing import guardian_ids, standings
from volunteer_core.people.vouching import ConsentView
from volunteer_core.timespans import chinese_span, civil_date


class WithdrawnConsent(ConsentView, frozen=True, kw_only=True):
    """A consent that was withdrawn, and which sign-ups of the minor were cancelled for it."""

    cancelled_signups: list[int]


_SERVING = (
    select(Signup)
    .join(Position, Position.id == Signup.position_id)
    .where(
        Signup.person_id == bindparam("person_id"),
        Signup.status.in_(IN_LINE),
        Position.earns_hours,
    )
)
_AHEAD = _SERVING.where(Position.ends_at > bindparam("now"))
_POSITIONS = _AHEAD.with_only_columns(Position.id)
_SIGNUPS = _AHEAD.with_only_columns(Signup.id)
_SERVES = _SERVING.with_only_columns(Signup.id).where(Position.event_id == bindparam("event_id")).limit(1)
_LINES = select(Signup.person_id).where(
    Signup.position_id.in_(bindparam("positions", expanding=True)), Signup.status == SignupStatus.WAITING
)


def give_consent(
    work: Work,
    *,
    ward_id: int,
    guardian_id: int,
    valid_from: date | None = None,
    valid_to: date | None = None,
    event_id: int | None = None,
) -> ConsentView:
    """A guardian consents that a minor serves: between two dates (at most 400 days), or at one event, whose
    civil dates nobody types. If it moves to another date, they are asked anew.

    The guardian does so themselves; a coordinator records a consent given on paper. Refuses dates
    beside an event, and an event that is not published, called off or over.
    """
    if event_id is not None:
        if valid_from is not None or valid_to is not None:
            raise Malformed("valid_from", "只为一次活动同意时，日期以活动为准，不必填写。")
        event = work.find(Event, event_id)
        if event.status is not EventStatus.PUBLISHED:
            raise EventState(event)
        if event.ends_at <= work.now:
            raise EventEnded(event_id=event.id)
        valid_from, valid_to = _dates_of(work, event)
    if valid_from is None or valid_to is None:
        raise Malformed("valid_from", "请填写起止日期，或写明是哪一次活动。")
    return vouching.give_consent(
        work,
        ward_id=ward_id,
        guardian_id=guardian_id,
        valid_from=valid_from,
        valid_to=valid_to,
        event_id=event_id,
    )


def withdraw_consent(work: Work, *, consent_id: int) -> WithdrawnConsent:
    """Withdraws a consent: any guardian of the minor may, at any time (个人信息保护法 Art 15).

    Where nothing else covers the day, the minor's sign-ups to serve are cancelled, whether they had a seat
    or waited for one, and freed seats go to the next in line. The minor, the other guardians and those
    who organise are told at once; of what runs already, those who organise. An audience needs no consent.
    """
    ward_id = work.find(Consent, consent_id).ward_id
    facts = {"person_id": ward_id, "now": work.now}
    positions = {row.id: row for row in work.lock_all(Position, work.scalars(_POSITIONS, facts))}
    work.lock_all(Person, {ward_id, *work.scalars(_LINES, {"positions": list(positions)})})
    withdrawn = vouching.withdraw_consent(work, consent_id=consent_id)
    cancelled = []
    for signup in work.lock_all(Signup, work.scalars(_SIGNUPS, facts)):
        position = positions.get(signup.position_id)
        if position is None:
            raise Busy  # they have just signed up there
        event = event_of(work, position)
        if _needs_consent(work, event, position, ward_id):
            if work.now < position.starts_at:
                take_out(work, position, [signup], SignupStatus.CANCELLED)
                cancelled.append(signup.id)
            _tell_of_withdrawal(work, event, position, signup)
    return WithdrawnConsent(**msgspec.structs.asdict(withdrawn), cancelled_signups=cancelled)


def tell_of_moved_events(work: Work) -> int:
    """Tells guardians, and those who organise, once for each date to which an event moved, that a consent
    for that event alone does not cover it any more. A step of the clock."""
    rows = work.execute(
        select(Consent, Event)
        .join(Event, Event.id == Consent.event_id)
        .where(
            Consent.withdrawn_at.is_(None),
            Event.status == EventStatus.PUBLISHED,
            Event.starts_at > work.now,
        )
        .order_by(Consent.id)
    ).all()
    written = 0
    for consent, event in rows:
        day = civil_date(event.starts_at)
        if consent.valid_from <= day <= consent.valid_to:
            continue
        serves = work.scalar(_SERVES, {"event_id": event.id, "person_id": consent.ward_id})
        standing = standings(work, [consent.ward_id], day, event_id=event.id)[consent.ward_id]
        if serves is None or standing.consented:
            continue
        about = f"活动“{event.title}”已改到{chinese_span(event.starts_at, event.ends_at)}"
        key = f"moved:{consent.id}:{day}"
        written += tell(
            work,
            kind=NoticeKind.PERSONAL,
            person_id=consent.guardian_id,
            text=f"{about}，您为孩子参加这次活动的同意只针对原来的日期，请重新确认。",
            key=f"{key}:{consent.guardian_id}",
        )
        ward = work.find(Person, consent.ward_id)
        text = f"{about}，{ward.name}（{ward.code}）的监护人还没有同意新的日期，请联系监护人。"
        written += tell_organisers(work, event, text, key=key)
    return written


def _needs_consent(work: Work, event: Event, position: Position, person_id: int) -> bool:
    """Whether somebody may not serve there now, for want of a consent."""
    day = civil_date(position.starts_at)
    standing = standings(work, [person_id], day, event_id=event.id)[person_id]
    years = settings_on(work, day).consent_below_years
    return not standing.consented and standing.age is not None and standing.age < years


def _tell_of_withdrawal(work: Work, event: Event, position: Position, signup: Signup) -> None:
    """Tells the minor and the other guardians what was cancelled, and who organises of whom it was."""
    ward, today = work.find(Person, signup.person_id), civil_date(work.now)
    what = f"“{event.title}”（{position.name}，{chinese_span(position.starts_at, position.ends_at)}）"
    cancelled = signup.status is SignupStatus.CANCELLED
    if cancelled:
        for person_id in {ward.id, *guardian_ids(work, ward.id, today)} - {work.by.person_id}:
            tell(
                work,
                kind=NoticeKind.PERSONAL,
                person_id=person_id,
                text=f"监护人撤回了同意，活动{what}的报名已取消。",
            )
    follows = (
        f"报名已取消，现有 {seats_taken(work, position)}/{position.capacity} 人"
        if cancelled
        else "活动已经开始，请立即联系监护人"
    )
    tell_organisers(work, event, f"{ward.name}（{ward.code}）的监护人撤回了同意，活动{what}：{follows}。")


def _dates_of(work: Work, event: Event) -> tuple[date, date]:
    """The first and the last civil date of an event and its positions: ushers come earlier."""
    spans = work.execute(
        select(Position.starts_at, Position.ends_at).where(Position.event_id == event.id)
    ).all()
    return (
        civil_date(min([event.starts_at, *(start for start, _ in spans)])),
        civil_date(max([event.ends_at, *(end for _, end in spans)])),
    )
