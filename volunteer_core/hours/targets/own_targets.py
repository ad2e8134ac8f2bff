"""Weekly targets of teams and programmes: laying one down from a week on, and which one holds when."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date

import msgspec
from sqlalchemy import select

from volunteer_core.database import Work
from volunteer_core.errors import Conflict, Malformed
from volunteer_core.hours.targets.models import OwnTarget
from volunteer_core.office.settings import values_of
from volunteer_core.teams.models import Programme, Team
from volunteer_core.timespans import Week, civil_date, parse_week, week_of

MOST_MINUTES = 7 * 24 * 60


class WeekOver(
    Conflict, code="week_over", sentence="{week} 已经结束，每周目标最早从本周（{this_week}）起调整。"
):
    """Whoever reached a target has reached it: weeks that are over keep theirs."""


class TargetChange(msgspec.Struct, frozen=True):
    """The minutes that are the target from a week on; null is the office's target."""

    week: str
    minutes: int | None


class TargetView(msgspec.Struct, frozen=True):
    """The weekly target of a team or a programme."""

    week: str
    """The week that runs now."""
    minutes: int
    """The target of that week: its own, or else the office's."""
    changes: list[TargetChange]
    """What it has laid down for itself, oldest first."""


class Counted(msgspec.Struct, frozen=True):
    """For what given minutes count: for a team, for a programme, or with neither for everything."""

    team_id: int | None = None
    programme_id: int | None = None


class Targets:
    """The target of every week, for what is counted."""

    def __init__(self, office: list[tuple[date, int]], own: list[tuple[date, int | None]]) -> None:
        self._office, self._own = office, own

    def of(self, week: Week) -> int:
        """Minutes: its own from the last Monday on which one was laid down, or else the office's of that
        week's Monday."""
        number = bisect_right(self._own, week.monday, key=_since)
        own = self._own[number - 1][1] if number else None
        return own or self._office[bisect_right(self._office, week.monday, key=_since) - 1][1]


def targets_of(work: Work, counted: Counted) -> Targets:
    """Reads all targets of what is counted, in two statements. Inner: asks no right."""
    own = [(change.monday, change.minutes) for change in _changes(work, counted)]
    return Targets(values_of(work, "weekly_target_minutes"), own)


def counting(work: Work, *, team_id: int | None, programme_id: int | None) -> Counted:
    """For what minutes are asked: refuses both at once, and what does not exist. Inner."""
    if team_id is not None and programme_id is not None:
        raise Malformed("programme_id", "团队和项目只能选一个。")
    if team_id is not None:
        work.find(Team, team_id)
    if programme_id is not None:
        work.find(Programme, programme_id)
    return Counted(team_id, programme_id)


def read_team_target(work: Work, *, team_id: int) -> TargetView:
    """A team's weekly target, for everybody who is signed in."""
    team = work.find(Team, team_id)
    work.demand("hours.targets.read")
    return _view(work, Counted(team_id=team.id))


def read_programme_target(work: Work, *, programme_id: int) -> TargetView:
    """A programme's weekly target, for everybody who is signed in."""
    programme = work.find(Programme, programme_id)
    work.demand("hours.targets.read")
    return _view(work, Counted(programme_id=programme.id))


def set_team_target(work: Work, *, team_id: int, minutes: int | None, week: str) -> TargetView:
    """Lets a team have a target of its own (1 to 10,080 minutes), or again the office's (None), from a
    week on; the same week again replaces it. Refuses (:class:`WeekOver`) a week that is over."""
    team = work.lock(Team, team_id)
    work.demand("hours.targets.set", teams=[team.id])
    return _set(work, Counted(team_id=team.id), minutes, parse_week(week))


def set_programme_target(work: Work, *, programme_id: int, minutes: int | None, week: str) -> TargetView:
    """The same for a programme: as the leaders of its team or the street office want it."""
    programme = work.lock(Programme, programme_id)
    work.demand("hours.targets.set", teams=[programme.team_id])
    return _set(work, Counted(programme_id=programme.id), minutes, parse_week(week))


def _set(work: Work, counted: Counted, minutes: int | None, week: Week) -> TargetView:
    this_week = week_of(civil_date(work.now))
    if week < this_week:
        raise WeekOver(week=str(week), this_week=str(this_week))
    if minutes is not None and not 1 <= minutes <= MOST_MINUTES:
        raise Malformed("minutes", f"应在 1 至 {MOST_MINUTES} 分钟之间。")
    row = next((change for change in _changes(work, counted) if change.monday == week.monday), None)
    if row is None:
        row = OwnTarget(team_id=counted.team_id, programme_id=counted.programme_id, monday=week.monday)
        work.add(row)
    row.minutes, row.set_by, row.set_at = minutes, work.by.person_id, work.now
    work.flush()
    return _view(work, counted)


def _view(work: Work, counted: Counted) -> TargetView:
    this_week = week_of(civil_date(work.now))
    return TargetView(
        str(this_week),
        targets_of(work, counted).of(this_week),
        [TargetChange(str(week_of(change.monday)), change.minutes) for change in _changes(work, counted)],
    )


def _changes(work: Work, counted: Counted) -> list[OwnTarget]:
    if counted == Counted():
        return []
    statement = select(OwnTarget).where(
        OwnTarget.team_id == counted.team_id
        if counted.team_id is not None
        else OwnTarget.programme_id == counted.programme_id
    )
    return list(work.scalars(statement.order_by(OwnTarget.monday)))


def _since(change: tuple[date, int | None]) -> date:
    return change[0]
