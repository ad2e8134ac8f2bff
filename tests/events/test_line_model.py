"""Random sequences of signing up, cancelling, changing seats and being busy, against a plain model."""

from __future__ import annotations

from operator import itemgetter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.events.lecture import Lecture, announce_lecture, clock
from volunteer_core.commitments.promises import Clash
from volunteer_core.database import Database, Paging, Work
from volunteer_core.errors import Refused
from volunteer_core.events.entering import AlreadySignedUp
from volunteer_core.events.listing import list_signups
from volunteer_core.events.models import IN_LINE, SignupStatus
from volunteer_core.events.positions import SeatsTaken, change_capacity
from volunteer_core.events.signups import cancel, sign_up
from volunteer_core.notices.outbox import list_notices

PEOPLE = 5
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("sign_up"), st.integers(0, PEOPLE - 1)),
        st.tuples(st.just("cancel"), st.integers(0, PEOPLE - 1)),
        st.tuples(st.just("toggle_busy"), st.integers(0, PEOPLE - 1)),
        st.tuples(st.just("capacity"), st.integers(0, 4)),
    ),
    min_size=4,
    max_size=14,
)


class Line:
    """What the wait-list promises, in a few lines: people by order of arrival, those with a seat, and
    those who are busy elsewhere."""

    def __init__(self, capacity: int) -> None:
        self.capacity, self.arrivals = capacity, 0
        self.numbers: dict[int, int] = {}
        self.seated: set[int] = set()
        self.busy: set[int] = set()
        self.promoted: list[int] = []

    def waiting(self) -> list[int]:
        return sorted(self.numbers.keys() - self.seated, key=self.numbers.__getitem__)

    def move_up(self) -> None:
        free = self.capacity - len(self.seated)
        able = [person for person in self.waiting() if person not in self.busy][:free]
        self.seated.update(able)
        self.promoted += able

    def sign_up(self, person: int) -> type[Refused] | None:
        if person in self.numbers:
            return AlreadySignedUp
        if person in self.busy:
            return Clash
        self.move_up()
        self.arrivals += 1
        self.numbers[person] = self.arrivals
        if len(self.seated) < self.capacity:
            self.seated.add(person)
        return None

    def cancel(self, person: int) -> None:
        del self.numbers[person]
        if person in self.seated:
            self.seated.remove(person)
            self.move_up()

    def change_capacity(self, capacity: int) -> type[Refused] | None:
        if capacity < len(self.seated):
            return SeatsTaken
        self.capacity = capacity
        self.move_up()
        return None


@pytest.fixture
def hall(office: Database) -> tuple[Lecture, int]:
    """A lecture with two seats, and a position elsewhere at the same time."""
    lecture = announce_lecture(office, people=PEOPLE, seats=2)
    return lecture, lecture.hold_event(clock(15), clock(16))[1]


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_line_keeps_its_promises(hall: tuple[Lecture, int], steps: list[tuple[str, int]]) -> None:
    lecture, elsewhere = hall
    with lecture.write() as work:
        follow(work, lecture, elsewhere, steps)
        work.rollback()  # the next example starts anew


def follow(work: Work, lecture: Lecture, elsewhere: int, steps: list[tuple[str, int]]) -> None:
    line, signups, absences = Line(2), {}, {}
    for verb, number in steps:
        person = lecture.people[number % PEOPLE]
        expected: type[Refused] | None = None
        found: type[Refused] | None = None
        try:
            if verb == "sign_up":
                expected = line.sign_up(person)
                signup = sign_up(work, position_id=lecture.audience, person_id=person)
                assert signup.number == line.arrivals
                signups[person] = signup.id
            elif verb == "cancel" and person in line.numbers:
                line.cancel(person)
                cancel(work, signup_id=signups[person])
            elif verb == "toggle_busy" and person in line.busy:
                line.busy.remove(person)
                cancel(work, signup_id=absences[person])
            elif verb == "toggle_busy" and person not in line.seated:
                line.busy.add(person)
                absences[person] = sign_up(work, position_id=elsewhere, person_id=person).id
            elif verb == "capacity":
                expected = line.change_capacity(number)
                change_capacity(work, position_id=lecture.audience, capacity=number)
        except Refused as refusal:
            found = type(refusal)
        assert found is expected
        shown = list_signups(work, event_id=lecture.event, position_id=lecture.audience).items
        active = [signup for signup in shown if signup.status in IN_LINE]
        assert [(signup.person_id, signup.number) for signup in active] == sorted(
            line.numbers.items(), key=itemgetter(1)
        )
        seated = {signup.person_id for signup in active if signup.status is SignupStatus.CONFIRMED}
        assert seated == line.seated
        assert len(seated) <= line.capacity
    promoted = [notice.person_id for notice in list_notices(work, paging=Paging(limit=500)).items]
    assert promoted == line.promoted
