"""The door of an event: tickets, who came and went, who came without having signed up, and the end of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from litestar import Response, Router
from litestar.params import JSONBody
from msgspec import Meta

from api.incoming import AwareDatetime, Body, Id, PathId, given
from api.operations import act, get, post
from api.qr_codes import qr_svg
from api.work import Opened
from volunteer_core.events import concluding
from volunteer_core.events.concluding import Conclusion, Unmarked
from volunteer_core.events.door import lists, scanning, tickets, walk_ins
from volunteer_core.events.door.codes import NoTicketKey
from volunteer_core.events.door.models import Direction, Outcome
from volunteer_core.events.door.scanning import MOST_REPORTS, Report
from volunteer_core.events.door.views import (
    DoorKey,
    DoorList,
    DoorPosition,
    Expected,
    ScanView,
    TicketView,
)
from volunteer_core.events.models import EventStatus

V = TypeVar("V", TicketView, DoorList)

SVG = "image/svg+xml"
OPENS = datetime(2026, 12, 5, 6, tzinfo=UTC)
STARTS, ENDS = datetime(2026, 12, 5, 7, tzinfo=UTC), datetime(2026, 12, 5, 8, 30, tzinfo=UTC)
CODE = "FX1.AEAAAAADAAAAACIAAGYE3KRYHYRMDOYQ…"
TICKET = TicketView(9, 3, "消防安全知识讲座", "听众", OPENS, STARTS, ENDS, 1, CODE)
DOOR = DoorList(
    event_id=3,
    title="消防安全知识讲座",
    starts_at=STARTS,
    ends_at=ENDS,
    made_at=OPENS,
    keys=[DoorKey(1, bytes(range(32)))],
    positions=[DoorPosition(7, "听众", False, OPENS, STARTS, ENDS)],
    expected=[Expected(9, 7, 1, "张*", 1, None, None)],
)
SCAN = ScanView("door-1-0001", Outcome.ADMITTED, "", "请进。", 9, 7, "张*", 1, STARTS, None)
CONCLUSION = Conclusion(3, EventStatus.HELD, 38, 5, [])


class Scan(Body):
    """What a door has seen: the text of a ticket, or a tick on the name list."""

    key: str
    """Chosen by the door, and never given to another report: 1 to 64 letters, digits, `-` and `_`."""
    direction: Direction
    scanned_at: AwareDatetime
    code: str | None = None
    signup_id: Id | None = None


class ReportScans(Body):
    """What a door has to report, in any order."""

    reports: Annotated[list[Scan], Meta(min_length=1, max_length=MOST_REPORTS)]


class WalkIn(Body):
    """Who has come, a known person or a resident by name and phone; and with whom."""

    person_id: Id | None = None
    name: str | None = None
    phone: str | None = None
    community_id: Id | None = None
    accompanied: bool = False
    companions: int = 0


class Conclude(Body):
    """What to say of those of whom no door has reported."""

    unmarked: Unmarked = Unmarked.ABSENT


@get("/signups/{signup_id:int}/ticket", operation="events.ticket", answers=TICKET)
def read_ticket(opened: Opened, signup_id: PathId) -> TicketView:
    """Read the ticket of a sign-up with a seat: a text to be shown as a QR code. Nobody is named in it."""
    return with_key(opened, tickets.read_ticket, signup_id=signup_id)


@get("/signups/{signup_id:int}/ticket.svg", operation="events.ticket", answers="<svg …", media_type=SVG)
def read_ticket_picture(opened: Opened, signup_id: PathId) -> Response[str]:
    """Read a ticket as a picture: its QR code, as large as there is room."""
    headers = {"Cache-Control": "private, no-store"}
    ticket = with_key(opened, tickets.read_ticket, signup_id=signup_id)
    return Response(qr_svg(ticket.code), media_type=SVG, headers=headers)


@act("/signups/{signup_id:int}/ticket/renew", operation="events.renew_ticket", answers=TICKET)
def renew_ticket(opened: Opened, signup_id: PathId) -> TicketView:
    """Get another ticket; those before are revoked."""
    with opened.write() as work:
        return tickets.renew_ticket(work, signup_id=signup_id)


@get("/events/{event_id:int}/door", operation="events.door", answers=DOOR)
def read_door_list(opened: Opened, event_id: PathId) -> DoorList:
    """Read what a door needs to work without the network: keys, times, and who has a seat, masked."""
    return with_key(opened, lists.read_door_list, event_id=event_id)


@act(
    "/events/{event_id:int}/scans",
    operation="events.scan",
    asks=ReportScans(reports=[Scan(key="door-1-0001", direction=Direction.IN, scanned_at=STARTS, code=CODE)]),
    answers=[SCAN],
)
def report_scans(opened: Opened, event_id: PathId, data: JSONBody[ReportScans]) -> list[ScanView]:
    """Report who came and went: 1 to 200 scans, in any order, also long afterwards.

    Each is answered with what came of it; one that is refused loses none of the others. One
    that is sent again (by its `key`) changes nothing and gets the same outcome.
    """
    reports = [Report(**given(scan)) for scan in data.reports]
    with opened.write() as work:
        return scanning.report_scans(work, event_id=event_id, reports=reports)


@act("/signups/{signup_id:int}/check-in", operation="events.check_in", answers=SCAN)
def check_in(opened: Opened, signup_id: PathId) -> ScanView:
    """Tick somebody on the name list: they are in."""
    with opened.write() as work:
        return scanning.check_in(work, signup_id=signup_id)


@act("/signups/{signup_id:int}/check-out", operation="events.check_in", answers=SCAN)
def check_out(opened: Opened, signup_id: PathId) -> ScanView:
    """Somebody leaves; who serves has the hours at once."""
    with opened.write() as work:
        return scanning.check_out(work, signup_id=signup_id)


@act("/signups/{signup_id:int}/undo-check-in", operation="events.check_in", answers=SCAN)
def undo_check_in(opened: Opened, signup_id: PathId) -> ScanView:
    """Take back the last: that somebody left, with the hours, or that they came."""
    with opened.write() as work:
        return scanning.undo_check_in(work, signup_id=signup_id)


@post(
    "/positions/{position_id:int}/walk-ins",
    operation="events.walk_in",
    asks=WalkIn(person_id=42),
    answers=SCAN,
)
def walk_in(opened: Opened, position_id: PathId, data: JSONBody[WalkIn]) -> ScanView:
    """Let somebody in who has not signed up, while seats are free; whoever is marked absent has none.

    Whoever is not registered gives name and phone, and may come where nothing is asked for.

    Refused: without a free seat (`no_seat_free`), and whom the rules of the position keep out.
    """
    with opened.write() as work:
        return walk_ins.walk_in(work, position_id=position_id, **given(data))


@act(
    "/events/{event_id:int}/conclude",
    operation="events.conclude",
    asks=Conclude(unmarked=Unmarked.ABSENT),
    answers=CONCLUSION,
)
def conclude_event(opened: Opened, event_id: PathId, data: JSONBody[Conclude]) -> Conclusion:
    """Conclude an event after its end: who came has attended, who did not is absent; service becomes hours.

    Where no door was kept, `unmarked` says `attended`. Repeating changes nothing.
    """
    with opened.write() as work:
        return concluding.conclude(work, event_id=event_id, **given(data))


def with_key(opened: Opened, question: Callable[..., V], **of: Any) -> V:
    """The answer to a question that only looks; the office's very first makes its key, and so writes."""
    try:
        with opened.read() as work:
            return question(work, **of)
    except NoTicketKey:
        with opened.write() as work:
            return question(work, **of)


router = Router(
    "/",
    tags=["door"],
    route_handlers=[
        read_ticket,
        read_ticket_picture,
        renew_ticket,
        read_door_list,
        report_scans,
        check_in,
        check_out,
        undo_check_in,
        walk_in,
        conclude_event,
    ],
)
