"""Who of a team has not reached this week's target and is not excused. Inner: asks no rights."""

from __future__ import annotations

import msgspec
from sqlalchemy import select

from volunteer_core.database import Work
from volunteer_core.hours.targets.crowds import each_week, leave_within, of_team
from volunteer_core.hours.targets.excuses import Excuses
from volunteer_core.hours.targets.own_targets import targets_of
from volunteer_core.people.models import Person
from volunteer_core.timespans import Week, civil_date, week_of


class NotYet(msgspec.Struct, frozen=True):
    """A member and the minutes of service they gave for the team this week."""

    person_id: int
    code: str
    name: str
    home_id: int | None
    minutes: int


class ThisWeek(msgspec.Struct, frozen=True):
    """The week that runs, a team's target in it, and who is meant, by code."""

    week: Week
    target: int
    people: list[NotYet]


def not_yet(work: Work, team_id: int) -> ThisWeek:
    """Of those who belong to the team for all of this week."""
    week, crowd = week_of(civil_date(work.now)), of_team(team_id)
    target = targets_of(work, crowd.counted).of(week)
    each, excuses = each_week(crowd, [(week, target)]), Excuses.load(work, leave_within([week]))
    rows = work.execute(
        select(each.c.person_id, Person.code, Person.name, each.c.home_id, each.c.minutes)
        .join(Person, Person.id == each.c.person_id)
        .where(~each.c.reached)
        .order_by(Person.code)
    )
    people = [NotYet(*row) for row in rows]
    return ThisWeek(
        week, target, [one for one in people if excuses.of(week, one.person_id, one.home_id) is None]
    )
