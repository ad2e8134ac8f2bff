"""Asking the planner for a draft, stopping it, planning it again, and throwing it away."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select

from volunteer_core import texts
from volunteer_core.database import LARGEST_ID, Work
from volunteer_core.errors import Conflict, Malformed, RuleBroken
from volunteer_core.places.models import Site
from volunteer_core.rosters.drafts.building import NothingToPlan, coming_shifts
from volunteer_core.rosters.drafts.keeping import (
    DraftUnfit,
    demand_sites,
    lock_draft,
    lock_ready,
    places_of,
    summary,
    turn,
)
from volunteer_core.rosters.drafts.models import Draft, DraftPlace, DraftStatus
from volunteer_core.rosters.drafts.views import DraftSummary
from volunteer_core.rosters.models import Shift
from volunteer_core.teams.models import Programme

LONGEST_DAYS = 400
LONGEST_SECONDS = 600
MOST_SHIFTS = 5000
MOST_DRAFTS = 20
OPEN_DRAFTS = (DraftStatus.WAITING, DraftStatus.RUNNING, DraftStatus.READY, DraftStatus.FAILED)


class PlanTooLarge(
    RuleBroken,
    code="plan_too_large",
    sentence="一次最多排 {most} 个班次，所选范围有 {shifts} 个，请缩短日期或减少场所。",
):
    """A plan of more shifts would find nothing in the time it may take."""


class TooManyDrafts(
    Conflict,
    code="too_many_drafts",
    sentence="最多同时保留 {most} 份草稿，请先删除最早的一份（编号 {oldest}）。",
):
    """Drafts are there to be compared, applied or thrown away."""


def request_draft(
    work: Work,
    *,
    programme_id: int,
    first_day: date,
    last_day: date,
    site_ids: Sequence[int] = (),
    name: str = "",
    seed: int = 0,
    seconds: int = 20,
) -> DraftSummary:
    """Asks for a draft of a programme's coming shifts between two dates (at most 400 days).

    At the given sites, or at all that the actor may plan. What is published stays as far as it can. The
    planner may take so many ``seconds`` (1 to 600); with the same ``seed`` it finds the same roster again.
    Refuses where there is nothing to plan, more than 5,000 shifts, and more than 20 drafts side by side.
    """
    programme = work.lock(Programme, programme_id)
    sites = _sites(work, programme, site_ids)
    demand_sites(work, "rosters.plan", programme, sites)
    if not 0 <= (last_day - first_day).days < LONGEST_DAYS:
        raise Malformed("last_day", f"不能早于起始日期，一次最多 {LONGEST_DAYS} 天。")
    if not 1 <= seconds <= LONGEST_SECONDS:
        raise Malformed("seconds", f"应在 1 至 {LONGEST_SECONDS} 秒之间。")
    if not 0 <= seed <= LARGEST_ID:
        raise Malformed("seed", f"应在 0 至 {LARGEST_ID} 之间。")
    shifts = coming_shifts(work, programme.id, [site.id for site in sites], first_day, last_day)
    if not shifts:
        raise NothingToPlan(programme_id=programme.id)
    if len(shifts) > MOST_SHIFTS:
        raise PlanTooLarge(shifts=len(shifts), most=MOST_SHIFTS)
    kept_name = texts.line("name", name, longest=60, empty=True)
    draft = Draft(
        programme_id=programme.id,
        first_day=first_day,
        last_day=last_day,
        site_ids=sorted({shift.site_id for shift in shifts}),
        seed=seed,
        seconds=seconds,
    )
    return summary(_add(work, draft, kept_name))


def replan_draft(work: Work, *, draft_id: int) -> DraftSummary:
    """Asks for another draft of the same shifts in which the places locked in this one stay."""
    old, _ = lock_ready(work, draft_id)
    work.lock(Programme, old.programme_id)
    copied = ("programme_id", "first_day", "last_day", "site_ids", "seed", "seconds")
    draft = _add(work, Draft(**{field: getattr(old, field) for field in copied}), "")
    work.add_all(
        DraftPlace(draft_id=draft.id, shift_id=place.shift_id, person_id=place.person_id, locked=True)
        for place in places_of(work, old.id)
        if place.locked
    )
    work.flush()
    return summary(draft)


def stop_draft(work: Work, *, draft_id: int) -> DraftSummary:
    """Has the planner end with the best roster it has found so far, as soon as it has one. Refuses what
    neither waits nor is being planned."""
    draft, _ = lock_draft(work, draft_id)
    if draft.status not in (DraftStatus.WAITING, DraftStatus.RUNNING):
        raise DraftUnfit(draft_id=draft.id, status=draft.status.value)
    draft.stop_asked = True
    work.flush()
    return summary(draft)


def discard_draft(work: Work, *, draft_id: int) -> DraftSummary:
    """Throws a draft away. Refuses one that is being planned, which has to be stopped, and applied ones."""
    draft, _ = lock_draft(work, draft_id)
    turn(draft, DraftStatus.DISCARDED)
    for place in places_of(work, draft.id):
        work.delete(place)
    draft.problem, draft.result, draft.finished_at = None, {}, draft.finished_at or work.now
    work.flush()
    return summary(draft)


def _add(work: Work, draft: Draft, name: str) -> Draft:
    """Adds a draft beside the others of its programme, which is locked."""
    mine = Draft.programme_id == draft.programme_id
    kept = work.scalars(select(Draft.id).where(mine, Draft.status.in_(OPEN_DRAFTS)).order_by(Draft.id)).all()
    if len(kept) >= MOST_DRAFTS:
        raise TooManyDrafts(most=MOST_DRAFTS, oldest=kept[0])
    number = (work.scalar(select(func.count()).where(mine)) or 0) + 1
    draft.name = name or f"草稿 {number}"
    draft.status = DraftStatus.WAITING
    draft.stop_asked = False
    draft.requested_by, draft.requested_at = work.by.person_id, work.now
    draft.progress, draft.result, draft.failure = {}, {}, ""
    work.add(draft)
    work.flush()
    return draft


def _sites(work: Work, programme: Programme, site_ids: Sequence[int]) -> list[Site]:
    """The given sites; else those where the programme has shifts and the actor may plan, if any."""
    if site_ids:
        return [work.find(Site, site_id) for site_id in sorted(set(site_ids))]
    known = select(Shift.site_id).where(Shift.programme_id == programme.id)
    sites = list(work.scalars(select(Site).where(Site.id.in_(known)).order_by(Site.id)))
    mine = [
        site
        for site in sites
        if work.may("rosters.plan", teams=[programme.team_id], communities=[site.community_id])
    ]
    return mine or sites
