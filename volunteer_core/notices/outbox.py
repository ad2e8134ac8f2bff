"""Reading the outbox: what is still to be told, as a list and as a text for the group chat."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import msgspec
from sqlalchemy import ColumnElement, case, func, or_, select, true

from volunteer_core.database import Page, Paging, Work
from volunteer_core.errors import NotFound
from volunteer_core.notices.models import NOT_FOR_THE_GROUP, Notice, NoticeKind
from volunteer_core.people.masking import masked_name
from volunteer_core.people.models import Person

MOST_IN_TEXT = 200


class NoticeView(msgspec.Struct, frozen=True):
    """One thing one person is to be told; the name is masked. Of who signed up by phone there is the number
    to which the text is to be sent; before they have confirmed it they have no ``person_id`` and no name."""

    id: int
    kind: NoticeKind
    person_id: int | None
    name: str
    phone: str
    team_id: int | None
    text: str
    written_at: datetime
    told_at: datetime | None


class GroupText(msgspec.Struct, frozen=True):
    """What can be copied into the group chat, and which notices it covers."""

    text: str
    notice_ids: list[int]


def list_notices(
    work: Work,
    *,
    open_only: bool = True,
    team_id: int | None = None,
    paging: Paging = Paging(),
) -> Page[NoticeView]:
    """Notices, oldest first: one's own, those of the teams one leads or communities one coordinates."""
    return _list(work, Notice.told_at.is_(None) if open_only else true(), team_id, paging)


def _list(work: Work, wanted: ColumnElement[bool], team_id: int | None, paging: Paging) -> Page[NoticeView]:
    reach = work.reach("notices.list")
    statement = (
        select(
            Notice.id,
            Notice.kind,
            Notice.person_id,
            func.coalesce(Person.name, "").label("name"),
            case((Person.visitor, Person.phone), else_=Notice.phone).label("phone"),
            Notice.team_id,
            Notice.text,
            Notice.written_at,
            Notice.told_at,
        )
        .outerjoin(Person, Person.id == Notice.person_id)
        .where(wanted)
        .order_by(Notice.id)
    )
    if not reach.everything:
        statement = statement.where(
            or_(
                Notice.team_id.in_(reach.teams),
                Notice.community_id.in_(reach.communities),
                Notice.person_id == reach.person_id,
            )
        )
    if team_id is not None:
        statement = statement.where(Notice.team_id == team_id)
    page = work.page(NoticeView, statement, paging)
    masked = [msgspec.structs.replace(notice, name=masked_name(notice.name)) for notice in page.items]
    return msgspec.structs.replace(page, items=masked)


def group_text(work: Work, *, team_id: int | None = None) -> GroupText:
    """The open notices as one text, a line a person, ready for the group chat, save those that are not
    for the group, and those to visitors, who are not in it."""
    wanted = Notice.told_at.is_(None) & Notice.kind.not_in(NOT_FOR_THE_GROUP) & Person.visitor.is_not(True)
    page = _list(work, wanted, team_id, Paging(limit=MOST_IN_TEXT))
    lines = [f"【志愿服务通知】共 {len(page.items)} 条"] if page.items else ["目前没有需要通知的事项。"]
    lines += [f"{number}. {notice.name}：{notice.text}" for number, notice in enumerate(page.items, 1)]
    if page.total > len(page.items):
        lines.append(f"（另有 {page.total - len(page.items)} 条未列出）")
    return GroupText("\n".join(lines), [notice.id for notice in page.items])


def mark_told(work: Work, *, notice_ids: Iterable[int]) -> int:
    """Marks notices as told; those told before stay as they are. Returns how many changed.

    Refuses all of them if one does not exist or is not the actor's to tell.
    """
    work.reach("notices.mark_told")  # who tells nobody learns nothing of which notices there are
    wanted = set(notice_ids)
    notices = work.lock_all(Notice, wanted)
    for missing in sorted(wanted - {notice.id for notice in notices}):
        raise NotFound("notices", missing)
    changed = 0
    for notice in notices:
        work.demand("notices.mark_told", teams=[notice.team_id], communities=[notice.community_id])
        if notice.told_at is None:
            notice.told_at, notice.told_by = work.now, work.by.person_id
            changed += 1
    work.flush()
    return changed
