"""People say when they can serve, how much of it, where, and with whom; or their leader for them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from math import isfinite

from sqlalchemy import select

from volunteer_core import texts
from volunteer_core.commitments.promises import NotOfTeam
from volunteer_core.database import Work
from volunteer_core.errors import Malformed
from volunteer_core.people.models import Person
from volunteer_core.people.vouching import AlreadyWithdrawn
from volunteer_core.places.models import Site
from volunteer_core.rosters.availability.models import (
    DatedWish,
    DateWish,
    PartnerWish,
    ServiceLimits,
    WeeklySpan,
    WillingSite,
)
from volunteer_core.rosters.availability.reading import (
    AvailabilityView,
    DatedWishView,
    LimitsView,
    WeeklyTime,
    about,
    availability_of,
    limits_of,
    wish_view,
)
from volunteer_core.rosters.availability.weekly_patterns import NEVER, joined, make_room
from volunteer_core.teams.membership import teams_of
from volunteer_core.timespans import civil_date

MOST_LISTED = 200
LONGEST_DAYS = 400
MOST_PER_WEEK = 100
MOST_CONSECUTIVE_DAYS = 60
MOST_REST_MINUTES = 1440
FARTHEST_KM = 1000


def state_weekly(
    work: Work,
    *,
    person_id: int,
    spans: Sequence[WeeklyTime],
    valid_from: date,
    valid_to: date | None = None,
) -> AvailabilityView:
    """Says in which spans of which weekdays a person can serve, from a date on and until another.

    On these dates it replaces what was said before; around them that stays. No spans at all say
    "never". Spans that touch are joined, so that a shift across both is covered. Refuses spans of one
    weekday that overlap, an end before its start, and more than 50.
    """
    person = _person(work, person_id)
    work.demand("availability.state", **about(work, person))
    if valid_to is not None and valid_to < valid_from:
        raise Malformed("valid_to", "不能早于生效日期。")
    wanted = joined(spans)
    make_room(work, person.id, valid_from, valid_to)
    for weekday, starts, ends in wanted or [NEVER]:
        work.add(
            WeeklySpan(
                person_id=person.id,
                weekday=weekday,
                starts=starts,
                ends=ends,
                valid_from=valid_from,
                valid_to=valid_to,
            )
        )
    work.flush()
    return availability_of(work, person.id)


def state_dates(
    work: Work, *, person_id: int, first_day: date, last_day: date, kind: DateWish, reason: str = ""
) -> DatedWishView:
    """Says of dates, both included and 400 at most, that a person can or cannot serve, or how they like it.

    It goes before the weekly pattern and before what was said of these dates earlier. Why is the
    person's own business: only they read it.
    """
    person = _person(work, person_id)
    work.demand("availability.state", **about(work, person))
    if not 0 <= (last_day - first_day).days < LONGEST_DAYS:
        raise Malformed("last_day", f"不能早于第一天，且最长 {LONGEST_DAYS} 天。")
    row = DatedWish(
        person_id=person.id,
        first_day=first_day,
        last_day=last_day,
        kind=kind,
        reason=texts.line("reason", reason, longest=200, empty=True),
        entered_at=work.now,
    )
    work.add(row)
    work.flush()
    return wish_view(work, row)


def withdraw_dates(work: Work, *, wish_id: int) -> DatedWishView:
    """Takes back what was said of dates: what was said before counts again."""
    person = _person(work, work.find(DatedWish, wish_id).person_id)
    row = work.lock(DatedWish, wish_id)
    work.demand("availability.state", **about(work, person))
    if row.withdrawn_at is not None:
        raise AlreadyWithdrawn(id=wish_id)
    row.withdrawn_at = work.now
    work.flush()
    return wish_view(work, row)


def state_limits(
    work: Work,
    *,
    person_id: int,
    max_per_week: int | None = None,
    max_consecutive_days: int | None = None,
    rest_minutes: int = 0,
    only_listed_sites: bool = False,
    site_ids: Collection[int] = (),
    farthest_km: float | None = None,
    home_site_id: int | None = None,
    partner_ids: Collection[int] = (),
) -> LimitsView:
    """Says how much a person wants to serve, how far they go and with whom they like to: all of it at
    once, in place of what was said before; None is no limit.

    Most shifts in an ISO week (0: none), most calendar days running, minutes of rest before and after
    every commitment, travel included. Partners share a team with the person.
    """
    person = _person(work, person_id)
    work.demand("availability.state", **about(work, person))
    _check_number("max_per_week", max_per_week, 0, MOST_PER_WEEK)
    _check_number("max_consecutive_days", max_consecutive_days, 1, MOST_CONSECUTIVE_DAYS)
    _check_number("rest_minutes", rest_minutes, 0, MOST_REST_MINUTES)
    _check_number("farthest_km", farthest_km, 0, FARTHEST_KM)
    for field, listed in (("site_ids", site_ids), ("partner_ids", partner_ids)):
        if len(listed) > MOST_LISTED:
            raise Malformed(field, f"最多 {MOST_LISTED} 个。")
    if only_listed_sites and not site_ids:
        raise Malformed("site_ids", "请至少选择一个场所。")
    for site_id in {*site_ids, *([] if home_site_id is None else [home_site_id])}:
        work.find(Site, site_id)
    if person.id in partner_ids:
        raise Malformed("partner_ids", "不能是本人。")
    today = civil_date(work.now)
    own_teams = set(teams_of(work, person.id, today))
    for partner_id in set(partner_ids):
        if own_teams.isdisjoint(teams_of(work, partner_id, today)):
            raise NotOfTeam(person_id=partner_id)
    row = work.scalar(select(ServiceLimits).where(ServiceLimits.person_id == person.id))
    if row is None:
        row = ServiceLimits(person_id=person.id)
        work.add(row)
    row.max_per_week, row.max_consecutive_days = max_per_week, max_consecutive_days
    row.rest_minutes, row.only_listed_sites = rest_minutes, only_listed_sites
    row.farthest_km, row.home_site_id, row.said_at = farthest_km, home_site_id, work.now
    _replace_sites(work, person.id, set(site_ids))
    _replace_partners(work, person.id, set(partner_ids))
    work.flush()
    return limits_of(work, row)


def _person(work: Work, person_id: int) -> Person:
    """The locked person: whoever assigns them waits, and then sees what they said."""
    return work.lock(Person, person_id)


def _replace_sites(work: Work, person_id: int, wanted: set[int]) -> None:
    for row in work.scalars(select(WillingSite).where(WillingSite.person_id == person_id)).all():
        if row.site_id in wanted:
            wanted.remove(row.site_id)
        else:
            work.delete(row)
    work.add_all(WillingSite(person_id=person_id, site_id=site_id) for site_id in sorted(wanted))


def _replace_partners(work: Work, person_id: int, wanted: set[int]) -> None:
    for row in work.scalars(select(PartnerWish).where(PartnerWish.person_id == person_id)).all():
        if row.partner_id in wanted:
            wanted.remove(row.partner_id)
        else:
            work.delete(row)
    work.add_all(PartnerWish(person_id=person_id, partner_id=partner_id) for partner_id in sorted(wanted))


def _check_number(field: str, value: float | None, lowest: int, highest: int) -> None:
    if value is not None and not (isfinite(value) and lowest <= value <= highest):
        raise Malformed(field, f"应在 {lowest} 至 {highest} 之间。")
