"""The one place that says what stands against people for shifts: law, wishes and house rules. Inner: asks
no rights.

The facts are read for a whole range of dates at once, in a number of statements that does not depend on how
many people and shifts there are; only how people stand is read for each date.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, timedelta

import msgspec
from sqlalchemy import Date, bindparam, func, select

from volunteer_core.commitments.busy.times import BusyTimes, busy_times, is_busy
from volunteer_core.commitments.engagements import Engagement, engagements
from volunteer_core.commitments.models import ACTIVE, Commitment
from volunteer_core.commitments.promises import AlreadyCommitted, clash_with
from volunteer_core.database import Work
from volunteer_core.errors import Refused
from volunteer_core.hours.presence import PRESENT
from volunteer_core.office.settings import OfficeSettings, settings_on
from volunteer_core.people.families import families_of
from volunteer_core.people.standing import (
    QualificationMissing,
    Requirement,
    Standing,
    obstacles,
    standings,
)
from volunteer_core.rosters.availability.models import DateWish
from volunteer_core.rosters.availability.offers import Offer, offers_of
from volunteer_core.rosters.house_rules import (
    BusyElsewhere,
    ConsecutiveDays,
    FamilyFull,
    KeptApart,
    MentorMissing,
    RestTooShort,
    SiteUnwanted,
    Unavailable,
    WeeklyMaximum,
)
from volunteer_core.rosters.models import Shift
from volunteer_core.rosters.pairing import Pairing, think_through
from volunteer_core.rosters.pairs import pairs_of
from volunteer_core.rosters.rules import MENTOR, Rules, rules_of
from volunteer_core.teams.models import Programme
from volunteer_core.teams.programmes import requirement_of
from volunteer_core.timespans import Span, chinese_span, week_of

LOAD_DAYS = 28
"""Within so many days around a shift commitments count as recent."""

_NOTHING = Offer()
_ON_SHIFTS = (
    select(Commitment.shift_id, Commitment.person_id, Commitment.id)
    .where(Commitment.shift_id.in_(bindparam("shifts", expanding=True)), Commitment.status.in_(ACTIVE))
    .order_by(Commitment.id)
)
_SERVED_BEFORE = (
    select(Commitment.person_id, func.count())
    .where(
        Commitment.person_id.in_(bindparam("people", expanding=True)),
        Commitment.programme_id == bindparam("programme_id"),
        Commitment.shift_id.is_not(None),
        Commitment.attendance.in_(PRESENT),
        Commitment.civil_date < bindparam("first", type_=Date()),
    )
    .group_by(Commitment.person_id)
)


class Checks(msgspec.Struct, frozen=True):
    """What stands against people for some shifts of a programme; ask :meth:`against`.

    ``besides``, wherever it is taken, are ids of commitments that are looked at as if they were released.
    """

    rules: Rules
    requirement: Requirement
    first: date
    settings: Mapping[date, OfficeSettings]
    standing: Mapping[date, Mapping[int, Standing]]
    offers: Mapping[int, Offer]
    engaged: Mapping[int, Sequence[Engagement]]
    busy: BusyTimes
    on_shift: Mapping[int, Mapping[int, int]]
    """By shift: the people on it, each with their commitment, in the order in which they came."""
    pairing: Pairing
    families: Mapping[int, int]
    served_before: Mapping[int, int]
    """How many of the programme's shifts people have served on before the first date."""

    @staticmethod
    def load(
        work: Work, programme: Programme, shifts: Collection[Shift], person_ids: Collection[int]
    ) -> Checks:
        """Reads what is needed about the people, and about whoever is on the shifts (at least one)."""
        on_shift: dict[int, dict[int, int]] = {}
        for row in work.execute(_ON_SHIFTS, {"shifts": [shift.id for shift in shifts]}):
            on_shift.setdefault(row.shift_id, {})[row.person_id] = row.id
        everybody = sorted({*person_ids, *(person for people in on_shift.values() for person in people)})
        dates = sorted({shift.civil_date for shift in shifts})
        offers = offers_of(work, everybody, dates[0], dates[-1])
        # Weeks and runs of days reach beyond the dates, and so does what counts as recent.
        margin = timedelta(
            max([LOAD_DAYS // 2, *(offer.max_consecutive_days or 0 for offer in offers.values())])
        )
        rules = rules_of(work, programme.id)
        served_before: dict[int, int] = {}
        if rules.newcomer_shifts:
            facts = {"people": everybody, "programme_id": programme.id, "first": dates[0]}
            served_before = dict(work.execute(_SERVED_BEFORE, facts).all())
        requirement = requirement_of(programme, qualification=rules.qualification)
        return Checks(
            rules,
            msgspec.structs.replace(requirement, min_age=rules.min_age, max_age=rules.max_age),
            dates[0],
            {day: settings_on(work, day) for day in dates},
            {day: standings(work, everybody, day) for day in dates},
            offers,
            engagements(work, everybody, dates[0] - margin, dates[-1] + margin),
            busy_times(work, everybody, _around(shifts)),
            on_shift,
            think_through(pairs_of(work, programme.id)),
            families_of(work, everybody) if rules.most_of_family is not None else {},
            served_before,
        )

    def against(self, shift: Shift, person_id: int, *, besides: Collection[int] = ()) -> list[Refused]:
        """All that stands against putting a person on a shift, in this order: what law and safety ask,
        where and when the person serves, what they have promised, how much they want, and who is on the
        shift. Who has said nothing about the date is not thereby unavailable: see :meth:`said`.

        Whether the shift is full, over or called off is not about the person and not said here.
        """
        if self.on_shift.get(shift.id, {}).get(person_id, -1) not in {-1, *besides}:
            return [AlreadyCommitted(person_id=person_id, shift_id=shift.id)]
        return [
            *self.lasting(shift, person_id),
            *self._wishes(shift, person_id, besides),
            *self._company(shift, person_id, besides),
        ]

    def lasting(self, shift: Shift, person_id: int) -> list[Refused]:
        """What law and safety hold against a person on the day of a shift: never to be overridden."""
        standing = self.standing[shift.civil_date][person_id]
        found = obstacles(standing, self.requirement, self.settings[shift.civil_date])
        wanted = shift.qualification
        if wanted not in {None, self.requirement.qualification} and wanted not in standing.qualifications:
            found.append(QualificationMissing(person_id=person_id, qualification=wanted))
        return found

    def said(self, shift: Shift, person_id: int) -> bool:
        """Whether the person has said when they can serve on the day of a shift."""
        return self.offers.get(person_id, _NOTHING).said_on(shift.civil_date)

    def wish(self, shift: Shift, person_id: int) -> DateWish | None:
        """What the person said of the very date of a shift."""
        return self.offers.get(person_id, _NOTHING).wish_on(shift.civil_date)

    def leads(self, shift: Shift, person_id: int) -> bool:
        """Whether the person counts as a lead on the day of a shift."""
        standing = self.standing[shift.civil_date][person_id]
        return self.rules.lead_qualification in standing.qualifications

    def recent(self, shift: Shift, person_id: int) -> int:
        """How many commitments the person has in the four weeks around a shift."""
        margin = timedelta(LOAD_DAYS // 2)
        since, until = shift.civil_date - margin, shift.civil_date + margin
        return sum(since <= one.civil_date <= until for one in self.engaged.get(person_id, ()))

    def newcomer(self, shift: Shift, person_id: int) -> bool:
        """Whether the person has served on fewer of the programme's shifts than makes them known there."""
        served = self.served_before.get(person_id, 0) + sum(
            one.programme_id == shift.programme_id
            and one.shift_id is not None
            and one.attendance in PRESENT
            and self.first <= one.civil_date < shift.civil_date
            for one in self.engaged.get(person_id, ())
        )
        return served < self.rules.newcomer_shifts

    def mentor(self, shift: Shift, person_id: int) -> bool:
        """Whether newcomers may serve beside the person on the day of a shift."""
        return MENTOR in self.standing[shift.civil_date][person_id].qualifications

    def people_on(self, shift: Shift, besides: Collection[int] = ()) -> list[int]:
        """Who is on a shift, in the order in which they came."""
        return [
            person_id
            for person_id, commitment_id in self.on_shift.get(shift.id, {}).items()
            if commitment_id not in besides
        ]

    def _wishes(self, shift: Shift, person_id: int, besides: Collection[int]) -> Iterator[Refused]:
        """The person's own time and limits."""
        offer, engaged = self.offers.get(person_id, _NOTHING), self.engaged.get(person_id, ())
        day, span = shift.civil_date, Span(shift.starts_at, shift.ends_at)
        if offer is _NOTHING and not engaged and person_id not in self.busy:
            return
        if offer.sites is not None and shift.site_id not in offer.sites:
            yield SiteUnwanted(person_id=person_id, site_id=shift.site_id)
        if offer.said_on(day) and not offer.covers(day, span):
            yield Unavailable(person_id=person_id, day=day)
        if is_busy(self.busy, person_id, span):
            yield BusyElsewhere(person_id=person_id, shift_id=shift.id)
        own = [one for one in engaged if one.id not in besides]
        yield from _in_the_way(own, shift, offer.rest_minutes)
        served = {one.civil_date for one in own if one.shift_id is not None}
        if offer.max_per_week is not None:
            week = week_of(day)
            shifts = sum(one.shift_id is not None and week_of(one.civil_date) == week for one in own)
            if shifts >= offer.max_per_week:
                yield WeeklyMaximum(person_id=person_id, week=str(week), maximum=offer.max_per_week)
        if offer.max_consecutive_days is not None:
            running = _days_running(served, day)
            if running > offer.max_consecutive_days:
                yield ConsecutiveDays(person_id=person_id, days=running, maximum=offer.max_consecutive_days)

    def _company(self, shift: Shift, person_id: int, besides: Collection[int]) -> Iterator[Refused]:
        """What the programme asks of those who are on one shift."""
        others = [one for one in self.people_on(shift, besides) if one != person_id]
        if not self.pairing.kept_from(person_id).isdisjoint(others):
            yield KeptApart(person_id=person_id, shift_id=shift.id)
        most = self.rules.most_of_family
        if most is not None:
            family = self.families[person_id]
            if sum(self.families[one] == family for one in others) >= most:
                yield FamilyFull(person_id=person_id, shift_id=shift.id, maximum=most)
        if (
            self.rules.newcomer_shifts
            and self.newcomer(shift, person_id)
            and not any(self.mentor(shift, one) for one in others)
        ):
            yield MentorMissing(person_id=person_id, shift_id=shift.id)


def _around(shifts: Collection[Shift]) -> Span:
    """From the first start to the last end."""
    return Span(min(shift.starts_at for shift in shifts), max(shift.ends_at for shift in shifts))


def _in_the_way(own: Sequence[Engagement], shift: Shift, rest_minutes: int) -> Iterator[Refused]:
    """The first of a person's commitments that overlaps with a shift, and the first too close to it."""
    rest = timedelta(minutes=rest_minutes)
    overlapping = close = None
    for one in own:
        if one.starts_at < shift.ends_at and shift.starts_at < one.ends_at:
            overlapping = overlapping or one
        elif one.starts_at < shift.ends_at + rest and shift.starts_at - rest < one.ends_at:
            close = close or one
    if overlapping is not None:
        yield clash_with(overlapping)
    if close is not None:
        when = chinese_span(close.starts_at, close.ends_at)
        yield RestTooShort(person_id=close.person_id, minutes=rest_minutes, when=when)


def _days_running(served: Collection[date], day: date) -> int:
    """How many days running somebody serves who serves on a day too."""
    before = after = 0
    while day - timedelta(before + 1) in served:
        before += 1
    while day + timedelta(after + 1) in served:
        after += 1
    return before + 1 + after
