"""Which children are expected on a day. Inner: asks no rights."""

from __future__ import annotations

from datetime import date

from sqlalchemy import ColumnElement, func, select

from volunteer_core.care.models import Enrolment
from volunteer_core.database import Work
from volunteer_core.workdays.daybook import DayBook
from volunteer_core.workdays.upkeep import load_daybook


def any_may_come(day: date, book: DayBook) -> bool:
    """Whether a day is a weekend that is worked (调休): then a child comes whatever its weekdays."""
    return day.isoweekday() >= 6 and book.is_workday(day).holds


def enrolled_on(day: date, book: DayBook) -> ColumnElement[bool]:
    """The condition that an enrolment brings its child on a day: on its weekdays, and on a weekend
    that is worked (调休) on any."""
    within = (Enrolment.first_day <= day) & (Enrolment.last_day >= day)
    if any_may_come(day, book):
        return within
    return within & Enrolment.weekdays.contains(str(day.isoweekday()))


def expected_by_site(work: Work, *, programme_id: int, day: date, book: DayBook) -> dict[int, int]:
    """How many children are enrolled for a day of a programme, by site."""
    return dict(
        work.execute(
            select(Enrolment.site_id, func.count(Enrolment.child_id.distinct()))
            .where(Enrolment.programme_id == programme_id, enrolled_on(day, book))
            .group_by(Enrolment.site_id)
        ).all()
    )


def expected_children(work: Work, *, programme_id: int, site_id: int, day: date) -> int:
    """How many children are enrolled for a day of a programme at a site: so many come if it runs."""
    expected = expected_by_site(work, programme_id=programme_id, day=day, book=load_daybook(work))
    return expected.get(site_id, 0)
