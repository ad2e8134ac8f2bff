"""The calendars of a person: what is known of each, and removing one."""

from __future__ import annotations

from datetime import date, datetime

import httpx
import msgspec
from sqlalchemy import func, select

from volunteer_core.commitments.busy.keeping import forget
from volunteer_core.commitments.busy.models import BusyCalendar, BusySpan
from volunteer_core.database import Work
from volunteer_core.errors import NotFound
from volunteer_core.people.models import Person
from volunteer_core.timespans import chinese_date, civil, civil_date


class BusyCalendarView(msgspec.Struct, frozen=True):
    """A calendar that says when its owner is busy, as they alone see it. Of its address only the host."""

    id: int
    person_id: int
    label: str
    host: str | None
    """None: an uploaded file."""
    added_at: datetime
    tried_at: datetime
    read_at: datetime
    """When what is kept of it was read."""
    until: date
    """The last date of which it is known when the person is busy."""
    spans: int
    """Busy spans that are kept, each as long as the person is busy without a break."""
    problem: str
    """The code of what went wrong when it was last tried; what was read before still counts."""
    says: str
    """The same in words, and how long it holds."""


def list_calendars(work: Work, *, person_id: int) -> list[BusyCalendarView]:
    """A person's calendars, ten at most, in the order in which they were added; for themselves alone."""
    work.demand("busy_calendars.read", people=[person_id])
    person = work.find(Person, person_id)
    rows = work.scalars(
        select(BusyCalendar).where(BusyCalendar.person_id == person.id).order_by(BusyCalendar.id)
    )
    counted = dict(
        work.execute(
            select(BusySpan.calendar_id, func.count())
            .where(BusySpan.person_id == person.id)
            .group_by(BusySpan.calendar_id)
        ).all()
    )
    return [_view(work, row, counted.get(row.id, 0)) for row in rows]


def remove(work: Work, *, person_id: int, calendar_id: int) -> None:
    """Removes a person's calendar and all that is kept of it."""
    work.demand("busy_calendars.change", people=[person_id])
    delete_calendar(work, lock_own(work, person_id, calendar_id))


def lock_own(work: Work, person_id: int, calendar_id: int) -> BusyCalendar:
    """A person's calendar, locked; another's is as good as none. Inner."""
    row = work.lock(BusyCalendar, calendar_id)
    if row.person_id != person_id:
        raise NotFound(BusyCalendar.__tablename__, calendar_id)
    return row


def delete_calendar(work: Work, row: BusyCalendar) -> None:
    """:func:`remove` of a locked calendar without asking a right. Inner."""
    forget(work, row.id)
    work.delete(row)
    work.flush()


def view(work: Work, row: BusyCalendar) -> BusyCalendarView:
    """A calendar as it goes out to its owner. Inner."""
    counting = select(func.count()).select_from(BusySpan).where(BusySpan.calendar_id == row.id)
    return _view(work, row, work.scalar(counting) or 0)


def _view(work: Work, row: BusyCalendar, spans: int) -> BusyCalendarView:
    return BusyCalendarView(
        row.id,
        row.person_id,
        row.label,
        None if row.address is None else httpx.URL(row.address).host,
        row.added_at,
        row.tried_at,
        row.read_at,
        row.until,
        spans,
        row.problem,
        _says(row, civil_date(work.now), spans),
    )


def _says(row: BusyCalendar, today: date, spans: int) -> str:
    if row.until < today:
        return f"{row.told}内容只到 {chinese_date(row.until)}，现已过期，请重新上传或检查地址。"
    if row.problem:
        return f"{row.told}暂按 {civil(row.read_at):%Y-%m-%d %H:%M} 读到的内容计算。"
    found = "" if spans else "其中没有今后的安排，请检查是否选对了日历。"
    if row.address is None:
        return f"{found}上传的文件不会自动更新，计到 {chinese_date(row.until)}。"
    return f"{found}自动更新，计到 {chinese_date(row.until)}。"
