"""Whether the process is up, and whether it can work."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Request, Router
from litestar.openapi.datastructures import ResponseSpec

from api.operations import get
from api.problems import MEDIA_TYPE, Problem


class Health(msgspec.Struct, frozen=True):
    """That the server answers."""

    status: str = "ok"


@get("/health", operation=None, answers=Health())
async def check_health() -> Health:
    """Say that the process is up."""
    return Health()


@get(
    "/ready",
    operation=None,
    answers=Health(),
    responses={503: ResponseSpec(Problem, False, "The database does not answer.", media_type=MEDIA_TYPE)},
)
def check_ready(request: Request[Any, Any, Any]) -> Health:
    """Say whether requests can be answered: the database answers."""
    request.app.state.database.demand_ready()
    return Health()


router = Router("/", route_handlers=[check_health, check_ready], tags=["server"])
