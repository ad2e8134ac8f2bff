"""Revisions: what calendars show cannot change without its SEQUENCE and LAST-MODIFIED rising.

Watchers on the session do it in the same flush, so that no operation can forget it; what follows for whole
feeds is in :mod:`.touching`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from sqlalchemy import exists, inspect, or_, select, update
from sqlalchemy.sql import ColumnElement

from volunteer_core.calendars.models import FeedKind, Subscription
from volunteer_core.calendars.options import LONGEST_PAST_DAYS
from volunteer_core.calendars.selections import days_ago
from volunteer_core.calendars.showing import batches
from volunteer_core.calendars.touched import Touched
from volunteer_core.calendars.touching import Touching
from volunteer_core.care.models import ChildGuardian, Enrolment
from volunteer_core.commitments.models import Commitment
from volunteer_core.database import Database, Work
from volunteer_core.events.models import Event, Position
from volunteer_core.people.models import Person
from volunteer_core.places.models import Site
from volunteer_core.rosters.models import RosterRules, Shift
from volunteer_core.tables import Revised, Table
from volunteer_core.teams.models import Membership, Programme, Team

_SHOWN_WITH_OTHERS: dict[type[Table], tuple[str, ...]] = {
    Site: ("name", "address", "latitude", "longitude"),
    Programme: ("name", "team_id", "minds_children", "bring", "contact", "contact_phone"),
    Team: ("discreet",),
    Position: ("name",),
    RosterRules: ("asks_confirmation",),
}
"""Columns of other rows that calendars show with a shift, an event or a commitment."""


def watch(database: Database) -> None:
    """Has every write of this database raise the revisions of what it changes."""
    database.watch("before_flush", partial(_revise, Touching(database)))
    database.watch("before_flush", _lock_sessions)


def _revise(touching: Touching, work: Work, *_: object) -> None:
    for row in work.new:
        if isinstance(row, Revised):
            row.revised_at = work.now
        elif isinstance(row, RosterRules) and row.asks_confirmation:
            _revise_shown_with(work, row, touching.by(work))
    for row in work.dirty:
        if isinstance(row, Revised):
            if _changed(row, row.__shown__):
                row.sequence += 1
                row.revised_at = work.now
                if isinstance(row, Event):
                    _lock(work, Position, Position.event_id == row.id)
        elif isinstance(row, Subscription):
            row.revision += 1
        elif _changed(row, _SHOWN_WITH_OTHERS.get(type(row), ())):
            _revise_shown_with(work, row, touching.by(work))


def _revise_shown_with(work: Work, row: Table, touched: Touched) -> None:
    for table, condition in _shown_with(work, row):
        touched.rows(table, _revise_rows(work, table, condition))
    if isinstance(row, Team):  # the calendars of what it runs say its name or not
        for programme_id in work.connection().scalars(
            select(Programme.id).where(Programme.team_id == row.id)
        ):
            touched.feed(FeedKind.PROGRAMME, programme_id)


def _changed(row: Any, columns: tuple[str, ...]) -> bool:
    attributes = inspect(row).attrs
    return any(attributes[column].history.has_changes() for column in columns)


def _shown_with(
    work: Work, row: Table
) -> Iterator[tuple[type[Shift | Event | Commitment], ColumnElement[bool]]]:
    """What is shown with a site, a programme, a team or a position. A person's entries follow their subject.

    Locked is on the way what somebody has locked who promises something just now, which is seen then.
    """
    if isinstance(row, Site):
        yield Shift, Shift.site_id == row.id
        yield Event, Event.site_id == row.id
    elif isinstance(row, Programme):
        yield Shift, Shift.programme_id == row.id
        yield Event, Event.programme_id == row.id
    elif isinstance(row, Position):  # whoever promises something there has locked it
        yield Commitment, Commitment.position_id == row.id
    elif isinstance(row, RosterRules):
        _lock(work, Shift, _recent(work, Shift), Shift.programme_id == row.programme_id)
        yield Commitment, Commitment.programme_id == row.programme_id
    elif isinstance(row, Team):
        run = select(Programme.id).where(Programme.team_id == row.id)
        served = select(Commitment.shift_id).where(Commitment.team_id == row.id)
        theirs = Shift.programme_id.in_(run)
        _lock(work, Shift, _recent(work, Shift), theirs | Shift.id.in_(served))
        yield Shift, theirs
        yield Event, (Event.team_id == row.id) | Event.programme_id.in_(run)
        members = select(Membership.person_id).where(Membership.team_id == row.id)
        _lock(work, Person, Person.id.in_(members))
        yield Commitment, Commitment.team_id == row.id


def _lock_sessions(work: Work, *_: object) -> None:
    """Locks the shifts of the sessions to which a child comes from now on: who publishes them meanwhile
    waits, and then sees whose families to tell."""
    coming: list[ColumnElement[bool]] = []
    for row in (*work.new, *work.dirty):
        if isinstance(row, Enrolment):
            coming.append((Shift.programme_id == row.programme_id) & (Shift.site_id == row.site_id))
        elif isinstance(row, ChildGuardian):
            enrolled = exists().where(
                Enrolment.child_id == row.child_id,
                Enrolment.programme_id == Shift.programme_id,
                Enrolment.site_id == Shift.site_id,
            )
            coming.append(enrolled)
    if coming:
        _lock(work, Shift, _recent(work, Shift), or_(*coming))


def _recent(work: Work, table: type[Shift | Event | Commitment]) -> ColumnElement[bool]:
    """That feeds still show it."""
    return table.ends_at > days_ago(work, LONGEST_PAST_DAYS)


def _lock(
    work: Work, table: type[Shift | Event | Position | Person | Commitment], *conditions: ColumnElement[bool]
) -> Sequence[int]:
    """Locks rows past the session, ids ascending; see :meth:`Work.lock_all`."""
    statement = select(table.id).where(*conditions).order_by(table.id).with_for_update(key_share=True)
    return work.connection().scalars(statement).all()


def _revise_rows(
    work: Work, table: type[Shift | Event | Commitment], condition: ColumnElement[bool]
) -> Sequence[int]:
    """Revises rows that feeds still show, past the session: only their revision changes."""
    ids = _lock(work, table, condition, _recent(work, table))
    for some in batches(ids):
        if table is Event:
            _lock(work, Position, Position.event_id.in_(some))
        work.connection().execute(
            update(table).where(table.id.in_(some)).values(sequence=table.sequence + 1, revised_at=work.now)
        )
    return ids
