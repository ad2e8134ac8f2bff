"""Working days, school days, terms, and whether a site is open."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

import msgspec
from litestar import Router
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from api.incoming import Body, Paged, PathId, QueryInstant, given
from api.operations import get, put
from api.work import Opened
from volunteer_core.database import Page
from volunteer_core.workdays import upkeep
from volunteer_core.workdays.daybook import DayAnswer, Layer
from volunteer_core.workdays.upkeep import DayView, LocalDayView, TermView

MAKE_UP_DAY = DayView(
    day=date(2026, 10, 10),
    workday=DayAnswer(True, Layer.NATIONAL, "国庆节调休"),
    school_day=DayAnswer(True, Layer.TERM, "2026–2027 学年上学期"),
)
LOCAL_DAY = LocalDayView(
    id=1,
    day=date(2026, 12, 4),
    works=True,
    name="国家宪法日宣传",
    source="街道办通知〔2026〕18 号",
    set_by=7,
    set_at=datetime(2026, 11, 2, 1, 30, tzinfo=UTC),
)
TERM = TermView(
    id=1,
    name="2026–2027 学年上学期",
    first_day=date(2026, 9, 1),
    last_day=date(2027, 1, 22),
    tentative=True,
    source="按往年推算，待教育局公布",
    set_by=7,
    set_at=datetime(2026, 8, 3, 2, 0, tzinfo=UTC),
)


class SetLocalDay(Body):
    """What the office declares a date to be, and on what ground."""

    works: bool
    name: str
    source: str


class SetTerm(Body):
    """A school term; both days belong to it. Tentative until it is announced."""

    name: str
    first_day: date
    last_day: date
    source: str
    tentative: bool = False


class FoundDay(msgspec.Struct, frozen=True):
    """A date that was counted."""

    day: date


@get("/workdays", operation="workdays.read", answers=[MAKE_UP_DAY])
def list_days(opened: Opened, first: FromQuery[date], last: FromQuery[date]) -> list[DayView]:
    """Say what each date of a span is, and which layer says so.

    Both dates belong to the span, of 400 days at most. Years not announced are tentative.
    """
    with opened.read() as work:
        return upkeep.list_days(work, first=first, last=last)


@get("/workdays/nth-after", operation="workdays.read", answers=FoundDay(date(2026, 10, 16)))
def count_workdays(
    opened: Opened, day: FromQuery[date], number: Annotated[int, QueryParameter(ge=1, le=2000)]
) -> FoundDay:
    """Find the nth working day after a date, which itself does not count."""
    with opened.read() as work:
        return FoundDay(upkeep.nth_workday_after(work, day=day, number=number))


@get("/workdays/local-days", operation="workdays.read", answers=Page([LOCAL_DAY], 1, 50, 0))
def list_local_days(opened: Opened, paging: Paged) -> Page[LocalDayView]:
    """List the days that the office declared working or free, oldest first."""
    with opened.read() as work:
        return upkeep.list_local_days(work, paging=paging)


@put(
    "/workdays/local-days/{day:date}",
    operation="workdays.change",
    asks=SetLocalDay(works=True, name="国家宪法日宣传", source="街道办通知〔2026〕18 号"),
    answers=LOCAL_DAY,
)
def set_local_day(opened: Opened, day: FromPath[date], data: JSONBody[SetLocalDay]) -> LocalDayView:
    """Declare a date working or free for the office; the same date again replaces it."""
    with opened.write() as work:
        return upkeep.set_local_day(work, day=day, **given(data))


@get("/workdays/terms", operation="workdays.read", answers=Page([TERM], 1, 50, 0))
def list_terms(opened: Opened, paging: Paged) -> Page[TermView]:
    """List the school terms, oldest first."""
    with opened.read() as work:
        return upkeep.list_terms(work, paging=paging)


@put(
    "/workdays/terms",
    operation="workdays.change",
    asks=SetTerm(
        name="2026–2027 学年上学期",
        first_day=date(2026, 9, 1),
        last_day=date(2027, 1, 22),
        source="按往年推算，待教育局公布",
        tentative=True,
    ),
    answers=TERM,
)
def set_term(opened: Opened, data: JSONBody[SetTerm]) -> TermView:
    """Enter a school term; the same name again corrects it."""
    with opened.write() as work:
        return upkeep.set_term(work, **given(data))


@get(
    "/sites/{site_id:int}/open",
    operation="workdays.read",
    answers=DayAnswer(False, Layer.CLOSURE, "台风红色预警停课"),
)
def check_site_open(opened: Opened, site_id: PathId, start: QueryInstant, end: QueryInstant) -> DayAnswer:
    """Say whether a site is open during a span, and which layer says so.

    Instants say their offset, as in `2026-12-03T17:00:00+08:00`; the end does not belong to the span.
    """
    with opened.read() as work:
        return upkeep.check_open(work, site_id=site_id, start=start, end=end)


router = Router(
    "/",
    route_handlers=[
        list_days, count_workdays, list_local_days, set_local_day, list_terms, set_term, check_site_open
    ],
    tags=["workdays"],
)  # fmt: skip
