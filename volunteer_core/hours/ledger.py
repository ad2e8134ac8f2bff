"""The ledger as people see it: entries, balance, corrections, and what is overdue."""

from __future__ import annotations

from datetime import date, datetime

import msgspec
from sqlalchemy import ColumnElement, func, select

from volunteer_core import texts
from volunteer_core.commitments.models import Commitment, CommitmentStatus
from volunteer_core.database import Page, Paging, Work
from volunteer_core.errors import Malformed, RuleBroken
from volunteer_core.hours.activities import DISCREET_ACTIVITY
from volunteer_core.hours.deadlines import recording_due
from volunteer_core.hours.discretion import Discretion
from volunteer_core.hours.entering import replace, reverse
from volunteer_core.hours.models import EntryKind, EntrySource, LedgerEntry
from volunteer_core.hours.overlaps import Stays
from volunteer_core.hours.stars import stars_of
from volunteer_core.people.models import Person
from volunteer_core.people.standing import guardian_ids
from volunteer_core.places.models import Site
from volunteer_core.teams.membership import teams_of
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import civil_date
from volunteer_core.workdays.upkeep import load_daybook


class OwnHours(
    RuleBroken,
    code="own_hours",
    sentence="不能审批或更正自己、被监护人或由自己代填的时长，请由其他负责人处理。",
):
    """Nobody decides about hours of their own or of their ward, nor about what they filed for somebody."""


class EntryView(msgspec.Struct, frozen=True):
    """An entry of the ledger. ``reverses_id`` names the entry that this one takes back,
    ``corrects_id`` the one in whose place it stands, ``concerns`` the day of the service where that
    month was closed already. Time counted from and to is when the person was there."""

    id: int
    person_id: int
    kind: EntryKind
    minutes: int
    civil_date: date
    iso_year: int
    iso_week: int
    team_id: int | None
    programme_id: int | None
    community_id: int | None
    grid_id: int | None
    commitment_id: int | None
    """The promise it came from, at a shift or a position."""
    claim_id: int | None
    source: EntrySource
    what: str
    place: str
    counted_from: datetime | None
    counted_to: datetime | None
    concerns: date | None
    recording_body: str
    recorded_by: int | None
    recorded_at: datetime
    reverses_id: int | None
    corrects_id: int | None
    reason: str


_UNSAID = {
    "team_id": None, "programme_id": None, "grid_id": None, "commitment_id": None,
    "what": DISCREET_ACTIVITY, "place": "", "reason": "",
}  # fmt: skip


class Balance(msgspec.Struct, frozen=True):
    """A person's minutes by kind between two dates, both included: the sum of their entries."""

    person_id: int
    first: date | None
    last: date | None
    service_minutes: int
    paid_duty_minutes: int
    training_minutes: int
    stars: int
    """The highest star level that the person has reached and holds."""


class Overdue(msgspec.Struct, frozen=True):
    """A promise that has ended without its attendance being marked, and until when it had to be."""

    commitment_id: int
    shift_id: int | None
    position_id: int | None
    person_id: int
    site_id: int
    civil_date: date
    due: date
    overdue: bool


def list_entries(
    work: Work,
    *,
    person_id: int,
    first: date | None = None,
    last: date | None = None,
    paging: Paging = Paging(),
) -> Page[EntryView]:
    """A person's entries, newest date first; reversed ones and their reversals both.

    What was done for a discreet team keeps team, name, place and reason from leaders of other teams.
    """
    demand_person(work, "hours.entries", person_id)
    columns = [getattr(LedgerEntry, field) for field in EntryView.__struct_fields__]
    statement = select(*columns).where(LedgerEntry.person_id == person_id, *_between(first, last))
    page = work.page(
        EntryView, statement.order_by(LedgerEntry.civil_date.desc(), LedgerEntry.id.desc()), paging
    )
    person, programmes = work.find(Person, person_id), {entry.programme_id for entry in page.items}
    discretion = Discretion(work, person, programmes)
    items = [
        msgspec.structs.replace(entry, **_UNSAID)
        if discretion.hides(entry.team_id, entry.programme_id)
        else entry
        for entry in page.items
    ]
    return msgspec.structs.replace(page, items=items)


def balance(work: Work, *, person_id: int, first: date | None = None, last: date | None = None) -> Balance:
    """The sums of a person's entries by kind; paid duty and training are no volunteer hours."""
    demand_person(work, "hours.entries", person_id)
    statement = (
        select(LedgerEntry.kind, func.sum(LedgerEntry.minutes))
        .where(LedgerEntry.person_id == person_id)
        .group_by(LedgerEntry.kind)
    )
    sums = dict(work.execute(statement.where(*_between(first, last))).all())
    return Balance(
        person_id,
        first,
        last,
        _service(sums),
        sums.get(EntryKind.PAID_DUTY, 0),
        sums.get(EntryKind.TRAINING, 0),
        stars_of(work, person_id),
    )


def correct(work: Work, *, entry_id: int, minutes: int, reason: str) -> EntryView:
    """Corrects an entry to other minutes (0 takes it back): both the old and the new one stay.

    Refuses negative minutes, more than the day has, and an entry that was corrected before.
    """
    entry = work.find(LedgerEntry, entry_id)
    work.lock(Person, entry.person_id)
    work.demand("hours.correct", communities=[entry.community_id])
    refuse_own(work, entry.person_id)
    if not 0 <= minutes <= 24 * 60:
        raise Malformed("minutes", "应在 0 至 1440 分钟之间。")
    kept = texts.line("reason", reason, longest=200)
    return view_of(correct_entry(work, entry, minutes=minutes, reason=kept))


def correct_entry(work: Work, entry: LedgerEntry, *, minutes: int, reason: str) -> LedgerEntry:
    """Corrects an entry of a locked person; what overlapped with it is counted anew. Inner."""
    if minutes:
        return replace(work, entry, minutes=minutes, source=EntrySource.CORRECTION, reason=reason)
    stays = Stays(work, entry.person_id, entry.concerns or entry.civil_date)
    reversal = reverse(work, entry, source=EntrySource.CORRECTION, reason=reason, settled=False)
    stays.drop(entry)
    stays.settle()
    return reversal


def list_overdue(
    work: Work, *, team_id: int | None = None, site_id: int | None = None, paging: Paging = Paging()
) -> Page[Overdue]:
    """Ended promises without attendance, oldest first, with the last day for recording them.

    ``team_id`` asks for what a team runs or its members served.

    Service is recorded within 10 working days of the activity's end (民政部令67号 Art 11).
    """
    reach = work.reach("hours.overdue")
    statement = (
        select(
            Commitment.id.label("commitment_id"),
            Commitment.shift_id,
            Commitment.position_id,
            Commitment.person_id,
            Commitment.site_id,
            Commitment.civil_date,
            Commitment.ends_at,
        )
        .join(Site, Site.id == Commitment.site_id)
        .outerjoin(Programme, Programme.id == Commitment.programme_id)
        .where(
            Commitment.status == CommitmentStatus.PROMISED,
            Commitment.attendance.is_(None),
            Commitment.ends_at <= work.now,
        )
        .order_by(Commitment.ends_at, Commitment.id)
    )
    if not reach.everything:
        statement = statement.where(
            Programme.team_id.in_(reach.teams)
            | Commitment.team_id.in_(reach.teams)
            | Site.community_id.in_(reach.communities)
        )
    if team_id is not None:
        statement = statement.where((Programme.team_id == team_id) | (Commitment.team_id == team_id))
    if site_id is not None:
        statement = statement.where(Commitment.site_id == site_id)
    total = work.scalar(select(func.count()).select_from(statement.order_by(None).subquery())) or 0
    book, today = load_daybook(work), civil_date(work.now)
    items = []
    for row in work.execute(statement.limit(paging.limit).offset(paging.offset)):
        due = recording_due(work, book, row.ends_at)
        items.append(Overdue(*row[:6], due=due, overdue=due < today))
    return Page(items, total, paging.limit, paging.offset)


def _between(first: date | None, last: date | None) -> list[ColumnElement[bool]]:
    """The conditions for entries between two dates; refuses a last date before the first."""
    if first is not None and last is not None and last < first:
        raise Malformed("last", "不能早于起始日期。")
    bounds = (
        LedgerEntry.civil_date >= first if first is not None else None,
        LedgerEntry.civil_date <= last if last is not None else None,
    )
    return [bound for bound in bounds if bound is not None]


def _service(sums: dict[EntryKind, int]) -> int:
    return sums.get(EntryKind.SERVICE, 0) + sums.get(EntryKind.ADJUSTMENT, 0)


def refuse_own(work: Work, person_id: int, *, filed_by: int | None = None) -> None:
    """Refuses (:class:`OwnHours`) the person, a guardian of theirs, and whoever filed it. Inner."""
    me = work.by.person_id
    if me is not None and me in {person_id, filed_by, *guardian_ids(work, person_id, civil_date(work.now))}:
        raise OwnHours(person_id=me)


def demand_person(work: Work, operation: str, person_id: int) -> None:
    """Asks for a right about a person: theirs, their guardians', leaders', coordinator's. Inner."""
    person, today = work.find(Person, person_id), civil_date(work.now)
    work.demand(
        operation,
        people=[person.id],
        guardians=guardian_ids(work, person.id, today),
        teams=teams_of(work, person.id, today),
        communities=[person.community_id],
    )


def view_of(entry: LedgerEntry) -> EntryView:
    """Inner."""
    return EntryView(*(getattr(entry, field) for field in EntryView.__struct_fields__))
