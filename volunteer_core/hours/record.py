"""A person's service record (志愿服务记录), by the fields of 民政部令67号 Arts 5-10.

What the order names and the office does not keep, it does not have: sex, identity number.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import msgspec
from sqlalchemy import bindparam, select

from volunteer_core.commitments.evaluations import Evaluation, EvaluationKind
from volunteer_core.database import Work
from volunteer_core.hours.activities import (
    DISCREET_ACTIVITY,
    MOST_ACTIVITIES,
    Counted,
    TooManyActivities,
    counted,
    hours_of,
)
from volunteer_core.hours.ledger import demand_person
from volunteer_core.hours.models import LedgerEntry
from volunteer_core.hours.recognitions.models import Recognition, RecognitionState
from volunteer_core.people.models import Person, Qualification
from volunteer_core.people.standing import guardian_ids
from volunteer_core.places.models import Community, Grid
from volunteer_core.teams.membership import member_on
from volunteer_core.teams.models import Membership, Team
from volunteer_core.timespans import civil_date, dates_span


class Volunteer(msgspec.Struct, frozen=True):
    """Who it is (Art 5). Birth date and phone are null to leaders, who have them where they need them."""

    person_id: int
    code: str
    name: str
    birth_date: date | None
    phone: str | None
    community: str | None
    grid: str | None
    registered_at: datetime
    teams: list[str]
    qualifications: list[str]


class RecordedEvaluation(msgspec.Struct, frozen=True):
    """How whoever organised it says the person served (Art 10): from 1 to 5, and a remark."""

    rating: int
    remark: str


class RecordedActivity(msgspec.Struct, frozen=True):
    """A service or training (Arts 6-8): its day, what and where it was, minutes, who recorded it and when.
    ``evaluation`` (Art 10) is null where nobody said how it was, and to leaders of other teams."""

    entry_id: int
    day: date
    what: str
    place: str
    minutes: int
    recording_body: str
    recorded_at: datetime
    evaluation: RecordedEvaluation | None = None


class RecordedLevel(msgspec.Struct, frozen=True):
    """A star level (Art 9) and the day on which it was reached."""

    level: int
    hours: int
    reached_on: date


class Record(msgspec.Struct, frozen=True):
    """A person's record between two dates, both included. Corrections are worked in: each minute that
    counts appears once. Training is not in the total, and paid duty nowhere."""

    volunteer: Volunteer
    first: date
    last: date
    activities: list[RecordedActivity]
    minutes: int
    hours: str
    trainings: list[RecordedActivity]
    levels: list[RecordedLevel]


_EVALUATIONS = (
    select(LedgerEntry.id, Evaluation.rating, Evaluation.remark)
    .join(Evaluation, Evaluation.commitment_id == LedgerEntry.commitment_id)
    .where(
        LedgerEntry.id.in_(bindparam("entries", expanding=True)), Evaluation.kind == EvaluationKind.SERVICE
    )
)


def record(work: Work, *, person_id: int, first: date, last: date) -> Record:
    """A person's service record. What was done for a discreet team keeps its name and place from leaders
    of other teams. Refuses a period of more than 500 activities."""
    demand_person(work, "hours.entries", person_id)
    dates_span(first, last)
    person, today = work.find(Person, person_id), civil_date(work.now)
    sees_all = work.may(
        "hours.entries",
        people=[person.id],
        guardians=guardian_ids(work, person.id, today),
        communities=[person.community_id],
    )
    entries = counted(work, person.id, first, last)
    if len(entries) > MOST_ACTIVITIES:
        raise TooManyActivities(most=MOST_ACTIVITIES)
    service = [entry for entry in entries if entry.is_service]
    minutes = sum(entry.minutes for entry in service)
    return Record(
        volunteer=_volunteer(work, person, today, sees_all),
        first=first,
        last=last,
        activities=_recorded(work, service, sees_all),
        minutes=minutes,
        hours=hours_of(minutes),
        trainings=_recorded(work, [entry for entry in entries if not entry.is_service], sees_all),
        levels=work.views(
            RecordedLevel,
            select(Recognition.level, Recognition.hours, Recognition.reached_on)
            .where(Recognition.person_id == person.id, Recognition.state != RecognitionState.WITHDRAWN)
            .order_by(Recognition.level),
        ),
    )


def _volunteer(work: Work, person: Person, today: date, sees_all: bool) -> Volunteer:
    teams = (
        select(Team.name)
        .join(Membership, Membership.team_id == Team.id)
        .where(Membership.person_id == person.id, member_on(today))
        .order_by(Team.id)
    )
    if not sees_all:
        teams = teams.where(Team.discreet.is_(False) | Team.id.in_(work.by.teams))
    return Volunteer(
        person.id,
        person.code,
        person.name,
        person.birth_date if sees_all else None,
        person.phone if sees_all else None,
        work.find(Community, person.community_id).name if person.community_id else None,
        work.find(Grid, person.grid_id).name if person.grid_id else None,
        person.registered_at,
        list(work.scalars(teams)),
        list(
            work.scalars(
                select(Qualification.kind)
                .where(Qualification.person_id == person.id)
                .order_by(Qualification.kind)
            )
        ),
    )


def _recorded(work: Work, entries: Sequence[Counted], sees_all: bool) -> list[RecordedActivity]:
    own = {
        entry.entry_id: sees_all or not work.by.teams.isdisjoint({entry.team_id, entry.runs_id})
        for entry in entries
    }
    facts = {"entries": [entry_id for entry_id, is_own in own.items() if is_own]}
    evaluations = {
        entry_id: RecordedEvaluation(rating, remark)
        for entry_id, rating, remark in work.execute(_EVALUATIONS, facts)
    }
    return [
        RecordedActivity(
            entry.entry_id,
            entry.day,
            *(
                (entry.what, entry.place)
                if own[entry.entry_id] or not entry.discreet
                else (DISCREET_ACTIVITY, "")
            ),
            entry.minutes,
            entry.recording_body,
            entry.recorded_at,
            evaluations.get(entry.entry_id),
        )
        for entry in entries
    ]
