"""For whom an event is: everybody, or the people of one community, team or grid. Inner: asks no rights."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import BindParameter, Date, and_, bindparam, exists, func, or_, select
from sqlalchemy.sql import ColumnElement

from volunteer_core.database import Work
from volunteer_core.errors import Refused, RuleBroken
from volunteer_core.events.models import IN_LINE, Event, Position, Signup
from volunteer_core.people.models import Guardianship, Person
from volunteer_core.places.models import Community, Grid
from volunteer_core.teams.membership import member_on
from volunteer_core.teams.models import Membership, Programme, Team
from volunteer_core.timespans import civil_date, day_span

EARLIEST, LATEST = date(1900, 1, 1), date(2999, 12, 31)
"""No event is outside: dates of membership beyond them need not be instants."""


class NotForYou(
    RuleBroken, code="not_invited", sentence="这个活动只面向特定的社区、团队或网格，此人不在其中。"
):
    """An event for a community, team or grid is for who lives there, or is a member that day."""


class ForWhomInvalid(
    RuleBroken,
    code="for_whom_invalid",
    sentence="活动只能面向一个社区、一个团队或一个网格；限定了对象的活动不能同时公开。",
):
    """An event is for everybody, or for one community, team or grid; only the former can be public."""


class ForWhom(NamedTuple):
    """The one community, team or grid that an event is for; all None: it is for everybody."""

    for_community_id: int | None = None
    for_team_id: int | None = None
    for_grid_id: int | None = None

    @property
    def limited(self) -> bool:
        """Whether it is not for everybody."""
        return any(one is not None for one in self)


FOR_EVERYBODY: ColumnElement[bool] = and_(*(getattr(Event, field).is_(None) for field in ForWhom._fields))
"""The condition that an event is for no community, team or grid alone."""


def for_whom_of(event: Event) -> ForWhom:
    """For whom an event is."""
    return ForWhom(*(getattr(event, field) for field in ForWhom._fields))


def checked_for_whom(work: Work, whom: ForWhom, *, public: bool) -> ForWhom:
    """Refuses several at once, one in public, and what there is not."""
    if sum(one is not None for one in whom) + public > 1:
        raise ForWhomInvalid
    for table, row_id in zip((Community, Team, Grid), whom, strict=True):
        if row_id is not None:
            work.find(table, row_id)
    return whom


_RUN_BY = func.coalesce(
    Event.team_id, select(Programme.team_id).where(Programme.id == Event.programme_id).scalar_subquery(), 0
)
"""The team that organises an event or runs its programme; 0: none."""
_PEOPLE: BindParameter[list[int]] = bindparam("people", expanding=True)
_AT_HOME_IN = {
    "for_community_id": select(Person.id).where(
        Person.id.in_(_PEOPLE), Person.community_id == bindparam("home")
    ),
    "for_grid_id": select(Person.id).where(Person.id.in_(_PEOPLE), Person.grid_id == bindparam("home")),
    "for_team_id": select(Membership.person_id).where(
        Membership.person_id.in_(_PEOPLE),
        Membership.team_id == bindparam("home"),
        member_on(bindparam("day", type_=Date())),
    ),
}


def uninvited(work: Work, event: Event, person_ids: Collection[int], day: date) -> dict[int, Refused]:
    """Who of them an event is not for on a civil day, with the refusal. People are of the community and the
    grid where they live now, and of the teams to which they belong that day."""
    for field, home in for_whom_of(event)._asdict().items():
        if home is not None:
            facts = {"people": list(person_ids), "home": home, "day": day}
            invited = set(work.scalars(_AT_HOME_IN[field], facts))
            return {
                person_id: NotForYou(event_id=event.id, person_id=person_id)
                for person_id in person_ids
                if person_id not in invited
            }
    return {}


def concerns(work: Work, person_id: int) -> ColumnElement[bool]:
    """The condition that an event, for whomever it is, is for a person or somebody they answer for today, or
    that one of them has signed up for it."""
    today = civil_date(work.now)
    wards = work.scalars(
        select(Guardianship.ward_id).where(
            Guardianship.guardian_id == person_id,
            Guardianship.valid_from <= today,
            Guardianship.valid_to.is_(None) | (Guardianship.valid_to >= today),
        )
    )
    people = [person_id, *wards]
    homes = work.execute(select(Person.community_id, Person.grid_id).where(Person.id.in_(people))).all()
    signed_up = exists().where(
        Position.event_id == Event.id,
        Signup.position_id == Position.id,
        Signup.person_id.in_(people),
        Signup.status.in_(IN_LINE),
    )
    return or_(
        FOR_EVERYBODY,
        Event.for_community_id.in_([home.community_id for home in homes if home.community_id is not None]),
        Event.for_grid_id.in_([home.grid_id for home in homes if home.grid_id is not None]),
        *_of_teams(work, people),
        signed_up,
    )


def told_to_leaders(teams: Collection[int]) -> ColumnElement[bool]:
    """The condition that leaders of some teams may be told of an event that a person of theirs comes to: it
    is for everybody and not run by a discreet team, or it is for or run by one of theirs."""
    discreet = _RUN_BY.in_(select(Team.id).where(Team.discreet))
    return or_(_RUN_BY.in_(teams), Event.for_team_id.in_(teams), FOR_EVERYBODY & ~discreet)


def _of_teams(work: Work, people: list[int]) -> list[ColumnElement[bool]]:
    """The condition for each membership that an event is for its team, on a day on which it holds."""
    rows = work.execute(
        select(Membership.team_id, Membership.joined_on, Membership.left_on).where(
            Membership.person_id.in_(people)
        )
    )
    return [
        and_(
            Event.for_team_id == team_id,
            Event.starts_at >= _midnight(joined_on),
            Event.starts_at < _midnight(left_on or LATEST),
        )
        for team_id, joined_on, left_on in rows
    ]


def _midnight(day: date) -> datetime:
    return day_span(min(max(day, EARLIEST), LATEST)).start
