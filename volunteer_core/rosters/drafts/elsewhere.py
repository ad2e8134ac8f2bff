"""What people of a plan have promised beside it: events, other programmes, weeks before and after. Inner.

Events keep people busy. Shifts do more: they count for the most shifts of a week and the most days in a row.
So they go into the problem as sessions of their own, on which everybody is locked and nobody else comes.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta

import msgspec
from sqlalchemy import bindparam, select

from volunteer_core.commitments.models import ACTIVE, Commitment
from volunteer_core.database import Work
from volunteer_core.rosters.availability.offers import Offer
from volunteer_core.rosters.planning.problem import Busy, Session
from volunteer_core.timespans import civil, days

FIXED = "fixed"
"""The qualification that sessions beside the plan ask for. Nobody has it, so nobody is put on them."""
LONGEST_ROW = 31
"""Days before and after the plan in which a row of days is looked for."""
_LATEST = time(23, 45)


class Elsewhere(msgspec.Struct):
    """``sessions`` beside the plan, who is on them (``locked``), and the ``busy`` times of each person."""

    sessions: list[Session]
    locked: list[tuple[str, str]]
    busy: dict[int, list[Busy]]


def clocks(starts_at: datetime, ends_at: datetime) -> tuple[time, time]:
    """A shift's times of day for the planner, whose sessions end on their day.

    One over midnight ends there at 23:45: it counts by quarter hours, and its tail is checked when the draft
    is applied, as everything is.
    """
    first, last = civil(starts_at), civil(ends_at)
    if first.date() == last.date():
        return first.time(), last.time()
    return min(first.time(), time(23, 30)), _LATEST


_ACTIVE_BETWEEN = (
    select(
        Commitment.person_id,
        Commitment.shift_id,
        Commitment.site_id,
        Commitment.civil_date,
        Commitment.starts_at,
        Commitment.ends_at,
    )
    .where(
        Commitment.person_id.in_(bindparam("people", expanding=True)),
        Commitment.status.in_(ACTIVE),
        Commitment.civil_date.between(bindparam("first"), bindparam("last")),
    )
    .order_by(Commitment.starts_at, Commitment.id)
)


def read_elsewhere(
    work: Work, offers: Mapping[int, Offer], planned: Collection[int], monday: date, sunday: date
) -> Elsewhere:
    """What people have promised beside the shifts that are planned, in one statement.

    Of the days before ``monday`` and after ``sunday`` only those that continue a row of days of somebody
    who serves at most so many in a row.
    """
    margin = timedelta(days=LONGEST_ROW)
    facts = {"people": list(offers), "first": monday - margin, "last": sunday + margin}
    shifts: dict[int, Session] = {}
    on: dict[int, dict[int, date]] = defaultdict(dict)
    busy: dict[int, list[Busy]] = defaultdict(list)
    for row in work.execute(_ACTIVE_BETWEEN, facts):
        if row.shift_id in planned:
            continue
        if row.shift_id is None:
            busy[row.person_id] += _busy(row.starts_at, row.ends_at)
            continue
        on[row.person_id][row.shift_id] = row.civil_date
        start, end = clocks(row.starts_at, row.ends_at)
        shifts[row.shift_id] = Session(
            str(row.shift_id), str(row.site_id), row.civil_date, start, end, 0, 0, qualification=FIXED
        )
    locked = [
        (str(person_id), str(shift_id))
        for person_id, own in on.items()
        for shift_id, day in own.items()
        if day in _counted(offers[person_id], set(own.values()), monday, sunday)
    ]
    people: dict[str, int] = defaultdict(int)
    for _, session_id in locked:
        people[session_id] += 1
    sessions = [
        msgspec.structs.replace(session, max=people[session.id])
        for session in shifts.values()
        if session.id in people
    ]
    return Elsewhere(sessions, locked, busy)


def _counted(offer: Offer, own: set[date], monday: date, sunday: date) -> set[date]:
    """The dates of a person that their limits count: the plan's weeks and the rows that lead into them."""
    counted = set(days(monday, sunday))
    if offer.max_consecutive_days is not None:
        for day, step in ((monday, timedelta(days=-1)), (sunday, timedelta(days=1))):
            while (day := day + step) in own:
                counted.add(day)
    return counted


def _busy(starts_at: datetime, ends_at: datetime) -> list[Busy]:
    """Busy times, one a day."""
    first, last = civil(starts_at), civil(ends_at)
    return [
        Busy(
            day,
            first.time() if day == first.date() else time.min,
            last.time() if day == last.date() else time(23, 59),
            "event",
        )
        for day in days(first.date(), last.date())
        if day != last.date() or last.time() > time.min
    ]
