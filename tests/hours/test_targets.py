"""每周两小时: reached, excused or missed, week by week, and never a debt."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from tests.hours.giving import AFTERWARDS, give
from tests.world import MONDAY, World, hour
from volunteer_core import audit
from volunteer_core.closures.declaring import declare_closure, lift_closure
from volunteer_core.commitments.models import Attendance
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.hours.models import EntryKind
from volunteer_core.hours.targets.excuses import Excuse
from volunteer_core.hours.targets.one_person import Progress, progress
from volunteer_core.office.settings import change_setting
from volunteer_core.people.models import LeaveKind
from volunteer_core.people.vouching import link_guardian, take_leave, withdraw_leave
from volunteer_core.permissions import Actor
from volunteer_core.timespans import day_span

WEEK = timedelta(days=7)


def serve(world: World, person: int, day: date, minutes: int = 120) -> None:
    shift = world.published(person, day=day, starts=time(8), ends=time(10), programme=world.clean_up)
    world.mark(
        shift,
        person,
        attendance=Attendance.ATTENDED,
        checked_out_at=hour(8, day=day) + timedelta(minutes=minutes),
        now=AFTERWARDS,
    )


def asked(world: World, person: int, first: date, last: date, **facts: Any) -> Progress:
    found: Progress = world.see(
        progress, **{"person_id": person, "first": first, "last": last, "now": AFTERWARDS} | facts
    )
    return found


def close(world: World, first: date, last: date, **scope: Any) -> None:
    """For whole days, everywhere unless said otherwise."""
    spans = {"starts_at": day_span(first).start, "ends_at": day_span(last).end}
    world.do(declare_closure, name="台风", source="通知", **spans, **scope)


def outcome(found: Progress) -> list[str]:
    return [
        "reached" if week.reached else "excused" if week.excused else f"missed {week.minutes}"
        for week in found.weeks
    ]


def test_a_week_is_reached_with_all_its_minutes_and_nothing_is_carried_over(world: World) -> None:
    person = world.person()
    serve(world, person, MONDAY)
    serve(world, person, MONDAY + timedelta(days=6))  # its Sunday
    serve(world, person, MONDAY + 2 * WEEK, 119)
    found = asked(world, person, MONDAY, MONDAY + 2 * WEEK)
    assert outcome(found) == ["reached", "missed 0", "missed 119"]
    assert [(week.week, week.minutes, week.target) for week in found.weeks] == [
        ("2026-W45", 240, 120),
        ("2026-W46", 0, 120),
        ("2026-W47", 119, 120),
    ]


def test_a_week_of_leave_is_excused_when_it_covers_every_working_day(world: World) -> None:
    person = world.person()
    world.do(take_leave, person_id=person, first_day=MONDAY, last_day=MONDAY + timedelta(days=4))
    world.do(take_leave, person_id=person, first_day=MONDAY + WEEK, last_day=MONDAY + timedelta(days=10))
    assert outcome(asked(world, person, MONDAY, MONDAY + WEEK)) == ["excused", "missed 0"]


def test_a_make_up_saturday_has_to_be_covered_too(world: World) -> None:
    """Of W41 2026 holidays take Monday to Wednesday, and Saturday the 10th is worked for them."""
    person, monday = world.person(), date(2026, 10, 5)
    world.do(take_leave, person_id=person, first_day=date(2026, 10, 8), last_day=date(2026, 10, 9))
    assert outcome(asked(world, person, monday, monday)) == ["missed 0"]
    world.do(take_leave, person_id=person, first_day=date(2026, 10, 10), last_day=date(2026, 10, 10))
    assert outcome(asked(world, person, monday, monday)) == ["excused"]


def test_leave_that_was_withdrawn_excuses_nothing(world: World) -> None:
    person = world.person()
    leave = world.do(take_leave, person_id=person, first_day=MONDAY, last_day=MONDAY + WEEK)
    world.do(withdraw_leave, leave_id=leave.id)
    assert outcome(asked(world, person, MONDAY, MONDAY)) == ["missed 0"]


def excuses(world: World, person: int, by: Actor) -> list[str | None]:
    """Of the weeks from Spring Festival on, as somebody sees them."""
    first = asked(world, person, date(2026, 2, 16), date(2026, 2, 16), by=by)
    found = [*first.weeks, *asked(world, person, MONDAY, MONDAY + 3 * WEEK, by=by).weeks]
    return [week.excused and week.excused.value for week in found]


def test_why_a_week_is_excused_and_illness_is_said_to_nobody_else(world: World) -> None:
    person, guardian = world.person(), world.person(teams=())
    world.do(
        link_guardian, ward_id=person, guardian_id=guardian, relation="母亲", valid_from=date(2026, 1, 1)
    )
    close(world, MONDAY, MONDAY + timedelta(days=6))
    off = {"person_id": person, "last_day": MONDAY + WEEK + timedelta(days=4)}
    world.do(take_leave, **off, first_day=MONDAY + WEEK, kind=LeaveKind.ILLNESS)
    # In the third week first ill, then away.
    for first, last, kind in ((14, 15, LeaveKind.ILLNESS), (16, 20, LeaveKind.PERSONAL)):
        days = {"first_day": MONDAY + timedelta(first), "last_day": MONDAY + timedelta(last)}
        world.do(take_leave, person_id=person, **days, kind=kind)
    known = ["holiday", "closure", "illness", "leave", None]
    for somebody in (person, guardian):
        assert excuses(world, person, world.actor(somebody)) == known
    for actor in (world.leader(), world.coordinator(), world.officer()):
        assert excuses(world, person, actor) == ["holiday", "closure", "leave", "leave", None]


def test_the_kind_of_leave_is_in_no_list_and_in_no_audit_entry(world: World) -> None:
    person = world.person()
    off = {"person_id": person, "first_day": MONDAY, "last_day": MONDAY, "kind": LeaveKind.ILLNESS}
    view = world.do(take_leave, **off)
    assert not hasattr(view, "kind")
    [entry] = world.see(audit.entries, subject="leaves").items
    assert entry.changes["kind"] is None


@pytest.mark.parametrize(
    ("where", "excused"), [(None, True), ("community", True), ("other_community", False), ("site", False)]
)
def test_a_week_closed_everywhere_or_at_home_is_excused(
    world: World, where: str | None, excused: bool
) -> None:
    person = world.person()
    scope = {} if where is None else {f"{where.split('_')[-1]}_id": getattr(world, where)}
    close(world, MONDAY, MONDAY + timedelta(days=4), **scope)
    assert outcome(asked(world, person, MONDAY, MONDAY)) == ["excused" if excused else "missed 0"]


def test_closures_that_follow_each_other_close_a_day_together(world: World) -> None:
    person = world.person()
    close(world, MONDAY, MONDAY + timedelta(days=2))
    noon = hour(12, day=MONDAY + timedelta(days=3))
    start, end = day_span(MONDAY + timedelta(days=3)).start, day_span(MONDAY + timedelta(days=4)).end
    for starts_at, ends_at in ((noon, end), (start, noon)):
        world.do(declare_closure, name="台风", source="通知", starts_at=starts_at, ends_at=ends_at)
    assert outcome(asked(world, person, MONDAY, MONDAY)) == ["excused"]


def test_leave_and_closures_excuse_together(world: World) -> None:
    person = world.person()
    close(world, MONDAY, MONDAY + timedelta(days=1))
    world.do(take_leave, person_id=person, first_day=MONDAY + timedelta(2), last_day=MONDAY + timedelta(4))
    assert [week.excused for week in asked(world, person, MONDAY, MONDAY).weeks] == [Excuse.LEAVE]


def test_a_closure_that_was_lifted_excuses_nothing(world: World) -> None:
    person = world.person()
    spans = {"starts_at": day_span(MONDAY).start, "ends_at": day_span(MONDAY + timedelta(days=4)).end}
    closed = world.do(declare_closure, name="台风", source="通知", **spans)
    world.do(lift_closure, closure_id=closed.closure.id)
    assert outcome(asked(world, person, MONDAY, MONDAY)) == ["missed 0"]


def test_half_a_closed_day_excuses_nothing(world: World) -> None:
    person = world.person()
    world.do(
        declare_closure,
        name="台风",
        source="通知",
        starts_at=hour(12),
        ends_at=day_span(MONDAY + timedelta(days=4)).end,
    )
    assert outcome(asked(world, person, MONDAY, MONDAY)) == ["missed 0"]


def test_a_week_of_holidays_is_excused_and_one_with_a_working_day_is_not(world: World) -> None:
    """Spring Festival 2026 takes the whole of W08; the National Day's weeks have working days."""
    person = world.person()
    assert outcome(asked(world, person, date(2026, 2, 16), date(2026, 2, 16))) == ["excused"]
    assert outcome(asked(world, person, date(2026, 9, 28), date(2026, 10, 11))) == ["missed 0", "missed 0"]


def test_a_streak_is_not_broken_by_what_is_excused_or_still_running(world: World) -> None:
    person = world.person()
    for number in (0, 2, 4):
        serve(world, person, MONDAY + number * WEEK)
    world.do(
        take_leave,
        person_id=person,
        first_day=MONDAY + 3 * WEEK,
        last_day=MONDAY + 3 * WEEK + timedelta(days=6),
    )
    span = {"person_id": person, "first": MONDAY, "last": MONDAY + 5 * WEEK}
    running, over = (
        world.see(progress, now=hour(9, day=MONDAY + number * WEEK), **span) for number in (5, 6)
    )
    assert outcome(running) == ["reached", "missed 0", "reached", "excused", "reached", "missed 0"]
    assert (running.streak, over.streak) == (2, 0)


def test_the_streak_reaches_back_before_what_is_asked_for_and_the_longest_is_kept(world: World) -> None:
    person = world.person()
    for number in (0, 1, 2, 4):
        give(world, person, MONDAY + number * WEEK)
    last, before = (asked(world, person, MONDAY + n * WEEK, MONDAY + n * WEEK) for n in (4, 2))
    assert (last.streak, last.longest) == (1, 3)
    assert (before.streak, before.longest) == (3, 3)


def test_nothing_served_is_no_streak(world: World) -> None:
    found = asked(world, world.person(), MONDAY, MONDAY + WEEK)
    assert (found.streak, found.longest) == (0, 0)


@pytest.mark.parametrize("kind", [kind for kind in EntryKind if kind is not EntryKind.SERVICE])
def test_only_service_counts(world: World, kind: EntryKind) -> None:
    person = world.person()
    give(world, person, minutes=90)
    give(world, person, minutes=60, kind=kind)
    assert outcome(asked(world, person, MONDAY, MONDAY)) == ["missed 90"]


def test_for_a_team_or_a_programme_what_was_given_for_it_counts(world: World) -> None:
    person = world.person(teams=(world.team, world.other_team))
    give(world, person, minutes=50, programme_id=world.clean_up)
    give(world, person, minutes=40, programme_id=world.school)
    give(world, person, minutes=30, team_id=world.other_team)
    give(world, person, minutes=20, team_id=None)
    for scope, minutes in (
        ({}, 140),
        ({"team_id": world.team}, 90),
        ({"team_id": world.other_team}, 30),
        ({"programme_id": world.clean_up}, 50),
    ):
        [week] = asked(world, person, MONDAY, MONDAY, **scope).weeks
        assert (week.minutes, week.target, week.reached) == (minutes, 120, minutes >= 120)
    with pytest.raises(Malformed):
        asked(world, person, MONDAY, MONDAY, team_id=world.team, programme_id=world.clean_up)
    with pytest.raises(NotFound):
        asked(world, person, MONDAY, MONDAY, team_id=999)


def test_the_turn_of_the_year_is_one_week(world: World) -> None:
    person = world.person()
    for day in (date(2026, 12, 28), date(2027, 1, 3)):
        serve(world, person, day, 60)
    found = asked(world, person, date(2026, 12, 28), date(2027, 1, 4))
    assert [(week.week, week.minutes) for week in found.weeks] == [("2026-W53", 120), ("2027-W01", 0)]


def test_the_target_is_that_of_its_week(world: World) -> None:
    person = world.person()
    serve(world, person, MONDAY, 60)
    serve(world, person, MONDAY + WEEK, 60)
    world.do(change_setting, name="weekly_target_minutes", value=60, valid_from=MONDAY + WEEK)
    assert outcome(asked(world, person, MONDAY, MONDAY + WEEK)) == ["missed 60", "reached"]


def test_progress_is_for_the_person_and_who_answers_for_them(world: World) -> None:
    person = world.person()
    for somebody in (Actor.person(person), world.leader(), world.coordinator(), world.officer()):
        assert len(asked(world, person, MONDAY, MONDAY, by=somebody).weeks) == 1
    for somebody in (Actor.person(world.person()), world.leader(world.other_team)):
        with pytest.raises(NotAllowed):
            asked(world, person, MONDAY, MONDAY, by=somebody)
    for first, last in (
        (MONDAY, MONDAY - timedelta(days=1)),
        (MONDAY, MONDAY + 106 * WEEK),
        (date.max, date.max),
        (date.min, date.min),
    ):
        with pytest.raises(Malformed):
            asked(world, person, first, last)
