"""What a feed shows, as plain entries. Inner: asks no rights.

Nothing about children, no link, nobody's name or phone but the contact that was typed to be passed on,
and that only to those who serve and for public events: a feed may be read over a shoulder. What a
discreet team runs, or is served for it, appears everywhere as 「志愿服务」 without place or text, in
a person's own feed too, and not at all in the public one (DESIGN.md, rule 14).
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import NAMESPACE_OID, uuid5

import msgspec
from sqlalchemy import BindParameter, Select, bindparam

from volunteer_core.calendars.options import PAST_DAYS_EVER, Language, Options, Words, words
from volunteer_core.calendars.selections import (
    EVENTS,
    PROMISES,
    PUBLIC_EVENTS,
    PUBLISHED_SHIFTS,
    Look,
    Row,
    team_shifts,
    window,
)
from volunteer_core.commitments.models import Commitment
from volunteer_core.events.invited import FOR_EVERYBODY
from volunteer_core.events.models import Event
from volunteer_core.people.masking import dialled
from volunteer_core.places.models import Site
from volunteer_core.rosters.models import Shift
from volunteer_core.timespans import civil_date, day_span

DISCREET_TITLE = words(Language.CHINESE).service
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


class Standing(StrEnum):
    """STATUS of an entry (RFC 5545 §3.8.1.11)."""

    TENTATIVE = "TENTATIVE"
    """Promised, but the programme asks its people to confirm and this one has not."""
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


class Entry(msgspec.Struct, frozen=True):
    """One entry of a calendar. ``busy``: it takes the time of whoever subscribed."""

    uid: str
    sequence: int
    revised_at: datetime
    starts_at: datetime
    ends_at: datetime
    standing: Standing
    busy: bool
    title: str
    place: str = ""
    position: tuple[float, float] | None = None
    """Latitude and longitude of the place."""
    description: str = ""
    category: str = ""
    all_day: bool = False
    """It takes whole dates: its instants are midnights of the office's zone."""
    page: bool = False
    """Its UID has a page; see :mod:`~volunteer_core.calendars.pages`."""


Only = list[str] | None
"""The UIDs of the entries asked for, or all."""


EVER = Options(past_days=PAST_DAYS_EVER)
"""All there ever was."""


def nothing_planned(ever: list[Entry], options: Options) -> list[Entry]:
    """What stands in a feed from which all there ever was has left: one all-day entry on the date of the
    last says that nothing is planned. Clients take a feed that empties itself for a broken one, and keep
    showing what is stale."""
    if not ever:
        return []
    last = max(ever, key=lambda entry: (entry.ends_at, entry.uid))
    return [notice(last.uid, last.sequence, last.revised_at, civil_date(last.starts_at), options)]


def notice(name: str, sequence: int, revised_at: datetime, on: date, options: Options) -> Entry:
    """An all-day entry that says that nothing is planned, with a UID made of a name."""
    day = day_span(on)
    return Entry(
        uid=str(uuid5(NAMESPACE_OID, name)),
        sequence=sequence,
        revised_at=revised_at,
        starts_at=day.start,
        ends_at=day.end,
        standing=Standing.CONFIRMED,
        busy=False,
        title=words(options.language).nothing,
        all_day=True,
    )


def sequence_at(revised_at: datetime) -> int:
    """For entries whose rows count no revisions: the second of the last one rises with each."""
    return (revised_at - _EPOCH) // timedelta(seconds=1)


_UID: BindParameter[str] = bindparam("uid")


def _whole_and_part(statement: Select[*tuple[Any, ...]], uid: Any) -> tuple[Select[*tuple[Any, ...]], ...]:
    """A statement, and the same for one UID."""
    return statement, statement.where(uid == _UID)


_OF_PERSON = _whole_and_part(PROMISES.where(Commitment.person_id == bindparam("person_id")), Commitment.uid)
_ONE_PROMISE = PROMISES.where(Commitment.id == bindparam("commitment_id"))
_SERVED = team_shifts(), team_shifts(Shift.uid == _UID)
_ORGANISED = _whole_and_part(EVENTS.where(Event.team_id == bindparam("team_id")), Event.uid)
_PROGRAMME_SHIFTS = _whole_and_part(
    PUBLISHED_SHIFTS.where(Shift.programme_id == bindparam("programme_id")), Shift.uid
)
_PROGRAMME_EVENTS = _whole_and_part(EVENTS.where(Event.programme_id == bindparam("programme_id")), Event.uid)
_SITE_SHIFTS = _whole_and_part(PUBLISHED_SHIFTS.where(Shift.site_id == bindparam("site_id")), Shift.uid)
_SITE_EVENTS = _whole_and_part(EVENTS.where(Event.site_id == bindparam("site_id")), Event.uid)
_ONE_SHIFT = _whole_and_part(PUBLISHED_SHIFTS, Shift.uid)
_ONE_OF_ALL_EVENTS = _whole_and_part(EVENTS.where(FOR_EVERYBODY), Event.uid)
_PUBLIC = _whole_and_part(PUBLIC_EVENTS, Event.uid)
_OF_COMMUNITY = _whole_and_part(
    PUBLIC_EVENTS.where(Site.community_id == bindparam("community_id")), Event.uid
)
_ONE_EVENT = _whole_and_part(PUBLIC_EVENTS.where(Event.id == bindparam("event_id")), Event.uid)


def person_entries(work: Look, options: Options, only: Only = None, *, person_id: int) -> list[Entry]:
    """What a person was ever promised to: still promised, or cancelled. Drafts do not appear."""
    return entries_of(_rows(work, options, only, _OF_PERSON, person_id=person_id), options, busy=True)


def commitment_entry(work: Look, commitment_id: int) -> Entry | None:
    """One promise, however long ago; nothing for what was never promised."""
    rows = work.views(Row, _ONE_PROMISE, {"commitment_id": commitment_id, **window(work, EVER)})
    return _entry(rows[0], EVER, True, rows[0].discreet) if rows else None


def team_entries(
    work: Look, options: Options, only: Only = None, *, team_id: int, discreet: bool
) -> list[Entry]:
    """The shifts at which people serve for a team, and the events it organises."""
    rows = _rows(work, options, only, _SERVED, _ORGANISED, team_id=team_id)
    return entries_of(rows, options, discreet=discreet)


def programme_entries(work: Look, options: Options, only: Only = None, *, programme_id: int) -> list[Entry]:
    """The shifts and events of a programme that were ever published."""
    rows = _rows(work, options, only, _PROGRAMME_SHIFTS, _PROGRAMME_EVENTS, programme_id=programme_id)
    return entries_of(rows, options)


def site_entries(work: Look, options: Options, only: Only = None, *, site_id: int) -> list[Entry]:
    """The shifts and events at a site that were ever published, whoever runs them."""
    return entries_of(_rows(work, options, only, _SITE_SHIFTS, _SITE_EVENTS, site_id=site_id), options)


def public_entries(work: Look, options: Options, only: Only = None) -> list[Entry]:
    """The public events that were ever published."""
    return entries_of(_rows(work, options, only, _PUBLIC), options)


def community_entries(work: Look, options: Options, only: Only = None, *, community_id: int) -> list[Entry]:
    """Of the public events those in a community."""
    return entries_of(_rows(work, options, only, _OF_COMMUNITY, community_id=community_id), options)


def event_entries(work: Look, options: Options, only: Only = None, *, event_id: int) -> list[Entry]:
    """A public event, or nothing."""
    return entries_of(_rows(work, options, only, _ONE_EVENT, event_id=event_id), options)


def published_entries(work: Look, options: Options, only: list[str]) -> list[Entry]:
    """Shifts, and events for everybody, that were ever published, as calendars of several show them."""
    return entries_of(_rows(work, options, only, _ONE_SHIFT, _ONE_OF_ALL_EVENTS), options)


def _rows(
    work: Look,
    options: Options,
    only: Only,
    *statements: tuple[Select[*tuple[Any, ...]], ...],
    **subject: int,
) -> list[Row]:
    facts: dict[str, Any] = {**subject, **window(work, options)}
    if only is None:
        return [row for whole, _ in statements for row in work.views(Row, whole, facts)]
    return [
        row for uid in only for _, one in statements for row in work.views(Row, one, {**facts, "uid": uid})
    ]


def full_title(title: str, part: str) -> str:
    """``消防安全讲座（引导员）``; without a position the title alone."""
    return f"{title}（{part}）" if part else title


def entries_of(
    rows: list[Row], options: Options, *, busy: bool = False, discreet: bool = False
) -> list[Entry]:
    """Rows as a feed shows them, by time. ``busy``: to whoever subscribed they are promises of time."""
    rows.sort(key=lambda row: (row.starts_at, row.uid))
    return [_entry(row, options, busy, discreet or row.discreet) for row in rows]


def _entry(row: Row, options: Options, busy: bool, discreet: bool) -> Entry:
    said = words(options.language)
    standing = Standing.CONFIRMED if row.confirmed else Standing.CANCELLED
    entry = Entry(
        uid=row.uid,
        sequence=row.sequence,
        revised_at=max(row.revised_at, row.subject_revised_at),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        standing=Standing.TENTATIVE if row.confirmed and row.unconfirmed else standing,
        busy=busy and row.confirmed,
        title=said.service,
        # A page would say more than a calendar that is discreet by itself.
        page=discreet == row.discreet and row.for_everybody,
    )
    if discreet:
        return entry
    known = row.latitude is not None and row.longitude is not None
    return msgspec.structs.replace(
        entry,
        title=full_title(row.title, row.part),
        place=f"{row.site}，{row.address}" if row.address else row.site,
        position=(row.latitude, row.longitude) if known else None,
        description=_told(row, said),
        category=row.category or said.event,
    )


def _told(row: Row, said: Words) -> str:
    """What it is about, then a line on what to bring, then one on whom to call."""
    contact = " ".join(filter(None, (row.contact, dialled(row.contact_phone))))
    lines = (row.description, row.bring and said.bring + row.bring, contact and said.contact + contact)
    return "\n".join(filter(None, lines))
