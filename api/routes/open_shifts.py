"""Shifts that members take themselves, and the lines for full ones."""

from __future__ import annotations

from datetime import UTC, date, datetime

from litestar import Router
from litestar.params import FromQuery, JSONBody

from api.incoming import Body, Id, PathId, given
from api.operations import act, get, post
from api.work import Opened
from volunteer_core.commitments.models import CommitmentStatus
from volunteer_core.rosters.assigning import AssignmentView
from volunteer_core.rosters.swaps import open_shifts, waiting
from volunteer_core.rosters.swaps.open_shifts import OpenShift
from volunteer_core.rosters.swaps.waiting import WaitView

STARTS, ENDS = datetime(2026, 12, 3, 9, tzinfo=UTC), datetime(2026, 12, 3, 10, tzinfo=UTC)
SAID_AT = datetime(2026, 12, 1, 4, tzinfo=UTC)
OPEN = OpenShift(104, 1, "五点学堂", 2, "凤翔社区五点学堂", STARTS, ENDS, 2, 1, 0, obstacles=[])
TAKEN = AssignmentView(
    commitment_id=310,
    shift_id=104,
    person_id=42,
    team_id=1,
    status=CommitmentStatus.PROMISED,
    attendance=None,
    locked=False,
    confirmed_at=SAID_AT,
)
WAIT = WaitView(104, STARTS, ENDS, 42, "V0042", "王小敏", place=1, joined_at=SAID_AT)


class WhoComes(Body):
    """Who comes, waits or waits no more, if not the caller."""

    person_id: Id | None = None


@get("/people/{person_id:int}/open-shifts", operation="rosters.take", answers=[OPEN])
def list_open_shifts(
    opened: Opened, person_id: PathId, first: FromQuery[date], last: FromQuery[date]
) -> list[OpenShift]:
    """List the coming shifts with free places in a person's teams, those that fit first.

    At most 62 days. `obstacles` are the codes of what stands against the person.
    """
    with opened.read() as work:
        return open_shifts.list_open_shifts(work, person_id=person_id, first=first, last=last)


@post("/shifts/{shift_id:int}/take", operation="rosters.take", asks=WhoComes(), answers=TAKEN)
def take_shift(opened: Opened, shift_id: PathId, data: JSONBody[WhoComes]) -> AssignmentView:
    """Take a free place of a published shift: first come, every rule checked.

    Refused: a full shift (`shift_full`: join the line), one that has begun, and programmes that their
    leaders roster alone (`not_self_service`).
    """
    with opened.write() as work:
        return open_shifts.take_shift(work, shift_id=shift_id, **given(data))


@post("/shifts/{shift_id:int}/wait", operation="rosters.take", asks=WhoComes(), answers=WAIT)
def join_wait(opened: Opened, shift_id: PathId, data: JSONBody[WhoComes]) -> WaitView:
    """Wait for a place on a full shift, behind all who came before.

    Refused: a shift with a place left (`place_free`), a second time (`already_waiting`).
    """
    with opened.write() as work:
        return waiting.join_wait(work, shift_id=shift_id, **given(data))


@act("/shifts/{shift_id:int}/wait/leave", operation="rosters.take", asks=WhoComes())
def leave_wait(opened: Opened, shift_id: PathId, data: JSONBody[WhoComes]) -> None:
    """Leave the line of a shift. Whoever comes back stands behind the others."""
    with opened.write() as work:
        waiting.leave_wait(work, shift_id=shift_id, **given(data))


@get("/shifts/{shift_id:int}/wait", operation="rosters.candidates", answers=[WAIT])
def list_waiting(opened: Opened, shift_id: PathId) -> list[WaitView]:
    """List who waits for a place on a shift, strictly by arrival."""
    with opened.read() as work:
        return waiting.list_waiting(work, shift_id=shift_id)


@get("/people/{person_id:int}/waits", operation="rosters.take", answers=[WAIT])
def list_waits(opened: Opened, person_id: PathId) -> list[WaitView]:
    """List for which coming shifts a person waits, with their place in each line."""
    with opened.read() as work:
        return waiting.list_waits(work, person_id=person_id)


router = Router(
    "/",
    route_handlers=[list_open_shifts, take_shift, join_wait, leave_wait, list_waiting, list_waits],
    tags=["swaps"],
)
