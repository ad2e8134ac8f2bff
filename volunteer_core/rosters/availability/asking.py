"""Asking a programme's team when its members can serve, and seeing who has answered."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import msgspec
from sqlalchemy import or_, select

from volunteer_core.database import Page, Paging, Work
from volunteer_core.errors import Conflict, Malformed, RuleBroken
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.writing import tell
from volunteer_core.people.models import Person
from volunteer_core.rosters.availability.models import (
    AvailabilityAnswer,
    AvailabilityAsk,
    DatedWish,
    WeeklySpan,
)
from volunteer_core.rosters.availability.reading import about
from volunteer_core.teams.membership import NotMember, member_on
from volunteer_core.teams.models import Membership, Programme
from volunteer_core.timespans import chinese_date, civil, civil_date, day_span

LONGEST_DAYS = 400
REMINDED_BEFORE = timedelta(hours=24)


class NoTeamToAsk(RuleBroken, code="no_team_to_ask", sentence="这个项目没有志愿服务队，无法询问。"):
    """The members of the team that runs a programme are asked."""


class NothingStated(RuleBroken, code="nothing_stated", sentence="还没有填写任何可服务时间，请先填写再答复。"):
    """Answering says that what one has stated holds: who has stated nothing has no answer yet."""


class AskOver(Conflict, code="ask_over", sentence="询问的日期已经过去。"):
    """An answer about days that are over helps nobody."""


class AskView(msgspec.Struct, frozen=True):
    """A programme's team is asked, until a deadline, about the dates between two, both included."""

    id: int
    programme_id: int
    first_day: date
    last_day: date
    deadline: datetime
    asked_at: datetime


class AnswerView(msgspec.Struct, frozen=True):
    """A member who is asked: with ``answered_at`` empty they have not answered."""

    person_id: int
    code: str
    name: str
    answered_at: datetime | None
    late: bool
    """Answered after the deadline."""


class AnswersView(msgspec.Struct, frozen=True):
    """An ask and how far it has come; who has not answered comes first."""

    ask: AskView
    answers: list[AnswerView]
    asked: int
    answered: int
    late: int


def ask(work: Work, *, programme_id: int, first_day: date, last_day: date, deadline: datetime) -> AskView:
    """Asks every member of the programme's team, through the outbox, when they can serve between two
    dates (at most 400 days).

    Members are those of the first day. Refuses a deadline that is past or after that day.
    """
    programme = work.find(Programme, programme_id)
    work.demand("availability.ask", teams=[programme.team_id])
    if programme.team_id is None:
        raise NoTeamToAsk(programme_id=programme.id)
    if not 0 <= (last_day - first_day).days < LONGEST_DAYS:
        raise Malformed("last_day", f"不能早于第一天，且最长 {LONGEST_DAYS} 天。")
    if deadline.tzinfo is None or not work.now < deadline <= day_span(first_day).end:
        raise Malformed("deadline", "须带时区，在现在之后，且不晚于第一天结束。")
    row = AvailabilityAsk(
        programme_id=programme.id,
        first_day=first_day,
        last_day=last_day,
        deadline=deadline.astimezone(UTC),
        asked_at=work.now,
        asked_by=work.by.person_id,
    )
    work.add(row)
    work.flush()
    for person_id in _asked(work, programme, row):
        tell(
            work,
            kind=NoticeKind.ASKED,
            person_id=person_id,
            team_id=programme.team_id,
            text=_question(programme, row),
        )
    work.flush()
    return _view(row)


def answer(work: Work, *, ask_id: int, person_id: int) -> AnswerView:
    """A member answers, or their leader for them: what they have stated holds for the dates asked about.

    The first answer counts; after the deadline it is marked as late. Refuses who is not asked, who has
    stated nothing at all, and dates that are over.
    """
    person = work.lock(Person, person_id)
    row = work.find(AvailabilityAsk, ask_id)
    work.demand("availability.state", **about(work, person))
    if person.id not in _asked(work, work.find(Programme, row.programme_id), row):
        raise NotMember(person_id=person.id)
    if civil_date(work.now) > row.last_day:
        raise AskOver(ask_id=row.id)
    if not _has_stated(work, person.id):
        raise NothingStated(person_id=person.id)
    answered = work.scalar(
        select(AvailabilityAnswer).where(
            AvailabilityAnswer.ask_id == row.id, AvailabilityAnswer.person_id == person.id
        )
    )
    if answered is None:
        answered = AvailabilityAnswer(ask_id=row.id, person_id=person.id, answered_at=work.now)
        work.add(answered)
        work.flush()
    return _answer(person.id, person.code, person.name, answered.answered_at, row)


def list_asks(work: Work, *, programme_id: int, paging: Paging = Paging()) -> Page[AskView]:
    """What a programme's team was asked, latest dates first; whoever is asked finds it here."""
    work.demand("rosters.read")
    programme = work.find(Programme, programme_id)
    columns = [getattr(AvailabilityAsk, field) for field in AskView.__struct_fields__]
    statement = (
        select(*columns)
        .where(AvailabilityAsk.programme_id == programme.id)
        .order_by(AvailabilityAsk.first_day.desc(), AvailabilityAsk.id.desc())
    )
    return work.page(AskView, statement, paging)


def read_ask(work: Work, *, ask_id: int) -> AnswersView:
    """Who has answered, when, and who has not: for those who make the roster."""
    row = work.find(AvailabilityAsk, ask_id)
    programme = work.find(Programme, row.programme_id)
    work.demand("availability.ask", teams=[programme.team_id])
    answered = dict(
        work.execute(
            select(AvailabilityAnswer.person_id, AvailabilityAnswer.answered_at).where(
                AvailabilityAnswer.ask_id == row.id
            )
        ).all()
    )
    members = work.execute(
        select(Person.id, Person.code, Person.name)
        .where(Person.id.in_(_asked(work, programme, row)))
        .order_by(Person.code)
    )
    answers = [_answer(*member, answered.get(member.id), row) for member in members]
    return AnswersView(
        _view(row),
        sorted(answers, key=lambda one: one.answered_at is not None),
        len(answers),
        sum(one.answered_at is not None for one in answers),
        sum(one.late for one in answers),
    )


def remind_of_asks(work: Work) -> int:
    """Reminds, once each and within a day before the deadline, who has not answered. For the clock:
    asks no right."""
    due = work.scalars(
        select(AvailabilityAsk)
        .where(
            AvailabilityAsk.deadline > work.now,
            AvailabilityAsk.deadline <= work.now + REMINDED_BEFORE,
        )
        .order_by(AvailabilityAsk.id)
    )
    written = 0
    for row in due.all():
        programme = work.find(Programme, row.programme_id)
        answered = set(
            work.scalars(select(AvailabilityAnswer.person_id).where(AvailabilityAnswer.ask_id == row.id))
        )
        for person_id in _asked(work, programme, row):
            if person_id not in answered:
                written += tell(
                    work,
                    kind=NoticeKind.ASKED,
                    person_id=person_id,
                    team_id=programme.team_id,
                    text=f"提醒：{_question(programme, row)}",
                    key=f"ask-reminder:{row.id}:{person_id}",
                )
    return written


def _asked(work: Work, programme: Programme, row: AvailabilityAsk) -> list[int]:
    """The team's members on the first of the dates."""
    return list(
        work.scalars(
            select(Membership.person_id)
            .join(Person, Person.id == Membership.person_id)
            .where(
                Membership.team_id == programme.team_id,
                member_on(row.first_day),
                or_(Person.left_on.is_(None), Person.left_on > row.first_day),
            )
            .distinct()
            .order_by(Membership.person_id)
        )
    )


def _has_stated(work: Work, person_id: int) -> bool:
    """Whether a person has ever said when they can serve: limits alone say nothing of that."""
    spans = select(WeeklySpan.id).where(WeeklySpan.person_id == person_id)
    wishes = select(DatedWish.id).where(DatedWish.person_id == person_id, DatedWish.withdrawn_at.is_(None))
    return any(work.scalar(statement.limit(1)) is not None for statement in (spans, wishes))


def _question(programme: Programme, row: AvailabilityAsk) -> str:
    first, last = chinese_date(row.first_day, year=False), chinese_date(row.last_day, year=False)
    until = civil(row.deadline)
    return (
        f"请在{chinese_date(until.date(), year=False)}{until:%H:%M}前"
        f"说明{first}至{last}何时能参加{programme.name}。"
    )


def _answer(
    person_id: int, code: str, name: str, answered_at: datetime | None, row: AvailabilityAsk
) -> AnswerView:
    late = answered_at is not None and answered_at > row.deadline
    return AnswerView(person_id, code, name, answered_at, late)


def _view(row: AvailabilityAsk) -> AskView:
    return AskView(*(getattr(row, field) for field in AskView.__struct_fields__))
