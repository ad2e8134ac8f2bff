"""What a claim would bring, and who has to decide about so much. Inner: asks no rights."""

from __future__ import annotations

from volunteer_core.database import Facts, Work
from volunteer_core.hours.claims.models import Claim
from volunteer_core.hours.claims.views import Decider, Weight
from volunteer_core.hours.entering import day_minutes
from volunteer_core.hours.overlaps import Key, Stay, Stays
from volunteer_core.office.settings import settings_on
from volunteer_core.teams.membership import teams_of
from volunteer_core.timespans import Span


class Scales:
    """A claim beside what the ledger counts of its person around that day."""

    def __init__(self, work: Work, claim: Claim) -> None:
        self._work = work
        self._claim = claim
        self.key: Key = ("claim", claim.id)
        self.span = Span(claim.starts_at, claim.ends_at)
        self.stays = Stays(work, claim.person_id, claim.civil_date)

    def weigh(self, approved: int) -> Weight:
        claim = self._claim
        minutes = min(approved, self.stays.share(self.key, self.span))
        total = day_minutes(self._work, claim.person_id, claim.civil_date) + minutes
        settings = settings_on(self._work, claim.civil_date)
        of_leaders, of_coordinators = (
            settings.claim_leader_day_minutes,
            settings.claim_coordinator_day_minutes,
        )
        if total > of_coordinators:
            return Weight(minutes, total, of_coordinators, Decider.OFFICE)
        if total > of_leaders:
            return Weight(minutes, total, of_leaders, Decider.COORDINATOR)
        return Weight(minutes, total, None, Decider.LEADER)

    def overlapping(self) -> list[Stay]:
        """What else counts time within the claim's span, by time."""
        return self.stays.overlapping(self.span, but=self.key)


def scope_of(work: Work, claim: Claim, decider: Decider = Decider.LEADER) -> Facts:
    """The facts of a claim for the right to decide: the leaders of its team, or of any of the person's if
    it is for none, the coordinators of its community, the office; of these only from the decider up."""
    facts = Facts()
    if decider is Decider.LEADER:
        of_person = teams_of(work, claim.person_id, claim.civil_date)
        facts["teams"] = [claim.team_id] if claim.team_id is not None else of_person
    if decider is not Decider.OFFICE:
        facts["communities"] = [claim.community_id]
    return facts
