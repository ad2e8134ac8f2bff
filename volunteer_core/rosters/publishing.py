"""Publishing a week, which promises it, and withdrawing it: per programme, site and week."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection

import msgspec
from sqlalchemy import func, select

from volunteer_core.commitments.models import ACTIVE, Commitment, CommitmentStatus
from volunteer_core.commitments.promises import set_status
from volunteer_core.database import Work
from volunteer_core.errors import RuleBroken
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.writing import tell
from volunteer_core.places.models import Site
from volunteer_core.rosters.assigning import ASK
from volunteer_core.rosters.house_rules import AloneOnShift
from volunteer_core.rosters.models import Shift, ShiftStatus
from volunteer_core.rosters.rules import rules_of
from volunteer_core.rosters.shifts import turn
from volunteer_core.rosters.swaps.ending import lapse_offers
from volunteer_core.rosters.versions import keep_version
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import chinese_span, parse_week


class NothingToPublish(
    RuleBroken,
    code="nothing_to_publish",
    sentence="{week} 没有可以公布的班次（其中 {tentative} 个日期的放假安排尚未公布）。",
):
    """A week without draft shifts, or with tentative ones only: they can be planned, not published."""


class NothingToWithdraw(
    RuleBroken, code="nothing_to_withdraw", sentence="{week} 没有可以撤回的班次；已开始的班次不能撤回。"
):
    """Only published shifts that have not begun can be withdrawn."""


class WeekOutcome(msgspec.Struct, frozen=True):
    """What became of a week: the shifts concerned, those left because tentative, people told."""

    week: str
    shift_ids: list[int]
    tentative_left: list[int]
    people_told: int


def publish_week(work: Work, *, programme_id: int, site_id: int, week: str) -> WeekOutcome:
    """Publishes the drafts of an ISO week (``2026-W49``) and promises the time of all on them.

    Shifts of dates not announced yet stay drafts and are named. Everybody on a shift is told
    through the outbox, once for the week, and asked to confirm it if the rules say so. Refuses
    (``alone_on_shift``) shifts with one person where the programme's rules let nobody serve alone.
    """
    programme, site, shifts = _week(work, "rosters.publish", programme_id, site_id, week)
    drafts = [shift for shift in shifts if shift.status is ShiftStatus.DRAFT]
    firm = [shift for shift in drafts if not shift.tentative]
    left = [shift.id for shift in drafts if shift.tentative]
    if not firm:
        raise NothingToPublish(week=week, tentative=len(left))
    _refuse_alone(work, firm)
    for shift in firm:
        turn(shift, ShiftStatus.PUBLISHED)
        shift.published_at = shift.published_at or work.now
    told = _turn(work, firm, CommitmentStatus.PROMISED)
    version_id = keep_version(work, firm[0], "published")
    asks = ASK if rules_of(work, programme.id).asks_confirmation else ""
    what = f"{week} 排班已公布"
    _tell_week(work, NoticeKind.PUBLISHED, what, programme, site, firm, told, version_id, asks)
    return WeekOutcome(week, [shift.id for shift in firm], left, len(told))


def withdraw_week(work: Work, *, programme_id: int, site_id: int, week: str) -> WeekOutcome:
    """Takes back a published week, except what has begun: its shifts are drafts again.

    People keep their places as held, and are told; calendars show the shifts as cancelled.
    """
    programme, site, shifts = _week(work, "rosters.withdraw", programme_id, site_id, week)
    ahead = [
        shift for shift in shifts if shift.status is ShiftStatus.PUBLISHED and shift.starts_at > work.now
    ]
    if not ahead:
        raise NothingToWithdraw(week=week)
    for shift in ahead:
        turn(shift, ShiftStatus.DRAFT)
    told = _turn(work, ahead, CommitmentStatus.HELD)
    lapse_offers(work, [shift.id for shift in ahead])
    version_id = keep_version(work, ahead[0], "withdrawn")
    what = f"{week} 排班已撤回，请等待重新公布"
    _tell_week(work, NoticeKind.CHANGED, what, programme, site, ahead, told, version_id)
    return WeekOutcome(week, [shift.id for shift in ahead], [], len(told))


def _week(
    work: Work, operation: str, programme_id: int, site_id: int, week: str
) -> tuple[Programme, Site, list[Shift]]:
    dates = parse_week(week)
    programme, site = work.find(Programme, programme_id), work.find(Site, site_id)
    work.demand(operation, teams=[programme.team_id], communities=[site.community_id])
    ids = work.scalars(
        select(Shift.id).where(
            Shift.programme_id == programme.id,
            Shift.site_id == site.id,
            Shift.civil_date.between(dates.monday, dates.sunday),
        )
    )
    return programme, site, work.lock_all(Shift, ids)


def _refuse_alone(work: Work, shifts: list[Shift]) -> None:
    """Refuses shifts with one person on them in a programme where nobody serves alone."""
    if not rules_of(work, shifts[0].programme_id).never_alone:
        return
    alone = set(
        work.scalars(
            select(Commitment.shift_id)
            .where(Commitment.shift_id.in_([shift.id for shift in shifts]), Commitment.status.in_(ACTIVE))
            .group_by(Commitment.shift_id)
            .having(func.count() == 1)
        )
    )
    refused = [shift for shift in shifts if shift.id in alone]
    if refused:
        spans = "、".join(chinese_span(shift.starts_at, shift.ends_at) for shift in refused)
        raise AloneOnShift(shift_ids=[shift.id for shift in refused], when=spans)


def _turn(work: Work, shifts: Collection[Shift], status: CommitmentStatus) -> dict[int, list[Commitment]]:
    """Gives everybody on the shifts another status; by person."""
    by_person: dict[int, list[Commitment]] = defaultdict(list)
    ids = work.scalars(
        select(Commitment.id).where(
            Commitment.shift_id.in_([shift.id for shift in shifts]), Commitment.status.in_(ACTIVE)
        )
    )
    for commitment in work.lock_all(Commitment, ids):
        set_status(work, commitment, status)
        by_person[commitment.person_id].append(commitment)
    work.flush()
    return by_person


def _tell_week(
    work: Work,
    kind: NoticeKind,
    what: str,
    programme: Programme,
    site: Site,
    shifts: Collection[Shift],
    by_person: dict[int, list[Commitment]],
    version_id: int,
    asks: str = "",
) -> None:
    spans = {shift.id: chinese_span(shift.starts_at, shift.ends_at) for shift in shifts}
    for person_id, commitments in sorted(by_person.items()):
        mine = "、".join(spans[row.shift_id] for row in commitments if row.shift_id is not None)
        tell(
            work,
            kind=kind,
            person_id=person_id,
            team_id=programme.team_id,
            community_id=site.community_id,
            text=f"{what}：{site.name} {programme.name}，您的班次 {mine}。{asks}",
            version_id=version_id,
        )
    work.flush()
