"""Residents without an account ask by phone: that takes no seat, and says nothing of anybody."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.events.by_phone.phoning import HOUR, PHONE, Phones
from tests.events.lecture import NOW, Lecture, clock
from volunteer_core.errors import Malformed, NotFound
from volunteer_core.events.by_phone.asking import NotByPhone
from volunteer_core.events.by_phone.codes import code_hash
from volunteer_core.events.by_phone.pending import CodeExpired
from volunteer_core.events.by_phone.views import PhoneSignupState
from volunteer_core.events.entering import AlreadySignedUp, EventNotPublished, SignupNotOpen
from volunteer_core.events.models import SignupStatus
from volunteer_core.events.planning import call_off_event, change_event, create_event
from volunteer_core.events.positions import add_position
from volunteer_core.notices.models import NoticeKind
from volunteer_core.notices.outbox import group_text
from volunteer_core.people.registry import register


def test_what_is_asked_takes_no_seat_and_makes_nobody_before_it_is_confirmed(
    phones: Phones, lecture: Lecture
) -> None:
    people = phones.people()
    asked = phones.ask()
    assert (lecture.line(), phones.people()) == ([], people)
    assert phones.read(asked).state is PhoneSignupState.PENDING
    confirmed = phones.confirm(asked)
    assert (confirmed.state, confirmed.status, confirmed.place) == (
        PhoneSignupState.CONFIRMED,
        SignupStatus.CONFIRMED,
        None,
    )
    assert (confirmed.title, confirmed.position, confirmed.starts_at) == (
        "消防安全知识讲座",
        "听众",
        clock(15),
    )
    assert (lecture.seats().confirmed, phones.people()) == (1, people + 1)


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
        ("name", "符小\u200b兰"),
        ("name", "符小兰\u200f"),
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
    assert phones.confirm(asked).status is SignupStatus.CONFIRMED


def test_asking_again_replaces_what_waited(phones: Phones, lecture: Lecture) -> None:
    first, other = phones.ask(), phones.ask("符大兰")
    again = phones.ask(now=NOW + HOUR / 2, companions=0)
    assert [one.id for one in phones.pending(now=NOW + HOUR / 2)] == [other.id, again.id]
    assert len(lecture.told(NoticeKind.CODE)) == 2
    with pytest.raises(CodeExpired):
        phones.confirm(first, now=NOW + HOUR)
    assert phones.confirm(again, now=NOW + HOUR).status is SignupStatus.CONFIRMED
    assert phones.confirm(other, now=NOW + HOUR).status is SignupStatus.CONFIRMED
