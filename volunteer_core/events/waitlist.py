"""The line of a position: who can take a seat, and who moves up. Inner: asks no rights.

The caller has locked the position. All people concerned are locked here at once, ids ascending,
so that two works that move up the same people never wait for each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import bindparam, func, select

from volunteer_core.commitments.models import Commitment, CommitmentStatus
from volunteer_core.commitments.promises import clash_with, clashes, commit_time, team_served_for
from volunteer_core.database import Work
from volunteer_core.errors import Refused
from volunteer_core.events.models import Event, EventStatus, Position, Signup, SignupStatus
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.writing import tell
from volunteer_core.office.settings import settings_on
from volunteer_core.people.models import Person
from volunteer_core.people.standing import Requirement, obstacles, standings
from volunteer_core.places.models import Site
from volunteer_core.teams.membership import teams_of
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import Span, chinese_span, civil_date

_TAKEN = select(func.count()).where(
    Signup.position_id == bindparam("position_id"), Signup.status == SignupStatus.CONFIRMED
)
_WAITING = (
    select(Signup)
    .where(Signup.position_id == bindparam("position_id"), Signup.status == SignupStatus.WAITING)
    .order_by(Signup.number)
    .execution_options(populate_existing=True)
)


def event_of(work: Work, position: Position) -> Event:
    """The event of a locked position as it is now: it may have been called off while we waited."""
    return work.get_one(Event, position.event_id, populate_existing=True)


def seats_taken(work: Work, position: Position) -> int:
    """How many seats of a locked position are taken."""
    return work.scalar(_TAKEN, {"position_id": position.id}) or 0


def waiting(work: Work, position: Position) -> list[Signup]:
    """Who waits for a seat of a locked position, strictly by arrival."""
    return list(work.scalars(_WAITING, {"position_id": position.id}))


def hindrances(
    work: Work, event: Event, position: Position, accompanied: Mapping[int, bool]
) -> dict[int, Refused]:
    """Locks the people and tells what keeps each of them from the position, if anything does.

    ``accompanied`` says of each person whether their guardian comes along. Age, consent and the
    like are judged on the civil date of the position's start. An audience serves nobody: the
    programme asks nothing of it.
    """
    work.lock_all(Person, accompanied)
    day = civil_date(position.starts_at)
    settings = settings_on(work, day)
    serves = position.earns_hours
    programme = work.find(Programme, event.programme_id) if serves and event.programme_id else None
    requirement = Requirement(
        serves=serves,
        minds_children=programme is not None and programme.minds_children,
        emergency=programme is not None and programme.emergency,
        qualification=position.qualification,
        min_age=position.min_age,
        max_age=position.max_age,
    )
    found: dict[int, Refused] = {}
    for person_id, standing in standings(work, accompanied.keys(), day).items():
        against = obstacles(standing, requirement, settings, accompanied=accompanied[person_id])
        if against:
            found[person_id] = against[0]
    for person_id, others in clashes(work, accompanied.keys(), _span(position)).items():
        found.setdefault(person_id, clash_with(others[0]))
    return found


def promise(work: Work, event: Event, position: Position, person_id: int) -> Commitment:
    """Promises the time of somebody who gets a seat."""
    return commit_time(
        work,
        person_id=person_id,
        span=_span(position),
        status=CommitmentStatus.PROMISED,
        site_id=event.site_id,
        programme_id=event.programme_id,
        team_id=team_served_for(
            teams_of(work, person_id, civil_date(position.starts_at)), organiser=event.team_id
        ),
        position_id=position.id,
    )


def promote(work: Work, position: Position, *, at_most: int) -> None:
    """Gives freed seats to those first in line who can take them now; who cannot keeps waiting.

    One freed place promotes one person. Never after the position's start, nor in an event that
    is not published.
    """
    event = event_of(work, position)
    if at_most < 1 or work.now >= position.starts_at or event.status is not EventStatus.PUBLISHED:
        return
    line = waiting(work, position)
    if line:
        hindered = hindrances(work, event, position, {row.person_id: row.accompanied for row in line})
        give_seats(work, event, position, [row for row in line if row.person_id not in hindered][:at_most])


def give_seats(work: Work, event: Event, position: Position, signups: Sequence[Signup]) -> None:
    """Confirms people who waited, and has them told."""
    if not signups:
        return
    community_id = work.find(Site, event.site_id).community_id
    when = chinese_span(position.starts_at, position.ends_at)
    for signup in signups:
        signup.commitment_id = promise(work, event, position, signup.person_id).id
        signup.status = SignupStatus.CONFIRMED
        signup.promoted_at = work.now
        tell(
            work,
            kind=NoticeKind.PROMOTED,
            person_id=signup.person_id,
            team_id=event.team_id,
            community_id=community_id,
            text=f"您候补的活动“{event.title}”（{position.name}，{when}）已有名额，报名成功。"
            "如不能参加，请尽早取消。",
        )
    work.flush()


def _span(position: Position) -> Span:
    return Span(position.starts_at, position.ends_at)
