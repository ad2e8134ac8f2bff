"""How many adults a day needs, and setting the minimum of its shifts from enrolment."""

from __future__ import annotations

from datetime import date

import msgspec
from sqlalchemy import select

from volunteer_core.care.enrolment import MindsNoChildren
from volunteer_core.care.expected import expected_by_site, expected_children
from volunteer_core.care.need_to_know import on_duty
from volunteer_core.care.ratios import adults_needed
from volunteer_core.database import Work
from volunteer_core.errors import Malformed, NotAllowed
from volunteer_core.office.settings import settings_on
from volunteer_core.places.models import Site
from volunteer_core.rosters.generating import LONGEST_DAYS
from volunteer_core.rosters.models import OPEN, Shift
from volunteer_core.rosters.swaps.line import let_in
from volunteer_core.teams.models import Programme
from volunteer_core.workdays.upkeep import load_daybook


class CareNeed(msgspec.Struct, frozen=True):
    """What a day of a programme needs at a site: numbers only."""

    programme_id: int
    site_id: int
    day: date
    expected: int
    """Children enrolled for the day."""
    adults: int
    leads: int
    """How many of the adults are to be qualified leads."""


class ShiftRaised(msgspec.Struct, frozen=True):
    """A shift that needs more people than before, for the children expected."""

    shift_id: int
    site_id: int
    civil_date: date
    expected: int
    minimum_before: int
    minimum: int
    maximum: int
    leads: int


def adults_needed_for(work: Work, *, programme_id: int, site_id: int, day: date) -> CareNeed:
    """What a day needs, from enrolment. On a day without a shift that the programme's rule leaves
    out (a holiday, a weekend) nobody is expected."""
    programme, site = work.find(Programme, programme_id), work.find(Site, site_id)
    work.demand(
        "care.adults_needed",
        communities=[site.community_id],
        teams=[programme.team_id],
        on_duty=on_duty(work, programme_id=programme.id, site_id=site.id, day=day),
    )
    runs = load_daybook(work).runs(programme.day_rule, day).holds or work.scalar(
        select(Shift.id).where(
            Shift.programme_id == programme.id,
            Shift.site_id == site.id,
            Shift.civil_date == day,
            Shift.status.in_(OPEN),
        )
    )
    expected = expected_children(work, programme_id=programme.id, site_id=site.id, day=day) if runs else 0
    settings = settings_on(work, day)
    adults = adults_needed(expected, settings)
    return CareNeed(programme.id, site.id, day, expected, adults, settings.care_leads if adults else 0)


def set_minimum_from_enrolment(
    work: Work, *, programme_id: int, first: date, last: date
) -> list[ShiftRaised]:
    """Raises the people and leads that a programme's coming shifts need to what their children need.

    Between two dates (at most 400 days); never lowers what a pattern or a leader has asked for, and
    again changes nothing. Where it makes room, whoever is first in line comes. A leader of the team
    does it for every site, a coordinator for those of their communities. Returns the shifts that were
    raised.
    """
    programme = work.find(Programme, programme_id)
    statement = (
        select(Shift.id)
        .join(Site, Site.id == Shift.site_id)
        .where(
            Shift.programme_id == programme.id,
            Shift.civil_date.between(first, last),
            Shift.status.in_(OPEN),
            Shift.starts_at > work.now,
        )
    )
    reach = work.reach("rosters.generate")
    if not reach.everything and programme.team_id not in reach.teams:
        if not reach.communities:
            raise NotAllowed(operation="rosters.generate")
        statement = statement.where(Site.community_id.in_(reach.communities))
    if not programme.minds_children:
        raise MindsNoChildren(programme_id=programme_id)
    if not 0 <= (last - first).days < LONGEST_DAYS:
        raise Malformed("last", f"不能早于起始日期，一次最多 {LONGEST_DAYS} 天。")
    shifts = work.lock_all(Shift, work.scalars(statement))
    book = load_daybook(work)
    raised, more = [], {}
    for day in sorted({shift.civil_date for shift in shifts}):
        settings = settings_on(work, day)
        expected = expected_by_site(work, programme_id=programme.id, day=day, book=book)
        for shift in shifts:
            children = expected.get(shift.site_id, 0)
            if shift.civil_date == day and children:
                before, places = (shift.minimum, shift.leads), shift.maximum
                shift.minimum = max(shift.minimum, adults_needed(children, settings))
                shift.leads = max(shift.leads, settings.care_leads)
                shift.maximum = max(shift.maximum, shift.minimum, shift.leads)
                if before != (shift.minimum, shift.leads):
                    raised.append(_raised(shift, children, before[0]))
                    more[shift] = shift.maximum - places
    work.flush()
    let_in(work, more)
    return raised


def _raised(shift: Shift, expected: int, minimum_before: int) -> ShiftRaised:
    return ShiftRaised(
        shift.id,
        shift.site_id,
        shift.civil_date,
        expected,
        minimum_before,
        shift.minimum,
        shift.maximum,
        shift.leads,
    )
