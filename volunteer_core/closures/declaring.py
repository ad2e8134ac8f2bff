"""Declaring and lifting a closure (停课, typhoon order) for a site, a community or everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import select

from volunteer_core import texts
from volunteer_core.care.calling_off import call_off_sessions
from volunteer_core.database import Page, Paging, Work
from volunteer_core.errors import Conflict, Malformed
from volunteer_core.events.calling_off import call_off_all as call_off_events
from volunteer_core.events.models import Event, EventStatus
from volunteer_core.notices.models import NoticeKind
from volunteer_core.places.models import Community, Site
from volunteer_core.rosters.calling_off import call_off as call_off_shift
from volunteer_core.rosters.models import OPEN, Shift
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import Span, span
from volunteer_core.workdays.models import Closure

LONGEST_DAYS = 120


class AlreadyLifted(Conflict, code="already_lifted", sentence="这次关闭此前已经解除。"):
    """A closure is lifted once."""


class ClosureView(msgspec.Struct, frozen=True):
    """A closure; no community and no site means everywhere."""

    id: int
    community_id: int | None
    site_id: int | None
    starts_at: datetime
    ends_at: datetime
    name: str
    source: str
    declared_at: datetime
    lifted_at: datetime | None


class Declared(msgspec.Struct, frozen=True):
    """A closure and what it called off."""

    closure: ClosureView
    shifts: list[int]
    events: list[int]
    sessions: list[int]


def declare_closure(
    work: Work,
    *,
    name: str,
    starts_at: datetime,
    ends_at: datetime,
    source: str,
    community_id: int | None = None,
    site_id: int | None = None,
) -> Declared:
    """Closes a site, a community, or (with neither) everything for a span of at most 120 days.

    What lies in it and has not ended is called off in the same transaction, and everybody concerned
    is told through the outbox. Hours that were earned stay. Everywhere is the street office's.

    The sites are locked first, as they are by whoever plans something there: nothing is planned into
    a closure that is being declared.
    """
    scope = community_id
    if site_id is not None:
        if community_id is not None:
            raise Malformed("site_id", "社区和场所只能填一个。")
        scope = work.find(Site, site_id).community_id
    elif community_id is not None:
        work.find(Community, community_id)
    work.demand("closures.declare", communities=[scope])
    when = span(starts_at, ends_at)
    if when.end - when.start > timedelta(days=LONGEST_DAYS):
        raise Malformed("ends_at", f"一次关闭最长 {LONGEST_DAYS} 天。")
    sites = _sites(work, community_id, site_id)
    work.lock_all(Site, sites)
    closure = Closure(
        community_id=community_id,
        site_id=site_id,
        starts_at=when.start,
        ends_at=when.end,
        name=texts.line("name", name, longest=60),
        source=texts.line("source", source, longest=200),
        declared_by=work.by.person_id,
        declared_at=work.now,
    )
    work.add(closure)
    work.flush()
    return Declared(
        _view(closure),
        _call_off_shifts(work, sites, when, closure.name),
        _call_off_events(work, sites, when, closure.name),
        call_off_sessions(work, site_ids=sites, span=when),
    )


def lift_closure(work: Work, *, closure_id: int) -> ClosureView:
    """Lifts a closure. What it called off stays so until somebody reinstates it."""
    closure = work.lock(Closure, closure_id)
    scope = closure.community_id
    if closure.site_id is not None:
        scope = work.find(Site, closure.site_id).community_id
    work.demand("closures.lift", communities=[scope])
    if closure.lifted_at is not None:
        raise AlreadyLifted(id=closure_id)
    closure.lifted_at = work.now
    work.flush()
    return _view(closure)


def list_closures(
    work: Work, *, site_id: int | None = None, in_force: bool = True, paging: Paging = Paging()
) -> Page[ClosureView]:
    """Closures, latest first; with a site those that close it, its community or everything.

    ``in_force`` leaves out the lifted and the ended ones.
    """
    work.demand("closures.read")
    columns = [getattr(Closure, field) for field in ClosureView.__struct_fields__]
    statement = select(*columns).order_by(Closure.starts_at.desc(), Closure.id)
    if in_force:
        statement = statement.where(Closure.lifted_at.is_(None), Closure.ends_at > work.now)
    if site_id is not None:
        site = work.find(Site, site_id)
        whole = Closure.site_id.is_(None) & Closure.community_id.is_(None)
        concerns = (Closure.site_id == site.id) | (Closure.community_id == site.community_id) | whole
        statement = statement.where(concerns)
    return work.page(ClosureView, statement, paging)


def _sites(work: Work, community_id: int | None, site_id: int | None) -> list[int]:
    if site_id is not None:
        return [site_id]
    statement = select(Site.id).order_by(Site.id)
    if community_id is not None:
        statement = statement.where(Site.community_id == community_id)
    return list(work.scalars(statement))


def _call_off_shifts(work: Work, sites: Sequence[int], when: Span, name: str) -> list[int]:
    ids = work.scalars(
        select(Shift.id).where(
            Shift.site_id.in_(sites), Shift.starts_at < when.end, Shift.ends_at > max(when.start, work.now)
        )
    )
    # Read again once they are locked: somebody may have moved one away or called it off.
    shifts = [
        shift for shift in work.lock_all(Shift, ids) if shift.status in OPEN and _lies_in(work, shift, when)
    ]
    for shift in shifts:
        programme, site = work.find(Programme, shift.programme_id), work.find(Site, shift.site_id)
        call_off_shift(work, shift, programme, site, reason=name, kind=NoticeKind.CLOSURE)
    return [shift.id for shift in shifts]


def _call_off_events(work: Work, sites: Sequence[int], when: Span, name: str) -> list[int]:
    ids = work.scalars(
        select(Event.id).where(
            Event.site_id.in_(sites), Event.starts_at < when.end, Event.ends_at > max(when.start, work.now)
        )
    )
    events = [
        event
        for event in work.lock_all(Event, ids)
        if event.status in (EventStatus.DRAFT, EventStatus.PUBLISHED)
        and event.site_id in sites
        and _lies_in(work, event, when)
    ]
    call_off_events(work, events, reason=name, kind=NoticeKind.CLOSURE)
    return [event.id for event in events]


def _lies_in(work: Work, row: Shift | Event, when: Span) -> bool:
    """Whether a shift or an event touches the span and has not ended."""
    return row.ends_at > work.now and when.overlaps(Span(row.starts_at, row.ends_at))


def _view(closure: Closure) -> ClosureView:
    return ClosureView(*(getattr(closure, field) for field in ClosureView.__struct_fields__))
