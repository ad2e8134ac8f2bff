"""The line of a shift: who waits for a place, and who moves up when one is free. Inner: asks no rights."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy import bindparam, select

from volunteer_core.database import Work
from volunteer_core.errors import Refused
from volunteer_core.notices.models import NoticeKind
from volunteer_core.people.models import Person
from volunteer_core.places.models import Site
from volunteer_core.rosters.assigning import people_on, put_on
from volunteer_core.rosters.models import Shift, ShiftStatus
from volunteer_core.rosters.swaps.models import ShiftWait, WaitStatus
from volunteer_core.rosters.versions import keep_version
from volunteer_core.teams.models import Programme

_LINE = (
    select(ShiftWait)
    .where(ShiftWait.shift_id == bindparam("shift_id"), ShiftWait.status == WaitStatus.WAITING)
    .order_by(ShiftWait.id)
    .execution_options(populate_existing=True)
)


def lock_line(work: Work, shift: Shift, *person_ids: int) -> list[ShiftWait]:
    """Who waits for a locked shift, by arrival: ids are given under its lock, so in the order of the
    commits. Locks all of them and whoever else is concerned at once, before anybody is moved."""
    line = list(work.scalars(_LINE, {"shift_id": shift.id}))
    work.lock_all(Person, {*person_ids, *(wait.person_id for wait in line)})
    return line


def promote_waiting(
    work: Work, shift: Shift, programme: Programme, site: Site, *, at_most: int = 1
) -> list[int]:
    """Gives freed places of a locked shift to those first in line for whom everything holds now; who
    cannot come keeps waiting. Returns who comes.

    One freed place promotes one person, never beyond the maximum, never after the start, never in a
    shift that is not published. The caller has freed ``at_most`` places and locked the line.
    """
    promoted: list[int] = []
    if shift.status is not ShiftStatus.PUBLISHED or shift.starts_at <= work.now:
        return promoted
    places = min(at_most, shift.maximum - people_on(work, shift.id))
    for wait in lock_line(work, shift) if places > 0 else ():
        if len(promoted) == places:
            break
        try:
            put_on(
                work,
                shift,
                programme,
                site,
                wait.person_id,
                told="您候补的班次有了名额，已为您安排，如不能参加请尽早说明",
                kind=NoticeKind.PROMOTED,
                cause="promoted",
            )
        except Refused:  # before anything was written: the next in line is looked at
            continue
        promoted.append(wait.person_id)
    return promoted


def who_waits(work: Work, shifts: Iterable[Shift]) -> set[int]:
    """Who waits for any of some locked shifts: to be locked with all others before anybody is moved."""
    statement = select(ShiftWait.person_id).where(
        ShiftWait.shift_id.in_([shift.id for shift in shifts]), ShiftWait.status == WaitStatus.WAITING
    )
    return set(work.scalars(statement))


def let_in(work: Work, more: Mapping[Shift, int]) -> None:
    """Locked shifts have room for so many more people than before: of the published ones it is a new
    version, and whoever is first in line for them comes."""
    published = sorted((shift for shift in more if shift.status is ShiftStatus.PUBLISHED), key=_by_site)
    work.lock_all(Person, who_waits(work, published))
    for shift in published:
        keep_version(work, shift, "changed")
        programme, site = work.find(Programme, shift.programme_id), work.find(Site, shift.site_id)
        promote_waiting(work, shift, programme, site, at_most=more[shift])


def _by_site(shift: Shift) -> tuple[int, date]:
    """The order in which versions are locked."""
    return shift.site_id, shift.civil_date
