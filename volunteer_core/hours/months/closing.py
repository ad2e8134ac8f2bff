"""Closing a month of a community, and reopening it."""

from __future__ import annotations

from datetime import date, datetime

import msgspec
from sqlalchemy import select

from volunteer_core import texts
from volunteer_core.database import Work
from volunteer_core.errors import Conflict, Malformed, RuleBroken
from volunteer_core.hours.months.checklist import unsettled
from volunteer_core.hours.months.models import NEXT_STATES, MonthClosing, MonthState
from volunteer_core.hours.months.states import forget_states
from volunteer_core.places.models import Community
from volunteer_core.timespans import Month, civil_date, month_of, parse_month

MOST_MONTHS = 36


class MonthNotOver(RuleBroken, code="month_not_over", sentence="{month} 还没有结束，不能结账。"):
    """A month is closed once it is over."""


class MonthNotReady(
    RuleBroken,
    code="month_not_ready",
    sentence="{month} 还不能结账：未登记出勤 {unmarked}，待审补录 {claims}，未答复异议 {objections}。",
):
    """A month is closed once everything in it is settled; the checklist names what is not."""


class MonthStateWrong(
    Conflict, code="month_state_wrong", sentence="{month} 现在是「{state}」状态，不能这样操作。"
):
    """The coordinator closes first, then the street office, and only it reopens."""


STATE_NAMES = {
    MonthState.OPEN: "未结账",
    MonthState.REPORTED: "社区已结账",
    MonthState.CLOSED: "街道已结账",
}


class MonthView(msgspec.Struct, frozen=True):
    """How far a month of a community is closed, and by whom. ``month`` is written 2026-11."""

    community_id: int
    month: str
    state: MonthState
    reported_by: int | None
    reported_at: datetime | None
    closed_by: int | None
    closed_at: datetime | None
    reopened_by: int | None
    reopened_at: datetime | None
    reopen_reason: str


def list_months(work: Work, *, first: str, last: str, community_id: int | None = None) -> list[MonthView]:
    """The months from one to another (at most 36) by community, as far as the asker's right reaches."""
    reach = work.reach("hours.months.read")
    numbers = range(_number(parse_month(first)), _number(parse_month(last)) + 1)
    if not 0 < len(numbers) <= MOST_MONTHS:
        raise Malformed("last", f"不能早于起始月份，一次最多 {MOST_MONTHS} 个月。")
    statement = select(Community.id).order_by(Community.code)
    if not reach.everything:
        statement = statement.where(Community.id.in_(reach.communities))
    if community_id is not None:
        statement = statement.where(Community.id == community_id)
    communities = list(work.scalars(statement))
    months = [date(number // 12, number % 12 + 1, 1) for number in numbers]
    between = MonthClosing.month.between(months[0], months[-1])
    rows = {(row.month, row.community_id): row for row in work.scalars(select(MonthClosing).where(between))}
    return [
        _view(rows.get((month, community)) or _open(community, month))
        for month in months
        for community in communities
    ]


def report_month(work: Work, *, community_id: int, month: str) -> MonthView:
    """Closes a month of a community, by its coordinator: it takes no more entries.

    Refuses a month that is not over (:class:`MonthNotOver`) or not settled (:class:`MonthNotReady`).
    """
    row = _lock(work, community_id, month)
    work.demand("hours.months.report", communities=[community_id])
    _step(row, MonthState.REPORTED)
    _refuse_unsettled(work, row)
    row.reported_by, row.reported_at = work.by.person_id, work.now
    return _kept(work, row)


def close_month(work: Work, *, community_id: int, month: str) -> MonthView:
    """Closes for good a month that the community's coordinator has closed, by the street office."""
    row = _lock(work, community_id, month)
    work.demand("hours.months.close")
    _step(row, MonthState.CLOSED)
    _refuse_unsettled(work, row)
    row.closed_by, row.closed_at = work.by.person_id, work.now
    return _kept(work, row)


def reopen_month(work: Work, *, community_id: int, month: str, reason: str) -> MonthView:
    """Lets a month take entries again, by the street office, with a reason that is kept."""
    row = _lock(work, community_id, month)
    work.demand("hours.months.reopen")
    _step(row, MonthState.OPEN)
    row.reported_by = row.reported_at = row.closed_by = row.closed_at = None
    row.reopened_by, row.reopened_at = work.by.person_id, work.now
    row.reopen_reason = texts.line("reason", reason, longest=200)
    return _kept(work, row)


def _lock(work: Work, community_id: int, month: str) -> MonthClosing:
    """The month's row, new if there is none. Nobody enters in the community meanwhile."""
    first = parse_month(month).first
    work.lock(Community, community_id)
    there = select(MonthClosing).where(MonthClosing.community_id == community_id, MonthClosing.month == first)
    return work.scalar(there) or _open(community_id, first)


def _open(community_id: int, month: date) -> MonthClosing:
    return MonthClosing(community_id=community_id, month=month, state=MonthState.OPEN, reopen_reason="")


def _step(row: MonthClosing, state: MonthState) -> None:
    if state not in NEXT_STATES[row.state]:
        raise MonthStateWrong(month=f"{row.month:%Y-%m}", state=STATE_NAMES[row.state])
    row.state = state


def _refuse_unsettled(work: Work, row: MonthClosing) -> None:
    month = month_of(row.month)
    if civil_date(work.now) <= month.last:
        raise MonthNotOver(month=str(month))
    found = unsettled(work, row.community_id, month)
    if not found.ready:
        raise MonthNotReady(
            month=found.month, unmarked=found.unmarked, claims=found.claims, objections=found.objections
        )


def _kept(work: Work, row: MonthClosing) -> MonthView:
    work.add(row)
    work.flush()
    forget_states(work)
    return _view(row)


def _view(row: MonthClosing) -> MonthView:
    facts = {field: getattr(row, field) for field in MonthView.__struct_fields__}
    return MonthView(**facts | {"month": f"{row.month:%Y-%m}"})


def _number(month: Month) -> int:
    """Months counted from year 0."""
    return month.year * 12 + month.number - 1
