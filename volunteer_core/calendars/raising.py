"""Raising the revisions of feeds, and remembering which of their entries each revision touched. Inner."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import bindparam, select, update

from volunteer_core.calendars.models import FeedRevision, Subscription
from volunteer_core.calendars.showing import AT_ONCE, batches
from volunteer_core.database import Work, insert_missing

UIDS_KEPT = 32
"""Of so many entries a feed remembers which revision touched them. Whoever has seen less of it than
that reads it whole."""

Change = tuple[int, list[str] | None]
"""A revision and the UIDs of the entries it touched; without them it may be anything."""


def changes_since(changes: str, revision: int) -> set[str] | None:
    """The UIDs of the entries touched after a revision, of a feed's ``changes``; nothing where that is
    not known."""
    known = msgspec.json.decode(changes, type=list[Change])
    if not known or known[0][0] > revision + 1:
        return None
    touched: set[str] = set()
    for number, uids in known:
        if number > revision:
            if uids is None:
                return None
            touched.update(uids)
    return touched


def raise_subscriptions(work: Work, owners: Iterable[int]) -> None:
    """What their owners may see has changed."""
    for some in batches(owners):
        work.connection().execute(
            update(Subscription)
            .where(Subscription.owner_id.in_(some))
            .values(revision=Subscription.revision + 1)
        )


_LOCKED = (
    select(FeedRevision.key, FeedRevision.revision, FeedRevision.changed_at, FeedRevision.changes)
    .where(FeedRevision.key.in_(bindparam("keys", expanding=True)))
    .order_by(FeedRevision.key)
    .with_for_update()
)
_RAISED = (
    update(FeedRevision)
    .where(FeedRevision.key == bindparam("raised"))
    .values({name: bindparam(name) for name in ("revision", "changed_at", "changes")})
)


def raise_feeds(work: Work, feeds: dict[str, set[str] | None]) -> None:
    connection, keys = work.connection(), sorted(feeds)
    second = int(work.now.timestamp())
    for start in range(0, len(keys), AT_ONCE):
        some = keys[start : start + AT_ONCE]
        rows = connection.execute(_LOCKED, {"keys": some}).all()
        if len(rows) < len(some):
            known = {row.key for row in rows}
            insert_missing(
                work,
                FeedRevision,
                [
                    {"key": key, "revision": 0, "changed_at": 0, "changes": "[]"}
                    for key in some
                    if key not in known
                ],
            )
            rows = connection.execute(_LOCKED, {"keys": some}).all()
        connection.execute(
            _RAISED,
            [
                {
                    "raised": row.key,
                    "revision": row.revision + 1,
                    "changed_at": max(second, row.changed_at + 1),
                    "changes": _with(row.changes, row.revision + 1, feeds[row.key]),
                }
                for row in rows
            ],
        )


def _with(changes: str, revision: int, uids: set[str] | None) -> str:
    """The changes of a feed with one more, the oldest left out where they become too many."""
    if uids is None or len(uids) > UIDS_KEPT:
        return msgspec.json.encode([(revision, None)]).decode()
    known = msgspec.json.decode(changes, type=list[Change])
    left = UIDS_KEPT - len(uids)
    kept: list[Change] = [(revision, sorted(uids))]
    for number, earlier in reversed(known):
        left -= max(1, len(earlier or ()))
        if left < 0 or earlier is None:
            break
        kept.insert(0, (number, earlier))
    return msgspec.json.encode(kept).decode()
