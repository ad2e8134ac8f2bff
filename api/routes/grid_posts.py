"""The grid team (一格三员): who holds which post since when."""

from __future__ import annotations

from datetime import date

from litestar import Router
from litestar.params import FromQuery, JSONBody

from api.incoming import Body, Id, OptionalQueryId, Paged, PathId, given
from api.operations import act, get, post
from api.work import Opened
from volunteer_core.database import Page
from volunteer_core.teams import grid_posts
from volunteer_core.teams.grid_posts import GridPostView
from volunteer_core.teams.models import GridRole
from volunteer_core.timespans import civil_date

POST = GridPostView(
    id=7,
    community_id=1,
    grid_id=3,
    person_id=12,
    name="陈*",
    role=GridRole.RECRUITED_GRID_WORKER,
    salaried=True,
    since=date(2026, 3, 1),
    until=None,
)


class AppointToGrid(Body):
    """Who takes which post; without a grid, at the community's station."""

    person_id: Id
    role: GridRole
    community_id: Id
    salaried: bool
    since: date
    grid_id: Id | None = None


class RelieveFromGrid(Body):
    """The first day on which the person does not hold the post any more."""

    until: date


@get("/grid-posts", operation="teams.grid_posts.read", answers=Page([POST], 140, 50, 0))
def list_grid_posts(
    opened: Opened,
    paging: Paged,
    day: FromQuery[date | None] = None,
    community_id: OptionalQueryId = None,
    grid_id: OptionalQueryId = None,
) -> Page[GridPostView]:
    """List who holds which post on a day, or today, by community and grid."""
    with opened.read() as work:
        return grid_posts.list_posts(
            work,
            day=day or civil_date(work.now),
            community_id=community_id,
            grid_id=grid_id,
            paging=paging,
        )


@post(
    "/grid-posts",
    operation="teams.grid_posts.change",
    asks=AppointToGrid(
        person_id=12,
        role=GridRole.RECRUITED_GRID_WORKER,
        community_id=1,
        grid_id=3,
        salaried=True,
        since=date(2026, 3, 1),
    ),
    answers=POST,
)
def appoint_to_grid(opened: Opened, data: JSONBody[AppointToGrid]) -> GridPostView:
    """Give a person a post of the grid team. Whoever is salaried earns paid duty, not hours, on duty.

    Refused: a post that somebody holds (`post_taken`), a salaried residents' group leader
    (`never_salaried`), a grid of another community.
    """
    with opened.write() as work:
        return grid_posts.appoint(work, **given(data))


@act(
    "/grid-posts/{post_id:int}/relieve",
    operation="teams.grid_posts.change",
    asks=RelieveFromGrid(until=date(2027, 1, 1)),
)
def relieve_from_grid(opened: Opened, post_id: PathId, data: JSONBody[RelieveFromGrid]) -> None:
    """End a post from a day on."""
    with opened.write() as work:
        grid_posts.relieve(work, post_id=post_id, **given(data))


router = Router("/", route_handlers=[list_grid_posts, appoint_to_grid, relieve_from_grid], tags=["teams"])
