"""The line of drafts that wait for a planner: claiming one, taking back what is lost. Inner.

A planner shows once in a while that it is alive. If nothing is seen of it for a minute its draft waits again,
once; then it has failed.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec
from sqlalchemy import func, select

from volunteer_core.database import Work
from volunteer_core.rosters.drafts.keeping import turn
from volunteer_core.rosters.drafts.models import Draft, DraftStatus

LOST_AFTER = timedelta(seconds=60)
ATTEMPTS = 2


class Claimed(msgspec.Struct, frozen=True):
    """A draft that this process plans; ``attempt`` tells it from a later try."""

    draft_id: int
    attempt: int
    seed: int
    seconds: int


def take_back_lost(work: Work) -> int:
    """Has drafts wait again whose process is not seen any more; who was lost twice has failed. Returns how
    many drafts wait now."""
    lost = select(Draft.id).where(Draft.status == DraftStatus.RUNNING, Draft.seen_at < work.now - LOST_AFTER)
    for draft in work.lock_all(Draft, work.scalars(lost)):
        if draft.status is not DraftStatus.RUNNING or _is_fresh(work, draft):
            continue
        if draft.progress.get("attempt", 1) < ATTEMPTS:
            turn(draft, DraftStatus.WAITING)
        else:
            turn(draft, DraftStatus.FAILED)
            draft.finished_at = work.now
            draft.failure = "计算进程两次意外中断，请缩小范围后重试，或联系管理员。"
    work.flush()
    return work.scalar(select(func.count()).where(Draft.status == DraftStatus.WAITING)) or 0


def claim(work: Work, at_once: int) -> Claimed | None:
    """Takes the draft that has waited longest, unless so many are being planned already."""
    oldest = select(Draft.id).where(Draft.status == DraftStatus.WAITING).order_by(Draft.id).limit(1)
    while (draft_id := work.scalar(oldest)) is not None:
        draft = work.lock(Draft, draft_id)
        if draft.status is not DraftStatus.WAITING:
            continue  # another process was first
        # Counted only now: whoever claims takes the oldest, so two that claim at once meet at its lock.
        running = work.scalars(select(Draft).where(Draft.status == DraftStatus.RUNNING)).all()
        if sum(_is_fresh(work, one) for one in running) >= at_once:
            return None
        turn(draft, DraftStatus.RUNNING)
        attempt = draft.progress.get("attempt", 0) + 1
        draft.progress = {"attempt": attempt}
        draft.started_at = draft.seen_at = work.now
        return Claimed(draft.id, attempt, draft.seed, draft.seconds)
    return None


def _is_fresh(work: Work, draft: Draft) -> bool:
    return draft.seen_at is not None and draft.seen_at >= work.now - LOST_AFTER


def still_mine(work: Work, claimed: Claimed) -> Draft | None:
    """The locked draft, if this process still has it."""
    draft = work.lock(Draft, claimed.draft_id)
    is_mine = draft.status is DraftStatus.RUNNING and draft.progress.get("attempt") == claimed.attempt
    return draft if is_mine else None
