"""The whole life of an event at random, step by step, against a model of a few lines."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from tests.events.lecture import NOW, TODAY, Lecture, announce_lecture, clock
from volunteer_core.database import Database, Paging
from volunteer_core.errors import Refused
from volunteer_core.events import approving, concluding, groups, offers, positions, signups
from volunteer_core.events.door import scanning, walk_ins
from volunteer_core.events.door.models import Outcome
from volunteer_core.events.listing import list_signups
from volunteer_core.events.models import Position, SignupStatus
from volunteer_core.permissions import Actor
from volunteer_core.teams.membership import join
from volunteer_core.timespans import civil

PEOPLE = 6
OFFERED_FOR = timedelta(hours=2)
SOMEBODY = st.integers(0, PEOPLE - 1)
REQUESTED, WAITING = SignupStatus.REQUESTED, SignupStatus.WAITING
OFFERED, CONFIRMED = SignupStatus.OFFERED, SignupStatus.CONFIRMED
LAPSED, CANCELLED, DECLINED = SignupStatus.LAPSED, SignupStatus.CANCELLED, SignupStatus.DECLINED


@dataclass
class Place:
    """Somebody's place in the line."""

    person: int
    seats: int
    state: SignupStatus
    together: object
    """The same for those who come together or not at all."""
    grouped: bool = False
    arrived: bool = False
    until: datetime | None = None


class Line:
    """What the line promises. Places are in order of arrival; who leaves loses theirs."""

    def __init__(self, capacity: int, *, by_offer: bool, now: datetime) -> None:
        self.capacity, self.by_offer, self.now = capacity, by_offer, now
        self.places: list[Place] = []
        self.busy: set[int] = set()
        self.over: dict[int, SignupStatus] = {}

    def of(self, *states: SignupStatus) -> list[Place]:
        return [place for place in self.places if place.state in states]

    def free(self) -> int:
        return self.capacity - sum(place.seats for place in self.of(CONFIRMED, OFFERED))

    def awake(self) -> bool:
        return 8 <= civil(self.now).hour < 21

    def started(self) -> bool:
        return self.now >= clock(15)

    def move_up(self) -> int:
        """Gives what is free to who is first and can take it; returns what is left for others."""
        if self.started():
            return 0
        for place in self.of(OFFERED):
            if place.until is not None and place.until <= self.now:
                self.leave([place], LAPSED)
        left = self.free()
        for unit in {id(place.together): self.unit(place) for place in self.of(WAITING)}.values():
            wanted = sum(place.seats for place in unit)
            if wanted <= left and not self.busy & {place.person for place in unit}:
                left -= wanted
                for place in unit if self.awake() or not self.by_offer else ():
                    place.state = OFFERED if self.by_offer else CONFIRMED
                    place.until = self.due() if self.by_offer else None
        return left

    def due(self) -> datetime:
        evening = civil(self.now).replace(hour=21, minute=0)
        over = self.now + OFFERED_FOR - evening
        return evening + timedelta(hours=11) + over if over > timedelta() else self.now + OFFERED_FOR

    def unit(self, place: Place) -> list[Place]:
        """Those who are in the same state and come together."""
        return [one for one in self.of(place.state) if one.together is place.together]

    def come(self, people: list[int], seats: int, *, asks: bool) -> None:
        left, together = self.move_up(), object()
        state = REQUESTED if asks else CONFIRMED if left >= seats * len(people) else WAITING
        grouped = len(people) > 1
        self.places += [Place(person, seats, state, together, grouped) for person in people]

    def leave(self, places: Iterable[Place], state: SignupStatus) -> None:
        for place in list(places):
            self.places.remove(place)
            self.over[place.person] = state


class Life(RuleBasedStateMachine):
    """Two lives of one line: the real one, in a single work that is undone at the end, and the model."""

    def __init__(self, hall: tuple[Lecture, int]) -> None:
        super().__init__()
        self.lecture, self.elsewhere = hall
        self.opened = self.lecture.write()
        self.work = self.opened.__enter__()
        self.ids: dict[int, int] = {}
        self.absences: dict[int, int] = {}

    def teardown(self) -> None:
        self.work.rollback()
        self.opened.__exit__(None, None, None)

    @initialize(capacity=st.integers(1, 5), by_offer=st.booleans(), approval=st.booleans())
    def announce(self, capacity: int, by_offer: bool, approval: bool) -> None:
        position = self.work.lock(Position, self.lecture.audience)
        position.capacity, position.approval, position.most_companions = capacity, approval, 2
        position.offer_minutes = 120 if by_offer else None
        self.approval = approval
        self.line = Line(capacity, by_offer=by_offer, now=NOW)

    def does(self, operation: Callable[..., Any], **facts: Any) -> Any:
        """What came of an operation; None if it was refused, which must leave everything as it was."""
        try:
            return operation(self.work, **facts)
        except Refused:
            return None

    def place(self, person: int, *states: SignupStatus) -> Place | None:
        return next((one for one in self.line.of(*states) if one.person == person), None)

    @rule(person=SOMEBODY, companions=st.integers(0, 3))
    def sign_up(self, person: int, companions: int) -> None:
        self.work.by = Actor.person(self.lecture.people[person])
        view = self.does(
            signups.sign_up,
            position_id=self.lecture.audience,
            person_id=self.lecture.people[person],
            companions=companions,
        )
        self.work.by = Actor.system("test")
        known = any(place.person == person for place in self.line.places)
        assert (view is None) == (known or companions > 2 or person in self.line.busy or self.line.started())
        if view is not None:
            self.ids[person] = view.id
            self.line.come([person], 1 + companions, asks=self.approval)

    @rule(people=st.lists(SOMEBODY, min_size=2, max_size=4, unique=True))
    def sign_up_together(self, people: list[int]) -> None:
        view = self.does(
            groups.sign_up_group,
            position_id=self.lecture.audience,
            team_id=self.lecture.team,
            person_ids=[self.lecture.people[person] for person in people],
            whole=True,
        )
        known = {place.person for place in self.line.places}
        assert (view is None) == bool(set(people) & (known | self.line.busy) or self.line.started())
        if view is not None:
            self.ids.update(zip(people, (signup.id for signup in view.signups), strict=True))
            self.line.come(people, 1, asks=False)

    @precondition(lambda self: self.line.places)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        place = data.draw(st.sampled_from(self.line.places), "who cancels")
        view = self.does(signups.cancel, signup_id=self.ids[place.person])
        assert (view is None) == self.line.started()
        if view is None:
            return
        moves = place.state in (CONFIRMED, OFFERED) or place.grouped
        self.line.leave([place], CANCELLED)
        if moves:
            self.line.move_up()

    @rule(person=SOMEBODY)
    def accept(self, person: int) -> None:
        if person not in self.ids:
            return
        place = self.place(person, OFFERED)
        view = self.does(offers.accept_offer, signup_id=self.ids[person])
        unit = self.line.unit(place) if place else []
        fits = not self.line.busy & {one.person for one in unit}
        in_time = place is not None and place.until is not None and self.line.now < place.until
        assert (view is not None) == (in_time and fits and not self.line.started())
        if view is not None:
            for one in unit:
                one.state, one.until = CONFIRMED, None

    @rule(person=SOMEBODY, granted=st.booleans())
    def decide(self, person: int, granted: bool) -> None:
        if person not in self.ids:
            return
        place = self.place(person, REQUESTED)
        operation = approving.grant if granted else approving.decline
        view = self.does(operation, signup_id=self.ids[person])
        assert (view is not None) == (place is not None and not self.line.started())
        if view is None or place is None:
            return
        if granted:
            place.state = WAITING
            self.line.move_up()
        else:
            self.line.leave([place], DECLINED)

    @rule(capacity=st.integers(0, 7))
    def change_seats(self, capacity: int) -> None:
        taken = sum(place.seats for place in self.line.of(CONFIRMED, OFFERED))
        view = self.does(positions.change_capacity, position_id=self.lecture.audience, capacity=capacity)
        assert (view is None) == (taken > capacity)
        if view is not None:
            self.line.capacity = capacity
            self.line.move_up()

    @precondition(lambda self: self.line.of(CONFIRMED) and not self.line.started())
    @rule()
    def take_a_seat_away(self) -> None:
        place = self.line.of(CONFIRMED)[-1]
        left = sum(one.seats for one in self.line.of(CONFIRMED, OFFERED)) - place.seats
        view = self.does(
            positions.change_capacity,
            position_id=self.lecture.audience,
            capacity=left,
            leaving=[self.ids[place.person]],
        )
        assert view is not None
        self.line.capacity, place.state = left, WAITING
        self.line.move_up()

    @precondition(lambda self: not self.line.started())
    @rule(person=SOMEBODY)
    def be_elsewhere_or_not(self, person: int) -> None:
        if person in self.line.busy:
            assert self.does(signups.cancel, signup_id=self.absences[person]) is not None
            self.line.busy.remove(person)
        elif self.place(person, CONFIRMED) is None:
            view = self.does(
                signups.sign_up, position_id=self.elsewhere, person_id=self.lecture.people[person]
            )
            self.absences[person] = view.id
            self.line.busy.add(person)

    @rule(hours=st.sampled_from([1, 2, 5, 9]))
    def time_passes(self, hours: int) -> None:
        self.work.now = self.line.now = self.line.now + timedelta(hours=hours)
        for position_id in offers.lines_to_move(self.work):
            offers.move_line(self.work, position_id)
        late = [place for place in self.line.of(OFFERED) if place.until and place.until <= self.line.now]
        if self.line.awake() or late:
            self.line.move_up()

    @rule()
    def the_lecture_begins(self) -> None:
        self.work.now = self.line.now = max(self.line.now, clock(15, 10))
        assert offers.lines_to_move(self.work) == []

    @precondition(lambda self: self.line.started() and self.line.places)
    @rule(data=st.data(), way=st.sampled_from(["in", "undo"]))
    def go_through_the_door(self, data: st.DataObject, way: str) -> None:
        place = data.draw(st.sampled_from(self.line.places), "who is at the door")
        operation = scanning.check_in if way == "in" else scanning.undo_check_in
        view = self.does(operation, signup_id=self.ids[place.person])
        until = clock(16, 30) if way == "in" else clock(22, 31)
        possible = self.line.now < until and (way == "in" or place.arrived)
        assert (view is not None) == (place.state is CONFIRMED and possible)
        if view is not None:
            admitted = Outcome.ALREADY_IN if place.arrived else Outcome.ADMITTED
            assert view.outcome is (admitted if way == "in" else Outcome.UNDONE)
            place.arrived = way == "in"

    @precondition(lambda self: self.line.started())
    @rule(person=SOMEBODY)
    def walk_in(self, person: int) -> None:
        place = self.place(person, REQUESTED, WAITING, OFFERED, CONFIRMED)
        view = self.does(
            walk_ins.walk_in, position_id=self.lecture.audience, person_id=self.lecture.people[person]
        )
        held = sum(
            one.seats
            for one in self.line.of(CONFIRMED, OFFERED)
            if one.state is CONFIRMED or (one.until is not None and one.until > self.line.now)
        )
        welcome = person not in self.line.busy and self.line.now < clock(16, 30)
        seated = place is not None and place.state is CONFIRMED
        assert (view is not None) == (welcome and not seated and held < self.line.capacity)
        if view is not None:
            if place is None:
                place = Place(person, 1, CONFIRMED, object())
                self.line.places.append(place)
                self.ids[person] = view.signup_id
            place.seats, place.state, place.until, place.arrived = 1, CONFIRMED, None, True

    @precondition(lambda self: self.line.started())
    @rule()
    def it_is_over(self) -> None:
        self.work.now = self.line.now = max(self.line.now, clock(18))
        concluded = concluding.conclude(self.work, event_id=self.lecture.event)
        came = sum(place.arrived for place in self.line.of(CONFIRMED))
        assert (concluded.attended, concluded.missing) == (came, len(self.line.of(CONFIRMED)) - came)

    @invariant()
    def both_say_the_same(self) -> None:
        if not hasattr(self, "line"):
            return
        shown = list_signups(
            self.work,
            event_id=self.lecture.event,
            position_id=self.lecture.audience,
            paging=Paging(limit=500),
        ).items
        active = [
            (one.person_id, one.status) for one in shown if one.status not in (LAPSED, CANCELLED, DECLINED)
        ]
        assert active == [(self.lecture.people[place.person], place.state) for place in self.line.places]
        for one in shown:
            if one.status in (LAPSED, CANCELLED, DECLINED):
                assert self.line.over[self.lecture.people.index(one.person_id)] is one.status
        assert len({one.number for one in shown}) == len(shown)
        assert sum(1 + one.companions for one in shown if one.status in (CONFIRMED, OFFERED)) <= (
            self.line.capacity
        )


@pytest.fixture
def hall(office: Database) -> tuple[Lecture, int]:
    """A lecture whose people are of the organising team, and a position elsewhere at the same time."""
    lecture = announce_lecture(office, people=PEOPLE, seats=2)
    with lecture.write() as work:
        for person in lecture.people:
            join(work, team_id=lecture.team, person_id=person, on=TODAY)
    return lecture, lecture.hold_event(clock(15), clock(16))[1]


def test_the_line_keeps_its_promises(hall: tuple[Lecture, int]) -> None:
    run(
        lambda: Life(hall),
        settings=settings(
            max_examples=20,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
        ),
    )
