"""People add a calendar that says when they are busy: a file, or an address that is read from time to time.

Reading takes seconds, so it happens between two works: the first asks whether they may, the second keeps it.
"""

from __future__ import annotations

from sqlalchemy import func, select

from volunteer_core import texts
from volunteer_core.commitments.busy.addresses import checked
from volunteer_core.commitments.busy.fetching import Fetched, Fetcher
from volunteer_core.commitments.busy.keeping import Reading, Wanted, keep, understood, wanted_of
from volunteer_core.commitments.busy.listing import BusyCalendarView, lock_own, view
from volunteer_core.commitments.busy.models import LONGEST_LABEL, BusyCalendar
from volunteer_core.commitments.busy.opens import Opens
from volunteer_core.commitments.busy.refreshing import REFRESH_EVERY
from volunteer_core.database import Work
from volunteer_core.errors import Conflict, RuleBroken
from volunteer_core.people.models import Person

MOST = 10


class TooManyCalendars(
    RuleBroken, code="too_many_calendars", sentence="每人最多 {most} 个日历，请先删除不用的。"
):
    """A person has ten calendars at most."""


class NotUploaded(
    Conflict, code="not_uploaded", sentence="这个日历按地址自动更新，不能上传文件。请另行添加。"
):
    """A calendar with an address is not replaced by a file."""


def upload(opens: Opens, *, person_id: int, label: str, data: bytes) -> BusyCalendarView:
    """Adds a calendar from a file, whose spans count for half a year. A file that cannot be read is refused
    whole (see :mod:`~volunteer_core.commitments.busy.limits`), and so is an eleventh calendar."""
    with opens.read() as work:
        wanted = ask_to_add(work, person_id=person_id, label=label)
    reading = understood(data, wanted)
    with opens.write() as work:
        return add_file(work, person_id=person_id, label=label, reading=reading)


def register(
    opens: Opens, *, person_id: int, label: str, address: str, fetcher: Fetcher = Fetcher()
) -> BusyCalendarView:
    """Adds a calendar that is at an https address, and is read from there every six hours. Refuses one that
    cannot be fetched or read now."""
    with opens.read() as work:
        wanted = ask_to_add(work, person_id=person_id, label=label)
    address = str(checked(address))
    fetched = fetcher.fetch(address)
    reading = understood(fetched.data, wanted)
    with opens.write() as work:
        return add_address(
            work, person_id=person_id, label=label, address=address, fetched=fetched, reading=reading
        )


def replace(opens: Opens, *, person_id: int, calendar_id: int, data: bytes) -> BusyCalendarView:
    """Puts a newer file in place of an uploaded one. If it cannot be read all stays as it was."""
    with opens.write() as work:
        wanted = ask_to_replace(work, person_id=person_id, calendar_id=calendar_id)
    reading = understood(data, wanted)
    with opens.write() as work:
        return replace_file(work, person_id=person_id, calendar_id=calendar_id, reading=reading)


def ask_to_add(work: Work, *, person_id: int, label: str) -> Wanted:
    """Whether a person may add a calendar of that name now, and what it is to be read for."""
    work.demand("busy_calendars.change", people=[person_id])
    texts.line("label", label, longest=LONGEST_LABEL)
    _refuse_too_many(work, work.find(Person, person_id))
    return wanted_of(work, person_id)


def add_file(work: Work, *, person_id: int, label: str, reading: Reading) -> BusyCalendarView:
    """Keeps what was read of a new file."""
    work.demand("busy_calendars.change", people=[person_id])
    return _add(work, person_id, label, reading, BusyCalendar(next_try_at=None))


def add_address(
    work: Work, *, person_id: int, label: str, address: str, fetched: Fetched, reading: Reading
) -> BusyCalendarView:
    """Keeps a new address, and what was read there."""
    work.demand("busy_calendars.change", people=[person_id])
    row = BusyCalendar(address=address, etag=fetched.etag, last_modified=fetched.last_modified)
    row.next_try_at = work.now + REFRESH_EVERY
    return _add(work, person_id, label, reading, row)


def ask_to_replace(work: Work, *, person_id: int, calendar_id: int) -> Wanted:
    """Whether a calendar's file may be replaced, and what the new one is to be read for."""
    work.demand("busy_calendars.change", people=[person_id])
    _lock_file(work, person_id, calendar_id)
    return wanted_of(work, person_id)


def replace_file(work: Work, *, person_id: int, calendar_id: int, reading: Reading) -> BusyCalendarView:
    """Keeps what was read of a newer file."""
    work.demand("busy_calendars.change", people=[person_id])
    row = _lock_file(work, person_id, calendar_id)
    row.tried_at = row.read_at = work.now
    row.until = reading.until
    work.flush()
    keep(work, row, reading)
    return view(work, row)


def _lock_file(work: Work, person_id: int, calendar_id: int) -> BusyCalendar:
    row = lock_own(work, person_id, calendar_id)
    if row.address is not None:
        raise NotUploaded(calendar_id=row.id)
    return row


def _add(work: Work, person_id: int, label: str, reading: Reading, row: BusyCalendar) -> BusyCalendarView:
    person = work.lock(Person, person_id)
    _refuse_too_many(work, person)
    row.person_id = person.id
    row.label = texts.line("label", label, longest=LONGEST_LABEL)
    row.added_at = row.tried_at = row.read_at = work.now
    row.until = reading.until
    work.add(row)
    work.flush()
    keep(work, row, reading)
    return view(work, row)


def _refuse_too_many(work: Work, person: Person) -> None:
    counting = select(func.count()).select_from(BusyCalendar).where(BusyCalendar.person_id == person.id)
    if (work.scalar(counting) or 0) >= MOST:
        raise TooManyCalendars(most=MOST)
