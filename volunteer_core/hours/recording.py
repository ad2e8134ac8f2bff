"""From attendance to the ledger, in one transaction. Inner: rosters and events ask for rights."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, select

from volunteer_core.commitments.models import Attendance, Commitment, CommitmentStatus
from volunteer_core.database import Work
from volunteer_core.errors import Conflict, Malformed, RuleBroken
from volunteer_core.hours.entering import enter, replace, reverse
from volunteer_core.hours.ledger import refuse_own
from volunteer_core.hours.models import VOLUNTEER_HOURS, EntryKind, EntrySource, LedgerEntry
from volunteer_core.hours.overlaps import Stays
from volunteer_core.hours.presence import PRESENT, presence
from volunteer_core.places.models import Site
from volunteer_core.teams.grid_posts import salaried_on
from volunteer_core.timespans import Span

MARKED_ANEW = "重新登记出勤"
MARK_TAKEN_BACK = "撤销出勤登记"

_ENTRIES = select(LedgerEntry).where(LedgerEntry.commitment_id == bindparam("commitment_id"))


class NotYetStarted(RuleBroken, code="not_yet_started", sentence="活动尚未开始，不能登记出勤。"):
    """Attendance is marked from the start on."""


class NotYetEnded(
    RuleBroken, code="not_yet_ended", sentence="活动尚未结束，请填写签退时间，或结束后再登记。"
):
    """Time is counted once it is given: before the end only with a check-out."""


class NotPromised(Conflict, code="not_promised", sentence="此安排不是已公布的安排，不能登记出勤。"):
    """Only a promise can be kept or broken: drafts, released and called-off ones cannot."""


class CorrectedByHand(
    Conflict, code="corrected_by_hand", sentence="这次服务的时长已经更正，请由社区协调员处理。"
):
    """Attendance that was corrected by hand is marked anew only by who may correct."""


def mark(
    work: Work,
    commitment: Commitment,
    *,
    what: str,
    attendance: Attendance,
    checked_in_at: datetime | None = None,
    checked_out_at: datetime | None = None,
    earns: bool = True,
    duty: bool = False,
) -> LedgerEntry | None:
    """Marks what became of a promise and enters the minutes given. Its person is locked, then it.

    Minutes are presence ∩ planned span (and the programme's grace), whole and rounded down; without
    times the whole span. Time that counts for something else already is not counted again. Who came
    late needs a check-in. Marking anew reverses the earlier entry and enters again (what was
    corrected by hand only for who may correct it); marking the same again changes nothing. ``what`` is
    the activity's name; ``earns`` is false for an audience; ``duty`` says that salaried grid
    workers are on paid duty here.
    """
    if commitment.status is not CommitmentStatus.PROMISED:
        raise NotPromised(commitment_id=commitment.id, status=commitment.status.value)
    if work.now < commitment.starts_at:
        raise NotYetStarted(commitment_id=commitment.id)
    _check_times(work, commitment, attendance, checked_in_at, checked_out_at)
    earlier = _live_entry(work, commitment)
    commitment.attendance = attendance
    commitment.checked_in_at, commitment.checked_out_at = checked_in_at, checked_out_at
    with work.no_autoflush:  # the mark and its entry go to the database together
        span = presence(work, commitment) if earns else None
        stays = Stays(work, commitment.person_id, commitment.civil_date)
        minutes = stays.share(("commitment", commitment.id), span) if span else 0
        kind = _kind(work, commitment, duty=duty)
    commitment.counted_elsewhere = span is not None and span.minutes > 0 and minutes == 0
    entry = _enter(work, commitment, earlier, kind, minutes, span, what)
    if entry is earlier:
        work.flush()
        return entry
    if earlier is not None:
        stays.drop(earlier)
    if entry is not None:
        stays.put(entry)
    stays.settle()
    return entry


def unmark(work: Work, commitment: Commitment) -> None:
    """Takes back what was marked: nothing is said of the promise any more, and its minutes are reversed.

    Its person is locked, then it. What was corrected by hand only by who may correct it.
    """
    earlier = _live_entry(work, commitment)
    commitment.attendance = commitment.checked_in_at = commitment.checked_out_at = None
    commitment.counted_elsewhere = False
    if earlier is not None:
        stays = Stays(work, commitment.person_id, commitment.civil_date)
        reverse(work, earlier, source=EntrySource.ATTENDANCE, reason=MARK_TAKEN_BACK, settled=False)
        stays.drop(earlier)
        stays.settle()
    work.flush()


def _kind(work: Work, commitment: Commitment, *, duty: bool) -> EntryKind:
    salaried = duty and salaried_on(work, [commitment.person_id], commitment.civil_date)
    return EntryKind.PAID_DUTY if salaried else EntryKind.SERVICE


def _enter(
    work: Work,
    commitment: Commitment,
    earlier: LedgerEntry | None,
    kind: EntryKind,
    minutes: int,
    span: Span | None,
    what: str,
) -> LedgerEntry | None:
    """The entry that holds from now on: the earlier one if it says the same."""
    if minutes == 0 or span is None:
        if earlier is not None:
            reverse(work, earlier, source=EntrySource.ATTENDANCE, reason=MARKED_ANEW, settled=False)
        return None
    if earlier is not None:
        counted = (earlier.minutes, earlier.counted_from, earlier.counted_to)
        same_kind = kind is earlier.kind or {kind, earlier.kind} <= set(VOLUNTEER_HOURS)
        if same_kind and counted == (minutes, *span):
            return earlier
        return replace(
            work,
            earlier,
            minutes=minutes,
            kind=kind,
            span=span,
            source=EntrySource.ATTENDANCE,
            reason=MARKED_ANEW,
            settled=False,
        )
    with work.no_autoflush:
        site = work.find(Site, commitment.site_id)
    return enter(
        work,
        person_id=commitment.person_id,
        kind=kind,
        minutes=minutes,
        day=commitment.civil_date,
        community_id=site.community_id,
        grid_id=site.grid_id,
        team_id=commitment.team_id,
        programme_id=commitment.programme_id,
        commitment_id=commitment.id,
        source=EntrySource.ATTENDANCE,
        what=what,
        place=site.name,
        span=span,
        settled=False,
    )


def _check_times(
    work: Work,
    commitment: Commitment,
    attendance: Attendance,
    checked_in_at: datetime | None,
    checked_out_at: datetime | None,
) -> None:
    """Refuses times that cannot be, and an end that has not come yet."""
    for field, instant in (("checked_in_at", checked_in_at), ("checked_out_at", checked_out_at)):
        if instant is not None and instant.tzinfo is None:
            raise Malformed(field, "时间必须带时区。")
        if instant is not None and instant > work.now:
            raise Malformed(field, "不能晚于现在。")
    if attendance not in PRESENT:
        if checked_in_at is not None or checked_out_at is not None:
            raise Malformed("checked_in_at", "缺席时不能填写签到或签退时间。")
        return
    if attendance is Attendance.LATE and (checked_in_at is None or checked_in_at <= commitment.starts_at):
        raise Malformed("checked_in_at", "迟到需要填写开始之后的签到时间。")
    if checked_out_at is None and work.now < commitment.ends_at:
        raise NotYetEnded(commitment_id=commitment.id)
    if checked_in_at is not None and checked_out_at is not None and checked_out_at <= checked_in_at:
        raise Malformed("checked_out_at", "签退时间必须晚于签到时间。")
    if checked_in_at is not None and checked_in_at >= commitment.ends_at:
        raise Malformed("checked_in_at", "签到时间不能晚于活动结束。")


def _live_entry(work: Work, commitment: Commitment) -> LedgerEntry | None:
    """The entry of a commitment that nothing has reversed."""
    entries = work.scalars(_ENTRIES, {"commitment_id": commitment.id}).all()
    if any(entry.source is EntrySource.CORRECTION for entry in entries):
        place = work.find(Site, commitment.site_id).community_id
        if not work.may("hours.correct", communities=[place]):
            raise CorrectedByHand(commitment_id=commitment.id)
        refuse_own(work, commitment.person_id)
    reversed_ids = {entry.reverses_id for entry in entries}
    live = [entry for entry in entries if entry.reverses_id is None and entry.id not in reversed_ids]
    return live[0] if live else None
