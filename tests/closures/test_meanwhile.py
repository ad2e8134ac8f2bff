"""What is planned while a closure is declared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, time, timedelta
from functools import partial
from typing import Any

from tests.at_once import at_once, just_before_the_commit
from tests.closures.street import NOTHING, Street, touched
from tests.world import MONDAY, hour
from volunteer_core.closures.declaring import Declared
from volunteer_core.events.planning import call_off_event, change_event, create_event
from volunteer_core.rosters.calling_off import call_off_shift, reinstate_shift
from volunteer_core.rosters.generating import generate
from volunteer_core.rosters.models import OPEN
from volunteer_core.rosters.patterns import set_pattern
from volunteer_core.rosters.shifts import change_shift, list_shifts

DAYS = [MONDAY + timedelta(days=number) for number in range(12)]


def closing(street: Street, day: date) -> Callable[[], Any]:
    return partial(street.close, starts_at=hour(12, day=day), ends_at=hour(18, day=day))


def into_it(street: Street, day: date) -> list[int]:
    """Open shifts that reach into the closure of a day."""
    shifts = street.see(list_shifts, first=day, last=day).items
    return [
        shift.id
        for shift in shifts
        if shift.status in OPEN and shift.starts_at < hour(18, day=day) and shift.ends_at > hour(12, day=day)
    ]


def test_a_session_that_is_over_stays(street: Street) -> None:
    street.published(starts=time(10), ends=time(11))
    street.session()
    assert touched(street.close(starts_at=hour(8), now=hour(11))) == NOTHING == street.called_off()


def test_what_two_closures_call_off_at_once_is_named_by_one(street: Street) -> None:
    for day in DAYS:
        shift = street.published(day=day)
        one, other = at_once(closing(street, day), closing(street, day))
        assert [*one.shifts, *other.shifts] == [shift]


def test_what_somebody_called_off_meanwhile_is_not_named(street: Street) -> None:
    for number, day in enumerate(DAYS):
        shift = street.published(day=day)
        off = partial(street.do, call_off_shift, shift_id=shift, reason="停电")
        declared, told = at_once(closing(street, day), off, round_number=number)
        assert isinstance(told, Exception) == (declared.shifts == [shift])


def test_a_closure_is_declared_though_an_event_is_called_off_meanwhile(street: Street) -> None:
    for number in range(8):
        event = street.event(starts=time(10 + number), ends=time(11 + number))
        close = partial(street.close, starts_at=hour(10 + number), ends_at=hour(11 + number))
        off = partial(street.do, call_off_event, event_id=event)
        declared, _ = at_once(close, off, round_number=number)
        assert isinstance(declared, Declared)


def test_no_shift_is_added_into_what_is_closed_meanwhile(street: Street) -> None:
    for number, day in enumerate(DAYS):
        at_once(closing(street, day), partial(street.shift, day=day), round_number=number)
        assert into_it(street, day) == []


def test_no_shift_is_reinstated_into_what_is_closed_meanwhile(street: Street) -> None:
    for number, day in enumerate(DAYS):
        shift = street.shift(day=day)
        street.do(call_off_shift, shift_id=shift, reason="停电")
        back = partial(street.do, reinstate_shift, shift_id=shift)
        at_once(closing(street, day), back, round_number=number)
        assert into_it(street, day) == []


def test_no_shift_is_moved_into_what_is_closed_meanwhile(street: Street) -> None:
    for number, day in enumerate(DAYS):
        shift = street.shift(day=day, starts=time(19), ends=time(20))
        times = {"starts_at": hour(16, day=day), "ends_at": hour(17, day=day)}
        at_once(
            closing(street, day),
            partial(street.do, change_shift, shift_id=shift, **times),
            round_number=number,
        )
        assert into_it(street, day) == []


def test_no_shift_is_generated_into_what_is_closed_meanwhile(street: Street) -> None:
    who = {"weekdays": "12345", "starts": time(17), "ends": time(18), "minimum": 1, "maximum": 9}
    where = {"programme_id": street.school, "site_id": street.site}
    street.do(set_pattern, **who, **where, valid_from=DAYS[0], valid_to=DAYS[-1])
    for number, day in enumerate(DAYS):
        plan = partial(street.do, generate, programme_id=street.school, first=day, last=day)
        at_once(closing(street, day), plan, round_number=number)
        assert into_it(street, day) == []


def test_no_event_is_created_in_what_is_closed_meanwhile(street: Street) -> None:
    for number in range(8):
        times = {"starts_at": hour(10 + number), "ends_at": hour(11 + number)}
        create = partial(street.do, create_event, title="清洁家园", site_id=street.site, **times)
        _, event = at_once(partial(street.close, **times), create, round_number=number)
        assert isinstance(event, Exception) or event.id in street.called_off().events


def test_a_shift_that_is_moved_away_meanwhile_stays(street: Street) -> None:
    for number, day in enumerate(DAYS):
        shift = street.shift(day=day)
        times = {"starts_at": hour(19, day=day), "ends_at": hour(20, day=day)}
        move = partial(street.do, change_shift, shift_id=shift, **times)
        declared, moved = at_once(closing(street, day), move, round_number=number)
        assert isinstance(moved, Exception) == (declared.shifts == [shift])


def test_no_event_is_moved_into_what_is_closed_meanwhile(street: Street) -> None:
    """Neither to another time, nor to another place."""
    for number in range(8):
        closed = {"starts_at": hour(10 + number), "ends_at": hour(11 + number)}
        if number % 2:
            event = street.event(starts=time(20), ends=time(21))
            goes: dict[str, Any] = closed
        else:
            event = street.event(starts=time(10 + number), ends=time(11 + number), site=street.other_site)
            goes = {"site_id": street.site}
        move = partial(street.do, change_event, event_id=event, **goes)
        close = partial(street.close, site_id=street.site, **closed)
        _, moved = at_once(close, move, round_number=number)
        assert isinstance(moved, Exception) or event in street.called_off().events


def test_an_event_that_is_being_moved_elsewhere_is_changed_where_it_then_is(street: Street) -> None:
    event = street.event(starts=time(20), ends=time(21))
    _, changed = just_before_the_commit(
        street.do,
        partial(change_event, event_id=event, site_id=street.other_site),
        partial(street.do, change_event, event_id=event, starts_at=hour(21), ends_at=hour(22)),
    )
    assert (changed.site_id, changed.starts_at) == (street.other_site, hour(21))
