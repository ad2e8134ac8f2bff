"""Random sequences of taking, waiting, going, changing the maximum and being busy, against a plain model."""

from __future__ import annotations

from datetime import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.rosters.swaps.swapping import on_shift
from tests.world import NOW, SCRIPT, World
from volunteer_core.commitments.promises import AlreadyCommitted, Clash
from volunteer_core.database import Paging, Work
from volunteer_core.errors import NotFound, Refused
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.outbox import list_notices
from volunteer_core.rosters.assigning import ShiftFull, assign, release
from volunteer_core.rosters.dropping_out import cannot_come
from volunteer_core.rosters.shifts import change_shift
from volunteer_core.rosters.swaps.open_shifts import take_shift
from volunteer_core.rosters.swaps.waiting import (
    AlreadyWaiting,
    NotWaiting,
    PlaceFree,
    join_wait,
    leave_wait,
    list_waiting,
)

PEOPLE = 5
VERBS = ("take", "wait", "wait", "leave_wait", "release", "cannot_come", "toggle_busy", "toggle_busy")
BEGINNING = (("take", 0), ("wait", 3), ("wait", 1))
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(VERBS), st.integers(0, PEOPLE - 1)),
        st.tuples(st.just("maximum"), st.integers(1, 4)),
    ),
    min_size=8,
    max_size=24,
)


class Line:
    """What the line promises, in a few lines: who is on the shift, who waits, and who is busy elsewhere."""

    def __init__(self) -> None:
        self.maximum = 1
        self.seated: set[int] = set()
        self.waiting: list[int] = []
        self.busy: set[int] = set()
        self.promoted: list[int] = []

    def move_up(self, at_most: int) -> None:
        places = min(at_most, self.maximum - len(self.seated))
        able = [one for one in self.waiting if one not in self.busy][: max(places, 0)]
        self.seated.update(able)
        self.promoted += able
        self.waiting = [one for one in self.waiting if one not in able]

    def take(self, one: int) -> type[Refused] | None:
        before = self.seated.copy(), self.waiting.copy(), self.promoted.copy()
        self.move_up(PEOPLE)
        if one in self.seated - before[0]:
            return None
        refusal: type[Refused] | None = None
        if len(self.seated) >= self.maximum:
            refusal = ShiftFull
        elif one in self.seated:
            refusal = AlreadyCommitted
        elif one in self.busy:
            refusal = Clash
        if refusal is not None:
            self.seated, self.waiting, self.promoted = before
        else:
            self.seated.add(one)
        return refusal

    def wait(self, one: int) -> type[Refused] | None:
        if one in self.waiting:
            return AlreadyWaiting
        if one in self.seated:
            return AlreadyCommitted
        if one in self.busy:
            return Clash
        before = self.seated.copy(), self.waiting.copy(), self.promoted.copy()
        self.move_up(PEOPLE)
        if len(self.seated) < self.maximum:
            self.seated, self.waiting, self.promoted = before
            return PlaceFree
        self.waiting.append(one)
        return None

    def leave_wait(self, one: int) -> type[Refused] | None:
        if one not in self.waiting:
            return NotWaiting
        self.waiting.remove(one)
        return None

    def release(self, one: int) -> type[Refused] | None:
        if one not in self.seated:
            return NotFound
        self.seated.remove(one)
        self.move_up(1)
        return None

    cannot_come = release

    def set_maximum(self, maximum: int) -> type[Refused] | None:
        if maximum < len(self.seated):
            return ShiftFull
        more, self.maximum = maximum - self.maximum, maximum
        self.move_up(max(more, 0))
        return None


@pytest.fixture
def hall(world: World) -> tuple[World, list[int], int, int]:
    """A published shift with one place, five people, and a shift elsewhere at the same time."""
    people = world.people(PEOPLE)
    shift = world.published(maximum=1)
    elsewhere = world.published(
        programme=world.clean_up, starts=time(16, 30), ends=time(18, 30), maximum=PEOPLE
    )
    return world, people, shift, elsewhere


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_the_line_keeps_its_promises(
    hall: tuple[World, list[int], int, int], steps: list[tuple[str, int]]
) -> None:
    world, people, shift, elsewhere = hall
    with world.office.write(by=SCRIPT, now=NOW) as work:
        follow(work, people, shift, elsewhere, steps)
        work.rollback()  # the next example starts anew


def follow(work: Work, people: list[int], shift: int, elsewhere: int, steps: list[tuple[str, int]]) -> None:
    operations = {
        "take": take_shift,
        "wait": join_wait,
        "leave_wait": leave_wait,
        "release": release,
        "cannot_come": cannot_come,
    }
    line = Line()
    for verb, number in (*BEGINNING, *steps):
        person = people[number % PEOPLE]
        expected: type[Refused] | None = None
        found: type[Refused] | None = None
        try:
            with work.begin_nested():  # a refusal changes nothing, as in a work of its own
                if verb == "maximum":
                    expected = line.set_maximum(number)
                    change_shift(work, shift_id=shift, maximum=number)
                elif verb != "toggle_busy":
                    expected = getattr(line, verb)(person)
                    operations[verb](work, shift_id=shift, person_id=person)
                elif person in line.busy:
                    line.busy.remove(person)
                    release(work, shift_id=elsewhere, person_id=person)
                elif person not in line.seated:
                    line.busy.add(person)
                    assign(work, shift_id=elsewhere, person_id=person)
        except Refused as refusal:
            found = type(refusal)
        assert found is expected
        assert set(on_shift(work, shift)) == line.seated
        assert len(line.seated) <= line.maximum
        shown = list_waiting(work, shift_id=shift)
        assert [(one.person_id, one.place) for one in shown] == [
            (one, place) for place, one in enumerate(line.waiting, 1)
        ]
    told = list_notices(work, paging=Paging(limit=500)).items
    assert [one.person_id for one in told if one.kind is NoticeKind.PROMOTED] == line.promoted
