"""What became of an event: figures, how it was, and the list of attendance as a sheet."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, BinaryIO

from litestar import Request, Router
from litestar.params import JSONBody
from litestar.response import Stream

from api.aside import sheets_of
from api.downloads import XLSX, stream, written
from api.incoming import Body, Paged, PathId, given
from api.operations import act, get
from api.work import Opened
from volunteer_core.commitments.evaluations import EvaluationKind
from volunteer_core.database import Page
from volunteer_core.events import evaluating, figures
from volunteer_core.events.adults import Minding
from volunteer_core.events.evaluating import EvaluationView, EventEvaluations, Remark
from volunteer_core.events.figures import (
    DateFigures,
    EventFigures,
    FromCommunity,
    PositionFigures,
    Rated,
    Seats,
    SeriesFigures,
)
from volunteer_core.events.models import EventStatus
from volunteer_core.sheets.attendance_book import write_attendance

STARTS = datetime(2026, 12, 5, 7, tzinfo=UTC)
SEATS = Seats(
    capacity=40, taken=40, signed_up=34, companions=6, requested=0, offered=0, waiting=5, came=31, no_shows=3,
    walk_ins=1,
)  # fmt: skip
MINDING = Minding(minors=12, checked_adults=1, adults_missing=1, consents_missing=0)
COMMUNITIES = [FromCommunity(1, "三峰社区", 30, 6, 28), FromCommunity(None, "", 4, 0, 3)]
RATED = Rated(rated=12, average=4.58)
FIGURES = EventFigures(
    event_id=3,
    title="消防安全知识讲座",
    starts_at=STARTS,
    status=EventStatus.HELD,
    positions=[PositionFigures(7, "听众", False, SEATS)],
    seats=SEATS,
    communities=COMMUNITIES,
    minding=MINDING,
    ratings=RATED,
)
SERIES = SeriesFigures(
    series_id=2,
    title="道德讲堂",
    dates=[DateFigures(3, "道德讲堂", STARTS, EventStatus.HELD, SEATS, MINDING, RATED)],
    seats=SEATS,
    communities=COMMUNITIES,
    ratings=RATED,
)
GIVEN_AT = datetime(2026, 12, 6, 2, tzinfo=UTC)
OF_EVENT = EvaluationView(9, 3, "消防安全知识讲座", EvaluationKind.ACTIVITY, 5, "讲得很清楚", GIVEN_AT)
OF_SERVICE = EvaluationView(10, 3, "消防安全知识讲座", EvaluationKind.SERVICE, 5, "耐心、准时", GIVEN_AT)
EVALUATIONS = EventEvaluations(
    event_id=3,
    rated=12,
    average=4.58,
    counts=[0, 0, 1, 3, 8],
    remarks=Page([Remark(5, "讲得很清楚")], 1, 50, 0),
)


class Evaluate(Body):
    """How it was: from 1 to 5, and what there is to say."""

    rating: int
    remark: str = ""


@get("/events/{event_id:int}/figures", operation="events.figures", answers=FIGURES)
def read_event_figures(opened: Opened, event_id: PathId) -> EventFigures:
    """Read an event in figures: seats, who signed up and came, from which community, minors and adults."""
    with opened.read() as work:
        return figures.event_figures(work, event_id=event_id)


@get("/event-series/{series_id:int}/figures", operation="events.figures", answers=SERIES)
def read_series_figures(opened: Opened, series_id: PathId) -> SeriesFigures:
    """Read a series in figures: a row for each date that the caller answers for, and the sum."""
    with opened.read() as work:
        return figures.series_figures(work, series_id=series_id)


@act(
    "/signups/{signup_id:int}/evaluation",
    operation="events.evaluate",
    asks=Evaluate(rating=5, remark="讲得很清楚"),
    answers=OF_EVENT,
)
def evaluate_event(opened: Opened, signup_id: PathId, data: JSONBody[Evaluate]) -> EvaluationView:
    """Rate an event one was at, from 1 to 5, within 30 days of its end; again replaces.

    Those who organise it read ratings without names, and only once there are three.
    """
    with opened.write() as work:
        return evaluating.evaluate_event(work, signup_id=signup_id, **given(data))


@act(
    "/signups/{signup_id:int}/service-evaluation",
    operation="events.evaluate_service",
    asks=Evaluate(rating=5, remark="耐心、准时"),
    answers=OF_SERVICE,
)
def evaluate_service(opened: Opened, signup_id: PathId, data: JSONBody[Evaluate]) -> EvaluationView:
    """Rate how somebody served at an event, from 1 to 5; again replaces.

    The person reads it, and it stands in their record. Refused: an audience (`served_nobody`), who was not
    there (`not_there`), oneself.
    """
    with opened.write() as work:
        return evaluating.evaluate_service(work, signup_id=signup_id, **given(data))


@get("/events/{event_id:int}/evaluations", operation="events.evaluations", answers=EVALUATIONS)
def read_event_evaluations(opened: Opened, paging: Paged, event_id: PathId) -> EventEvaluations:
    """Read how an event was: never by whom, and only once three people have rated it."""
    with opened.read() as work:
        return evaluating.read_evaluations(work, event_id=event_id, paging=paging)


@get(
    "/people/{person_id:int}/evaluations",
    operation="events.evaluations.own",
    answers=Page([OF_SERVICE, OF_EVENT], 2, 50, 0),
)
def list_own_evaluations(opened: Opened, paging: Paged, person_id: PathId) -> Page[EvaluationView]:
    """List what one said of events, and what was said of one's service, latest first."""
    with opened.read() as work:
        return evaluating.own_evaluations(work, person_id=person_id, paging=paging)


@get(
    "/events/{event_id:int}/attendance.xlsx",
    operation="events.attendance_sheet",
    answers="PK…",
    media_type=XLSX,
)
async def read_attendance_sheet(request: Request[Any, Any, Any], opened: Opened, event_id: PathId) -> Stream:
    """Download who has a seat at an event as an Excel sheet: to sign at the door, or what became of it.

    Names are in full; phones are masked, for the sheet lies where everybody reads it.
    """

    def write(to: BinaryIO) -> None:
        with opened.read() as work:
            write_attendance(work, event_id=event_id, to=to)

    file = await sheets_of(request).run(written, write)
    return stream(file, f"签到表-{event_id}.xlsx", plain=f"attendance-{event_id}.xlsx", media_type=XLSX)


router = Router(
    "/",
    tags=["event-outcomes"],
    route_handlers=[
        read_event_figures,
        read_series_figures,
        evaluate_event,
        evaluate_service,
        read_event_evaluations,
        list_own_evaluations,
        read_attendance_sheet,
    ],
)
