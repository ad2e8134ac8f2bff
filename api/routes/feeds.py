"""The feeds themselves, as phones fetch them: by the secret of an address, and those for everybody."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from typing import Any

from litestar import Request, Response, Router
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import ResponseSpec
from litestar.params import FromPath

from api.conditional import compressed_tag, not_modified, takes_gzip, validators
from api.operations import get
from api.work import Opened
from volunteer_core.calendars import feeds
from volunteer_core.calendars.feeds import Feed
from volunteer_core.errors import NotFound

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Fengxiang Volunteers//Calendars 1//ZH
NAME:我的志愿服务
BEGIN:VEVENT
SUMMARY:五点学堂
DTSTART;TZID=Asia/Shanghai:20261207T170000
DTEND;TZID=Asia/Shanghai:20261207T180000
DTSTAMP:20261203T040000Z
UID:0b3c9f1e-6d0c-4a55-9a3b-2f6f4f0d7c11
LAST-MODIFIED:20261203T040000Z
LOCATION:三峰社区五点学堂
SEQUENCE:1
STATUS:CONFIRMED
TRANSP:OPAQUE
END:VEVENT
END:VCALENDAR
"""
UNCHANGED = ResponseSpec(
    data_container=None,
    generate_examples=False,
    description="The caller has it already: what If-None-Match names, or since If-Modified-Since.",
)


def _feed(path: str, *, operation: str) -> Callable[[Callable[..., Any]], HTTPRouteHandler]:
    """A route that answers with a calendar. Clients add query parameters of their own: any is let pass."""
    return get(
        path,
        operation=operation,
        answers=CALENDAR,
        media_type="text/calendar",
        responses={304: UNCHANGED},
        opt={"any_query": True},
    )


@_feed("/feeds/{name:str}", operation="calendars.fetch")
def fetch_feed(request: Request[Any, Any, Any], opened: Opened, name: FromPath[str]) -> Response[bytes]:
    """Fetch the calendar at a secret address, as iCalendar.

    The secret in the address is the right to it. Answers 304 where If-None-Match or
    If-Modified-Since say that the caller has it already. With `?download=1`, as with all calendars,
    a browser keeps it as a file.
    """
    with opened.read() as work:
        found = feeds.feed(work, secret=name.removesuffix(".ics"))
    if found.subscription_id is not None:
        request.app.state.fetches.note(found.subscription_id)
    return _answer(request, found)


@_feed("/calendars/events.ics", operation="calendars.public")
def fetch_public_events(request: Request[Any, Any, Any], opened: Opened) -> Response[bytes]:
    """Fetch the calendar of public events, as iCalendar: no address of one's own is needed."""
    with opened.read() as work:
        found = feeds.public_feed(work)
    return _answer(request, found)


@_feed("/calendars/communities/{name:str}", operation="calendars.public")
def fetch_community_events(
    request: Request[Any, Any, Any], opened: Opened, name: FromPath[str]
) -> Response[bytes]:
    """Fetch the calendar of a community's public events: `/calendars/communities/1.ics`."""
    with opened.read() as work:
        found = feeds.community_feed(work, community_id=_number(name, "communities"))
    return _answer(request, found)


@_feed("/calendars/events/{name:str}", operation="calendars.public")
def fetch_event(request: Request[Any, Any, Any], opened: Opened, name: FromPath[str]) -> Response[bytes]:
    """Fetch one public event as a calendar: `/calendars/events/1.ics`."""
    with opened.read() as work:
        found = feeds.event_feed(work, event_id=_number(name, "events"))
    return _answer(request, found)


@_feed("/calendars/workdays.ics", operation="calendars.public")
def fetch_workdays(request: Request[Any, Any, Any], opened: Opened) -> Response[bytes]:
    """Fetch the office's days off, make-up days and closures as a calendar to lay over one's own."""
    with opened.read() as work:
        found = feeds.office_days_feed(work)
    return _answer(request, found)


def _number(name: str, what: str) -> int:
    """The number in ``12.ics``; anything else names nothing."""
    number = name.removesuffix(".ics")
    if not (number.isascii() and number.isdecimal() and len(number) < 11):
        raise NotFound(what, 0)
    return int(number)


def _disposition(request: Request[Any, Any, Any]) -> str:
    """A file to keep for phones that cannot subscribe; any other parameter is some client's own."""
    return "attachment" if request.query_params.get("download") == "1" else "inline"


def _answer(request: Request[Any, Any, Any], found: Feed) -> Response[bytes]:
    level = request.app.state.settings.gzip_level
    compressed = level > 0 and takes_gzip(request.headers)
    etag = compressed_tag(found.etag) if compressed else found.etag
    headers = validators(etag, found.last_modified) | {
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f'{_disposition(request)}; filename="{found.name}"',
        "Vary": "Accept-Encoding",
        "X-Robots-Tag": "noindex, nofollow",
    }
    if not_modified(request.headers, etag=found.etag, last_modified=found.last_modified):
        return Response(b"", status_code=304, headers=headers)
    body = found.body
    if compressed:
        body = gzip.compress(body, level, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return Response(body, media_type="text/calendar", headers=headers)


router = Router(
    "/",
    tags=["calendars"],
    route_handlers=[fetch_feed, fetch_public_events, fetch_community_events, fetch_event, fetch_workdays],
)
