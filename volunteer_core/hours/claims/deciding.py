"""Deciding about a claim: approving it, shortening it with a reason, or declining it with one."""

from __future__ import annotations

from volunteer_core import texts
from volunteer_core.database import Work
from volunteer_core.errors import Malformed, NotAllowed, RuleBroken
from volunteer_core.hours.claims.filing import lock_claim, refuse_paid_duty, refuse_unless_open_to
from volunteer_core.hours.claims.listing import view_of
from volunteer_core.hours.claims.models import Claim, ClaimState
from volunteer_core.hours.claims.views import ClaimView, Decider
from volunteer_core.hours.claims.weighing import Scales, scope_of
from volunteer_core.hours.entering import enter
from volunteer_core.hours.ledger import refuse_own
from volunteer_core.hours.models import EntrySource
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.writing import tell
from volunteer_core.timespans import Span, chinese_span


class CoordinatorNeeded(
    NotAllowed,
    code="coordinator_needed",
    sentence="通过后当天合计 {minutes} 分钟，超过 {limit} 分钟，须由社区协调员审批。",
):
    """A day of more than 8 hours is for the coordinator to decide about."""


class OfficeNeeded(
    NotAllowed,
    code="office_needed",
    sentence="通过后当天合计 {minutes} 分钟，超过 {limit} 分钟，须由街道办审批。",
):
    """A day of more than 12 hours is for the street office to decide about."""


class NothingLeft(RuleBroken, code="nothing_left", sentence="这段时间已全部计入别的记录：{when}。"):
    """The same presence is never credited twice: the claim's whole span counts for something already."""


_NEEDED = {Decider.COORDINATOR: CoordinatorNeeded, Decider.OFFICE: OfficeNeeded}


def approve_claim(work: Work, *, claim_id: int) -> ClaimView:
    """Approves all of a claim: its minutes are entered, save those that count for something already.

    For a closed month they are entered today, and it says so. Refuses a claim of one's own or one's
    ward, or filed by oneself, one that was decided (:class:`ClaimDecided`), a day too long for whoever
    decides (:class:`CoordinatorNeeded`, :class:`OfficeNeeded`), a span with no time left
    (:class:`NothingLeft`), and more than 24 hours in a day.
    """
    claim = _decidable(work, claim_id, ClaimState.APPROVED)
    return _approve(work, claim, Span(claim.starts_at, claim.ends_at).minutes)


def shorten_claim(work: Work, *, claim_id: int, minutes: int, reason: str) -> ClaimView:
    """Approves fewer minutes than were claimed, for a reason that the person reads.

    Refuses what :func:`approve_claim` does. The whole span counts as taken: nobody said which part of
    it was not served.
    """
    claim = _decidable(work, claim_id, ClaimState.APPROVED)
    claimed = Span(claim.starts_at, claim.ends_at).minutes
    if not 1 <= minutes < claimed:
        raise Malformed("minutes", f"应为 1 至 {claimed - 1} 分钟，少于申报的 {claimed} 分钟。")
    return _approve(work, claim, minutes, texts.line("reason", reason, longest=200))


def decline_claim(work: Work, *, claim_id: int, reason: str) -> ClaimView:
    """Declines a claim for a reason that the person reads. They may file a better one."""
    claim = _decidable(work, claim_id, ClaimState.DECLINED)
    claim.decision = texts.line("reason", reason, longest=200)
    claim.state = ClaimState.DECLINED
    return _decided(work, claim, "未通过，原因见补录记录")


def _decidable(work: Work, claim_id: int, state: ClaimState) -> Claim:
    """The locked claim, which waits for a decision that is the actor's to take."""
    claim = lock_claim(work, claim_id)
    work.demand("hours.claims.decide", **scope_of(work, claim))
    refuse_own(work, claim.person_id, filed_by=claim.filed_by)
    refuse_unless_open_to(claim, state)
    return claim


def _approve(work: Work, claim: Claim, approved: int, reason: str = "") -> ClaimView:
    refuse_paid_duty(work, claim)
    scales = Scales(work, claim)
    weight = scales.weigh(approved)
    if weight.decider in _NEEDED and not work.may(
        "hours.claims.decide", **scope_of(work, claim, weight.decider)
    ):
        raise _NEEDED[weight.decider](minutes=weight.day_minutes, limit=weight.limit)
    if weight.minutes == 0:
        overlapping = scales.overlapping()
        when = "、".join(chinese_span(*stay.span) for stay in overlapping)
        raise NothingLeft(when=when, entry_ids=[stay.entry.id for stay in overlapping])
    entry = enter(
        work,
        person_id=claim.person_id,
        kind=claim.kind,
        minutes=weight.minutes,
        day=claim.civil_date,
        community_id=claim.community_id,
        grid_id=claim.grid_id,
        team_id=claim.team_id,
        programme_id=claim.programme_id,
        claim_id=claim.id,
        source=EntrySource.CLAIM,
        what=claim.what,
        place=claim.place,
        span=scales.span,
        reason=reason,
        settled=False,
    )
    claim.state, claim.minutes, claim.decision = ClaimState.APPROVED, approved, reason
    scales.stays.put(entry)
    scales.stays.settle()
    told = f"已通过，计入 {weight.minutes} 分钟"
    if reason:
        told += "（有核减，原因见补录记录）"
    if weight.minutes < approved:
        told += "，其余时间已计入别的记录"
    if entry.concerns is not None:
        told += "；当月已结账，记在本月"
    return _decided(work, claim, told)


def _decided(work: Work, claim: Claim, told: str) -> ClaimView:
    """Notes who decided, and tells the person. The reason is read in the claim, not in the notice."""
    claim.decided_by, claim.decided_at = work.by.person_id, work.now
    tell(
        work,
        kind=NoticeKind.HOURS,
        person_id=claim.person_id,
        team_id=claim.team_id,
        community_id=claim.community_id,
        text=f"您补录的 {chinese_span(claim.starts_at, claim.ends_at)} {told}。",
    )
    work.flush()
    return view_of(work, claim.id)
