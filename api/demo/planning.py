"""The week after the next one in the sample office: people say when they can serve, and it is planned."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date, time, timedelta

from api.demo import PRESENT
from api.settings import variable
from volunteer_core.database import Database, Paging, Work
from volunteer_core.people import registry
from volunteer_core.permissions import Actor
from volunteer_core.places import directory
from volunteer_core.rosters.availability import stating
from volunteer_core.rosters.availability.reading import WeeklyTime
from volunteer_core.rosters.drafts import requesting
from volunteer_core.teams import membership, programmes
from volunteer_core.timespans import at, week_of

SCRIPT = Actor.system("演示数据")
WEEK = week_of(PRESENT.date() + timedelta(days=14))
SINCE = date(2026, 12, 1)
"""The day on which people said so."""
EVERYTHING = Paging(limit=500)
AFTERNOON = (time(16, 30), time(18, 30))
SECONDS = 60


def plan(database: Database, school: int) -> int:
    """Has people say when they can, and the week planned by a process of its own. Returns the draft."""
    with database.write(by=SCRIPT, now=at(SINCE, time(9))) as work:
        _say(work, school)
    with database.write(by=SCRIPT, now=PRESENT) as work:
        draft = requesting.request_draft(
            work,
            programme_id=school,
            first_day=WEEK.monday,
            last_day=WEEK.sunday,
            name=f"{WEEK} 计划",
            seconds=SECONDS,
        ).id
    settings = {
        "database_url": database.url.render_as_string(hide_password=False),
        "now": PRESENT.isoformat(),
    }
    environment = {**os.environ, **{variable(name): value for name, value in settings.items()}}
    subprocess.run([sys.executable, "-m", "api.planning_process"], env=environment, check=True)
    return draft


def _say(work: Work, school: int) -> None:
    """Three of five say on which afternoons they can, how often a week, and that they stay near."""
    team = next(
        one.team_id for one in programmes.list_programmes(work, paging=EVERYTHING).items if one.id == school
    )
    sites: dict[int | None, list[int]] = {}
    for site in directory.list_sites(work, paging=EVERYTHING).items:
        sites.setdefault(site.community_id, []).append(site.id)
    members = membership.list_members(work, team_id=team or 0, day=WEEK.monday, paging=EVERYTHING).items
    for number, member in enumerate(sorted(members, key=lambda one: one.code)):
        if number % 5 in (0, 3):
            continue
        weekdays = sorted({(number + step) % 5 + 1 for step in (0, number // 5)})
        stating.state_weekly(
            work,
            person_id=member.person_id,
            spans=[WeeklyTime(weekday, *AFTERNOON) for weekday in weekdays],
            valid_from=WEEK.monday,
        )
        near = sites.get(registry.read(work, person_id=member.person_id).community_id, [])
        stating.state_limits(
            work,
            person_id=member.person_id,
            max_per_week=1 + number % 2,
            max_consecutive_days=3,
            rest_minutes=30,
            only_listed_sites=bool(near),
            site_ids=near,
        )
