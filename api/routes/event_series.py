"""Copies of events, and series of them."""

from __future__ import annotations

from datetime import date

from litestar import Router
from litestar.params import JSONBody

from api.incoming import Body, PathId, given
from api.operations import act, get, post
from api.routes.events import EVENT, CallOffEvent
from api.work import Opened
from volunteer_core.events import copying, series
from volunteer_core.events.rest_days import RestDays
from volunteer_core.events.views import Copied, Copies, SeriesView

SERIES = SeriesView(2, "凤翔道德讲堂", 1, [EVENT])
COPIES = Copies(2, [Copied(date(2027, 1, 9), date(2027, 1, 11), True, EVENT)])


class CopyEvent(Body):
    """To which dates an event is copied, whether they are a series together, and what becomes of dates that
    are no working days: `refuse`, `next` (the next working day) or `keep`."""

    dates: list[date]
    in_series: bool = False
    rest_days: RestDays = RestDays.REFUSE


class CopySeries(Body):
    """The date of the first event of the new series; the others follow it as they do now."""

    first_day: date
    rest_days: RestDays = RestDays.REFUSE


@post(
    "/events/{event_id:int}/copies",
    operation="events.copy",
    asks=CopyEvent(dates=[date(2027, 1, 9)], in_series=True, rest_days=RestDays.NEXT),
    answers=COPIES,
)
def copy_event(opened: Opened, event_id: PathId, data: JSONBody[CopyEvent]) -> Copies:
    """Copy an event to other dates (at most 60), as drafts with all its positions and nobody signed up.

    Refused: dates that are no working days (`on_rest_days`), on which the series has an event already
    (`days_taken`), or on which the site is closed (`event_at_closed_site`).
    """
    with opened.write() as work:
        return copying.copy_event(work, event_id=event_id, **given(data))


@get("/event-series/{series_id:int}", operation="events.read", answers=SERIES)
def read_series(opened: Opened, series_id: PathId) -> SeriesView:
    """Read a series with its events, by time."""
    with opened.read() as work:
        return series.read_series(work, series_id=series_id)


@post(
    "/event-series/{series_id:int}/copies",
    operation="events.copy_series",
    asks=CopySeries(first_day=date(2027, 3, 8), rest_days=RestDays.NEXT),
    answers=COPIES,
)
def copy_series(opened: Opened, series_id: PathId, data: JSONBody[CopySeries]) -> Copies:
    """Copy a whole series to other dates, as a new series of drafts; what was called off is left out."""
    with opened.write() as work:
        return series.copy_series(work, series_id=series_id, **given(data))


@act("/event-series/{series_id:int}/publish", operation="events.publish_series", answers=SERIES)
def publish_series(opened: Opened, series_id: PathId) -> SeriesView:
    """Publish all drafts of a series that are still to come. Refused: a series without one (`no_drafts`)."""
    with opened.write() as work:
        return series.publish_series(work, series_id=series_id)


@act(
    "/event-series/{series_id:int}/call-off",
    operation="events.call_off_series",
    asks=CallOffEvent(reason="讲师生病"),
    answers=SERIES,
)
def call_off_series(opened: Opened, series_id: PathId, data: JSONBody[CallOffEvent]) -> SeriesView:
    """Call off all events of a series that are still to come, for one reason (`nothing_to_come`)."""
    with opened.write() as work:
        return series.call_off_series(work, series_id=series_id, **given(data))


router = Router(
    "/",
    tags=["events"],
    route_handlers=[copy_event, read_series, copy_series, publish_series, call_off_series],
)
