"""What a person has stated about when, how much and where they serve."""

from __future__ import annotations

from datetime import date, datetime, time
from itertools import groupby

import msgspec
from sqlalchemy import or_, select

from volunteer_core.database import Facts, Work
from volunteer_core.people.models import Person
from volunteer_core.rosters.availability.models import (
    DatedWish,
    DateWish,
    PartnerWish,
    ServiceLimits,
    WeeklySpan,
    WillingSite,
)
from volunteer_core.teams.membership import teams_of
from volunteer_core.timespans import civil_date


class WeeklyTime(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A span of an ISO weekday, 1 for Monday; times are the office's."""

    weekday: int
    starts: time
    ends: time


class WeeklyPattern(msgspec.Struct, frozen=True):
    """What holds every week between two dates; no spans say "never"."""

    valid_from: date
    valid_to: date | None
    spans: list[WeeklyTime]


class DatedWishView(msgspec.Struct, frozen=True):
    """What a person said of dates. The reason is empty for everybody but themselves."""

    id: int
    person_id: int
    first_day: date
    last_day: date
    kind: DateWish
    reason: str
    entered_at: datetime
    withdrawn_at: datetime | None


class LimitsView(msgspec.Struct, frozen=True):
    """How much a person wants to serve, where, and with whom they like to; None is no limit."""

    max_per_week: int | None
    max_consecutive_days: int | None
    rest_minutes: int
    only_listed_sites: bool
    site_ids: list[int]
    farthest_km: float | None
    home_site_id: int | None
    partner_ids: list[int]
    said_at: datetime


class AvailabilityView(msgspec.Struct, frozen=True):
    """All that a person has stated and that holds today or later; ``limits`` is None until stated."""

    person_id: int
    weekly: list[WeeklyPattern]
    dates: list[DatedWishView]
    """By their first day; of two for one date the one with the larger id counts."""
    limits: LimitsView | None


def read_availability(work: Work, *, person_id: int) -> AvailabilityView:
    """What a person has stated, for themselves, the leaders of their teams, their coordinator and the
    office. Why they cannot come on a date only they themselves see."""
    person = work.find(Person, person_id)
    work.demand("availability.read", **about(work, person))
    return availability_of(work, person.id)


def about(work: Work, person: Person) -> Facts:
    """Whom rights to a person's availability belong to. Inner."""
    return {
        "people": [person.id],
        "teams": teams_of(work, person.id, civil_date(work.now)),
        "communities": [person.community_id],
    }


def availability_of(work: Work, person_id: int) -> AvailabilityView:
    """:func:`read_availability` without asking a right. Inner."""
    today = civil_date(work.now)
    spans = work.scalars(
        select(WeeklySpan)
        .where(
            WeeklySpan.person_id == person_id,
            or_(WeeklySpan.valid_to.is_(None), WeeklySpan.valid_to >= today),
        )
        .order_by(WeeklySpan.valid_from, WeeklySpan.weekday, WeeklySpan.starts)
    )
    wishes = work.scalars(
        select(DatedWish)
        .where(
            DatedWish.person_id == person_id,
            DatedWish.withdrawn_at.is_(None),
            DatedWish.last_day >= today,
        )
        .order_by(DatedWish.first_day, DatedWish.id)
    )
    limits = work.scalar(select(ServiceLimits).where(ServiceLimits.person_id == person_id))
    return AvailabilityView(
        person_id,
        [
            WeeklyPattern(
                valid_from,
                valid_to,
                [WeeklyTime(row.weekday, row.starts, row.ends) for row in rows if row.weekday],
            )
            for (valid_from, valid_to), rows in groupby(spans, lambda row: (row.valid_from, row.valid_to))
        ],
        [wish_view(work, row) for row in wishes],
        None if limits is None else limits_of(work, limits),
    )


def wish_view(work: Work, row: DatedWish) -> DatedWishView:
    """What was said of dates, as it goes out to the actor. Inner."""
    own = work.by.person_id in {None, row.person_id}
    return DatedWishView(
        row.id,
        row.person_id,
        row.first_day,
        row.last_day,
        row.kind,
        row.reason if own else "",
        row.entered_at,
        row.withdrawn_at,
    )


def limits_of(work: Work, row: ServiceLimits) -> LimitsView:
    """A person's limits as they go out. Inner."""
    sites = select(WillingSite.site_id).where(WillingSite.person_id == row.person_id)
    partners = select(PartnerWish.partner_id).where(PartnerWish.person_id == row.person_id)
    return LimitsView(
        row.max_per_week,
        row.max_consecutive_days,
        row.rest_minutes,
        row.only_listed_sites,
        list(work.scalars(sites.order_by(WillingSite.site_id))),
        row.farthest_km,
        row.home_site_id,
        list(work.scalars(partners.order_by(PartnerWish.partner_id))),
        row.said_at,
    )
