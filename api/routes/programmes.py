"""Programmes: what goes on, who runs it, on which days, and how time there counts."""

from __future__ import annotations

from litestar import Router
from litestar.params import JSONBody

from api.incoming import Body, Id, OptionalQueryId, Paged, PathId, given
from api.operations import get, patch, post, put
from api.work import Opened
from volunteer_core.database import Page
from volunteer_core.teams import programmes
from volunteer_core.teams.programmes import ProgrammeView
from volunteer_core.workdays.daybook import DayRule

PROGRAMME = ProgrammeView(
    id=1,
    code="WDXT",
    name="五点学堂",
    team_id=1,
    day_rule=DayRule.BOTH,
    duty=True,
    minds_children=True,
    emergency=False,
    bring="红马甲",
    contact="张老师",
    contact_phone="089812345678",
    grace_minutes=0,
)


class SetUpProgramme(Body):
    """A programme to set up. With `duty`, salaried grid workers earn paid duty there."""

    code: str
    name: str
    day_rule: DayRule
    team_id: Id | None = None
    duty: bool = False
    minds_children: bool = False
    emergency: bool = False
    bring: str = ""
    contact: str = ""
    contact_phone: str = ""


class RenameProgramme(Body):
    """What a programme is called from now on."""

    name: str


class AdviseProgramme(Body):
    """What whoever serves there brings and whom they call; what is not given stays."""

    bring: str | None = None
    contact: str | None = None
    contact_phone: str | None = None


class CountWithGrace(Body):
    """Minutes before and after the planned time that still count when they are checked in and out."""

    grace_minutes: int


@get("/programmes", operation="programmes.read", answers=Page([PROGRAMME], 3, 50, 0))
def list_programmes(opened: Opened, paging: Paged, team_id: OptionalQueryId = None) -> Page[ProgrammeView]:
    """List the programmes by code, of one team if asked."""
    with opened.read() as work:
        return programmes.list_programmes(work, team_id=team_id, paging=paging)


@post(
    "/programmes",
    operation="programmes.change",
    asks=SetUpProgramme(
        code="WDXT",
        name="五点学堂",
        day_rule=DayRule.BOTH,
        team_id=1,
        duty=True,
        minds_children=True,
        bring="红马甲",
        contact="张老师",
        contact_phone="0898-12345678",
    ),
    answers=PROGRAMME,
)
def set_up_programme(opened: Opened, data: JSONBody[SetUpProgramme]) -> ProgrammeView:
    """Set up a programme.

    Refused: a code that is taken (`code_taken`), a team that does not exist.
    """
    with opened.write() as work:
        return programmes.set_up_programme(work, **given(data))


@patch(
    "/programmes/{programme_id:int}",
    operation="programmes.change",
    asks=RenameProgramme(name="五点学堂（文明实践站）"),
    answers=PROGRAMME,
)
def rename_programme(opened: Opened, programme_id: PathId, data: JSONBody[RenameProgramme]) -> ProgrammeView:
    """Rename a programme; its calendars follow."""
    with opened.write() as work:
        return programmes.rename_programme(work, programme_id=programme_id, **given(data))


@patch(
    "/programmes/{programme_id:int}/advice",
    operation="programmes.advise",
    asks=AdviseProgramme(bring="红马甲、水杯", contact="张老师", contact_phone="0898-12345678"),
    answers=PROGRAMME,
)
def advise_programme(opened: Opened, programme_id: PathId, data: JSONBody[AdviseProgramme]) -> ProgrammeView:
    """Say what whoever serves there brings and whom they call; calendars and invitations show it."""
    with opened.write() as work:
        return programmes.advise_programme(work, programme_id=programme_id, **given(data))


@put(
    "/programmes/{programme_id:int}/grace",
    operation="programmes.change",
    asks=CountWithGrace(grace_minutes=10),
    answers=PROGRAMME,
)
def count_with_grace(opened: Opened, programme_id: PathId, data: JSONBody[CountWithGrace]) -> ProgrammeView:
    """Say how long before and after the planned time checked-in time still counts, 60 minutes at most.

    Travel and preparation do not count. What was entered already stays.
    """
    with opened.write() as work:
        return programmes.count_with_grace(work, programme_id=programme_id, **given(data))


router = Router(
    "/",
    route_handlers=[
        list_programmes,
        set_up_programme,
        rename_programme,
        advise_programme,
        count_with_grace,
    ],
    tags=["programmes"],
)
