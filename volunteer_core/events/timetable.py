"""When an event and its positions may take place, and when people may sign up. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from volunteer_core.errors import Malformed, RuleBroken
from volunteer_core.timespans import Span, span

LONGEST = timedelta(hours=24)
FARTHEST = timedelta(days=3660)
AROUND = timedelta(hours=3)
"""How much earlier than the event a position may start, and how much later end."""
DECIDED_BEFORE = timedelta(days=1)


class EventInPast(RuleBroken, code="event_in_past", sentence="活动和岗位的开始时间必须晚于现在。"):
    """Events are planned, not recorded: an event and its positions start in the future."""


class SignupWindowInvalid(
    RuleBroken,
    code="signup_window_invalid",
    sentence="报名开始时间必须早于报名截止时间，报名截止不能晚于活动结束，取消期限不能晚于活动开始。",
):
    """Sign-up opens before it closes and closes by the event's end; people cancel by its start."""


class DecisionInvalid(
    RuleBroken,
    code="decision_invalid",
    sentence="决定活动是否如期举行的时间必须晚于现在和报名开始时间，并早于活动开始时间。",
):
    """Whether enough people come is decided once they could sign up, and before it starts."""


class PositionOutside(
    RuleBroken,
    code="position_outside",
    sentence="岗位时间必须与活动时间重叠，最早在活动开始前 3 小时，最晚到活动结束后 3 小时。",
):
    """A position belongs to its event's day: it overlaps it, with at most 3 hours around it."""


class Times(NamedTuple):
    """All instants of an event."""

    starts_at: datetime
    ends_at: datetime
    signup_opens_at: datetime
    signup_closes_at: datetime
    cancel_until: datetime


def instant(field: str, value: datetime, *, now: datetime) -> datetime:
    """A checked instant in UTC. Refuses one without a zone, or over ten years away."""
    if value.tzinfo is None:
        raise Malformed(field, "时间必须带时区。")
    if abs(value - now) > FARTHEST:
        raise Malformed(field, "与现在相差不能超过十年。")
    return value.astimezone(UTC)


def refuse_wrong_times(times: Times, *, now: datetime) -> None:
    """Refuses times that do not follow each other, an event in the past, or of over 24 hours."""
    _refuse_long(span(times.starts_at, times.ends_at))
    if times.starts_at <= now:
        raise EventInPast(starts_at=times.starts_at.isoformat())
    if (
        times.signup_opens_at >= times.signup_closes_at
        or times.signup_closes_at > times.ends_at
        or times.cancel_until > times.starts_at
    ):
        raise SignupWindowInvalid


def decision_time(times: Times, *, now: datetime) -> datetime:
    """When it is decided whether enough people come, unless somebody says when: a day before the start, and
    if that leaves less than a day to sign up, half-way to it."""
    begin = max(times.signup_opens_at, now)
    return max(times.starts_at - DECIDED_BEFORE, begin + (times.starts_at - begin) / 2)


def refuse_wrong_decision(decided_at: datetime, times: Times) -> None:
    """Refuses a decision before sign-up opens, or once the event has started."""
    if not times.signup_opens_at < decided_at < times.starts_at:
        raise DecisionInvalid(decided_at=decided_at.isoformat())


def position_span(event: Span, starts_at: datetime, ends_at: datetime, *, now: datetime) -> Span:
    """The checked span of a position of an event that takes place in another span."""
    own = span(starts_at, ends_at)
    _refuse_long(own)
    if not own.overlaps(event) or own.start < event.start - AROUND or own.end > event.end + AROUND:
        raise PositionOutside(starts_at=own.start.isoformat(), ends_at=own.end.isoformat())
    if own.start <= now:
        raise EventInPast(starts_at=own.start.isoformat())
    return own


def moved(own: Span, *, before: Span, after: Span) -> tuple[datetime, datetime]:
    """Where a position goes when its event moves: as far as the event's start does; if it ended
    with the event it still does."""
    shift = after.start - before.start
    return own.start + shift, after.end if own.end == before.end else own.end + shift


def _refuse_long(own: Span) -> None:
    if own.end - own.start > LONGEST:
        raise Malformed("ends_at", "最长 24 小时。")
