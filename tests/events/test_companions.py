"""People who come along take seats, and groups get them together or not at all."""

from __future__ import annotations

import pytest

from tests.events.lecture import TODAY, Lecture, clock
from volunteer_core.commitments.promises import NotOfTeam
from volunteer_core.errors import Malformed, NotAllowed, Refused
from volunteer_core.events.entering import AlreadySignedUp
from volunteer_core.events.groups import GroupView, sign_up_group
from volunteer_core.events.models import Position, SignupStatus
from volunteer_core.events.positions import change_capacity
from volunteer_core.permissions import Actor
from volunteer_core.teams.membership import join


@pytest.fixture
def hall(lecture: Lecture) -> Lecture:
    """Five seats, to which one may bring up to three people; all six people are of the organising team."""
    with lecture.write() as work:
        change_capacity(work, position_id=lecture.audience, capacity=5)
        work.lock(Position, lecture.audience).most_companions = 3
        for person in lecture.people:
            join(work, team_id=lecture.team, person_id=person, on=TODAY)
    return lecture


def together(hall: Lecture, people: list[int], *, whole: bool, by: Actor | None = None) -> GroupView:
    with hall.write(by or hall.leader) as work:
        return sign_up_group(
            work, position_id=hall.audience, team_id=hall.team, person_ids=people, whole=whole
        )


def test_whoever_comes_along_takes_a_seat(hall: Lecture) -> None:
    hall.sign_up(hall.people[0], companions=3)
    seats = hall.seats()
    assert (seats.confirmed, seats.taken, seats.free) == (1, 4, 1)
    assert hall.sign_up(hall.people[1], companions=1).status is SignupStatus.WAITING


def test_a_seat_that_a_pair_cannot_use_goes_to_the_next_alone_and_two_seats_to_the_pair(
    hall: Lecture,
) -> None:
    big, pair, alone, other = hall.people[:4]
    first = hall.sign_up(big, companions=3)
    hall.sign_up(pair, companions=1)
    assert hall.sign_up(alone).status is SignupStatus.CONFIRMED
    hall.sign_up(other)
    hall.cancel(first)
    assert hall.with_seat() == [pair, alone, other]


def test_one_brings_no_more_people_than_the_position_allows(hall: Lecture) -> None:
    for companions in (4, -1):
        with pytest.raises(Malformed):
            hall.sign_up(hall.people[0], companions=companions)
    with pytest.raises(Malformed):
        hall.sign_up(hall.people[0], hall.ushers, companions=1)
    assert hall.line() == []


def test_a_whole_group_of_five_does_not_take_four_seats(hall: Lecture) -> None:
    alone = hall.sign_up(hall.people[5])
    group = together(hall, hall.people[:5], whole=True)
    assert {signup.status for signup in group.signups} == {SignupStatus.WAITING}
    assert [signup.number for signup in group.signups] == [2, 3, 4, 5, 6]
    newcomer = hall.newcomer()
    assert hall.sign_up(newcomer).status is SignupStatus.CONFIRMED
    hall.cancel(alone)
    assert hall.with_seat() == [newcomer]  # four are free
    with hall.write() as work:
        change_capacity(work, position_id=hall.audience, capacity=6)
    assert hall.with_seat() == [*hall.people[:5], newcomer]


def test_of_a_group_that_need_not_be_whole_as_many_get_seats_as_there_are(hall: Lecture) -> None:
    hall.sign_up(hall.newcomer())
    group = together(hall, hall.people[:5], whole=False)
    assert [signup.status for signup in group.signups] == [
        *[SignupStatus.CONFIRMED] * 4,
        SignupStatus.WAITING,
    ]
    assert group.left_out == []


def test_whom_something_keeps_out_is_left_out_with_the_reason_or_the_whole_group_is_refused(
    hall: Lecture,
) -> None:
    _, elsewhere = hall.hold_event(clock(15), clock(16))
    busy, known, *others = hall.people[:4]
    hall.sign_up(busy, elsewhere)
    hall.sign_up(known)
    with pytest.raises(Refused, match="时间冲突"):
        together(hall, [busy, *others], whole=True)
    with pytest.raises(AlreadySignedUp):
        together(hall, [known, *others], whole=True)
    assert hall.with_seat() == [known]
    group = together(hall, [busy, known, *others], whole=False)
    assert {out.person_id: out.code for out in group.left_out} == {
        busy: "clash",
        known: "already_signed_up",
    }
    assert hall.with_seat() == [known, *others]


def test_one_of_a_waiting_whole_group_leaves_and_the_others_still_come_together(hall: Lecture) -> None:
    hall.sign_up(hall.people[5], companions=1)
    group = together(hall, hall.people[:4], whole=True)
    assert hall.waiting() == hall.people[:4]
    hall.cancel(group.signups[1])  # now they fit
    assert hall.with_seat() == [hall.people[5], hall.people[0], *hall.people[2:4]]


def test_a_leader_signs_up_their_own_team_only(hall: Lecture) -> None:
    stranger = hall.newcomer()
    with pytest.raises(NotOfTeam):
        together(hall, [hall.people[0], stranger], whole=False)
    for by in (hall.other_leader, Actor.person(hall.people[0]), hall.neighbour):
        with pytest.raises(NotAllowed):
            together(hall, hall.people[:2], whole=False, by=by)
    for people in ([], [hall.people[0]] * 2, list(range(1, 102))):
        with pytest.raises(Malformed):
            together(hall, people, whole=False)
    assert hall.line() == []
