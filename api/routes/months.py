"""Closing months: what is left to settle, the coordinator's and the street office's closing, reopening."""

from __future__ import annotations

from datetime import UTC, date, datetime

from litestar import Router
from litestar.params import FromPath, FromQuery, JSONBody

from api.incoming import Body, OptionalQueryId, PathId, given
from api.operations import act, get
from api.work import Opened
from volunteer_core.hours.months import checklist, closing
from volunteer_core.hours.months.checklist import Checklist, Item, ItemKind
from volunteer_core.hours.months.closing import MonthView
from volunteer_core.hours.months.models import MonthState

MONTH = MonthView(
    community_id=1,
    month="2026-11",
    state=MonthState.CLOSED,
    reported_by=7,
    reported_at=datetime(2026, 12, 2, 1, 30, tzinfo=UTC),
    closed_by=3,
    closed_at=datetime(2026, 12, 3, 2, 0, tzinfo=UTC),
    reopened_by=None,
    reopened_at=None,
    reopen_reason="",
)
REPORTED = MonthView(
    community_id=1,
    month="2026-11",
    state=MonthState.REPORTED,
    reported_by=7,
    reported_at=datetime(2026, 12, 2, 1, 30, tzinfo=UTC),
    closed_by=None,
    closed_at=None,
    reopened_by=None,
    reopened_at=None,
    reopen_reason="",
)
REOPENED = MonthView(
    community_id=1,
    month="2026-11",
    state=MonthState.OPEN,
    reported_by=None,
    reported_at=None,
    closed_by=None,
    closed_at=None,
    reopened_by=3,
    reopened_at=datetime(2026, 12, 4, 2, 0, tzinfo=UTC),
    reopen_reason="漏登一次活动",
)
CHECKLIST = Checklist(
    community_id=1,
    month="2026-11",
    state=MonthState.OPEN,
    ready=False,
    unmarked=1,
    claims=0,
    objections=0,
    overdue=0,
    items=[
        Item(ItemKind.UNMARKED, 310, 42, date(2026, 11, 30), date(2026, 12, 14), overdue=False, shift_id=104)
    ],
)


class ReopenMonth(Body):
    """Why the month is reopened."""

    reason: str


@get("/months", operation="hours.months.read", answers=[MONTH])
def list_months(
    opened: Opened, first: FromQuery[str], last: FromQuery[str], community_id: OptionalQueryId = None
) -> list[MonthView]:
    """List how far months are closed by community, from one month (`2026-10`) to another, 36 at most.

    A coordinator sees their communities, the street office all.
    """
    with opened.read() as work:
        return closing.list_months(work, first=first, last=last, community_id=community_id)


@get(
    "/communities/{community_id:int}/months/{month:str}",
    operation="hours.months.read",
    answers=CHECKLIST,
)
def read_checklist(opened: Opened, community_id: PathId, month: FromPath[str]) -> Checklist:
    """Show what has to be settled before a month of a community (`2026-11`) can be closed.

    Attendance that is not marked, claims that nobody decided, objections that nobody answered, each
    with the day until which it is due.
    """
    with opened.read() as work:
        return checklist.read_checklist(work, community_id=community_id, month=month)


@act(
    "/communities/{community_id:int}/months/{month:str}/report",
    operation="hours.months.report",
    answers=REPORTED,
)
def report_month(opened: Opened, community_id: PathId, month: FromPath[str]) -> MonthView:
    """Close a month of a community, as its coordinator: it takes no more entries.

    What is corrected in it later is entered in the open month and points back. Refused: a month that
    is not over (`month_not_over`) or not settled (`month_not_ready`, with the numbers).
    """
    with opened.write() as work:
        return closing.report_month(work, community_id=community_id, month=month)


@act(
    "/communities/{community_id:int}/months/{month:str}/close",
    operation="hours.months.close",
    answers=MONTH,
)
def close_month(opened: Opened, community_id: PathId, month: FromPath[str]) -> MonthView:
    """Close for good, as the street office, a month that the coordinator has closed.

    From then on it may enter certificates.
    """
    with opened.write() as work:
        return closing.close_month(work, community_id=community_id, month=month)


@act(
    "/communities/{community_id:int}/months/{month:str}/reopen",
    operation="hours.months.reopen",
    asks=ReopenMonth(reason="漏登一次活动"),
    answers=REOPENED,
)
def reopen_month(
    opened: Opened, community_id: PathId, month: FromPath[str], data: JSONBody[ReopenMonth]
) -> MonthView:
    """Reopen a month, as the street office, with a reason: it takes entries again."""
    with opened.write() as work:
        return closing.reopen_month(work, community_id=community_id, month=month, **given(data))


router = Router(
    "/",
    route_handlers=[list_months, read_checklist, report_month, close_month, reopen_month],
    tags=["months"],
)
