"""A phone, and an address, ask so often in an hour and no oftener, also many at once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.at_once import at_once, just_before_the_commit
from tests.events.by_phone.phoning import HOUR, PHONE, Phones
from tests.events.lecture import NOW, TODAY, Lecture
from volunteer_core.events.by_phone.asking import ask
from volunteer_core.events.by_phone.limits import TooManySignups, network_of
from volunteer_core.events.by_phone.views import Asked
from volunteer_core.office.settings import change_setting


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
        phones.do,
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
