"""What goes out of claims."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

import msgspec

from volunteer_core.commitments.models import Attendance
from volunteer_core.hours.claims.models import ClaimState
from volunteer_core.hours.models import EntryKind, EntrySource


class ClaimView(msgspec.Struct, frozen=True):
    """A claim, for the person and for who decides. ``minutes`` are those approved, ``credited_minutes``
    those that the ledger has of it now: time that counts for something else already is not in them."""

    id: int
    person_id: int
    person: str
    kind: EntryKind
    civil_date: date
    starts_at: datetime
    ends_at: datetime
    what: str
    place: str
    evidence: str
    site_id: int | None
    community_id: int
    grid_id: int | None
    team_id: int | None
    programme_id: int | None
    late: bool
    """Filed later than service has to be recorded: 10 working days after its end."""
    filed_by: int | None
    filed_at: datetime
    state: ClaimState
    minutes: int | None
    decided_by: int | None
    decided_at: datetime | None
    decision: str
    """Why it was shortened or declined."""
    entry_id: int | None
    credited_minutes: int
    entered_on: date | None
    """The date of its entry: later than the service where that month was closed already."""


class Decider(StrEnum):
    """Whose decision it takes at least."""

    LEADER = "leader"
    COORDINATOR = "coordinator"
    OFFICE = "office"


class Weight(msgspec.Struct, frozen=True):
    """What an approval of so many minutes would credit: at most those, and no time a second time."""

    minutes: int
    day_minutes: int
    """What the ledger would then have of the person for that day, of all kinds."""
    limit: int | None
    """How many minutes of a day others than the decider may decide about."""
    decider: Decider


class RecordedThen(msgspec.Struct, frozen=True):
    """What the ledger has of that day, or of the claimed time, from something else. Without times it may
    have been at the same time or not. What it was for, those read in the ledger who may."""

    entry_id: int
    kind: EntryKind
    source: EntrySource
    minutes: int
    counted_from: datetime | None
    counted_to: datetime | None
    overlap_minutes: int | None


class PromisedThen(msgspec.Struct, frozen=True):
    """A promise of the person at that time; ``attendance`` is null while nobody has marked it."""

    commitment_id: int
    starts_at: datetime
    ends_at: datetime
    attendance: Attendance | None


class ClaimReview(msgspec.Struct, frozen=True):
    """A claim beside what else is known of that time."""

    claim: ClaimView
    recorded: list[RecordedThen]
    promised: list[PromisedThen]
    on_leave: bool
    """Whether the person had said that they do not serve on that day."""
    month_closed: bool
    """What is approved is then entered today, as an adjustment."""
    day_minutes: int
    """What the ledger has of the person for that day now, of all kinds."""
    approved_whole: Weight | None
    """What approving all of it would credit, and whose decision that is; null once it is decided."""
