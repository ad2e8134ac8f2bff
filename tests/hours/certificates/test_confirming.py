"""Whoever holds the paper learns that it is genuine and nothing of the person; others learn nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy import event

from tests.hours.certificates.asking import ask
from tests.hours.served import LATER, close, serve
from tests.world import World
from volunteer_core.hours.certificates.confirming import CertificateUnknown, confirm
from volunteer_core.hours.certificates.issuing import issue
from volunteer_core.hours.certificates.revoking import revoke_certificate
from volunteer_core.hours.certificates.views import CertificateView, Confirmation
from volunteer_core.opening import open_office
from volunteer_core.permissions import Actor

ANYBODY = Actor.anonymous()


@pytest.fixture
def issued(world: World) -> CertificateView:
    """A certificate of 95 minutes, the second one of the year."""
    people = world.people(2)
    for person in people:
        serve(world, person, 95)
    close(world)
    return [ask(world, person) for person in people][-1]


def test_it_confirms_number_total_date_and_body_and_nothing_of_the_person(
    world: World, issued: CertificateView
) -> None:
    said = issued.contents
    found = world.see(confirm, by=ANYBODY, number=said.number, code=said.code)
    assert found == Confirmation("2026-000002", "街道办事处", "1.5", date(2026, 12, 3), None)


@pytest.mark.parametrize(
    "as_typed",
    [
        str.lower,
        lambda text: text.replace("-", ""),
        lambda text: text.replace("-", " — "),
        lambda text: text.replace("0", "O").replace("1", "l"),
        lambda text: "".join(chr(ord(one) + 0xFEE0) if one.isalnum() else one for one in text),
        lambda text: f"  {text}\n",
    ],
    ids=["small", "no dashes", "other dashes", "misread", "full-width", "spaces"],
)
def test_it_is_read_as_people_type_it(
    world: World, issued: CertificateView, as_typed: Callable[[str], str]
) -> None:
    said = issued.contents
    found = world.see(confirm, by=ANYBODY, number=as_typed(said.number), code=as_typed(said.code))
    assert found.number == said.number


def test_whatever_does_not_fit_together_is_unknown_in_the_same_words(
    world: World, issued: CertificateView
) -> None:
    said = issued.contents
    other = world.see(confirm, by=ANYBODY, number=said.number, code=said.code)
    assert other.number != "2026-000001"
    for number, code in (
        ("2026-000001", said.code),  # somebody else's
        ("2026-000009", said.code),
        (said.number, "0000-0000-0000"),
        (said.number, said.code[:-1]),
        (said.number, ""),
        ("", ""),
        ("", said.code),
        (said.number, "-" * 12),
        ("\x00" * 99, "查验码" * 99),
        ("2026-%", "%"),
    ):
        with pytest.raises(CertificateUnknown) as refusal:
            world.see(confirm, by=ANYBODY, number=number, code=code)
        assert refusal.value.facts == {}


def test_known_and_unknown_numbers_cost_the_same_look_up(world: World, issued: CertificateView) -> None:
    asked: list[str] = []
    event.listen(
        world.office.engine,
        "before_cursor_execute",
        lambda *said: asked.append(said[2]) if said[2].startswith("SELECT") else None,
    )
    for number in (issued.contents.number, "2026-000009", "nonsense"):
        with pytest.raises(CertificateUnknown):
            world.see(confirm, by=ANYBODY, number=number, code="0000-0000-0000")
    assert len(asked) == 3
    assert len(set(asked)) == 1


def test_a_revoked_certificate_is_said_to_be_so_without_the_reason(
    world: World, issued: CertificateView
) -> None:
    world.do(revoke_certificate, certificate_id=issued.id, reason="时长有误", now=LATER)
    found = world.see(confirm, by=ANYBODY, number=issued.contents.number, code=issued.contents.code)
    assert found.revoked_on == date(2026, 12, 3)


def test_codes_are_not_to_be_guessed_from_anything(world: World) -> None:
    people = world.people(9)
    for person in people:
        serve(world, person)
    close(world)
    codes = [ask(world, person).contents.code for person in people]
    assert len(set(codes)) == 9
    letters = [code.replace("-", "") for code in codes]
    assert {len(one) for one in letters} == {12}
    assert all(len({one[at] for one in letters}) > 1 for at in range(12))


def test_the_code_on_the_paper_leads_to_where_the_office_is_reached(world: World) -> None:
    person = world.person()
    serve(world, person)
    close(world)
    office = open_office(world.office.url, base_url="https://example.cn/street/")
    with office.write(by=Actor.system("test"), now=LATER) as work:
        said = issue(work, person_id=person, first=date(2026, 1, 1), last=date(2026, 12, 31)).contents
    office.dispose()
    assert said.address == f"https://example.cn/street/certificates/{said.number}/{said.code}"
