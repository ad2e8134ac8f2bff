"""What the planner is told of what people have promised already, and of what they did before."""

from __future__ import annotations

from datetime import date, time, timedelta

from tests.rosters.drafts.planned import FRIDAY, Planned, session
from tests.world import MONDAY, NOW, hour
from volunteer_core.commitments.models import Attendance
from volunteer_core.events.planning import create_event, publish_event
from volunteer_core.events.positions import add_position
from volunteer_core.events.signups import sign_up
from volunteer_core.people.vouching import take_leave
from volunteer_core.rosters.assigning import lock_assignment
from volunteer_core.rosters.drafts.building import planned_ids
from volunteer_core.rosters.planning.problem import (
    Busy,
)

TUESDAY = MONDAY + timedelta(days=1)
NEXT_MONDAY = MONDAY + timedelta(days=7)


def test_events_keep_people_busy(world: Planned) -> None:
    world.shift()
    person = world.helper()
    event_id = world.do(
        create_event,
        title="红娘见面会",
        site_id=world.site,
        team_id=world.team,
        starts_at=hour(15, day=TUESDAY),
        ends_at=hour(16, day=TUESDAY),
    ).id
    position = world.do(add_position, event_id=event_id, name="引导员", capacity=3, earns_hours=True).id
    world.do(publish_event, event_id=event_id)
    world.do(sign_up, position_id=position, person_id=person)
    assert world.told(person).busy == (Busy(TUESDAY, time(15), time(16), "event"),)
    assert "红娘" not in repr(world.problem())


def test_shifts_beside_the_plan_count_as_fixed_sessions(world: Planned) -> None:
    """So the most shifts of a week and the most days in a row see them."""
    person, other = (world.offers(world.person(), starts=time(8)) for _ in range(2))
    planned = world.shift(day=FRIDAY)
    cleaning = world.shift(person, other, programme=world.clean_up, starts=time(10), ends=time(11))
    begun = world.published(person, starts=time(8), ends=time(10))
    world.shift(person, day=NEXT_MONDAY)
    problem = world.problem()
    assert planned_ids(problem) == [planned]
    assert set(problem.locked) == {
        (str(person), str(cleaning)),
        (str(other), str(cleaning)),
        (str(person), str(begun)),
    }
    fixed = session(problem, cleaning)
    assert (fixed.min, fixed.max) == (0, 2)
    assert all(fixed.qualification not in one.qualifications for one in problem.people)


def test_days_around_the_weeks_count_as_far_as_they_are_in_a_row(world: Planned) -> None:
    person, carefree = world.helper(), world.helper()
    world.limits(person, max_consecutive_days=3)
    world.shift()
    for number in (0, 1, 3):
        world.shift(person, carefree, day=NEXT_MONDAY + timedelta(days=number), programme=world.clean_up)
    fixed = {one.date: one.max for one in world.problem().sessions if one.max < 9}
    assert fixed == {NEXT_MONDAY: 1, NEXT_MONDAY + timedelta(days=1): 1}


def test_what_is_locked_or_promised_is_said_and_what_is_held_is_free(world: Planned) -> None:
    locked, held, promised, arranged, away = (
        world.helper(),
        world.helper(),
        world.helper(),
        world.person(),
        world.person(),
    )
    draft = world.shift(locked, held)
    published = world.published(promised, arranged, away, day=FRIDAY, site=world.other_site)
    world.do(take_leave, person_id=away, first_day=FRIDAY, last_day=FRIDAY)
    world.do(lock_assignment, shift_id=draft, person_id=locked)
    problem = world.problem()
    assert set(problem.published) == {(str(one), str(published)) for one in (promised, arranged, away)}
    assert set(problem.locked) == {(str(locked), str(draft)), (str(arranged), str(published))}
    again = world.problem(locked=[(held, draft), (held, 99)])
    assert set(again.locked) - set(problem.locked) == {(str(held), str(draft))}


def test_the_past_is_what_was_served_and_offered_in_eight_weeks(world: Planned) -> None:
    world.shift(day=MONDAY + timedelta(days=14))
    person = world.offers(world.person(checked_on=date(2026, 1, 1)), "12345", ends=time(20))
    last_week = MONDAY - timedelta(days=7)
    early = NOW - timedelta(days=80)
    for number in range(3):
        world.published(person, day=last_week + timedelta(days=number), now=early)
    for number in range(2):
        world.mark(
            world.published(
                person,
                day=last_week - timedelta(days=7 * 8 * number),
                starts=time(19),
                ends=time(20),
                now=early,
            ),
            person,
            attendance=Attendance.ATTENDED,
        )
    world.published(person, day=TUESDAY)  # coming, and before the plan
    world.shift(day=last_week - timedelta(days=7), now=early)  # a draft that nobody published took no place
    later = {"first": MONDAY + timedelta(days=14), "last": MONDAY + timedelta(days=20)}
    found = world.told(person, **later)
    assert found.past_minutes == 60 + 60
    # Three days in last week, at most the weekly target of two hours; one day in this.
    assert found.past_offered_minutes == 120 + 60
    world.limits(person, max_per_week=1)
    assert world.told(person, **later).past_offered_minutes == 60 + 60
    world.limits(person)
    world.do(take_leave, person_id=person, first_day=last_week, last_day=last_week + timedelta(days=6))
    # An hour is left of what was offered; but who served two had offered as much.
    assert world.told(person, **later).past_offered_minutes == 120
