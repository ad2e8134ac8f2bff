"""The page of an entry: what a calendar says of it, for whoever follows the link in the calendar.

A UID opens what the feeds show of its entry, and nothing that acts: calendars are passed on and read over
shoulders.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime

import msgspec
from sqlalchemy import Date, bindparam, or_

from volunteer_core.calendars.contents import (
    Entry,
    Standing,
    entries_of,
    public_entries,
    published_entries,
)
from volunteer_core.calendars.family import session_entries
from volunteer_core.calendars.options import LONGEST_PAST_DAYS, Options
from volunteer_core.calendars.rendering import shown
from volunteer_core.calendars.selections import PROMISES, Row, window
from volunteer_core.commitments.models import Commitment
from volunteer_core.database import Work
from volunteer_core.errors import NotFound, Refused
from volunteer_core.people.models import Person
from volunteer_core.timespans import civil_date

PATH = "/calendars/entries/"
_UID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_LONGEST = Options(past_days=LONGEST_PAST_DAYS)
"""What the most patient of subscribers sees."""

_PROMISE = PROMISES.join(Person, Person.id == Commitment.person_id).where(
    Commitment.uid == bindparam("uid"),
    or_(Person.left_on.is_(None), Person.left_on > bindparam("today", type_=Date())),
)


class EntryUnknown(NotFound, code="entry_unknown", sentence="没有这个日程，或者它已不再显示。"):
    """No calendar shows an entry with that UID: it was never published, or is too long ago."""

    def __init__(self) -> None:
        Refused.__init__(self)


class EntryPage(msgspec.Struct, frozen=True):
    """An entry as a calendar shows it. Instants are UTC; texts may be empty."""

    title: str
    """With 【已取消】 before it, if it is."""
    starts_at: datetime
    ends_at: datetime
    unconfirmed: bool
    """Its person is asked to confirm it, and has not."""
    place: str
    description: str


def entry_page(work: Work, *, uid: str) -> EntryPage:
    """What calendars say of the entry with a UID: of a promise what its person's says, of a shift, an event
    or a session what calendars of several people say. The UID is the right to it, as the secret is to a feed.

    Refuses (:class:`EntryUnknown`) what no calendar shows, or would to a person who has left, and an event
    that is not for everybody: whoever has a seat has a promise, which has its own page.
    """
    work.demand("calendars.fetch")
    entry = next(_found(work, uid), None) if _UID.fullmatch(uid) else None
    if entry is None:
        raise EntryUnknown
    title, place, description = shown(entry, _LONGEST)
    unconfirmed = entry.standing is Standing.TENTATIVE
    return EntryPage(title, entry.starts_at, entry.ends_at, unconfirmed, place, description)


def entry_pages(work: Work) -> str:
    """What addresses of pages begin with, before the UID; empty if the office has none. Inner."""
    return f"{work.base_url}{PATH}" if work.base_url else ""


def _found(work: Work, uid: str) -> Iterator[Entry]:
    rows = work.views(Row, _PROMISE, {"uid": uid, "today": civil_date(work.now), **window(work, _LONGEST)})
    yield from entries_of(rows, _LONGEST)
    yield from public_entries(work, _LONGEST, [uid])
    yield from published_entries(work, _LONGEST, [uid])
    yield from session_entries(work, uid, _LONGEST)
