"""Finding a draft for those who may plan its sites, and moving it along its life. Inner."""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from sqlalchemy import select

from volunteer_core.database import Work
from volunteer_core.errors import Conflict
from volunteer_core.places.models import Site
from volunteer_core.rosters.drafts.models import DRAFT_TRANSITIONS, Draft, DraftPlace, DraftStatus
from volunteer_core.rosters.drafts.views import DraftSummary
from volunteer_core.rosters.planning.problem import Bounds, Levels, Problem
from volunteer_core.teams.models import Programme

PLANNED = (DraftStatus.READY, DraftStatus.APPLIED)
"""Drafts that have a roster to show."""


class DraftNotReady(Conflict, code="draft_not_ready", sentence="这份草稿还没有排好，或者已经采用、删除。"):
    """Only a draft that has been planned and neither applied nor discarded can be edited and applied."""


class DraftUnfit(Conflict, code="draft_unfit", sentence="草稿现在的状态不能这样做。"):
    """A draft waits, runs, is ready, and is then applied or discarded: not in another order."""


def demand_sites(work: Work, operation: str, programme: Programme, sites: Iterable[Site]) -> None:
    """Asks for a right at several sites at once: it must cover each of them."""
    communities = sorted({site.community_id for site in sites})
    teams = [programme.team_id]
    beyond = [one for one in communities if not work.may(operation, teams=teams, communities=[one])]
    work.demand(operation, teams=teams, communities=beyond[:1] or communities)


def find_draft(work: Work, draft_id: int) -> tuple[Draft, Programme]:
    """A draft for those who may plan its sites."""
    return _for_planners(work, work.find(Draft, draft_id))


def lock_draft(work: Work, draft_id: int) -> tuple[Draft, Programme]:
    """A locked draft for those who may plan its sites."""
    return _for_planners(work, work.lock(Draft, draft_id))


def lock_ready(work: Work, draft_id: int) -> tuple[Draft, Programme]:
    """A locked draft that has been planned. Refuses any other."""
    draft, programme = lock_draft(work, draft_id)
    if draft.status is not DraftStatus.READY:
        raise DraftNotReady(draft_id=draft.id, status=draft.status.value)
    return draft, programme


def turn(draft: Draft, status: DraftStatus) -> None:
    """Moves a locked draft along its transitions."""
    if status not in DRAFT_TRANSITIONS[draft.status]:
        raise DraftUnfit(draft_id=draft.id, status=draft.status.value)
    draft.status = status


def places_of(work: Work, draft_id: int, shift_ids: Collection[int] | None = None) -> list[DraftPlace]:
    """Who is where in a draft, on all of its shifts or on some."""
    statement = select(DraftPlace).where(DraftPlace.draft_id == draft_id).order_by(DraftPlace.id)
    if shift_ids is not None:
        statement = statement.where(DraftPlace.shift_id.in_(shift_ids))
    return list(work.scalars(statement))


def pack(problem: Problem) -> bytes:
    """A problem as it is kept. Pure."""
    return zlib.compress(msgspec.json.encode(problem))


def unpack(draft: Draft) -> Problem:
    """The problem that a draft answers."""
    if draft.problem is None:
        raise DraftNotReady(draft_id=draft.id, status=draft.status.value)
    return msgspec.json.decode(zlib.decompress(draft.problem), type=Problem)


def summary(draft: Draft) -> DraftSummary:
    """A draft as it goes out in lists: with what it has found, else with how far it is."""
    found: dict[str, Any] = draft.result or draft.progress
    levels, bounds = found.get("levels"), found.get("bounds")
    return DraftSummary(
        draft.id,
        draft.programme_id,
        draft.name,
        draft.first_day,
        draft.last_day,
        draft.site_ids,
        draft.status,
        draft.seed,
        draft.seconds,
        draft.requested_at,
        draft.started_at,
        draft.finished_at,
        draft.stop_asked,
        draft.progress.get("stage", ""),
        msgspec.convert(levels, Levels | None),
        msgspec.convert(bounds, Bounds | None),
        levels is not None and levels == bounds,
        found.get("seconds"),
        found.get("edited", False),
        draft.failure,
    )


def _for_planners(work: Work, draft: Draft) -> tuple[Draft, Programme]:
    programme = work.find(Programme, draft.programme_id)
    demand_sites(work, "rosters.plan", programme, (work.find(Site, site_id) for site_id in draft.site_ids))
    return draft, programme
