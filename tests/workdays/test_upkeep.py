"""What the office enters about its days, with source, author and time, changes the answers."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from tests.world import NOW, World
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.permissions import Actor
from volunteer_core.timespans import SpanInvalid, at
from volunteer_core.workdays.daybook import Layer
from volunteer_core.workdays.upkeep import (
    check_open,
    list_days,
    list_local_days,
    list_terms,
    nth_workday_after,
    set_local_day,
    set_term,
)

SATURDAY = date(2026, 11, 7)
TERM: dict[str, Any] = {
    "name": "秋季学期",
    "first_day": date(2026, 9, 1),
    "last_day": date(2027, 1, 29),
    "source": "暂定",
}


def test_a_local_day_says_who_when_and_from_where_and_can_be_replaced(world: World) -> None:
    officer = world.officer()
    for works in (False, True):
        world.do(set_local_day, by=officer, day=SATURDAY, works=works, name="补班", source="街道通知")
    [row] = world.see(list_local_days, by=Actor.anonymous()).items
    assert (row.works, row.source, row.set_by, row.set_at) == (True, "街道通知", officer.person_id, NOW)
    [day] = world.see(list_days, first=SATURDAY, last=SATURDAY)
    assert (day.workday.holds, day.workday.layer) == (True, Layer.LOCAL)


def test_a_term_is_corrected_by_its_name(world: World) -> None:
    world.do(set_term, tentative=True, **TERM)
    world.do(set_term, **TERM | {"last_day": date(2026, 12, 31), "source": "教育局"})
    [term] = world.see(list_terms).items
    assert (term.last_day, term.tentative, term.source) == (date(2026, 12, 31), False, "教育局")
    answers = world.see(list_days, first=date(2026, 12, 31), last=date(2027, 1, 4))
    assert [answer.school_day.holds for answer in answers] == [True, False, False, False, False]


@pytest.mark.parametrize(
    "bad", [{"last_day": date(2026, 8, 31)}, {"name": ""}, {"source": ""}, {"name": "字" * 61}]
)
def test_a_term_that_cannot_be_is_refused(world: World, bad: dict[str, Any]) -> None:
    with pytest.raises(Malformed):
        world.do(set_term, **TERM | bad)
    assert world.see(list_terms).total == 0


def test_only_the_street_office_enters_days(world: World) -> None:
    for somebody in (world.coordinator(), world.leader(), Actor.anonymous()):
        with pytest.raises(NotAllowed):
            world.do(set_local_day, by=somebody, day=SATURDAY, works=True, name="补班", source="通知")
        with pytest.raises(NotAllowed):
            world.do(set_term, by=somebody, **TERM)


def test_questions_are_bounded(world: World) -> None:
    assert len(world.see(list_days, first=date(2026, 1, 1), last=date(2027, 2, 4))) == 400
    for first, last in ((date(2026, 1, 1), date(2027, 2, 5)), (date(2026, 1, 2), date(2026, 1, 1))):
        with pytest.raises(Malformed):
            world.see(list_days, first=first, last=last)
    assert world.see(nth_workday_after, day=date(2026, 9, 30), number=3) == date(2026, 10, 10)


def test_a_site_is_open_on_a_working_day(world: World) -> None:
    start, end = at(SATURDAY, time(17)), at(SATURDAY, time(18))
    assert not world.see(check_open, site_id=world.site, start=start, end=end).holds
    with pytest.raises(SpanInvalid):
        world.see(check_open, site_id=world.site, start=end, end=start)
    with pytest.raises(NotFound):
        world.see(check_open, site_id=99, start=start, end=end)
