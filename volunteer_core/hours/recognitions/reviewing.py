"""Deciding what becomes of a star level after a correction has taken the hours below it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import bindparam, func, select

from volunteer_core import texts
from volunteer_core.access.holders import answers_for
from volunteer_core.database import Work
from volunteer_core.errors import Conflict
from volunteer_core.hours.activities import hours_of
from volunteer_core.hours.models import VOLUNTEER_HOURS, HourSum
from volunteer_core.hours.recognitions.listing import RECOGNITIONS, RecognitionView
from volunteer_core.hours.recognitions.models import TRANSITIONS, Recognition, RecognitionState
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.writing import tell
from volunteer_core.people.masking import masked_name
from volunteer_core.people.models import Person

_MINUTES = select(func.coalesce(func.sum(HourSum.minutes), 0)).where(
    HourSum.person_id == bindparam("person_id"), HourSum.kind.in_(VOLUNTEER_HOURS)
)

_TO_REVIEW = (
    select(Recognition, Person)
    .join(Person, Person.id == Recognition.person_id)
    .where(Recognition.state == RecognitionState.TO_REVIEW)
    .order_by(Recognition.id)
)


class NotToReview(Conflict, code="not_to_review", sentence="这个星级不需要复核。"):
    """Only a level that the hours do not reach any more is decided on."""


def confirm_recognition(work: Work, *, recognition_id: int, reason: str) -> RecognitionView:
    """Lets a level stay although the hours are below it; only fewer still are reviewed again.

    Refuses (:class:`NotToReview`) what is not to be reviewed.
    """
    return _decide(work, recognition_id, RecognitionState.CONFIRMED, reason)


def withdraw_recognition(work: Work, *, recognition_id: int, reason: str) -> RecognitionView:
    """Withdraws a level that the hours do not reach any more; with enough hours it is reached again.

    Refuses (:class:`NotToReview`) what is not to be reviewed.
    """
    return _decide(work, recognition_id, RecognitionState.WITHDRAWN, reason)


def tell_of_reviews(work: Work) -> int:
    """Tells who answers for the community, once each, of levels to be reviewed. For the clock: asks no
    right."""
    written = 0
    for row, person in work.execute(_TO_REVIEW).all():
        known = f"现为 {hours_of(_minutes(work, person.id))} 小时，标准为 {row.hours} 小时"
        for official in answers_for(work, person.community_id or 0, besides=[person.id]):
            written += tell(
                work,
                kind=NoticeKind.HOURS,
                person_id=official,
                community_id=person.community_id,
                text=f"{masked_name(person.name)}（{person.code}）的{row.level}星级因时长更正需要复核："
                f"{known}。请核实，由街道办决定保留或撤销。",
                key=f"stars:{row.id}:{_second(row.review_since)}:{official}",
            )
    return written


def _decide(work: Work, recognition_id: int, state: RecognitionState, reason: str) -> RecognitionView:
    found = work.find(Recognition, recognition_id)
    work.demand("hours.recognitions.settle")
    work.lock(Person, found.person_id)  # as whoever enters hours does, before the level is looked at
    row = work.lock(Recognition, recognition_id)
    if state not in TRANSITIONS[row.state]:
        raise NotToReview(recognition_id=row.id, state=row.state.value)
    row.reason = texts.line("reason", reason, longest=200)
    minutes = _minutes(work, row.person_id)
    row.state, row.review_since = state, None
    row.confirmed_minutes = minutes if state is RecognitionState.CONFIRMED else None
    row.decided_at, row.decided_by = work.now, work.by.person_id
    work.flush()
    return work.views(RecognitionView, RECOGNITIONS.where(Recognition.id == row.id))[0]


def _minutes(work: Work, person_id: int) -> int:
    return work.scalar(_MINUTES, {"person_id": person_id}) or 0


def _second(instant: datetime | None) -> int:
    return int(instant.timestamp()) if instant else 0
