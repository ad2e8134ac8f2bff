"""Changing a position: its name, what it asks for, when its people are there; and removing one. Nobody loses
a seat by it."""

from __future__ import annotations

from datetime import datetime

from msgspec import UNSET, UnsetType
from sqlalchemy import bindparam, exists, select

from volunteer_core.database import Work
from volunteer_core.errors import Conflict, NotFound, RuleBroken
from volunteer_core.events.by_phone.models import PhoneSignup
from volunteer_core.events.calling_off import refuse_called_off
from volunteer_core.events.concerned import organisers_of
from volunteer_core.events.given import or_kept
from volunteer_core.events.listing import position_view
from volunteer_core.events.models import (
    IN_LINE,
    SEATED,
    Event,
    HeldSeats,
    Position,
    Signup,
    SignupGroup,
    SignupStatus,
)
from volunteer_core.events.moving import EventStarted, move_position
from volunteer_core.events.position_rules import (
    checked_companions,
    checked_offer,
    checked_qualification,
    free_name,
    refuse_wrong_ages,
)
from volunteer_core.events.timetable import instant, position_span
from volunteer_core.events.views import PositionView
from volunteer_core.events.waitlist import promote
from volunteer_core.office.settings import settings_on
from volunteer_core.people.models import Person
from volunteer_core.people.standing import (
    AgeOutside,
    AgeUnknown,
    QualificationMissing,
    Requirement,
    obstacles,
    standings,
)
from volunteer_core.timespans import Span, civil_date

UNFIT = (AgeOutside, AgeUnknown, QualificationMissing)
"""What is against somebody because of what a position asks for."""


class NoLongerFit(
    RuleBroken,
    code="no_longer_fit",
    sentence="{number} 位已有名额的人不符合新的要求。请先与他们联系，或确认保留他们的名额。",
):
    """Nobody loses a seat because more is asked for: those who have one are named, to be kept or called."""


class ServiceSettled(Conflict, code="service_settled", sentence="已有人报名成功，是否计入服务时长不能再改。"):
    """Whoever has a seat was told whether it is service."""


class RequestsOpen(Conflict, code="requests_open", sentence="还有报名等待审批，请先处理。"):
    """Where people have asked to come somebody answers them, before it is first come, first served."""


class PositionUsed(Conflict, code="position_used", sentence="已有人报过名，岗位不能删除，可以把名额改为 0。"):
    """What somebody has signed up for stays: it is part of what they did."""


_IN_LINE = select(Signup.person_id).where(
    Signup.position_id == bindparam("position_id"), Signup.status.in_(IN_LINE)
)
_SIGNING_UP = (Signup, SignupGroup, PhoneSignup)


def change_position(
    work: Work,
    *,
    position_id: int,
    name: str | None = None,
    earns_hours: bool | None = None,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    min_age: int | UnsetType | None = UNSET,
    max_age: int | UnsetType | None = UNSET,
    qualification: str | UnsetType | None = UNSET,
    approval: bool | None = None,
    offer_minutes: int | UnsetType | None = UNSET,
    most_companions: int | None = None,
    keep_confirmed: bool = False,
) -> PositionView:
    """Changes a position of an event that is not called off; what is not given stays. None asks for no age or
    qualification any more, and gives freed seats at once.

    Another span moves the time promised, and people are told; refused once the position has begun, and where
    it clashes for anybody who has a seat. Whoever has one and does not fit what is asked for now is named
    (:class:`NoLongerFit`), or with ``keep_confirmed`` stays. Whoever waited and fits now moves up.

    Refuses what :func:`~volunteer_core.events.positions.add_position` does, another ``earns_hours`` while
    anybody has a seat, and an end to ``approval`` while requests wait for an answer. Fewer companions hold
    for who signs up from now on, and other minutes for offers to come.
    """
    event = work.lock(Event, work.find(Position, position_id).event_id)
    position = work.lock(Position, position_id)
    work.demand("events.change", **organisers_of(work, event))
    refuse_called_off(event)
    # All at once: who moves and who moves up are locked in one order, and before what is promised.
    work.lock_all(Person, work.scalars(_IN_LINE, {"position_id": position.id}))
    if name is not None:
        position.name = free_name(work, event, name, besides=position.id)
    if earns_hours is not None and earns_hours != position.earns_hours:
        if _has(work, position, *SEATED):
            raise ServiceSettled(position_id=position.id)
        position.earns_hours = earns_hours
    if approval is not None:
        if position.approval and not approval and _has(work, position, SignupStatus.REQUESTED):
            raise RequestsOpen(position_id=position.id)
        position.approval = approval
    position.offer_minutes = checked_offer(or_kept(offer_minutes, position.offer_minutes))
    if most_companions is not None:
        position.most_companions = checked_companions(most_companions)
    _move(work, event, position, starts_at, ends_at)
    _ask_for(
        work,
        position,
        or_kept(min_age, position.min_age),
        or_kept(max_age, position.max_age),
        checked_qualification(or_kept(qualification, position.qualification)),
        keep_confirmed=keep_confirmed,
    )
    work.flush()
    promote(work, position)
    return position_view(work, position.id)


def remove_position(work: Work, *, event_id: int, position_id: int) -> None:
    """Removes a position of an event for which nobody ever signed up, with the seats kept in it. Refuses one
    of another event, and of an event that is called off."""
    event = work.lock(Event, event_id)
    work.demand("events.change", **organisers_of(work, event))
    position = work.lock(Position, position_id)
    if position.event_id != event.id:
        raise NotFound(Position.__tablename__, position_id)
    refuse_called_off(event)
    if any(work.scalar(select(exists().where(table.position_id == position.id))) for table in _SIGNING_UP):
        raise PositionUsed(position_id=position.id)
    for kept in work.scalars(select(HeldSeats).where(HeldSeats.position_id == position.id)):
        work.delete(kept)
    work.flush()
    work.delete(position)
    work.flush()


def _move(
    work: Work, event: Event, position: Position, starts_at: datetime | None, ends_at: datetime | None
) -> None:
    before = Span(position.starts_at, position.ends_at)
    after = Span(
        instant("starts_at", starts_at or before.start, now=work.now),
        instant("ends_at", ends_at or before.end, now=work.now),
    )
    if after == before:
        return
    if before.start <= work.now:
        raise EventStarted(event_id=event.id)
    whole = Span(event.starts_at, event.ends_at)
    move_position(work, event, position, position_span(whole, *after, now=work.now))


def _ask_for(
    work: Work,
    position: Position,
    min_age: int | None,
    max_age: int | None,
    qualification: str | None,
    *,
    keep_confirmed: bool,
) -> None:
    """What a position asks for from now on."""
    after = (min_age, max_age, qualification)
    if after == (position.min_age, position.max_age, position.qualification):
        return
    refuse_wrong_ages(min_age, max_age)
    position.min_age, position.max_age, position.qualification = after
    unfit = [] if keep_confirmed else _unfit(work, position)
    if unfit:
        raise NoLongerFit(position_id=position.id, number=len(unfit), person_ids=unfit)


def _unfit(work: Work, position: Position) -> list[int]:
    """Who has a seat and does not fit what the position asks for."""
    seated = work.scalars(
        select(Signup.person_id)
        .where(Signup.position_id == position.id, Signup.status.in_(SEATED))
        .order_by(Signup.number)
    ).all()
    day = civil_date(position.starts_at)
    settings = settings_on(work, day)
    requirement = Requirement(
        serves=False,
        qualification=position.qualification,
        min_age=position.min_age,
        max_age=position.max_age,
    )
    found = standings(work, seated, day)
    return [
        person_id
        for person_id in seated
        if any(isinstance(one, UNFIT) for one in obstacles(found[person_id], requirement, settings))
    ]


def _has(work: Work, position: Position, *statuses: SignupStatus) -> bool:
    """Whether anybody stands so in the line of a locked position."""
    wanted = exists().where(Signup.position_id == position.id, Signup.status.in_(statuses))
    return bool(work.scalar(select(wanted)))
