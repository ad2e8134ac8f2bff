"""From the tables to the planner's problem, in a number of statements that only the dates raise. Inner.

Ids of sessions, people and sites are those of shifts, persons and sites. What the planner cannot be told
exactly it is told on the safe side: a lead or a qualification counts if it holds on all dates of the plan.
Shifts beside the plan are in it as sessions of their own: see :mod:`.elsewhere`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

import msgspec
from sqlalchemy import select

from volunteer_core.commitments.models import ACTIVE, Commitment, CommitmentStatus
from volunteer_core.database import Work
from volunteer_core.errors import RuleBroken
from volunteer_core.office.settings import OfficeSettings, settings_on
from volunteer_core.places.models import Site as SiteRow
from volunteer_core.rosters.availability.models import DateWish
from volunteer_core.rosters.drafts.crew import NOT_OF_TEAM, NOWHERE, Crew, persons, read_crew
from volunteer_core.rosters.drafts.elsewhere import FIXED, clocks, read_elsewhere
from volunteer_core.rosters.models import OPEN, PairKind, Shift
from volunteer_core.rosters.pairs import pairs_of
from volunteer_core.rosters.planning.problem import Pair, Problem, Session, Site, Weights
from volunteer_core.rosters.rules import Rules, rules_of
from volunteer_core.teams.models import Programme
from volunteer_core.timespans import week_of


class NothingToPlan(
    RuleBroken, code="nothing_to_plan", sentence="所选日期和场所没有可以排的班次：须尚未开始，且没有取消。"
):
    """Only open shifts that have not begun can be planned."""


class Placed(msgspec.Struct, frozen=True):
    """A person who is on a shift that is planned anew."""

    person_id: int
    shift: Shift
    promised: bool
    locked: bool

    @property
    def duty(self) -> tuple[str, str]:
        """As the planner names it."""
        return str(self.person_id), str(self.shift.id)


def coming_shifts(
    work: Work, programme_id: int, site_ids: Collection[int], first_day: date, last_day: date
) -> list[Shift]:
    """The open shifts of a programme that have not begun, by time. Inner."""
    return list(
        work.scalars(
            select(Shift)
            .where(
                Shift.programme_id == programme_id,
                Shift.site_id.in_(site_ids),
                Shift.civil_date.between(first_day, last_day),
                Shift.status.in_(OPEN),
                Shift.starts_at > work.now,
            )
            .order_by(Shift.starts_at, Shift.id)
        )
    )


def build_problem(
    work: Work,
    programme: Programme,
    site_ids: Collection[int],
    first_day: date,
    last_day: date,
    *,
    name: str = "",
    locked: Iterable[tuple[int, int]] = (),
) -> Problem:
    """The problem of a programme's coming shifts at sites between two dates. Inner.

    People are the members of its team and whoever is on these shifts. ``locked`` are persons on shifts that
    stay, besides what is locked in the roster and the promises that lie outside of what a person has said
    they could do: somebody has arranged those with them. Refuses where there is nothing to plan.
    """
    shifts = coming_shifts(work, programme.id, site_ids, first_day, last_day)
    if not shifts:
        raise NothingToPlan(programme_id=programme.id)
    rules = rules_of(work, programme.id)
    sites = work.scalars(select(SiteRow).order_by(SiteRow.code)).all()
    by_id = {shift.id: shift for shift in shifts}
    dates = sorted({shift.civil_date for shift in shifts})
    monday, sunday = week_of(dates[0]).monday, week_of(dates[-1]).sunday
    placed = _placed(work, by_id)
    crew = read_crew(work, programme, rules, sites, dates, {one.person_id for one in placed})
    elsewhere = read_elsewhere(work, crew.offers, by_id, monday, sunday)
    stays = {one.duty for one in placed if one.locked or (one.promised and _is_arranged(crew, one))}
    stays |= {
        (str(person_id), str(shift_id))
        for person_id, shift_id in locked
        if shift_id in by_id and person_id in crew.people
    }
    places = [Site(str(site.id), str(site.community_id)) for site in sites]
    return Problem(
        name=name,
        start=monday,
        weeks=((sunday - monday).days + 1) // 7,
        sites=(*places, Site(NOWHERE, NOWHERE)),
        sessions=(*(_session(shift, rules) for shift in shifts), *elsewhere.sessions),
        people=persons(work, programme, rules, crew, shifts, monday, elsewhere.busy),
        pairs=_pairs(work, programme, crew),
        locked=(*sorted(stays), *elsewhere.locked),
        published=tuple(one.duty for one in placed if one.promised),
        weights=weights_of(settings_on(work, dates[0])),
        most_of_family=rules.most_of_family,
    )


def planned_ids(problem: Problem) -> list[int]:
    """The shifts that a problem is about, without those that are in it only to be counted. Pure."""
    return [int(session.id) for session in problem.sessions if session.qualification != FIXED]


def weights_of(settings: OfficeSettings) -> Weights:
    """The office's exchange rates. Pure."""
    return Weights(
        avoid=settings.plan_avoid,
        neutral=settings.plan_neutral,
        same_community=settings.plan_same_community,
        other_community=settings.plan_other_community,
        over_target=settings.plan_over_target,
        fairness=settings.plan_fairness,
        preference=settings.plan_preference,
        continuity=settings.plan_continuity,
        partner=settings.plan_partner,
    )


def _is_arranged(crew: Crew, placed: Placed) -> bool:
    """Whether a promise lies outside of what the person has offered, while nothing stands against it."""
    code = crew.against.get(placed.person_id, {}).get(placed.shift.civil_date)
    wish = crew.offers[placed.person_id].wish_on(placed.shift.civil_date)
    if code not in (None, NOT_OF_TEAM) or wish is DateWish.CANNOT:
        return False
    return not crew.has_offered(placed.person_id, placed.shift)


def _placed(work: Work, shifts: dict[int, Shift]) -> list[Placed]:
    rows = work.execute(
        select(Commitment.person_id, Commitment.shift_id, Commitment.status, Commitment.locked)
        .where(Commitment.shift_id.in_(list(shifts)), Commitment.status.in_(ACTIVE))
        .order_by(Commitment.id)
    )
    return [
        Placed(person_id, shifts[shift_id], status is CommitmentStatus.PROMISED, locked)
        for person_id, shift_id, status, locked in rows
        if shift_id is not None
    ]


def _session(shift: Shift, rules: Rules) -> Session:
    return Session(
        str(shift.id),
        str(shift.site_id),
        shift.civil_date,
        *clocks(shift.starts_at, shift.ends_at),
        shift.minimum,
        shift.maximum,
        shift.leads,
        qualification=shift.qualification,
        never_alone=rules.never_alone,
    )


def _pairs(work: Work, programme: Programme, crew: Crew) -> tuple[Pair, ...]:
    """What is laid down for two people who are both there."""
    return tuple(
        Pair("together" if kind is PairKind.TOGETHER else "never", str(one), str(other))
        for one, other, kind in sorted(pairs_of(work, programme.id))
        if one in crew.people and other in crew.people
    )
