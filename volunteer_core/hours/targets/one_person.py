"""One person's weeks against the weekly target."""

from __future__ import annotations

from datetime import date

import msgspec

from volunteer_core.database import Work
from volunteer_core.errors import NotAllowed
from volunteer_core.hours.discretion import Discretion
from volunteer_core.hours.ledger import demand_person
from volunteer_core.hours.targets.excuses import Excuse, Excuses
from volunteer_core.hours.targets.own_targets import counting, targets_of
from volunteer_core.hours.targets.weeks import OwnWeeks, given_by, weeks_between
from volunteer_core.people.models import Leave, Person
from volunteer_core.people.standing import guardian_ids
from volunteer_core.timespans import civil_date, week_of

MOST_WEEKS = 106


class WeekProgress(msgspec.Struct, frozen=True):
    """One ISO week: minutes of service, the target, whether it was reached, and what excuses it."""

    week: str
    minutes: int
    target: int
    reached: bool
    excused: Excuse | None


class Progress(msgspec.Struct, frozen=True):
    """Weeks, oldest first, and the streak of reached ones that an excused week does not break."""

    person_id: int
    weeks: list[WeekProgress]
    streak: int
    """As of the last of these weeks, or of this week if that is earlier, back to the first service."""
    longest: int
    """The longest streak until then."""


def progress(
    work: Work,
    *,
    person_id: int,
    first: date,
    last: date,
    team_id: int | None = None,
    programme_id: int | None = None,
) -> Progress:
    """A person's weeks from the one of ``first`` to the one of ``last`` (at most 106): what was given at
    all against the office's target, or for a team or a programme against the one of that.

    A week is excused when none of its working days was left to serve on: all were on leave or
    closed everywhere, or it has none. The week that still runs does not break the streak. Illness
    is said to the person and their guardians; to others it is leave. Refuses leaders who ask what was
    given for a discreet team that they do not lead.
    """
    demand_person(work, "hours.progress", person_id)
    person, today = work.find(Person, person_id), civil_date(work.now)
    weeks = weeks_between(first, last, most=MOST_WEEKS)
    counted = counting(work, team_id=team_id, programme_id=programme_id)
    if Discretion(work, person, [programme_id]).hides(team_id, programme_id):
        raise NotAllowed(operation="hours.progress")
    targets, given = targets_of(work, counted), given_by(work, [person.id], counted)[person.id]
    excuses = Excuses.load(work, Leave.person_id == person.id)
    private = work.by.person_id in {person.id, *guardian_ids(work, person.id, today)}
    found = []
    for week in weeks:
        minutes, target = given.get(week, 0), targets.of(week)
        excuse = excuses.of(week, person.id, person.community_id)
        shown = excuse if private or excuse is None else excuse.to_others
        found.append(WeekProgress(str(week), minutes, target, minutes >= target, shown))
    own = OwnWeeks(person.id, person.community_id, given, targets, excuses, week_of(today))
    return Progress(person.id, found, *own.streak(weeks[-1]))
