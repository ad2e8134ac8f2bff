"""Feed revisions: what feeds show cannot change without the revision of each of them rising.

While a work flushes it is noted what of its changes feeds show; right before it commits, the last of
its locks, the feeds that show any of it are raised in the same transaction. Inner.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from itertools import chain, islice
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import msgspec
from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, func, inspect, or_, select, update
from sqlalchemy.orm import SessionTransaction

from volunteer_core.access.models import RoleGrant
from volunteer_core.calendars.models import FeedKind, FeedRevision, PublicKind, Subscription, feed_key
from volunteer_core.calendars.selections import ORGANISER, RUN_DISCREETLY, RUNS
from volunteer_core.care.models import ChildGuardian, Enrolment
from volunteer_core.commitments.models import Commitment
from volunteer_core.database import Database, Work, insert_missing
from volunteer_core.events.models import Event, Position
from volunteer_core.office.models import SettingChange
from volunteer_core.people.models import Person
from volunteer_core.places.models import Community, Site
from volunteer_core.rosters.models import Shift
from volunteer_core.tables import Table
from volunteer_core.teams.models import Membership, Programme, Team
from volunteer_core.timespans import civil_date
from volunteer_core.workdays.models import Closure, LocalDay

UIDS_KEPT = 32
"""Of so many entries a feed remembers which revision touched them. Whoever has seen less of it than
that reads it whole."""
AT_ONCE = 5_000
"""Ids in one statement; drivers take 32,766."""

Item = TypeVar("Item", int, date)

Change = tuple[int, list[str] | None]
"""A revision and the UIDs of the entries it touched; without them it may be anything."""

Shown = tuple[FeedKind | PublicKind, int | None, str | None]
"""A feed, by its kind and its subject if there is one, and the UID of an entry in it."""


class Touched:
    """What a work has changed so far of what feeds show."""

    def __init__(self) -> None:
        self.commitments: set[int] = set()
        self.shifts: set[int] = set()
        self.events: set[int] = set()
        self.opened: set[int] = set()
        """Events of which nothing but for whom they are has changed."""
        self.were_public: set[int] = set()
        self.turned: set[int] = set()
        """Teams that have become discreet, or are so no more."""
        self.programmes: set[int] = set()
        """Programmes that are called otherwise."""
        self.office_from = date.max
        """From when on the office is called otherwise."""
        self.children: set[int] = set()
        """Children who come on other days, or not any more."""
        self.days: set[date] = set()
        """Days that are worked or not, other than before."""
        self.left_sites: dict[int, set[int]] = {}
        """Sites from which events have moved away, by event."""
        self.closures: list[ColumnElement[bool]] = []
        """Closures that are shown otherwise, if there are any."""
        self.owners: set[int] = set()
        self.feeds: dict[str, set[str] | None] = {}

    def feed(self, kind: FeedKind | PublicKind, subject_id: int | None, uid: str | None = None) -> None:
        """A feed in which one entry has changed, or without a UID anything."""
        if subject_id is None:
            return
        key = feed_key(kind, subject_id)
        if uid is None:
            self.feeds[key] = None
        elif (uids := self.feeds.setdefault(key, set())) is not None:
            uids.add(uid)

    def rows(self, table: type[Shift | Event | Commitment], ids: Collection[int]) -> None:
        """Rows that were revised together."""
        if table is Commitment:
            self.commitments.update(ids)
        elif table is Shift:
            self.shifts.update(ids)
        else:
            self.events.update(ids)


Before = dict[str, Any]
"""What the columns that have changed held before; of a new row nothing."""


def _commitment(touched: Touched, row: Commitment, before: Before) -> None:
    if row.promised_at is not None:
        touched.commitments.add(row.id)
        touched.feed(FeedKind.TEAM, before.get("team_id"))


def _shift(touched: Touched, row: Shift, before: Before) -> None:
    if row.published_at is not None:
        touched.shifts.add(row.id)
        touched.feed(FeedKind.SITE, before.get("site_id"), row.uid)


def _event(touched: Touched, row: Event, before: Before) -> None:
    if row.published_at is not None:
        (touched.opened if before.keys() == {"public"} else touched.events).add(row.id)
        if before.get("public"):
            touched.were_public.add(row.id)
        if "site_id" in before:
            touched.left_sites.setdefault(row.id, set()).add(before["site_id"])
        for kind in (FeedKind.SITE, FeedKind.TEAM, FeedKind.PROGRAMME):
            touched.feed(kind, before.get(f"{kind}_id"), row.uid)


def _team(touched: Touched, row: Team, before: Before) -> None:
    if "discreet" in before:
        touched.turned.add(row.id)
    if "discreet" in before or not row.discreet:
        touched.feed(FeedKind.TEAM, row.id)


def _programme(touched: Touched, row: Programme, before: Before) -> None:
    if "team_id" in before:
        touched.feed(FeedKind.PROGRAMME, row.id)
    touched.programmes.add(row.id)


def _site(touched: Touched, row: Site, _: Before) -> None:
    touched.feed(FeedKind.SITE, row.id)
    touched.closures.append(Closure.site_id == row.id)


def _community(touched: Touched, row: Community, _: Before) -> None:
    touched.feed(PublicKind.COMMUNITY, row.id)
    touched.closures.append(Closure.community_id == row.id)


def _day(touched: Touched, row: LocalDay, before: Before) -> None:
    touched.feed(PublicKind.WORKDAYS, 0)
    touched.days |= {row.day, before.get("day", row.day)}


def _closure(touched: Touched, _row: Closure, _: Before) -> None:
    touched.feed(PublicKind.WORKDAYS, 0)


def _enrolment(touched: Touched, row: Enrolment, _: Before) -> None:
    touched.children.add(row.child_id)


def _guardian(touched: Touched, row: ChildGuardian, _: Before) -> None:
    touched.feed(FeedKind.FAMILY, row.person_id)


def _setting(touched: Touched, row: SettingChange, _: Before) -> None:
    if row.name == "office_name":
        touched.office_from = min(row.valid_from, touched.office_from)


def _person(touched: Touched, row: Person, _: Before) -> None:
    touched.owners.add(row.id)


def _role(touched: Touched, row: Membership | RoleGrant, _: Before) -> None:
    touched.owners.add(row.person_id)


_WATCHED: dict[type[Table], tuple[Callable[[Touched, Any, Before], None], tuple[str, ...]]] = {
    Commitment: (_commitment, ("sequence", "promised_at", "team_id")),
    Shift: (_shift, ("sequence", "published_at", "site_id")),
    Event: (_event, ("sequence", "published_at", "public", "site_id", "team_id", "programme_id")),
    Team: (_team, ("name", "discreet")),
    Programme: (_programme, ("name", "team_id", "minds_children")),
    Site: (_site, ("name",)),
    Community: (_community, ("name",)),
    LocalDay: (_day, ("day", "works", "name", "set_at")),
    Closure: (_closure, ("starts_at", "ends_at", "name", "lifted_at")),
    Enrolment: (_enrolment, ("weekdays", "first_day", "last_day", "planned_to")),
    ChildGuardian: (_guardian, ("person_id", "child_id")),
    SettingChange: (_setting, ("valid_from", "value")),
    Person: (_person, ("left_on",)),
    Membership: (_role, ("leads", "joined_on", "left_on")),
    RoleGrant: (_role, ("role", "community_id", "valid_from", "valid_to")),
}
"""What is noted of a row of a table, once it is new or gone, or one of these columns has changed: those that
feeds show, and those on which it hangs what a subscriber may see."""


class Touching:
    """Watches the works of a database. What is done in a savepoint is noted apart: it may be undone."""

    def __init__(self, database: Database) -> None:
        self._touched: WeakKeyDictionary[Work, dict[SessionTransaction | None, Touched]] = WeakKeyDictionary()
        database.watch("after_flush", self._note)
        database.watch("after_soft_rollback", self._forget)
        database.watch("before_commit", self._raise)

    def by(self, work: Work) -> Touched:
        """What a work has changed so far since its last savepoint."""
        return self._touched.setdefault(work, {}).setdefault(work.get_nested_transaction(), Touched())

    def _note(self, work: Work, _context: object) -> None:
        for row in (*work.new, *work.dirty, *work.deleted):
            if type(row) in _WATCHED:
                note, columns = _WATCHED[type(row)]
                before = _before(work, row, columns)
                if before is not None:
                    note(self.by(work), row, before)

    def _forget(self, work: Work, undone: SessionTransaction) -> None:
        touched = self._touched.get(work, {})
        for savepoint in list(touched):
            if undone in _with_parents(savepoint):
                del touched[savepoint]

    def _raise(self, work: Work) -> None:
        if work.in_nested_transaction():
            return
        work.flush()
        feeds: dict[str, set[str] | None] = {}
        for touched in self._touched.pop(work, {}).values():
            _raise_subscriptions(work, touched.owners)
            _find_feeds(work, touched)
            for key, uids in touched.feeds.items():
                known = feeds.get(key, set())
                feeds[key] = None if uids is None or known is None else known | uids
        _raise_feeds(work, feeds)


def _with_parents(savepoint: SessionTransaction | None) -> Iterator[SessionTransaction]:
    while savepoint is not None:
        yield savepoint
        savepoint = savepoint.parent


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


def _before(work: Work, row: Table, columns: tuple[str, ...]) -> Before | None:
    """What those of the columns that have changed held before; nothing where none has."""
    if row not in work.dirty:
        return {}
    before = {}
    for column in columns:
        history = inspect(row).attrs[column].history
        if history.has_changes():
            before[column] = history.deleted[0] if history.deleted else None
    return before or None


def _find_feeds(work: Work, touched: Touched) -> None:
    """Which feeds show what has changed."""
    for found in (_of_commitments, _of_shifts, _of_events, _of_families):
        for feed in found(work, touched):
            touched.feed(*feed)
    open_ones = (
        select(Programme.id).outerjoin(RUNS, RUNS.id == Programme.team_id).where(RUN_DISCREETLY.is_(False))
    )
    for (programme_id,) in _rows(work, open_ones, Programme.id, touched.programmes):
        touched.feed(FeedKind.PROGRAMME, programme_id)
    if touched.office_from <= civil_date(work.now):
        touched.feed(PublicKind.WORKDAYS, 0)
        touched.feed(PublicKind.EVENTS, 0)
    if touched.closures and work.scalar(select(exists().where(or_(*touched.closures)))):
        touched.feed(PublicKind.WORKDAYS, 0)


def _of_commitments(work: Work, touched: Touched) -> Iterator[Shown]:
    """The people promised, and the teams for which anybody is at the same shifts."""
    promised = (
        select(Commitment.uid, Commitment.person_id, Commitment.shift_id)
        .outerjoin(Position, Position.id == Commitment.position_id)
        .where(Commitment.promised_at.is_not(None))
    )
    at_shifts = set(touched.shifts)
    for column, ids in (
        (Commitment.id, touched.commitments),
        (Commitment.shift_id, touched.shifts),
        (Position.event_id, touched.events),
    ):
        for uid, person_id, shift_id in _rows(work, promised, column, ids):
            yield FeedKind.PERSON, person_id, uid
            if shift_id is not None:
                at_shifts.add(shift_id)
    served = (
        select(Commitment.team_id, Shift.uid)
        .join(Shift, Shift.id == Commitment.shift_id)
        .where(Commitment.promised_at.is_not(None))
        .distinct()
    )
    for team_id, uid in _rows(work, served, Commitment.shift_id, at_shifts):
        yield FeedKind.TEAM, team_id, uid


def _of_shifts(work: Work, touched: Touched) -> Iterator[Shown]:
    published = select(Shift.uid, Shift.programme_id, Shift.site_id).where(Shift.published_at.is_not(None))
    for uid, programme_id, site_id in _rows(work, published, Shift.id, touched.shifts):
        yield FeedKind.PROGRAMME, programme_id, uid
        yield FeedKind.SITE, site_id, uid


def _of_events(work: Work, touched: Touched) -> Iterator[Shown]:
    published = (
        select(
            Event.id, Event.uid, Event.public, Event.team_id, Event.programme_id, Event.site_id,
            Site.community_id, ORGANISER, RUN_DISCREETLY,
        )
        .join(Site, Site.id == Event.site_id)
        .outerjoin(Programme, Programme.id == Event.programme_id)
        .outerjoin(RUNS, RUNS.id == ORGANISER)
        .where(Event.published_at.is_not(None))
    )  # fmt: skip
    for event_id, uid, public, team_id, programme_id, site_id, community_id, organiser_id, discreet in _rows(
        work, published, Event.id, touched.events | touched.opened
    ):
        if event_id in touched.events:
            yield FeedKind.TEAM, team_id, uid
            yield FeedKind.PROGRAMME, programme_id, uid
            yield FeedKind.SITE, site_id, uid
        if (public or event_id in touched.were_public) and (not discreet or organiser_id in touched.turned):
            yield PublicKind.EVENTS, 0, uid
            yield PublicKind.COMMUNITY, community_id, uid
            for left in touched.left_sites.get(event_id, ()):
                yield PublicKind.COMMUNITY, work.find(Site, left).community_id, uid
            yield PublicKind.EVENT, event_id, None


def _of_families(work: Work, touched: Touched) -> Iterator[Shown]:
    """The guardians of children who come to a session, or would have come. It is made of several shifts
    and enrolments, so that there is no one entry to name."""
    coming = (
        select(ChildGuardian.person_id, Shift.civil_date, Enrolment.weekdays)
        .join(Enrolment, Enrolment.child_id == ChildGuardian.child_id)
        .join(
            Shift,
            and_(
                Shift.programme_id == Enrolment.programme_id,
                Shift.site_id == Enrolment.site_id,
                Shift.civil_date.between(
                    Enrolment.first_day, func.coalesce(Enrolment.planned_to, Enrolment.last_day)
                ),
            ),
        )
        .where(Shift.published_at.is_not(None))
        .distinct()
    )
    of_shifts = _rows(work, coming, Shift.id, touched.shifts)
    of_days = _rows(work, coming, Shift.civil_date, touched.days)
    for person_id, day, weekdays in chain(of_shifts, of_days):
        if day.isoweekday() >= 6 or str(day.isoweekday()) in weekdays:
            yield FeedKind.FAMILY, person_id, None
    for (person_id,) in _rows(
        work, select(ChildGuardian.person_id), ChildGuardian.child_id, touched.children
    ):
        yield FeedKind.FAMILY, person_id, None


def _rows(
    work: Work, statement: Select[*tuple[Any, ...]], column: Any, ids: Iterable[Any]
) -> Iterator[tuple[Any, ...]]:
    """The rows of a statement for ids, so many at once as a driver takes."""
    for some in batches(ids):
        yield from work.connection().execute(statement.where(column.in_(some)))


def batches(ids: Iterable[Item]) -> Iterator[list[Item]]:
    """Ids in ascending order, so many at once as a statement takes."""
    left = iter(sorted(ids))
    while some := list(islice(left, AT_ONCE)):
        yield some


def _raise_subscriptions(work: Work, owners: Iterable[int]) -> None:
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


def _raise_feeds(work: Work, feeds: dict[str, set[str] | None]) -> None:
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
