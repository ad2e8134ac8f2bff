"""Copying a week: the people of one week's shifts are put on the drafts of another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime

import msgspec
from sqlalchemy import or_, select

from volunteer_core.commitments.models import ACTIVE, Commitment, CommitmentStatus
from volunteer_core.database import Work
from volunteer_core.errors import Conflict, Malformed, RuleBroken
from volunteer_core.places.models import Site
from volunteer_core.rosters.models import OPEN, Shift, ShiftStatus
from volunteer_core.rosters.placing import LeftOut, Place, Wanted, place_all
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import civil, parse_week


class NotADraft(Conflict, code="not_a_draft", sentence="班次已公布：请直接在班次上安排人员。"):
    """Only drafts are filled from another week; a published shift is a promise and changed one by one."""


class TakenOff(RuleBroken, code="taken_off", sentence="此人已从这个班次撤下：需要时请直接安排。"):
    """Who has been taken off a shift, or said that they cannot come, does not return with a copy."""


class Uncopied(msgspec.Struct, frozen=True):
    """A shift with people on it for which the other week has none at its time: a holiday, a closure."""

    shift_id: int
    site_id: int
    civil_date: date
    starts_at: datetime
    people: int


class CopiedWeek(msgspec.Struct, frozen=True):
    """What became of the people of a week. Shifts named with people are those of the week copied to."""

    from_week: str
    to_week: str
    placed: list[Place]
    already_there: list[Place]
    left_out: list[LeftOut]
    without_counterpart: list[Uncopied]


def copy_week(
    work: Work, *, programme_id: int, from_week: str, to_week: str, site_id: int | None = None
) -> CopiedWeek:
    """Puts the people of a programme's ISO week (``2026-W45``) on the draft shifts of another.

    A shift's people go to the shift of the same site, weekday and time of start. The days of a site
    whose weekday does not run in the other week go, in order, to the days there that nobody has
    claimed: a holiday Monday's crew serves on the make-up Saturday. Shifts that find none are named.

    Every rule is checked for everybody; who cannot is left out, and named with the code. Nobody is
    taken off, and doing it again changes nothing. Refuses to copy a week to itself.
    """
    source, target = parse_week(from_week), parse_week(to_week)
    programme = work.find(Programme, programme_id)
    communities = [work.find(Site, site_id).community_id] if site_id is not None else []
    work.demand("rosters.copy", teams=[programme.team_id], communities=communities)
    if source == target:
        raise Malformed("to_week", "不能与来源周相同。")
    wanted = select(Shift.id).where(
        Shift.programme_id == programme.id,
        or_(*(Shift.civil_date.between(week.monday, week.sunday) for week in (source, target))),
    )
    if site_id is not None:
        wanted = wanted.where(Shift.site_id == site_id)
    shifts = [shift for shift in work.lock_all(Shift, work.scalars(wanted)) if shift.status in OPEN]
    from_shifts = [shift for shift in shifts if shift.civil_date in source.dates]
    found = counterparts(from_shifts, [shift for shift in shifts if shift.civil_date in target.dates])
    crews, taken_off = _people_of(work, shifts)
    copies: list[Wanted] = []
    already_there: list[Place] = []
    left_out: list[LeftOut] = []
    nowhere: list[Uncopied] = []
    for shift in sorted(from_shifts, key=_by_time):
        crew, other = crews[shift.id], found.get(shift.id)
        if other is None:
            if crew:
                nowhere.append(
                    Uncopied(shift.id, shift.site_id, shift.civil_date, shift.starts_at, len(crew))
                )
            continue
        for person_id, team_id in crew.items():
            if person_id in crews[other.id]:
                already_there.append(Place(other.id, person_id))
            elif other.status is not ShiftStatus.DRAFT:
                left_out.append(LeftOut(other.id, person_id, NotADraft.code))
            elif (other.id, person_id) in taken_off:
                left_out.append(LeftOut(other.id, person_id, TakenOff.code))
            else:
                copies.append(Wanted(other, person_id, team_id))
    placed, refused = place_all(work, programme, copies)
    return CopiedWeek(from_week, to_week, placed, already_there, left_out + refused, nowhere)


def counterparts(source: Iterable[Shift], target: Iterable[Shift]) -> dict[int, Shift]:
    """Which shift of another week stands for which of this one, by id; what has none is not in it. Pure."""
    found: dict[int, Shift] = {}
    theirs = _by_site_and_day(target)
    for site_id, days in _by_site_and_day(source).items():
        others = theirs.get(site_id, {})
        for day, other in _matched(list(days), list(others)).items():
            there = _by_start(others[other])
            found |= {
                shift.id: there[start] for start, shift in _by_start(days[day]).items() if start in there
            }
    return found


def _matched(days: Sequence[date], others: Sequence[date]) -> dict[date, date]:
    """Days by weekday; then those left on either side, in order."""
    weekdays = {other.isoweekday(): other for other in others}
    same = {day: weekdays[day.isoweekday()] for day in days if day.isoweekday() in weekdays}
    left = (day for day in days if day not in same)
    free = (other for other in others if other not in same.values())
    return same | dict(zip(left, free, strict=False))


def _by_site_and_day(shifts: Iterable[Shift]) -> dict[int, dict[date, list[Shift]]]:
    found: dict[int, dict[date, list[Shift]]] = defaultdict(lambda: defaultdict(list))
    for shift in sorted(shifts, key=_by_time):
        found[shift.site_id][shift.civil_date].append(shift)
    return found


def _by_start(shifts: Sequence[Shift]) -> dict[tuple[str, int], Shift]:
    """The shifts of a day by their civil time of start; several of one time by their order."""
    found: dict[tuple[str, int], Shift] = {}
    for shift in shifts:
        start = f"{civil(shift.starts_at):%H:%M}"
        found[start, sum(start == known for known, _ in found)] = shift
    return found


def _by_time(shift: Shift) -> tuple[datetime, int]:
    return shift.starts_at, shift.id


def _people_of(
    work: Work, shifts: Sequence[Shift]
) -> tuple[dict[int, dict[int, int | None]], set[tuple[int, int]]]:
    """Who is on the shifts, with the team they serve for, and who has been taken off them."""
    crews: dict[int, dict[int, int | None]] = defaultdict(dict)
    taken_off = set()
    rows = (
        select(Commitment)
        .where(
            Commitment.shift_id.in_([shift.id for shift in shifts]),
            Commitment.status.in_((*ACTIVE, CommitmentStatus.RELEASED)),
        )
        .order_by(Commitment.id)
    )
    for row in work.scalars(rows):
        if row.status is CommitmentStatus.RELEASED:
            taken_off.add((row.shift_id or 0, row.person_id))
        else:
            crews[row.shift_id or 0][row.person_id] = row.team_id
    return crews, taken_off
