"""A team is asked when it can serve: who is told, who has answered, and who is reminded."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import partial
from typing import Any

import pytest

from tests.at_once import just_before_the_commit
from tests.world import MONDAY, NOW, World, hour
from volunteer_core import tick
from volunteer_core.errors import Malformed, NotAllowed
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.outbox import list_notices
from volunteer_core.people.registry import leave_office
from volunteer_core.rosters.availability.asking import (
    AskOver,
    NoTeamToAsk,
    NothingStated,
    answer,
    ask,
    list_asks,
    read_ask,
)
from volunteer_core.rosters.availability.models import DateWish
from volunteer_core.rosters.availability.stating import (
    state_dates,
    state_limits,
    state_weekly,
    withdraw_dates,
)
from volunteer_core.teams.membership import NotMember, quit_team
from volunteer_core.timespans import at

DAY = timedelta(days=1)
FIRST, LAST = MONDAY + 7 * DAY, MONDAY + 13 * DAY
DEADLINE = at(MONDAY + 4 * DAY, time(18))


def asked(world: World, **facts: Any) -> int:
    known = {
        "programme_id": world.school,
        "first_day": FIRST,
        "last_day": LAST,
        "deadline": DEADLINE,
    }
    found: int = world.do(ask, **known | facts).id
    return found


def told(world: World) -> list[int]:
    notices = world.see(list_notices).items
    assert {notice.kind for notice in notices} <= {NoticeKind.ASKED}
    return [notice.person_id for notice in notices]


def says_something(world: World, *people: int) -> None:
    for person in people:
        world.do(state_weekly, person_id=person, spans=[], valid_from=FIRST)


def test_the_members_of_the_first_day_are_told(world: World) -> None:
    one, other, quits, leaves = world.people(4)
    world.person(teams=(world.other_team,))
    world.do(quit_team, team_id=world.team, person_id=quits, on=FIRST)
    world.do(leave_office, person_id=leaves, on=FIRST)
    asked(world)
    assert told(world) == [one, other]
    assert {notice.text for notice in world.see(list_notices).items} == {
        "请在11月6日（周五）18:00前说明11月9日（周一）至11月15日（周日）何时能参加五点学堂。"
    }


def test_an_empty_team_is_asked_in_vain(world: World) -> None:
    assert world.see(read_ask, ask_id=asked(world)).asked == 0
    nobody = world.programme("NOBODY", team_id=None)
    with pytest.raises(NoTeamToAsk):
        asked(world, programme_id=nobody)


def test_an_answer_says_that_what_one_has_stated_holds(world: World) -> None:
    early, late, silent = world.people(3)
    number = asked(world)
    for person in (early, late):
        with pytest.raises(NothingStated):
            world.do(answer, ask_id=number, person_id=person)
    says_something(world, early, late)
    world.do(answer, ask_id=number, person_id=early, now=DEADLINE)
    world.do(answer, ask_id=number, person_id=early, now=DEADLINE + DAY)  # the first counts
    assert world.do(answer, ask_id=number, person_id=late, now=DEADLINE + DAY).late
    found = world.see(read_ask, ask_id=number)
    assert (found.asked, found.answered, found.late) == (3, 2, 1)
    assert [(one.person_id, one.answered_at, one.late) for one in found.answers] == [
        (silent, None, False),
        (early, DEADLINE, False),
        (late, DEADLINE + DAY, True),
    ]


def test_a_date_says_something_too_until_it_is_withdrawn_and_limits_do_not(world: World) -> None:
    person, number = world.person(), asked(world)
    world.do(state_limits, person_id=person, max_per_week=2)
    wish = world.do(state_dates, person_id=person, first_day=FIRST, last_day=FIRST, kind=DateWish.CAN).id
    world.do(withdraw_dates, wish_id=wish)
    with pytest.raises(NothingStated):
        world.do(answer, ask_id=number, person_id=person)
    world.do(state_dates, person_id=person, first_day=FIRST, last_day=FIRST, kind=DateWish.CAN)
    world.do(answer, ask_id=number, person_id=person)


def test_answers_come_from_who_is_asked_and_not_when_the_dates_are_over(world: World) -> None:
    person, stranger = world.person(), world.person(teams=(world.other_team,))
    says_something(world, person, stranger)
    number = asked(world)
    with pytest.raises(NotMember):
        world.do(answer, ask_id=number, person_id=stranger)
    with pytest.raises(AskOver):
        world.do(answer, ask_id=number, person_id=person, now=at(LAST + DAY, time(0)))
    world.do(answer, ask_id=number, person_id=person, now=at(LAST, time(23, 59)))


def test_answering_twice_at_once_counts_once(world: World) -> None:
    person = world.person()
    says_something(world, person)
    number = asked(world)
    mine = {"ask_id": number, "person_id": person}
    answers = just_before_the_commit(world.do, partial(answer, **mine), lambda: world.do(answer, **mine))
    assert [one.answered_at for one in answers] == [NOW, NOW]


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"deadline": NOW}, "deadline"),
        ({"deadline": at(FIRST + DAY, time(0, 1))}, "deadline"),
        ({"deadline": datetime(2026, 11, 6, 18)}, "deadline"),  # noqa: DTZ001 - that is the point
        ({"last_day": FIRST - DAY}, "last_day"),
        ({"last_day": FIRST + 400 * DAY}, "last_day"),
    ],
)
def test_what_cannot_be_asked_is_refused(world: World, facts: dict[str, Any], field: str) -> None:
    world.person()
    with pytest.raises(Malformed) as refused:
        asked(world, **facts)
    assert refused.value.facts["field"] == field
    assert world.see(list_asks, programme_id=world.school).total == 0
    assert told(world) == []


def test_the_last_moment_of_the_first_day_is_early_enough(world: World) -> None:
    asked(world, deadline=at(FIRST + DAY, time(0)))
    assert [one.first_day for one in world.see(list_asks, programme_id=world.school).items] == [FIRST]


def test_who_has_not_answered_is_reminded_once_in_the_last_day(world: World) -> None:
    silent, answered = world.people(2)
    says_something(world, answered)
    world.do(answer, ask_id=asked(world), person_id=answered)
    before = told(world)
    clock = [DEADLINE - DAY - timedelta(minutes=1)]
    world.office.clock = lambda: clock[0]
    assert tick.run(world.office).availability_reminders == 0
    clock[0] = DEADLINE - DAY
    assert tick.run(world.office).availability_reminders == 1
    assert tick.run(world.office).availability_reminders == 0
    assert told(world) == [*before, silent]
    assert world.see(list_notices).items[-1].text.startswith("提醒：请在11月6日（周五）18:00前说明")


def test_nobody_is_reminded_of_a_deadline_that_is_past(world: World) -> None:
    world.person()
    asked(world)
    world.office.clock = lambda: DEADLINE
    assert tick.run(world.office).availability_reminders == 0


def test_leaders_of_the_team_ask_and_see_who_has_answered(world: World) -> None:
    person = world.person()
    says_something(world, person)
    number = asked(world, by=world.leader())
    me = world.actor(person)
    for allowed in (world.leader(), world.officer()):
        world.see(read_ask, by=allowed, ask_id=number)
        world.do(answer, by=allowed, ask_id=number, person_id=person)
    world.do(answer, by=me, ask_id=number, person_id=person)
    assert world.see(list_asks, by=me, programme_id=world.school).total == 1
    for somebody in (me, world.leader(world.other_team), world.coordinator()):
        with pytest.raises(NotAllowed):
            asked(world, by=somebody)
        with pytest.raises(NotAllowed):
            world.see(read_ask, by=somebody, ask_id=number)
    with pytest.raises(NotAllowed):
        world.do(answer, by=world.actor(world.person()), ask_id=number, person_id=person)


def test_deadlines_are_told_in_one_zone(world: World) -> None:
    world.person()
    found = world.do(
        ask,
        programme_id=world.school,
        first_day=date(2026, 11, 3),
        last_day=date(2026, 11, 3),
        deadline=hour(20),
    )
    assert found == world.see(list_asks, programme_id=world.school).items[0]
    assert found.deadline.utcoffset() == timedelta(0)
