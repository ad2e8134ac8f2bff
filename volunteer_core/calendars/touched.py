"""What a work has changed of what feeds show, noted row by row while it flushes. Inner."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement

from volunteer_core.access.models import RoleGrant
from volunteer_core.calendars.models import FeedKind, PublicKind, feed_key
from volunteer_core.care.models import ChildGuardian, Enrolment
from volunteer_core.commitments.models import Commitment
from volunteer_core.events.models import Event
from volunteer_core.office.models import SettingChange
from volunteer_core.people.models import Person
from volunteer_core.places.models import Community, Site
from volunteer_core.rosters.models import Shift
from volunteer_core.tables import Table
from volunteer_core.teams.models import Membership, Programme, Team
from volunteer_core.workdays.models import Closure, LocalDay


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


WATCHED: dict[type[Table], tuple[Callable[[Touched, Any, Before], None], tuple[str, ...]]] = {
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
