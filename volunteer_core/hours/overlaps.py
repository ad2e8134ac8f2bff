"""The same time counts once: how overlapping stays of a person share it. Inner."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta

import msgspec
from sqlalchemy import bindparam, select

from volunteer_core.commitments.models import Commitment
from volunteer_core.database import Work
from volunteer_core.hours.claims.models import Claim, ClaimState
from volunteer_core.hours.entering import SERVICE_DAY, replace, restore, reverse
from volunteer_core.hours.models import EntrySource, LedgerEntry
from volunteer_core.hours.presence import presence
from volunteer_core.hours.stars import note
from volunteer_core.timespans import Span

COUNTED_ONCE = "重叠的时间只计一次"
REACHES = timedelta(days=2)
"""How far from its day a stay can overlap with another: it is of 24 hours at most, and grace."""

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
        self._person_id = person_id
        facts = {"person_id": person_id, "first": day - 2 * REACHES, "last": day + 2 * REACHES}
        self._recounted = (day - REACHES, day + REACHES)
        self._since: dict[Key, int] = {}
        self._live: dict[Key, Stay] = {}
        self._covered: dict[Key, LedgerEntry] = {}
        self._roots: dict[int, int] = {}
        entries = list(work.scalars(_AROUND, facts))
        taken_back = {entry.reverses_id: entry.source for entry in entries}
        for entry in entries:
            self.key_of(entry)
        for entry in entries:
            if entry.reverses_id is not None:
                continue
            if entry.id not in taken_back:
                self.put(entry)
            elif taken_back[entry.id] is EntrySource.RECOUNT:
                self._covered[self.key_of(entry)] = entry
            else:
                self._covered.pop(self.key_of(entry), None)

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
        if entry.counted_from is not None:
            key = self.key_of(entry)
            self._live[key] = self._stay(key, entry)
            self._covered.pop(key, None)

    def drop(self, entry: LedgerEntry) -> None:
        """Counts an entry no more that was just taken back."""
        self._live.pop(self.key_of(entry), None)

    def _stay(self, key: Key, entry: LedgerEntry) -> Stay:
        if entry.counted_from is None or entry.counted_to is None:
            raise ValueError("of this entry only the minutes are known")
        return Stay(self._since[key], Span(entry.counted_from, entry.counted_to), entry)

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
        """Recounts every stay whose share has changed, save what was decided by hand, and notes levels.

        What has no share left is taken back; what had none and would have one is marked, or
        decided, anew by those who do that. Nobody does so for what was imported: it counts again.
        """
        first, last = self._recounted
        facts = {"person_id": self._person_id, "first": first, "last": last}
        imported = {key: self._stay(key, entry) for key, entry in self._covered.items() if key[0] == "entry"}
        for key, stay in sorted((imported | self._live).items(), key=lambda item: item[1].since):
            entry = stay.entry
            if not first <= (entry.concerns or entry.civil_date) <= last:
                continue
            minutes = self._worth(key, stay)
            if key not in self._live:
                if minutes:
                    self.put(restore(self._work, entry, minutes=minutes, reason=COUNTED_ONCE))
                continue
            if entry.source is EntrySource.CORRECTION or minutes == entry.minutes:
                continue
            if minutes:
                self.put(
                    replace(
                        self._work,
                        entry,
                        minutes=minutes,
                        source=EntrySource.RECOUNT,
                        reason=COUNTED_ONCE,
                        settled=False,
                    )
                )
            else:
                reverse(self._work, entry, source=EntrySource.RECOUNT, reason=COUNTED_ONCE, settled=False)
                self.drop(entry)
                self._count_elsewhere(entry)
        for commitment in self._work.scalars(_COUNTED_ELSEWHERE, facts):
            span = presence(self._work, commitment)
            if span is not None and uncovered(span, (stay.span for stay in self._live.values())):
                commitment.counted_elsewhere = False
                commitment.attendance = commitment.checked_in_at = commitment.checked_out_at = None
        note(self._work, self._person_id)

    def _worth(self, key: Key, stay: Stay) -> int:
        """The share of a stay; never more than was approved of a claim, or said by an imported line."""
        minutes = self.share(key, stay.span)
        if key[0] == "entry":
            return min(minutes, self._work.find(LedgerEntry, key[1]).minutes)
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
