"""Claims (补录): time that no attendance list knows, claimed, decided and listed."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

import msgspec
from litestar import Router
from litestar.params import JSONBody, QueryParameter

from api.incoming import AwareDatetime, Body, Id, OptionalQueryId, OptionalQueryText, Paged, PathId, given
from api.operations import act, get, post
from api.work import Opened
from volunteer_core.commitments.models import Attendance
from volunteer_core.database import Page
from volunteer_core.hours.claims import deciding, filing, listing, reviewing
from volunteer_core.hours.claims.models import ClaimState
from volunteer_core.hours.claims.views import (
    ClaimReview,
    ClaimView,
    Decider,
    PromisedThen,
    RecordedThen,
    Weight,
)
from volunteer_core.hours.models import EntryKind, EntrySource

CLAIM = ClaimView(
    id=12,
    person_id=42,
    person="王小敏",
    kind=EntryKind.SERVICE,
    civil_date=date(2026, 12, 1),
    starts_at=datetime(2026, 12, 1, 1, tzinfo=UTC),
    ends_at=datetime(2026, 12, 1, 3, tzinfo=UTC),
    what="清理小区楼道",
    place="三峰社区 3 号楼",
    evidence="群里有照片，楼长李阿姨在场",
    site_id=None,
    community_id=1,
    grid_id=None,
    team_id=1,
    programme_id=None,
    late=False,
    filed_by=42,
    filed_at=datetime(2026, 12, 1, 12, tzinfo=UTC),
    state=ClaimState.PENDING,
    minutes=None,
    decided_by=None,
    decided_at=None,
    decision="",
    entry_id=None,
    credited_minutes=0,
    entered_on=None,
)
DECIDED = {"decided_by": 7, "decided_at": datetime(2026, 12, 2, 2, tzinfo=UTC)}
ENTERED = {"state": ClaimState.APPROVED, "entry_id": 801, "entered_on": date(2026, 12, 1), **DECIDED}
APPROVED = msgspec.structs.replace(CLAIM, minutes=120, credited_minutes=120, **ENTERED)
SHORTENED = msgspec.structs.replace(
    CLAIM, minutes=90, credited_minutes=90, decision="照片显示 10:30 结束", **ENTERED
)
DECLINED = msgspec.structs.replace(CLAIM, state=ClaimState.DECLINED, decision="没有人能证明", **DECIDED)
WITHDRAWN = msgspec.structs.replace(CLAIM, state=ClaimState.WITHDRAWN)
REVIEW = ClaimReview(
    claim=CLAIM,
    recorded=[
        RecordedThen(
            entry_id=790,
            kind=EntryKind.SERVICE,
            source=EntrySource.ATTENDANCE,
            minutes=60,
            counted_from=datetime(2026, 12, 1, 2, tzinfo=UTC),
            counted_to=datetime(2026, 12, 1, 3, tzinfo=UTC),
            overlap_minutes=60,
        )
    ],
    promised=[
        PromisedThen(
            commitment_id=310,
            starts_at=datetime(2026, 12, 1, 2, tzinfo=UTC),
            ends_at=datetime(2026, 12, 1, 3, tzinfo=UTC),
            attendance=Attendance.ATTENDED,
        )
    ],
    on_leave=False,
    month_closed=False,
    day_minutes=60,
    approved_whole=Weight(minutes=60, day_minutes=120, limit=None, decider=Decider.LEADER),
)

InState = Annotated[ClaimState | None, QueryParameter(name="state")]
"""``state`` in the query: as the name of a parameter Litestar keeps it for itself."""


class FileClaim(Body):
    """When it was, what and where (a site, or a place in words), and what proves it."""

    starts_at: AwareDatetime
    ends_at: AwareDatetime
    what: str
    evidence: str
    kind: EntryKind = EntryKind.SERVICE
    site_id: Id | None = None
    place: str = ""
    community_id: Id | None = None
    team_id: Id | None = None
    programme_id: Id | None = None


class ShortenClaim(Body):
    """The minutes that are approved, fewer than were claimed, and why, for the person to read."""

    minutes: int
    reason: str


class DeclineClaim(Body):
    """Why, for the person to read."""

    reason: str


@post(
    "/people/{person_id:int}/claims",
    operation="hours.claims.file",
    asks=FileClaim(
        starts_at=CLAIM.starts_at,
        ends_at=CLAIM.ends_at,
        what=CLAIM.what,
        evidence=CLAIM.evidence,
        place=CLAIM.place,
        team_id=1,
    ),
    answers=CLAIM,
)
def file_claim(opened: Opened, person_id: PathId, data: JSONBody[FileClaim]) -> ClaimView:
    """Claim time of one civil date that no attendance list knows, for oneself or for who has asked for it.

    Refused: what has not ended (`claim_too_early`), is over a year ago (`claim_too_old`), goes over
    midnight (`over_midnight`) or overlaps with a claim that waits (`claim_twice`), and whoever could
    not have been given the task.
    """
    with opened.write() as work:
        return filing.file_claim(work, person_id=person_id, **given(data))


@get("/people/{person_id:int}/claims", operation="hours.claims.own", answers=Page([APPROVED], 1, 50, 0))
def list_own_claims(opened: Opened, person_id: PathId, paging: Paged) -> Page[ClaimView]:
    """List a person's claims and what became of them, latest first."""
    with opened.read() as work:
        return listing.list_own_claims(work, person_id=person_id, paging=paging)


@act("/claims/{claim_id:int}/withdraw", operation="hours.claims.own", answers=WITHDRAWN)
def withdraw_claim(opened: Opened, claim_id: PathId) -> ClaimView:
    """Take a claim back while nobody has decided about it (`claim_decided`)."""
    with opened.write() as work:
        return filing.withdraw_claim(work, claim_id=claim_id)


@get("/claims", operation="hours.claims.decide", answers=Page([CLAIM], 1, 50, 0))
def list_claims(
    opened: Opened,
    paging: Paged,
    in_state: InState = None,
    team_id: OptionalQueryId = None,
    community_id: OptionalQueryId = None,
    month: OptionalQueryText = None,
) -> Page[ClaimView]:
    """List the claims one may decide about, those that wait first, the longest waiting first.

    The month (2026-11) is that of the service.
    """
    with opened.read() as work:
        return listing.list_claims(
            work, state=in_state, team_id=team_id, community_id=community_id, month=month, paging=paging
        )


@get("/claims/{claim_id:int}", operation="hours.claims.decide", answers=REVIEW)
def review_claim(opened: Opened, claim_id: PathId) -> ClaimReview:
    """Show a claim beside what is recorded and promised at that time, and what approving it would credit.

    `decider` says who has to decide at least: over 8 hours a day the coordinator, over 12 the office.
    """
    with opened.read() as work:
        return reviewing.review_claim(work, claim_id=claim_id)


@act("/claims/{claim_id:int}/approve", operation="hours.claims.decide", answers=APPROVED)
def approve_claim(opened: Opened, claim_id: PathId) -> ClaimView:
    """Approve all of a claim: what does not count for something already is entered in the ledger.

    Refused: one's own, one's ward's, or filed by oneself (`own_hours`), one that was decided
    (`claim_decided`), a day too long for the caller (`coordinator_needed`, `office_needed`) or for
    anybody (`day_full`), and time that counts already (`nothing_left`).
    """
    with opened.write() as work:
        return deciding.approve_claim(work, claim_id=claim_id)


@act(
    "/claims/{claim_id:int}/shorten",
    operation="hours.claims.decide",
    asks=ShortenClaim(minutes=90, reason=SHORTENED.decision),
    answers=SHORTENED,
)
def shorten_claim(opened: Opened, claim_id: PathId, data: JSONBody[ShortenClaim]) -> ClaimView:
    """Approve fewer minutes than were claimed, with a reason; refused as approving is."""
    with opened.write() as work:
        return deciding.shorten_claim(work, claim_id=claim_id, **given(data))


@act(
    "/claims/{claim_id:int}/decline",
    operation="hours.claims.decide",
    asks=DeclineClaim(reason=DECLINED.decision),
    answers=DECLINED,
)
def decline_claim(opened: Opened, claim_id: PathId, data: JSONBody[DeclineClaim]) -> ClaimView:
    """Decline a claim with a reason. The person may file a better one."""
    with opened.write() as work:
        return deciding.decline_claim(work, claim_id=claim_id, **given(data))


router = Router(
    "/",
    route_handlers=[
        file_claim, list_own_claims, withdraw_claim, list_claims, review_claim, approve_claim,
        shorten_claim, decline_claim,
    ],
    tags=["claims"],
)  # fmt: skip
