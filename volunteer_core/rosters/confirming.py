"""Confirming that one will come to a promised shift, and seeing who has."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from volunteer_core.commitments.models import Commitment, CommitmentStatus
from volunteer_core.database import Work
from volunteer_core.notices.models import Notice, NoticeKind
from volunteer_core.people.models import Person
from volunteer_core.places.models import Site
from volunteer_core.rosters.assigning import AssignmentView, find_assignment, lock_shift, view
from volunteer_core.rosters.models import RosterVersion, Shift
from volunteer_core.rosters.own_accord import about, meant, refuse_unless_coming
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import parse_week


class Confirmation(msgspec.Struct, frozen=True):
    """A promise of a week: what the person was last to be told of that week, when it was passed on if it
    was, and when they confirmed that they come."""

    shift_id: int
    starts_at: datetime
    person_id: int
    code: str
    name: str
    written_at: datetime | None
    told_at: datetime | None
    confirmed_at: datetime | None


def confirm(work: Work, *, shift_id: int, person_id: int | None = None) -> AssignmentView:
    """A person (by default whoever asks) confirms that they will come to a published shift they are on,
    until it starts. Confirming again changes nothing; moving the shift asks anew."""
    shift, programme, site = lock_shift(work, shift_id)
    person = meant(work, person_id)
    work.demand("rosters.confirm", **about(work, person, programme=programme, site=site))
    refuse_unless_coming(work, shift)
    commitment = find_assignment(work, shift_id=shift.id, person_id=person.id)
    commitment.confirmed_at = commitment.confirmed_at or work.now
    work.flush()
    return view(commitment)


def read_confirmations(work: Work, *, programme_id: int, site_id: int, week: str) -> list[Confirmation]:
    """Everybody on the published shifts of a programme's ISO week at a site: who was told, who confirmed.

    Names are in full: whoever has not confirmed is called.
    """
    dates = parse_week(week)
    programme, site = work.find(Programme, programme_id), work.find(Site, site_id)
    work.demand("rosters.coverage", teams=[programme.team_id], communities=[site.community_id])
    newest = (
        select(func.max(Notice.id).label("id"))
        .join(RosterVersion, RosterVersion.id == Notice.version_id)
        .where(
            RosterVersion.programme_id == programme.id,
            RosterVersion.site_id == site.id,
            RosterVersion.week == str(dates),
            Notice.kind != NoticeKind.GAP,  # what leaders are told of others
        )
        .group_by(Notice.person_id)
    )
    told = aliased(Notice)
    return work.views(
        Confirmation,
        select(
            Shift.id.label("shift_id"),
            Shift.starts_at,
            Person.id.label("person_id"),
            Person.code,
            Person.name,
            told.written_at,
            told.told_at,
            Commitment.confirmed_at,
        )
        .select_from(Commitment)
        .join(Shift, Shift.id == Commitment.shift_id)
        .join(Person, Person.id == Commitment.person_id)
        .outerjoin(told, (told.person_id == Person.id) & told.id.in_(newest))
        .where(
            Shift.programme_id == programme.id,
            Shift.site_id == site.id,
            Shift.civil_date.between(dates.monday, dates.sunday),
            Commitment.status == CommitmentStatus.PROMISED,
        )
        .order_by(Shift.starts_at, Shift.id, Person.code),
    )
