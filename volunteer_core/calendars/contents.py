"""What a feed shows, as plain entries. Inner: asks no rights.

Nothing about children, nobody's name or phone, no link: a feed may be read over a shoulder. What a
discreet team runs, or is served for it, appears everywhere as 「志愿服务」 without place or text, in
a person's own feed too, and not at all in the public one (DESIGN.md, rule 14).
"""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import case, func, select

from volunteer_core.calendars.selections import (
    PAST_DAYS,
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
from volunteer_core.rosters.models import Shift, ShiftStatus
from volunteer_core.teams.models import Team

DISCREET_TITLE = "志愿服务"


class Entry(msgspec.Struct, frozen=True):
    """One entry of a calendar. ``busy``: it takes the time of whoever subscribed."""

    uid: str
    sequence: int
    revised_at: datetime
    starts_at: datetime
    ends_at: datetime
    cancelled: bool
    busy: bool
    title: str
    place: str = ""
    position: tuple[float, float] | None = None
    """Latitude and longitude of the place."""
    description: str = ""
    category: str = ""


def person_entries(work: Work, person_id: int) -> list[Entry]:
    """What a person was ever promised to: still promised, or cancelled. Drafts do not appear."""
    rows = work.views(Row, promises(work).where(Commitment.person_id == person_id))
    return _entries(rows, busy=True)


def team_entries(work: Work, team: Team) -> list[Entry]:
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
        .where(Commitment.promised_at.is_not(None), Shift.ends_at > days_ago(work, PAST_DAYS))
        .group_by(Commitment.shift_id)
        .having(func.count(case((for_team, 1))) > 0)
        .subquery()
    )
    served = shifts(
        work,
        sequence=Shift.sequence + serving.c.sequence,
        revised_at=serving.c.revised_at,
        confirmed=serving.c.people > 0,
    ).join(serving, serving.c.shift_id == Shift.id)
    rows = work.views(Row, served) + work.views(Row, events(work).where(Event.team_id == team.id))
    return _entries(rows, discreet=team.discreet)


def programme_entries(work: Work, programme_id: int) -> list[Entry]:
    """The shifts and events of a programme that were ever published."""
    published = shifts(
        work,
        sequence=Shift.sequence,
        revised_at=Shift.revised_at,
        confirmed=Shift.status == ShiftStatus.PUBLISHED,
    ).where(Shift.programme_id == programme_id, Shift.published_at.is_not(None))
    rows = work.views(Row, published)
    return _entries(rows + work.views(Row, events(work).where(Event.programme_id == programme_id)))


def public_entries(work: Work) -> list[Entry]:
    """The public events that were ever published."""
    return _entries(work.views(Row, events(work).where(Event.public, RUN_DISCREETLY.is_(False))))


def full_title(title: str, part: str) -> str:
    """``消防安全讲座（引导员）``; without a position the title alone."""
    return f"{title}（{part}）" if part else title


def _entries(rows: list[Row], *, busy: bool = False, discreet: bool = False) -> list[Entry]:
    rows.sort(key=lambda row: (row.starts_at, row.uid))
    return [_entry(row, busy, discreet or row.discreet) for row in rows]


def _entry(row: Row, busy: bool, discreet: bool) -> Entry:
    entry = Entry(
        uid=row.uid,
        sequence=row.sequence,
        revised_at=max(row.revised_at, row.subject_revised_at),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        cancelled=not row.confirmed,
        busy=busy and row.confirmed,
        title=DISCREET_TITLE,
    )
    if discreet:
        return entry
    known = row.latitude is not None and row.longitude is not None
    return msgspec.structs.replace(
        entry,
        title=full_title(row.title, row.part),
        place=f"{row.site}，{row.address}" if row.address else row.site,
        position=(row.latitude, row.longitude) if known else None,
        description=row.description,
        category=row.category,
    )
