"""A closure is declared while somebody puts a person on a shift that it calls off."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from threading import Barrier

from sqlalchemy import select

from tests.at_once import PATIENCE_SECONDS, at_once, just_before_the_commit
from tests.closures.street import CLOSURE, Street
from tests.world import MONDAY, NOW, SCRIPT, hour
from volunteer_core.closures.declaring import declare_closure
from volunteer_core.commitments.models import ACTIVE, Commitment, CommitmentStatus
from volunteer_core.commitments.promises import commit_time, set_status
from volunteer_core.notices.models import NoticeKind
from volunteer_core.rosters.assigning import AssignmentView, ShiftNotOpen, assign
from volunteer_core.rosters.models import OPEN, Shift, ShiftStatus
from volunteer_core.timespans import Span

ROUNDS = 8


def on_it(street: Street, shift: int) -> list[int]:
    """The active commitments on a shift, by id."""
    with street.office.read(by=SCRIPT, now=NOW) as work:
        active = Commitment.shift_id == shift, Commitment.status.in_(ACTIVE)
        return list(work.scalars(select(Commitment.id).where(*active)))


def test_nobody_stays_on_a_shift_that_a_closure_calls_off_meanwhile(street: Street) -> None:
    there, comes = street.people(2)
    for number in range(ROUNDS):
        day = MONDAY + timedelta(days=number)
        shift, before = street.published(there, day=day), street.notices()
        declared, assigned = at_once(
            partial(street.close, starts_at=hour(12, day=day), ends_at=hour(18, day=day)),
            partial(street.do, assign, shift_id=shift, person_id=comes),
            round_number=number,
        )
        assert declared.shifts == [shift]
        assert street.called_off().shifts[-1] == shift
        assert on_it(street, shift) == []
        came_first = isinstance(assigned, AssignmentView)
        assert came_first or isinstance(assigned, ShiftNotOpen)
        told = [
            notice.person_id
            for notice in street.notices()[len(before) :]
            if notice.kind is NoticeKind.CLOSURE
        ]
        assert told == ([there, comes] if came_first else [there])


def test_who_comes_while_a_closure_is_being_written_waits_and_is_refused(street: Street) -> None:
    shift, comes = street.published(), street.person()
    declared, refusal = just_before_the_commit(
        street.do,
        partial(declare_closure, **CLOSURE),
        partial(street.do, assign, shift_id=shift, person_id=comes),
    )
    assert declared.shifts == [shift]
    assert isinstance(refusal, ShiftNotOpen)
    assert on_it(street, shift) == []


def test_without_the_lock_somebody_stays_on_a_shift_that_is_called_off(street: Street) -> None:
    shift, person = street.published(street.person()), street.person()
    looked = Barrier(2)
    at_once(
        partial(close_naively, street, shift, looked),
        partial(assign_naively, street, shift, person, looked),
    )
    assert street.called_off().shifts == [shift]
    assert len(on_it(street, shift)) == 1


def close_naively(street: Street, shift: int, looked: Barrier) -> None:
    """What the lock prevents: looks in one transaction who is on a shift, and calls it off in the next."""
    found = on_it(street, shift)
    looked.wait(PATIENCE_SECONDS)  # both have looked
    with street.office.write(by=SCRIPT, now=NOW) as work:
        work.lock(Shift, shift).status = ShiftStatus.CALLED_OFF
        for commitment in work.lock_all(Commitment, found):
            set_status(work, commitment, CommitmentStatus.CALLED_OFF)


def assign_naively(street: Street, shift: int, person: int, looked: Barrier) -> None:
    """Looks in one transaction whether a shift is open, and puts a person on it in the next."""
    with street.office.read(by=SCRIPT, now=NOW) as work:
        row = work.find(Shift, shift)
        assert row.status in OPEN
    looked.wait(PATIENCE_SECONDS)  # both have looked
    with street.office.write(by=SCRIPT, now=NOW) as work:
        commit_time(
            work,
            person_id=person,
            span=Span(row.starts_at, row.ends_at),
            status=CommitmentStatus.PROMISED,
            site_id=row.site_id,
            programme_id=row.programme_id,
            team_id=None,
            shift_id=shift,
        )
