"""Whom an event or a sign-up concerns: the facts for which rights ask. Inner: asks no rights."""

from __future__ import annotations

from volunteer_core.database import Facts, Work
from volunteer_core.events.models import Event
from volunteer_core.people.standing import guardian_ids
from volunteer_core.places.models import Site
from volunteer_core.teams.membership import teams_of
from volunteer_core.timespans import civil_date


def organisers_of(work: Work, event: Event) -> Facts:
    """Who organises an event: the leaders of its team, the coordinator of its place."""
    return Facts(teams=[event.team_id], communities=[work.find(Site, event.site_id).community_id])


def concerned_by(work: Work, event: Event, person_id: int) -> Facts:
    """Whom a sign-up concerns: the person, who answers for them, the leaders of their teams and of the
    organising one, and the coordinator of the place."""
    today = civil_date(work.now)
    return Facts(
        people=[person_id],
        guardians=guardian_ids(work, person_id, today),
        teams=[event.team_id, *teams_of(work, person_id, today)],
        communities=[work.find(Site, event.site_id).community_id],
    )
