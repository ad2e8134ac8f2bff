"""With the code, at that moment, somebody comes into the line; nobody finds it by trying."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.at_once import at_once, just_before_the_commit
from tests.events.by_phone.phoning import HOUR, PHONE, Phones
from tests.events.lecture import NOW, TODAY, Lecture, clock
from volunteer_core.errors import Malformed
from volunteer_core.events.by_phone import confirming
from volunteer_core.events.by_phone.asking import VALID
from volunteer_core.events.by_phone.confirming import CodeBlocked, CodeWrong, vouch
from volunteer_core.events.by_phone.pending import CodeExpired, CodeUsed
from volunteer_core.events.by_phone.views import PhoneSignupState
from volunteer_core.events.entering import AlreadySignedUp, EventNotPublished
from volunteer_core.events.held_seats import hold_seats
from volunteer_core.events.models import Event, Position, SignupStatus
from volunteer_core.events.planning import call_off_event
from volunteer_core.notices.models import NoticeKind
from volunteer_core.people.registry import leave_office, register, search

CONFIRMED, WAITING = SignupStatus.CONFIRMED, SignupStatus.WAITING


def test_a_visitor_is_made_with_the_community_told_and_is_no_volunteer(
    phones: Phones, lecture: Lecture
) -> None:
    asked = phones.ask("单晓明", community_id=lecture.other_community)
    phones.confirm(asked)
    person = phones.person(asked)
    assert (person.visitor, person.name, person.phone, person.code[0]) == (True, "单晓明", PHONE, "R")
    assert (person.community_id, person.birth_date) == (lecture.other_community, None)
    for typed in ("sxm", "单晓明", person.code, "1111"):
        with lecture.read() as work:
            assert search(work, query=typed).total == 0
            assert [row.id for row in search(work, query=typed, visitors=True).items] == [person.id]
    with lecture.read(lecture.neighbour) as work:
        assert search(work, visitors=True).items[0].visitor


def test_who_is_known_by_phone_and_name_is_found_and_not_made_again(phones: Phones, lecture: Lecture) -> None:
    with lecture.write() as work:
        known = register(work, name="陈小明", phone=PHONE).id
        left = register(work, name="王小红", phone=PHONE).id
        leave_office(work, person_id=left, on=TODAY)
    mine, namesake, former = (
        phones.ask("陈小明"),
        phones.ask("陈小明", "13900003333"),
        phones.ask("王小红"),
    )
    for asked in (mine, namesake, former):
        phones.confirm(asked)
    assert phones.person(mine).id == known
    assert not phones.person(mine).visitor
    assert known != phones.person(namesake).id != left
    assert phones.person(former).id != left


def test_a_visitor_is_the_same_at_the_next_event_and_may_tell_the_community_then(
    phones: Phones, lecture: Lecture
) -> None:
    _, position = lecture.hold_event(clock(9), clock(10), earns_hours=False)
    first = phones.ask()
    phones.confirm(first)
    second = phones.ask(position=position, community_id=lecture.community)
    phones.confirm(second)
    assert phones.person(first).id == phones.person(second).id
    assert phones.person(first).community_id == lecture.community
    third = phones.ask("符小兰", position=position, now=NOW + HOUR, community_id=lecture.other_community)
    with pytest.raises(AlreadySignedUp):
        phones.confirm(third, now=NOW + HOUR)
    assert phones.person(first).community_id == lecture.community


@pytest.mark.parametrize("called_back", [False, True])
def test_two_confirmations_at_once_make_one_visitor(
    phones: Phones, lecture: Lecture, called_back: bool
) -> None:
    _, position = lecture.hold_event(clock(9), clock(10), earns_hours=False)
    with lecture.write() as work:  # both are the leader's
        work.lock(Event, work.find(Position, position).event_id).team_id = lecture.team
    first, second = phones.ask(), phones.ask(position=position)
    people = phones.people()
    typed = {"secret": first.secret, "typed": phones.codes[first.id]}
    just_before_the_commit(
        lambda operation: phones.do(operation, by=lecture.leader),
        lambda work: (
            vouch(work, phone_signup_id=first.id)
            if called_back
            else confirming._confirm_typed(work, phone_signup_id=first.id, **typed)
        ),
        lambda: phones.vouch(second) if called_back else phones.confirm(second),
    )
    assert phones.person(first).id == phones.person(second).id
    assert phones.people() == people + 1


def test_arrival_is_when_the_phone_is_confirmed_not_when_it_was_asked(
    phones: Phones, lecture: Lecture
) -> None:
    early, late = phones.ask("符早"), phones.ask("符晚")
    lecture.sign_up(lecture.people[0])
    assert phones.confirm(late).status is CONFIRMED
    confirmed = phones.confirm(early)
    assert (confirmed.status, confirmed.place) == (WAITING, 1)
    assert [signup.name for signup in lecture.line()] == ["符海燕", "符晚", "符早"]


def test_companions_take_seats_when_it_is_confirmed(phones: Phones, lecture: Lecture) -> None:
    phones.allow(most_companions=2)
    assert phones.come(companions=1).status is CONFIRMED
    assert lecture.seats().free == 0
    phones.allow(most_companions=0)
    with pytest.raises(Malformed):
        phones.ask("符大兰", companions=1)


def test_seats_kept_for_a_community_are_for_who_says_they_live_there(
    phones: Phones, lecture: Lecture
) -> None:
    with lecture.write() as work:
        hold_seats(
            work,
            position_id=lecture.audience,
            community_id=lecture.community,
            seats=2,
            until=clock(8),
        )
    assert phones.come("符远", community_id=lecture.other_community).status is WAITING
    assert phones.come("符近", community_id=lecture.community).status is CONFIRMED


def test_where_somebody_decides_a_code_only_asks_and_who_decides_may_vouch(
    phones: Phones, lecture: Lecture
) -> None:
    phones.allow(approval=True)
    assert phones.come("符小兰").status is SignupStatus.REQUESTED
    assert phones.vouch(phones.ask("符大兰")).status is CONFIRMED


def test_a_code_is_used_once_and_expires(phones: Phones) -> None:
    asked = phones.ask()
    with pytest.raises(CodeExpired):
        phones.confirm(asked, now=NOW + VALID)
    phones.confirm(asked, now=NOW + VALID - timedelta(seconds=1))
    with pytest.raises(CodeUsed):
        phones.confirm(asked)
    assert phones.read(asked, now=NOW + VALID).state is PhoneSignupState.CONFIRMED


def test_the_code_is_not_to_be_told_any_more_once_it_was_used(phones: Phones, lecture: Lecture) -> None:
    phones.come("符小兰")
    phones.vouch(phones.ask("符大兰"))
    assert lecture.told(NoticeKind.CODE) == []


def test_five_wrong_codes_end_it(phones: Phones) -> None:
    asked = phones.ask()
    for left in (4, 3, 2, 1):
        with pytest.raises(CodeWrong) as refused:
            phones.confirm(asked, phones.wrong(asked))
        assert refused.value.facts["attempts_left"] == left
    for code in (phones.wrong(asked), phones.codes[asked.id]):
        with pytest.raises(CodeBlocked):
            phones.confirm(asked, code)
    assert phones.read(asked).state is PhoneSignupState.BLOCKED
    assert phones.pending()[0].blocked
    assert phones.vouch(asked).status is CONFIRMED  # who was called back need not know it


def test_who_tries_many_codes_at_once_has_five_too(phones: Phones) -> None:
    asked = phones.ask()
    wrong = phones.wrong(asked)
    came = at_once(*[lambda: phones.confirm(asked, wrong) for _ in range(8)])
    assert {type(one) for one in came} <= {CodeWrong, CodeBlocked}
    assert phones.row(asked).attempts == 5


def test_a_wrong_code_counts_also_against_one_that_is_just_being_tried(
    phones: Phones, lecture: Lecture
) -> None:
    asked = phones.ask()
    lecture.office.clock = lambda: NOW
    for _ in range(3):
        with pytest.raises(CodeWrong):
            phones.confirm(asked, phones.wrong(asked))
    _, other = just_before_the_commit(
        phones.do,
        lambda work: confirming._count_if_wrong(
            work, phone_signup_id=asked.id, secret=asked.secret, typed=phones.wrong(asked)
        ),
        lambda: phones.confirm(asked, phones.wrong(asked)),
    )
    assert isinstance(other, CodeBlocked)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "12a456", "一二三四五六", "१२३४५६", "1" * 9999])
def test_what_is_no_code_does_not_count_as_an_attempt(phones: Phones, typed: str) -> None:
    asked = phones.ask()
    with pytest.raises(Malformed):
        phones.confirm(asked, typed)
    assert phones.row(asked).attempts == 0


def test_a_code_may_be_typed_with_spaces_and_in_full_width(phones: Phones) -> None:
    asked = phones.ask()
    code = phones.codes[asked.id].translate({ord("0") + digit: ord("０") + digit for digit in range(10)})
    assert phones.confirm(asked, f" {code[:3]} {code[3:]} ").status is CONFIRMED


def test_nobody_confirms_for_a_close_or_call_that_has_passed(phones: Phones, lecture: Lecture) -> None:
    asked = phones.ask()
    with lecture.write() as work:
        call_off_event(work, event_id=lecture.event)
    with pytest.raises(EventNotPublished):
        phones.confirm(asked)
    assert phones.people() == 7  # the visitor was not made either
