"""Programmes (项目): what goes on, which team runs it, on which days, and how time there counts."""

from __future__ import annotations

import msgspec
from sqlalchemy import select

from volunteer_core import texts
from volunteer_core.database import Page, Paging, Work
from volunteer_core.people.standing import Requirement
from volunteer_core.places.directory import CodeTaken
from volunteer_core.teams.models import Programme, Team
from volunteer_core.workdays.daybook import DayRule


class ProgrammeView(msgspec.Struct, frozen=True):
    """A programme. ``duty``: salaried grid workers earn paid duty here, never volunteer hours."""

    id: int
    code: str
    name: str
    team_id: int | None
    day_rule: DayRule
    duty: bool
    minds_children: bool
    emergency: bool


def set_up_programme(
    work: Work,
    *,
    code: str,
    name: str,
    day_rule: DayRule,
    team_id: int | None = None,
    duty: bool = False,
    minds_children: bool = False,
    emergency: bool = False,
) -> ProgrammeView:
    """Sets up a programme. Refuses a code that is taken."""
    work.demand("programmes.change")
    if team_id is not None:
        work.find(Team, team_id)
    kept = texts.code("code", code)
    if work.scalar(select(Programme.id).where(Programme.code == kept)):
        raise CodeTaken(value=kept)
    programme = Programme(
        code=kept,
        name=texts.line("name", name, longest=60),
        team_id=team_id,
        day_rule=day_rule,
        duty=duty,
        minds_children=minds_children,
        emergency=emergency,
    )
    work.add(programme)
    work.flush()
    return _view(programme)


def rename_programme(work: Work, *, programme_id: int, name: str) -> ProgrammeView:
    """Gives a programme another name; its calendars follow."""
    work.demand("programmes.change")
    programme = work.lock(Programme, programme_id)
    programme.name = texts.line("name", name, longest=60)
    work.flush()
    return _view(programme)


def list_programmes(
    work: Work, *, team_id: int | None = None, paging: Paging = Paging()
) -> Page[ProgrammeView]:
    """All programmes, or those that a team runs, by code."""
    work.demand("programmes.read")
    columns = [getattr(Programme, field) for field in ProgrammeView.__struct_fields__]
    statement = select(*columns).order_by(Programme.code)
    if team_id is not None:
        statement = statement.where(Programme.team_id == team_id)
    return work.page(ProgrammeView, statement, paging)


def requirement_of(programme: Programme | None, *, qualification: str | None = None) -> Requirement:
    """What serving in a programme asks of a person. Inner."""
    if programme is None:
        return Requirement(qualification=qualification)
    return Requirement(
        minds_children=programme.minds_children,
        emergency=programme.emergency,
        qualification=qualification,
    )


def _view(programme: Programme) -> ProgrammeView:
    return ProgrammeView(
        programme.id,
        programme.code,
        programme.name,
        programme.team_id,
        programme.day_rule,
        programme.duty,
        programme.minds_children,
        programme.emergency,
    )
