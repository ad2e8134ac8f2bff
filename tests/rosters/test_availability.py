"""What people say of their time, and how one statement gives way to another."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.world import MONDAY, NOW, SCRIPT, World
from volunteer_core.audit import AuditEntry
from volunteer_core.commitments.promises import NotOfTeam
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.people.vouching import AlreadyWithdrawn
from volunteer_core.places.directory import add_site
from volunteer_core.places.distances import kilometres
from volunteer_core.rosters.availability.models import DateWish
from volunteer_core.rosters.availability.offers import Offer, offers_of
from volunteer_core.rosters.availability.reading import AvailabilityView, WeeklyTime, read_availability
from volunteer_core.rosters.availability.stating import (
    state_dates,
    state_limits,
    state_weekly,
    withdraw_dates,
)
from volunteer_core.rosters.availability.weekly_patterns import AvailabilityOverlaps
from volunteer_core.timespans import Span, at, days

DAY = timedelta(days=1)
AT_FIVE = Span(at(MONDAY, time(17)), at(MONDAY, time(18)))


@pytest.fixture
def person(world: World) -> int:
    return world.person()


def spans(*found: tuple[int, int, int]) -> list[WeeklyTime]:
    """Spans from a full hour to another, by ISO weekday."""
    return [WeeklyTime(weekday, time(starts), time(ends)) for weekday, starts, ends in found]


def stated(world: World, person: int, **facts: Any) -> AvailabilityView:
    found: AvailabilityView = world.see(read_availability, person_id=person, **facts)
    return found


def offer(world: World, person: int, first: date = MONDAY, last: date = MONDAY) -> Offer:
    with world.office.read(by=SCRIPT, now=NOW) as work:
        return offers_of(work, [person], first, last).get(person, Offer())


def says(world: World, person: int, kind: DateWish, day: date = MONDAY, **facts: Any) -> int:
    found: int = world.do(state_dates, person_id=person, first_day=day, last_day=day, kind=kind, **facts).id
    return found


def test_a_weekly_span_covers_what_lies_within_it_on_its_weekday(world: World, person: int) -> None:
    world.do(state_weekly, person_id=person, spans=spans((1, 17, 18), (3, 9, 12)), valid_from=MONDAY)
    found = offer(world, person, MONDAY, MONDAY + 7 * DAY)
    assert found.covers(MONDAY, AT_FIVE)
    minute = timedelta(minutes=1)
    assert not found.covers(MONDAY, Span(AT_FIVE.start - minute, AT_FIVE.end))
    assert not found.covers(MONDAY, Span(AT_FIVE.start, AT_FIVE.end + minute))
    assert not found.covers(MONDAY + 2 * DAY, Span(*(instant + 2 * DAY for instant in AT_FIVE)))
    assert found.covers(MONDAY + 7 * DAY, Span(*(instant + 7 * DAY for instant in AT_FIVE)))
    assert not found.covers(MONDAY, Span(AT_FIVE.start, AT_FIVE.start + DAY))  # past midnight


def test_spans_that_touch_are_one(world: World, person: int) -> None:
    view = world.do(
        state_weekly, person_id=person, spans=spans((1, 18, 19), (1, 16, 17), (1, 17, 18)), valid_from=MONDAY
    )
    assert [pattern.spans for pattern in view.weekly] == [spans((1, 16, 19))]


def test_no_span_at_all_says_never_which_is_something_said(world: World, person: int) -> None:
    assert not offer(world, person).said_on(MONDAY)
    view = world.do(state_weekly, person_id=person, spans=[], valid_from=MONDAY)
    assert [(one.valid_from, one.valid_to, one.spans) for one in view.weekly] == [(MONDAY, None, [])]
    found = offer(world, person)
    assert found.said_on(MONDAY)
    assert not found.covers(MONDAY, AT_FIVE)


def test_a_statement_for_some_dates_leaves_what_holds_around_them(world: World, person: int) -> None:
    world.do(state_weekly, person_id=person, spans=spans((1, 17, 18)), valid_from=MONDAY - 30 * DAY)
    december = {"valid_from": date(2026, 12, 1), "valid_to": date(2026, 12, 31)}
    world.do(state_weekly, person_id=person, spans=spans((2, 9, 10)), **december)
    assert [(one.valid_from, one.valid_to) for one in stated(world, person).weekly] == [
        (MONDAY - 30 * DAY, date(2026, 11, 30)),
        (date(2026, 12, 1), date(2026, 12, 31)),
        (date(2027, 1, 1), None),
    ]
    # Without an end it replaces all that comes after.
    world.do(state_weekly, person_id=person, spans=spans((5, 9, 10)), valid_from=date(2026, 12, 10))
    assert [(one.valid_from, one.valid_to) for one in stated(world, person).weekly] == [
        (MONDAY - 30 * DAY, date(2026, 11, 30)),
        (date(2026, 12, 1), date(2026, 12, 9)),
        (date(2026, 12, 10), None),
    ]


span_of_days = st.tuples(st.integers(0, 12), st.one_of(st.none(), st.integers(0, 8)), st.integers(0, 3))


@given(st.lists(span_of_days, min_size=1, max_size=5))
@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_on_every_date_the_last_statement_for_it_holds(
    world: World, statements: list[tuple[int, int | None, int]]
) -> None:
    """Against a model that writes down for every single date what was said of it last."""
    person, said = world.person(), dict[date, int]()
    for starts, length, number in statements:
        first = MONDAY + starts * DAY
        last = None if length is None else first + length * DAY
        wanted = [WeeklyTime(weekday, time(number), time(20)) for weekday in range(1, 8)] if number else []
        world.do(state_weekly, person_id=person, spans=wanted, valid_from=first, valid_to=last)
        said.update(dict.fromkeys(days(first, last or MONDAY + 30 * DAY), number))
    found = offer(world, person, MONDAY, MONDAY + 30 * DAY)
    for day in days(MONDAY, MONDAY + 30 * DAY):
        holding = [one for one in found.weekly if one.holds_on(day)]
        assert found.said_on(day) == (day in said)
        expected = {(weekday, time(said[day])) for weekday in range(1, 8)} if said.get(day) else set()
        assert {(one.weekday, one.starts) for one in holding if one.weekday} == expected
        assert len(holding) == (max(len(expected), 1) if day in said else 0)


def test_what_is_said_of_a_date_goes_before_the_week_and_the_newest_counts(world: World, person: int) -> None:
    world.do(state_weekly, person_id=person, spans=spans((1, 17, 18)), valid_from=MONDAY)
    assert offer(world, person).covers(MONDAY, AT_FIVE)
    says(world, person, DateWish.CANNOT)
    assert not offer(world, person).covers(MONDAY, AT_FIVE)
    again = says(world, person, DateWish.PREFERS)
    early = Span(at(MONDAY, time(6)), at(MONDAY, time(7)))
    assert offer(world, person).covers(MONDAY, early)  # it opens the whole day
    world.do(withdraw_dates, wish_id=again)
    assert not offer(world, person).covers(MONDAY, AT_FIVE)
    says(world, person, DateWish.RATHER_NOT)
    found = offer(world, person)
    assert found.wish_on(MONDAY) is DateWish.RATHER_NOT
    assert found.covers(MONDAY, AT_FIVE)
    assert not found.covers(MONDAY, early)


def test_who_only_would_rather_not_has_not_said_when_they_can(world: World, person: int) -> None:
    says(world, person, DateWish.RATHER_NOT)
    assert not offer(world, person).said_on(MONDAY)
    says(world, person, DateWish.CAN, MONDAY + DAY)
    found = offer(world, person, MONDAY, MONDAY + 2 * DAY)
    assert [found.said_on(MONDAY + number * DAY) for number in range(3)] == [False, True, False]


def test_limits_are_stated_as_a_whole(world: World, person: int) -> None:
    friend = world.person()
    world.do(
        state_limits,
        person_id=person,
        max_per_week=2,
        max_consecutive_days=3,
        rest_minutes=30,
        only_listed_sites=True,
        site_ids=[world.site, world.other_site],
        home_site_id=world.site,
        partner_ids=[friend],
    )
    assert offer(world, person).sites == {world.site, world.other_site}
    view = world.do(state_limits, person_id=person, site_ids=[world.site])
    assert (view.max_per_week, view.max_consecutive_days, view.rest_minutes) == (None, None, 0)
    assert (view.site_ids, view.home_site_id, view.partner_ids) == ([world.site], None, [])
    assert stated(world, person).limits == view
    assert offer(world, person).sites is None  # listed, and others too


def test_who_limits_how_far_they_go_is_sent_no_farther(world: World) -> None:
    place = {"community_id": world.community, "latitude": 20.00, "longitude": 110.30}
    here = world.do(add_site, code="A", name="甲", **place).id
    near = world.do(add_site, code="B", name="乙", **place | {"latitude": 20.01}).id
    far = world.do(
        add_site, code="C", name="丙", **place | {"latitude": 20.10, "community_id": world.other_community}
    ).id
    unknown = {world.site, world.other_site}  # nobody knows where they are
    person = world.person()
    for kilometre, reached in ((0, {here, near}), (1, {here, near}), (12, {here, near, far})):
        world.do(state_limits, person_id=person, farthest_km=kilometre)
        assert offer(world, person).sites == unknown | reached
    world.do(state_limits, person_id=person, farthest_km=1, only_listed_sites=True, site_ids=[far, here])
    assert offer(world, person).sites == {here}
    of_grid = world.person(grid_id=world.grid)
    in_grid = world.do(add_site, code="D", name="丁", **place | {"grid_id": world.grid, "latitude": 20.05}).id
    world.do(state_limits, person_id=of_grid, farthest_km=1)
    assert offer(world, of_grid).sites == unknown | {in_grid}
    assert kilometres((20.0, 110.3), (20.1, 110.3)) == pytest.approx(11.12, abs=0.01)


@pytest.mark.parametrize(
    ("operation", "facts", "field"),
    [
        (state_weekly, {"spans": spans((0, 17, 18)), "valid_from": MONDAY}, "spans"),
        (state_weekly, {"spans": spans((8, 17, 18)), "valid_from": MONDAY}, "spans"),
        (state_weekly, {"spans": spans((1, 18, 18)), "valid_from": MONDAY}, "spans"),
        (state_weekly, {"spans": spans((1, 18, 17)), "valid_from": MONDAY}, "spans"),
        (
            state_weekly,
            {"spans": [WeeklyTime(1, time(9, tzinfo=NOW.tzinfo), time(10))], "valid_from": MONDAY},
            "spans",
        ),
        (
            state_weekly,
            {
                "spans": [WeeklyTime(1, time(0, 0, n), time(0, 0, n, 1)) for n in range(51)],
                "valid_from": MONDAY,
            },
            "spans",
        ),
        (state_weekly, {"spans": [], "valid_from": MONDAY, "valid_to": MONDAY - DAY}, "valid_to"),
        (
            state_dates,
            {"first_day": MONDAY, "last_day": MONDAY - DAY, "kind": DateWish.CAN},
            "last_day",
        ),
        (
            state_dates,
            {"first_day": MONDAY, "last_day": MONDAY + 400 * DAY, "kind": DateWish.CAN},
            "last_day",
        ),
        (
            state_dates,
            {"first_day": MONDAY, "last_day": MONDAY, "kind": DateWish.CAN, "reason": "长" * 201},
            "reason",
        ),
        (state_limits, {"max_per_week": -1}, "max_per_week"),
        (state_limits, {"max_per_week": 101}, "max_per_week"),
        (state_limits, {"max_consecutive_days": 0}, "max_consecutive_days"),
        (state_limits, {"rest_minutes": 1441}, "rest_minutes"),
        (state_limits, {"farthest_km": -0.1}, "farthest_km"),
        (state_limits, {"farthest_km": float("nan")}, "farthest_km"),
        (state_limits, {"only_listed_sites": True}, "site_ids"),
        (state_limits, {"site_ids": range(1, 300)}, "site_ids"),
    ],
)
def test_what_cannot_be_meant_is_refused_and_changes_nothing(
    world: World, operation: Any, facts: dict[str, Any], field: str
) -> None:
    person = world.person()
    with pytest.raises(Malformed) as refused:
        world.do(operation, person_id=person, **facts)
    assert refused.value.facts["field"] == field
    assert stated(world, person) == AvailabilityView(person, [], [], None)


def test_spans_of_one_weekday_do_not_overlap(world: World, person: int) -> None:
    world.do(state_weekly, person_id=person, spans=spans((1, 17, 18)), valid_from=MONDAY)
    before = stated(world, person)
    for wrong in (spans((1, 9, 11), (1, 10, 12)), spans((2, 9, 12), (2, 10, 11)), spans((2, 9, 10)) * 2):
        with pytest.raises(AvailabilityOverlaps):
            world.do(state_weekly, person_id=person, spans=wrong, valid_from=MONDAY)
    assert stated(world, person) == before


def test_one_likes_to_serve_with_people_of_ones_teams(world: World, person: int) -> None:
    for wrong in (world.person(teams=(world.other_team,)), 9999):  # not even whether there is somebody
        with pytest.raises(NotOfTeam):
            world.do(state_limits, person_id=person, partner_ids=[wrong])
    with pytest.raises(Malformed):
        world.do(state_limits, person_id=person, partner_ids=[person])
    for facts in ({"site_ids": [9999]}, {"home_site_id": 9999}):
        with pytest.raises(NotFound):
            world.do(state_limits, person_id=person, **facts)


def test_why_somebody_cannot_come_is_their_own_business(world: World, person: int) -> None:
    me, leader = world.actor(person), world.leader()
    wish = says(world, person, DateWish.CANNOT, by=me, reason="住院检查")
    assert [one.reason for one in stated(world, person, by=me).dates] == ["住院检查"]
    for other in (leader, world.coordinator(), world.officer()):
        assert [one.reason for one in stated(world, person, by=other).dates] == [""]
    by_leader = {"first_day": MONDAY, "last_day": MONDAY, "kind": DateWish.CANNOT, "reason": "摔伤"}
    assert world.do(state_dates, by=leader, person_id=person, **by_leader).reason == ""
    assert world.do(withdraw_dates, by=leader, wish_id=wish).reason == ""
    with world.office.read(by=SCRIPT, now=NOW) as work:
        assert "住院" not in str([entry.changes for entry in work.scalars(select(AuditEntry))])


def test_what_is_over_or_withdrawn_is_not_read_any_more(world: World, person: int) -> None:
    old = {"valid_from": MONDAY - 9 * DAY, "valid_to": MONDAY - DAY}
    world.do(state_weekly, person_id=person, spans=spans((1, 17, 18)), **old)
    says(world, person, DateWish.CANNOT, MONDAY - DAY)
    wish = says(world, person, DateWish.CANNOT, MONDAY)
    world.do(withdraw_dates, wish_id=wish)
    with pytest.raises(AlreadyWithdrawn):
        world.do(withdraw_dates, wish_id=wish)
    assert stated(world, person) == AvailabilityView(person, [], [], None)


def test_one_says_it_oneself_or_ones_leader_coordinator_or_the_office(world: World, person: int) -> None:
    me = world.actor(person)
    operations = (
        (state_weekly, {"spans": [], "valid_from": MONDAY}),
        (state_dates, {"first_day": MONDAY, "last_day": MONDAY, "kind": DateWish.CAN}),
        (state_limits, {"max_per_week": 0}),
        (read_availability, {}),
    )
    for operation, facts in operations:
        for allowed in (me, world.leader(), world.coordinator(), world.officer()):
            world.do(operation, by=allowed, person_id=person, **facts)
    wish = stated(world, person).dates[0].id
    for stranger in (
        world.actor(world.person()),
        world.leader(world.other_team),
        world.coordinator(world.other_community),
    ):
        for operation, facts in operations:
            with pytest.raises(NotAllowed):
                world.do(operation, by=stranger, person_id=person, **facts)
        with pytest.raises(NotAllowed):
            world.do(withdraw_dates, by=stranger, wish_id=wish)
