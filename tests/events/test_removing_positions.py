"""Removing positions: only those for which nobody ever signed up."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from tests.events.lecture import SCRIPT, Lecture, clock
from volunteer_core.errors import NotAllowed, NotFound
from volunteer_core.events.calling_off import EventState
from volunteer_core.events.changing_positions import PositionUsed, remove_position
from volunteer_core.events.listing import my_signups, read_event
from volunteer_core.events.models import HeldSeats
from volunteer_core.events.planning import call_off_event
from volunteer_core.events.positions import add_position
from volunteer_core.permissions import Actor


def remove(lecture: Lecture, position: int, *, by: Actor = SCRIPT) -> None:
    with lecture.write(by) as work:
        remove_position(work, event_id=lecture.event, position_id=position)


def add(lecture: Lecture) -> int:
    with lecture.write() as work:
        return add_position(work, event_id=lecture.event, name="摄影", capacity=1, earns_hours=True).id


def test_a_position_nobody_signed_up_for_is_removed_with_its_kept_seats(lecture: Lecture) -> None:
    position = add(lecture)
    with lecture.write() as work:
        kept = HeldSeats(position_id=position, community_id=lecture.community, seats=1, until=clock(9))
        work.add(kept)
    remove(lecture, position)
    with lecture.read() as work:
        assert [one.name for one in read_event(work, event_id=lecture.event).positions] == ["引导员", "听众"]
        assert work.scalars(select(HeldSeats)).all() == []
    _, elsewhere = lecture.hold_event(clock(18), clock(19))
    for gone in (position, elsewhere):
        with pytest.raises(NotFound):
            remove(lecture, gone)


def test_a_position_somebody_ever_signed_up_for_stays(lecture: Lecture) -> None:
    lecture.cancel(lecture.sign_up(lecture.people[0]))
    with pytest.raises(PositionUsed):
        remove(lecture, lecture.audience)
    with lecture.read() as work:
        assert my_signups(work, person_id=lecture.people[0]).total == 1


def test_what_is_called_off_stays_as_it_is(lecture: Lecture) -> None:
    with lecture.write() as work:
        call_off_event(work, event_id=lecture.event)
    with pytest.raises(EventState):
        remove(lecture, lecture.ushers)


def test_positions_are_removed_by_who_plans_the_event(lecture: Lecture) -> None:
    for actor in (lecture.leader, lecture.coordinator, Actor.person(lecture.people[0], officer=True)):
        remove(lecture, add(lecture), by=actor)
    for actor in (lecture.other_leader, lecture.neighbour, Actor.person(lecture.people[0])):
        with pytest.raises(NotAllowed):
            remove(lecture, lecture.ushers, by=actor)
    for unknown in (999, 0, -1):
        with pytest.raises(NotFound):
            remove(lecture, unknown)
