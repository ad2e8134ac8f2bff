"""Who could serve on the shifts of a plan, with all that bears on it, read for everybody at once. Inner."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date

import msgspec
from sqlalchemy import select

from volunteer_core.database import Work
from volunteer_core.office.settings import settings_on
from volunteer_core.people.models import Person as PersonRow
from volunteer_core.people.standing import Requirement, Standing, obstacles, standings
from volunteer_core.rosters.drafts.elsewhere import clocks
from volunteer_core.rosters.drafts.families import families
from volunteer_core.rosters.drafts.offering import exceptions_of, weekly_of
from volunteer_core.rosters.drafts.past import attended_before, minutes_before, offered_before
from volunteer_core.rosters.drafts.reach import NOWHERE, Reach
from volunteer_core.rosters.drafts.said import Clocks, Said, said_by
from volunteer_core.rosters.models import Shift
from volunteer_core.rosters.planning.problem import Busy, Person
from volunteer_core.teams.models import Membership, Programme
from volunteer_core.teams.programmes import requirement_of

NO_LIMIT = 1000
MENTOR = "mentor"
NOT_OF_TEAM = "not_of_team"


class Asked(msgspec.Struct, frozen=True):
    """What a programme's rules ask of people; the defaults are those of ``RosterRules``."""

    lead_qualification: str = "trained_lead"
    qualification: str | None = None
    min_age: int | None = None
    max_age: int | None = None
    newcomer_shifts: int = 0
    most_of_family: int | None = None
    never_alone: bool = False


class Crew(msgspec.Struct, frozen=True):
    """The people of a plan, by id. Its dates are those of the shifts."""

    people: dict[int, PersonRow]
    said: dict[int, Said]
    willing: dict[int, set[int] | None]
    """The sites each goes to; None: all."""
    against: dict[int, dict[date, str]]
    """Codes of what stands against a person on a date whatever they have said."""
    member_on: dict[int, list[tuple[date, date | None]]]
    """From when on, and until which day excluded, each belongs to the team."""
    homes: dict[int, str]
    qualifications: dict[int, frozenset[str]]
    """Those that hold on all dates."""

    def has_offered(self, person_id: int, shift: Shift) -> bool:
        """Whether a person has said that they would serve on a shift."""
        sites = self.willing[person_id]
        return (
            self.is_member(person_id, shift.civil_date)
            and (sites is None or shift.site_id in sites)
            and self.said[person_id].offers(shift.civil_date, clocks(shift.starts_at, shift.ends_at))
        )

    def is_member(self, person_id: int, day: date) -> bool:
        """Whether a person belongs to the team on a date."""
        return any(
            first <= day and (last is None or day < last) for first, last in self.member_on.get(person_id, ())
        )


def read_crew(
    work: Work,
    programme: Programme,
    asked: Asked,
    reach: Reach,
    dates: Sequence[date],
    besides: Collection[int],
) -> Crew:
    """The members of a programme's team on any of the dates, and some people besides."""
    member_on = _members(work, programme, dates)
    ids = sorted({*member_on, *besides})
    people = {row.id: row for row in work.scalars(select(PersonRow).where(PersonRow.id.in_(ids)))}
    said = said_by(work, ids)
    requirement = msgspec.structs.replace(
        requirement_of(programme, qualification=asked.qualification),
        min_age=asked.min_age,
        max_age=asked.max_age,
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
        said,
        {one: reach.willing(people[one], said[one]) for one in ids},
        against,
        member_on,
        {one: str(home.id) if (home := reach.home(people[one], said[one])) else NOWHERE for one in ids},
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
    asked: Asked,
    crew: Crew,
    shifts: Sequence[Shift],
    monday: date,
    busy: Mapping[int, Sequence[Busy]],
) -> tuple[Person, ...]:
    """The crew as the planner is told of it. ``monday`` is the day before which the past ends."""
    ids = list(crew.people)
    dates = sorted({shift.civil_date for shift in shifts})
    times: dict[date, set[Clocks]] = defaultdict(set)
    for shift in shifts:
        times[shift.civil_date].add(clocks(shift.starts_at, shift.ends_at))
    past = minutes_before(work, programme, ids, monday)
    offered = offered_before(work, programme, crew.said, crew.willing, crew.is_member, monday)
    served = attended_before(work, programme, ids) if asked.newcomer_shifts else {}
    family = families(work, crew.people.values(), dates[0], dates[-1]) if asked.most_of_family else {}
    target = settings_on(work, dates[0]).weekly_target_minutes
    found = []
    for one in ids:
        said, sites, holds = crew.said[one], crew.willing[one], crew.qualifications[one]
        exceptions, gaps = exceptions_of(said, times, crew.against.get(one, {}))
        found.append(
            Person(
                id=str(one),
                home=crew.homes[one],
                team=str(programme.team_id or ""),
                lead=asked.lead_qualification in holds,
                newcomer=served.get(one, 0) < asked.newcomer_shifts,
                mentor=MENTOR in holds,
                weekly=weekly_of(said, dates[0], dates[-1]),
                exceptions=exceptions,
                busy=(*busy.get(one, ()), *gaps),
                sites=None if sites is None else tuple(sorted(map(str, sites))),
                max_per_week=NO_LIMIT if said.max_per_week is None else said.max_per_week,
                max_consecutive_days=said.max_consecutive_days or NO_LIMIT,
                rest_minutes=said.rest_minutes,
                target_minutes_per_week=target,
                past_minutes=past.get(one, 0),
                # Who served had offered that much, said or not.
                past_offered_minutes=max(offered[one], past.get(one, 0)),
                qualifications=tuple(sorted(holds)),
                family=family.get(one),
                partners=tuple(str(other) for other in said.partners if other in crew.people),
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
