"""What whoever decides about a claim has to see: what is recorded and promised at that time."""

from __future__ import annotations

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import aliased

from volunteer_core.commitments.models import ACTIVE, Commitment
from volunteer_core.database import Work
from volunteer_core.hours.claims.listing import view_of
from volunteer_core.hours.claims.models import Claim, ClaimState
from volunteer_core.hours.claims.views import ClaimReview, PromisedThen, RecordedThen
from volunteer_core.hours.claims.weighing import Scales, scope_of
from volunteer_core.hours.entering import SERVICE_DAY, day_minutes
from volunteer_core.hours.models import LedgerEntry
from volunteer_core.hours.months.states import is_closed
from volunteer_core.people.standing import standings
from volunteer_core.timespans import Span

_reversal = aliased(LedgerEntry)
_OF_DAY = select(LedgerEntry).where(
    LedgerEntry.person_id == bindparam("person_id"),
    LedgerEntry.civil_date >= bindparam("day"),
    bindparam("day") == SERVICE_DAY,
    LedgerEntry.reverses_id.is_(None),
    ~exists().where(_reversal.reverses_id == LedgerEntry.id),
)
_PROMISED = (
    select(
        Commitment.id.label("commitment_id"), Commitment.starts_at, Commitment.ends_at, Commitment.attendance
    )
    .where(
        Commitment.person_id == bindparam("person_id"),
        Commitment.status.in_(ACTIVE),
        Commitment.starts_at < bindparam("end"),
        Commitment.ends_at > bindparam("start"),
    )
    .order_by(Commitment.starts_at, Commitment.id)
)


def review_claim(work: Work, *, claim_id: int) -> ClaimReview:
    """A claim with what it clashes with, what would be credited and who has to decide about so much."""
    claim = work.find(Claim, claim_id)
    work.demand("hours.claims.decide", **scope_of(work, claim))
    scales = Scales(work, claim)
    day, person_id = claim.civil_date, claim.person_id
    recorded = {stay.entry.id: stay.entry for stay in scales.overlapping()}
    recorded |= {entry.id: entry for entry in work.scalars(_OF_DAY, {"person_id": person_id, "day": day})}
    facts = {"person_id": person_id, "start": claim.starts_at, "end": claim.ends_at}
    claimed = scales.span.minutes
    return ClaimReview(
        view_of(work, claim.id),
        [
            _recorded(entry, scales.span)
            for entry in sorted(recorded.values(), key=lambda entry: entry.id)
            if entry.claim_id != claim.id
        ],
        work.views(PromisedThen, _PROMISED, facts),
        standings(work, [person_id], day)[person_id].on_leave,
        is_closed(work, claim.community_id, day),
        day_minutes(work, person_id, day),
        scales.weigh(claimed) if claim.state is ClaimState.PENDING else None,
    )


def _recorded(entry: LedgerEntry, claimed: Span) -> RecordedThen:
    overlap = None
    if entry.counted_from is not None and entry.counted_to is not None:
        shared = claimed.intersection(Span(entry.counted_from, entry.counted_to))
        overlap = shared.minutes if shared is not None else 0
    return RecordedThen(
        entry.id, entry.kind, entry.source, entry.minutes, entry.counted_from, entry.counted_to, overlap
    )
