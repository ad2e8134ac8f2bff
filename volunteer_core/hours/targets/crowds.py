"""Whose weeks are looked at together, and how many of them reached the target. Inner: asks no rights.

Whoever belongs for the whole week counts: to the team from its Monday to its Sunday, or for a community
with their home there to any team. Nobody who joins on a Thursday is expected to have reached anything,
and nobody who is not a volunteer at all (a guardian, say).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Integer,
    Select,
    Subquery,
    case,
    column,
    func,
    literal,
    or_,
    select,
    tuple_,
    values,
)

from volunteer_core.database import Work
from volunteer_core.hours.models import HourSum
from volunteer_core.hours.targets.excuses import Excuse, Excuses
from volunteer_core.hours.targets.own_targets import Counted, Targets
from volunteer_core.hours.targets.views import WeekLine
from volunteer_core.hours.targets.weeks import effort
from volunteer_core.people.models import Leave, Person
from volunteer_core.teams.models import Membership
from volunteer_core.timespans import Week


class Crowd(msgspec.Struct, frozen=True):
    """People, by a condition on them or their memberships, and for what their minutes count."""

    belongs: ColumnElement[bool]
    counted: Counted


def of_team(team_id: int) -> Crowd:
    """The team's members: what they give for it."""
    return Crowd(Membership.team_id == team_id, Counted(team_id=team_id))


def of_programme(programme_id: int, team_id: int | None) -> Crowd:
    """The members of the team that runs a programme: what they give there. Without one it is nobody."""
    return Crowd(Membership.team_id == (team_id or 0), Counted(programme_id=programme_id))


def of_community(community_id: int) -> Crowd:
    """The volunteers whose home is in a community today: all that they give, wherever it is."""
    return Crowd(Person.community_id == community_id, Counted())


def each_week(crowd: Crowd, weeks: Sequence[tuple[Week, int]]) -> Subquery:
    """A row for everybody who counts in each of the weeks (given with their targets): ``person_id``,
    ``home_id``, ``year``, ``number``, ``minutes`` and ``reached``."""
    cte = _weeks(weeks)
    whole_week = (Membership.joined_on <= cte.c.monday) & or_(
        Membership.left_on.is_(None), Membership.left_on > cte.c.sunday
    )
    here = or_(Person.left_on.is_(None), Person.left_on > cte.c.sunday)
    who = (
        select(
            Person.id.label("person_id"),
            Person.community_id.label("home_id"),
            cte.c.year,
            cte.c.number,
            cte.c.target,
        )
        .join_from(cte, Membership, whole_week)
        .join(Person, Person.id == Membership.person_id)
        .where(crowd.belongs, here)
        .distinct()
        .subquery("who")
    )
    week = tuple_(HourSum.iso_year, HourSum.iso_week)
    given = (
        select(HourSum.person_id, HourSum.iso_year, HourSum.iso_week, effort(crowd.counted).label("minutes"))
        .where(
            HourSum.person_id.in_(
                select(Person.id).join(Membership, Membership.person_id == Person.id).where(crowd.belongs)
            ),
            week >= tuple_(*map(literal, weeks[0][0])),
            week <= tuple_(*map(literal, weeks[-1][0])),
        )
        .group_by(HourSum.person_id, HourSum.iso_year, HourSum.iso_week)
        .subquery("given")
    )
    of_week = (
        (given.c.person_id == who.c.person_id)
        & (given.c.iso_year == who.c.year)
        & (given.c.iso_week == who.c.number)
    )
    minutes = func.coalesce(given.c.minutes, 0)
    columns = (*who.c, minutes.label("minutes"), (minutes >= who.c.target).label("reached"))
    return select(*columns).outerjoin_from(who, given, of_week).subquery("each")


def lines_of(
    work: Work, crowd: Crowd, weeks: Sequence[Week], targets: Targets, excuses: Excuses
) -> list[WeekLine]:
    """A line for each week, in two statements. Of excuses it needs all :func:`leave_within` the weeks."""
    each = each_week(crowd, [(week, targets.of(week)) for week in weeks])
    people, reached, excused = (dict.fromkeys(weeks, 0) for _ in range(3))
    for year, number, home_id, all_of_them, who_reached in work.execute(_counted(each)):
        week = Week(year, number)
        people[week] += all_of_them
        reached[week] += who_reached
        if excuses.for_all(week, home_id):
            excused[week] += all_of_them - who_reached
    for year, number, home_id, person_id in work.execute(_on_leave(each, excuses)):
        week = Week(year, number)
        if excuses.of(week, person_id, home_id) in {Excuse.LEAVE, Excuse.ILLNESS}:
            excused[week] += 1
    return [
        WeekLine(
            str(week),
            targets.of(week),
            people[week],
            reached[week],
            excused[week],
            people[week] - reached[week] - excused[week],
        )
        for week in weeks
    ]


def leave_within(weeks: Sequence[Week]) -> ColumnElement[bool]:
    """The condition that a leave touches some weeks in a row."""
    return (Leave.first_day <= weeks[-1].sunday) & (Leave.last_day >= weeks[0].monday)


def _counted(each: Subquery) -> Select[*tuple[Any, ...]]:
    keys = (each.c.year, each.c.number, each.c.home_id)
    reached = func.sum(case((each.c.reached, 1), else_=0))
    return select(*keys, func.count(), reached).group_by(*keys)


def _on_leave(each: Subquery, excuses: Excuses) -> Select[*tuple[Any, ...]]:
    return select(each.c.year, each.c.number, each.c.home_id, each.c.person_id).where(
        ~each.c.reached, each.c.person_id.in_(excuses.people)
    )


def _weeks(weeks: Sequence[tuple[Week, int]]) -> CTE:
    columns: list[ColumnElement[Any]] = [
        column("year", Integer),
        column("number", Integer),
        column("monday", Date),
        column("sunday", Date),
        column("target", Integer),
    ]
    rows = [(week.year, week.number, week.monday, week.sunday, target) for week, target in weeks]
    return values(*columns, name="weeks").data(rows).cte("weeks")
