"""Until when service has to be recorded. Inner."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from volunteer_core.database import Work
from volunteer_core.office.settings import settings_on
from volunteer_core.timespans import civil_date
from volunteer_core.workdays.daybook import DayBook


def recording_due(work: Work, book: DayBook, ends_at: datetime) -> date:
    """The last day for recording an activity: 10 working days after its end (民政部令67号 Art 11).

    It ends on the civil date of its last moment, not of the midnight after it.
    """
    day = civil_date(ends_at - timedelta(microseconds=1))
    return book.nth_workday_after(day, settings_on(work, day).record_within_workdays)
