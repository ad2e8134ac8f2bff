"""Programmes (项目): what goes on, which team runs it, on which days, and how time there counts."""

from __future__ import annotations

import msgspec
from sqlalchemy import literal, select

from volunteer_core import texts
from volunteer_core.database import Page, Paging, Work
from volunteer_core.errors import Malformed
from volunteer_core.people.standing import Requirement
from volunteer_core.permissions import ActorKind
from volunteer_core.places.directory import CodeTaken
from volunteer_core.teams.advice import changed_advice, checked_advice, give_advice
from volunteer_core.teams.models import Programme, Team
from volunteer_core.workdays.daybook import DayRule


class ProgrammeView(msgspec.Struct, frozen=True):
    """A programme. ``duty``: salaried grid workers earn paid duty here, never volunteer hours.

    The contact is for those who serve there: without signing in it is empty.
    """

    id: int
    code: str
    name: str
    team_id: int | None
    day_rule: DayRule
    duty: bool
    minds_children: bool
    emergency: bool
    bring: str
    contact: str
    contact_phone: str
    grace_minutes: int
    """How long before and after the planned time checked-in time still counts."""


LONGEST_GRACE = 60
_FOR_MEMBERS = ("contact", "contact_phone")


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
    bring: str = "",
    contact: str = "",
    contact_phone: str = "",
) -> ProgrammeView:
    """Sets up a programme, with what everybody who serves there brings (at most 500 characters) and
    whom they call. Refuses a code that is taken, and a phone that is none."""
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
        **checked_advice(bring, contact, contact_phone)._asdict(),
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


def advise_programme(
    work: Work,
    *,
    programme_id: int,
    bring: str | None = None,
    contact: str | None = None,
    contact_phone: str | None = None,
) -> ProgrammeView:
    """Says what whoever serves in a programme brings and whom they call; what is not given stays.

    Calendars follow: what to bring stands in all of them, the contact only in those of the people who
    serve and on their invitations. An event's own goes before it. Refuses a phone that is none.
    """
    programme = work.lock(Programme, programme_id)
    work.demand("programmes.advise", teams=[programme.team_id])
    give_advice(programme, changed_advice(programme, bring, contact, contact_phone))
    work.flush()
    return _view(programme)


def count_with_grace(work: Work, *, programme_id: int, grace_minutes: int) -> ProgrammeView:
    """Says how long (0 to 60 minutes) before and after the planned time checked-in time still counts.

    It holds for attendance that is marked from now on: what was entered stays.
    """
    work.demand("programmes.change")
    programme = work.lock(Programme, programme_id)
    if not 0 <= grace_minutes <= LONGEST_GRACE:
        raise Malformed("grace_minutes", f"应在 0 至 {LONGEST_GRACE} 分钟之间。")
    programme.grace_minutes = grace_minutes
    work.flush()
    return _view(programme)


def list_programmes(
    work: Work, *, team_id: int | None = None, paging: Paging = Paging()
) -> Page[ProgrammeView]:
    """All programmes, or those that a team runs, by code."""
    work.demand("programmes.read")
    hidden = _FOR_MEMBERS if work.by.kind is ActorKind.ANONYMOUS else ()
    columns = [
        literal("").label(field) if field in hidden else getattr(Programme, field)
        for field in ProgrammeView.__struct_fields__
    ]
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
    return ProgrammeView(*(getattr(programme, field) for field in ProgrammeView.__struct_fields__))
