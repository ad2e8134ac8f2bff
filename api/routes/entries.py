"""A page for each entry of a calendar, which the link in the entry opens.

It says what the calendar says, needs no script and no other address, and nothing on it acts.
"""

from __future__ import annotations

from html import escape

from litestar import Response, Router
from litestar.di import Provide
from litestar.enums import MediaType
from litestar.params import FromPath

from api.operations import get
from api.pages import page as html_page
from api.work import Opened, provide_unsigned
from volunteer_core.calendars import pages
from volunteer_core.calendars.pages import EntryPage, EntryUnknown
from volunteer_core.timespans import chinese_span


@get(
    f"{pages.PATH}{{uid:str}}",
    operation="calendars.fetch",
    answers=None,
    include_in_schema=False,
    media_type=MediaType.HTML,
    opt={"any_query": True},
)
def show_entry(opened: Opened, uid: FromPath[str]) -> Response[str]:
    """Show an entry of a calendar to a person."""
    try:
        with opened.read() as work:
            page = pages.entry_page(work, uid=uid)
    except EntryUnknown as refusal:
        return _html("没有找到", [refusal.message], status=404)
    return _html(page.title, _said(page))


def _said(page: EntryPage) -> list[str]:
    asked = "待本人确认" if page.unconfirmed else ""
    span = chinese_span(page.starts_at, page.ends_at, year=True)
    return [text for text in (span, page.place, asked, page.description) if text]


def _html(title: str, paragraphs: list[str], *, status: int = 200) -> Response[str]:
    rest = "\n".join(f"<p>{escape(paragraph)}</p>" for paragraph in paragraphs)
    return html_page(escape(title), rest, status=status)


router = Router(
    "/",
    tags=["calendars"],
    route_handlers=[show_entry],
    dependencies={"opened": Provide(provide_unsigned, sync_to_thread=False)},
)
