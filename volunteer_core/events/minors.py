"""How much service minors promise for one day. Inner: asks no rights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import Date, bindparam, select

from volunteer_core.commitments.models import ACTIVE, Commitment
from volunteer_core.database import Work
from volunteer_core.errors import Refused, RuleBroken
from volunteer_core.events.models import Position
from volunteer_core.office.settings import OfficeSettings
from volunteer_core.timespans import Span, civil_date


class MinorDayFull(
    RuleBroken,
    code="minor_day_full",
    sentence="未满 {below} 岁，当天的服务最多 {most} 分钟；加上这一项共 {minutes} 分钟。",
):
    """The younger, the fewer minutes of service somebody promises for one day (志愿服务条例 Art 15)."""


# What has its seat in an audience serves nobody. A shift has no position.
_SERVICE = (
    select(Commitment.person_id, Commitment.starts_at, Commitment.ends_at)
    .outerjoin(Position, Position.id == Commitment.position_id)
    .where(
        Commitment.person_id.in_(bindparam("people", expanding=True)),
        Commitment.civil_date == bindparam("day", type_=Date()),
        Commitment.status.in_(ACTIVE),
        Position.id.is_(None) | Position.earns_hours,
    )
    .order_by(Commitment.starts_at)
)


def beyond_their_day(
    work: Work, position: Position, ages: Mapping[int, int | None], settings: OfficeSettings
) -> dict[int, Refused]:
    """Which minors could not promise this position too: with all else they serve on its civil date, shifts
    and events, it is more minutes than the settings allow at their age.

    ``ages`` are in completed years on that date. An audience serves nobody. What overlaps counts once, also
    the position itself for who has it already.
    The people are locked: nobody else promises their time meanwhile.
    """
    if not position.earns_hours:
        return {}
    bands = {person_id: _band(age, settings) for person_id, age in ages.items()}
    young = {person_id: band for person_id, band in bands.items() if band is not None}
    if not young:
        return {}
    own = Span(position.starts_at, position.ends_at)
    promised = _promised(work, young, civil_date(position.starts_at))
    found: dict[int, Refused] = {}
    for person_id, (below, most) in young.items():
        minutes = minutes_of([*promised.get(person_id, ()), own])
        if minutes > most:
            found[person_id] = MinorDayFull(person_id=person_id, below=below, most=most, minutes=minutes)
    return found


def minutes_of(spans: Iterable[Span]) -> int:
    """The whole minutes that lie in at least one of some spans. Pure."""
    minutes, reached = 0, None
    for one in sorted(spans):
        start = one.start if reached is None else max(one.start, reached)
        if start < one.end:
            minutes += Span(start, one.end).minutes
            reached = one.end
    return minutes


def _band(age: int | None, settings: OfficeSettings) -> tuple[int, int] | None:
    """The first band that fits: below how many years, and how many minutes."""
    if age is None:
        return None
    return next((band for band in settings.minor_day_minutes if age < band[0]), None)


def _promised(work: Work, people: Iterable[int], day: date) -> dict[int, list[Span]]:
    found: dict[int, list[Span]] = {}
    for person_id, starts_at, ends_at in work.execute(_SERVICE, {"people": list(people), "day": day}):
        found.setdefault(person_id, []).append(Span(starts_at, ends_at))
    return found
