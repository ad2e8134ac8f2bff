"""What people did and what they had offered in the weeks before a plan: the load fairness goes by. Inner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import date, timedelta

from sqlalchemy import func, select

from volunteer_core.commitments.models import ACTIVE, Commitment
from volunteer_core.database import Work
from volunteer_core.hours.models import EntryKind, LedgerEntry
from volunteer_core.hours.presence import PRESENT
from volunteer_core.office.settings import settings_on
from volunteer_core.people.models import Leave
from volunteer_core.rosters.availability.offers import Offer
from volunteer_core.rosters.models import Shift, ShiftStatus
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import Span, week_of

PAST = timedelta(weeks=8)


def minutes_before(work: Work, programme: Programme, person_ids: list[int], before: date) -> dict[int, int]:
    """Minutes each person gave to a programme in the eight weeks before a date: what the ledger says, and
    what is promised until then and has not begun yet."""
    since = before - PAST
    minutes: dict[int, int] = defaultdict(int)
    entered = (
        select(LedgerEntry.person_id, func.sum(LedgerEntry.minutes))
        .where(
            LedgerEntry.person_id.in_(person_ids),
            LedgerEntry.programme_id == programme.id,
            LedgerEntry.kind != EntryKind.TRAINING,
            LedgerEntry.civil_date >= since,
            LedgerEntry.civil_date < before,
        )
        .group_by(LedgerEntry.person_id)
    )
    for person_id, total in work.execute(entered):
        minutes[person_id] += int(total)
    coming = select(Commitment.person_id, Commitment.starts_at, Commitment.ends_at).where(
        Commitment.person_id.in_(person_ids),
        Commitment.programme_id == programme.id,
        Commitment.status.in_(ACTIVE),
        Commitment.starts_at > work.now,
        Commitment.civil_date < before,
    )
    for person_id, starts_at, ends_at in work.execute(coming):
        minutes[person_id] += Span(starts_at, ends_at).minutes
    return {person_id: max(total, 0) for person_id, total in minutes.items()}


def offered_before(
    work: Work,
    programme: Programme,
    offers: Mapping[int, Offer],
    is_member: Callable[[int, date], bool],
    before: date,
) -> dict[int, int]:
    """Minutes each person had offered in those weeks: in each, an hour for every day on which what they
    have said covers a shift of the programme that took place, at most their most shifts of a week and the
    office's weekly target."""
    since = before - PAST
    ran = _ran(work, programme, since, before)
    away = _leaves(work, list(offers), since, before)
    target = settings_on(work, before).weekly_target_minutes
    offered = {}
    for person_id, own in offers.items():
        weeks: dict[object, int] = defaultdict(int)
        for day, there in ran.items():
            if not is_member(person_id, day) or any(first <= day <= last for first, last in away[person_id]):
                continue
            weeks[week_of(day)] += any(
                own.covers(day, span) and (own.sites is None or own.sites & sites)
                for span, sites in there.items()
            )
        most = target if own.max_per_week is None else min(own.max_per_week * 60, target)
        offered[person_id] = sum(min(count * 60, most) for count in weeks.values())
    return offered


def attended_before(work: Work, programme: Programme, person_ids: list[int]) -> dict[int, int]:
    """On how many shifts of a programme each person has served so far."""
    rows = work.execute(
        select(Commitment.person_id, func.count())
        .where(
            Commitment.person_id.in_(person_ids),
            Commitment.programme_id == programme.id,
            Commitment.shift_id.is_not(None),
            Commitment.attendance.in_(PRESENT),
        )
        .group_by(Commitment.person_id)
    )
    return dict(rows.all())


def _ran(
    work: Work, programme: Programme, since: date, before: date
) -> Mapping[date, Mapping[Span, set[int]]]:
    """By date the spans in which a programme ran, and at which sites."""
    rows = work.execute(
        select(Shift.civil_date, Shift.starts_at, Shift.ends_at, Shift.site_id).where(
            Shift.programme_id == programme.id,
            Shift.status == ShiftStatus.PUBLISHED,
            Shift.civil_date >= since,
            Shift.civil_date < before,
        )
    )
    found: dict[date, dict[Span, set[int]]] = defaultdict(lambda: defaultdict(set))
    for day, starts_at, ends_at, site_id in rows:
        found[day][Span(starts_at, ends_at)].add(site_id)
    return found


def _leaves(
    work: Work, person_ids: list[int], since: date, before: date
) -> dict[int, list[tuple[date, date]]]:
    found: dict[int, list[tuple[date, date]]] = defaultdict(list)
    rows = work.execute(
        select(Leave.person_id, Leave.first_day, Leave.last_day).where(
            Leave.person_id.in_(person_ids),
            Leave.withdrawn_at.is_(None),
            Leave.last_day >= since,
            Leave.first_day < before,
        )
    )
    for person_id, first, last in rows:
        found[person_id].append((first, last))
    return found
