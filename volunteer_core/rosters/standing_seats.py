"""Standing seats: a place on shifts that is a person's every such weekday until further notice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date, time
from typing import Any

import msgspec
from sqlalchemy import or_, select

from volunteer_core.commitments.models import ACTIVE, Commitment, CommitmentStatus
from volunteer_core.commitments.promises import NotOfTeam
from volunteer_core.database import Page, Paging, Work
from volunteer_core.errors import Conflict, Malformed, RuleBroken
from volunteer_core.people.models import Person
from volunteer_core.places.models import Site
from volunteer_core.rosters.models import Pattern, Shift, ShiftStatus, StandingSeat
from volunteer_core.rosters.own_sites import own_sites
from volunteer_core.rosters.placing import LeftOut, Place, Wanted, place_all
from volunteer_core.teams.membership import teams_of
from volunteer_core.teams.models import Programme


class AlreadySeated(Conflict, code="already_seated", sentence="此人在这个周期的这一天已有固定班次。"):
    """A person has one seat on a pattern's weekday at a time."""


class NoSeatLeft(RuleBroken, code="no_seat_left", sentence="这一天的固定班次已满（最多 {maximum} 人）。"):
    """There are never more standing seats on a weekday than the pattern takes people."""


class SeatView(msgspec.Struct, frozen=True):
    """A standing seat as those see it who make the roster. Times are civil; both dates are included."""

    id: int
    pattern_id: int
    site_id: int
    site_name: str
    weekday: int
    """ISO weekday, 1 for Monday."""
    starts: time
    ends: time
    person_id: int
    code: str
    name: str
    valid_from: date
    valid_to: date | None
    """``None``: until further notice, as long as the pattern holds."""


class EndedSeat(msgspec.Struct, frozen=True):
    """A seat that ends, and the later draft shifts on which the person still is: for somebody to decide."""

    seat: SeatView
    still_on: list[int]


def give_seat(
    work: Work,
    *,
    pattern_id: int,
    person_id: int,
    weekday: int,
    valid_from: date,
    valid_to: date | None = None,
) -> SeatView:
    """Gives a person a seat on a pattern's shifts of one weekday (1 for Monday), from a date on.

    Generating fills it. Refuses a weekday or dates that are not the pattern's, a second seat of the
    same person there, more seats at a time than the pattern takes people, and who on the first day
    is no member of the team that runs the programme.
    """
    pattern = work.lock(Pattern, pattern_id)
    programme, site = work.find(Programme, pattern.programme_id), work.find(Site, pattern.site_id)
    work.demand("rosters.seats", teams=[programme.team_id], communities=[site.community_id])
    if weekday not in map(int, pattern.weekdays):
        raise Malformed("weekday", "这个周期不包括这一天。")
    if valid_to is not None and valid_to < valid_from:
        raise Malformed("valid_to", "不能早于开始日期。")
    if not pattern.valid_from <= valid_from <= (valid_to or valid_from) <= pattern.valid_to:
        raise Malformed("valid_from", f"须在周期的 {pattern.valid_from} 至 {pattern.valid_to} 之内。")
    person = work.find(Person, person_id)
    if programme.team_id is not None and programme.team_id not in teams_of(work, person.id, valid_from):
        raise NotOfTeam(person_id=person.id, team_id=programme.team_id)
    others = work.scalars(
        select(StandingSeat).where(
            StandingSeat.pattern_id == pattern.id,
            StandingSeat.weekday == weekday,
            or_(StandingSeat.valid_to.is_(None), StandingSeat.valid_to >= valid_from),
            StandingSeat.valid_from <= (valid_to or pattern.valid_to),
        )
    ).all()
    if any(other.person_id == person.id for other in others):
        raise AlreadySeated(pattern_id=pattern.id, person_id=person.id, weekday=weekday)
    if most_at_once([(other.valid_from, other.valid_to) for other in others]) >= pattern.maximum:
        raise NoSeatLeft(pattern_id=pattern.id, weekday=weekday, maximum=pattern.maximum)
    seat = StandingSeat(
        pattern_id=pattern.id,
        person_id=person.id,
        weekday=weekday,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    work.add(seat)
    work.flush()
    return _view(work, seat.id)


def end_seat(work: Work, *, seat_id: int, last_day: date) -> EndedSeat:
    """Ends a seat after a day, or takes it back entirely with a day before its first.

    Who is on later draft shifts stays there, named and no longer locked: planning may now move them.
    Refuses a day after the one on which it ends anyway.
    """
    pattern = work.find(Pattern, work.find(StandingSeat, seat_id).pattern_id)
    programme, site = work.lock(Programme, pattern.programme_id), work.find(Site, pattern.site_id)
    work.demand("rosters.seats", teams=[programme.team_id], communities=[site.community_id])
    seat = work.lock(StandingSeat, seat_id)  # after the programme: it is not being filled just now
    if seat.valid_to is not None and last_day > seat.valid_to:
        raise Malformed("last_day", "不能晚于原来的结束日期。")
    view = msgspec.structs.replace(_view(work, seat.id), valid_to=last_day)
    still_on = _unlock(work, seat, last_day)
    if last_day < seat.valid_from:
        work.delete(seat)
    else:
        seat.valid_to = last_day
    work.flush()
    return EndedSeat(view, still_on)


def list_seats(
    work: Work,
    *,
    programme_id: int,
    site_id: int | None = None,
    day: date | None = None,
    paging: Paging = Paging(),
) -> Page[SeatView]:
    """The standing seats of a programme by site, weekday and time; those that hold on a day if asked.

    At one site, or at all that the actor answers for. Names are shown in full, for these are the
    people who make the roster.
    """
    programme = work.find(Programme, programme_id)
    where = own_sites(work, "rosters.seats", programme=programme, site_id=site_id)
    statement = (
        _select()
        .where(where, Pattern.programme_id == programme.id)
        .order_by(Site.code, StandingSeat.weekday, Pattern.starts, StandingSeat.id)
    )
    if day is not None:
        statement = statement.where(
            StandingSeat.weekday == day.isoweekday(),
            StandingSeat.valid_from <= day,
            or_(StandingSeat.valid_to.is_(None), StandingSeat.valid_to >= day),
        )
    return work.page(SeatView, statement, paging)


def fill_seats(
    work: Work, programme: Programme, shifts: Collection[Shift]
) -> tuple[list[Place], list[LeftOut]]:
    """Puts everybody with a seat on the drafts among some locked shifts of patterns. Inner.

    Locked there, so that planning leaves them. Who is on a shift already, or has been taken off it,
    is not put on it again; who was on it when it was called off, is. A seat holds on its own weekday
    only: a make-up Saturday is a Saturday.
    """
    drafts = sorted(
        (shift for shift in shifts if shift.status is ShiftStatus.DRAFT and shift.ends_at > work.now),
        key=lambda shift: (shift.starts_at, shift.id),
    )
    return place_all(work, programme, _wanted(work, programme, drafts))


def most_at_once(held: Sequence[tuple[date, date | None]]) -> int:
    """How many spans of dates, both included, most overlap on one day. Pure."""
    return max(
        (sum(first <= day and (last is None or day <= last) for first, last in held) for day, _ in held),
        default=0,
    )


def _wanted(work: Work, programme: Programme, drafts: Sequence[Shift]) -> Iterator[Wanted]:
    seats: dict[tuple[int | None, int], list[StandingSeat]] = defaultdict(list)
    for seat in work.scalars(
        select(StandingSeat)
        .where(StandingSeat.pattern_id.in_({shift.pattern_id for shift in drafts}))
        .order_by(StandingSeat.id)
    ):
        seats[seat.pattern_id, seat.weekday].append(seat)
    decided = select(Commitment.shift_id, Commitment.person_id).where(
        Commitment.shift_id.in_([shift.id for shift in drafts]),
        Commitment.status != CommitmentStatus.CALLED_OFF,
    )
    known = {(shift_id, person_id) for shift_id, person_id in work.execute(decided)}
    for shift in drafts:
        day = shift.civil_date
        for seat in seats[shift.pattern_id, day.isoweekday()]:
            holds = seat.valid_from <= day and (seat.valid_to is None or day <= seat.valid_to)
            if holds and (shift.id, seat.person_id) not in known:
                yield Wanted(shift, seat.person_id, programme.team_id, locked=True)


def _unlock(work: Work, seat: StandingSeat, last_day: date) -> list[int]:
    """Lets planning move the person again on drafts after a day; returns these shifts."""
    ahead = select(Shift.id, Shift.civil_date).where(
        Shift.pattern_id == seat.pattern_id,
        Shift.civil_date > last_day,
    )
    shifts = work.lock_all(
        Shift, [shift_id for shift_id, day in work.execute(ahead) if day.isoweekday() == seat.weekday]
    )
    ids = work.scalars(
        select(Commitment.id).where(
            Commitment.shift_id.in_([shift.id for shift in shifts if shift.status is ShiftStatus.DRAFT]),
            Commitment.person_id == seat.person_id,
            Commitment.status.in_(ACTIVE),
        )
    )
    rows = work.lock_all(Commitment, ids)
    for row in rows:
        row.locked = False
    return sorted(row.shift_id for row in rows if row.shift_id is not None)


def _view(work: Work, seat_id: int) -> SeatView:
    return work.views(SeatView, _select().where(StandingSeat.id == seat_id))[0]


def _select() -> Any:
    return (
        select(
            StandingSeat.id,
            StandingSeat.pattern_id,
            Pattern.site_id,
            Site.name.label("site_name"),
            StandingSeat.weekday,
            Pattern.starts,
            Pattern.ends,
            StandingSeat.person_id,
            Person.code,
            Person.name,
            StandingSeat.valid_from,
            StandingSeat.valid_to,
        )
        .join(Pattern, Pattern.id == StandingSeat.pattern_id)
        .join(Site, Site.id == Pattern.site_id)
        .join(Person, Person.id == StandingSeat.person_id)
    )
