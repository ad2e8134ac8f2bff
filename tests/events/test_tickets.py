"""Tickets: signed by the office, verified by anybody, of no use to anybody else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from threading import Barrier

import pytest
import segno
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from tests.at_once import at_once
from tests.events.doors import code_of
from tests.events.lecture import SCRIPT, Lecture, clock
from volunteer_core.audit import AuditEntry
from volunteer_core.database import Database, Work
from volunteer_core.errors import NotAllowed, Refused
from volunteer_core.events.door import keys
from volunteer_core.events.door.codes import (
    MOST_TICKETS,
    NoTicketKey,
    Ticket,
    TicketForged,
    TicketOfOtherEvent,
    TicketRevoked,
    TicketUnreadable,
    refuse_other,
    verify,
    written,
)
from volunteer_core.events.door.lists import read_door_list
from volunteer_core.events.door.models import TicketKey
from volunteer_core.events.door.tickets import NoTicket, TooManyTickets, read_ticket, renew_ticket
from volunteer_core.events.models import Signup
from volunteer_core.people.registry import register
from volunteer_core.people.vouching import link_guardian
from volunteer_core.permissions import Actor

PRIVATE = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = {3: PRIVATE.public_key().public_bytes_raw()}
TICKET = Ticket(3, 2026, 4_000_000_000, MOST_TICKETS)
TEXT = written(TICKET, PRIVATE.private_bytes_raw())
LINK = "https://example.org/" + "x" * 3000
NO_TICKETS = ("", "FX1.", TEXT[:-1], TEXT + "A", TEXT.lower(), f" {TEXT}", TEXT + "\n", LINK, "\0", "凤翔")
ids = st.integers(1, 2**32 - 1)


@settings(max_examples=30)
@given(event=ids, signup=ids, serial=st.integers(1, MOST_TICKETS), key=st.integers(1, 255))
def test_what_was_written_is_read(event: int, signup: int, serial: int, key: int) -> None:
    ticket = Ticket(key, event, signup, serial)
    text = written(ticket, PRIVATE.private_bytes_raw())
    assert verify(text, {key: PUBLIC[3]}) == ticket
    code = segno.make_qr(text, error="m")
    assert (code.mode, code.version) == ("alphanumeric", 6)  # small enough for a phone across a table


@given(place=st.integers(0, len(TEXT) - 1), other=st.characters())
@example(place=len(TEXT) - 1, other="A")
@example(place=len(TEXT) - 1, other="\n")
@example(place=10, other="ſ")  # upper-cased it is an S
def test_any_changed_character_is_refused(place: int, other: str) -> None:
    changed = TEXT[:place] + other + TEXT[place + 1 :]
    if changed == TEXT:
        return
    with pytest.raises((TicketUnreadable, TicketForged)):
        verify(changed, PUBLIC)


@pytest.mark.parametrize("text", NO_TICKETS)
def test_what_is_no_ticket_is_told_apart_from_a_forged_one(text: str) -> None:
    with pytest.raises(TicketUnreadable):
        verify(text, PUBLIC)


def test_only_the_office_signs() -> None:
    other = Ed25519PrivateKey.generate()
    for forged in (written(TICKET, other.private_bytes_raw()), written(TICKET._replace(key=4), bytes(32))):
        with pytest.raises(TicketForged):
            verify(forged, PUBLIC)
    with pytest.raises(TicketForged):
        verify(TEXT, {})
    assert verify(TEXT, {**PUBLIC, 4: other.public_key().public_bytes_raw()}) == TICKET


def test_a_ticket_counts_for_its_event_until_another_replaces_it() -> None:
    refuse_other(TICKET, event_id=2026, serial=MOST_TICKETS)
    with pytest.raises(TicketOfOtherEvent):
        refuse_other(TICKET, event_id=2027, serial=MOST_TICKETS)
    for serial in (MOST_TICKETS + 1, None):
        with pytest.raises(TicketRevoked):
            refuse_other(TICKET, event_id=2026, serial=serial)


def test_a_ticket_names_nobody_and_stays_the_same_until_it_is_renewed(lecture: Lecture) -> None:
    signup = lecture.sign_up(lecture.people[0])
    code = code_of(lecture, signup)
    assert code == code_of(lecture, signup)
    with lecture.read() as work:
        public = keys.public_keys(work)
    assert verify(code, public) == Ticket(1, lecture.event, signup.id, 1)
    with lecture.write() as work:
        renewed = renew_ticket(work, signup_id=signup.id)
    assert verify(renewed.code, public).serial == 2
    assert (renewed.title, renewed.position) == ("消防安全知识讲座", "听众")
    assert (renewed.opens_at, renewed.starts_at) == (clock(14), clock(15))


def test_the_ticket_of_before_a_cancellation_does_not_count_again(lecture: Lecture) -> None:
    signup = lecture.sign_up(lecture.people[0])
    before = code_of(lecture, signup)
    lecture.cancel(signup)
    again = lecture.sign_up(lecture.people[0])
    assert again.id == signup.id
    assert code_of(lecture, again) != before


def test_only_who_has_a_seat_has_a_ticket(lecture: Lecture) -> None:
    first, _, waits = lecture.sign_up_all(lecture.people[:3])
    lecture.sign_up_all(lecture.people[3:4])
    code_of(lecture, first)
    lecture.cancel(first)
    assert code_of(lecture, waits)  # has moved up
    with lecture.write() as work, pytest.raises(NoTicket):
        renew_ticket(work, signup_id=first.id)
    for nobody in (first, lecture.sign_up(lecture.people[4])):
        with pytest.raises(NoTicket):
            code_of(lecture, nobody)


def test_tickets_are_not_renewed_for_ever(lecture: Lecture) -> None:
    signup = lecture.sign_up(lecture.people[0])
    with lecture.write() as work:
        work.find(Signup, signup.id).ticket = MOST_TICKETS
    with lecture.write() as work, pytest.raises(TooManyTickets):
        renew_ticket(work, signup_id=signup.id)


def test_a_ticket_is_for_its_person_and_who_organises(lecture: Lecture) -> None:
    mother, child = lecture.people[:2]
    with lecture.write() as work:
        ward = register(work, name="林小禾", birth_date=date(2012, 1, 1)).id
        link_guardian(work, ward_id=ward, guardian_id=mother, relation="母亲", valid_from=date(2020, 1, 1))
    signup = lecture.sign_up(ward)
    may = [Actor.person(ward), Actor.person(mother), lecture.leader, lecture.coordinator]
    for operation in (read_ticket, renew_ticket):
        for actor in (*may, Actor.person(child, officer=True)):
            with lecture.write(actor) as work:
                operation(work, signup_id=signup.id)
        for actor in (Actor.anonymous(), Actor.person(child), lecture.other_leader, lecture.neighbour):
            with lecture.write(actor) as work, pytest.raises(NotAllowed):
                operation(work, signup_id=signup.id)


@pytest.mark.parametrize("needs", [read_door_list, read_ticket])
def test_the_key_is_made_at_the_first_need_by_who_may_write(
    lecture: Lecture, needs: Callable[..., object]
) -> None:
    signup = lecture.sign_up(lecture.people[0])
    asked = {"event_id": lecture.event} if needs is read_door_list else {"signup_id": signup.id}
    with lecture.read() as work, pytest.raises(NoTicketKey):
        needs(work, **asked)
    with lecture.write() as work:
        needs(work, **asked)
    with lecture.read() as work:
        needs(work, **asked)


def test_the_private_key_stays_in_its_table(lecture: Lecture) -> None:
    code_of(lecture, lecture.sign_up(lecture.people[0]))
    with lecture.read() as work:
        key = work.scalars(select(TicketKey)).one()
        assert work.scalars(select(AuditEntry.id).where(AuditEntry.subject == "ticket_keys")).all() == []
        shown = repr(read_door_list(work, event_id=lecture.event))
    assert repr(key.public_key) in shown
    assert repr(key.private_key) not in shown


def test_who_needs_the_first_key_at_the_same_moment_gets_the_same(office: Database) -> None:
    both_looked = Barrier(2)

    def need() -> bytes:
        with office.write(by=SCRIPT) as work:
            if not office.is_sqlite:  # has one writer at a time
                assert work.scalar(select(func.count()).select_from(TicketKey)) == 0
                both_looked.wait(20)
            return public(work)

    def public(work: Work) -> bytes:
        return keys.signing_key(work).public_key

    one, other = at_once(need, need)
    assert not isinstance(one, Refused)
    assert one == other
    with office.read(by=SCRIPT) as work:
        assert len(keys.public_keys(work)) == 1
