"""A leader signs up people of their team together: all or none, or as many as there are seats for."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, select

from volunteer_core.commitments.promises import NotOfTeam
from volunteer_core.database import Work
from volunteer_core.errors import Malformed
from volunteer_core.events.concerned import organisers_of
from volunteer_core.events.entering import Terms, enter_all, refuse_unless_open
from volunteer_core.events.hindrances import Entrant
from volunteer_core.events.listing import signup_views
from volunteer_core.events.models import Position, SignupGroup
from volunteer_core.events.views import SignupView
from volunteer_core.events.waitlist import event_of
from volunteer_core.people.models import Person
from volunteer_core.teams.membership import member_on
from volunteer_core.teams.models import Membership, Team
from volunteer_core.timespans import civil_date

MOST_IN_GROUP = 100

_MEMBERS = select(Membership.person_id).where(
    Membership.team_id == bindparam("team_id"), Membership.person_id.in_(bindparam("people", expanding=True))
)


class LeftOut(msgspec.Struct, frozen=True):
    """Somebody who was not signed up with the others, and why: the code and sentence of the refusal."""

    person_id: int
    code: str
    reason: str


class GroupView(msgspec.Struct, frozen=True):
    """A group that was signed up: who has a seat or waits, and who was left out."""

    id: int
    position_id: int
    team_id: int
    whole: bool
    signups: list[SignupView]
    left_out: list[LeftOut]


def sign_up_group(
    work: Work, *, position_id: int, team_id: int, person_ids: Sequence[int], whole: bool
) -> GroupView:
    """Signs up to 100 people of a team up at once, in the order given.

    A ``whole`` group has all of them or nobody: if there are too few seats it waits and moves up together,
    and if anything keeps one of them from the position it is refused. Otherwise as many get seats as there
    are, the others wait, and whom something keeps out is left out, with the reason. Refused: who is not of
    the team today.
    """
    position = work.lock(Position, position_id)
    event = event_of(work, position)
    team = work.find(Team, team_id)
    organisers = organisers_of(work, event)
    work.demand("events.sign_up_group", teams=[team.id], communities=organisers.get("communities", ()))
    if not 1 <= len(person_ids) <= MOST_IN_GROUP or len(set(person_ids)) < len(person_ids):
        raise Malformed("person_ids", f"应为 1 至 {MOST_IN_GROUP} 人，不能重复。")
    for person_id in person_ids:
        work.find(Person, person_id)
    members = work.scalars(
        _MEMBERS.where(member_on(civil_date(work.now))), {"team_id": team.id, "people": list(person_ids)}
    )
    for stranger in sorted(set(person_ids) - set(members)):
        raise NotOfTeam(team_id=team.id, person_id=stranger)
    refuse_unless_open(work, event, position)
    group = SignupGroup(
        position_id=position.id,
        team_id=team.id,
        whole=whole,
        signed_up_by=work.by.person_id,
        signed_up_at=work.now,
    )
    work.add(group)
    work.flush()
    entered = enter_all(
        work,
        event,
        position,
        [Entrant(person_id) for person_id in person_ids],
        terms=Terms(
            group=group,
            leave_out=not whole,
            decided=work.may("events.decide", **organisers),
        ),
    )
    left_out = [
        LeftOut(person_id, refusal.code, refusal.message) for person_id, refusal in entered.left_out.items()
    ]
    views = signup_views(work, [signup.id for signup in entered.signups])
    return GroupView(group.id, position.id, team.id, whole, views, left_out)
