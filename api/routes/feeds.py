"""The feeds themselves, as phones fetch them: by the secret of an address, and those for everybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar import Request, Response, Router
from litestar.di import Provide
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import ResponseSpec
from litestar.params import FromPath

from api.at_hand import answer
from api.operations import get
from api.problems import RouteUnknown
from api.work import Opened, provide_unsigned
from volunteer_core.calendars import feeds
from volunteer_core.calendars.shelf import Feed

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
_BY_LITESTAR = frozenset({b"content-type", b"content-length"})
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
    state = request.app.state
    with opened.read() as work:
        found = feeds.feed(work, secret=name.removesuffix(".ics"), shelf=state.shelf)
    if state.fetches.note(found.subscription_id):
        state.fetches.write()
    return _answer(request, found)


@_feed("/calendars/events.ics", operation="calendars.public")
def fetch_public_events(request: Request[Any, Any, Any], opened: Opened) -> Response[bytes]:
    """Fetch the calendar of public events, as iCalendar: no address of one's own is needed."""
    with opened.read() as work:
        found = feeds.public_feed(work, shelf=request.app.state.shelf)
    return _answer(request, found)


@_feed("/calendars/communities/{name:str}", operation="calendars.public")
def fetch_community_events(
    request: Request[Any, Any, Any], opened: Opened, name: FromPath[str]
) -> Response[bytes]:
    """Fetch the calendar of a community's public events: `/calendars/communities/1.ics`."""
    with opened.read() as work:
        found = feeds.community_feed(work, community_id=_number(name), shelf=request.app.state.shelf)
    return _answer(request, found)


@_feed("/calendars/events/{name:str}", operation="calendars.public")
def fetch_event(request: Request[Any, Any, Any], opened: Opened, name: FromPath[str]) -> Response[bytes]:
    """Fetch one public event as a calendar: `/calendars/events/1.ics`."""
    with opened.read() as work:
        found = feeds.event_feed(work, event_id=_number(name), shelf=request.app.state.shelf)
    return _answer(request, found)


@_feed("/calendars/workdays.ics", operation="calendars.public")
def fetch_workdays(request: Request[Any, Any, Any], opened: Opened) -> Response[bytes]:
    """Fetch the office's days off, make-up days and closures as a calendar to lay over one's own."""
    with opened.read() as work:
        found = feeds.office_days_feed(work, shelf=request.app.state.shelf)
    return _answer(request, found)


def _number(name: str) -> int:
    """The number in ``12.ics``; at anything else there is nothing."""
    number = name.removesuffix(".ics")
    if not (number.isascii() and number.isdecimal() and len(number) < 11):
        raise RouteUnknown
    return int(number)


def _answer(request: Request[Any, Any, Any], found: Feed) -> Response[bytes]:
    status, headers, body = answer(
        found,
        request.headers,
        request.app.state.settings.gzip_level,
        download=request.query_params.get("download") == "1",  # others are some client's own
    )
    named = {key.decode(): value.decode() for key, value in headers if key not in _BY_LITESTAR}
    return Response(body, status_code=status, headers=named, media_type="text/calendar")


router = Router(
    "/",
    tags=["calendars"],
    route_handlers=[fetch_feed, fetch_public_events, fetch_community_events, fetch_event, fetch_workdays],
    dependencies={"opened": Provide(provide_unsigned, sync_to_thread=False)},
)
