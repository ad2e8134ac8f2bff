"""Whoever asked follows it with the secret; leaders call back; the clock forgets."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from tests.events.by_phone.phoning import HOUR, NOBODY, PHONE, Phones
from tests.events.lecture import NOW, Lecture, clock
from volunteer_core import tick
from volunteer_core.audit import entries
from volunteer_core.database import Paging
from volunteer_core.errors import NotAllowed
from volunteer_core.events.by_phone.asking import VALID
from volunteer_core.events.by_phone.following import NotConfirmed
from volunteer_core.events.by_phone.models import PhoneSignup
from volunteer_core.events.by_phone.pending import CodeExpired, CodeUsed, PhoneSignupUnknown
from volunteer_core.events.by_phone.views import Asked, PhoneSignupState
from volunteer_core.events.door.tickets import NoTicket, read_ticket
from volunteer_core.events.entering import NotSignedUp
from volunteer_core.events.models import SignupStatus
from volunteer_core.events.signups import CancelTooLate
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.outbox import group_text
from volunteer_core.permissions import Actor

CONFIRMED = SignupStatus.CONFIRMED


@pytest.mark.parametrize("secret", ["", "x", "x" * 999, "密", "\ud800"])
def test_without_its_secret_there_is_nothing(phones: Phones, secret: str) -> None:
    asked = phones.ask()
    for act in (
        lambda: phones.confirm(asked, secret=secret),
        lambda: phones.confirm(asked, phones.wrong(asked), secret=secret),
        lambda: phones.read(asked, secret=secret or " "),
        lambda: phones.cancel(asked, secret=secret or " "),
    ):
        with pytest.raises(PhoneSignupUnknown):
            act()
    assert phones.row(asked).attempts == 0  # nobody else ends a code
    for number in (asked.id + 1, 0, 10**9, 10**40):
        with pytest.raises(PhoneSignupUnknown):
            phones.read(Asked(number, asked.secret, asked.expires_at))


def test_the_secret_of_another_does_not_open_it(phones: Phones) -> None:
    mine, other = phones.ask("符小兰"), phones.ask("符大兰")
    with pytest.raises(PhoneSignupUnknown):
        phones.cancel(mine, secret=other.secret)


def test_who_asked_sees_their_place_move_and_cancels(phones: Phones, lecture: Lecture) -> None:
    first, second = lecture.sign_up_all(lecture.people[:2])
    one, two = phones.ask("符一"), phones.ask("符二")
    assert [phones.confirm(asked).place for asked in (one, two)] == [1, 2]
    assert phones.cancel(one).status is SignupStatus.CANCELLED
    assert phones.read(two).place == 1
    lecture.cancel(first)
    assert phones.read(two).status is CONFIRMED
    promoted = lecture.told(NoticeKind.PROMOTED)[0]
    assert (promoted.phone, promoted.name) == (PHONE, "符*")  # who tells them has to know where
    with lecture.read(lecture.leader) as work:
        assert promoted.id not in group_text(work).notice_ids  # they are not in the group
    assert phones.cancel(two).status is SignupStatus.CANCELLED
    assert lecture.with_seat() == [second.person_id]
    with pytest.raises(NotSignedUp):
        phones.cancel(two)


def test_a_secret_opens_no_later_sign_up_of_the_same_person(phones: Phones, lecture: Lecture) -> None:
    """They came back with their account, or another secret: who has the old one gains nothing by that."""
    old = phones.ask()
    phones.confirm(old)
    phones.cancel(old)
    later = NOW + HOUR
    lecture.sign_up(phones.person(old).id, now=later)
    assert phones.read(old, now=later).status is SignupStatus.CANCELLED
    for act in (phones.cancel, phones.accept, phones.ticket):
        with pytest.raises(NotSignedUp):
            act(old)
    assert lecture.with_seat() == [phones.person(old).id]


def test_one_cancels_as_the_person_until_the_limit(phones: Phones, lecture: Lecture) -> None:
    asked = phones.ask()
    phones.confirm(asked)
    with pytest.raises(CancelTooLate):
        phones.cancel(asked, now=clock(12, day=date(2026, 12, 4)))
    assert lecture.with_seat() == [phones.person(asked).id]


def test_what_waits_for_its_code_can_be_taken_back(phones: Phones, lecture: Lecture) -> None:
    asked = phones.ask()
    assert phones.cancel(asked).state is PhoneSignupState.EXPIRED
    for act in (phones.confirm, phones.cancel):
        with pytest.raises(CodeExpired):
            act(asked)
    assert (phones.pending(), lecture.told(NoticeKind.CODE)) == ([], [])


def test_an_offered_seat_is_accepted_with_the_secret(phones: Phones, lecture: Lecture) -> None:
    phones.allow(offer_minutes=60)
    first, _ = lecture.sign_up_all(lecture.people[:2])
    asked = phones.ask()
    with pytest.raises(NotConfirmed):
        phones.accept(asked)
    phones.confirm(asked)
    lecture.cancel(first)
    offered = phones.read(asked)
    assert (offered.status, offered.offer_until) == (SignupStatus.OFFERED, NOW + HOUR)
    assert phones.accept(asked, now=NOW + HOUR / 2).status is CONFIRMED


def test_who_has_a_seat_reads_the_ticket_with_the_secret(phones: Phones, lecture: Lecture) -> None:
    lecture.sign_up(lecture.people[0])
    seated, waiting = phones.ask("符一"), phones.ask("符二")
    with pytest.raises(NotConfirmed):
        phones.ticket(seated)
    phones.confirm(seated)
    phones.confirm(waiting)
    with lecture.write() as work:
        theirs = read_ticket(work, signup_id=phones.row(seated).signup_id or 0)
    assert phones.ticket(seated) == theirs
    with pytest.raises(NoTicket):
        phones.ticket(waiting)


def test_leaders_see_whom_to_call_back_and_nobody_else_does(phones: Phones, lecture: Lecture) -> None:
    asked = phones.ask("欧阳小兰", community_id=lecture.community)
    for actor in (lecture.leader, lecture.coordinator, Actor.person(1, officer=True)):
        [one] = phones.pending(by=actor)
        assert (one.id, one.name, one.phone, one.community_id) == (
            asked.id,
            "欧阳*",
            PHONE,
            lecture.community,
        )
        assert (one.asked_at, one.expires_at, one.blocked) == (NOW, NOW + VALID, False)
    for actor in (lecture.other_leader, lecture.neighbour, Actor.person(lecture.people[0]), NOBODY):
        with pytest.raises(NotAllowed):
            phones.pending(by=actor)
        with pytest.raises(NotAllowed):
            phones.vouch(asked, by=actor)
    assert phones.pending(now=NOW + VALID) == []


def test_that_a_leader_vouched_is_in_the_log_and_nothing_private_is(phones: Phones, lecture: Lecture) -> None:
    asked = phones.ask("符小兰")
    phones.vouch(asked)
    with pytest.raises(CodeUsed):
        phones.vouch(asked)
    with lecture.read() as work:
        log = entries(work, subject="phone_signups", subject_id=asked.id).items
        everything = str(entries(work, paging=Paging(limit=500)).items)
    assert "confirmed_at" in log[0].changes
    assert log[0].actor_id == lecture.leader_id
    for private in ("符小兰", PHONE, phones.codes[asked.id], asked.secret):
        assert private not in everything
    with pytest.raises(CodeExpired):
        phones.vouch(phones.ask("符大兰"), now=NOW + VALID)


def test_an_hour_later_nothing_is_left_of_the_address(phones: Phones, lecture: Lecture) -> None:
    asked = phones.ask()
    phones.confirm(asked)
    for now, kept in ((NOW + HOUR - timedelta(seconds=1), True), (NOW + HOUR, False)):
        _tick(lecture, now)
        assert bool(phones.row(asked).address_hash) is kept
    assert phones.read(asked, now=NOW + HOUR).status is CONFIRMED


def test_a_day_after_its_end_what_was_never_confirmed_is_forgotten(phones: Phones, lecture: Lecture) -> None:
    never, confirmed, replaced = phones.ask("符小兰"), phones.ask("符大兰"), phones.ask("符中兰")
    phones.confirm(confirmed)
    again = phones.ask("符中兰", now=NOW + HOUR)
    assert _tick(lecture, NOW + VALID) == 0
    assert _tick(lecture, NOW + timedelta(days=1, hours=1)) == 1  # what was replaced
    assert _tick(lecture, NOW + timedelta(days=2)) == 1
    assert _tick(lecture, NOW + timedelta(days=2)) == 0
    assert _ids(lecture) == [confirmed.id, again.id]
    [code] = lecture.told(NoticeKind.CODE)
    assert phones.codes[again.id] in code.text
    for asked in (never, replaced):
        with pytest.raises(PhoneSignupUnknown):
            phones.read(asked)
    assert phones.read(confirmed, now=NOW + timedelta(days=2)).status is CONFIRMED


def _ids(lecture: Lecture) -> list[int]:
    with lecture.read() as work:
        return list(work.scalars(select(PhoneSignup.id).order_by(PhoneSignup.id)))


def _tick(lecture: Lecture, now: datetime) -> int:
    lecture.office.clock = lambda: now
    return tick.run(lecture.office).phone_signups_forgotten
