"""Standing seats: giving a person a place on a weekday until further notice, ending and listing them."""

from __future__ import annotations

from datetime import date, time

from litestar import Router
from litestar.params import FromQuery, JSONBody

from api.incoming import Body, Id, OptionalQueryId, Paged, PathId, given
from api.operations import act, get, post
from api.work import Opened
from volunteer_core.database import Page
from volunteer_core.rosters import standing_seats
from volunteer_core.rosters.standing_seats import EndedSeat, SeatView

SEAT = SeatView(
    id=3,
    pattern_id=1,
    site_id=2,
    site_name="凤翔社区五点学堂",
    weekday=2,
    starts=time(17),
    ends=time(18),
    person_id=42,
    code="V0042",
    name="王小敏",
    valid_from=date(2026, 9, 1),
    valid_to=None,
)
ENDED = EndedSeat(seat=SEAT, still_on=[131, 138])


class GiveSeat(Body):
    """Whose seat it is, on which ISO weekday (1 for Monday), and from when; without an end until
    further notice."""

    person_id: Id
    weekday: int
    valid_from: date
    valid_to: date | None = None


class EndSeat(Body):
    """The last day of the seat; a day before its first takes it back entirely."""

    last_day: date


@post(
    "/patterns/{pattern_id:int}/seats",
    operation="rosters.seats",
    asks=GiveSeat(person_id=42, weekday=2, valid_from=date(2026, 9, 1)),
    answers=SEAT,
)
def give_seat(opened: Opened, pattern_id: PathId, data: JSONBody[GiveSeat]) -> SeatView:
    """Give a person a seat on a pattern's weekday. Generating puts them on its draft shifts.

    Refused: a weekday or dates that are not the pattern's, a second seat of the same person
    (`already_seated`), more seats than it takes people (`no_seat_left`), who is not of the team.
    """
    with opened.write() as work:
        return standing_seats.give_seat(work, pattern_id=pattern_id, **given(data))


@act(
    "/seats/{seat_id:int}/end",
    operation="rosters.seats",
    asks=EndSeat(last_day=date(2026, 12, 31)),
    answers=ENDED,
)
def end_seat(opened: Opened, seat_id: PathId, data: JSONBody[EndSeat]) -> EndedSeat:
    """End a seat after a day. Draft shifts that still have the person are named: they stay on them."""
    with opened.write() as work:
        return standing_seats.end_seat(work, seat_id=seat_id, **given(data))


@get("/programmes/{programme_id:int}/seats", operation="rosters.seats", answers=Page([SEAT], 1, 50, 0))
def list_seats(
    opened: Opened,
    paging: Paged,
    programme_id: PathId,
    site_id: OptionalQueryId = None,
    day: FromQuery[date | None] = None,
) -> Page[SeatView]:
    """List the standing seats of a programme; those that hold on a day if asked.

    At one site, or at all that the caller answers for.
    """
    with opened.read() as work:
        return standing_seats.list_seats(
            work, programme_id=programme_id, site_id=site_id, day=day, paging=paging
        )


router = Router("/", route_handlers=[give_seat, end_seat, list_seats], tags=["seats"])
