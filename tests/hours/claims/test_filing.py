"""Who claims what: a span of one day, for oneself or one's own, and no way around the rules of service."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.hours.claiming import EVENING, approve, claim
from tests.world import MONDAY, World, hour
from volunteer_core.commitments.promises import NotOfTeam
from volunteer_core.errors import Malformed, NotAllowed, NotFound, Refused
from volunteer_core.hours.claims.deciding import decline_claim
from volunteer_core.hours.claims.filing import (
    ClaimDecided,
    ClaimTooEarly,
    ClaimTooOld,
    ClaimTwice,
    OverMidnight,
    PaidDuty,
    withdraw_claim,
)
from volunteer_core.hours.claims.listing import list_own_claims
from volunteer_core.hours.claims.models import ClaimState
from volunteer_core.hours.models import EntryKind
from volunteer_core.people.registry import leave_office, register
from volunteer_core.people.standing import (
    AgeUnknown,
    CheckMissing,
    ConsentMissing,
    GuardianPresenceNeeded,
    MinorAtEmergency,
    PersonLeft,
)
from volunteer_core.people.vouching import give_consent, link_guardian, take_leave
from volunteer_core.permissions import Actor
from volunteer_core.teams.grid_posts import appoint
from volunteer_core.teams.membership import quit_team
from volunteer_core.teams.models import GridRole
from volunteer_core.timespans import SpanInvalid

TUESDAY = MONDAY + timedelta(days=1)


def test_a_volunteer_claims_what_when_and_where_with_what_proves_it(world: World) -> None:
    person = world.person()
    filed = claim(world, person, 9, 10.5, by=Actor.person(person), team_id=world.team)
    assert (filed.person_id, filed.civil_date, filed.starts_at, filed.ends_at) == (
        person, MONDAY, hour(9), hour(10, 30),
    )  # fmt: skip
    assert (filed.what, filed.place, filed.evidence) == ("清理楼道", "三号楼", "群里有照片")
    assert (filed.community_id, filed.team_id, filed.kind) == (
        world.community, world.team, EntryKind.SERVICE,
    )  # fmt: skip
    assert (filed.state, filed.filed_by, filed.filed_at, filed.late) == (
        ClaimState.PENDING, person, EVENING, False,
    )  # fmt: skip
    assert (filed.minutes, filed.entry_id, filed.credited_minutes, filed.entered_on) == (None, None, 0, None)


def test_a_site_says_the_place_its_community_and_grid(world: World) -> None:
    filed = claim(world, world.person(community=world.other_community), site_id=world.site)
    assert (filed.place, filed.site_id, filed.community_id, filed.grid_id) == (
        "三峰学堂", world.site, world.community, world.grid,
    )  # fmt: skip
    elsewhere = claim(world, world.person(), community_id=world.other_community)
    assert (elsewhere.place, elsewhere.community_id, elsewhere.grid_id) == (
        "三号楼", world.other_community, None,
    )  # fmt: skip


def test_the_programme_says_the_team_where_it_is_the_persons_own(world: World) -> None:
    where = {"programme_id": world.clean_up}
    assert claim(world, world.person(), **where).team_id == world.team
    assert claim(world, world.person(teams=(world.other_team,)), **where).team_id is None
    both = world.person(teams=(world.team, world.other_team))
    assert claim(world, both, team_id=world.other_team, **where).team_id == world.other_team
    assert claim(world, world.person()).team_id is None


@pytest.mark.parametrize(
    ("facts", "refusal"),
    [
        ({"ends": 9}, SpanInvalid),
        ({"ends": 8}, SpanInvalid),
        ({"ends_at": hour(9) + timedelta(seconds=59)}, Malformed),
        ({"starts_at": datetime(2026, 11, 2, 9)}, Malformed),  # noqa: DTZ001
        ({"begins": -1, "ends": 1}, OverMidnight),
        ({"ends": 25, "now": hour(9, day=TUESDAY)}, OverMidnight),
        ({"begins": 0, "ends": 24 * 365, "now": hour(9, day=date(2028, 1, 1))}, OverMidnight),
        ({"now": hour(10, 59)}, ClaimTooEarly),
        ({"day": date(2030, 1, 1), "now": EVENING}, ClaimTooEarly),
        ({"now": hour(9, day=MONDAY + timedelta(days=367))}, ClaimTooOld),
        ({"kind": EntryKind.PAID_DUTY}, Malformed),
        ({"kind": EntryKind.ADJUSTMENT}, Malformed),
        ({"what": " "}, Malformed),
        ({"what": "长" * 201}, Malformed),
        ({"evidence": ""}, Malformed),
        ({"evidence": "长" * 501}, Malformed),
        ({"place": ""}, Malformed),
        ({"place": "长" * 101}, Malformed),
        ({"community_id": 999}, NotFound),
        ({"site_id": 999}, NotFound),
        ({"programme_id": 999}, NotFound),
    ],
    ids=str,
)
def test_what_cannot_be_is_not_claimed(world: World, facts: dict[str, Any], refusal: type[Refused]) -> None:
    person = world.person()
    with pytest.raises(refusal):
        claim(world, person, **facts)
    assert world.see(list_own_claims, person_id=person).items == []


def test_a_place_is_a_site_or_in_words_and_somewhere(world: World) -> None:
    person = world.person()
    for wrong in ({"place": "三号楼"}, {"community_id": world.community}):
        with pytest.raises(Malformed, match="site_id"):
            claim(world, person, site_id=world.site, **wrong)
    homeless = world.do(register, name="陈流云", birth_date=date(1990, 1, 1)).id
    with pytest.raises(Malformed, match="community_id"):
        claim(world, homeless)
    assert claim(world, homeless, community_id=world.community).community_id == world.community


def test_a_day_ends_at_midnight_and_a_year_ago_is_not_too_long_ago(world: World) -> None:
    person = world.person()
    filed = claim(world, person, 23, 24, now=hour(0, day=TUESDAY))
    assert filed.civil_date == MONDAY
    claim(world, person, 0, 1, day=TUESDAY, now=hour(9, day=TUESDAY + timedelta(days=366)))


def test_a_claim_beyond_ten_working_days_is_late_and_taken_all_the_same(world: World) -> None:
    """From Monday the 2nd the tenth working day is Monday the 16th."""
    person = world.person()
    assert not claim(world, person, 9, 10, now=hour(23, day=date(2026, 11, 16))).late
    late = claim(world, person, 10, 11, now=hour(0, day=date(2026, 11, 17)))
    assert late.late
    assert approve(world, late.id, now=hour(9, day=date(2026, 11, 17))).credited_minutes == 60


def test_two_claims_that_wait_do_not_overlap(world: World) -> None:
    person = world.person()
    first = claim(world, person, 9, 11)
    for begins, ends in ((9, 11), (8, 9.5), (10.5, 12), (8, 12), (9.5, 10)):
        with pytest.raises(ClaimTwice, match=str(first.id)):
            claim(world, person, begins, ends)
    claim(world, person, 8, 9)
    claim(world, person, 11, 12)
    claim(world, world.person(), 9, 11)
    world.do(decline_claim, claim_id=first.id, reason="时间不对")
    claim(world, person, 9, 11)


def test_only_people_who_are_known_and_serve_on_that_day_claim(world: World) -> None:
    person = world.person()
    with pytest.raises(NotFound):
        claim(world, 999)
    world.do(leave_office, person_id=person, on=TUESDAY)
    with pytest.raises(PersonLeft):
        claim(world, person, day=TUESDAY)
    assert claim(world, person, day=MONDAY).person_id == person


def test_time_is_claimed_for_a_team_that_one_belonged_to_on_that_day(world: World) -> None:
    person = world.person()
    with pytest.raises(NotOfTeam):
        claim(world, person, team_id=world.other_team)
    world.do(quit_team, team_id=world.team, person_id=person, on=TUESDAY)
    with pytest.raises(NotOfTeam):
        claim(world, person, day=TUESDAY, team_id=world.team)
    assert claim(world, person, day=MONDAY, team_id=world.team).team_id == world.team


def test_a_claim_is_no_way_around_what_the_task_asks(world: World) -> None:
    minor = world.person(born=date(2012, 1, 1))
    emergency = world.programme("FLOOD", emergency=True)
    unchecked = world.person(checked_on=None)
    with pytest.raises(AgeUnknown):
        claim(world, world.person(born=None))
    with pytest.raises(ConsentMissing):
        claim(world, minor)
    consent(world, minor, world.person())
    with pytest.raises(MinorAtEmergency):
        claim(world, minor, programme_id=emergency)
    with pytest.raises(CheckMissing):
        claim(world, unchecked, programme_id=world.school)
    for person, programme in ((minor, None), (unchecked, world.clean_up)):
        claim(world, person, programme_id=programme)


def test_training_asks_for_no_consent(world: World) -> None:
    person = world.person(born=date(2012, 1, 1), checked_on=None)
    filed = claim(world, person, kind=EntryKind.TRAINING, programme_id=world.school)
    assert filed.kind is EntryKind.TRAINING


def test_a_child_below_ten_is_claimed_for_by_the_guardian_who_was_there(world: World) -> None:
    child, mother = world.person(born=date(2018, 1, 1)), world.person(teams=())
    consent(world, child, mother)
    with pytest.raises(GuardianPresenceNeeded):
        claim(world, child, by=world.coordinator())
    filed = claim(world, child, by=Actor.person(mother))
    assert (filed.person_id, filed.filed_by) == (child, mother)


def test_leave_is_shown_and_does_not_forbid(world: World) -> None:
    person = world.person()
    world.do(take_leave, person_id=person, first_day=MONDAY, last_day=MONDAY)
    assert claim(world, person).state is ClaimState.PENDING


def test_paid_duty_is_never_claimed_as_service(world: World) -> None:
    worker = world.person()
    post = {"role": GridRole.RECRUITED_GRID_WORKER, "community_id": world.community, "grid_id": world.grid}
    world.do(appoint, person_id=worker, salaried=True, since=date(2026, 1, 1), **post)
    with pytest.raises(PaidDuty):
        claim(world, worker, programme_id=world.school)
    claim(world, worker, 8, 9, programme_id=world.clean_up)
    claim(world, worker, 9, 10, programme_id=world.school, kind=EntryKind.TRAINING)
    claim(world, world.person(), programme_id=world.school)


def test_people_claim_for_themselves_and_who_answers_for_them_does(world: World) -> None:
    person, mother = world.person(born=date(2012, 1, 1)), world.person(teams=())
    consent(world, person, mother)
    mine = [Actor.person(person), Actor.person(mother), world.leader(), world.coordinator(), world.officer()]
    for begins, somebody in enumerate(mine, 8):
        assert claim(world, person, begins, begins + 1, by=somebody).filed_by == somebody.person_id
    for other in (
        Actor.person(world.person()),
        world.leader(world.other_team),
        world.coordinator(world.other_community),
        Actor.anonymous(),
    ):
        with pytest.raises(NotAllowed):
            claim(world, person, 20, 21, by=other)


def test_a_claim_that_waits_is_withdrawn_by_its_person_or_guardian(world: World) -> None:
    person, mother = world.person(born=date(2012, 1, 1)), world.person(teams=())
    consent(world, person, mother)
    filed = claim(world, person)
    for other in (world.leader(), world.coordinator(), world.officer(), Actor.person(world.person())):
        with pytest.raises(NotAllowed):
            world.do(withdraw_claim, by=other, claim_id=filed.id)
    withdrawn = world.do(withdraw_claim, by=Actor.person(person), claim_id=filed.id)
    assert withdrawn.state is ClaimState.WITHDRAWN
    with pytest.raises(ClaimDecided):
        world.do(withdraw_claim, by=Actor.person(person), claim_id=filed.id)
    world.do(withdraw_claim, by=Actor.person(mother), claim_id=claim(world, person).id)
    approved = approve(world, claim(world, person).id)
    with pytest.raises(ClaimDecided):
        world.do(withdraw_claim, by=Actor.person(person), claim_id=approved.id)


def consent(world: World, child: int, guardian: int) -> None:
    who = {"ward_id": child, "guardian_id": guardian}
    world.do(link_guardian, relation="母亲", valid_from=date(2026, 1, 1), **who)
    world.do(give_consent, valid_from=date(2026, 9, 1), valid_to=date(2027, 6, 30), **who)
