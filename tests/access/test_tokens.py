"""A token names a person until it expires, is revoked, or its person leaves; its secret is kept nowhere."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from tests.world import MONDAY, NOW, SCRIPT, World
from volunteer_core.access.authentication import TokenInvalid, actor_of
from volunteer_core.access.models import Token
from volunteer_core.access.secrets import LONGEST_SECRET, digest
from volunteer_core.access.tokens import (
    AlreadyRevoked,
    IssuedToken,
    end_role,
    grant_role,
    issue_first,
    issue_token,
    list_roles,
    list_tokens,
    me,
    revoke_token,
)
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.people.registry import leave_office
from volunteer_core.people.standing import PersonLeft
from volunteer_core.permissions import Actor, Role

TUESDAY = MONDAY + timedelta(days=1)
DAY = timedelta(days=1)


def issued(world: World, person: int, **facts: object) -> IssuedToken:
    token: IssuedToken = world.do(issue_token, person_id=person, label="手机", **facts)
    return token


def test_a_token_names_its_person_until_it_expires(world: World) -> None:
    person = world.person()
    token = issued(world, person, valid_days=30)
    last_moment = token.expires_at - timedelta(microseconds=1)
    assert world.see(actor_of, secret=token.secret, now=last_moment).person_id == person
    with pytest.raises(TokenInvalid):
        world.see(actor_of, secret=token.secret, now=token.expires_at)


def test_a_revoked_token_is_over_at_once_and_for_good(world: World) -> None:
    person = world.person()
    lost, kept = issued(world, person), issued(world, person)
    world.do(revoke_token, by=Actor.person(person), token_id=lost.id)
    with pytest.raises(TokenInvalid):
        world.see(actor_of, secret=lost.secret)
    assert world.see(actor_of, secret=kept.secret).person_id == person
    with pytest.raises(AlreadyRevoked):
        world.do(revoke_token, token_id=lost.id)


def test_who_left_is_not_let_in(world: World) -> None:
    token = issued(world, person := world.person())
    world.do(leave_office, person_id=person, on=TUESDAY)
    assert world.see(actor_of, secret=token.secret).person_id == person
    with pytest.raises(TokenInvalid):
        world.see(actor_of, secret=token.secret, now=NOW + DAY)


@pytest.mark.parametrize("secret", ["", "wrong", "x" * (LONGEST_SECRET + 1), "\ud800", "a\x00b"])
def test_a_wrong_secret_is_refused_like_every_other(world: World, secret: str) -> None:
    issued(world, world.person())
    with pytest.raises(TokenInvalid) as refused:
        world.see(actor_of, secret=secret)
    assert refused.value.facts == {}


def test_only_the_digest_is_at_rest(world: World) -> None:
    one, other = (issued(world, world.person()) for _ in range(2))
    assert one.secret != other.secret
    assert len(one.secret) >= 43  # 256 bits
    with world.office.read(by=SCRIPT, now=NOW) as work:
        row = work.scalars(select(Token).where(Token.id == one.id)).one()
    assert row.digest == digest(one.secret)
    assert one.secret not in str(vars(row))
    assert one.secret not in str(world.see(list_tokens, person_id=one.person_id))


def test_the_office_issues_and_people_see_and_revoke_their_own(world: World) -> None:
    person, other = world.people(2)
    token = issued(world, person)
    for somebody in (Actor.person(person), world.leader(), world.coordinator()):
        with pytest.raises(NotAllowed):
            world.do(issue_token, by=somebody, person_id=person, label="手机")
    for operation, facts in ((list_tokens, {"person_id": person}), (revoke_token, {"token_id": token.id})):
        with pytest.raises(NotAllowed):
            world.do(operation, by=Actor.person(other), **facts)
    assert world.see(list_tokens, by=Actor.person(person), person_id=person).total == 1
    for days in (0, 401):
        with pytest.raises(Malformed):
            issued(world, person, valid_days=days)


def test_a_role_is_held_between_its_dates(world: World) -> None:
    person = world.person()
    grant = world.do(
        grant_role,
        person_id=person,
        role=Role.COMMUNITY_COORDINATOR,
        community_id=world.community,
        valid_from=TUESDAY,
        valid_to=TUESDAY + DAY,
    )
    held = [world.actor(person, now=NOW + number * DAY).communities for number in range(4)]
    assert held == [set(), {world.community}, {world.community}, set()]
    world.do(end_role, grant_id=grant.id, last_day=TUESDAY)
    assert world.actor(person, now=NOW + 2 * DAY).communities == set()
    assert world.see(list_roles).items[0].valid_to == TUESDAY
    with pytest.raises(Malformed):
        world.do(end_role, grant_id=grant.id, last_day=MONDAY)


def test_only_offices_are_granted_each_with_its_scope(world: World) -> None:
    person = world.person()
    for role, community in (
        (Role.TEAM_LEADER, None),
        (Role.VOLUNTEER, None),
        (Role.STREET_OFFICER, world.community),
        (Role.COMMUNITY_COORDINATOR, None),
    ):
        with pytest.raises(Malformed):
            world.do(grant_role, person_id=person, role=role, community_id=community, valid_from=MONDAY)
    with pytest.raises(Malformed):
        world.do(grant_role, person_id=person, role=Role.STREET_OFFICER, valid_from=TUESDAY, valid_to=MONDAY)
    for somebody in (world.coordinator(), world.leader()):
        with pytest.raises(NotAllowed):
            world.do(grant_role, by=somebody, person_id=person, role=Role.STREET_OFFICER, valid_from=MONDAY)
    assert not world.actor(person).officer


def test_one_can_be_several_things_at_once_and_sees_so(world: World) -> None:
    leader = world.leader()
    for role, community in ((Role.STREET_OFFICER, None), (Role.COMMUNITY_COORDINATOR, world.other_community)):
        world.do(grant_role, person_id=leader.person_id, role=role, community_id=community, valid_from=MONDAY)
    seen = world.see(me, by=world.actor(leader.person_id or 0))
    assert (seen.officer, seen.coordinates_communities, seen.leads_teams) == (
        True,
        [world.other_community],
        [world.team],
    )
    with pytest.raises(NotAllowed):
        world.see(me, by=Actor.anonymous())
    with pytest.raises(NotFound):
        world.see(me)


def test_the_first_token_makes_an_officer_of_today(world: World) -> None:
    """Whatever grants there are for other days; who is an officer today is not made one again."""
    person = world.person("王示例", code="P001")

    def issue() -> Actor:
        secret = world.do(issue_first, code="P001", name=None, officer=True).secret
        found: Actor = world.see(actor_of, secret=secret)
        return found

    for first, last in ((MONDAY + timedelta(days=9), None), (date(2026, 1, 1), MONDAY - timedelta(days=1))):
        world.do(grant_role, person_id=person, role=Role.STREET_OFFICER, valid_from=first, valid_to=last)
    assert issue().officer
    assert issue().officer
    assert world.see(list_roles, person_id=person).total == 3


def test_who_left_gets_no_token(world: World) -> None:
    person = world.person()
    world.do(leave_office, person_id=person, on=MONDAY)
    with pytest.raises(PersonLeft):
        world.do(issue_token, person_id=person, label="手机")
