"""Whether enough checked adults serve beside the minors of an event (未成年人保护法 Art 62)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import msgspec
from sqlalchemy import bindparam, select

from volunteer_core.database import Work
from volunteer_core.events.alerting import whom_to_tell
from volunteer_core.events.models import Event, EventStatus, Position, Signup, SignupStatus
from volunteer_core.notices.models import Notice, NoticeKind
from volunteer_core.notices.writing import tell
from volunteer_core.office.settings import settings_on
from volunteer_core.people.standing import standings
from volunteer_core.places.models import Site
from volunteer_core.timespans import chinese_span, civil_date, day_span

FULL_AGE = 18


class Minding(msgspec.Struct, frozen=True):
    """The minors who serve at an event, the adults with a current record check who serve beside them, how
    many more of those are needed, and how many of the minors have no consent for the day."""

    minors: int
    checked_adults: int
    adults_missing: int
    consents_missing: int


_SERVING = (
    select(Position.event_id, Signup.person_id)
    .join(Position, Position.id == Signup.position_id)
    .where(
        Position.event_id.in_(bindparam("events", expanding=True)),
        Position.earns_hours,
        Signup.status == SignupStatus.CONFIRMED,
    )
    .distinct()
)


def minding(work: Work, events: Collection[Event]) -> dict[int, Minding]:
    """How the minors of some events are minded, by the id of each event. Inner: asks no rights.

    Ages, checks and consents are those of the civil date on which the event starts.
    """
    serving: dict[int, list[int]] = {event.id: [] for event in events}
    for event_id, person_id in work.execute(_SERVING, {"events": list(serving)}):
        serving[event_id].append(person_id)
    return {event.id: _minding(work, event, serving[event.id]) for event in events}


def adults_needed(minors: int, minors_per_adult: int) -> int:
    """One checked adult for each so many minors, or part of them. Pure."""
    return -(-minors // minors_per_adult)


def _minding(work: Work, event: Event, people: list[int]) -> Minding:
    if not people:
        return Minding(0, 0, 0, 0)
    day = civil_date(event.starts_at)
    settings = settings_on(work, day)
    known = [one for one in standings(work, people, day, event_id=event.id).values() if one.age is not None]
    minors = [one for one in known if one.age is not None and one.age < FULL_AGE]
    checked = len([one for one in known if one not in minors and one.check_current])
    return Minding(
        minors=len(minors),
        checked_adults=checked,
        adults_missing=max(0, adults_needed(len(minors), settings.minors_per_checked_adult) - checked),
        consents_missing=len(
            [
                one
                for one in minors
                if one.age is not None and one.age < settings.consent_below_years and not one.consented
            ]
        ),
    )


def tell_of_missing_adults(work: Work) -> int:
    """Tells those who organise an event with minors, once for each change, how many checked adults it lacks:
    from the office's ``adults_short_notice_days`` before it on, and that they are complete after all. A step
    of the clock."""
    today = civil_date(work.now)
    notice = timedelta(days=settings_on(work, today).adults_short_notice_days)
    events = work.scalars(
        select(Event)
        .where(
            Event.status == EventStatus.PUBLISHED,
            Event.starts_at > work.now,
            Event.starts_at < day_span(today + notice).end,
        )
        .order_by(Event.starts_at, Event.id)
    ).all()
    found = minding(work, events)
    return sum(_tell(work, event, found[event.id]) for event in events)


def _tell(work: Work, event: Event, found: Minding) -> int:
    text = f"活动“{event.title}”（{chinese_span(event.starts_at, event.ends_at)}）"
    if found.adults_missing:
        text += (
            f"有 {found.minors} 名未成年人服务，还缺 {found.adults_missing} 名有一年内违法犯罪记录查询的"
            f"成年人同行（现有 {found.checked_adults} 名）。请安排成年人报名，或尽快办理查询。"
        )
    else:
        text += "不再缺有违法犯罪记录查询的成年人。"
    written = 0
    for person_id in whom_to_tell(work, event):
        told, number = _last_told(work, event, person_id)
        if told != found.adults_missing:
            written += tell(
                work,
                kind=NoticeKind.GAP,
                person_id=person_id,
                team_id=event.team_id,
                community_id=work.find(Site, event.site_id).community_id,
                text=text,
                key=f"adults:{event.id}:{person_id}:{number + 1}:{found.adults_missing}",
            )
    return written


def _last_told(work: Work, event: Event, person_id: int) -> tuple[int, int]:
    """How many somebody was last told to be missing, and by which notice: the first is 1."""
    key = work.scalar(
        select(Notice.key)
        .where(
            Notice.person_id == person_id,
            Notice.key.startswith(f"adults:{event.id}:{person_id}:", autoescape=True),
        )
        .order_by(Notice.id.desc())
        .limit(1)
    )
    if key is None:
        return 0, 0
    *_, number, missing = key.split(":")
    return int(missing), int(number)
