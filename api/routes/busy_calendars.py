"""People's own calendars, of which only is kept when they are busy: files, and addresses that are read anew.

Reading takes seconds: handlers that do so run aside and open their short works themselves.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from litestar import Request, Router
from litestar.params import JSONBody, RawBody

from api.aside import aside_of
from api.incoming import Body, PathId, QueryText
from api.operations import File, act, get, post, put
from api.work import Opened
from volunteer_core.commitments.busy import adding, listing, refreshing
from volunteer_core.commitments.busy.listing import BusyCalendarView

UPLOADED = BusyCalendarView(
    id=7,
    person_id=42,
    label="手机日历",
    host=None,
    added_at=datetime(2026, 12, 3, 4, tzinfo=UTC),
    tried_at=datetime(2026, 12, 3, 4, tzinfo=UTC),
    read_at=datetime(2026, 12, 3, 4, tzinfo=UTC),
    until=date(2027, 6, 1),
    spans=86,
    problem="",
    says="上传的文件不会自动更新，计到 2027年6月1日 星期二。",
)
REGISTERED = BusyCalendarView(
    id=8,
    person_id=42,
    label="单位排班",
    host="calendar.example.com",
    added_at=datetime(2026, 12, 1, 4, tzinfo=UTC),
    tried_at=datetime(2026, 12, 3, 4, tzinfo=UTC),
    read_at=datetime(2026, 12, 2, 22, tzinfo=UTC),
    until=date(2027, 5, 31),
    spans=60,
    problem="address_gone",
    says="这个地址上没有日历，请检查地址是否完整。暂按 2026-12-03 06:00 读到的内容计算。",
)
CALENDAR = File(
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//example//\r\nBEGIN:VEVENT\r\nUID:1\r\n"
    "DTSTAMP:20261201T040000Z\r\nDTSTART:20261207T090000Z\r\nDTEND:20261207T100000Z\r\n"
    "END:VEVENT\r\nEND:VCALENDAR\r\n",
    "text/calendar",
)


class Register(Body):
    """The https or webcal address of a calendar, and what it is called in the list."""

    label: str
    address: str


@get(
    "/people/{person_id:int}/busy-calendars", operation="busy_calendars.read", answers=[UPLOADED, REGISTERED]
)
def list_busy_calendars(opened: Opened, person_id: PathId) -> list[BusyCalendarView]:
    """List one's own calendars: when each was read, until when it holds, and what went wrong.

    Only the person sees it; those who make rosters are told that somebody has other plans, never which.
    """
    with opened.read() as work:
        return listing.list_calendars(work, person_id=person_id)


@post(
    "/people/{person_id:int}/busy-calendars",
    operation="busy_calendars.change",
    asks=CALENDAR,
    answers=UPLOADED,
)
async def upload_busy_calendar(
    request: Request[Any, Any, Any], opened: Opened, person_id: PathId, label: QueryText, body: RawBody
) -> BusyCalendarView:
    """Upload a calendar (.ics); the body is the file itself, 2 MB at most.

    Only merged busy spans of the coming 180 days are kept, nothing else of it. A file that cannot be read is
    refused whole: `not_a_calendar`, `calendar_truncated`, `calendar_unreadable`, `calendar_beyond_limits`,
    `calendar_too_heavy`. Ten calendars a person (`too_many_calendars`).
    """
    return await aside_of(request).run(
        opened.carry_out, adding.upload, opened, person_id=person_id, label=label, data=bytes(body)
    )


@post(
    "/people/{person_id:int}/busy-calendars/address",
    operation="busy_calendars.change",
    asks=Register(label="单位排班", address="webcal://calendar.example.com/private/team.ics"),
    answers=REGISTERED,
)
async def register_busy_calendar(
    request: Request[Any, Any, Any], opened: Opened, person_id: PathId, data: JSONBody[Register]
) -> BusyCalendarView:
    """Register the address of a calendar: it is fetched now, and then every six hours.

    Refused, and nothing kept: what an upload is refused for, an address that is not https
    (`address_not_https`), leads to an inner network (`address_inward`) or cannot be read now
    (`address_unreachable`, `address_gone`, `address_too_slow`, `too_many_redirects`).
    """
    return await aside_of(request).run(
        opened.carry_out,
        adding.register,
        opened,
        person_id=person_id,
        label=data.label,
        address=data.address,
        fetcher=request.app.state.fetcher,
    )


@put(
    "/people/{person_id:int}/busy-calendars/{calendar_id:int}/file",
    operation="busy_calendars.change",
    asks=CALENDAR,
    answers=UPLOADED,
)
async def replace_busy_calendar(
    request: Request[Any, Any, Any], opened: Opened, person_id: PathId, calendar_id: PathId, body: RawBody
) -> BusyCalendarView:
    """Replace an uploaded calendar by a newer file. If that is refused, what was read before still counts."""
    return await aside_of(request).run(
        adding.replace, opened, person_id=person_id, calendar_id=calendar_id, data=bytes(body)
    )


@act(
    "/people/{person_id:int}/busy-calendars/{calendar_id:int}/refresh",
    operation="busy_calendars.change",
    answers=REGISTERED,
)
async def refresh_busy_calendar(
    request: Request[Any, Any, Any], opened: Opened, person_id: PathId, calendar_id: PathId
) -> BusyCalendarView:
    """Fetch a calendar's address now, once a minute at most (`just_tried`).

    Why it could not be read, if so, is in `problem`; what was read before still counts.
    """
    return await aside_of(request).run(
        opened.carry_out,
        refreshing.refresh,
        opened,
        person_id=person_id,
        calendar_id=calendar_id,
        fetcher=request.app.state.fetcher,
    )


@act("/people/{person_id:int}/busy-calendars/{calendar_id:int}/remove", operation="busy_calendars.change")
def remove_busy_calendar(opened: Opened, person_id: PathId, calendar_id: PathId) -> None:
    """Remove a calendar and all that is kept of it."""
    with opened.write() as work:
        listing.remove(work, person_id=person_id, calendar_id=calendar_id)


router = Router(
    "/",
    tags=["busy-calendars"],
    route_handlers=[
        list_busy_calendars,
        upload_busy_calendar,
        register_busy_calendar,
        replace_busy_calendar,
        refresh_busy_calendar,
        remove_busy_calendar,
    ],
)
