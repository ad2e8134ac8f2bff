"""From attendance to the ledger, in one transaction. Inner: rosters and events ask for rights."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import bindparam, select

from volunteer_core.commitments.models import Attendance, Commitment, CommitmentStatus
from volunteer_core.database import Work
from volunteer_core.errors import Conflict, Malformed, RuleBroken
from volunteer_core.hours.models import EntryKind, LedgerEntry
from volunteer_core.office.settings import settings_on
from volunteer_core.people.models import Person
from volunteer_core.places.models import Site
from volunteer_core.teams.grid_posts import salaried_on
from volunteer_core.timespans import Span, week_of

MARKED_ANEW = "重新登记出勤"
PRESENT = (Attendance.ATTENDED, Attendance.LATE)

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


class AlreadyReversed(Conflict, code="already_reversed", sentence="这条记录已被更正。"):
    """An entry is reversed once, and a reversal not at all."""


def mark(
    work: Work,
    commitment: Commitment,
    *,
    attendance: Attendance,
    checked_in_at: datetime | None = None,
    checked_out_at: datetime | None = None,
    earns: bool = True,
    duty: bool = False,
) -> LedgerEntry | None:
    """Marks what became of a locked promise and enters the minutes given.

    Minutes are presence ∩ planned span, whole and rounded down; without times the whole span.
    Who came late needs a check-in. Marking anew reverses the earlier entry and enters again (what
    was corrected by hand only for who may correct); marking the same again changes nothing.
    ``earns`` is false for an audience; ``duty`` says that salaried grid workers are on paid duty
    here.
    """
    if commitment.status is not CommitmentStatus.PROMISED:
        raise NotPromised(commitment_id=commitment.id, status=commitment.status.value)
    if work.now < commitment.starts_at:
        raise NotYetStarted(commitment_id=commitment.id)
    span = _presence(work, commitment, attendance, checked_in_at, checked_out_at)
    minutes = span.minutes if span is not None and earns else 0
    kind = EntryKind.SERVICE
    if duty and commitment.person_id in salaried_on(work, [commitment.person_id], commitment.civil_date):
        kind = EntryKind.PAID_DUTY
    earlier = _live_entry(work, commitment)
    commitment.attendance = attendance
    commitment.checked_in_at, commitment.checked_out_at = checked_in_at, checked_out_at
    if earlier is not None:
        if (earlier.minutes, earlier.kind) == (minutes, kind):
            work.flush()
            return earlier
        reverse_entry(work, earlier, reason=MARKED_ANEW)
    if minutes == 0:
        work.flush()
        return None
    return _enter(work, commitment, kind, minutes)


def reverse_entry(work: Work, entry: LedgerEntry, *, reason: str) -> LedgerEntry:
    """Takes an entry back by its negative; both stay. Refuses to do so twice."""
    reversed_before = work.scalar(select(LedgerEntry.id).where(LedgerEntry.reverses_id == entry.id))
    if entry.reverses_id is not None or reversed_before is not None:
        raise AlreadyReversed(entry_id=entry.id)
    reversal = LedgerEntry(
        **_dimensions(entry),
        minutes=-entry.minutes,
        recording_body=entry.recording_body,
        recorded_by=work.by.person_id,
        recorded_at=work.now,
        reverses_id=entry.id,
        reason=reason,
    )
    work.add(reversal)
    work.flush()
    return reversal


def replace_entry(work: Work, entry: LedgerEntry, *, minutes: int, reason: str) -> LedgerEntry:
    """Reverses an entry and enters other minutes in its place, on the same date and dimensions."""
    reverse_entry(work, entry, reason=reason)
    renewed = LedgerEntry(
        **_dimensions(entry),
        minutes=minutes,
        recording_body=entry.recording_body,
        recorded_by=work.by.person_id,
        recorded_at=work.now,
        reason=reason,
    )
    work.add(renewed)
    work.flush()
    return renewed


def _presence(
    work: Work,
    commitment: Commitment,
    attendance: Attendance,
    checked_in_at: datetime | None,
    checked_out_at: datetime | None,
) -> Span | None:
    """When the person was there within the planned span; None for the absent."""
    for field, instant in (("checked_in_at", checked_in_at), ("checked_out_at", checked_out_at)):
        if instant is not None and instant.tzinfo is None:
            raise Malformed(field, "时间必须带时区。")
        if instant is not None and instant > work.now:
            raise Malformed(field, "不能晚于现在。")
    if attendance not in PRESENT:
        if checked_in_at is not None or checked_out_at is not None:
            raise Malformed("checked_in_at", "缺席时不能填写签到或签退时间。")
        return None
    if attendance is Attendance.LATE and (checked_in_at is None or checked_in_at <= commitment.starts_at):
        raise Malformed("checked_in_at", "迟到需要填写开始之后的签到时间。")
    if checked_out_at is None and work.now < commitment.ends_at:
        raise NotYetEnded(commitment_id=commitment.id)
    start = checked_in_at or commitment.starts_at
    end = checked_out_at or commitment.ends_at
    if checked_in_at is not None and checked_out_at is not None and checked_out_at <= checked_in_at:
        raise Malformed("checked_out_at", "签退时间必须晚于签到时间。")
    if start >= commitment.ends_at:
        raise Malformed("checked_in_at", "签到时间不能晚于活动结束。")
    return Span(start, end).intersection(Span(commitment.starts_at, commitment.ends_at))


def _live_entry(work: Work, commitment: Commitment) -> LedgerEntry | None:
    """The entry of a commitment that nothing has reversed."""
    entries = work.scalars(_ENTRIES, {"commitment_id": commitment.id}).all()
    if any(entry.reason not in {"", MARKED_ANEW} for entry in entries):
        place = work.find(Site, commitment.site_id).community_id
        if not work.may("hours.correct", communities=[place]):
            raise CorrectedByHand(commitment_id=commitment.id)
    reversed_ids = {entry.reverses_id for entry in entries}
    live = [entry for entry in entries if entry.reverses_id is None and entry.id not in reversed_ids]
    return live[0] if live else None


def _enter(work: Work, commitment: Commitment, kind: EntryKind, minutes: int) -> LedgerEntry:
    with work.no_autoflush:  # the mark and its entry go to the database together
        site = work.find(Site, commitment.site_id)
        home = work.find(Person, commitment.person_id).community_id
        recording_body = settings_on(work, commitment.civil_date).recording_body
    week = week_of(commitment.civil_date)
    entry = LedgerEntry(
        person_id=commitment.person_id,
        kind=kind,
        minutes=minutes,
        civil_date=commitment.civil_date,
        iso_year=week.year,
        iso_week=week.number,
        team_id=commitment.team_id,
        programme_id=commitment.programme_id,
        community_id=site.community_id,
        grid_id=site.grid_id,
        home_community_id=home,
        commitment_id=commitment.id,
        recording_body=recording_body,
        recorded_by=work.by.person_id,
        recorded_at=work.now,
    )
    work.add(entry)
    work.flush()
    return entry


def _dimensions(entry: LedgerEntry) -> dict[str, int | str | date | EntryKind | None]:
    """What a correction has in common with the entry it corrects."""
    return {
        field: getattr(entry, field)
        for field in (
            "person_id",
            "kind",
            "civil_date",
            "iso_year",
            "iso_week",
            "team_id",
            "programme_id",
            "community_id",
            "grid_id",
            "home_community_id",
            "commitment_id",
        )
    }
