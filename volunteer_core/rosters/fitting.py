"""Which open shifts of the rest of a week fit people who could still reach a target by them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from itertools import groupby

import msgspec
from sqlalchemy import Boolean, column, func, or_, select, table

from volunteer_core.commitments.models import ACTIVE, Commitment, CommitmentStatus
from volunteer_core.database import Work
from volunteer_core.hours.targets.not_yet import NotYet
from volunteer_core.places.models import Site
from volunteer_core.rosters.checking import Checks
from volunteer_core.rosters.models import Shift, ShiftStatus
from volunteer_core.rosters.reachable import most_minutes
from volunteer_core.teams.grid_posts import salaried_on
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import Span, Week, week_of

SHOWN = 3
"""How many shifts are shown to one person at most."""
FAMILIAR_DAYS = 56
"""Where somebody served within so many days before the week, they serve anyway."""

# Events stand beside rosters: of their positions only this is read.
_POSITIONS = table("positions", column("id"), column("earns_hours", Boolean))
_ON_IT = (
    select(func.count())
    .where(Commitment.shift_id == Shift.id, Commitment.status.in_(ACTIVE))
    .correlate(Shift)
    .scalar_subquery()
)


class FittingShift(msgspec.Struct, frozen=True):
    """A published shift of the rest of this week with free places, against which nothing stands."""

    shift_id: int
    programme_id: int
    programme_name: str
    site_id: int
    site_name: str
    starts_at: datetime
    ends_at: datetime
    minutes: int
    free: int


class _Place(msgspec.Struct, frozen=True):
    shown: FittingShift
    shift: Shift
    community_id: int
    checks: Checks
    paid: Collection[int]
    """Who would be on paid duty there, which is no service."""

    @property
    def span(self) -> Span:
        return Span(self.shown.starts_at, self.shown.ends_at)


class Fitting:
    """The open shifts of the team's programmes, and what stands against people there. Inner: asks no right.

    Read in a number of statements that depends on the programmes and dates, not on the people.
    """

    def __init__(self, work: Work, team_id: int, person_ids: Collection[int], week: Week) -> None:
        self._week = week
        self._places = list(_places(work, team_id, person_ids, week)) if person_ids else []
        self._familiar = _familiar(work, person_ids, week) if self._places else set()

    def of(self, one: NotYet, more: int) -> list[FittingShift]:
        """The shifts that fit a person, closest first (at most three); none if all that fit together
        are less than so many minutes."""
        further = self._further_shifts(one.person_id)
        fits: list[FittingShift] = []
        apart: list[Span] = []  # of them, as they come, those that do not overlap
        for place in sorted(self._places, key=lambda place: self._far(place, one, more)):
            if one.person_id in place.paid or place.checks.against(place.shift, one.person_id):
                continue
            fits.append(place.shown)
            if len(apart) < further and not any(place.span.overlaps(span) for span in apart):
                apart.append(place.span)
            if len(fits) >= SHOWN and sum(span.minutes for span in apart) >= more:
                return fits[:SHOWN]
        spans = [Span(shift.starts_at, shift.ends_at) for shift in fits]
        return fits[:SHOWN] if most_minutes(spans, at_most=further) >= more else []

    def _far(self, place: _Place, one: NotYet, more: int) -> tuple[bool, bool, bool, datetime, int]:
        return (
            (one.person_id, place.shift.site_id) not in self._familiar,
            place.community_id != one.home_id,
            place.shown.minutes < more,
            place.shift.starts_at,
            place.shift.id,
        )

    def _further_shifts(self, person_id: int) -> int:
        """How many more shifts this week the person wants at most."""
        if not self._places:
            return 0
        checks = self._places[0].checks
        offer = checks.offers.get(person_id)
        if offer is None or offer.max_per_week is None:
            return len(self._places)
        engaged = checks.engaged.get(person_id, ())
        return offer.max_per_week - sum(
            promise.shift_id is not None and week_of(promise.civil_date) == self._week for promise in engaged
        )


def promised_minutes(work: Work, team_id: int, person_ids: Collection[int], week: Week) -> dict[int, int]:
    """Minutes of service that people have promised for a team in a week and that are not marked yet, so
    that whoever has served and waits for the mark is not asked again. Inner."""
    rows = work.execute(
        select(
            Commitment.person_id,
            Commitment.starts_at,
            Commitment.ends_at,
            Commitment.civil_date,
            Programme.duty,
        )
        .outerjoin(Programme, Programme.id == Commitment.programme_id)
        .outerjoin(_POSITIONS, _POSITIONS.c.id == Commitment.position_id)
        .where(
            Commitment.person_id.in_(person_ids),
            Commitment.team_id == team_id,
            Commitment.civil_date.between(week.monday, week.sunday),
            Commitment.status == CommitmentStatus.PROMISED,
            Commitment.attendance.is_(None),
            or_(Commitment.shift_id.is_not(None), _POSITIONS.c.earns_hours),
        )
    ).all()
    paid = _paid(work, person_ids, {row.civil_date for row in rows if row.duty})
    found: dict[int, int] = {}
    for person_id, starts_at, ends_at, day, duty in rows:
        if not duty or person_id not in paid[day]:
            found[person_id] = found.get(person_id, 0) + Span(starts_at, ends_at).minutes
    return found


def _places(work: Work, team_id: int, person_ids: Collection[int], week: Week) -> Iterator[_Place]:
    rows = work.execute(
        select(Shift, Programme, Site, (Shift.maximum - _ON_IT).label("free"))
        .join(Programme, Programme.id == Shift.programme_id)
        .join(Site, Site.id == Shift.site_id)
        .where(
            Programme.team_id == team_id,
            Shift.status == ShiftStatus.PUBLISHED,
            Shift.starts_at > work.now,
            Shift.civil_date <= week.sunday,
            Shift.maximum > _ON_IT,
        )
        .order_by(Shift.programme_id, Shift.starts_at, Shift.id)
    ).all()
    for _, group in groupby(rows, key=lambda row: row.Programme.id):
        of_programme = list(group)
        programme: Programme = of_programme[0].Programme
        shifts = [row.Shift for row in of_programme]
        checks = Checks.load(work, programme, shifts, person_ids)
        dates = {shift.civil_date for shift in shifts} if programme.duty else set()
        paid = _paid(work, person_ids, dates)
        for row in of_programme:
            yield _Place(
                _shown(*row), row.Shift, row.Site.community_id, checks, paid.get(row.Shift.civil_date, ())
            )


def _shown(shift: Shift, programme: Programme, site: Site, free: int) -> FittingShift:
    minutes = Span(shift.starts_at, shift.ends_at).minutes
    return FittingShift(
        shift.id,
        programme.id,
        programme.name,
        site.id,
        site.name,
        shift.starts_at,
        shift.ends_at,
        minutes,
        free,
    )


def _paid(work: Work, person_ids: Collection[int], dates: Collection[date]) -> dict[date, set[int]]:
    return {day: salaried_on(work, person_ids, day) for day in sorted(dates)}


def _familiar(work: Work, person_ids: Collection[int], week: Week) -> set[tuple[int, int]]:
    """People with the sites where they serve or have served."""
    rows = work.execute(
        select(Commitment.person_id, Commitment.site_id)
        .where(
            Commitment.person_id.in_(person_ids),
            Commitment.status.in_(ACTIVE),
            Commitment.civil_date.between(week.monday - timedelta(days=FAMILIAR_DAYS), week.sunday),
        )
        .distinct()
    )
    return {(person_id, site_id) for person_id, site_id in rows}
