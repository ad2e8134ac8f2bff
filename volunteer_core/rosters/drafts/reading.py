"""Looking at drafts: which there are, what one puts where, and why somebody is not on a shift."""

from __future__ import annotations

from sqlalchemy import select

from volunteer_core.database import Page, Paging, Work
from volunteer_core.errors import NotAllowed, NotFound
from volunteer_core.people.models import Person
from volunteer_core.places.models import Site
from volunteer_core.rosters.drafts import wording
from volunteer_core.rosters.drafts.keeping import PLANNED, find_draft, places_of, summary, unpack
from volunteer_core.rosters.drafts.measuring import roster_of
from volunteer_core.rosters.drafts.models import Draft
from volunteer_core.rosters.drafts.showing import Shown
from volunteer_core.rosters.drafts.views import DraftSummary, DraftView, WhyNot
from volunteer_core.rosters.planning.ground import Ground
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import parse_week


def list_drafts(work: Work, *, programme_id: int, paging: Paging = Paging()) -> Page[DraftSummary]:
    """A programme's drafts, the newest first: those of which the actor may plan every site."""
    programme = work.find(Programme, programme_id)
    reach = work.reach("rosters.plan")
    every = reach.everything or programme.team_id in reach.teams
    if not every and not reach.communities:
        raise NotAllowed(operation="rosters.plan")
    mine = set(work.scalars(select(Site.id).where(Site.community_id.in_(reach.communities))))
    rows = work.scalars(select(Draft).where(Draft.programme_id == programme.id).order_by(Draft.id.desc()))
    seen = [summary(row) for row in rows if every or mine.issuperset(row.site_ids)]
    part = seen[paging.offset : paging.offset + paging.limit]
    return Page(part, len(seen), paging.limit, paging.offset)


def read_draft(work: Work, *, draft_id: int, week: str | None = None) -> DraftView:
    """How far a draft is; once it is planned the places of an ISO week (the first that has shifts, unless
    given), what is uncovered and why, what it changes for whom, and who carries how much."""
    draft, _ = find_draft(work, draft_id)
    asked = str(parse_week(week)) if week is not None else None
    if draft.status not in PLANNED:
        return DraftView(summary(draft), [], None, [], 0, [], [], 0, None, None, [])
    shown = Shown(work, draft)
    weeks = shown.weeks
    chosen = asked or weeks[0]
    result = shown.result
    return DraftView(
        summary(draft),
        weeks,
        chosen,
        shown.week(chosen),
        len(result.explanations),
        shown.changes(),
        shown.loads(),
        result.unused,
        result.parts,
        result.fairness_costs,
        list(shown.notes()),
    )


def why_not(work: Work, *, draft_id: int, shift_id: int, person_id: int) -> WhyNot:
    """Why a person is not on a shift of a planned draft: the first thing that stands against it."""
    draft, _ = find_draft(work, draft_id)
    ground = Ground(unpack(draft))
    if str(shift_id) not in ground.session_number:
        raise NotFound("shifts", shift_id)
    if str(person_id) not in ground.person_number:
        raise NotFound("people", person_id)
    index, number = ground.person_number[str(person_id)], ground.session_number[str(shift_id)]
    reason = roster_of(ground, places_of(work, draft.id)).reason(index, number)
    person, session = ground.people[index], ground.sessions[number]
    return WhyNot(
        shift_id,
        person_id,
        work.find(Person, person_id).name,
        wording.detail(reason, person, session),
        wording.why(reason, person, session),
    )
