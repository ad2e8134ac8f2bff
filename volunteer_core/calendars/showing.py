"""Which feeds show what a work has changed. Inner."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import chain, islice
from typing import Any, TypeVar

from sqlalchemy import Select, and_, exists, func, or_, select

from volunteer_core.calendars.models import FeedKind, PublicKind
from volunteer_core.calendars.selections import ORGANISER, RUN_DISCREETLY, RUNS
from volunteer_core.calendars.touched import Touched
from volunteer_core.care.models import ChildGuardian, Enrolment
from volunteer_core.commitments.models import Commitment
from volunteer_core.database import Work
from volunteer_core.events.models import Event, Position
from volunteer_core.places.models import Site
from volunteer_core.rosters.models import Shift
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import civil_date

AT_ONCE = 5_000
"""Ids in one statement; drivers take 32,766."""

Item = TypeVar("Item", int, date)

Shown = tuple[FeedKind | PublicKind, int | None, str | None]
"""A feed, by its kind and its subject if there is one, and the UID of an entry in it."""


def find_feeds(work: Work, touched: Touched) -> None:
    """Which feeds show what has changed."""
    for found in (_of_commitments, _of_shifts, _of_events, _of_families):
        for feed in found(work, touched):
            touched.feed(*feed)
    open_ones = (
        select(Programme.id).outerjoin(RUNS, RUNS.id == Programme.team_id).where(RUN_DISCREETLY.is_(False))
    )
    for (programme_id,) in _rows(work, open_ones, Programme.id, touched.programmes):
        touched.feed(FeedKind.PROGRAMME, programme_id)
    if touched.office_from <= civil_date(work.now):
        touched.feed(PublicKind.WORKDAYS, 0)
        touched.feed(PublicKind.EVENTS, 0)
    if touched.closures and work.scalar(select(exists().where(or_(*touched.closures)))):
        touched.feed(PublicKind.WORKDAYS, 0)


def _of_commitments(work: Work, touched: Touched) -> Iterator[Shown]:
    """The people promised, and the teams for which anybody is at the same shifts."""
    promised = (
        select(Commitment.uid, Commitment.person_id, Commitment.shift_id)
        .outerjoin(Position, Position.id == Commitment.position_id)
        .where(Commitment.promised_at.is_not(None))
    )
    at_shifts = set(touched.shifts)
    for column, ids in (
        (Commitment.id, touched.commitments),
        (Commitment.shift_id, touched.shifts),
        (Position.event_id, touched.events),
    ):
        for uid, person_id, shift_id in _rows(work, promised, column, ids):
            yield FeedKind.PERSON, person_id, uid
            if shift_id is not None:
                at_shifts.add(shift_id)
    served = (
        select(Commitment.team_id, Shift.uid)
        .join(Shift, Shift.id == Commitment.shift_id)
        .where(Commitment.promised_at.is_not(None))
        .distinct()
    )
    for team_id, uid in _rows(work, served, Commitment.shift_id, at_shifts):
        yield FeedKind.TEAM, team_id, uid


def _of_shifts(work: Work, touched: Touched) -> Iterator[Shown]:
    published = select(Shift.uid, Shift.programme_id, Shift.site_id).where(Shift.published_at.is_not(None))
    for uid, programme_id, site_id in _rows(work, published, Shift.id, touched.shifts):
        yield FeedKind.PROGRAMME, programme_id, uid
        yield FeedKind.SITE, site_id, uid


def _of_events(work: Work, touched: Touched) -> Iterator[Shown]:
    published = (
        select(
            Event.id, Event.uid, Event.public, Event.team_id, Event.programme_id, Event.site_id,
            Site.community_id, ORGANISER, RUN_DISCREETLY,
        )
        .join(Site, Site.id == Event.site_id)
        .outerjoin(Programme, Programme.id == Event.programme_id)
        .outerjoin(RUNS, RUNS.id == ORGANISER)
        .where(Event.published_at.is_not(None))
    )  # fmt: skip
    for event_id, uid, public, team_id, programme_id, site_id, community_id, organiser_id, discreet in _rows(
        work, published, Event.id, touched.events | touched.opened
    ):
        if event_id in touched.events:
            yield FeedKind.TEAM, team_id, uid
            yield FeedKind.PROGRAMME, programme_id, uid
            yield FeedKind.SITE, site_id, uid
        if (public or event_id in touched.were_public) and (not discreet or organiser_id in touched.turned):
            yield PublicKind.EVENTS, 0, uid
            yield PublicKind.COMMUNITY, community_id, uid
            for left in touched.left_sites.get(event_id, ()):
                yield PublicKind.COMMUNITY, work.find(Site, left).community_id, uid
            yield PublicKind.EVENT, event_id, None


def _of_families(work: Work, touched: Touched) -> Iterator[Shown]:
    """The guardians of children who come to a session, or would have come. It is made of several shifts
    and enrolments, so that there is no one entry to name."""
    coming = (
        select(ChildGuardian.person_id, Shift.civil_date, Enrolment.weekdays)
        .join(Enrolment, Enrolment.child_id == ChildGuardian.child_id)
        .join(
            Shift,
            and_(
                Shift.programme_id == Enrolment.programme_id,
                Shift.site_id == Enrolment.site_id,
                Shift.civil_date.between(
                    Enrolment.first_day, func.coalesce(Enrolment.planned_to, Enrolment.last_day)
                ),
            ),
        )
        .where(Shift.published_at.is_not(None))
        .distinct()
    )
    of_shifts = _rows(work, coming, Shift.id, touched.shifts)
    of_days = _rows(work, coming, Shift.civil_date, touched.days)
    for person_id, day, weekdays in chain(of_shifts, of_days):
        if day.isoweekday() >= 6 or str(day.isoweekday()) in weekdays:
            yield FeedKind.FAMILY, person_id, None
    for (person_id,) in _rows(
        work, select(ChildGuardian.person_id), ChildGuardian.child_id, touched.children
    ):
        yield FeedKind.FAMILY, person_id, None


def _rows(
    work: Work, statement: Select[*tuple[Any, ...]], column: Any, ids: Iterable[Any]
) -> Iterator[tuple[Any, ...]]:
    """The rows of a statement for ids, so many at once as a driver takes."""
    for some in batches(ids):
        yield from work.connection().execute(statement.where(column.in_(some)))


def batches(ids: Iterable[Item]) -> Iterator[list[Item]]:
    """Ids in ascending order, so many at once as a statement takes."""
    left = iter(sorted(ids))
    while some := list(islice(left, AT_ONCE)):
        yield some
