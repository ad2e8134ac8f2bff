"""每周两小时: reached, excused or missed, week by week, and never a debt."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest

from tests.world import MONDAY, World, hour
from volunteer_core.closures.declaring import declare_closure
from volunteer_core.commitments.models import Attendance
from volunteer_core.errors import Malformed, NotAllowed
from volunteer_core.hours.targets.one_person import Progress, progress
from volunteer_core.office.settings import change_setting
from volunteer_core.people.vouching import take_leave
from volunteer_core.permissions import Actor
from volunteer_core.timespans import day_span

WEEK = timedelta(days=7)
AFTERWARDS = hour(12, day=date(2027, 1, 20))


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


@pytest.mark.parametrize(
    ("where", "excused"), [(None, True), ("community", True), ("other_community", False), ("site", False)]
)
def test_a_week_closed_everywhere_or_at_home_is_excused(
    world: World, where: str | None, excused: bool
) -> None:
    person = world.person()
    scope = {} if where is None else {f"{where.split('_')[-1]}_id": getattr(world, where)}
    world.do(
        declare_closure,
        name="台风",
        source="通知",
        starts_at=day_span(MONDAY).start,
        ends_at=day_span(MONDAY + timedelta(days=4)).end,
        **scope,
    )
    assert outcome(asked(world, person, MONDAY, MONDAY)) == ["excused" if excused else "missed 0"]


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
    for last in (MONDAY - timedelta(days=1), MONDAY + 106 * WEEK):
        with pytest.raises(Malformed):
            asked(world, person, MONDAY, last)
