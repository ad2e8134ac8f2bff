"""The grid team (一格三员): who holds which post since when, and who is salaried on a date."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

import msgspec
from sqlalchemy import bindparam, select

from volunteer_core.database import Page, Paging, Work
from volunteer_core.errors import Malformed, RuleBroken
from volunteer_core.people.masking import masked_name
from volunteer_core.people.models import Person
from volunteer_core.places.models import Community, Grid
from volunteer_core.teams.models import GridPost, GridRole


class PostTaken(RuleBroken, code="post_taken", sentence="这个网格的该岗位目前有人担任。"):
    """A grid has one of each: the one before has to be relieved first."""


class NeverSalaried(RuleBroken, code="never_salaried", sentence="居民小组长不是受薪岗位。"):
    """A residents' group leader serves unpaid."""


class GridPostView(msgspec.Struct, frozen=True):
    """A post of the grid team; the holder's name is masked."""

    id: int
    community_id: int
    grid_id: int | None
    person_id: int
    name: str
    role: GridRole
    salaried: bool
    since: date
    until: date | None


def appoint(
    work: Work,
    *,
    person_id: int,
    role: GridRole,
    community_id: int,
    grid_id: int | None = None,
    salaried: bool,
    since: date,
) -> GridPostView:
    """Gives a person a post in a grid, or without a grid at the community's station."""
    work.demand("teams.grid_posts.change", communities=[community_id])
    work.find(Community, community_id)
    person = work.find(Person, person_id)
    if role is GridRole.RESIDENTS_GROUP_LEADER and salaried:
        raise NeverSalaried(person_id=person_id)
    if grid_id is not None:
        if work.find(Grid, grid_id).community_id != community_id:
            raise Malformed("grid_id", "网格不属于这个社区。")
        if work.scalar(
            select(GridPost.id).where(
                GridPost.grid_id == grid_id,
                GridPost.role == role,
                GridPost.until.is_(None) | (GridPost.until > since),
            )
        ):
            raise PostTaken(grid_id=grid_id, role=role.value)
    post = GridPost(
        community_id=community_id,
        grid_id=grid_id,
        person_id=person.id,
        role=role,
        salaried=salaried,
        since=since,
    )
    work.add(post)
    work.flush()
    return GridPostView(
        post.id, community_id, grid_id, person.id, masked_name(person.name), role, salaried, since, None
    )


def relieve(work: Work, *, post_id: int, until: date) -> None:
    """Ends a post: ``until`` is the first day on which the person does not hold it."""
    post = work.lock(GridPost, post_id)
    work.demand("teams.grid_posts.change", communities=[post.community_id])
    if until < post.since:
        raise Malformed("until", "不能早于任职日期。")
    post.until = until
    work.flush()


def list_posts(
    work: Work,
    *,
    day: date,
    community_id: int | None = None,
    grid_id: int | None = None,
    paging: Paging = Paging(),
) -> Page[GridPostView]:
    """Who holds which post on a day, by community and grid."""
    work.demand("teams.grid_posts.read")
    statement = (
        select(
            GridPost.id,
            GridPost.community_id,
            GridPost.grid_id,
            GridPost.person_id,
            Person.name,
            GridPost.role,
            GridPost.salaried,
            GridPost.since,
            GridPost.until,
        )
        .join(Person, Person.id == GridPost.person_id)
        .where(GridPost.since <= day, GridPost.until.is_(None) | (GridPost.until > day))
        .order_by(GridPost.community_id, GridPost.grid_id, GridPost.role, GridPost.id)
    )
    if community_id is not None:
        statement = statement.where(GridPost.community_id == community_id)
    if grid_id is not None:
        statement = statement.where(GridPost.grid_id == grid_id)
    page = work.page(GridPostView, statement, paging)
    masked = [msgspec.structs.replace(post, name=masked_name(post.name)) for post in page.items]
    return msgspec.structs.replace(page, items=masked)


_SALARIED = select(GridPost.person_id).where(
    GridPost.person_id.in_(bindparam("people", expanding=True)),
    GridPost.salaried,
    GridPost.since <= bindparam("day"),
    GridPost.until.is_(None) | (GridPost.until > bindparam("day")),
)


def salaried_on(work: Work, person_ids: Collection[int], day: date) -> set[int]:
    """Which of the people hold a salaried post on a day. Inner: decides paid duty or service."""
    return set(work.scalars(_SALARIED, {"people": list(person_ids), "day": day}))
