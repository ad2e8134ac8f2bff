"""Answering an objection: by a correction, or by a reason for which the entry stays."""

from __future__ import annotations

from volunteer_core import texts
from volunteer_core.database import Work
from volunteer_core.errors import Conflict, Malformed
from volunteer_core.hours.entering import DAY_MINUTES
from volunteer_core.hours.ledger import correct_entry, refuse_own
from volunteer_core.hours.models import EntrySource, LedgerEntry
from volunteer_core.hours.objections.filing import day_of, lock_objection, refuse_unless_open_to
from volunteer_core.hours.objections.listing import ObjectionView, view_of
from volunteer_core.hours.objections.models import Objection, ObjectionState
from volunteer_core.hours.objections.succession import line_of
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.writing import tell


class CorrectedMeanwhile(
    Conflict, code="corrected_meanwhile", sentence="这条记录在异议提出后已经更正，请核对后以说明答复。"
):
    """What somebody has corrected by hand meanwhile is not corrected again unseen."""


def correct_objected(work: Work, *, objection_id: int, minutes: int, reason: str) -> ObjectionView:
    """Answers by correcting the entry to other minutes (0 takes it back), for a reason that is kept.

    What was counted anew by itself meanwhile is corrected as it stands now. Refuses minutes that it has
    already, and an entry that was corrected by hand or taken back since: that is answered by a reason.
    """
    objection = _answerable(work, objection_id, ObjectionState.CORRECTED)
    entry = _standing(work, objection)
    if not 0 <= minutes <= DAY_MINUTES:
        raise Malformed("minutes", f"应在 0 至 {DAY_MINUTES} 分钟之间。")
    if minutes == entry.minutes:
        raise Malformed("minutes", "与现有的分钟数相同；不更正的，请以说明答复。")
    kept = texts.line("reason", reason, longest=200)
    correct_entry(work, entry, minutes=minutes, reason=kept)
    objection.state, objection.corrected_minutes = ObjectionState.CORRECTED, minutes
    return _answered(work, objection, kept, f"更正为 {minutes} 分钟")


def explain_objected(work: Work, *, objection_id: int, reason: str) -> ObjectionView:
    """Answers by a reason that the person reads; the ledger stays as it is."""
    objection = _answerable(work, objection_id, ObjectionState.EXPLAINED)
    kept = texts.line("reason", reason, longest=200)
    objection.state = ObjectionState.EXPLAINED
    return _answered(work, objection, kept, "维持现有记录")


def _answerable(work: Work, objection_id: int, state: ObjectionState) -> Objection:
    """The locked objection, which waits for an answer that is the actor's to give."""
    objection = lock_objection(work, objection_id)
    work.demand("hours.correct", communities=[work.find(LedgerEntry, objection.entry_id).community_id])
    refuse_own(work, objection.person_id, filed_by=objection.filed_by)
    refuse_unless_open_to(objection, state)
    return objection


def _standing(work: Work, objection: Objection) -> LedgerEntry:
    """The entry that stands now where the one stood that is objected to."""
    since = [
        entry
        for entry in line_of(work, work.find(LedgerEntry, objection.entry_id))
        if entry.id >= objection.entry_id
    ]
    if any(entry.source is EntrySource.CORRECTION for entry in since[1:]):
        raise CorrectedMeanwhile(entry_id=objection.entry_id)
    return since[-1]


def _answered(work: Work, objection: Objection, answer: str, told: str) -> ObjectionView:
    """Notes the answer, and tells the person. The reason is read in the objection, not in the notice."""
    objection.answer = answer
    objection.answered_by, objection.answered_at = work.by.person_id, work.now
    entry = work.find(LedgerEntry, objection.entry_id)
    tell(
        work,
        kind=NoticeKind.HOURS,
        person_id=objection.person_id,
        community_id=entry.community_id,
        text=f"您对 {day_of(entry)} 服务时长的异议已答复：{told}，说明见异议记录。",
    )
    work.flush()
    return view_of(work, objection.id)
