"""Single shifts: adding one beside the pattern, moving one, listing them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, func, select, true

from volunteer_core import texts
from volunteer_core.commitments.models import ACTIVE, Commitment
from volunteer_core.commitments.promises import move
from volunteer_core.database import Page, Paging, Work
from volunteer_core.errors import Conflict, Malformed, NotFound, RuleBroken
from volunteer_core.notices.models import NoticeKind
from volunteer_core.permissions import Actor
from volunteer_core.places.models import Site
from volunteer_core.rosters.assigning import (
    ShiftFull,
    ShiftNotOpen,
    ShiftOver,
    lock_shift,
    people_on,
    tell_of_shift,
)
from volunteer_core.rosters.models import OPEN, SHIFT_TRANSITIONS, Shift, ShiftStatus
from volunteer_core.rosters.patterns import check_people
from volunteer_core.rosters.rules import rules_of
from volunteer_core.rosters.swaps.ending import lapse_offers
from volunteer_core.rosters.swaps.line import lock_line, promote_waiting
from volunteer_core.rosters.versions import keep_version
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import Span, civil_date, dates_span, span
from volunteer_core.workdays.upkeep import load_daybook

LONGEST_HOURS = 24
SEEN = (ShiftStatus.PUBLISHED, ShiftStatus.CALLED_OFF)
"""What everybody sees of shifts that were ever published."""


class SiteClosed(RuleBroken, code="site_closed", sentence="场所在此期间关闭：{name}。"):
    """No shift is planned into a closure."""


class ShiftView(msgspec.Struct, frozen=True):
    """A shift and how many people are on it. Instants are UTC; the date is the office's."""

    id: int
    programme_id: int
    site_id: int
    civil_date: date
    starts_at: datetime
    ends_at: datetime
    minimum: int
    maximum: int
    leads: int
    qualification: str | None
    """What everybody on it must be qualified for, beyond the programme's rules."""
    status: ShiftStatus
    tentative: bool
    note: str
    people: int


_PEOPLE = (
    select(func.count())
    .where(Commitment.shift_id == Shift.id, Commitment.status.in_(ACTIVE))
    .correlate(Shift)
    .scalar_subquery()
    .label("people")
)


def add_shift(
    work: Work,
    *,
    programme_id: int,
    site_id: int,
    starts_at: datetime,
    ends_at: datetime,
    minimum: int,
    maximum: int,
    leads: int = 0,
    qualification: str | None = None,
    note: str = "",
) -> ShiftView:
    """Adds a draft shift of its own, on any day: patterns neither make nor drop it."""
    programme, site = work.find(Programme, programme_id), work.lock(Site, site_id)
    work.demand("rosters.change", teams=[programme.team_id], communities=[site.community_id])
    when = span(starts_at, ends_at)
    _check_length(when.minutes)
    check_people(minimum, maximum, leads)
    refuse_closed(work, site.id, when)
    shift = Shift(
        programme_id=programme.id,
        site_id=site.id,
        civil_date=civil_date(when.start),
        starts_at=when.start,
        ends_at=when.end,
        minimum=minimum,
        maximum=maximum,
        leads=leads,
        qualification=None if qualification is None else texts.code("qualification", qualification),
        status=ShiftStatus.DRAFT,
        tentative=load_daybook(work).runs(programme.day_rule, civil_date(when.start)).tentative,
        note=texts.line("note", note, longest=200, empty=True),
    )
    work.add(shift)
    work.flush()
    return read_view(work, shift.id)


def change_shift(
    work: Work,
    *,
    shift_id: int,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
    minimum: int | None = None,
    maximum: int | None = None,
    leads: int | None = None,
    qualification: str | None = None,
    note: str | None = None,
) -> ShiftView:
    """Moves a shift on its day, or changes how many people it needs and for what they must be
    qualified (an empty text: for nothing); what is not given stays.

    Everybody on it moves along: refused if that clashes for one of them, and if the maximum would
    fall below the number of people on it. A shift of a published roster tells them, and who waits for
    it; what was offered of it lapses when it moves. A higher maximum lets in who is first in line.
    """
    shift, programme, site = lock_with_site(work, shift_id)
    work.demand("rosters.change", teams=[programme.team_id], communities=[site.community_id])
    if shift.status not in OPEN:
        raise ShiftNotOpen(shift_id=shift.id, status=shift.status.value)
    if shift.starts_at <= work.now:
        raise ShiftOver(shift_id=shift.id)
    people = [shift.minimum if minimum is None else minimum, shift.maximum if maximum is None else maximum]
    wanted_leads = shift.leads if leads is None else leads
    check_people(people[0], people[1], wanted_leads)
    if people_on(work, shift.id) > people[1]:
        raise ShiftFull(shift_id=shift.id, maximum=people[1])
    when = span(starts_at or shift.starts_at, ends_at or shift.ends_at)
    _check_length(when.minutes)
    if civil_date(when.start) != shift.civil_date:  # leave, age and checks were judged for that day
        raise Malformed("starts_at", "只能在当天调整时间；换日期请取消后另加。")
    wanted = shift.qualification if qualification is None else qualification or None
    if wanted is not None:
        texts.code("qualification", wanted)
    kept_note = shift.note if note is None else texts.line("note", note, longest=200, empty=True)
    ids = work.scalars(
        select(Commitment.id).where(Commitment.shift_id == shift.id, Commitment.status.in_(ACTIVE))
    )
    rows = work.lock_all(Commitment, ids)
    line = lock_line(work, shift, *(row.person_id for row in rows))
    moves, more = when != (shift.starts_at, shift.ends_at), people[1] - shift.maximum
    fewer_or_more = people != [shift.minimum, shift.maximum]
    if moves:
        refuse_closed(work, site.id, when)
        move(work, rows, when)
        shift.starts_at, shift.ends_at = when.start, when.end
    shift.minimum, shift.maximum, shift.leads, shift.note = people[0], people[1], wanted_leads, kept_note
    shift.qualification = wanted
    work.flush()
    if shift.status is ShiftStatus.PUBLISHED and (moves or fewer_or_more):
        version_id = keep_version(work, shift, "changed")
        if moves:
            lapse_offers(work, [shift.id])
            coming, asks = [row.person_id for row in rows], rules_of(work, programme.id).asks_confirmation
            for person_id in (*coming, *(wait.person_id for wait in line)):
                tell_of_shift(
                    work,
                    NoticeKind.CHANGED,
                    person_id,
                    shift,
                    programme,
                    site,
                    "班次时间改为",
                    asks=asks and person_id in coming,
                    version_id=version_id,
                )
        promote_waiting(work, shift, programme, site, at_most=more)
    return read_view(work, shift.id)


def list_shifts(
    work: Work,
    *,
    first: date,
    last: date,
    programme_id: int | None = None,
    site_id: int | None = None,
    status: ShiftStatus | None = None,
    paging: Paging = Paging(),
) -> Page[ShiftView]:
    """Shifts by time. Everybody who is signed in sees the published and the called-off ones;
    drafts are seen by leaders of the programme's team, coordinators of the site and the office."""
    work.demand("rosters.read")
    dates_span(first, last)
    statement = (
        _select()
        .where(_seen_by(work.by), Shift.civil_date.between(first, last))
        .order_by(Shift.starts_at, Shift.site_id, Shift.id)
    )
    for column, value in (
        (Shift.programme_id, programme_id),
        (Shift.site_id, site_id),
        (Shift.status, status),
    ):
        if value is not None:
            statement = statement.where(column == value)
    return work.page(ShiftView, statement, paging)


def read_shift(work: Work, *, shift_id: int) -> ShiftView:
    """One shift, for those who see it in the list."""
    work.demand("rosters.read")
    found = work.views(ShiftView, _select().where(_seen_by(work.by), Shift.id == shift_id))
    if not found:
        raise NotFound("shifts", shift_id)
    return found[0]


def turn(shift: Shift, status: ShiftStatus) -> None:
    """Moves a locked shift along its transitions. Inner."""
    if status not in SHIFT_TRANSITIONS[shift.status]:
        raise Conflict(shift_id=shift.id, status=shift.status.value)
    shift.status = status


def lock_with_site(work: Work, shift_id: int) -> tuple[Shift, Programme, Site]:
    """A shift to be planned anew: locked, and before it its site, so that no closure is declared there
    meanwhile. Inner."""
    work.lock(Site, work.find(Shift, shift_id).site_id)
    return lock_shift(work, shift_id)


def refuse_closed(work: Work, site_id: int, when: Span) -> None:
    """Refuses a span that touches a closure of the site, which is locked. Inner."""
    closure = load_daybook(work).closure_of(site_id, when)
    if closure is not None:
        raise SiteClosed(site_id=site_id, name=closure.name)


def read_view(work: Work, shift_id: int) -> ShiftView:
    """One shift as it goes out. Inner."""
    return work.views(ShiftView, _select().where(Shift.id == shift_id))[0]


def _select() -> Any:
    columns = [getattr(Shift, field) for field in ShiftView.__struct_fields__ if field != "people"]
    return (
        select(*columns, _PEOPLE)
        .join(Programme, Programme.id == Shift.programme_id)
        .join(Site, Site.id == Shift.site_id)
    )


def _seen_by(actor: Actor) -> ColumnElement[bool]:
    if actor.officer or actor.person_id is None:
        return true()
    return (
        (Shift.published_at.is_not(None) & Shift.status.in_(SEEN))
        | Programme.team_id.in_(actor.teams)
        | Site.community_id.in_(actor.communities)
    )


def _check_length(minutes: int) -> None:
    if minutes > LONGEST_HOURS * 60:
        raise Malformed("ends_at", f"一个班次最长 {LONGEST_HOURS} 小时。")
