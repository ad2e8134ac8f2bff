"""Assigning people to shifts and releasing them, with every rule checked at once."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy import bindparam, func, select

from volunteer_core import texts
from volunteer_core.commitments.busy.times import busy_times, is_busy
from volunteer_core.commitments.models import ACTIVE, Attendance, Commitment, CommitmentStatus
from volunteer_core.commitments.promises import Clash, NotOfTeam, commit_time, set_status, team_served_for
from volunteer_core.database import Work
from volunteer_core.errors import Conflict, NotFound, RuleBroken
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.writing import tell
from volunteer_core.people.models import Person
from volunteer_core.places.models import Site
from volunteer_core.rosters.checking import Checks
from volunteer_core.rosters.house_rules import BusyElsewhere, overridable
from volunteer_core.rosters.models import OPEN, Override, Shift, ShiftStatus
from volunteer_core.rosters.swaps.ending import end_wait, lapse_offers
from volunteer_core.rosters.versions import keep_version
from volunteer_core.teams.membership import teams_of
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import Span, chinese_span

ASK = "请确认能否参加。"
"""How people are asked, in what tells them of a shift, to confirm it."""


class ShiftFull(RuleBroken, code="shift_full", sentence="班次已满（最多 {maximum} 人）。"):
    """No more people than the shift's maximum."""


class ShiftOver(RuleBroken, code="shift_over", sentence="班次已经开始或结束，不能再这样更改。"):
    """Nobody is put on a shift that has ended, nor taken off one that has begun."""


class ShiftNotOpen(Conflict, code="shift_not_open", sentence="班次已取消，不能安排人员。"):
    """A shift that was called off or dropped takes nobody."""


class AssignmentView(msgspec.Struct, frozen=True):
    """A person on a shift. ``held``: in a draft; ``promised``: published."""

    commitment_id: int
    shift_id: int
    person_id: int
    team_id: int | None
    status: CommitmentStatus
    attendance: Attendance | None
    locked: bool
    """Planning leaves it where it is."""
    confirmed_at: datetime | None
    """When the person confirmed that they will come."""
    warnings: list[str] = []
    """Of whoever has just been put there, codes of what does not stand against it but should be asked:
    ``busy_elsewhere``, a calendar of theirs says that they are busy then."""


def assign(
    work: Work,
    *,
    shift_id: int,
    person_id: int,
    team_id: int | None = None,
    override_reason: str | None = None,
) -> AssignmentView:
    """Puts a person on a shift. In a draft their time is held, in a published one promised.

    ``team_id`` says for which of their teams they serve; by default the team that runs the
    programme if they belong to it, else their only team. Leaders put members of their teams on
    shifts, coordinators and the office anybody. Refuses a full or finished shift, and all that
    :class:`~volunteer_core.rosters.checking.Checks` finds against the person, save that other plans in a
    calendar of theirs only warn. With an
    ``override_reason`` a coordinator of the site's community or the office puts somebody on against
    wishes and house rules, also where it overlaps; what stood against it is kept with the reason.
    """
    shift, programme, site = lock_shift(work, shift_id)
    kept = None
    if override_reason is None:
        work.demand("rosters.assign", teams=[programme.team_id], communities=[site.community_id])
    else:
        work.demand("rosters.override", communities=[site.community_id])
        kept = texts.line("override_reason", override_reason, longest=200)
    commitment = put_on(
        work,
        shift,
        programme,
        site,
        person_id,
        team_id=team_id,
        by_leader=True,
        override_reason=kept,
        knowingly=True,
    )
    span = Span(shift.starts_at, shift.ends_at)
    busy = is_busy(busy_times(work, [person_id], span), person_id, span)
    return msgspec.structs.replace(view(commitment), warnings=[BusyElsewhere.code] if busy else [])


def release(work: Work, *, shift_id: int, person_id: int) -> AssignmentView:
    """Takes a person off a shift; who is first in line for it comes instead. Refuses a shift that has
    begun, and who is not on it."""
    from volunteer_core.rosters.swaps.line import lock_line, promote_waiting  # puts on by this module

    shift, programme, site = lock_shift(work, shift_id)
    work.demand("rosters.release", teams=[programme.team_id], communities=[site.community_id])
    lock_line(work, shift)
    commitment = find_assignment(work, shift_id=shift.id, person_id=person_id)
    take_off(work, shift, programme, site, commitment)
    promote_waiting(work, shift, programme, site)
    return view(commitment)


def lock_assignment(work: Work, *, shift_id: int, person_id: int) -> AssignmentView:
    """Has planning leave a person on a shift; whoever may assign can still take them off by hand."""
    return _set_locked(work, shift_id, person_id, locked=True)


def unlock_assignment(work: Work, *, shift_id: int, person_id: int) -> AssignmentView:
    """Lets planning move a person again."""
    return _set_locked(work, shift_id, person_id, locked=False)


def _set_locked(work: Work, shift_id: int, person_id: int, *, locked: bool) -> AssignmentView:
    shift, programme, site = lock_shift(work, shift_id)
    work.demand("rosters.assign", teams=[programme.team_id], communities=[site.community_id])
    commitment = find_assignment(work, shift_id=shift.id, person_id=person_id)
    commitment.locked = locked
    work.flush()
    return view(commitment)


def put_on(
    work: Work,
    shift: Shift,
    programme: Programme,
    site: Site,
    person_id: int,
    *,
    team_id: int | None = None,
    by_leader: bool = False,
    told: str | None = "您已被安排",
    override_reason: str | None = None,
    kind: NoticeKind = NoticeKind.CHANGED,
    cause: str = "assigned",
    confirmed: bool = False,
    knowingly: bool = False,
) -> Commitment:
    """Puts a person on a locked shift with every rule checked, and tells them if it is published,
    unless ``told`` is None. It is then a new version of the roster, for ``cause``.

    ``by_leader``: somebody else decides, who must answer for the person too. With an
    ``override_reason`` wishes and house rules are overridden. ``confirmed``: they come of their own
    accord and are not asked to confirm it. Then, and where somebody decides it ``knowingly`` for this one
    person, other plans in a calendar do not stand against it. Inner.
    """
    if shift.status not in OPEN:
        raise ShiftNotOpen(shift_id=shift.id, status=shift.status.value)
    if shift.ends_at <= work.now:
        raise ShiftOver(shift_id=shift.id)
    if people_on(work, shift.id) >= shift.maximum:
        raise ShiftFull(shift_id=shift.id, maximum=shift.maximum)
    work.lock(Person, person_id)
    own = teams_of(work, person_id, shift.civil_date)
    if by_leader and not work.may("rosters.assign", teams=own, communities=[site.community_id]):
        raise NotOfTeam(person_id=person_id)
    serves_for = team_served_for(own, organiser=programme.team_id, chosen=team_id)
    checks = Checks.load(work, programme, [shift], [person_id])
    against = checks.against(shift, person_id)
    for refusal in against:
        known = isinstance(refusal, BusyElsewhere) and (knowingly or confirmed)
        if not known and (override_reason is None or not overridable(refusal)):
            raise refusal
    published = shift.status is ShiftStatus.PUBLISHED
    commitment = commit_time(
        work,
        person_id=person_id,
        span=Span(shift.starts_at, shift.ends_at),
        status=CommitmentStatus.PROMISED if published else CommitmentStatus.HELD,
        site_id=shift.site_id,
        programme_id=shift.programme_id,
        team_id=serves_for,
        shift_id=shift.id,
        overridden=any(isinstance(refusal, Clash) for refusal in against),
    )
    _keep_override(work, commitment, [refusal.code for refusal in against], override_reason)
    end_wait(work, shift.id, person_id)
    if published:
        commitment.confirmed_at = work.now if confirmed else None
        version_id = keep_version(work, shift, cause)
        if told is not None:
            asks = checks.rules.asks_confirmation and not confirmed
            what = (work, kind, person_id, shift, programme, site, told)
            tell_of_shift(*what, asks=asks, version_id=version_id)
    return commitment


def _keep_override(work: Work, commitment: Commitment, codes: list[str], reason: str | None) -> None:
    """Keeps what was overridden, in place of what was when the person was on the shift before."""
    for earlier in work.scalars(_OVERRIDES, {"commitment_id": commitment.id}).all():
        work.delete(earlier)
    if codes and reason is not None:
        work.add(
            Override(
                commitment_id=commitment.id,
                codes=codes,
                reason=reason,
                made_at=work.now,
                made_by=work.by.person_id,
            )
        )
    work.flush()


def take_off(
    work: Work,
    shift: Shift,
    programme: Programme,
    site: Site,
    commitment: Commitment,
    *,
    told: str | None = "您不必再参加",
    cause: str = "released",
) -> None:
    """Takes a person off a locked shift that has not begun, and tells them if it was promised, unless
    ``told`` is None. What they offered of it lapses; it is a new version of the roster, for ``cause``.

    The place is free then: the caller gives it to somebody, or to who waits for it. Inner.
    """
    promised = commitment.status is CommitmentStatus.PROMISED
    if shift.starts_at <= work.now:
        raise ShiftOver(shift_id=shift.id)
    set_status(work, commitment, CommitmentStatus.RELEASED)
    work.flush()
    if promised:
        lapse_offers(work, [shift.id], person_id=commitment.person_id)
        version_id = keep_version(work, shift, cause)
        if told is not None:
            whom = commitment.person_id
            tell_of_shift(work, NoticeKind.CHANGED, whom, shift, programme, site, told, version_id=version_id)


def lock_shift(work: Work, shift_id: int) -> tuple[Shift, Programme, Site]:
    """The locked shift with its programme and site. Inner."""
    shift = work.lock(Shift, shift_id)
    return shift, work.find(Programme, shift.programme_id), work.find(Site, shift.site_id)


_ASSIGNED = (
    select(Commitment)
    .where(
        Commitment.shift_id == bindparam("shift_id"),
        Commitment.person_id == bindparam("person_id"),
        Commitment.status.in_(ACTIVE),
    )
    .with_for_update(key_share=True)
    .execution_options(populate_existing=True)
)
_OVERRIDES = select(Override).where(Override.commitment_id == bindparam("commitment_id"))
_PEOPLE_ON = select(func.count()).where(
    Commitment.shift_id == bindparam("shift_id"), Commitment.status.in_(ACTIVE)
)


def find_assignment(work: Work, *, shift_id: int, person_id: int) -> Commitment:
    """Who is on a shift, as it is now; the shift is locked. Inner."""
    commitment = work.scalar(_ASSIGNED, {"shift_id": shift_id, "person_id": person_id})
    if commitment is None:
        raise NotFound("assignments", person_id)
    return commitment


def people_on(work: Work, shift_id: int) -> int:
    """How many people are on a shift. Inner."""
    return work.scalar(_PEOPLE_ON, {"shift_id": shift_id}) or 0


def tell_of_shift(
    work: Work,
    kind: NoticeKind,
    person_id: int,
    shift: Shift,
    programme: Programme,
    site: Site,
    what: str,
    *,
    asks: bool = False,
    version_id: int | None = None,
) -> None:
    """Writes to the outbox what became of a person's shift, and ``asks`` to confirm it. Inner."""
    when = chinese_span(shift.starts_at, shift.ends_at)
    tell(
        work,
        kind=kind,
        person_id=person_id,
        team_id=programme.team_id,
        community_id=site.community_id,
        text=f"{what}：{when} {site.name} {programme.name}。{ASK if asks else ''}",
        version_id=version_id,
    )


def view(commitment: Commitment) -> AssignmentView:
    """An assignment as it goes out. Inner."""
    return AssignmentView(
        commitment.id,
        commitment.shift_id or 0,
        commitment.person_id,
        commitment.team_id,
        commitment.status,
        commitment.attendance,
        commitment.locked,
        commitment.confirmed_at,
    )
