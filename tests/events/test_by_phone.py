"""Residents without an account: asked by phone they take no seat, confirmed they are in the line."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from tests.at_once import at_once, just_before_the_commit
from tests.events.lecture import NOW, TODAY, Lecture, clock
from tests.events.phoning import HOUR, NOBODY, PHONE, Phones
from volunteer_core import tick
from volunteer_core.audit import entries
from volunteer_core.database import Paging
from volunteer_core.errors import Malformed, NotAllowed, NotFound
from volunteer_core.events.by_phone import confirming
from volunteer_core.events.by_phone.asking import VALID, NotByPhone, ask
from volunteer_core.events.by_phone.codes import code_hash
from volunteer_core.events.by_phone.confirming import CodeBlocked, CodeWrong, vouch
from volunteer_core.events.by_phone.following import NotConfirmed
from volunteer_core.events.by_phone.limits import TooManySignups, network_of
from volunteer_core.events.by_phone.models import PhoneSignup
from volunteer_core.events.by_phone.pending import CodeExpired, CodeUsed, PhoneSignupUnknown
from volunteer_core.events.by_phone.views import Asked, PhoneSignupState
from volunteer_core.events.entering import AlreadySignedUp, EventNotPublished, NotSignedUp, SignupNotOpen
from volunteer_core.events.held_seats import hold_seats
from volunteer_core.events.models import Event, Position, SignupStatus
from volunteer_core.events.planning import call_off_event, change_event, create_event
from volunteer_core.events.positions import add_position
from volunteer_core.events.signups import CancelTooLate
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.outbox import group_text
from volunteer_core.office.settings import change_setting
from volunteer_core.people.models import Person
from volunteer_core.people.registry import leave_office, register, search
from volunteer_core.permissions import Actor

CONFIRMED, WAITING = SignupStatus.CONFIRMED, SignupStatus.WAITING


@pytest.fixture
def phones(lecture: Lecture) -> Phones:
    """The audience has two seats."""
    return Phones(lecture)


def count_people(lecture: Lecture) -> int:
    with lecture.read() as work:
        return work.scalar(select(func.count()).select_from(Person)) or 0


# Asking


def test_what_is_asked_takes_no_seat_and_makes_nobody_before_it_is_confirmed(
    phones: Phones, lecture: Lecture
) -> None:
    people = count_people(lecture)
    asked = phones.ask()
    assert (lecture.line(), count_people(lecture)) == ([], people)
    assert phones.read(asked).state is PhoneSignupState.PENDING
    confirmed = phones.confirm(asked)
    assert (confirmed.state, confirmed.status, confirmed.place) == (
        PhoneSignupState.CONFIRMED,
        CONFIRMED,
        None,
    )
    assert (confirmed.title, confirmed.position, confirmed.starts_at) == (
        "消防安全知识讲座",
        "听众",
        clock(15),
    )
    assert (lecture.seats().confirmed, count_people(lecture)) == (1, people + 1)


def test_the_code_goes_to_whoever_sends_it_on_and_to_nobody_else(phones: Phones, lecture: Lecture) -> None:
    asked = phones.ask()
    [notice] = lecture.told(NoticeKind.CODE)
    assert (notice.phone, notice.person_id, notice.team_id) == (PHONE, None, lecture.team)
    assert notice.text == (
        f"验证码 {phones.codes[asked.id]}，用于报名活动“消防安全知识讲座”（听众，"
        "12月5日（周六）15:00–16:30）。11月24日（周二）12:00 前有效，请勿告诉他人。如非本人操作，请忽略。"
    )
    with lecture.read(lecture.leader) as work:
        assert phones.codes[asked.id] not in group_text(work).text


def test_neither_code_nor_secret_nor_address_is_kept(phones: Phones) -> None:
    asked = phones.ask(address="203.0.113.7")
    kept = {str(value) for value in vars(phones.row(asked)).values()}
    assert kept.isdisjoint({phones.codes[asked.id], asked.secret, "203.0.113.7"})


def test_codes_cannot_be_tried_out_from_what_is_kept() -> None:
    """The same six digits are kept differently for every secret, of which nothing but a digest is kept."""
    assert code_hash("042917", secret="one") != code_hash("042917", secret="another")
    assert code_hash("042917", secret="one") == code_hash("042917", secret="one")


def test_the_answer_does_not_say_whether_somebody_is_known_or_signed_up(
    phones: Phones, lecture: Lecture
) -> None:
    with lecture.write() as work:
        person = register(work, name="陈小明", phone="13900002222").id
    lecture.sign_up(person)
    asked = phones.ask("陈小明", "13900002222")
    unknown = phones.ask("陈小明", "13900003333")
    assert (asked.expires_at, len(asked.secret)) == (unknown.expires_at, len(unknown.secret))
    with pytest.raises(AlreadySignedUp):
        phones.confirm(asked)


def test_only_who_serves_nobody_and_needs_nothing_signs_up_by_phone(phones: Phones, lecture: Lecture) -> None:
    with pytest.raises(NotByPhone):
        phones.ask(position=lecture.ushers)
    for number, asks in enumerate(({"qualification": "first_aid"}, {"min_age": 0}, {"max_age": 30})):
        with lecture.write() as work:
            position = add_position(
                work, event_id=lecture.event, name=f"嘉宾{number}", capacity=1, earns_hours=False, **asks
            ).id
        with pytest.raises(NotByPhone):
            phones.ask(position=position)


def test_nobody_learns_of_events_that_are_not_public(phones: Phones, lecture: Lecture) -> None:
    with lecture.write() as work:
        draft = create_event(
            work, title="灯会", site_id=lecture.site, starts_at=clock(18), ends_at=clock(19)
        ).id
        position = add_position(work, event_id=draft, name="听众", capacity=1, earns_hours=False).id
    with lecture.write() as work:
        change_event(work, event_id=lecture.event, public=False)
    for hidden in (position, lecture.audience, 10**9, 2**31, -1):
        with pytest.raises(NotFound) as refused:
            phones.ask(position=hidden)
        assert refused.value.facts == {"what": "positions", "id": hidden}


def test_one_asks_within_the_time_of_sign_up(phones: Phones, lecture: Lecture) -> None:
    with lecture.write() as work:
        change_event(
            work, event_id=lecture.event, signup_opens_at=clock(8, day=date(2026, 11, 24)),
            signup_closes_at=clock(12),
        )  # fmt: skip
    for now in (NOW, clock(12)):
        with pytest.raises(SignupNotOpen):
            phones.ask(now=now)
    assert phones.ask(now=clock(11, 30)).expires_at == clock(12)  # not for 24 hours any more
    with lecture.write() as work:
        call_off_event(work, event_id=lecture.event)
    with pytest.raises(EventNotPublished):
        phones.ask(now=clock(11, 30))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", " \u200b"),
        ("name", "符\n小兰"),
        ("name", "符\0兰"),
        ("name", "符\u202e兰"),
        ("name", "符\ud800"),
        ("name", "长" * 61),
        ("phone", ""),
        ("phone", "12345"),
        ("phone", "10086"),
        ("phone", "1380000111１1"),
        ("phone", "+1 202 555 0100"),
        ("phone", "138\n00001111; DROP"),
        ("companions", -1),
        ("companions", 3),
        ("companions", 10**9),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(phones: Phones, field: str, value: Any) -> None:
    phones.allow(most_companions=2)
    with pytest.raises(Malformed) as refused:
        phones.only_ask(**{field: value})
    assert refused.value.facts["field"] == field
    assert phones.pending() == []


def test_a_community_that_is_none_is_refused(phones: Phones) -> None:
    for community in (0, 99, 10**9, 10**40):
        with pytest.raises(NotFound):
            phones.ask(community_id=community)


def test_a_landline_is_a_phone_too_for_codes_can_be_told(phones: Phones, lecture: Lecture) -> None:
    asked = phones.ask(phone="０８９８-6581 2345")
    assert lecture.told(NoticeKind.CODE)[0].phone == "089865812345"
    assert phones.confirm(asked).status is CONFIRMED


def test_asking_again_replaces_what_waited(phones: Phones, lecture: Lecture) -> None:
    first, other = phones.ask(), phones.ask("符大兰")
    again = phones.ask(now=NOW + HOUR / 2, companions=0)
    assert [one.id for one in phones.pending(now=NOW + HOUR / 2)] == [other.id, again.id]
    assert len(lecture.told(NoticeKind.CODE)) == 2
    with pytest.raises(CodeExpired):
        phones.confirm(first, now=NOW + HOUR)
    assert phones.confirm(again, now=NOW + HOUR).status is CONFIRMED
    assert phones.confirm(other, now=NOW + HOUR).status is CONFIRMED


# Limits


def test_a_phone_asks_three_times_an_hour_and_is_told_how_long_to_wait(phones: Phones) -> None:
    for minutes in (0, 10, 20):
        phones.ask(address=f"203.0.113.{minutes}", now=NOW + timedelta(minutes=minutes))
    with pytest.raises(TooManySignups) as refused:
        phones.ask(address="198.51.100.1", now=NOW + timedelta(minutes=25, seconds=30))
    assert refused.value.facts == {"retry_after_seconds": 34 * 60 + 30}
    phones.ask(phone="13800002222", now=NOW + timedelta(minutes=25))
    phones.ask(now=NOW + HOUR)  # the first does not count any more
    with pytest.raises(TooManySignups):
        phones.ask(now=NOW + HOUR)


def test_an_address_asks_so_often_for_whichever_phones(phones: Phones, lecture: Lecture) -> None:
    with lecture.write() as work:
        change_setting(work, name="address_signups_per_hour", value=2, valid_from=TODAY)
    for number, address in enumerate(("2001:db8:1:2::1", "2001:db8:1:2:ffff::9")):  # one household
        phones.ask(phone=f"1380000000{number}", address=address)
    for same in ("2001:db8:1:2::3", "[2001:DB8:1:2::3]:443", "2001:0db8:0001:0002::4"):
        with pytest.raises(TooManySignups):
            phones.ask(phone="13800000009", address=same)
    phones.ask(phone="13800000009", address="2001:db8:1:3::1")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("203.0.113.7", "203.0.113.8", False),
        ("203.0.113.7", "203.0.113.7:51234", True),
        ("203.0.113.7", "::ffff:203.0.113.7", True),
        ("2001:db8::1", "2001:db8::2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("unknown", "", False),
        ("x" * 300, "x" * 400, True),
        ("999.1.1.1", "999.1.1.2", False),
    ],
)
def test_what_counts_as_one_address(one: str, other: str, same: bool) -> None:
    assert (network_of(one) == network_of(other)) is same


def test_the_last_ask_that_is_free_goes_to_one_of_two_at_once(phones: Phones, lecture: Lecture) -> None:
    phones.only_ask("甲")
    phones.only_ask("乙")
    facts = {"position_id": lecture.audience, "phone": PHONE}
    first, second = just_before_the_commit(
        lambda operation: _write(lecture, operation),
        lambda work: ask(work, **facts, name="丙", address="198.51.100.1"),
        lambda: phones.only_ask("丁", address="198.51.100.2"),
    )
    assert isinstance(first, Asked)
    assert isinstance(second, TooManySignups)


def test_a_flood_from_one_phone_and_address_stops_at_the_limit(phones: Phones) -> None:
    came = at_once(*[lambda number=number: phones.only_ask(f"符{number}") for number in range(8)])
    assert sum(isinstance(one, Asked) for one in came) == 3
    assert all(isinstance(one, Asked | TooManySignups) for one in came)
    assert len(phones.pending()) == 3


# Confirming


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
    people = count_people(lecture)
    typed = {"secret": first.secret, "typed": phones.codes[first.id]}
    just_before_the_commit(
        lambda operation: _write(lecture, operation, by=lecture.leader),
        lambda work: (
            vouch(work, phone_signup_id=first.id)
            if called_back
            else confirming._confirm_typed(work, phone_signup_id=first.id, **typed)
        ),
        lambda: phones.vouch(second) if called_back else phones.confirm(second),
    )
    assert phones.person(first).id == phones.person(second).id
    assert count_people(lecture) == people + 1


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
        lambda operation: _write(lecture, operation),
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
    assert count_people(lecture) == 7  # the visitor was not made either


# Following it with the secret


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


# Leaders


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


# The clock


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


def _tick(lecture: Lecture, now: Any) -> int:
    lecture.office.clock = lambda: now
    return tick.run(lecture.office).phone_signups_forgotten


def _write(lecture: Lecture, operation: Any, by: Actor = NOBODY) -> Any:
    with lecture.write(by) as work:
        return operation(work)
