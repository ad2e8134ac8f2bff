"""Which sites of a programme an operation is about: the one asked for, or all one answers for. Inner."""

from __future__ import annotations

from sqlalchemy import ColumnElement, true

from volunteer_core.database import Work
from volunteer_core.errors import NotAllowed
from volunteer_core.places.models import Site
from volunteer_core.teams.models import Programme


def own_sites(
    work: Work, operation: str, *, programme: Programme, site_id: int | None
) -> ColumnElement[bool]:
    """Asks the right and gives the condition on :class:`Site`.

    Without a site, that is every site for a leader of the programme's team, and those of their
    communities for a coordinator. Refuses who answers for none.
    """
    if site_id is not None:
        site = work.find(Site, site_id)
        work.demand(operation, teams=[programme.team_id], communities=[site.community_id])
        return Site.id == site.id
    reach = work.reach(operation)
    if reach.everything or programme.team_id in reach.teams:
        return true()
    if not reach.communities:
        raise NotAllowed(operation=operation)
    return Site.community_id.in_(reach.communities)
