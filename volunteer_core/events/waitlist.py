"""The line of a position: who moves up, and who leaves it. Inner: asks no rights.

The caller has locked the position. All people concerned are locked at once, ids ascending, so that two
works that move up the same people never wait for each other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence

from sqlalchemy import bindparam, select

from volunteer_core.commitments.models import Commitment, CommitmentStatus
from volunteer_core.commitments.promises import commit_time, set_status, team_served_for
from volunteer_core.database import Work
from volunteer_core.events.hindrances import Entrant, hindrances, span_of
from volunteer_core.events.models import (
    SEATED,
    Event,
    EventStatus,
    Position,
    Signup,
    SignupGroup,
    SignupStatus,
)
from volunteer_core.events.seats import Seats, seats_of
from volunteer_core.events.telling import tell_of_lapse, tell_of_offer, tell_of_seat
from volunteer_core.events.waking import is_waking, waking_deadline
from volunteer_core.office.settings import settings_on
from volunteer_core.people.models import Person
from volunteer_core.teams.membership import teams_of
from volunteer_core.timespans import civil_date

_IN_STATE = (
    select(Signup)
    .where(
        Signup.position_id == bindparam("position_id"),
        Signup.status == bindparam("status", type_=Signup.status.type),
    )
    .order_by(Signup.number)
    .execution_options(populate_existing=True)
)


def event_of(work: Work, position: Position) -> Event:
    """The event of a locked position as it is now: it may have been called off while we waited."""
    return work.get_one(Event, position.event_id, populate_existing=True)


def waiting(work: Work, position: Position) -> list[Signup]:
    """Who waits for a seat of a locked position, strictly by arrival."""
    return _in_state(work, position, SignupStatus.WAITING)


def promote(work: Work, position: Position) -> None:
    """Gives free seats to those first in line who can take them now, or offers them; who cannot keeps
    waiting. Never after the position's start, nor in an event that is not published.

    Offers that have run out lapse here first.
    """
    event = event_of(work, position)
    if work.now >= position.starts_at or event.status is not EventStatus.PUBLISHED:
        return
    seats = seats_of(work, position)
    if seats.late:
        lapse_late_offers(work, event, position)
    if seats.free > 0 and seats.waiting:
        line = waiting(work, position)
        hindered = hindrances(work, event, position, map(Entrant.of, line))
        give_seats(work, event, position, next_in_line(work, line, hindered, seats))


def next_in_line(work: Work, line: Sequence[Signup], hindered: Collection[int], seats: Seats) -> list[Signup]:
    """Of those who wait the first for whom everything holds, as many as there are seats for; a whole
    group only together. Takes the seats."""
    able: list[Signup] = []
    for unit in _units(work, line):
        if not any(row.person_id in hindered for row in unit) and seats.take(wanted(work, unit)):
            able += unit
    return able


def wanted(work: Work, unit: Iterable[Signup | Entrant]) -> Iterator[tuple[int | None, int]]:
    """How many seats each of some locked people takes, and of which community they are."""
    for one in unit:
        yield work.find(Person, one.person_id).community_id, one.seats


def give_seats(work: Work, event: Event, position: Position, signups: Sequence[Signup]) -> None:
    """Confirms people who waited, or offers them their seats where the position does so and they are
    awake, and has them told. At night what would be offered stays free: the clock offers it in the morning.
    """
    if position.offer_minutes is None:
        for signup in signups:
            confirm(work, event, position, signup)
            signup.promoted_at = work.now
            tell_of_seat(work, event, position, signup)
    else:
        settings = settings_on(work, civil_date(work.now))
        for signup in signups if is_waking(work.now, settings) else ():
            signup.status = SignupStatus.OFFERED
            signup.offer_until = waking_deadline(
                work.now, position.offer_minutes, settings, latest=position.starts_at
            )
            tell_of_offer(work, event, position, signup)
    work.flush()


def confirm(work: Work, event: Event, position: Position, signup: Signup) -> None:
    """Gives a seat to a locked person whom nothing hinders, and promises their time."""
    signup.commitment_id = promise(
        work, event, position, signup.person_id, overridden=signup.override_reason is not None
    ).id
    signup.status, signup.offer_until = SignupStatus.CONFIRMED, None


def promise(
    work: Work, event: Event, position: Position, person_id: int, *, overridden: bool = False
) -> Commitment:
    """Promises the time of somebody who gets a seat and whom nothing hinders."""
    return commit_time(
        work,
        person_id=person_id,
        span=span_of(position),
        status=CommitmentStatus.PROMISED,
        site_id=event.site_id,
        programme_id=event.programme_id,
        team_id=team_served_for(
            teams_of(work, person_id, civil_date(position.starts_at)), organiser=event.team_id
        ),
        position_id=position.id,
        overridden=overridden,
        checked=True,
    )


def take_out(work: Work, position: Position, signups: Sequence[Signup], status: SignupStatus) -> None:
    """Takes locked sign-ups out of the line, or back into it (``WAITING``), releases the time promised,
    and moves up who is next.

    Refuses whoever's attendance is marked: they were there.
    """
    freed = any(signup.status in SEATED or signup.group_id is not None for signup in signups)
    promised = [signup.commitment_id for signup in signups if signup.status is SignupStatus.CONFIRMED]
    for signup in signups:
        signup.status, signup.offer_until = status, None
        signup.cancelled_at = None if status is SignupStatus.WAITING else work.now
    work.flush()
    if freed:
        promote(work, position)  # locks people, so it comes before other rows
    for commitment in work.lock_all(Commitment, (one for one in promised if one is not None)):
        set_status(work, commitment, CommitmentStatus.RELEASED)
    work.flush()


def together_with(work: Work, signup: Signup) -> list[Signup]:
    """A locked sign-up and, in a whole group, the others in the same state, locked: what becomes of one
    becomes of all."""
    if signup.group_id is None or not work.find(SignupGroup, signup.group_id).whole:
        return [signup]
    ids = work.scalars(select(Signup.id).where(Signup.group_id == signup.group_id))
    return [row for row in work.lock_all(Signup, ids) if row.status is signup.status]


def lapse_late_offers(work: Work, event: Event, position: Position) -> None:
    """Ends the offers of a locked position whose time is up."""
    for signup in _in_state(work, position, SignupStatus.OFFERED):
        if signup.offer_until is not None and signup.offer_until <= work.now:
            signup.status, signup.offer_until, signup.cancelled_at = SignupStatus.LAPSED, None, work.now
            tell_of_lapse(work, event, position, signup)
    work.flush()


def _in_state(work: Work, position: Position, status: SignupStatus) -> list[Signup]:
    return list(work.scalars(_IN_STATE, {"position_id": position.id, "status": status}))


def _units(work: Work, line: Sequence[Signup]) -> Iterator[list[Signup]]:
    """Those who move up together: the members of a whole group, anybody else alone, by arrival."""
    whole: dict[int, list[Signup]] = {}
    for row in line:
        if row.group_id is not None and work.find(SignupGroup, row.group_id).whole:
            whole.setdefault(row.group_id, []).append(row)
    for row in line:
        if row.group_id not in whole:
            yield [row]
        elif whole[row.group_id][0] is row:
            yield whole[row.group_id]
