"""Series of events (道德讲堂 every month): all at once, where each can also move or be called off alone."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from sqlalchemy import select

from volunteer_core import texts
from volunteer_core.database import Facts, Work
from volunteer_core.errors import Conflict, Malformed, NotFound
from volunteer_core.events.calling_off import call_off_all
from volunteer_core.events.copying import MOST_COPIES, make_copies, refuse_far
from volunteer_core.events.listing import seen_of_series
from volunteer_core.events.locking import lock_events
from volunteer_core.events.models import Event, EventSeries, EventStatus
from volunteer_core.events.planning import publish
from volunteer_core.events.rest_days import RestDays, placed
from volunteer_core.events.views import Copies, SeriesView
from volunteer_core.places.models import Site
from volunteer_core.timespans import civil_date
from volunteer_core.workdays.upkeep import load_daybook


class NoDrafts(Conflict, code="no_drafts", sentence="这个系列没有可以发布的草稿。"):
    """Published are the drafts of a series that are still to come."""


class NothingToCome(Conflict, code="nothing_to_come", sentence="这个系列没有尚未开始的活动。"):
    """Called off, or copied, is what there is: of a series that is over or called off nothing is left."""


def read_series(work: Work, *, series_id: int) -> SeriesView:
    """A series with its events; ``NotFound`` too for one of which nothing is to be seen."""
    work.demand("events.read")
    series = work.find(EventSeries, series_id)
    view = _view(work, series)
    if not view.events:
        raise NotFound(EventSeries.__tablename__, series_id)
    return view


def publish_series(work: Work, *, series_id: int) -> SeriesView:
    """Publishes all drafts of a series that are still to come, or none: refused as each of them would be, and
    where there is none."""
    series, events = _lock(work, series_id)
    work.demand("events.publish_series", **_scope(work, series, events))
    drafts = [event for event in events if event.status is EventStatus.DRAFT and event.starts_at > work.now]
    if not drafts:
        raise NoDrafts(series_id=series.id)
    for event in drafts:
        publish(work, event)
    return _view(work, series)


def call_off_series(work: Work, *, series_id: int, reason: str = "") -> SeriesView:
    """Calls off all events of a series that are still to come, for good and for one reason; all who signed up
    for any of them are told. Refuses a series without one."""
    series, events = _lock(work, series_id)
    work.demand("events.call_off_series", **_scope(work, series, events))
    why = texts.line("reason", reason, longest=200, empty=True)
    to_come = [
        event
        for event in events
        if event.status in (EventStatus.DRAFT, EventStatus.PUBLISHED) and event.starts_at > work.now
    ]
    if not to_come:
        raise NothingToCome(series_id=series.id)
    call_off_all(work, to_come, reason=why)
    return _view(work, series)


def copy_series(
    work: Work, *, series_id: int, first_day: date, rest_days: RestDays = RestDays.REFUSE
) -> Copies:
    """Copies a series as a new one whose first event is on a civil date, and all others as many days after it
    as they were; see :func:`~volunteer_core.events.copying.copy_event`. What was called off is left out.

    Refuses a series of which nothing is left, or over 60 events.
    """
    series, events = _lock(work, series_id)
    work.demand("events.copy_series", **_scope(work, series, events))
    standing = sorted(
        (event for event in events if event.status is not EventStatus.CALLED_OFF),
        key=lambda event: (event.starts_at, event.id),
    )
    if not standing:
        raise NothingToCome(series_id=series.id)
    if len(standing) > MOST_COPIES:
        raise Malformed("series_id", f"一次最多复制 {MOST_COPIES} 场活动。")
    refuse_far(work, "first_day", first_day)
    shift = first_day - civil_date(standing[0].starts_at)
    wanted = {event.id: civil_date(event.starts_at) + shift for event in standing}
    book = load_daybook(work)
    days = placed(set(wanted.values()), rest_days, book)
    copied = EventSeries(title=series.title, team_id=series.team_id)
    work.add(copied)
    work.flush()
    plan = {event_id: {day: days[day]} for event_id, day in wanted.items()}
    return make_copies(work, book, plan, series_id=copied.id)


def gather(work: Work, *, event_ids: Collection[int], title: str) -> None:
    """Makes events a series, or adds them to the one of which some of them are. Inner: asks no right.

    Refuses events of several teams: a series is one team's.
    """
    events = lock_events(work, event_ids, series_id=None)
    if len({event.team_id for event in events}) != 1:
        raise Malformed("series", "同一系列的活动须由同一个团队组织。")
    known = sorted({event.series_id for event in events if event.series_id is not None})
    if not known:
        series = EventSeries(title=texts.line("series", title, longest=100), team_id=events[0].team_id)
        work.add(series)
        work.flush()
        known.append(series.id)
    for event in events:
        event.series_id = event.series_id or known[0]
    work.flush()


def _lock(work: Work, series_id: int) -> tuple[EventSeries, list[Event]]:
    series = work.find(EventSeries, series_id)
    ids = work.scalars(select(Event.id).where(Event.series_id == series.id)).all()
    return series, lock_events(work, ids, series_id=series.id)


def _scope(work: Work, series: EventSeries, events: Collection[Event]) -> Facts:
    """Whose it is: the team's that organises it, and the community's if all of it takes place in one."""
    communities = {work.find(Site, event.site_id).community_id for event in events}
    return {"teams": [series.team_id], "communities": communities if len(communities) == 1 else ()}


def _view(work: Work, series: EventSeries) -> SeriesView:
    return SeriesView(series.id, series.title, series.team_id, seen_of_series(work, series.id))
