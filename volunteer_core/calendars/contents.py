"""What a feed shows, as plain entries. Inner: asks no rights.

Nothing about children, no link, nobody's name or phone but the contact that was typed to be passed on,
and that only to those who serve and for public events: a feed may be read over a shoulder. What a
discreet team runs, or is served for it, appears everywhere as 「志愿服务」 without place or text, in
a person's own feed too, and not at all in the public one (DESIGN.md, rule 14).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from uuid import NAMESPACE_OID, uuid5

import msgspec
from sqlalchemy import ColumnElement, case, func, select

from volunteer_core.calendars.options import EVER, LONGEST_PAST_DAYS, Language, Options, Words, words
from volunteer_core.calendars.selections import (
    RUN_DISCREETLY,
    Row,
    days_ago,
    events,
    promises,
    shifts,
)
from volunteer_core.commitments.models import Commitment, CommitmentStatus
from volunteer_core.database import Work
from volunteer_core.events.models import Event
from volunteer_core.people.masking import dialled
from volunteer_core.rosters.models import Shift, ShiftStatus
from volunteer_core.teams.models import Team
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


def lasting(entries: Callable[[Options], list[Entry]], options: Options) -> list[Entry]:
    """The entries by these options. Where all there ever were have left, one all-day entry on the date of
    the last says that nothing is planned: clients take a feed that empties itself for a broken one, and
    keep showing what is stale."""
    found = entries(options)
    if found:
        return found
    ever = entries(msgspec.structs.replace(options, past_days=EVER, show_cancelled=True))
    if not ever:
        return []
    last = max(ever, key=lambda entry: (entry.ends_at, entry.uid))
    return [nothing_planned(last.uid, last.sequence, last.revised_at, civil_date(last.starts_at), options)]


def nothing_planned(name: str, sequence: int, revised_at: datetime, on: date, options: Options) -> Entry:
    """An all-day entry that says so, with a UID made of a name."""
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


def person_entries(work: Work, person_id: int, options: Options) -> list[Entry]:
    """What a person was ever promised to: still promised, or cancelled. Drafts do not appear."""
    rows = work.views(Row, promises(work, options).where(Commitment.person_id == person_id))
    return entries_of(rows, options, busy=True)


def commitment_entry(work: Work, commitment_id: int) -> Entry | None:
    """One promise, however long ago; nothing for what was never promised."""
    ever = Options(past_days=EVER)
    rows = work.views(Row, promises(work, ever).where(Commitment.id == commitment_id))
    return _entry(rows[0], ever, True, rows[0].discreet) if rows else None


def team_entries(work: Work, team: Team, options: Options) -> list[Entry]:
    """The shifts at which people serve for a team, and the events it organises.

    A shift at which nobody serves for it any more is cancelled for the team. Its sequence counts
    the revisions of everybody ever promised there, so that it never falls.
    """
    for_team = Commitment.team_id == team.id
    promised = for_team & (Commitment.status == CommitmentStatus.PROMISED)
    serving = (
        select(
            Commitment.shift_id,
            func.sum(Commitment.sequence).label("sequence"),
            func.max(Commitment.revised_at).label("revised_at"),
            func.count(case((promised, 1))).label("people"),
        )
        .join(Shift, Shift.id == Commitment.shift_id)
        .where(
            Commitment.promised_at.is_not(None),
            Shift.ends_at > days_ago(work, max(options.past_days, LONGEST_PAST_DAYS)),
        )
        .group_by(Commitment.shift_id)
        .having(func.count(case((for_team, 1))) > 0)
        .subquery()
    )
    served = shifts(
        work,
        options,
        sequence=Shift.sequence + serving.c.sequence,
        revised_at=serving.c.revised_at,
        confirmed=serving.c.people > 0,
    ).join(serving, serving.c.shift_id == Shift.id)
    organised = events(work, options).where(Event.team_id == team.id)
    return entries_of(work.views(Row, served) + work.views(Row, organised), options, discreet=team.discreet)


def programme_entries(work: Work, programme_id: int, options: Options) -> list[Entry]:
    """The shifts and events of a programme that were ever published."""
    return published_entries(
        work, options, Shift.programme_id == programme_id, Event.programme_id == programme_id
    )


def site_entries(work: Work, site_id: int, options: Options) -> list[Entry]:
    """The shifts and events at a site that were ever published, whoever runs them."""
    return published_entries(work, options, Shift.site_id == site_id, Event.site_id == site_id)


def public_entries(work: Work, options: Options, *conditions: ColumnElement[bool]) -> list[Entry]:
    """The public events that were ever published, or of them those that conditions leave."""
    shown = events(work, options, contact=True).where(Event.public, RUN_DISCREETLY.is_(False), *conditions)
    return entries_of(work.views(Row, shown), options)


def published_entries(
    work: Work, options: Options, of_shifts: ColumnElement[bool], of_events: ColumnElement[bool]
) -> list[Entry]:
    """Shifts and events that were ever published, as calendars of several people show them."""
    published = shifts(
        work,
        options,
        sequence=Shift.sequence,
        revised_at=Shift.revised_at,
        confirmed=Shift.status == ShiftStatus.PUBLISHED,
    ).where(of_shifts, Shift.published_at.is_not(None))
    rows = work.views(Row, published) + work.views(Row, events(work, options).where(of_events))
    return entries_of(rows, options)


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
        page=True,
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
