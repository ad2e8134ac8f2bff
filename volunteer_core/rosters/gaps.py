"""Telling those who make the roster of a gap: who does not come, what lacks, and who could come instead.
Inner: asks no rights."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from sqlalchemy import select

from volunteer_core.access.holders import answers_for
from volunteer_core.commitments.models import Commitment, CommitmentStatus
from volunteer_core.database import Work
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.writing import tell
from volunteer_core.people.models import Person
from volunteer_core.places.models import Site
from volunteer_core.rosters.checking import Checks
from volunteer_core.rosters.coverage import OBSTACLE_WORDS
from volunteer_core.rosters.models import Shift
from volunteer_core.rosters.substitutes import substitutes_of
from volunteer_core.teams.membership import leaders_of
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import chinese_span, civil_date

NAMED = 3
"""How many substitutes are named."""


def tell_of_gap(
    work: Work,
    shift: Shift,
    programme: Programme,
    site: Site,
    who: str,
    *,
    promoted: Iterable[int] = (),
    version_id: int | None = None,
    key: str | None = None,
) -> int:
    """Tells the leaders that somebody (``who``, in words) does not come to a shift; returns how many were
    told now. With a ``key`` each is told once.

    It says when and where, how many lack by now, and names the first substitutes, or who moved up from
    the line. Names are in full: leaders call these people.
    """
    lacks = substitutes_of(work, shift, programme, site)
    free = [one for one in lacks.people if not one.obstacles][:NAMED]
    text = f"{who}不能参加 {chinese_span(shift.starts_at, shift.ends_at)} {site.name} {programme.name}"
    comes = [work.find(Person, person_id) for person_id in promoted]
    if comes:
        text += f"，候补的 {'、'.join(f'{one.name}（{one.code}）' for one in comes)} 已补上"
    text += f"，现缺 {lacks.missing} 人" if lacks.missing else "，人数仍够"
    if lacks.leads_missing:
        text += f"，其中带班 {lacks.leads_missing} 人"
    if not comes:
        names = "、".join(f"{one.name}（{one.code}）" for one in free)
        text += f"。可替班：{names}" if free else "。队里暂时没有可替班的人"
    return sum(
        tell(
            work,
            kind=NoticeKind.GAP,
            person_id=person_id,
            team_id=programme.team_id,
            community_id=site.community_id,
            version_id=version_id,
            text=f"{text}。",
            key=f"{key}:{person_id}" if key else None,
        )
        for person_id in answerable(work, programme, site)
    )


def answerable(work: Work, programme: Programme, site: Site) -> list[int]:
    """Who makes the roster of a programme at a site: its team's leaders, else the community's
    coordinators, else the street officers."""
    today = civil_date(work.now)
    leaders = leaders_of(work, programme.team_id, today) if programme.team_id is not None else []
    return leaders or answers_for(work, site.community_id)


def tell_of_those_who_cannot(work: Work) -> int:
    """Tells the leaders, once each, of who is on a coming published shift and cannot serve there by now:
    leave was taken, a record check ran out, somebody left. A step of the clock."""
    rows = work.execute(
        select(Commitment, Shift)
        .join(Shift, Shift.id == Commitment.shift_id)
        .where(
            Commitment.status == CommitmentStatus.PROMISED,
            Shift.starts_at > work.now,
        )
        .order_by(Shift.programme_id, Shift.starts_at, Commitment.id)
    )
    written = 0
    for programme_id, group in groupby(rows.all(), key=lambda row: row.Shift.programme_id):
        promises = list(group)
        programme = work.find(Programme, programme_id)
        shifts = {shift.id: shift for _, shift in promises}
        checks = Checks.load(work, programme, list(shifts.values()), [])
        for commitment, shift in promises:
            against = checks.lasting(shift, commitment.person_id)
            if against:
                code = against[0].code
                written += tell_of_gap(
                    work,
                    shift,
                    programme,
                    work.find(Site, shift.site_id),
                    f"{work.find(Person, commitment.person_id).name}（{OBSTACLE_WORDS.get(code, code)}）",
                    key=f"gap:{commitment.id}:{commitment.sequence}:{code}",
                )
    return written
