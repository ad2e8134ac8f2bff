"""Teams: founding, joining, quitting, appointing a leader, and who is in."""

from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
from sqlalchemy import Date, Select, bindparam, or_, select
from sqlalchemy.sql import ColumnElement

from volunteer_core import texts
from volunteer_core.database import Page, Paging, Work
from volunteer_core.errors import Conflict, Malformed, RuleBroken
from volunteer_core.people.masking import checked_phone
from volunteer_core.people.models import Person
from volunteer_core.people.standing import StillVisitor, matches
from volunteer_core.places.directory import CodeTaken
from volunteer_core.places.models import Community
from volunteer_core.teams.models import Membership, Team
from volunteer_core.timespans import civil_date


class AlreadyMember(Conflict, code="already_member", sentence="此人已经是队员。"):
    """A person joins a team once."""


class NotMember(RuleBroken, code="not_member", sentence="此人不是这个队的队员。"):
    """Only members can lead, quit or serve in a team's name."""


class PersonUnknown(
    RuleBroken,
    code="person_unknown",
    sentence="没有找到姓名和电话都相符的人，请核对；还没有登记的，请社区协调员登记。",
):
    """A leader takes in whom they know: name and phone fit exactly one person."""


class TeamView(msgspec.Struct, frozen=True):
    """A team. ``discreet``: titles and places of its shifts are not shown in calendars."""

    id: int
    code: str
    name: str
    purpose: str
    community_id: int | None
    discreet: bool


class MemberView(msgspec.Struct, frozen=True):
    """A member as the team's leader sees them: with the phone, for they have to be called."""

    membership_id: int
    person_id: int
    code: str
    name: str
    phone: str
    joined_on: date
    left_on: date | None
    leads: bool


def found_team(
    work: Work,
    *,
    code: str,
    name: str,
    purpose: str = "",
    community_id: int | None = None,
    discreet: bool = False,
) -> TeamView:
    """Founds a team. Refuses a code that is taken."""
    work.demand("teams.change")
    if community_id is not None:
        work.find(Community, community_id)
    team = Team(code=texts.code("code", code), community_id=community_id)
    if work.scalar(select(Team.id).where(Team.code == team.code)):
        raise CodeTaken(value=team.code)
    _describe(team, name, purpose, discreet)
    work.add(team)
    work.flush()
    return _view(team)


def change_team(
    work: Work,
    *,
    team_id: int,
    name: str | None = None,
    purpose: str | None = None,
    discreet: bool | None = None,
) -> TeamView:
    """Changes a team's name, purpose or discretion; what is not given stays."""
    work.demand("teams.change")
    team = work.lock(Team, team_id)
    _describe(
        team,
        team.name if name is None else name,
        team.purpose if purpose is None else purpose,
        team.discreet if discreet is None else discreet,
    )
    work.flush()
    return _view(team)


def join(work: Work, *, team_id: int, person_id: int, on: date) -> None:
    """A person joins a team from a date on: by themselves, through their coordinator or the office.

    Refuses a visitor, who is taken on first.
    """
    work.find(Team, team_id)
    person = work.lock(Person, person_id)
    work.demand("teams.join", people=[person.id], communities=[person.community_id])
    _join(work, team_id, person, on)


def add_known(work: Work, *, team_id: int, name: str, phone: str, on: date) -> MemberView:
    """A leader takes in somebody they know: by full name and phone number, both exactly.

    Leaders see the phones of their members, so nobody is taken in by an id alone. Refuses
    (:class:`PersonUnknown`) what does not fit exactly one person who has not left and is no visitor.
    """
    team = work.find(Team, team_id)
    work.demand("teams.add_known", teams=[team.id], communities=[team.community_id])
    number = checked_phone(phone)
    if not number:
        raise Malformed("phone", "不能为空。")
    found = work.scalars(
        select(Person.id).where(
            Person.name == texts.line("name", name, longest=60),
            Person.phone == number,
            ~Person.visitor,
            or_(Person.left_on.is_(None), Person.left_on > on),
        )
    ).all()
    if len(found) != 1:
        raise PersonUnknown(team_id=team_id)
    person = work.lock(Person, found[0])
    _join(work, team.id, person, on)
    return work.views(MemberView, _members(team.id).where(Person.id == person.id, member_on(on)))[0]


def _join(work: Work, team_id: int, person: Person, on: date) -> None:
    if person.visitor:
        raise StillVisitor(person_id=person.id)
    if work.scalar(
        select(Membership.id).where(
            Membership.team_id == team_id,
            Membership.person_id == person.id,
            or_(Membership.left_on.is_(None), Membership.left_on > on),
        )
    ):
        raise AlreadyMember(team_id=team_id, person_id=person.id)
    work.add(Membership(team_id=team_id, person_id=person.id, joined_on=on))
    work.flush()


def quit_team(work: Work, *, team_id: int, person_id: int, on: date) -> None:
    """A person is no member from a date on. What they have served stays theirs."""
    work.demand("teams.quit", people=[person_id], teams=[team_id])
    membership = _current(work, team_id, person_id)
    if on < membership.joined_on:
        raise Malformed("on", "不能早于入队日期。")
    membership.left_on = on
    work.flush()


def appoint_leader(work: Work, *, team_id: int, person_id: int, leads: bool = True) -> None:
    """Makes a member a leader of the team (队长), or with ``leads=False`` an ordinary member again."""
    work.demand("teams.appoint")
    work.find(Team, team_id)
    _current(work, team_id, person_id).leads = leads
    work.flush()


def list_teams(work: Work, *, community_id: int | None = None, paging: Paging = Paging()) -> Page[TeamView]:
    """All teams, or those of a community, by code."""
    work.demand("teams.read")
    statement = select(*(getattr(Team, field) for field in TeamView.__struct_fields__)).order_by(Team.code)
    if community_id is not None:
        statement = statement.where(Team.community_id == community_id)
    return work.page(TeamView, statement, paging)


def list_members(
    work: Work,
    *,
    team_id: int,
    query: str = "",
    day: date | None = None,
    paging: Paging = Paging(),
) -> Page[MemberView]:
    """The members of a team on a day (today if not given), leaders first; found as people are."""
    team = work.find(Team, team_id)
    work.demand("teams.members", teams=[team.id], communities=[team.community_id])
    statement = (
        _members(team.id)
        .where(member_on(day or civil_date(work.now)))
        .order_by(Membership.leads.desc(), Person.code)
    )
    if query.strip():
        statement = statement.where(matches(query))
    return work.page(MemberView, statement, paging)


def _members(team_id: int) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Membership.id.label("membership_id"),
            Person.id.label("person_id"),
            Person.code,
            Person.name,
            Person.phone,
            Membership.joined_on,
            Membership.left_on,
            Membership.leads,
        )
        .join(Person, Person.id == Membership.person_id)
        .where(Membership.team_id == team_id)
    )


def member_on(day: date | ColumnElement[date]) -> ColumnElement[bool]:
    """The condition that a membership holds on a day."""
    return (Membership.joined_on <= day) & (Membership.left_on.is_(None) | (Membership.left_on > day))


_TEAMS_OF = (
    select(Membership.team_id)
    .where(Membership.person_id == bindparam("person_id"), member_on(bindparam("day", type_=Date())))
    .order_by(Membership.team_id)
)


def teams_of(work: Work, person_id: int, day: date) -> list[int]:
    """The teams a person belongs to on a day, by id. Inner: for rights and for crediting."""
    return list(work.scalars(_TEAMS_OF, {"person_id": person_id, "day": day}))


def leaders_of(work: Work, team_id: int, day: date) -> list[int]:
    """Who leads a team on a day, by id. Inner: for notices."""
    return list(
        work.scalars(
            select(Membership.person_id)
            .where(Membership.team_id == team_id, Membership.leads, member_on(day))
            .order_by(Membership.person_id)
        )
    )


def _current(work: Work, team_id: int, person_id: int) -> Membership:
    row = work.scalar(
        select(Membership)
        .where(Membership.team_id == team_id, Membership.person_id == person_id, Membership.left_on.is_(None))
        .with_for_update(key_share=True)
    )
    if row is None:
        raise NotMember(team_id=team_id, person_id=person_id)
    return row


def _describe(team: Team, name: str, purpose: str, discreet: bool) -> None:
    team.name, team.purpose = (
        texts.line("name", name, longest=60),
        texts.line("purpose", purpose, longest=200, empty=True),
    )
    team.discreet = discreet


def _view(team: Team) -> TeamView:
    return TeamView(team.id, team.code, team.name, team.purpose, team.community_id, team.discreet)
