"""Open shifts: what members can take themselves, first come, with every rule checked."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime

import msgspec
from sqlalchemy import exists, func, select

from volunteer_core.commitments.models import ACTIVE, Commitment
from volunteer_core.database import Work
from volunteer_core.errors import Malformed, RuleBroken
from volunteer_core.places.models import Site
from volunteer_core.rosters.assigning import AssignmentView, find_assignment, lock_shift, put_on, view
from volunteer_core.rosters.checking import Checks
from volunteer_core.rosters.models import Shift, ShiftStatus
from volunteer_core.rosters.own_accord import about, meant, refuse_unless_coming, refuse_unless_member
from volunteer_core.rosters.rules import rules_of
from volunteer_core.rosters.swaps.line import lock_line, promote_waiting
from volunteer_core.rosters.swaps.models import ShiftWait, WaitStatus
from volunteer_core.teams.membership import member_on
from volunteer_core.teams.models import Membership, Programme
from volunteer_core.timespans import dates_span

LONGEST_DAYS = 62


class NotSelfService(RuleBroken, code="not_self_service", sentence="这个项目由队长安排，不能自行报名。"):
    """Members take places themselves only where the programme's rules say so."""


class OpenShift(msgspec.Struct, frozen=True):
    """A published shift with free places, and whether it fits a person: ``obstacles`` are the codes of
    what stands against them, none if it fits."""

    shift_id: int
    programme_id: int
    programme_name: str
    site_id: int
    site_name: str
    starts_at: datetime
    ends_at: datetime
    free: int
    """Up to the maximum."""
    missing: int
    """Up to the minimum: what is needed most."""
    waiting: int
    """Who stands in line; of them whoever can come goes first."""
    obstacles: list[str]


_ON_IT = (
    select(func.count())
    .where(Commitment.shift_id == Shift.id, Commitment.status.in_(ACTIVE))
    .correlate(Shift)
    .scalar_subquery()
)
_IN_LINE = (
    select(func.count())
    .where(ShiftWait.shift_id == Shift.id, ShiftWait.status == WaitStatus.WAITING)
    .correlate(Shift)
    .scalar_subquery()
)


def list_open_shifts(work: Work, *, first: date, last: date, person_id: int | None = None) -> list[OpenShift]:
    """The coming shifts between two dates (at most 62 days) with free places that a member of the team
    (by default whoever asks) may take, those that fit first. Programmes that their leaders roster
    alone are left out, and so are shifts that they are on."""
    person = meant(work, person_id)
    work.demand("rosters.take", **about(work, person))
    dates_span(first, last)
    if (last - first).days >= LONGEST_DAYS:
        raise Malformed("last", f"一次最多 {LONGEST_DAYS} 天。")
    rows = work.execute(
        select(Shift, Programme, Site.name, _ON_IT, _IN_LINE)
        .join(Programme, Programme.id == Shift.programme_id)
        .join(Site, Site.id == Shift.site_id)
        .where(
            Shift.status == ShiftStatus.PUBLISHED,
            Shift.starts_at > work.now,
            Shift.civil_date.between(first, last),
            Shift.maximum > _ON_IT,
            exists().where(
                Membership.team_id == Programme.team_id,
                Membership.person_id == person.id,
                member_on(Shift.civil_date.expression),
            ),
        )
    )
    by_programme = defaultdict(list)
    for row in rows:
        by_programme[row.Programme].append(row)
    found = []
    for programme, shifts in by_programme.items():
        if not rules_of(work, programme.id).self_service:
            continue
        checks = Checks.load(work, programme, [row.Shift for row in shifts], [person.id])
        for shift, _, site_name, on_it, in_line in shifts:
            if person.id not in checks.people_on(shift):
                found.append(
                    OpenShift(
                        shift.id,
                        programme.id,
                        programme.name,
                        shift.site_id,
                        site_name,
                        shift.starts_at,
                        shift.ends_at,
                        shift.maximum - on_it,
                        max(shift.minimum - on_it, 0),
                        in_line,
                        [refusal.code for refusal in checks.against(shift, person.id)],
                    )
                )
    return sorted(found, key=lambda one: (bool(one.obstacles), one.starts_at, one.shift_id))


def take_shift(work: Work, *, shift_id: int, person_id: int | None = None) -> AssignmentView:
    """A member of the team (by default whoever asks) takes a free place of a published shift: first come,
    every rule checked, and whoever stands in line and can come goes first.

    Refuses a full shift, one that has begun, and a programme that its leaders roster alone.
    """
    shift, programme, site = lock_shift(work, shift_id)
    person = meant(work, person_id)
    work.demand("rosters.take", **about(work, person, programme=programme, site=site))
    refuse_unless_open_to(work, shift, programme, person.id)
    lock_line(work, shift, person.id)
    if person.id in promote_waiting(work, shift, programme, site, at_most=shift.maximum):
        return view(find_assignment(work, shift_id=shift.id, person_id=person.id))
    commitment = put_on(
        work,
        shift,
        programme,
        site,
        person.id,
        told=None if work.by.person_id == person.id else "已为您报名",
        cause="taken",
        confirmed=True,
    )
    return view(commitment)


def refuse_unless_open_to(work: Work, shift: Shift, programme: Programme, person_id: int) -> None:
    """Refuses a locked shift that a person cannot take or wait for themselves. Inner."""
    refuse_unless_coming(work, shift)
    if not rules_of(work, programme.id).self_service:
        raise NotSelfService(programme_id=programme.id)
    refuse_unless_member(work, shift, programme, person_id)
