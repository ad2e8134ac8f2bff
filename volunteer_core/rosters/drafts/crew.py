"""Who could serve on the shifts of a plan, with all that bears on it, read for everybody at once. Inner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date

import msgspec
from sqlalchemy import select

from volunteer_core.commitments.busy.times import BusyTimes, busy_times, is_busy
from volunteer_core.database import Work
from volunteer_core.office.settings import settings_on
from volunteer_core.people.families import families_of
from volunteer_core.people.models import Person as PersonRow
from volunteer_core.people.standing import Requirement, Standing, obstacles, standings
from volunteer_core.places.models import Site
from volunteer_core.rosters.availability.models import PartnerWish, ServiceLimits
from volunteer_core.rosters.availability.offers import Offer, offers_of
from volunteer_core.rosters.drafts.elsewhere import clocks
from volunteer_core.rosters.drafts.offering import Clocks, exceptions_of, weekly_of
from volunteer_core.rosters.drafts.past import PAST, attended_before, minutes_before, offered_before
from volunteer_core.rosters.models import Shift
from volunteer_core.rosters.planning.problem import Busy, Person
from volunteer_core.rosters.rules import MENTOR, Rules
from volunteer_core.teams.models import Membership, Programme
from volunteer_core.teams.programmes import requirement_of
from volunteer_core.timespans import Span, dates_span, week_of

NO_LIMIT = 1000
NOT_OF_TEAM = "not_of_team"
NOT_SAID = "not_said"
"""The kind of people who have said nothing about any of the dates."""
NOWHERE = "nowhere"
"""The home of whoever has none among the sites: every way is one to another community."""


class Crew(msgspec.Struct, frozen=True):
    """The people of a plan, by id. Its dates are those of the shifts."""

    people: dict[int, PersonRow]
    offers: dict[int, Offer]
    against: dict[int, dict[date, str]]
    """Codes of what stands against a person on a date whatever they have said."""
    elsewhere: BusyTimes
    """When their own calendars say that they are busy."""
    member_on: dict[int, list[tuple[date, date | None]]]
    """From when on, and until which day excluded, each belongs to the team."""
    homes: dict[int, str]
    partners: dict[int, list[int]]
    """Whom each likes to serve with."""
    qualifications: dict[int, frozenset[str]]
    """Those that hold on all dates."""

    def has_offered(self, person_id: int, shift: Shift) -> bool:
        """Whether a person has said that they would serve on a shift."""
        offer, span = self.offers[person_id], Span(shift.starts_at, shift.ends_at)
        return (
            self.is_member(person_id, shift.civil_date)
            and (offer.sites is None or shift.site_id in offer.sites)
            and offer.covers(shift.civil_date, span)
            and not is_busy(self.elsewhere, person_id, span)
        )

    def is_member(self, person_id: int, day: date) -> bool:
        """Whether a person belongs to the team on a date."""
        return any(
            first <= day and (last is None or day < last) for first, last in self.member_on.get(person_id, ())
        )


def read_crew(
    work: Work,
    programme: Programme,
    rules: Rules,
    sites: Sequence[Site],
    dates: Sequence[date],
    besides: Collection[int],
) -> Crew:
    """The members of a programme's team on any of the dates, and some people besides."""
    member_on = _members(work, programme, dates)
    ids = sorted({*member_on, *besides})
    people = {row.id: row for row in work.scalars(select(PersonRow).where(PersonRow.id.in_(ids)))}
    said = offers_of(work, ids, week_of(dates[0]).monday - PAST, dates[-1])
    requirement = msgspec.structs.replace(
        requirement_of(programme, qualification=rules.qualification),
        min_age=rules.min_age,
        max_age=rules.max_age,
    )
    against: dict[int, dict[date, str]] = defaultdict(dict)
    held: dict[int, list[frozenset[str]]] = defaultdict(list)
    for day in dates:
        for person_id, standing in standings(work, ids, day).items():
            held[person_id].append(standing.qualifications)
            code = _code_against(work, standing, requirement)
            if code is not None:
                against[person_id][day] = code
    crew = Crew(
        people,
        {one: said.get(one, Offer()) for one in ids},
        against,
        busy_times(work, ids, dates_span(dates[0], dates[-1])),
        member_on,
        _homes(work, people, sites),
        _partners(work, people),
        {one: frozenset.intersection(*held[one]) for one in ids},
    )
    for person_id in ids:
        for day in dates:
            if not crew.is_member(person_id, day):
                against[person_id].setdefault(day, NOT_OF_TEAM)
    return crew


def persons(
    work: Work,
    programme: Programme,
    rules: Rules,
    crew: Crew,
    shifts: Sequence[Shift],
    monday: date,
    busy: Mapping[int, Sequence[Busy]],
) -> tuple[Person, ...]:
    """The crew as the planner is told of it. ``monday`` is the day before which the past ends."""
    ids = list(crew.people)
    slots: dict[date, dict[Clocks, Span]] = defaultdict(dict)
    for shift in shifts:
        slots[shift.civil_date][clocks(shift.starts_at, shift.ends_at)] = Span(shift.starts_at, shift.ends_at)
    first, last = min(slots), max(slots)
    past = minutes_before(work, programme, ids, monday)
    offered = offered_before(work, programme, crew.offers, crew.is_member, monday)
    served = attended_before(work, programme, ids) if rules.newcomer_shifts else {}
    family = families_of(work, ids) if rules.most_of_family is not None else {}
    target = settings_on(work, first).weekly_target_minutes
    found = []
    for one in ids:
        offer, holds = crew.offers[one], crew.qualifications[one]
        exceptions, gaps = exceptions_of(offer, slots, crew.against.get(one, {}), crew.elsewhere.get(one, ()))
        found.append(
            Person(
                id=str(one),
                home=crew.homes[one],
                team=str(programme.team_id or ""),
                kind="" if any(offer.said_on(day) for day in slots) else NOT_SAID,
                lead=rules.lead_qualification in holds,
                newcomer=served.get(one, 0) < rules.newcomer_shifts,
                mentor=MENTOR in holds,
                weekly=weekly_of(offer, first, last),
                exceptions=exceptions,
                busy=(*busy.get(one, ()), *gaps),
                sites=None if offer.sites is None else tuple(sorted(map(str, offer.sites))),
                max_per_week=NO_LIMIT if offer.max_per_week is None else offer.max_per_week,
                max_consecutive_days=offer.max_consecutive_days or NO_LIMIT,
                rest_minutes=offer.rest_minutes,
                target_minutes_per_week=target,
                past_minutes=past.get(one, 0),
                # Who served had offered that much, said or not.
                past_offered_minutes=max(offered[one], past.get(one, 0)),
                qualifications=tuple(sorted(holds)),
                family=str(family[one]) if one in family else None,
                partners=tuple(str(other) for other in crew.partners.get(one, ())),
            )
        )
    return tuple(found)


def _code_against(work: Work, standing: Standing, requirement: Requirement) -> str | None:
    """The code of the first that keeps a person from serving on a day."""
    found = obstacles(standing, requirement, settings_on(work, standing.day))
    return found[0].code if found else None


def _members(
    work: Work, programme: Programme, dates: Sequence[date]
) -> dict[int, list[tuple[date, date | None]]]:
    """Everybody who belongs to the team on one of the dates, with all their memberships in it."""
    found: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    rows = work.execute(
        select(Membership.person_id, Membership.joined_on, Membership.left_on).where(
            Membership.team_id == programme.team_id
        )
    )
    for person_id, joined_on, left_on in rows:
        found[person_id].append((joined_on, left_on))
    return {
        person_id: spans
        for person_id, spans in found.items()
        if any(first <= day and (last is None or day < last) for first, last in spans for day in dates)
    }


def _homes(work: Work, people: Mapping[int, PersonRow], sites: Sequence[Site]) -> dict[int, str]:
    """Where each would like to serve always: the site they named, else the first of their grid, else of
    their community."""
    named = dict(
        work.execute(
            select(ServiceLimits.person_id, ServiceLimits.home_site_id).where(
                ServiceLimits.person_id.in_(list(people))
            )
        ).all()
    )
    in_grid = {site.grid_id: site.id for site in reversed(sites) if site.grid_id is not None}
    in_community = {site.community_id: site.id for site in reversed(sites)}
    found = {}
    for person in people.values():
        home = (
            named.get(person.id)
            or (in_grid.get(person.grid_id) if person.grid_id is not None else None)
            or (in_community.get(person.community_id) if person.community_id is not None else None)
        )
        found[person.id] = NOWHERE if home is None else str(home)
    return found


def _partners(work: Work, people: Mapping[int, PersonRow]) -> dict[int, list[int]]:
    """Whom of the others each likes to serve with."""
    found: dict[int, list[int]] = defaultdict(list)
    wishes = select(PartnerWish.person_id, PartnerWish.partner_id).where(
        PartnerWish.person_id.in_(list(people)), PartnerWish.partner_id.in_(list(people))
    )
    for person_id, partner_id in work.execute(wishes.order_by(PartnerWish.partner_id)):
        found[person_id].append(partner_id)
    return found
