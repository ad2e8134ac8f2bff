"""The gentle list: who could still reach this week's target, and which open shifts fit them.

It is for inviting, not for reminding: nobody owes time, whoever is excused is not on it, and a text that
is passed on speaks of one person or of none.
"""

from __future__ import annotations

import msgspec

from volunteer_core.database import Page, Paging, Work
from volunteer_core.hours.targets.not_yet import not_yet
from volunteer_core.rosters.fitting import Fitting, FittingShift, promised_minutes
from volunteer_core.rosters.invitations import invitation_for, invitation_to_all
from volunteer_core.teams.models import Team


class CouldReach(msgspec.Struct, frozen=True):
    """A member who could still reach the target this week."""

    person_id: int
    code: str
    name: str
    minutes: int
    """Given for the team this week."""
    planned: int
    """Promised for this week and not marked yet."""
    more: int
    """With so many minutes more the target is reached."""
    shifts: list[FittingShift]
    """At most three: first where they serve anyway, then in their community, then those long enough."""
    text: str
    """A friendly message for this one person."""


class Encouragement(msgspec.Struct, frozen=True):
    """Who could still reach the target of the week that runs; who needs least comes first."""

    week: str
    target: int
    people: Page[CouldReach]
    text: str
    """A message for the whole team that names nobody; empty where no shift fits anybody."""


def could_reach(work: Work, *, team_id: int, paging: Paging = Paging()) -> Encouragement:
    """Members of the team who have not reached the target, are not excused and have not promised enough,
    and could reach it by open shifts of the team's programmes that fit them.

    A shift fits when nothing stands against putting the person on it (law, clash, what they said of
    their time, house rules), and serving there counts: paid duty does not.
    """
    team = work.find(Team, team_id)
    work.demand("rosters.encourage", teams=[team.id], communities=[team.community_id])
    now = not_yet(work, team.id)
    ids = [one.person_id for one in now.people]
    promised = promised_minutes(work, team.id, ids, now.week)
    more = {one.person_id: now.target - one.minutes - promised.get(one.person_id, 0) for one in now.people}
    wanted = [one for one in now.people if more[one.person_id] > 0]
    fitting = Fitting(work, team.id, [one.person_id for one in wanted], now.week)
    found = [
        (one, shifts)
        for one in sorted(wanted, key=lambda one: (more[one.person_id], one.code))
        if (shifts := fitting.of(one, more[one.person_id]))
    ]
    people = [
        CouldReach(
            one.person_id,
            one.code,
            one.name,
            one.minutes,
            promised.get(one.person_id, 0),
            more[one.person_id],
            shifts,
            invitation_for(one.name, more[one.person_id], shifts, discreet=team.discreet),
        )
        for one, shifts in found[paging.offset : paging.offset + paging.limit]
    ]
    open_shifts = {shift.shift_id: shift for _, shifts in found for shift in shifts}.values()
    return Encouragement(
        str(now.week),
        now.target,
        Page(people, len(found), paging.limit, paging.offset),
        invitation_to_all(open_shifts, discreet=team.discreet),
    )
