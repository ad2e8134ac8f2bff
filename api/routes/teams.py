"""Teams and who belongs to them."""

from __future__ import annotations

from datetime import date

from litestar import Router
from litestar.params import FromQuery, JSONBody

from api.incoming import Body, Id, OptionalQueryId, OptionalQueryText, Paged, PathId, given
from api.operations import act, get, patch, post
from api.work import Opened
from volunteer_core.database import Page
from volunteer_core.teams import membership
from volunteer_core.teams.membership import MemberView, TeamView

TEAM = TeamView(
    id=1,
    code="T-QZTT",
    name="全职太太俱乐部",
    purpose="五点学堂照看、社区清洁",
    community_id=None,
    discreet=False,
)
MEMBER = MemberView(
    membership_id=17,
    person_id=42,
    code="V0042",
    name="王小敏",
    phone="13812345678",
    joined_on=date(2026, 9, 1),
    left_on=None,
    leads=False,
)


class FoundTeam(Body):
    """A team to found. A discreet one hides in calendars what its shifts are."""

    code: str
    name: str
    purpose: str = ""
    community_id: Id | None = None
    discreet: bool = False


class ChangeTeam(Body):
    """What is changed about a team; what is not given stays."""

    name: str | None = None
    purpose: str | None = None
    discreet: bool | None = None


class JoinTeam(Body):
    """Who joins, and from which day on."""

    person_id: Id
    on: date


class AddKnown(Body):
    """Somebody the leader knows, by full name and phone number, and from which day on."""

    name: str
    phone: str
    on: date


class QuitTeam(Body):
    """The first day on which the person is no member any more."""

    on: date


class AppointLeader(Body):
    """Whether the member leads the team from now on."""

    leads: bool = True


@get("/teams", operation="teams.read", answers=Page([TEAM], 4, 50, 0))
def list_teams(opened: Opened, paging: Paged, community_id: OptionalQueryId = None) -> Page[TeamView]:
    """List the teams by code, of one community if asked."""
    with opened.read() as work:
        return membership.list_teams(work, community_id=community_id, paging=paging)


@post(
    "/teams",
    operation="teams.change",
    asks=FoundTeam(code="T-QZTT", name="全职太太俱乐部", purpose="五点学堂照看、社区清洁"),
    answers=TEAM,
)
def found_team(opened: Opened, data: JSONBody[FoundTeam]) -> TeamView:
    """Found a team.

    Refused: a code that is taken (`code_taken`), a community that does not exist.
    """
    with opened.write() as work:
        return membership.found_team(work, **given(data))


@patch("/teams/{team_id:int}", operation="teams.change", asks=ChangeTeam(discreet=True), answers=TEAM)
def change_team(opened: Opened, team_id: PathId, data: JSONBody[ChangeTeam]) -> TeamView:
    """Change a team's name, purpose or discretion; what is not given stays."""
    with opened.write() as work:
        return membership.change_team(work, team_id=team_id, **given(data))


@get("/teams/{team_id:int}/members", operation="teams.members", answers=Page([MEMBER], 31, 50, 0))
def list_members(
    opened: Opened,
    team_id: PathId,
    paging: Paged,
    q: OptionalQueryText = None,
    day: FromQuery[date | None] = None,
) -> Page[MemberView]:
    """List the members of a team on a day, or today; leaders first.

    Found by name, pinyin, initials, code or the end of the phone. For its leaders, who have to call
    them, the coordinator and the street office.
    """
    with opened.read() as work:
        return membership.list_members(work, team_id=team_id, query=q or "", day=day, paging=paging)


@act("/teams/{team_id:int}/members", operation="teams.join", asks=JoinTeam(person_id=42, on=date(2026, 9, 1)))
def join_team(opened: Opened, team_id: PathId, data: JSONBody[JoinTeam]) -> None:
    """Join a team from a day on: by oneself, through the coordinator or the street office."""
    with opened.write() as work:
        membership.join(work, team_id=team_id, **given(data))


@post(
    "/teams/{team_id:int}/members/known",
    operation="teams.add_known",
    asks=AddKnown(name="王小敏", phone="13812345678", on=date(2026, 9, 1)),
    answers=MEMBER,
)
def add_known_member(opened: Opened, team_id: PathId, data: JSONBody[AddKnown]) -> MemberView:
    """Take somebody into a team whom its leader knows, by full name and phone number.

    Refused: what does not fit exactly one person (`person_unknown`), a member (`already_member`).
    """
    with opened.write() as work:
        return membership.add_known(work, team_id=team_id, **given(data))


@act(
    "/teams/{team_id:int}/members/{person_id:int}/quit",
    operation="teams.quit",
    asks=QuitTeam(on=date(2027, 1, 1)),
)
def quit_team(opened: Opened, team_id: PathId, person_id: PathId, data: JSONBody[QuitTeam]) -> None:
    """Quit a team; what was served for it stays."""
    with opened.write() as work:
        membership.quit_team(work, team_id=team_id, person_id=person_id, **given(data))


@act(
    "/teams/{team_id:int}/members/{person_id:int}/appoint",
    operation="teams.appoint",
    asks=AppointLeader(),
)
def appoint_leader(opened: Opened, team_id: PathId, person_id: PathId, data: JSONBody[AppointLeader]) -> None:
    """Make a member a leader of the team, or with `leads` false an ordinary member again."""
    with opened.write() as work:
        membership.appoint_leader(work, team_id=team_id, person_id=person_id, **given(data))


router = Router(
    "/",
    route_handlers=[
        list_teams, found_team, change_team, list_members, join_team, add_known_member, quit_team,
        appoint_leader,
    ],
    tags=["teams"],
)  # fmt: skip
