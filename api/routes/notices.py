"""What is to be told to whom, until senders are set up: a list, and a text for the group chat."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from litestar import Router
from litestar.params import FromQuery, JSONBody
from msgspec import Meta

from api.incoming import Body, Id, OptionalQueryId, Paged, given
from api.operations import act, get
from api.work import Opened
from volunteer_core.database import LONGEST_PAGE, Page
from volunteer_core.notices import outbox
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.outbox import GroupText, NoticeView

NOTICE = NoticeView(
    id=51,
    kind=NoticeKind.PUBLISHED,
    person_id=42,
    name="王*",
    phone="",
    team_id=1,
    text="2026-W49 排班已公布：凤翔社区五点学堂 五点学堂，您的班次 12月3日（周四）17:00–18:00。",
    written_at=datetime(2026, 11, 27, 8, 0, tzinfo=UTC),
    told_at=None,
)
TEXT = GroupText(
    text=f"【志愿服务通知】共 1 条\n1. 王*：{NOTICE.text}",
    notice_ids=[51],
)


class MarkTold(Body):
    """The notices that were told."""

    notice_ids: Annotated[list[Id], Meta(min_length=1, max_length=LONGEST_PAGE)]


class Told(msgspec.Struct, frozen=True):
    """How many notices were not told before."""

    changed: int


@get("/notices", operation="notices.list", answers=Page([NOTICE], 1, 50, 0))
def list_notices(
    opened: Opened, paging: Paged, team_id: OptionalQueryId = None, open_only: FromQuery[bool] = True
) -> Page[NoticeView]:
    """List what is to be told, oldest first; names are masked.

    One's own, those of the teams one leads and the communities one coordinates. With
    `open_only=false` those told before are listed too.
    """
    with opened.read() as work:
        return outbox.list_notices(work, team_id=team_id, open_only=open_only, paging=paging)


@get("/notices/text", operation="notices.list", answers=TEXT)
def write_group_text(opened: Opened, team_id: OptionalQueryId = None) -> GroupText:
    """Give what is to be told as one text for the group chat, of 200 lines at most."""
    with opened.read() as work:
        return outbox.group_text(work, team_id=team_id)


@act("/notices/told", operation="notices.mark_told", asks=MarkTold(notice_ids=[51]), answers=Told(1))
def mark_told(opened: Opened, data: JSONBody[MarkTold]) -> Told:
    """Mark notices as told; those told before stay as they are.

    Refused as a whole if one of them does not exist or is not the caller's to tell.
    """
    with opened.write() as work:
        return Told(outbox.mark_told(work, **given(data)))


router = Router("/", route_handlers=[list_notices, write_group_text, mark_told], tags=["notices"])
