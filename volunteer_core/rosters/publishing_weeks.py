"""Publishing several weeks at several sites as a whole."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select

from volunteer_core.database import Work
from volunteer_core.errors import Malformed
from volunteer_core.places.models import Site
from volunteer_core.rosters.drafts.keeping import demand_sites
from volunteer_core.rosters.models import Shift, ShiftStatus
from volunteer_core.rosters.publishing import NothingToPublish, WeekOutcome, publish_week
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import parse_week, week_of

MOST_WEEKS = 60


def publish_weeks(
    work: Work, *, programme_id: int, first_week: str, last_week: str, site_ids: Sequence[int] = ()
) -> list[WeekOutcome]:
    """Publishes all drafts of a programme from one ISO week to another, in one transaction.

    At the given sites, or at all where there are drafts. Each site's week is published as
    :func:`.publishing.publish_week` does it; weeks with nothing to publish are passed over. Refuses where
    there is nothing at all, more than 60 weeks, and whoever may not publish at each of the sites.
    """
    first, last = parse_week(first_week).monday, parse_week(last_week).sunday
    programme = work.find(Programme, programme_id)
    if not 0 < (last - first).days < MOST_WEEKS * 7:
        raise Malformed("last_week", f"不能早于起始周，一次最多 {MOST_WEEKS} 周。")
    drafts = select(Shift.id, Shift.site_id, Shift.civil_date).where(
        Shift.programme_id == programme.id,
        Shift.civil_date.between(first, last),
        Shift.status == ShiftStatus.DRAFT,
    )
    if site_ids:
        drafts = drafts.where(Shift.site_id.in_(site_ids))
    rows = work.execute(drafts).all()
    wanted = {*site_ids, *(row.site_id for row in rows)}
    demand_sites(work, "rosters.publish", programme, [work.find(Site, one) for one in sorted(wanted)])
    work.lock_all(Site, wanted)
    work.lock_all(Shift, (row.id for row in rows))
    outcomes = []
    for week, site_id in sorted({(week_of(row.civil_date), row.site_id) for row in rows}):
        try:
            outcomes.append(publish_week(work, programme_id=programme.id, site_id=site_id, week=str(week)))
        except NothingToPublish:
            continue
    if not outcomes:
        raise NothingToPublish(week=f"{first_week} 至 {last_week}", tentative=len(rows))
    return outcomes
