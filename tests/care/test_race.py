"""Arrival and hand-over while somebody else does the same, withdraws, opens or calls off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from tests.at_once import PATIENCE_SECONDS, at_once, just_before_the_commit
from tests.care.school import BEFORE, FIRST, LAST, SCRIPT, THURSDAY, WEEK_LATER, School, clock
from volunteer_core.audit import AuditView, entries
from volunteer_core.care.calling_off import call_off_sessions
from volunteer_core.care.handover import (
    HandedOverAlready,
    PresenceView,
    SessionCalledOff,
    arrive,
    hand_over,
)
from volunteer_core.care.models import Presence, Session
from volunteer_core.care.pickup_rules import PickupWithdrawn
from volunteer_core.care.pickups import authorise_pickup, withdraw_pickup
from volunteer_core.care.sessions import NoShift, open_session
from volunteer_core.care.views import SessionView
from volunteer_core.closures.declaring import Declared, declare_closure
from volunteer_core.permissions import Actor
from volunteer_core.timespans import day_span

ROUNDS = 6
COMES, GOES = clock(17, 2), clock(17, 55)
DAYS = [THURSDAY + timedelta(days=days) for days in (0, 1, 4, 5, 6, 7)]
"""All of which the school has a shift."""


def do(
    school: School, operation: Callable[..., Any], *, by: Actor = SCRIPT, now: datetime = COMES, **facts: Any
) -> Any:
    """Runs one operation in a work of its own."""
    with school.office.write(by=by, now=now) as work:
        return operation(work, **facts)


def presences(school: School, session: int, child: int | None = None) -> list[Presence]:
    wanted = {"session_id": session} | ({"child_id": child} if child is not None else {})
    with school.office.read(by=SCRIPT, now=GOES) as work:
        return list(work.scalars(select(Presence).filter_by(**wanted)))


def session_of(school: School, day: date) -> list[Session]:
    with school.office.read(by=SCRIPT, now=GOES) as work:
        return list(work.scalars(select(Session).where(Session.civil_date == day)))


def log(school: School, subject: str, subject_id: int) -> list[AuditView]:
    """What became of a row, oldest first."""
    with school.office.read(by=SCRIPT, now=GOES) as work:
        return entries(work, subject=subject, subject_id=subject_id).items[::-1]


def listed_children(school: School, number: int) -> list[tuple[int, int]]:
    """Children whom the grandmother may fetch, each with the authorisation."""
    dates = {"valid_from": FIRST, "valid_to": LAST}
    who = {"person_id": school.grandmother, "relation": "奶奶"}
    return [
        (child, do(school, authorise_pickup, now=BEFORE, child_id=child, **who, **dates).id)
        for child in school.add_children(number)
    ]


def everybody_is_there(school: School, number: int) -> tuple[int, list[tuple[int, int]]]:
    """The Thursday's session, and children who have come to it, each with an authorisation."""
    session, children = school.open(), listed_children(school, number)
    for child, _ in children:
        do(school, arrive, session_id=session, child_id=child)
    return session, children


def test_who_hands_a_child_over_at_the_same_moment_as_another_is_told_that_it_has_gone(
    school: School,
) -> None:
    session, children = everybody_is_there(school, ROUNDS)
    staff = [school.staff, school.lead]
    for number, (child, pickup) in enumerate(children):
        facts = {"session_id": session, "child_id": child, "authorisation_id": pickup}
        told = at_once(
            *(partial(do, school, hand_over, by=Actor.person(one), now=GOES, **facts) for one in staff),
            round_number=number,
        )
        assert sorted(map(type, told), key=str) == sorted([HandedOverAlready, PresenceView], key=str)
        let_go = next(one for one, answer in zip(staff, told, strict=True) if type(answer) is PresenceView)
        [row] = presences(school, session, child)
        assert (row.handed_over_by, row.handed_over_at) == (let_go, GOES)


def test_without_the_lock_a_child_is_handed_over_twice(school: School) -> None:
    session, [(child, pickup)] = everybody_is_there(school, 1)
    looked = Barrier(2)

    def hand_over_naively(one: int) -> int:
        """What the lock prevents: looks whether the child is there, and lets it go in the next work."""
        [presence] = presences(school, session, child)
        assert presence.handed_over_at is None
        looked.wait(PATIENCE_SECONDS)  # both have looked
        with school.office.write(by=Actor.person(one), now=GOES) as work:
            row = work.lock(Presence, presence.id)
            row.handed_over_at, row.authorisation_id, row.handed_over_by = GOES, pickup, one
        return one

    staff = [school.staff, school.lead]
    assert at_once(*(partial(hand_over_naively, one) for one in staff)) == staff
    [row] = presences(school, session, child)
    _, first, second = log(school, "presences", row.id)
    assert {first.actor_id, second.actor_id} == set(staff)


def test_two_who_receive_the_same_child_both_read_of_one_arrival(school: School) -> None:
    session = school.open()
    staff = [school.staff, school.lead]
    for child in school.add_children(ROUNDS):
        facts = {"session_id": session, "child_id": child}
        one, other = at_once(*(partial(do, school, arrive, by=Actor.person(one), **facts) for one in staff))
        [row] = presences(school, session, child)
        assert one == other
        assert (one.received_by, one.arrived_at) == (row.received_by, COMES)


def test_no_child_leaves_on_what_has_been_withdrawn(school: School) -> None:
    """The log is written under the authorisation's lock: it shows what came first."""
    session, children = everybody_is_there(school, 2 * ROUNDS)
    for number, (child, pickup) in enumerate(children):
        facts = {"session_id": session, "child_id": child, "authorisation_id": pickup}
        withdrawn, gone = at_once(
            partial(do, school, withdraw_pickup, by=school.coordinator, now=GOES, authorisation_id=pickup),
            partial(do, school, hand_over, by=Actor.person(school.staff), now=GOES, **facts),
            round_number=number,
        )
        [row] = presences(school, session, child)
        assert withdrawn.withdrawn_at == GOES
        if isinstance(gone, PickupWithdrawn):
            assert row.handed_over_at is None
        else:
            assert (gone.handed_over_at, gone.authorisation_id) == (row.handed_over_at, pickup)
            _, left = log(school, "presences", row.id)
            _, withdrawal = log(school, "pickup_authorisations", pickup)
            assert left.id < withdrawal.id


def call_off(school: School, day: date) -> list[int]:
    called_off: list[int] = do(
        school, call_off_sessions, now=clock(17, day=day), site_ids=None, span=day_span(day)
    )
    return called_off


def close(school: School, day: date) -> list[int]:
    start, end = day_span(day)
    closure = {"name": "台风停课", "source": "防汛指挥部", "starts_at": start, "ends_at": end}
    declared: Declared = do(school, declare_closure, now=clock(17, day=day), **closure)
    return declared.sessions


@pytest.mark.parametrize("end", [call_off, close])
def test_a_child_that_comes_while_the_session_is_called_off_keeps_it_open_or_is_not_received(
    school: School, end: Callable[[School, date], list[int]]
) -> None:
    school.publish(WEEK_LATER, [])
    for number, day in enumerate(DAYS):
        session = school.open(day)
        came = partial(
            do, school, arrive, now=clock(17, 2, day=day), session_id=session, child_id=school.child
        )
        called_off, arrived = at_once(partial(end, school, day), came, round_number=number)
        [row] = session_of(school, day)
        if isinstance(arrived, SessionCalledOff):
            assert (called_off, presences(school, session)) == ([session], [])
            assert row.called_off_at is not None
        else:
            assert (called_off, len(presences(school, session))) == ([], 1)
            assert row.called_off_at is None


def test_a_child_that_comes_while_the_calling_off_is_being_written_is_not_received(school: School) -> None:
    session = school.open()
    called_off, refusal = just_before_the_commit(
        partial(do, school),
        partial(call_off_sessions, site_ids=None, span=day_span(THURSDAY)),
        partial(do, school, arrive, session_id=session, child_id=school.child),
    )
    assert called_off == [session]
    assert isinstance(refusal, SessionCalledOff)
    assert presences(school, session) == []


def test_without_the_lock_a_child_arrives_at_a_session_that_is_called_off(school: School) -> None:
    session, looked = school.open(), Barrier(2)

    def call_off_naively() -> None:
        """What the lock prevents: looks whether a child has come, and calls off in the next work."""
        assert presences(school, session) == []
        looked.wait(PATIENCE_SECONDS)  # both have looked
        with school.office.write(by=SCRIPT, now=COMES) as work:
            work.lock(Session, session).called_off_at = work.now

    def arrive_naively() -> None:
        """Looks whether the session is called off, and receives the child in the next work."""
        [row] = session_of(school, THURSDAY)
        assert row.called_off_at is None
        looked.wait(PATIENCE_SECONDS)  # both have looked
        with school.office.write(by=SCRIPT, now=COMES) as work:
            work.add(Presence(session_id=session, child_id=school.child, arrived_at=COMES))

    at_once(call_off_naively, arrive_naively)
    [row] = session_of(school, THURSDAY)
    assert (row.called_off_at, len(presences(school, session))) == (COMES, 1)


def opening(school: School, day: date) -> Callable[[], Any]:
    facts = {"programme_id": school.programme, "site_id": school.site, "day": day}
    return partial(do, school, open_session, now=clock(16, 30, day=day), **facts)


def test_two_who_open_a_day_open_one_session(school: School) -> None:
    school.publish(WEEK_LATER, [])
    for day in DAYS:
        one, other = at_once(opening(school, day), opening(school, day))
        [row] = session_of(school, day)
        assert one == other
        assert isinstance(one, SessionView)
        assert one.id == row.id


def test_what_is_opened_while_its_site_is_closed_is_called_off_too(school: School) -> None:
    school.publish(WEEK_LATER, [])
    for number, day in enumerate(DAYS):
        called_off, opened = at_once(partial(close, school, day), opening(school, day), round_number=number)
        if isinstance(opened, NoShift):
            assert (called_off, session_of(school, day)) == ([], [])
        else:
            [row] = session_of(school, day)
            assert called_off == [opened.id] == [row.id]
            assert row.called_off_at is not None
