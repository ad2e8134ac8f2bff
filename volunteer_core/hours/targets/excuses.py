"""Which weeks are excused for whom: no working day was left on which they could serve. Inner: asks no
rights."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, select

from volunteer_core.database import Work
from volunteer_core.people.models import Leave, LeaveKind
from volunteer_core.timespans import Week, civil_date, day_span
from volunteer_core.workdays.daybook import DayBook
from volunteer_core.workdays.models import Closure
from volunteer_core.workdays.upkeep import load_daybook


class Excuse(StrEnum):
    """Why nobody expects service in a week. Of several that came together the most private counts."""

    HOLIDAY = "holiday"
    """It has no working day at all (春节). Most holidays leave some: National Day 2026 lies in two weeks,
    and both have working days."""
    CLOSURE = "closure"
    """Everything, or all of the home community, was closed on each of its working days."""
    LEAVE = "leave"
    """On each working day that was not closed the person was on leave, or ill for some of them."""
    ILLNESS = "illness"
    """The person was ill on each of these days. Said to themselves only; to others it is leave."""

    @property
    def to_others(self) -> Excuse:
        return Excuse.LEAVE if self is Excuse.ILLNESS else self


_Leave = tuple[date, date, LeaveKind]


class Excuses:
    """Answers for any week; read once, in a number of statements that does not depend on how many."""

    def __init__(
        self,
        book: DayBook,
        closures: list[tuple[int | None, datetime, datetime]],
        leaves: dict[int, list[_Leave]],
    ) -> None:
        self._book, self._closures, self._leaves = book, closures, leaves
        self._closed: dict[int | None, list[tuple[date, date]]] = {}
        self._for_all: dict[tuple[Week, int | None], Excuse | list[date]] = {}

    @staticmethod
    def load(work: Work, *whose: ColumnElement[bool]) -> Excuses:
        """With the leave that fulfils the conditions."""
        leaves: dict[int, list[_Leave]] = {}
        columns = (Leave.person_id, Leave.first_day, Leave.last_day, Leave.kind)
        rows = work.execute(select(*columns).where(Leave.withdrawn_at.is_(None), *whose))
        for person_id, first, last, kind in rows:
            leaves.setdefault(person_id, []).append((first, last, kind))
        closures = work.execute(
            select(Closure.community_id, Closure.starts_at, Closure.ends_at)
            .where(Closure.lifted_at.is_(None), Closure.site_id.is_(None))
            .order_by(Closure.starts_at)
        )
        return Excuses(load_daybook(work), [(row[0], row[1], row[2]) for row in closures], leaves)

    @property
    def people(self) -> list[int]:
        """Who has any of the leave."""
        return list(self._leaves)

    def for_all(self, week: Week, home_id: int | None) -> Excuse | None:
        """What excuses everybody whose home is a community, or who has none."""
        found = self._open_days(week, home_id)
        return found if isinstance(found, Excuse) else None

    def of(self, week: Week, person_id: int, home_id: int | None) -> Excuse | None:
        """What excuses a person, as they themselves may know it."""
        found = self._open_days(week, home_id)
        if isinstance(found, Excuse):
            return found
        own = self._leaves.get(person_id, [])
        kinds = [{kind for first, last, kind in own if first <= day <= last} for day in found]
        if not all(kinds):
            return None
        ill = all(LeaveKind.ILLNESS in of_day for of_day in kinds)
        return Excuse.ILLNESS if ill else Excuse.LEAVE

    def _open_days(self, week: Week, home_id: int | None) -> Excuse | list[date]:
        """The working days on which a community was open, or what excuses the week if there are none."""
        key = week, home_id
        if key not in self._for_all:
            working = [day for day in week.dates if self._book.is_workday(day).holds]
            closed = self._closed_days(home_id)
            left = [day for day in working if not any(first <= day <= last for first, last in closed)]
            self._for_all[key] = left or (Excuse.CLOSURE if working else Excuse.HOLIDAY)
        return self._for_all[key]

    def _closed_days(self, home_id: int | None) -> list[tuple[date, date]]:
        if home_id not in self._closed:
            here = ((starts, ends) for where, starts, ends in self._closures if where in {None, home_id})
            self._closed[home_id] = [_whole_days(*span) for span in _joined(here)]
        return self._closed[home_id]


def _joined(spans: Iterable[tuple[datetime, datetime]]) -> list[tuple[datetime, datetime]]:
    """Spans in order of their start; those that touch or overlap as one."""
    found: list[tuple[datetime, datetime]] = []
    for starts, ends in spans:
        if found and starts <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], ends)
        else:
            found.append((starts, ends))
    return found


def _whole_days(starts: datetime, ends: datetime) -> tuple[date, date]:
    """The first and the last civil day that lie whole within a span; half a day leaves time to serve."""
    first = civil_date(starts)
    if day_span(first).start < starts:
        first += timedelta(days=1)
    return first, civil_date(ends) - timedelta(days=1)
