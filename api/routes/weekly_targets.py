"""每周两小时: targets of teams and programmes, who has reached them, and who still could."""

from __future__ import annotations

from datetime import UTC, date, datetime

import msgspec
from litestar import Router
from litestar.params import FromQuery, JSONBody

from api.incoming import Body, OptionalQueryId, OptionalQueryText, Paged, PathId, given
from api.operations import get, put
from api.work import Opened
from volunteer_core.database import Page
from volunteer_core.hours.targets import many_people, one_person, own_targets
from volunteer_core.hours.targets.one_person import Progress, WeekProgress
from volunteer_core.hours.targets.own_targets import TargetChange, TargetView
from volunteer_core.hours.targets.views import CrowdProgress, MemberProgress, WeekLine
from volunteer_core.rosters import encouraging
from volunteer_core.rosters.encouraging import CouldReach, Encouragement
from volunteer_core.rosters.fitting import FittingShift

PROGRESS = Progress(
    person_id=42,
    weeks=[WeekProgress(week="2026-W48", minutes=120, target=120, reached=True, excused=None)],
    streak=1,
    longest=7,
)
TARGET = TargetView(week="2026-W49", minutes=90, changes=[TargetChange(week="2026-W49", minutes=90)])
LINE = WeekLine(week="2026-W49", target=120, people=31, reached=18, excused=2, not_yet=11)
MEMBER = MemberProgress(
    person_id=42, code="V0042", name="王小敏", minutes=60, reached=False, excused=None, streak=6
)
TEAM = CrowdProgress(totals=LINE, members=Page([MEMBER], 31, 50, 0))
MASKED = CrowdProgress(totals=LINE, members=Page([msgspec.structs.replace(MEMBER, name="王*")], 31, 50, 0))
FITTING = FittingShift(
    shift_id=104,
    programme_id=2,
    programme_name="每周两小时",
    site_id=2,
    site_name="凤翔公园",
    starts_at=datetime(2026, 12, 5, 0, tzinfo=UTC),
    ends_at=datetime(2026, 12, 5, 1, tzinfo=UTC),
    minutes=60,
    free=3,
)
LIST = Encouragement(
    week="2026-W49",
    target=120,
    people=Page(
        [
            CouldReach(
                person_id=42,
                code="V0042",
                name="王小敏",
                minutes=60,
                planned=0,
                more=60,
                shifts=[FITTING],
                text="王小敏，您好！本周再服务 60 分钟，就达到每周的小目标了。这几个班次和您的时间合适：\n"
                "· 12月5日（周六）08:00–09:00 凤翔公园 每周两小时\n"
                "方便的话欢迎来，不方便也没关系。谢谢您！",
            )
        ],
        1,
        50,
        0,
    ),
    text="本周这些班次还有空位：\n· 12月5日（周六）08:00–09:00 凤翔公园 每周两小时\n"
    "方便的话欢迎报名。谢谢大家！",
)


class SetTarget(Body):
    """Minutes to serve in an ISO week (null: the office's target), and the week from which that holds."""

    minutes: int | None
    week: str


@get("/teams/{team_id:int}/weekly-target", operation="hours.targets.read", answers=TARGET)
def read_team_target(opened: Opened, team_id: PathId) -> TargetView:
    """Read a team's weekly target: its own, or else the office's, and what it has laid down."""
    with opened.read() as work:
        return own_targets.read_team_target(work, team_id=team_id)


@put(
    "/teams/{team_id:int}/weekly-target",
    operation="hours.targets.set",
    asks=SetTarget(minutes=90, week="2026-W49"),
    answers=TARGET,
)
def set_team_target(opened: Opened, team_id: PathId, data: JSONBody[SetTarget]) -> TargetView:
    """Let a team have a weekly target of its own, or again the office's, from a week on.

    Refused: a week that is over (`week_over`): who reached its target has reached it.
    """
    with opened.write() as work:
        return own_targets.set_team_target(work, team_id=team_id, **given(data))


@get("/programmes/{programme_id:int}/weekly-target", operation="hours.targets.read", answers=TARGET)
def read_programme_target(opened: Opened, programme_id: PathId) -> TargetView:
    """Read a programme's weekly target: its own, or else the office's, and what was laid down for it."""
    with opened.read() as work:
        return own_targets.read_programme_target(work, programme_id=programme_id)


@put(
    "/programmes/{programme_id:int}/weekly-target",
    operation="hours.targets.set",
    asks=SetTarget(minutes=60, week="2026-W49"),
    answers=TARGET,
)
def set_programme_target(opened: Opened, programme_id: PathId, data: JSONBody[SetTarget]) -> TargetView:
    """Let a programme have a weekly target of its own, or again the office's, from a week on.

    Refused: a week that is over (`week_over`).
    """
    with opened.write() as work:
        return own_targets.set_programme_target(work, programme_id=programme_id, **given(data))


@get("/people/{person_id:int}/progress", operation="hours.progress", answers=PROGRESS)
def read_progress(
    opened: Opened,
    person_id: PathId,
    first: FromQuery[date],
    last: FromQuery[date],
    team_id: OptionalQueryId = None,
    programme_id: OptionalQueryId = None,
) -> Progress:
    """Show a person's ISO weeks against the weekly target, from one date's week to another's.

    Of a team or a programme if asked: what was given for it, against its own target. Weeks of leave,
    closures and whole weeks of holidays are excused; a miss is never a debt. At most 106 weeks. Only
    the person and their guardians see that leave was for illness.
    """
    with opened.read() as work:
        return one_person.progress(
            work,
            person_id=person_id,
            first=first,
            last=last,
            team_id=team_id,
            programme_id=programme_id,
        )


@get("/teams/{team_id:int}/progress", operation="hours.progress.team", answers=TEAM)
def read_team_progress(
    opened: Opened, team_id: PathId, paging: Paged, week: OptionalQueryText = None
) -> CrowdProgress:
    """Show who of a team has reached the weekly target, in the week that runs or another (2026-W49).

    Whoever belongs to the team for the whole week counts, with what they gave for it. Excused are
    leave, closures and weeks of holidays; a miss is never carried over.
    """
    with opened.read() as work:
        return many_people.team_progress(work, team_id=team_id, week=week, paging=paging)


@get("/programmes/{programme_id:int}/progress", operation="hours.progress.team", answers=TEAM)
def read_programme_progress(
    opened: Opened, programme_id: PathId, paging: Paged, week: OptionalQueryText = None
) -> CrowdProgress:
    """Show who of the team that runs a programme has reached its weekly target there."""
    with opened.read() as work:
        return many_people.programme_progress(work, programme_id=programme_id, week=week, paging=paging)


@get("/communities/{community_id:int}/progress", operation="hours.progress.community", answers=MASKED)
def read_community_progress(
    opened: Opened, community_id: PathId, paging: Paged, week: OptionalQueryText = None
) -> CrowdProgress:
    """Show who of a community's volunteers has reached the weekly target, wherever they served.

    Whoever lives there now and belonged to any team for the whole week counts. Names are masked.
    """
    with opened.read() as work:
        return many_people.community_progress(work, community_id=community_id, week=week, paging=paging)


@get("/teams/{team_id:int}/progress/weeks", operation="hours.progress.team", answers=[LINE])
def compare_team_weeks(
    opened: Opened, team_id: PathId, first: FromQuery[date], last: FromQuery[date]
) -> list[WeekLine]:
    """Compare a team's weeks, from one date's week to another's: at most 53, a line each."""
    with opened.read() as work:
        return many_people.team_weeks(work, team_id=team_id, first=first, last=last)


@get("/programmes/{programme_id:int}/progress/weeks", operation="hours.progress.team", answers=[LINE])
def compare_programme_weeks(
    opened: Opened, programme_id: PathId, first: FromQuery[date], last: FromQuery[date]
) -> list[WeekLine]:
    """Compare a programme's weeks: at most 53, a line each."""
    with opened.read() as work:
        return many_people.programme_weeks(work, programme_id=programme_id, first=first, last=last)


@get("/communities/{community_id:int}/progress/weeks", operation="hours.progress.community", answers=[LINE])
def compare_community_weeks(
    opened: Opened, community_id: PathId, first: FromQuery[date], last: FromQuery[date]
) -> list[WeekLine]:
    """Compare the weeks of a community's volunteers: at most 53, a line each."""
    with opened.read() as work:
        return many_people.community_weeks(work, community_id=community_id, first=first, last=last)


@get("/teams/{team_id:int}/could-reach", operation="rosters.encourage", answers=LIST)
def list_who_could_reach(opened: Opened, team_id: PathId, paging: Paged) -> Encouragement:
    """List who of a team could still reach this week's target, and the open shifts that fit them.

    Who needs least comes first; whoever is excused or has promised enough is not on it. `text` are
    friendly messages to copy: one for each person, and one for the team that names nobody.
    """
    with opened.read() as work:
        return encouraging.could_reach(work, team_id=team_id, paging=paging)


router = Router(
    "/",
    route_handlers=[
        read_progress, read_team_target, set_team_target, read_programme_target, set_programme_target,
        read_team_progress, read_programme_progress, read_community_progress,
        compare_team_weeks, compare_programme_weeks, compare_community_weeks, list_who_could_reach,
    ],
    tags=["hours"],
)  # fmt: skip
