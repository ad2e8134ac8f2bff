"""The same time counts once: how overlapping stays of a person share it. Inner."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec
from sqlalchemy import bindparam, select

from volunteer_core.commitments.models import Commitment
from volunteer_core.database import Work
from volunteer_core.hours.claims.models import Claim, ClaimState
from volunteer_core.hours.entering import SERVICE_DAY, replace, reverse
from volunteer_core.hours.models import EntrySource, LedgerEntry
from volunteer_core.hours.presence import presence
from volunteer_core.timespans import Span

COUNTED_ONCE = "重叠的时间只计一次"

Key = tuple[str, int]
"""What a stay belongs to: a promise, a claim, or an entry alone."""

_AROUND = (
    select(LedgerEntry)
    .where(
        LedgerEntry.person_id == bindparam("person_id"),
        LedgerEntry.civil_date >= bindparam("first"),
        SERVICE_DAY.between(bindparam("first"), bindparam("last")),
        LedgerEntry.counted_from.is_not(None),
    )
    .order_by(LedgerEntry.id)
)
_COUNTED_ELSEWHERE = (
    select(Commitment)
    .where(
        Commitment.person_id == bindparam("person_id"),
        Commitment.civil_date.between(bindparam("first"), bindparam("last")),
        Commitment.counted_elsewhere,
    )
    .order_by(Commitment.id)
)


class Stay(msgspec.Struct, frozen=True):
    """A span somebody was there for, and the entry since which it has its time before others."""

    since: int
    span: Span
    entry: LedgerEntry


def uncovered(span: Span, others: Iterable[Span]) -> int:
    """Whole minutes of a span that none of the others covers. Pure."""
    pieces = [span]
    for other in others:
        pieces = [
            piece
            for one in pieces
            for piece in (
                Span(one.start, min(one.end, other.start)),
                Span(max(one.start, other.end), one.end),
            )
            if piece.start < piece.end
        ]
    return int(sum((piece.end - piece.start).total_seconds() for piece in pieces) // 60)


class Stays:
    """The stays of a locked person around a day that the ledger counts now.

    Whoever was entered first keeps the time, also when marked or decided anew.
    """

    def __init__(self, work: Work, person_id: int, day: date) -> None:
        self._work = work
        self._facts = {
            "person_id": person_id,
            "first": day - timedelta(days=1),
            "last": day + timedelta(days=1),
        }
        self._since: dict[Key, int] = {}
        self._live: dict[Key, Stay] = {}
        self._roots: dict[int, int] = {}
        entries = list(work.scalars(_AROUND, self._facts))
        taken_back = {entry.reverses_id for entry in entries}
        for entry in entries:
            self.key_of(entry)
        for entry in entries:
            if entry.reverses_id is None and entry.id not in taken_back:
                self.put(entry)

    def key_of(self, entry: LedgerEntry) -> Key:
        """What an entry belongs to, with all that stood in its place before."""
        if entry.commitment_id is not None:
            key = ("commitment", entry.commitment_id)
        elif entry.claim_id is not None:
            key = ("claim", entry.claim_id)
        else:
            before = entry.reverses_id or entry.corrects_id or entry.id
            key = ("entry", self._roots.setdefault(entry.id, self._roots.get(before, before)))
        self._since.setdefault(key, entry.id)
        return key

    def put(self, entry: LedgerEntry) -> None:
        """Counts an entry that was just entered."""
        if entry.counted_from is not None and entry.counted_to is not None:
            key = self.key_of(entry)
            self._live[key] = Stay(self._since[key], Span(entry.counted_from, entry.counted_to), entry)

    def drop(self, entry: LedgerEntry) -> None:
        """Counts an entry no more that was just taken back."""
        self._live.pop(self.key_of(entry), None)

    def share(self, key: Key, span: Span) -> int:
        """Whole minutes of a stay that none before it covers; a new one comes after all others."""
        since = self._since.get(key)
        others = [
            stay.span
            for other, stay in self._live.items()
            if other != key and (since is None or stay.since < since)
        ]
        return uncovered(span, others)

    def overlapping(self, span: Span, but: Key | None = None) -> list[Stay]:
        """The stays that count time within a span, by time."""
        found = [stay for key, stay in self._live.items() if key != but and stay.span.overlaps(span)]
        return sorted(found, key=lambda stay: stay.span)

    def settle(self) -> None:
        """Recounts every stay whose share has changed, save what was decided by hand.

        What has no share left is taken back; what had none and would have one is marked, or
        decided, anew by those who do that.
        """
        for key, stay in sorted(self._live.items(), key=lambda item: item[1].since):
            entry = stay.entry
            minutes = self._worth(key, stay)
            if entry.source is EntrySource.CORRECTION or minutes == entry.minutes:
                continue
            if minutes:
                self.put(
                    replace(
                        self._work, entry, minutes=minutes, source=EntrySource.RECOUNT, reason=COUNTED_ONCE
                    )
                )
            else:
                reverse(self._work, entry, source=EntrySource.RECOUNT, reason=COUNTED_ONCE)
                self.drop(entry)
                self._count_elsewhere(entry)
        for commitment in self._work.scalars(_COUNTED_ELSEWHERE, self._facts):
            span = presence(self._work, commitment)
            if span is not None and uncovered(span, (stay.span for stay in self._live.values())):
                commitment.counted_elsewhere = False
                commitment.attendance = commitment.checked_in_at = commitment.checked_out_at = None
        self._work.flush()

    def _worth(self, key: Key, stay: Stay) -> int:
        """The share of a stay, of a claim never more than was approved."""
        minutes = self.share(key, stay.span)
        if stay.entry.claim_id is None:
            return minutes
        approved = self._work.find(Claim, stay.entry.claim_id).minutes
        return minutes if approved is None else min(minutes, approved)

    def _count_elsewhere(self, entry: LedgerEntry) -> None:
        if entry.commitment_id is not None:
            self._work.find(Commitment, entry.commitment_id).counted_elsewhere = True
        elif entry.claim_id is not None:
            claim = self._work.find(Claim, entry.claim_id)
            claim.state, claim.decision = ClaimState.PENDING, ""
            claim.minutes = claim.decided_by = claim.decided_at = None
