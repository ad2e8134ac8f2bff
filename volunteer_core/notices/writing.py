"""Writing to the outbox. Inner: the operation that causes a notice has asked for its right."""

from __future__ import annotations

from sqlalchemy import select

from volunteer_core.database import Work
from volunteer_core.notices.models import Notice, NoticeKind


def tell(
    work: Work,
    *,
    kind: NoticeKind,
    person_id: int | None = None,
    phone: str = "",
    text: str,
    team_id: int | None = None,
    community_id: int | None = None,
    version_id: int | None = None,
    key: str | None = None,
) -> bool:
    """Puts into the outbox what a person is to be told: a Chinese sentence that stands by itself.

    Never a child's name, never somebody else's phone. ``version_id`` says of which version of a published
    roster it tells. Who is known by phone only is told by ``phone``. With a ``key`` it is written once only;
    returns whether it was written now.
    """
    if key is not None and work.scalar(select(Notice.id).where(Notice.key == key)) is not None:
        return False
    work.add(
        Notice(
            kind=kind,
            person_id=person_id,
            phone=phone,
            team_id=team_id,
            community_id=community_id,
            text=text[:500],
            version_id=version_id,
            key=key,
            written_at=work.now,
        )
    )
    return True


def take_back(work: Work, *, key: str) -> None:
    """Takes out of the outbox what need not be told any more, or must not be kept."""
    notice = work.scalar(select(Notice).where(Notice.key == key))
    if notice is not None:
        work.delete(notice)
