"""Moving people in a draft by hand, with the planner's rules checked at once, and locking places."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import select

from volunteer_core.database import Work
from volunteer_core.errors import Conflict, Malformed, NotFound, RuleBroken
from volunteer_core.rosters.drafts import wording
from volunteer_core.rosters.drafts.building import planned_ids
from volunteer_core.rosters.drafts.keeping import lock_ready, places_of, summary, unpack
from volunteer_core.rosters.drafts.measuring import measure, result_of, roster_of
from volunteer_core.rosters.drafts.models import Draft, DraftPlace
from volunteer_core.rosters.drafts.views import DraftSummary
from volunteer_core.rosters.planning.explaining import explain_roster
from volunteer_core.rosters.planning.ground import Ground
from volunteer_core.rosters.planning.roster import Roster

MOST_AT_ONCE = 20


class NotPossible(RuleBroken, code="not_possible", sentence="草稿里不能这样安排：{why}。"):
    """A rule that the planner keeps stands against it. ``reason`` is its code."""


class PlaceLocked(Conflict, code="place_locked", sentence="这个位置已锁定，请先解锁。"):
    """What is locked stays until somebody unlocks it."""


def put_in_draft(work: Work, *, draft_id: int, shift_id: int, person_ids: Sequence[int]) -> DraftSummary:
    """Puts one person, or several who serve only together, on a shift of a planned draft.

    Refuses, with the planner's reason, what breaks a rule: the draft is then as it was.
    """
    draft, ground, roster, number = _opened(work, draft_id, shift_id)
    if not 1 <= len(set(person_ids)) == len(person_ids) <= MOST_AT_ONCE:
        raise Malformed("person_ids", f"应是 1 至 {MOST_AT_ONCE} 个不同的人。")
    for person_id in person_ids:
        if str(person_id) not in ground.person_number:
            raise NotFound("people", person_id)
    crew = [ground.person_number[str(person_id)] for person_id in person_ids]
    for index in crew:
        reason = roster.reason(index, number)
        if reason not in _OF_COMPANY:
            raise _refusal(ground, reason, index, number)
        roster.add((index, number))
    _refuse_unsound(roster, number)
    work.add_all(DraftPlace(draft_id=draft.id, shift_id=shift_id, person_id=one) for one in person_ids)
    return _measured(work, draft, ground, roster)


def take_out_of_draft(work: Work, *, draft_id: int, shift_id: int, person_ids: Sequence[int]) -> DraftSummary:
    """Takes one person, or several who serve only together, off a shift of a planned draft.

    Refuses locked places, and what would leave somebody there against a rule: a newcomer without a mentor.
    """
    draft, ground, roster, number = _opened(work, draft_id, shift_id)
    if not 1 <= len(set(person_ids)) == len(person_ids) <= MOST_AT_ONCE:
        raise Malformed("person_ids", f"应是 1 至 {MOST_AT_ONCE} 个不同的人。")
    for person_id in person_ids:
        place = _place(work, draft, shift_id, person_id)
        if place.locked:
            raise PlaceLocked(draft_id=draft.id, shift_id=shift_id, person_id=person_id)
        roster.drop((ground.person_number[str(person_id)], number))
        work.delete(place)
    _refuse_unsound(roster, number)
    return _measured(work, draft, ground, roster)


def lock_place(work: Work, *, draft_id: int, shift_id: int, person_id: int) -> DraftSummary:
    """Has a place of a planned draft stay when it is planned again."""
    return _set_locked(work, draft_id, shift_id, person_id, locked=True)


def unlock_place(work: Work, *, draft_id: int, shift_id: int, person_id: int) -> DraftSummary:
    """Leaves a place to the planner again."""
    return _set_locked(work, draft_id, shift_id, person_id, locked=False)


_OF_COMPANY = ("free", "together", "mentor", "alone")
"""Reasons that somebody who comes along can take away; the whole crew is looked at afterwards."""


def _opened(work: Work, draft_id: int, shift_id: int) -> tuple[Draft, Ground, Roster, int]:
    draft, _ = lock_ready(work, draft_id)
    problem = unpack(draft)
    if shift_id not in planned_ids(problem):
        raise NotFound("shifts", shift_id)
    ground = Ground(problem)
    roster = roster_of(ground, places_of(work, draft.id))
    return draft, ground, roster, ground.session_number[str(shift_id)]


def _place(work: Work, draft: Draft, shift_id: int, person_id: int) -> DraftPlace:
    place = work.scalar(
        select(DraftPlace).where(
            DraftPlace.draft_id == draft.id,
            DraftPlace.shift_id == shift_id,
            DraftPlace.person_id == person_id,
        )
    )
    if place is None:
        raise NotFound("draft_places", person_id)
    return place


def _set_locked(work: Work, draft_id: int, shift_id: int, person_id: int, *, locked: bool) -> DraftSummary:
    draft, _ = lock_ready(work, draft_id)
    _place(work, draft, shift_id, person_id).locked = locked
    work.flush()
    return summary(draft)


def _refuse_unsound(roster: Roster, number: int) -> None:
    """Refuses what somebody on a session may not stay with."""
    ground = roster.ground
    for index in sorted(roster.present[number]):
        roster.drop((index, number))
        reason = roster.company(index, number)
        roster.add((index, number))
        if reason is not None and (index, number) not in ground.locked:
            raise _refusal(ground, reason, index, number)


def _refusal(ground: Ground, reason: str, index: int, number: int) -> NotPossible:
    person, session = ground.people[index], ground.sessions[number]
    return NotPossible(
        shift_id=int(session.id),
        person_id=int(person.id),
        reason=wording.detail(reason, person, session),
        why=wording.why(reason, person, session),
    )


def _measured(work: Work, draft: Draft, ground: Ground, roster: Roster) -> DraftSummary:
    """Has the draft keep what its roster costs now, and why what is uncovered is so."""
    before = result_of(draft)
    result = measure(ground, roster.duties)
    result.explanations = list(explain_roster(roster))
    result.bounds, result.seconds, result.solver = before.bounds, before.seconds, before.solver
    result.notes, result.edited = before.notes, True
    draft.result = msgspec.to_builtins(result)
    work.flush()
    return summary(draft)
