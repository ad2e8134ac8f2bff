"""Making an answer: a feed's entries rendered and joined, all of them or after a few have changed. Inner."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec

from volunteer_core.calendars.contents import (
    EVER,
    Entry,
    nothing_planned,
    notice,
    sequence_at,
)
from volunteer_core.calendars.options import Options
from volunteer_core.calendars.pages import entry_pages
from volunteer_core.calendars.rendering import Rendered, join, render_entry
from volunteer_core.calendars.selections import Look, days_ago
from volunteer_core.calendars.shelf import Feed, Kept, Source, Stamp
from volunteer_core.database import Work
from volunteer_core.timespans import civil_date

BYTES_MOST = 1_000_000
"""Of entries in one calendar: larger ones are refused by some clients."""


def made(
    work: Work,
    source: Source,
    options: Options,
    stamp: Stamp,
    changed_at: int | None,
    *,
    since: datetime | None = None,
    subscription_id: int | None = None,
) -> Kept:
    """A feed made anew. One that has not changed since its revisions are counted goes by its entries'."""
    entries = source.entries(work, options, None)
    shown = entries or nothing_planned(source.entries(work, EVER, None), options)
    if not shown and subscription_id is not None and changed_at is not None:
        # All of it is gone without a trace: a child that is no longer this guardian's.
        then = datetime.fromtimestamp(changed_at, UTC)
        shown = [notice(source.key, sequence_at(then), then, civil_date(then), options)]
    instants = [days_ago(work, 0), *([since] if since else ())]
    if changed_at is None:
        instants += [entry.revised_at for entry in shown]
    else:
        instants.append(datetime.fromtimestamp(changed_at, UTC))
    pages = entry_pages(work)
    rendered = [render_entry(entry, options, pages) for entry in shown]
    left_out = _left_out(work, shown, rendered)
    found = finished(join(source.name, rendered[left_out:]), max(instants), source.file_name, subscription_id)
    pieces = {entry.uid: (entry.starts_at, piece) for entry, piece in zip(entries, rendered, strict=False)}
    return Kept(stamp, found, source, options, pages, {} if left_out else pieces)


def _left_out(work: Work, shown: list[Entry], rendered: list[Rendered]) -> int:
    """How many of the entries have to go, the oldest first, so that clients take the rest. What is of today
    or to come is never left out, and a feed never changes within a day by itself."""
    today = days_ago(work, 0)
    size, left_out = sum(len(piece.body) for piece in rendered), 0
    while size > BYTES_MOST and shown[left_out].ends_at <= today:
        size -= len(rendered[left_out].body)
        left_out += 1
    return left_out


def renewed(look: Look, kept: Kept, uids: set[str], *, revision: int, changed_at: int) -> Kept | None:
    """An answer after some of its entries have changed: only those are read and rendered. Nothing where
    none is left, for then it says something else, and where not all there is has room. Inner."""
    if not kept.pieces:
        return None
    entries = kept.source.entries(look, kept.options, sorted(uids)) if uids else []
    pieces = dict(kept.pieces)
    for uid in uids.difference(entry.uid for entry in entries):
        pieces.pop(uid, None)
    in_order = True
    for entry in entries:
        in_order = in_order and entry.uid in pieces and pieces[entry.uid][0] == entry.starts_at
        pieces[entry.uid] = entry.starts_at, render_entry(entry, kept.options, kept.pages)
    if not pieces:
        return None
    if not in_order:
        pieces = dict(sorted(pieces.items(), key=lambda item: (item[1][0], item[0])))
    rendered = join(kept.source.name, [piece for _, piece in pieces.values()])
    if len(rendered.body) > BYTES_MOST:
        return None
    found = finished(
        rendered,
        max(kept.feed.last_modified, datetime.fromtimestamp(changed_at, UTC)),
        kept.feed.name,
        kept.feed.subscription_id,
    )
    stamp = msgspec.structs.replace(kept.stamp, feed=revision)
    return msgspec.structs.replace(kept, stamp=stamp, feed=found, pieces=pieces)


def finished(
    rendered: Rendered, last_modified: datetime, file_name: str, subscription_id: int | None = None
) -> Feed:
    """A calendar with its tag. Inner."""
    etag = f'"{rendered.digest.hex()[:32]}"'
    return Feed(rendered.body, etag, last_modified.replace(microsecond=0), file_name, subscription_id)
