"""Claiming time that no attendance list knows, and taking the claim back."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, select

from volunteer_core import texts
from volunteer_core.commitments.promises import NotOfTeam
from volunteer_core.database import Work
from volunteer_core.errors import Conflict, Malformed, RuleBroken
from volunteer_core.hours.claims.listing import view_of
from volunteer_core.hours.claims.models import NEXT_STATES, Claim, ClaimState
from volunteer_core.hours.claims.views import ClaimView
from volunteer_core.hours.deadlines import recording_due
from volunteer_core.hours.ledger import demand_person
from volunteer_core.hours.models import EntryKind
from volunteer_core.office.settings import settings_on
from volunteer_core.people.models import Person
from volunteer_core.people.standing import OnLeave, Requirement, guardian_ids, obstacles, standings
from volunteer_core.places.models import Community, Site
from volunteer_core.teams.grid_posts import salaried_on
from volunteer_core.teams.membership import teams_of
from volunteer_core.teams.models import Programme
from volunteer_core.teams.programmes import requirement_of
from volunteer_core.timespans import Span, civil_date, span
from volunteer_core.workdays.upkeep import load_daybook

LONGEST_AGO_DAYS = 366

_OVERLAPPING = (
    select(Claim.id)
    .where(
        Claim.person_id == bindparam("person_id"),
        Claim.state == ClaimState.PENDING,
        Claim.starts_at < bindparam("end"),
        Claim.ends_at > bindparam("start"),
    )
    .order_by(Claim.id)
    .limit(1)
)


class OverMidnight(RuleBroken, code="over_midnight", sentence="补录不能跨过零点，请按日期分开填写。"):
    """A claim is of one civil date: what went on over midnight is claimed for each day apart."""


class ClaimTooEarly(RuleBroken, code="claim_too_early", sentence="活动尚未结束，请在结束后补录。"):
    """Time is claimed once it is given."""


class ClaimTooOld(RuleBroken, code="claim_too_old", sentence="只能补录最近一年内的服务。"):
    """Who was there a year ago, nobody can tell any more."""


class ClaimTwice(Conflict, code="claim_twice", sentence="这段时间已有待审的补录（编号 {claim_id}）。"):
    """Two claims of a person that wait do not overlap."""


class PaidDuty(
    RuleBroken, code="paid_duty", sentence="受薪人员在此项目中的时间是职务工时，不能补录为志愿服务。"
):
    """Whoever is salaried earns paid duty in a programme that is duty, never hours (志愿服务条例 Art 2)."""


class ClaimDecided(Conflict, code="claim_decided", sentence="这条补录已经处理，不能再次处理。"):
    """A claim is decided, or withdrawn, once."""


def file_claim(
    work: Work,
    *,
    person_id: int,
    starts_at: datetime,
    ends_at: datetime,
    what: str,
    evidence: str,
    kind: EntryKind = EntryKind.SERVICE,
    site_id: int | None = None,
    place: str = "",
    community_id: int | None = None,
    team_id: int | None = None,
    programme_id: int | None = None,
) -> ClaimView:
    """Claims a span of one civil date for a person, as service or training, with what proves it.

    It was at a site, or at a place in words and in a community (the person's own if not said). It is for
    a team that the person belonged to: the one named, else the programme's, else none. Filed later than
    service has to be recorded, it is marked ``late`` (民政部令67号 Art 11) and decided all the same.

    Refuses what has not ended, is over a year ago, goes over midnight or overlaps with a claim that
    waits, and whom the task would not have let serve on that day; a child who serves only beside their
    guardian is claimed for by the guardian.
    """
    person = work.lock(Person, person_id)
    demand_person(work, "hours.claims.file", person.id)
    time = _checked_span(work, starts_at, ends_at)
    if kind not in {EntryKind.SERVICE, EntryKind.TRAINING}:
        raise Malformed("kind", "只能补录志愿服务或培训。")
    day = civil_date(time.start)
    claim = Claim(
        person_id=person.id,
        kind=kind,
        civil_date=day,
        starts_at=time.start,
        ends_at=time.end,
        what=texts.line("what", what, longest=200),
        evidence=texts.paragraph("evidence", evidence, longest=500, empty=False),
        programme_id=programme_id,
        team_id=_team(work, person.id, day, team_id, programme_id),
        late=recording_due(work, load_daybook(work), time.end) < civil_date(work.now),
        filed_by=work.by.person_id,
        filed_at=work.now,
        state=ClaimState.PENDING,
    )
    _put_at(work, claim, site_id, place, community_id or (None if site_id else person.community_id))
    _refuse_unfit(work, claim)
    refuse_paid_duty(work, claim)
    other = work.scalar(_OVERLAPPING, {"person_id": person.id, "start": time.start, "end": time.end})
    if other is not None:
        raise ClaimTwice(claim_id=other)
    work.add(claim)
    work.flush()
    return view_of(work, claim.id)


def withdraw_claim(work: Work, *, claim_id: int) -> ClaimView:
    """Takes back a claim that waits: the person themselves, or a guardian."""
    claim = lock_claim(work, claim_id)
    work.demand(
        "hours.claims.own",
        people=[claim.person_id],
        guardians=guardian_ids(work, claim.person_id, civil_date(work.now)),
    )
    refuse_unless_open_to(claim, ClaimState.WITHDRAWN)
    claim.state = ClaimState.WITHDRAWN
    work.flush()
    return view_of(work, claim.id)


def lock_claim(work: Work, claim_id: int) -> Claim:
    """The locked claim, and before it its person. Inner."""
    work.lock(Person, work.find(Claim, claim_id).person_id)
    return work.lock(Claim, claim_id)


def refuse_unless_open_to(claim: Claim, state: ClaimState) -> None:
    """Refuses (:class:`ClaimDecided`) a locked claim that cannot come into a state any more. Inner."""
    if state not in NEXT_STATES[claim.state]:
        raise ClaimDecided(claim_id=claim.id, state=claim.state.value)


def refuse_paid_duty(work: Work, claim: Claim) -> None:
    """Refuses service in a programme that is paid duty for this person on that day. Inner."""
    if claim.programme_id is None or claim.kind is not EntryKind.SERVICE:
        return
    duty = work.find(Programme, claim.programme_id).duty
    if duty and salaried_on(work, [claim.person_id], claim.civil_date):
        raise PaidDuty(person_id=claim.person_id, programme_id=claim.programme_id)


def _checked_span(work: Work, starts_at: datetime, ends_at: datetime) -> Span:
    found = span(starts_at, ends_at)
    if found.minutes == 0:
        raise Malformed("ends_at", "不足一分钟。")
    day = civil_date(found.start)
    if civil_date(found.end - timedelta(microseconds=1)) != day:
        raise OverMidnight(day=day.isoformat())
    if found.end > work.now:
        raise ClaimTooEarly(ends_at=found.end.isoformat())
    if (civil_date(work.now) - day).days > LONGEST_AGO_DAYS:
        raise ClaimTooOld(day=day.isoformat())
    return found


def _team(work: Work, person_id: int, day: date, chosen: int | None, programme_id: int | None) -> int | None:
    own = teams_of(work, person_id, day)
    if chosen is not None and chosen not in own:
        raise NotOfTeam(team_id=chosen)
    runs = work.find(Programme, programme_id).team_id if programme_id is not None else None
    return chosen or (runs if runs in own else None)


def _put_at(work: Work, claim: Claim, site_id: int | None, place: str, community_id: int | None) -> None:
    if site_id is not None:
        if place or community_id is not None:
            raise Malformed("site_id", "填写了场所，就不必再写地点和社区。")
        site = work.find(Site, site_id)
        claim.site_id, claim.place = site.id, site.name
        claim.community_id, claim.grid_id = site.community_id, site.grid_id
        return
    if community_id is None:
        raise Malformed("community_id", "请写明在哪个社区。")
    claim.community_id = work.find(Community, community_id).id
    claim.place = texts.line("place", place, longest=100)


def _refuse_unfit(work: Work, claim: Claim) -> None:
    """Refuses whoever could not have been given the task: a claim is no way around its conditions.

    Leave is none of them here: who came all the same has served. Whoever decides is shown it.
    """
    programme = work.find(Programme, claim.programme_id) if claim.programme_id is not None else None
    serves = claim.kind is EntryKind.SERVICE
    requirement = requirement_of(programme) if serves else Requirement(serves=False)
    day, settings = claim.civil_date, settings_on(work, claim.civil_date)
    standing = standings(work, [claim.person_id], day)[claim.person_id]
    accompanied = work.by.person_id in guardian_ids(work, claim.person_id, day)
    for refusal in obstacles(standing, requirement, settings, accompanied=accompanied):
        if not isinstance(refusal, OnLeave):
            raise refusal
