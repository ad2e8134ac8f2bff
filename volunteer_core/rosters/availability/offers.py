"""What people have stated, read for many at once and over a range of dates. Inner: asks no rights."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, time

import msgspec
from sqlalchemy import BindParameter, Date, bindparam, or_, select

from volunteer_core.database import Work
from volunteer_core.people.models import Person
from volunteer_core.places.distances import kilometres
from volunteer_core.places.models import Site
from volunteer_core.rosters.availability.models import (
    DatedWish,
    DateWish,
    ServiceLimits,
    WeeklySpan,
    WillingSite,
)
from volunteer_core.timespans import Span, civil

OPENS = (DateWish.CAN, DateWish.PREFERS)
"""Wishes that open their whole dates."""


class OfferedSpan(msgspec.Struct, frozen=True):
    """A span of a weekly pattern (weekday 0: the pattern "never") and the dates between which it holds."""

    weekday: int
    starts: time
    ends: time
    valid_from: date
    valid_to: date | None

    def holds_on(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class OfferedDates(msgspec.Struct, frozen=True):
    """What a person said of dates, both included."""

    first_day: date
    last_day: date
    kind: DateWish


class Offer(msgspec.Struct):
    """What one person has stated: when they can serve, how much of it and where. None is no limit."""

    weekly: list[OfferedSpan] = []
    dates: list[OfferedDates] = []
    """The newest first."""
    max_per_week: int | None = None
    max_consecutive_days: int | None = None
    rest_minutes: int = 0
    sites: frozenset[int] | None = None
    """Where they go: of those listed the ones near enough; None is anywhere."""

    def wish_on(self, day: date) -> DateWish | None:
        """What they said of that very date: the newest counts."""
        return next((one.kind for one in self.dates if one.first_day <= day <= one.last_day), None)

    def said_on(self, day: date) -> bool:
        """Whether they have said when they can serve on a date. That they would rather not is no answer."""
        if self.wish_on(day) not in {None, DateWish.RATHER_NOT}:
            return True
        return any(one.holds_on(day) for one in self.weekly)

    def covers(self, day: date, span: Span) -> bool:
        """Whether a span of a date lies within what they offer. Past midnight no weekly span reaches."""
        wish = self.wish_on(day)
        if wish is DateWish.CANNOT or wish in OPENS:
            return wish in OPENS
        start, end = civil(span.start), civil(span.end)
        return end.date() == day and any(
            one.weekday == day.isoweekday()
            and one.holds_on(day)
            and one.starts <= start.time()
            and end.time() <= one.ends
            for one in self.weekly
        )


_ALL: BindParameter[int] = bindparam("people", expanding=True)
_LAST = bindparam("last", type_=Date())
_FIRST = bindparam("first", type_=Date())
_LIMITS = (
    select(
        ServiceLimits.person_id,
        ServiceLimits.max_per_week,
        ServiceLimits.max_consecutive_days,
        ServiceLimits.rest_minutes,
        ServiceLimits.only_listed_sites,
        ServiceLimits.farthest_km,
        Person.grid_id,
        Person.community_id,
    )
    .join(Person, Person.id == ServiceLimits.person_id)
    .where(ServiceLimits.person_id.in_(_ALL))
)
_LISTED = select(WillingSite.person_id, WillingSite.site_id).where(WillingSite.person_id.in_(_ALL))
_WEEKLY = (
    select(WeeklySpan.person_id, *(getattr(WeeklySpan, name) for name in OfferedSpan.__struct_fields__))
    .where(
        WeeklySpan.person_id.in_(_ALL),
        WeeklySpan.valid_from <= _LAST,
        or_(WeeklySpan.valid_to.is_(None), WeeklySpan.valid_to >= _FIRST),
    )
    .order_by(WeeklySpan.weekday, WeeklySpan.starts)
)
_DATES = (
    select(DatedWish.person_id, *(getattr(DatedWish, name) for name in OfferedDates.__struct_fields__))
    .where(
        DatedWish.person_id.in_(_ALL),
        DatedWish.withdrawn_at.is_(None),
        DatedWish.first_day <= _LAST,
        DatedWish.last_day >= _FIRST,
    )
    .order_by(DatedWish.id.desc())
)
_SITES = select(Site.id, Site.grid_id, Site.community_id, Site.latitude, Site.longitude)


def offers_of(work: Work, person_ids: Collection[int], first: date, last: date) -> dict[int, Offer]:
    """What people have stated for the dates between two, both included; who has stated nothing is left out.

    In three statements however many people and dates, five where somebody limits where they go.
    """
    facts = {"people": list(person_ids), "first": first, "last": last}
    found: dict[int, Offer] = {}

    def offer(person_id: int) -> Offer:
        return found.setdefault(person_id, Offer())

    for person_id, *span in work.execute(_WEEKLY, facts):
        offer(person_id).weekly.append(OfferedSpan(*span))
    for person_id, *dates in work.execute(_DATES, facts):
        offer(person_id).dates.append(OfferedDates(*dates))
    limits = work.execute(_LIMITS, facts).all()
    listed: dict[int, set[int]] = {}
    if any(row.only_listed_sites for row in limits):
        for person_id, site_id in work.execute(_LISTED, facts):
            listed.setdefault(person_id, set()).add(site_id)
    places = Places(work) if any(row.farthest_km is not None for row in limits) else None
    for row in limits:
        own = offer(row.person_id)
        own.max_per_week, own.max_consecutive_days = row.max_per_week, row.max_consecutive_days
        own.rest_minutes = row.rest_minutes
        if row.only_listed_sites:
            own.sites = frozenset(listed.get(row.person_id, ()))
        if places is not None and row.farthest_km is not None:
            near = places.within(row.farthest_km, row.grid_id, row.community_id)
            own.sites = near if own.sites is None else own.sites & near
    return found


class Places:
    """All sites and how far they lie from where people live."""

    def __init__(self, work: Work) -> None:
        rows = work.execute(_SITES).all()
        self._points: Mapping[int, tuple[float, float] | None] = {
            row.id: None if row.latitude is None or row.longitude is None else (row.latitude, row.longitude)
            for row in rows
        }
        self._rows = rows

    def within(self, farthest_km: float, grid_id: int | None, community_id: int | None) -> frozenset[int]:
        """The sites at most so far from one of the own grid, or if that has none of the own community;
        and those of which nobody knows how far they are."""
        homes = [
            point
            for row in self._rows
            if grid_id is not None and row.grid_id == grid_id and (point := self._points[row.id])
        ] or [
            point
            for row in self._rows
            if row.community_id == community_id and (point := self._points[row.id])
        ]
        return frozenset(
            site_id
            for site_id, point in self._points.items()
            if point is None or not homes or min(kilometres(home, point) for home in homes) <= farthest_km
        )
