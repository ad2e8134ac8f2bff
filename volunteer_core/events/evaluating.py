"""How an event was, as those say who were there, and how a service was, as those say who organised it
(民政部令67号 Art 10)."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec
from sqlalchemy import bindparam, func, select

from volunteer_core import texts
from volunteer_core.commitments.evaluations import Evaluation, EvaluationKind
from volunteer_core.commitments.models import Commitment
from volunteer_core.database import Page, Paging, Work
from volunteer_core.errors import Malformed, RuleBroken
from volunteer_core.events.concerned import organisers_of
from volunteer_core.events.models import Event, Position, Signup, SignupStatus
from volunteer_core.hours.ledger import refuse_own
from volunteer_core.hours.presence import PRESENT
from volunteer_core.people.models import Person
from volunteer_core.people.standing import guardian_ids
from volunteer_core.timespans import civil_date

RATED_FOR = timedelta(days=30)
ANONYMOUS_FROM = 3
"""With fewer ratings one could tell who gave them: then nobody reads what they are."""
LONGEST_REMARK = 500


class NotThere(RuleBroken, code="was_not_there", sentence="只有到场参加的人才有评价。"):
    """Only who was there says how it was, and is told how they served."""


class NotOverYet(RuleBroken, code="not_over_yet", sentence="活动结束后才能评价。"):
    """How it was is known afterwards."""


class EvaluationTooLate(
    RuleBroken, code="evaluation_too_late", sentence="活动结束已超过 {days} 天，不能再评价。"
):
    """People rate an event while they remember it: within 30 days of its end."""


class ServedNobody(RuleBroken, code="served_nobody", sentence="这个岗位不计服务时长，没有服务评价。"):
    """The audience of a lecture serves nobody."""


class EvaluationView(msgspec.Struct, frozen=True):
    """A rating from 1 to 5, of an event (``activity``) or of a person's service there, with a remark."""

    signup_id: int
    event_id: int
    title: str
    kind: EvaluationKind
    rating: int
    remark: str
    given_at: datetime


class Remark(msgspec.Struct, frozen=True):
    """What somebody wrote beside their rating; who, nobody learns."""

    rating: int
    remark: str


class EventEvaluations(msgspec.Struct, frozen=True):
    """How an event was: how many rated it, and from three of them on their average, rounded to hundredths,
    how many gave 1 to 5, and what they wrote."""

    event_id: int
    rated: int
    average: float | None
    counts: list[int]
    remarks: Page[Remark]


_OF_EVENT = (
    select(Evaluation.rating, func.count())
    .join(Commitment, Commitment.id == Evaluation.commitment_id)
    .join(Position, Position.id == Commitment.position_id)
    .where(Position.event_id == bindparam("event_id"), Evaluation.kind == EvaluationKind.ACTIVITY)
    .group_by(Evaluation.rating)
)
_SAID = (
    select(Evaluation)
    .join(Commitment, Commitment.id == Evaluation.commitment_id)
    .join(Position, Position.id == Commitment.position_id)
    .where(
        Commitment.person_id == bindparam("person_id"),
        Position.event_id == bindparam("event_id"),
        Evaluation.kind == EvaluationKind.ACTIVITY,
    )
)
_VIEW = (
    select(
        Signup.id.label("signup_id"),
        Position.event_id,
        Event.title,
        Evaluation.kind,
        Evaluation.rating,
        Evaluation.remark,
        Evaluation.given_at,
    )
    .join(Commitment, Commitment.id == Evaluation.commitment_id)
    .join(Signup, Signup.commitment_id == Commitment.id)
    .join(Position, Position.id == Signup.position_id)
    .join(Event, Event.id == Position.event_id)
    .order_by(Evaluation.given_at.desc(), Evaluation.id)
)


def evaluate_event(work: Work, *, signup_id: int, rating: int, remark: str = "") -> EvaluationView:
    """Somebody who was there, or their guardian, rates an event from 1 to 5, with a remark of up to 500
    characters; again replaces, also for who was there in several positions: each has one say. Refused before
    the end and 30 days after it."""
    signup = work.find(Signup, signup_id)
    work.demand(
        "events.evaluate",
        people=[signup.person_id],
        guardians=guardian_ids(work, signup.person_id, civil_date(work.now)),
    )
    event = work.find(Event, work.find(Position, signup.position_id).event_id)
    work.lock(Person, signup.person_id)  # both positions of who had two
    commitment = _lock_over(work, event, signup)
    if work.now >= event.ends_at + RATED_FOR:
        raise EvaluationTooLate(event_id=event.id, days=RATED_FOR.days)
    said = work.scalar(_SAID, {"person_id": signup.person_id, "event_id": event.id})
    return _keep(work, said or Evaluation(kind=EvaluationKind.ACTIVITY), commitment, rating, remark)


def evaluate_service(work: Work, *, signup_id: int, rating: int, remark: str = "") -> EvaluationView:
    """Who organises an event rates how somebody served there, from 1 to 5, with a remark of up to 500
    characters; again replaces. The person reads it, and it stands in their record.

    Refused before the end, of an audience, of who was not there, and of oneself or one's ward.
    """
    signup = work.find(Signup, signup_id)
    position = work.find(Position, signup.position_id)
    event = work.find(Event, position.event_id)
    work.demand("events.evaluate_service", **organisers_of(work, event))
    if not position.earns_hours:
        raise ServedNobody(signup_id=signup.id)
    refuse_own(work, signup.person_id)
    commitment = _lock_over(work, event, signup)
    said = work.scalar(
        select(Evaluation).where(
            Evaluation.commitment_id == commitment.id, Evaluation.kind == EvaluationKind.SERVICE
        )
    )
    return _keep(work, said or Evaluation(kind=EvaluationKind.SERVICE), commitment, rating, remark)


def own_evaluations(work: Work, *, person_id: int, paging: Paging = Paging()) -> Page[EvaluationView]:
    """What a person said of events, and what was said of their service there, the latest first. It is for
    them and their guardians: organisers do not learn who said what."""
    person = work.find(Person, person_id)
    work.demand(
        "events.evaluations.own",
        people=[person.id],
        guardians=guardian_ids(work, person.id, civil_date(work.now)),
    )
    return work.page(EvaluationView, _VIEW.where(Commitment.person_id == person.id), paging)


def read_evaluations(work: Work, *, event_id: int, paging: Paging = Paging()) -> EventEvaluations:
    """How an event was, for those who organise it: never by whom, and what was said only once three people
    have rated it. Remarks come best first, which says nothing of who wrote them."""
    event = work.find(Event, event_id)
    work.demand("events.evaluations", **organisers_of(work, event))
    found = dict(work.execute(_OF_EVENT, {"event_id": event.id}).all())
    rated = sum(found.values())
    if rated < ANONYMOUS_FROM:
        return EventEvaluations(event.id, rated, None, [], Page([], 0, paging.limit, paging.offset))
    remarks = (
        select(Evaluation.rating, Evaluation.remark)
        .join(Commitment, Commitment.id == Evaluation.commitment_id)
        .join(Position, Position.id == Commitment.position_id)
        .where(
            Position.event_id == event.id,
            Evaluation.kind == EvaluationKind.ACTIVITY,
            Evaluation.remark != "",
        )
        .order_by(Evaluation.rating.desc(), Evaluation.remark)
    )
    return EventEvaluations(
        event_id=event.id,
        rated=rated,
        average=average(rated, sum(rating * number for rating, number in found.items())),
        counts=[found.get(rating, 0) for rating in range(1, 6)],
        remarks=work.page(Remark, remarks, paging),
    )


def average(rated: int, points: int) -> float | None:
    """The average of some ratings, rounded to hundredths; none while it would tell who rated. Pure."""
    return round(points / rated, 2) if rated >= ANONYMOUS_FROM else None


def _lock_over(work: Work, event: Event, signup: Signup) -> Commitment:
    """The locked promise of who was there. Refuses before the end, and who was not."""
    if work.now < event.ends_at:
        raise NotOverYet(event_id=event.id)
    if signup.commitment_id is None or signup.status is not SignupStatus.CONFIRMED:
        raise NotThere(signup_id=signup.id)
    commitment = work.lock(Commitment, signup.commitment_id)
    came = commitment.attendance in PRESENT or (
        commitment.attendance is None and signup.arrived_at is not None
    )
    if not came:
        raise NotThere(signup_id=signup.id)
    return commitment


def _keep(work: Work, row: Evaluation, commitment: Commitment, rating: int, remark: str) -> EvaluationView:
    """Keeps what was said, or is said anew, of a promise."""
    if not 1 <= rating <= 5:
        raise Malformed("rating", "应在 1 至 5 之间。")
    row.remark = texts.paragraph("remark", remark, longest=LONGEST_REMARK)
    row.commitment_id, row.rating = commitment.id, rating
    row.given_by, row.given_at = work.by.person_id, work.now
    work.add(row)
    work.flush()
    return work.views(EvaluationView, _VIEW.where(Evaluation.id == row.id))[0]
