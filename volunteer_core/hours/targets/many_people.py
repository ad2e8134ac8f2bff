"""The weeks of a team, a programme or a community: how many reached the target, and who."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from volunteer_core.database import Page, Paging, Work
from volunteer_core.hours.targets.crowds import (
    Crowd,
    each_week,
    leave_within,
    lines_of,
    of_community,
    of_programme,
    of_team,
)
from volunteer_core.hours.targets.excuses import Excuses
from volunteer_core.hours.targets.own_targets import targets_of
from volunteer_core.hours.targets.views import CrowdProgress, MemberProgress, WeekLine
from volunteer_core.hours.targets.weeks import OwnWeeks, given_by, weeks_between
from volunteer_core.people.masking import masked_name
from volunteer_core.people.models import Leave, Person
from volunteer_core.places.models import Community
from volunteer_core.teams.models import Programme, Team
from volunteer_core.timespans import civil_date, parse_week, week_of

MOST_WEEKS = 53


def team_progress(
    work: Work, *, team_id: int, week: str | None = None, paging: Paging = Paging()
) -> CrowdProgress:
    """An ISO week (by default the one that runs) of those who belong to a team for all of it: what they
    gave for the team against its target, or else the office's. Names are in full, as in its list of
    members."""
    return _progress(work, _team(work, team_id), week, paging, masked=False)


def programme_progress(
    work: Work, *, programme_id: int, week: str | None = None, paging: Paging = Paging()
) -> CrowdProgress:
    """The same for a programme: what the members of its team gave there, against its own target."""
    return _progress(work, _programme(work, programme_id), week, paging, masked=False)


def community_progress(
    work: Work, *, community_id: int, week: str | None = None, paging: Paging = Paging()
) -> CrowdProgress:
    """The same for the volunteers whose home is in a community today: all they gave, wherever it was,
    against the office's target. Names are masked, as in lists of people."""
    return _progress(work, _community(work, community_id), week, paging, masked=True)


def team_weeks(work: Work, *, team_id: int, first: date, last: date) -> list[WeekLine]:
    """A line for each of a team's weeks (at most 53), to compare them."""
    return _compare(work, _team(work, team_id), first, last)


def programme_weeks(work: Work, *, programme_id: int, first: date, last: date) -> list[WeekLine]:
    """A line for each of a programme's weeks (at most 53), to compare them."""
    return _compare(work, _programme(work, programme_id), first, last)


def community_weeks(work: Work, *, community_id: int, first: date, last: date) -> list[WeekLine]:
    """A line for each of a community's weeks (at most 53), to compare them."""
    return _compare(work, _community(work, community_id), first, last)


def _team(work: Work, team_id: int) -> Crowd:
    team = work.find(Team, team_id)
    work.demand("hours.progress.team", teams=[team.id], communities=[team.community_id])
    return of_team(team.id)


def _programme(work: Work, programme_id: int) -> Crowd:
    programme = work.find(Programme, programme_id)
    team = None if programme.team_id is None else work.find(Team, programme.team_id)
    home = None if team is None else team.community_id
    work.demand("hours.progress.team", teams=[programme.team_id], communities=[home])
    return of_programme(programme.id, programme.team_id)


def _community(work: Work, community_id: int) -> Crowd:
    community = work.find(Community, community_id)
    work.demand("hours.progress.community", communities=[community.id])
    return of_community(community.id)


def _compare(work: Work, crowd: Crowd, first: date, last: date) -> list[WeekLine]:
    weeks = weeks_between(first, last, most=MOST_WEEKS)
    excuses = Excuses.load(work, leave_within(weeks))
    return lines_of(work, crowd, weeks, targets_of(work, crowd.counted), excuses)


def _progress(work: Work, crowd: Crowd, asked: str | None, paging: Paging, *, masked: bool) -> CrowdProgress:
    this_week = week_of(civil_date(work.now))
    week = this_week if asked is None else parse_week(asked)
    targets = targets_of(work, crowd.counted)
    target = targets.of(week)
    people = work.execute(
        select(Person.id, Person.code, Person.name, Person.community_id)
        .where(Person.id.in_(select(each_week(crowd, [(week, target)]).c.person_id)))
        .order_by(Person.code)
        .limit(paging.limit)
        .offset(paging.offset)
    ).all()
    ids = [person.id for person in people]
    excuses = Excuses.load(work, leave_within([week]) | Leave.person_id.in_(ids))
    [totals] = lines_of(work, crowd, [week], targets, excuses)
    given, members = given_by(work, ids, crowd.counted), []
    for person_id, code, name, home_id in people:
        own = OwnWeeks(person_id, home_id, given[person_id], targets, excuses, this_week)
        minutes, excuse = own.given.get(week, 0), excuses.of(week, person_id, home_id)
        members.append(
            MemberProgress(
                person_id,
                code,
                masked_name(name) if masked else name,
                minutes,
                minutes >= target,
                excuse and excuse.to_others,
                own.current_streak(week),
            )
        )
    return CrowdProgress(totals, Page(members, totals.people, paging.limit, paging.offset))
