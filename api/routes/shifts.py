"""Single shifts: listing, adding, moving, calling off."""

from __future__ import annotations

from datetime import UTC, date, datetime

from litestar import Router
from litestar.params import FromQuery, JSONBody

from api.incoming import AwareDatetime, Body, Id, OptionalQueryId, Paged, PathId, given
from api.operations import act, get, patch, post
from api.work import Opened
from volunteer_core.database import Page
from volunteer_core.rosters import calling_off, shifts
from volunteer_core.rosters.calling_off import CalledOffShift
from volunteer_core.rosters.models import ShiftStatus
from volunteer_core.rosters.shifts import ShiftView

SHIFT = ShiftView(
    id=104,
    programme_id=1,
    site_id=2,
    civil_date=date(2026, 12, 3),
    starts_at=datetime(2026, 12, 3, 9, tzinfo=UTC),
    ends_at=datetime(2026, 12, 3, 10, tzinfo=UTC),
    minimum=2,
    maximum=4,
    leads=1,
    qualification=None,
    status=ShiftStatus.PUBLISHED,
    tentative=False,
    note="带上签到表",
    people=2,
)


class AddShift(Body):
    """A shift beside the patterns, of 24 hours at most."""

    programme_id: Id
    site_id: Id
    starts_at: AwareDatetime
    ends_at: AwareDatetime
    minimum: int
    maximum: int
    leads: int = 0
    qualification: str | None = None
    note: str = ""


class ChangeShift(Body):
    """What is changed about a shift; what is not given stays. An empty qualification takes it away."""

    starts_at: AwareDatetime | None = None
    ends_at: AwareDatetime | None = None
    minimum: int | None = None
    maximum: int | None = None
    leads: int | None = None
    qualification: str | None = None
    note: str | None = None


class CallOffShift(Body):
    """Why, as everybody on the shift is told."""

    reason: str


@get("/shifts", operation="rosters.read", answers=Page([SHIFT], 1, 50, 0))
def list_shifts(
    opened: Opened,
    paging: Paged,
    first: FromQuery[date],
    last: FromQuery[date],
    programme_id: OptionalQueryId = None,
    site_id: OptionalQueryId = None,
    status: FromQuery[ShiftStatus | None] = None,
) -> Page[ShiftView]:
    """List the shifts between two dates, both included, by time.

    Everybody who is signed in sees what was published; drafts are seen by those who make the roster.
    """
    with opened.read() as work:
        return shifts.list_shifts(
            work,
            first=first,
            last=last,
            programme_id=programme_id,
            site_id=site_id,
            status=status,
            paging=paging,
        )


@post(
    "/shifts",
    operation="rosters.change",
    asks=AddShift(
        programme_id=1,
        site_id=2,
        starts_at=datetime(2026, 12, 5, 1, tzinfo=UTC),
        ends_at=datetime(2026, 12, 5, 3, tzinfo=UTC),
        minimum=2,
        maximum=10,
        note="周末大扫除",
    ),
    answers=SHIFT,
)
def add_shift(opened: Opened, data: JSONBody[AddShift]) -> ShiftView:
    """Add a draft shift of its own, on any day: patterns neither make nor drop it.

    Refused: an end before the start (`span_invalid`), a closure in the way (`site_closed`).
    """
    with opened.write() as work:
        return shifts.add_shift(work, **given(data))


@get("/shifts/{shift_id:int}", operation="rosters.read", answers=SHIFT)
def read_shift(opened: Opened, shift_id: PathId) -> ShiftView:
    """Read one shift; a draft is found only by those who make the roster."""
    with opened.read() as work:
        return shifts.read_shift(work, shift_id=shift_id)


@patch(
    "/shifts/{shift_id:int}",
    operation="rosters.change",
    asks=ChangeShift(
        starts_at=datetime(2026, 12, 3, 8, 30, tzinfo=UTC),
        ends_at=datetime(2026, 12, 3, 9, 30, tzinfo=UTC),
        note="提前半小时",
    ),
    answers=SHIFT,
)
def change_shift(opened: Opened, shift_id: PathId, data: JSONBody[ChangeShift]) -> ShiftView:
    """Move a shift on its day, or change how many people it needs. Everybody on it moves along.

    Refused: a move that clashes for one of them (`clash`), a maximum below their number
    (`shift_full`), a shift that has begun (`shift_over`).
    """
    with opened.write() as work:
        return shifts.change_shift(work, shift_id=shift_id, **given(data))


@act(
    "/shifts/{shift_id:int}/call-off",
    operation="rosters.call_off",
    asks=CallOffShift(reason="场地检修"),
    answers=CalledOffShift(shift_id=104, people=2),
)
def call_off_shift(opened: Opened, shift_id: PathId, data: JSONBody[CallOffShift]) -> CalledOffShift:
    """Call a shift off for a reason that everybody on it is told. Hours that were earned stay.

    Refused: a published shift that is over (`shift_over`); its attendance is marked instead.
    """
    with opened.write() as work:
        return calling_off.call_off_shift(work, shift_id=shift_id, **given(data))


@act("/shifts/{shift_id:int}/reinstate", operation="rosters.call_off", answers=SHIFT)
def reinstate_shift(opened: Opened, shift_id: PathId) -> ShiftView:
    """Make a called-off shift a draft again; people are put on it anew."""
    with opened.write() as work:
        return calling_off.reinstate_shift(work, shift_id=shift_id)


router = Router(
    "/",
    route_handlers=[list_shifts, add_shift, read_shift, change_shift, call_off_shift, reinstate_shift],
    tags=["shifts"],
)
