"""Reading a calendar's address again, on demand and when it is due.

Three steps: a short work claims the calendar, then it is fetched and read while no work is open, then a short
work keeps what came of it. Who claimed it later goes before who was first; a calendar that cannot be read
keeps what was read last and says why.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from time import monotonic

import msgspec
from sqlalchemy import select, update

from volunteer_core.audit import UNAUDITED
from volunteer_core.commitments.busy.fetching import Fetched, Fetcher
from volunteer_core.commitments.busy.keeping import Reading, Wanted, forget_past, keep, understood, wanted_of
from volunteer_core.commitments.busy.listing import BusyCalendarView, delete_calendar, lock_own, view
from volunteer_core.commitments.busy.models import LONGEST_TOLD, BusyCalendar
from volunteer_core.commitments.busy.opens import Acting, Opens
from volunteer_core.database import Busy, Database, Work
from volunteer_core.errors import Conflict, NotFound, RuleBroken
from volunteer_core.people.models import Person
from volunteer_core.permissions import Actor
from volunteer_core.timespans import civil_date

REFRESH_EVERY = timedelta(hours=6)
TRY_AGAIN_AFTER = timedelta(hours=1)
TRY_AGAIN_LATEST = timedelta(hours=24)
"""After a failure: in an hour, then in two, in four …, in a day at the latest."""
ON_DEMAND_EVERY = timedelta(minutes=1)
READ_ANEW_DAYS = 150
"""With less than this ahead the file is fetched though it is the same: later dates come into sight."""

AT_MOST = 3
PASS_SECONDS = 15.0
"""A pass begins no more calendars than this, and none after so many seconds."""
PAST_KEPT = timedelta(days=1)


class NoAddress(Conflict, code="no_address", sentence="这个日历是上传的文件，没有地址可读，请上传新的文件。"):
    """An uploaded file is replaced, not read again."""


class JustTried(Conflict, code="just_tried", sentence="刚刚读取过，请过一分钟再试。"):
    """An address is read on demand once a minute at most: its server is somebody else's."""


class Claimed(msgspec.Struct, frozen=True):
    """A calendar that is being read; ``at`` tells it from a later try."""

    calendar_id: int
    at: datetime
    address: str
    etag: str
    last_modified: str
    wanted: Wanted


class Outcome(msgspec.Struct, frozen=True):
    """What came of a try: what was fetched, read if it was not unchanged; or why neither came about."""

    fetched: Fetched = Fetched()
    reading: Reading | None = None
    refusal: RuleBroken | None = None


def refresh(
    opens: Opens, *, person_id: int, calendar_id: int, fetcher: Fetcher = Fetcher()
) -> BusyCalendarView:
    """Reads a calendar's address now. What stands against it is in the answer (``problem``), and what was
    read last still counts. Refuses an uploaded file, and a second time within a minute."""
    with opens.write() as work:
        claimed = claim(work, person_id=person_id, calendar_id=calendar_id)
    outcome = read_anew(claimed, fetcher)
    with opens.write() as work:
        row = conclude(work, claimed, outcome)
        if row is None:
            raise NotFound(BusyCalendar.__tablename__, calendar_id)
        found = view(work, row)
    if isinstance(outcome.refusal, Busy):
        raise outcome.refusal
    return found


def refresh_due(database: Database, *, fetcher: Fetcher = Fetcher()) -> int:
    """Reads a few of the addresses that are due; returns how many were tried. Safe from several processes."""
    opens, until = Acting(database, Actor.system("定时任务")), monotonic() + PASS_SECONDS
    tried = 0
    while tried < AT_MOST and monotonic() < until:
        with opens.write() as work:
            claimed = claim_due(work)
        if claimed is None:
            break
        outcome = read_anew(claimed, fetcher)
        with opens.write() as work:
            conclude(work, claimed, outcome)
        tried += 1
    return tried


def forget_what_is_over(work: Work) -> int:
    """Removes spans that ended over a day ago, and all calendars of people who have left. Returns how many
    spans and calendars it removed. A step of the clock."""
    left = (
        select(BusyCalendar.id)
        .join(Person, Person.id == BusyCalendar.person_id)
        .where(Person.left_on <= civil_date(work.now))
    )
    rows = work.lock_all(BusyCalendar, work.scalars(left))
    for row in rows:
        delete_calendar(work, row)
    return len(rows) + forget_past(work, work.now - PAST_KEPT)


def claim(work: Work, *, person_id: int, calendar_id: int) -> Claimed:
    """Begins to read a person's calendar on their demand."""
    work.demand("busy_calendars.change", people=[person_id])
    row = lock_own(work, person_id, calendar_id)
    if row.address is None:
        raise NoAddress(calendar_id=row.id)
    if work.now < row.tried_at + ON_DEMAND_EVERY:
        raise JustTried(calendar_id=row.id)
    return _claim(work, row, row.address)


def claim_due(work: Work) -> Claimed | None:
    """Begins to read the calendar that has been due longest. Inner."""
    due = (
        select(BusyCalendar)
        .where(BusyCalendar.next_try_at <= work.now)
        .order_by(BusyCalendar.next_try_at, BusyCalendar.id)
        .limit(1)
        .with_for_update(key_share=True, skip_locked=True)
    )
    row = work.scalar(due)
    return None if row is None or row.address is None else _claim(work, row, row.address)


def read_anew(claimed: Claimed, fetcher: Fetcher) -> Outcome:
    """Fetches and reads a claimed calendar: seconds, in which no work is open. Inner."""
    try:
        fetched = fetcher.fetch(claimed.address, etag=claimed.etag, last_modified=claimed.last_modified)
        return Outcome(fetched, None if fetched.unchanged else understood(fetched.data, claimed.wanted))
    except RuleBroken as refusal:
        return Outcome(refusal=refusal)


def conclude(work: Work, claimed: Claimed, outcome: Outcome) -> BusyCalendar | None:
    """Keeps what came of a try, unless the calendar was removed or is being read by somebody else; None if it
    was removed. Inner."""
    found = work.lock_all(BusyCalendar, [claimed.calendar_id])
    if not found:
        return None
    (row,) = found
    if row.tried_at != claimed.at:
        return row
    refusal, reading = outcome.refusal, outcome.reading
    if isinstance(refusal, Busy):  # no fault of the calendar
        _note(work, row, next_try_at=work.now + ON_DEMAND_EVERY)
    elif refusal is not None:
        _note(
            work,
            row,
            problem=refusal.code,
            told=refusal.message[:LONGEST_TOLD],
            failures=row.failures + 1,
            next_try_at=work.now + min(TRY_AGAIN_AFTER * 2 ** min(row.failures, 9), TRY_AGAIN_LATEST),
        )
    else:
        _note(
            work,
            row,
            problem="",
            told="",
            failures=0,
            read_at=work.now,
            next_try_at=work.now + REFRESH_EVERY,
        )
    if reading is not None:
        fetched = outcome.fetched
        _note(work, row, until=reading.until, etag=fetched.etag, last_modified=fetched.last_modified)
        keep(work, row, reading)
    return row


def _note(work: Work, row: BusyCalendar, **values: object) -> None:
    """Writes what became of a try: bookkeeping, of which the audit log would be full."""
    changed = update(BusyCalendar).where(BusyCalendar.id == row.id).values(values)
    work.execute(changed, execution_options=UNAUDITED)


def _claim(work: Work, row: BusyCalendar, address: str) -> Claimed:
    """Whoever else looks finds it not due; should this process end, it is due again in a while."""
    _note(work, row, tried_at=work.now, next_try_at=work.now + TRY_AGAIN_AFTER)
    conditional = row.until >= civil_date(work.now) + timedelta(days=READ_ANEW_DAYS)
    return Claimed(
        row.id,
        work.now,
        address,
        row.etag if conditional else "",
        row.last_modified if conditional else "",
        wanted_of(work, row.person_id),
    )
