"""What many people have said at once of when, where and how much they can serve. Inner: asks no rights."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, time

import msgspec
from sqlalchemy import BindParameter, bindparam, select

from volunteer_core.database import Work
from volunteer_core.rosters.availability.models import (
    DatedWish,
    DateWish,
    PartnerWish,
    ServiceLimits,
    WeeklySpan,
    WillingSite,
)

Clocks = tuple[time, time]
OPENING = (DateWish.CAN, DateWish.PREFERS)
"""Wishes that open a whole date."""


class Said(msgspec.Struct):
    """What one person has said. Nothing said is nothing offered."""

    spans: list[tuple[int, time, time, date, date | None]] = []
    """Weekday, from, to, first and last date on which it holds."""
    wishes: list[tuple[date, date, DateWish]] = []
    """In the order they were entered."""
    max_per_week: int | None = None
    max_consecutive_days: int | None = None
    rest_minutes: int = 0
    only_listed_sites: bool = False
    farthest_km: float | None = None
    home_site_id: int | None = None
    sites: set[int] = set()
    partners: list[int] = []

    def wish(self, day: date) -> DateWish | None:
        """What they said of a date: the newest counts."""
        return next((kind for first, last, kind in reversed(self.wishes) if first <= day <= last), None)

    def windows(self, day: date) -> list[Clocks]:
        """The weekly spans that hold on a date, those that touch as one."""
        return merged(
            (starts, ends)
            for weekday, starts, ends, first, last in self.spans
            if weekday == day.isoweekday() and first <= day and (last is None or day <= last)
        )

    def offers(self, day: date, clocks: Clocks) -> bool:
        """Whether they have offered to serve on a date between two times of day."""
        wish = self.wish(day)
        if wish in OPENING:
            return True
        return wish is not DateWish.CANNOT and fits(clocks, self.windows(day))

    def changes_between(self, first: date, last: date) -> bool:
        """Whether another weekly pattern comes into force between two dates."""
        return any(since > first or (until is not None and until < last) for *_, since, until in self.spans)


def merged(windows: Iterable[Clocks]) -> list[Clocks]:
    """Windows of a day without overlaps. Pure."""
    found: list[Clocks] = []
    for starts, ends in sorted(windows):
        if found and starts <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], ends)
        else:
            found.append((starts, ends))
    return found


def fits(clocks: Clocks, windows: Iterable[Clocks]) -> bool:
    """Whether a span lies in one of the windows. Pure."""
    return any(starts <= clocks[0] and clocks[1] <= ends for starts, ends in windows)


_PEOPLE: BindParameter[list[int]] = bindparam("people", expanding=True)
_SPANS = select(
    WeeklySpan.person_id,
    WeeklySpan.weekday,
    WeeklySpan.starts,
    WeeklySpan.ends,
    WeeklySpan.valid_from,
    WeeklySpan.valid_to,
).where(WeeklySpan.person_id.in_(_PEOPLE))
_WISHES = (
    select(DatedWish.person_id, DatedWish.first_day, DatedWish.last_day, DatedWish.kind)
    .where(DatedWish.person_id.in_(_PEOPLE), DatedWish.withdrawn_at.is_(None))
    .order_by(DatedWish.entered_at, DatedWish.id)
)
_LIMITS = select(ServiceLimits).where(ServiceLimits.person_id.in_(_PEOPLE))
_WILLING = select(WillingSite.person_id, WillingSite.site_id).where(WillingSite.person_id.in_(_PEOPLE))
_PARTNERS = (
    select(PartnerWish.person_id, PartnerWish.partner_id)
    .where(PartnerWish.person_id.in_(_PEOPLE))
    .order_by(PartnerWish.partner_id)
)


def said_by(work: Work, person_ids: Collection[int]) -> dict[int, Said]:
    """What people have said, in five statements however many they are."""
    facts = {"people": list(person_ids)}
    said = {person_id: Said() for person_id in person_ids}
    for person_id, weekday, starts, ends, since, until in work.execute(_SPANS, facts):
        said[person_id].spans.append((weekday, starts, ends, since, until))
    for person_id, first, last, kind in work.execute(_WISHES, facts):
        said[person_id].wishes.append((first, last, kind))
    for limits in work.scalars(_LIMITS, facts):
        own = said[limits.person_id]
        own.max_per_week, own.max_consecutive_days = limits.max_per_week, limits.max_consecutive_days
        own.rest_minutes, own.farthest_km = limits.rest_minutes, limits.farthest_km
        own.only_listed_sites, own.home_site_id = limits.only_listed_sites, limits.home_site_id
    for person_id, site_id in work.execute(_WILLING, facts):
        said[person_id].sites.add(site_id)
    for person_id, partner_id in work.execute(_PARTNERS, facts):
        said[person_id].partners.append(partner_id)
    return said
