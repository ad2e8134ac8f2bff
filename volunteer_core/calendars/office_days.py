"""The office's own calendar: days off and make-up days (休、班) and closures. Inner: asks no rights."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import select

from volunteer_core.calendars.contents import Entry, Only, Standing, sequence_at
from volunteer_core.calendars.options import Options
from volunteer_core.calendars.selections import CANCELLED_DAYS, Look, days_ago
from volunteer_core.database import Work
from volunteer_core.places.models import Community, Site
from volunteer_core.timespans import at, civil_date, days
from volunteer_core.workdays.daybook import DayBook, Layer
from volunteer_core.workdays.models import Closure, LocalDay
from volunteer_core.workdays.upkeep import load_daybook


def office_day_entries(work: Look, _options: Options, _only: Only = None) -> list[Entry]:
    """This year's and next year's days that differ from the weekday rule, and closures since this
    year began. A year that is not announced yet has its fixed holidays, marked tentative."""
    if not isinstance(work, Work):
        raise TypeError("days have no revisions of their own: they are only read together")
    year = civil_date(work.now).year
    entries = [
        *_days(work, load_daybook(work), date(year, 1, 1), date(year + 1, 12, 31)),
        *_closures(work, at(date(year, 1, 1), time.min)),
    ]
    return sorted(entries, key=lambda entry: (entry.starts_at, entry.uid))


def _days(work: Work, book: DayBook, first: date, last: date) -> list[Entry]:
    """One entry for days in a row with one name: a holiday of a week is one entry."""
    set_at = {row.day: row.set_at for row in work.scalars(select(LocalDay))}
    answers = ((day, book.is_workday(day)) for day in days(first, last))
    special = [
        (day, answer)
        for day, answer in answers
        if answer.layer is not Layer.WEEKDAY
        or (answer.tentative and not answer.holds and day.isoweekday() < 6)
    ]
    entries = []
    for (_, works, name, tentative, _), group in groupby(
        enumerate(special),
        lambda item: (
            item[1][0].toordinal() - item[0],
            item[1][1].holds,
            item[1][1].name,
            item[1][1].tentative,
            item[1][1].layer,
        ),
    ):
        held = [day for _, (day, _) in group]
        # The State Council announces a year in the autumn before it; until then only the law is known.
        known = datetime(held[0].year - 1, 1 if tentative else 12, 1, tzinfo=UTC)
        revised_at = max([set_at[day] for day in held if day in set_at], default=known)
        entries.append(
            Entry(
                uid=str(uuid5(NAMESPACE_OID, f"day {held[0]}")),
                sequence=sequence_at(revised_at),
                revised_at=revised_at,
                starts_at=at(held[0], time.min),
                ends_at=at(held[-1] + timedelta(days=1), time.min),
                standing=Standing.TENTATIVE if tentative else Standing.CONFIRMED,
                busy=False,
                title=f"{'班' if works else '休'} {name}",
                all_day=True,
            )
        )
    return entries


def _closures(work: Work, since: datetime) -> list[Entry]:
    rows = work.execute(
        select(Closure, Community.name, Site.name)
        .outerjoin(Community, Community.id == Closure.community_id)
        .outerjoin(Site, Site.id == Closure.site_id)
        .where(Closure.ends_at > since)
    ).all()
    entries = []
    for closure, community, site in rows:
        lifted = closure.lifted_at is not None
        if lifted and closure.ends_at <= days_ago(work, CANCELLED_DAYS):
            continue
        revised_at = closure.lifted_at or closure.declared_at
        entries.append(
            Entry(
                uid=str(uuid5(NAMESPACE_OID, f"closure {closure.id}")),
                sequence=sequence_at(revised_at),
                revised_at=revised_at,
                starts_at=closure.starts_at,
                ends_at=closure.ends_at,
                standing=Standing.CANCELLED if lifted else Standing.CONFIRMED,
                busy=False,
                title=f"停 {closure.name}",
                place=site or community or "",
            )
        )
    return entries
