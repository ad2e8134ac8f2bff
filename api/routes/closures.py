"""Closures (停课, typhoon orders): declaring one calls off what it affects."""

from __future__ import annotations

from datetime import UTC, datetime

from litestar import Router
from litestar.params import FromQuery, JSONBody

from api.incoming import AwareDatetime, Body, Id, OptionalQueryId, Paged, PathId, given
from api.operations import act, get, post
from api.work import Opened
from volunteer_core.closures import declaring
from volunteer_core.closures.declaring import ClosureView, Declared
from volunteer_core.database import Page

CLOSURE = ClosureView(
    id=3,
    community_id=None,
    site_id=None,
    starts_at=datetime(2026, 12, 3, 16, 0, tzinfo=UTC),
    ends_at=datetime(2026, 12, 4, 16, 0, tzinfo=UTC),
    name="台风红色预警停课",
    source="海口市防汛防风指挥部通知",
    declared_at=datetime(2026, 12, 3, 4, 0, tzinfo=UTC),
    lifted_at=None,
)


class DeclareClosure(Body):
    """What is closed, when and by whose word: a site, a community, or with neither everything."""

    name: str
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    source: str
    community_id: Id | None = None
    site_id: Id | None = None


@get("/closures", operation="closures.read", answers=Page([CLOSURE], 1, 50, 0))
def list_closures(
    opened: Opened, paging: Paged, site_id: OptionalQueryId = None, in_force: FromQuery[bool] = True
) -> Page[ClosureView]:
    """List closures, latest first; those that concern one site if asked.

    With `in_force=false` the lifted and the ended ones are listed too.
    """
    with opened.read() as work:
        return declaring.list_closures(work, site_id=site_id, in_force=in_force, paging=paging)


@post(
    "/closures",
    operation="closures.declare",
    asks=DeclareClosure(
        name="台风红色预警停课",
        starts_at=datetime(2026, 12, 3, 16, 0, tzinfo=UTC),
        ends_at=datetime(2026, 12, 4, 16, 0, tzinfo=UTC),
        source="海口市防汛防风指挥部通知",
    ),
    answers=Declared(closure=CLOSURE, shifts=[105], events=[], sessions=[61]),
)
def declare_closure(opened: Opened, data: JSONBody[DeclareClosure]) -> Declared:
    """Close a site, a community or everything for a span of 120 days at most.

    Shifts, events and sessions in it are called off at once and everybody concerned is told. Hours
    that were earned stay. Closing everything is the street office's.
    """
    with opened.write() as work:
        return declaring.declare_closure(work, **given(data))


@act("/closures/{closure_id:int}/lift", operation="closures.lift", answers=CLOSURE)
def lift_closure(opened: Opened, closure_id: PathId) -> ClosureView:
    """Lift a closure. What it called off stays so until somebody reinstates it."""
    with opened.write() as work:
        return declaring.lift_closure(work, closure_id=closure_id)


router = Router("/", route_handlers=[list_closures, declare_closure, lift_closure], tags=["closures"])
