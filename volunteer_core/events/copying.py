"""Copying events to other dates: as drafts, with their positions and without anybody who has signed up."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select

from volunteer_core.database import Busy, Work
from volunteer_core.errors import Conflict, Malformed
from volunteer_core.events.checking import checked_times
from volunteer_core.events.concerned import organisers_of
from volunteer_core.events.listing import event_views
from volunteer_core.events.locking import lock_events
from volunteer_core.events.minimum import Minimum, carried
from volunteer_core.events.models import Event, EventSeries, EventStatus, HeldSeats, Position
from volunteer_core.events.moving import times_of
from volunteer_core.events.rest_days import RestDays, placed
from volunteer_core.events.timetable import FARTHEST, Times, position_span
from volunteer_core.events.views import Copied, Copies
from volunteer_core.timespans import Span, at, chinese_date, civil, civil_date
from volunteer_core.workdays.daybook import DayBook
from volunteer_core.workdays.upkeep import load_daybook

MOST_COPIES = 60

_OF_EVENT = (
    "title", "description", "bring", "contact", "contact_phone", "site_id", "team_id", "programme_id",
    "public", "for_community_id", "for_team_id", "for_grid_id",
)  # fmt: skip
_OF_POSITION = (
    "name", "capacity", "earns_hours", "min_age", "max_age", "qualification", "approval", "offer_minutes",
    "most_companions",
)  # fmt: skip


class DaysTaken(Conflict, code="days_taken", sentence="系列在{named}已有活动。"):
    """A series is copied to days on which it has nothing yet: the same request twice does not double it."""

    def __init__(self, days: Collection[date]) -> None:
        named = "、".join(chinese_date(day, year=False) for day in days)
        super().__init__(dates=[day.isoformat() for day in days], named=named)


def copy_event(
    work: Work,
    *,
    event_id: int,
    dates: Sequence[date],
    in_series: bool = False,
    rest_days: RestDays = RestDays.REFUSE,
) -> Copies:
    """Copies an event to other civil dates (1 to 60), at the same time of day: drafts with all its positions,
    the seats kept in them, its sign-up window, limits and minimum, each as long before the start. Neither
    sign-ups nor its code are copied. What was called off, or is over, can be copied too.

    ``in_series`` makes it the first of a series with its copies, or adds them to its own. Refuses dates
    given twice, in the past or over ten years away, on which the series has an event already, that are no
    working days (unless ``rest_days`` says otherwise), and on which the site is closed.
    """
    found = work.find(Event, event_id)
    series_id = found.series_id if in_series else None
    (event,) = lock_events(work, [found.id], series_id=series_id)
    if in_series and event.series_id != series_id:
        raise Busy  # it has just become part of one
    work.demand("events.copy", **organisers_of(work, event))
    _refuse_dates(work, dates)
    taken: set[date] = set()
    if in_series:
        event.series_id = event.series_id or _new_series(work, event).id
        work.flush()
        taken = _days_of(work, event.series_id)
        if again := taken.intersection(dates):
            raise DaysTaken(sorted(again))
    book = load_daybook(work)
    days = placed(dates, rest_days, book, taken=taken)
    return make_copies(work, book, {event.id: days}, series_id=event.series_id if in_series else None)


def make_copies(
    work: Work, book: DayBook, plan: Mapping[int, Mapping[date, date]], *, series_id: int | None
) -> Copies:
    """Copies locked events to days: for each date that was asked for the day that it is to be. Inner: asks
    no right."""
    positions = _by_event(
        work.scalars(select(Position).where(Position.event_id.in_(plan)).order_by(Position.id)).all()
    )
    kept = _by_position(
        work.scalars(
            select(HeldSeats)
            .join(Position, Position.id == HeldSeats.position_id)
            .where(Position.event_id.in_(plan))
            .order_by(HeldSeats.id)
        ).all()
    )
    made: list[tuple[date, date, Event]] = []
    for event_id, days in plan.items():
        event = work.find(Event, event_id)
        for asked, day in days.items():
            shift = day - civil_date(event.starts_at)
            copy = _copy_event(work, book, event, shift, series_id)
            for position in positions.get(event.id, ()):
                _copy_position(work, copy, position, kept.get(position.id, ()), shift)
            made.append((asked, day, copy))
    work.flush()
    views = {view.id: view for view in event_views(work, [copy.id for _, _, copy in made])}
    return Copies(
        series_id,
        [
            Copied(asked, day, book.is_workday(day).tentative, views[copy.id])
            for asked, day, copy in sorted(made, key=lambda one: (one[2].starts_at, one[2].id))
        ],
    )


def refuse_far(work: Work, field: str, day: date) -> None:
    """Refuses a date over ten years away. Inner: asks no right."""
    if abs(day - civil_date(work.now)) > FARTHEST:
        raise Malformed(field, "与现在相差不能超过十年。")


def _refuse_dates(work: Work, dates: Sequence[date]) -> None:
    if not 1 <= len(dates) <= MOST_COPIES:
        raise Malformed("dates", f"应有 1 至 {MOST_COPIES} 个日期。")
    if len(set(dates)) < len(dates):
        raise Malformed("dates", "有重复的日期。")
    for day in dates:
        refuse_far(work, "dates", day)


def _copy_event(work: Work, book: DayBook, event: Event, shift: timedelta, series_id: int | None) -> Event:
    times = Times(*(_later(instant, shift) for instant in times_of(event)))
    times = checked_times(work, event.site_id, times, book)
    minimum = carried(Minimum(event.minimum, event.decided_at), shift, times, now=work.now)
    copy = Event(
        **{field: getattr(event, field) for field in _OF_EVENT},
        **times._asdict(),
        minimum=minimum.seats,
        decided_at=minimum.decided_at,
        series_id=series_id,
        status=EventStatus.DRAFT,
    )
    work.add(copy)
    work.flush()
    return copy


def _copy_position(
    work: Work, copy: Event, position: Position, kept: Sequence[HeldSeats], shift: timedelta
) -> None:
    span = position_span(
        Span(copy.starts_at, copy.ends_at),
        _later(position.starts_at, shift),
        _later(position.ends_at, shift),
        now=work.now,
    )
    same = Position(
        **{field: getattr(position, field) for field in _OF_POSITION},
        event_id=copy.id,
        starts_at=span.start,
        ends_at=span.end,
    )
    work.add(same)
    if kept:
        work.flush()
    for seats in kept:
        work.add(
            HeldSeats(
                position_id=same.id,
                community_id=seats.community_id,
                seats=seats.seats,
                until=_later(seats.until, shift),
            )
        )


def _later(instant: datetime, shift: timedelta) -> datetime:
    """The same time of a civil day so many days later."""
    return at(civil_date(instant) + shift, civil(instant).time())


def _new_series(work: Work, first: Event) -> EventSeries:
    series = EventSeries(title=first.title, team_id=first.team_id)
    work.add(series)
    work.flush()
    return series


def _days_of(work: Work, series_id: int) -> set[date]:
    """The days on which a series has an event that is not called off."""
    starts = work.scalars(
        select(Event.starts_at).where(Event.series_id == series_id, Event.status != EventStatus.CALLED_OFF)
    )
    return {civil_date(start) for start in starts}


def _by_event(positions: Sequence[Position]) -> dict[int, list[Position]]:
    found: dict[int, list[Position]] = {}
    for position in positions:
        found.setdefault(position.event_id, []).append(position)
    return found


def _by_position(kept: Sequence[HeldSeats]) -> dict[int, list[HeldSeats]]:
    found: dict[int, list[HeldSeats]] = {}
    for seats in kept:
        found.setdefault(seats.position_id, []).append(seats)
    return found
