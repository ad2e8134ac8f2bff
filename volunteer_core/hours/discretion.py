"""What others are not told of a person's service: what was for a discreet team (DESIGN.md, rule 14).

Inner: asks no rights.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select

from volunteer_core.database import Work
from volunteer_core.people.models import Person
from volunteer_core.people.standing import guardian_ids
from volunteer_core.teams.models import Programme, Team
from volunteer_core.timespans import civil_date


class Discretion:
    """Whether the actor is told for which teams a person served: the person, their guardians, their
    community's coordinators and the street office are, a leader not of a discreet team they do not lead."""

    def __init__(self, work: Work, person: Person, programme_ids: Iterable[int | None]) -> None:
        self._sees_all = work.may(
            "hours.entries",
            people=[person.id],
            guardians=guardian_ids(work, person.id, civil_date(work.now)),
            communities=[person.community_id],
        )
        self._leads = work.by.teams
        if not self._sees_all:
            wanted = {programme_id for programme_id in programme_ids if programme_id is not None}
            runs = select(Programme.id, Programme.team_id).where(Programme.id.in_(wanted))
            self._runs: dict[int | None, int | None] = dict(work.execute(runs).all())
            self._discreet = set(work.scalars(select(Team.id).where(Team.discreet)))

    def hides(self, team_id: int | None, programme_id: int | None) -> bool:
        """Whether service for a team, in one of those programmes, keeps to itself what it was."""
        if self._sees_all:
            return False
        teams = {team_id, self._runs.get(programme_id)}
        return bool(teams & self._discreet) and not teams & self._leads
