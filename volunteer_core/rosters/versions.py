"""Versions of published rosters: a programme's week at a site as it was after each change, and who was
told of it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Date, bindparam, func, select

from volunteer_core.commitments.models import Commitment, CommitmentStatus
from volunteer_core.database import Page, Paging, Work
from volunteer_core.errors import Malformed
from volunteer_core.notices.models import Notice, NoticeKind
from volunteer_core.people.models import Person
from volunteer_core.places.models import Site
from volunteer_core.rosters.models import RosterVersion, Shift, ShiftStatus
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import parse_week, week_of


class VersionView(msgspec.Struct, frozen=True):
    """One version of a week in a list. ``cause`` is what was done first, ``told`` how many notices tell
    of it."""

    id: int
    number: int
    cause: str
    made_at: datetime
    made_by: int | None
    told: int


class Named(msgspec.Struct, frozen=True):
    """Somebody, as those see them who make the roster."""

    person_id: int
    code: str
    name: str


class ShiftThen(msgspec.Struct, frozen=True):
    """A shift as it was, and who had promised to come."""

    shift_id: int
    starts_at: datetime
    ends_at: datetime
    status: ShiftStatus
    minimum: int
    maximum: int
    people: list[Named]


class Told(msgspec.Struct, frozen=True):
    """What somebody was to be told of a version, and when it was passed on, if it was."""

    person: Named
    kind: NoticeKind
    text: str
    written_at: datetime
    told_at: datetime | None


class VersionContents(msgspec.Struct, frozen=True):
    """A version with its shifts by time, and who was told what of it."""

    version: VersionView
    programme_id: int
    site_id: int
    week: str
    shifts: list[ShiftThen]
    told: list[Told]


class Move(msgspec.Struct, frozen=True):
    """Somebody came to a shift, or left it."""

    shift_id: int
    starts_at: datetime
    person: Named


class ChangedShift(msgspec.Struct, frozen=True):
    """A shift whose time, standing or numbers changed. ``before`` is null for one that is new."""

    shift_id: int
    before: ShiftThen | None
    after: ShiftThen


class Comparison(msgspec.Struct, frozen=True):
    """What is different in a later version of a week."""

    came: list[Move]
    left: list[Move]
    changed: list[ChangedShift]


_KEY = ("programme_id", "site_id", "week")
_SAME_WEEK = [getattr(RosterVersion, field) == bindparam(field) for field in _KEY]
_FIRST = (
    select(RosterVersion.id).where(*_SAME_WEEK, RosterVersion.number == 1).with_for_update(key_share=True)
)
_LAST = select(func.max(RosterVersion.number)).where(*_SAME_WEEK)
_SHOWN = ("starts_at", "ends_at", "status", "minimum", "maximum")
_CONTENTS = (
    select(Shift.id, *(getattr(Shift, field) for field in _SHOWN), Commitment.person_id)
    .outerjoin(
        Commitment, (Commitment.shift_id == Shift.id) & (Commitment.status == CommitmentStatus.PROMISED)
    )
    .where(
        Shift.programme_id == bindparam("programme_id"),
        Shift.site_id == bindparam("site_id"),
        Shift.civil_date.between(bindparam("first", type_=Date()), bindparam("last", type_=Date())),
        Shift.published_at.is_not(None),
    )
    .order_by(Shift.starts_at, Shift.id, Commitment.person_id)
)


def keep_version(work: Work, shift: Shift, cause: str) -> int:
    """Keeps the week of a locked shift as it is now, as its next version, and returns its id. What
    changes later in the same work belongs to the same version, and so does its first cause. Inner.

    The week's first version is locked, after shifts and persons: numbers have no gaps, and no version
    misses what another work has committed.
    """
    week = week_of(shift.civil_date)
    key = {"programme_id": shift.programme_id, "site_id": shift.site_id, "week": str(week)}
    version: RosterVersion | None = work.info.get(("version", *key.values()))
    if version is None:
        work.execute(_FIRST, key)
        version = RosterVersion(
            **key,
            number=(work.scalar(_LAST, key) or 0) + 1,
            cause=cause,
            made_at=work.now,
            made_by=work.by.person_id,
        )
        work.info["version", *key.values()] = version
    version.contents = _contents(work, {**key, "first": week.monday, "last": week.sunday})
    work.add(version)
    work.flush()
    return version.id


def list_versions(
    work: Work, *, programme_id: int, site_id: int, week: str, paging: Paging = Paging()
) -> Page[VersionView]:
    """The versions of a programme's ISO week at a site, the newest first."""
    programme, site = work.find(Programme, programme_id), work.find(Site, site_id)
    work.demand("rosters.versions", teams=[programme.team_id], communities=[site.community_id])
    statement = _select().where(
        RosterVersion.programme_id == programme.id,
        RosterVersion.site_id == site.id,
        RosterVersion.week == str(parse_week(week)),
    )
    return work.page(VersionView, statement.order_by(RosterVersion.number.desc()), paging)


def read_version(work: Work, *, version_id: int) -> VersionContents:
    """What a version held, with names in full for those who make the roster, and who was told what of
    it: whoever has ``told_at`` was."""
    version = work.find(RosterVersion, version_id)
    _demand(work, version)
    [view] = work.views(VersionView, _select().where(RosterVersion.id == version.id))
    statement = select(Notice).where(Notice.version_id == version.id, Notice.person_id.is_not(None))
    notices = work.scalars(statement.order_by(Notice.id)).all()
    names = _names(work, version, told=notices)
    return VersionContents(
        view,
        version.programme_id,
        version.site_id,
        version.week,
        _shifts(version, names),
        [Told(names[one.person_id or 0], one.kind, one.text, one.written_at, one.told_at) for one in notices],
    )


def compare_versions(work: Work, *, earlier_id: int, later_id: int) -> Comparison:
    """Who came, who left and which shifts changed between two versions of one week. Refuses two that
    are not of the same programme, site and week."""
    earlier, later = work.find(RosterVersion, earlier_id), work.find(RosterVersion, later_id)
    _demand(work, later)
    if any(getattr(earlier, field) != getattr(later, field) for field in _KEY):
        raise Malformed("earlier_id", "只能比较同一项目、同一场所、同一周的两个版本。")
    names = _names(work, earlier, later)
    before, after = ({one.shift_id: one for one in _shifts(row, names)} for row in (earlier, later))
    came, left, changed = [], [], []
    for shift_id in sorted(before.keys() | after.keys()):
        was, then = before.get(shift_id), after.get(shift_id)
        old, new = was.people if was else [], then.people if then else []
        came += [Move(shift_id, then.starts_at, one) for one in new if then and one not in old]
        left += [Move(shift_id, was.starts_at, one) for one in old if was and one not in new]
        if then and (was is None or any(getattr(was, field) != getattr(then, field) for field in _SHOWN)):
            changed.append(ChangedShift(shift_id, was, then))
    return Comparison(came, left, changed)


def _contents(work: Work, facts: dict[str, Any]) -> list[dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for shift_id, starts_at, ends_at, status, minimum, maximum, person_id in work.execute(_CONTENTS, facts):
        shift = found.setdefault(
            shift_id,
            {
                "shift_id": shift_id,
                "starts_at": starts_at.isoformat(),
                "ends_at": ends_at.isoformat(),
                "status": status.value,
                "minimum": minimum,
                "maximum": maximum,
                "people": [],
            },
        )
        if person_id is not None:
            shift["people"].append(person_id)
    return list(found.values())


def _select() -> Any:
    told = select(func.count()).where(Notice.version_id == RosterVersion.id).scalar_subquery()
    columns = [getattr(RosterVersion, field) for field in VersionView.__struct_fields__ if field != "told"]
    return select(*columns, told.label("told"))


def _demand(work: Work, version: RosterVersion) -> None:
    programme, site = work.find(Programme, version.programme_id), work.find(Site, version.site_id)
    work.demand("rosters.versions", teams=[programme.team_id], communities=[site.community_id])


def _names(work: Work, *versions: RosterVersion, told: Iterable[Notice] = ()) -> dict[int, Named]:
    """Everybody in the versions and everybody who was told, by id."""
    ids = {one for version in versions for shift in version.contents for one in shift["people"]}
    ids |= {notice.person_id for notice in told if notice.person_id is not None}
    rows = work.execute(select(Person.id, Person.code, Person.name).where(Person.id.in_(ids)))
    return {row.id: Named(row.id, row.code, row.name) for row in rows}


def _shifts(version: RosterVersion, names: dict[int, Named]) -> list[ShiftThen]:
    return [
        ShiftThen(
            shift["shift_id"],
            datetime.fromisoformat(shift["starts_at"]),
            datetime.fromisoformat(shift["ends_at"]),
            ShiftStatus(shift["status"]),
            shift["minimum"],
            shift["maximum"],
            [names[person_id] for person_id in shift["people"]],
        )
        for shift in version.contents
    ]
