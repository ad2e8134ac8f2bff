"""Sign-ups that are sent again to a running server, because nobody knows whether they arrived."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import httpx
import msgspec
import pytest

from tests.at_once import at_once
from tests.databases import Databases
from tests.events.lecture import NOW, Lecture, announce_lecture
from tests.running import client, running
from volunteer_core.access.tokens import issue_token
from volunteer_core.opening import open_office

KEY = "Idempotency-Key"
REPLAYED = "idempotent-replayed"


class Phones(msgspec.Struct):
    """The people of a lecture with their phones: two worker processes answer them."""

    base: str
    http: httpx.Client
    lecture: Lecture
    secrets: dict[int, str]

    def sign_up(self, person: int, **headers: str) -> httpx.Response:
        headers = self.headers(person) | headers
        return self.http.post(self.path, content=self.body(person), headers=headers)

    def drop_while_signing_up(self, person: int, key: str, *, reads: int) -> None:
        """Sends a sign-up, reads so many bytes of the answer and hangs up."""
        body = self.body(person)
        sent = {KEY: key, "Host": "lecture", "Content-Length": str(len(body))}
        headers = self.headers(person) | sent
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        url = httpx.URL(self.base)
        with socket.create_connection((url.host, url.port or 80)) as connection:
            connection.sendall(f"POST {self.path} HTTP/1.1\r\n{head}\r\n".encode() + body)
            assert connection.recv(reads) == b"HTTP/1.1 201"[:reads]

    @property
    def path(self) -> str:
        return f"/v1/positions/{self.lecture.audience}/signups"

    def body(self, person: int) -> bytes:
        return b'{"person_id": %d}' % person

    def headers(self, person: int) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.secrets[person]}", "Content-Type": "application/json"}


@pytest.fixture(scope="module")
def phones(databases: Databases) -> Iterator[Phones]:
    with databases.new(tables=True) as url:
        office = open_office(url)
        lecture = announce_lecture(office, people=20)
        with lecture.write() as work:
            secrets = {
                person: issue_token(work, person_id=person, label="手机").secret for person in lecture.people
            }
        with running(url, now=NOW) as base, client(base) as http:
            yield Phones(base, http, lecture, secrets)
        office.dispose()


def of(lecture: Lecture, person: int) -> list[int]:
    return [signup.id for signup in lecture.line() if signup.person_id == person]


@pytest.mark.parametrize("reads", [0, 12], ids=["sent", "answered"])
def test_a_lost_answer_never_doubles_a_seat(phones: Phones, reads: int) -> None:
    person, key = phones.lecture.people[reads], f"lost-answer-{reads:05}"
    taken = phones.lecture.seats().confirmed
    phones.drop_while_signing_up(person, key, reads=reads)
    answers = [phones.sign_up(person, **{KEY: key}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content
    assert of(phones.lecture, person) == [answers[0].json()["id"]]
    assert phones.lecture.seats().confirmed == taken + 1
    if reads:
        assert answers[0].headers[REPLAYED] == "true"
    assert answers[1].headers[REPLAYED] == "true"
    assert phones.sign_up(person).json()["code"] == "already_signed_up"


def test_two_workers_carry_a_request_out_once(phones: Phones) -> None:
    """Sent eight times at the same moment: one is carried out, and the others wait for its answer."""
    for person in phones.lecture.people[1:6]:
        headers = {KEY: f"at-the-same-moment-{person}"}
        answers = at_once(*[lambda: phones.sign_up(person, **headers)] * 8)  # noqa: B023
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.content for answer in answers}) == 1
        assert sorted(answer.headers.get(REPLAYED, "") for answer in answers) == ["", *["true"] * 7]
        assert of(phones.lecture, person) == [answers[0].json()["id"]]
