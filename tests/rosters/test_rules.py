"""What a programme lays down for its shifts: rules as a whole, and who serves together or apart."""

from __future__ import annotations

from datetime import date, time, timedelta
from functools import partial
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.at_once import just_before_the_commit
from tests.world import MONDAY, World
from volunteer_core.care.sessions import open_session, read_session
from volunteer_core.commitments.promises import NotOfTeam
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.people.standing import AgeOutside, QualificationMissing
from volunteer_core.people.vouching import qualify
from volunteer_core.rosters.assigning import assign
from volunteer_core.rosters.coverage import week_coverage
from volunteer_core.rosters.generating import generate
from volunteer_core.rosters.house_rules import AloneOnShift
from volunteer_core.rosters.models import PairKind
from volunteer_core.rosters.pairing import think_through
from volunteer_core.rosters.pairs import PairContradicts, list_pairs, remove_pair, set_pair
from volunteer_core.rosters.patterns import list_patterns, set_pattern
from volunteer_core.rosters.rules import Rules, read_rules, set_rules
from volunteer_core.rosters.shifts import add_shift, change_shift, read_shift
from volunteer_core.timespans import at

TOGETHER, APART = PairKind.TOGETHER, PairKind.APART


def rules(world: World, **facts: Any) -> Rules:
    found: Rules = world.do(set_rules, programme_id=world.school, **facts)
    return found


def qualified(world: World, kind: str, person: int | None = None) -> int:
    person = person or world.person()
    world.do(qualify, person_id=person, kind=kind, valid_from=date(2026, 1, 1), expires_on=None)
    return person


def pair(world: World, one: int, other: int, kind: PairKind, **facts: Any) -> int:
    found: int = world.do(
        set_pair, programme_id=world.school, person_id=one, other_id=other, kind=kind, **facts
    ).id
    return found


def test_rules_are_laid_down_as_a_whole(world: World) -> None:
    assert world.see(read_rules, programme_id=world.school) == Rules()
    wanted = {
        "lead_qualification": "teacher",
        "qualification": "first_aid",
        "min_age": 18,
        "max_age": 70,
        "newcomer_shifts": 3,
        "most_of_family": 2,
        "never_alone": True,
        "self_service": False,
        "swaps_need_approval": True,
        "swap_hours": 24,
        "asks_confirmation": True,
    }
    assert rules(world, **wanted) == Rules(**wanted)  # type: ignore[arg-type]
    assert world.see(read_rules, programme_id=world.school) == Rules(**wanted)  # type: ignore[arg-type]
    assert rules(world, min_age=16) == Rules(min_age=16)
    assert world.see(read_rules, programme_id=world.clean_up) == Rules()


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"lead_qualification": ""}, "lead_qualification"),
        ({"qualification": "急救"}, "qualification"),
        ({"min_age": -1}, "min_age"),
        ({"max_age": 121}, "max_age"),
        ({"min_age": 20, "max_age": 19}, "max_age"),
        ({"newcomer_shifts": -1}, "newcomer_shifts"),
        ({"newcomer_shifts": 101}, "newcomer_shifts"),
        ({"most_of_family": 0}, "most_of_family"),
        ({"swap_hours": 337}, "swap_hours"),
    ],
)
def test_rules_that_cannot_be_kept_are_refused(world: World, facts: dict[str, Any], field: str) -> None:
    before = rules(world, min_age=16)
    with pytest.raises(Malformed) as refused:
        rules(world, **facts)
    assert refused.value.facts["field"] == field
    assert world.see(read_rules, programme_id=world.school) == before


def test_leaders_of_the_team_and_the_office_lay_down_rules(world: World) -> None:
    one, other = world.people(2)
    for allowed in (world.leader(), world.officer()):
        rules(world, by=allowed)
        made = pair(world, one, other, TOGETHER, by=allowed)
        assert world.see(list_pairs, by=allowed, programme_id=world.school).total == 1
        world.do(remove_pair, by=allowed, programme_id=world.school, pair_id=made)
    made = pair(world, one, other, TOGETHER)
    for somebody in (world.actor(one), world.coordinator(), world.leader(world.other_team)):
        assert world.see(read_rules, by=somebody, programme_id=world.school) == Rules()
        for operation, facts in (
            (set_rules, {}),
            (set_pair, {"person_id": one, "other_id": other, "kind": APART}),
            (remove_pair, {"pair_id": made}),
            (list_pairs, {}),
        ):
            with pytest.raises(NotAllowed):
                world.do(operation, by=somebody, programme_id=world.school, **facts)


def test_a_pair_is_laid_down_once_and_can_be_removed(world: World) -> None:
    one, other = world.person("王小敏"), world.person("李强")
    made = pair(world, other, one, APART)
    assert pair(world, one, other, APART) == made
    [shown] = world.see(list_pairs, programme_id=world.school).items
    assert (shown.person_id, shown.name, shown.other_id, shown.other_name) == (one, "王小敏", other, "李强")
    with pytest.raises(NotFound):
        world.do(remove_pair, programme_id=world.clean_up, pair_id=made)
    world.do(remove_pair, programme_id=world.school, pair_id=made)
    with pytest.raises(NotFound):
        world.do(remove_pair, programme_id=world.school, pair_id=made)
    pair(world, one, other, TOGETHER)
    with pytest.raises(Malformed):
        pair(world, one, one, TOGETHER)


def test_together_and_apart_contradict_each_other_also_by_way_of_others(world: World) -> None:
    a, b, c, d = world.people(4)
    pair(world, a, b, TOGETHER)
    with pytest.raises(PairContradicts):
        pair(world, b, a, APART)
    pair(world, b, c, TOGETHER)
    pair(world, c, d, APART)
    for one, other, kind in ((a, c, APART), (a, d, TOGETHER)):
        with pytest.raises(PairContradicts):
            pair(world, one, other, kind)
    pair(world, a, d, APART)
    world.do(set_pair, programme_id=world.clean_up, person_id=a, other_id=b, kind=APART)  # another programme
    assert world.see(list_pairs, programme_id=world.school).total == 4


def test_contradicting_pairs_laid_down_at_once_are_not_both_kept(world: World) -> None:
    one, other, third = world.people(3)
    pair(world, one, third, TOGETHER)
    apart = partial(set_pair, programme_id=world.school, person_id=one, other_id=other, kind=APART)
    _, refused = just_before_the_commit(world.do, apart, lambda: pair(world, other, third, TOGETHER))
    assert isinstance(refused, PairContradicts)
    assert world.see(list_pairs, programme_id=world.school).total == 2


people = st.integers(0, 4)


@given(st.lists(st.tuples(people, people, st.sampled_from(PairKind)).filter(lambda one: one[0] != one[1])))
def test_pairs_contradict_exactly_when_no_sharing_out_satisfies_them(
    pairs: list[tuple[int, int, PairKind]],
) -> None:
    """Against trying out every way to put five people on five shifts."""
    possible = any(
        all((where[one] == where[other]) == (kind is TOGETHER) for one, other, kind in pairs)
        for where in product(range(5), repeat=5)
    )
    found = think_through(pairs)
    assert found.contradicts != possible
    for one, other in combinations(range(5), 2):
        assert (other in found.partners(one)) == (one in found.partners(other))
        assert (other in found.kept_from(one)) == (one in found.kept_from(other))


def test_leaders_pair_members_of_their_teams_and_nobody_by_an_id(world: World) -> None:
    leader, member = world.leader(), world.person()
    for stranger in (world.person(teams=(world.other_team,)), 9999):
        for one, other in ((member, stranger), (stranger, member)):
            with pytest.raises(NotOfTeam):
                pair(world, one, other, APART, by=leader)
    with pytest.raises(NotFound):
        pair(world, member, 9999, APART)


def test_ages_and_qualifications_of_the_programme_hold_for_every_shift(world: World) -> None:
    rules(world, qualification="first_aid", min_age=30, max_age=40)
    shift = world.shift()
    young = qualified(world, "first_aid", world.person(born=date(1996, 11, 3)))
    old = qualified(world, "first_aid", world.person(born=date(1985, 11, 2)))
    for person in (young, old):
        with pytest.raises(AgeOutside):
            world.do(assign, shift_id=shift, person_id=person)
    with pytest.raises(QualificationMissing):
        world.do(assign, shift_id=shift, person_id=world.person())
    just = qualified(world, "first_aid", world.person(born=date(1996, 11, 2)))
    world.do(assign, shift_id=shift, person_id=just)


def test_the_qualification_of_a_shift_is_asked_for_beside_that_of_the_programme(world: World) -> None:
    rules(world, qualification="first_aid")
    shift = world.shift()
    driver = qualified(world, "driver")
    assert world.do(change_shift, shift_id=shift, qualification="driver").qualification == "driver"
    with pytest.raises(QualificationMissing) as refused:
        world.do(assign, shift_id=shift, person_id=driver)
    assert refused.value.facts["qualification"] == "first_aid"
    helper = qualified(world, "first_aid")
    with pytest.raises(QualificationMissing) as refused:
        world.do(assign, shift_id=shift, person_id=helper)
    assert refused.value.facts["qualification"] == "driver"
    world.do(assign, shift_id=shift, person_id=qualified(world, "first_aid", driver))
    assert world.do(change_shift, shift_id=shift, note="带钥匙").qualification == "driver"
    assert world.do(change_shift, shift_id=shift, qualification="").qualification is None
    world.do(assign, shift_id=shift, person_id=helper)


def test_a_pattern_hands_its_qualification_to_its_shifts(world: World) -> None:
    pattern = world.do(
        set_pattern,
        programme_id=world.school,
        site_id=world.site,
        weekdays="1",
        starts=time(17),
        ends=time(18),
        minimum=1,
        maximum=2,
        qualification="driver",
        valid_from=MONDAY,
        valid_to=MONDAY,
    )
    assert pattern == world.see(list_patterns).items[0]
    made = world.do(generate, programme_id=world.school, first=MONDAY, last=MONDAY).added
    assert world.see(read_shift, shift_id=made[0]).qualification == "driver"
    added = {
        "programme_id": world.school,
        "site_id": world.site,
        "starts_at": at(MONDAY, time(9)),
        "ends_at": at(MONDAY, time(10)),
        "minimum": 1,
        "maximum": 1,
    }
    assert world.do(add_shift, **added, qualification="cook").qualification == "cook"
    for wrong in ("急救", ""):
        with pytest.raises(Malformed):
            world.do(add_shift, **added, qualification=wrong)
    with pytest.raises(Malformed):
        world.do(change_shift, shift_id=made[0], qualification="急救")


def test_who_counts_as_a_lead_is_what_the_rules_say(world: World) -> None:
    teacher, trained = qualified(world, "teacher"), qualified(world, "trained_lead")
    world.published(teacher, trained, minimum=2, leads=2)
    session = world.do(open_session, programme_id=world.school, site_id=world.site, day=MONDAY).id
    for kind, leads in (("trained_lead", {trained}), ("teacher", {teacher})):
        rules(world, lead_qualification=kind)
        [shift] = world.see(week_coverage, programme_id=world.school, week="2026-W45").shifts
        assert {one.person_id for one in shift.people if one.lead} == leads
        assert shift.leads_missing == 1
        adults = world.see(read_session, session_id=session).adults
        assert {one.person_id for one in adults if one.lead} == leads


def test_a_shift_with_one_person_is_not_published_where_nobody_serves_alone(world: World) -> None:
    one, other = world.people(2)
    rules(world, never_alone=True)
    alone = world.shift(one)
    world.shift(one, other, day=MONDAY + timedelta(days=1))
    world.shift(day=MONDAY + timedelta(days=2))  # with nobody on it, nobody is alone
    found = world.see(week_coverage, programme_id=world.school, week="2026-W45").shifts
    assert [shift.open for shift in found] == [["alone_on_shift"], [], []]
    with pytest.raises(AloneOnShift) as refused:
        world.publish()
    assert refused.value.facts["shift_ids"] == [alone]
    assert refused.value.message == "以下班次只有一个人，不能单人值班：11月2日（周一）17:00–18:00。"
    world.do(assign, shift_id=alone, person_id=other)
    assert len(world.publish().shift_ids) == 3
