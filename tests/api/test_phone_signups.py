"""Residents without an account sign up by phone over HTTP; whoever floods is told how long to wait."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from api.logs import JsonLines
from tests.api.lecture import add_position, announce, between, create
from tests.api.story import School, done, found_school, newcomer, nothing_changes, person, refused

HOME = {"X-Forwarded-For": "203.0.113.7"}


@pytest.fixture(scope="module")
def school(api: Any) -> School:
    newcomer(api, "小周", phone="13900000001")
    return found_school(api)


@pytest.fixture(autouse=True)
def _from_wherever(api: Any) -> Iterator[None]:
    """All tests call from one address: how often one may is a matter of some of them."""
    limit(api, address=1000, phone=3)
    yield
    proxies(api, 0)


def limit(api: Any, **most: int) -> None:
    for name, number in most.items():
        body = {"value": number, "valid_from": "2026-12-01"}
        path = f"/v1/office/settings/{name}_signups_per_hour"
        done(api.call("PUT", path, by="officer", json=body))


def proxies(api: Any, number: int) -> None:
    state = api.client.app.state
    state.settings = msgspec.structs.replace(state.settings, proxies=number)


def ask(api: Any, position: int, phone: str, *, name: str = "符小兰", **more: Any) -> Any:
    headers = more.pop("headers", {})
    body = {"name": name, "phone": phone, **more}
    return api.call("POST", f"/v1/positions/{position}/phone-signups", json=body, headers=headers)


def code_of(api: Any, phone: str) -> str:
    """As whoever sends the codes on reads it."""
    found = done(api.call("GET", "/v1/notices?limit=500", by="leader"))["items"]
    [text] = [one["text"] for one in found if one["kind"] == "code" and one["phone"] == phone]
    return str(text).removeprefix("验证码 ")[:6]


def follow(api: Any, asked: Any, verb: str = "", **more: Any) -> Any:
    headers = {"Signup-Secret": asked["secret"]} | more.pop("headers", {})
    method, path = ("POST", f"/{verb}") if verb else ("GET", "")
    return api.call(method, f"/v1/phone-signups/{asked['id']}{path}", headers=headers, **more)


def confirm(api: Any, asked: Any, code: str, **more: Any) -> Any:
    return follow(api, asked, "confirm", json={"code": code}, **more)


def test_a_resident_asks_confirms_waits_and_cancels(api: Any, school: School) -> None:
    event, position = announce(api, school, seats=1, **between("09:00", "10:00", day=6))
    one, two = (done(ask(api, position, f"1380000000{number}"), 201) for number in (1, 2))
    assert done(follow(api, one))["state"] == "pending"
    assert done(confirm(api, two, code_of(api, "13800000002")))["status"] == "confirmed"
    confirmed = done(confirm(api, one, code_of(api, "13800000001")))
    assert (confirmed["status"], confirmed["place"]) == ("waiting", 1)
    assert confirmed.keys().isdisjoint({"name", "phone", "person_id"})

    done(follow(api, two, "cancel"))
    assert done(follow(api, one))["status"] == "confirmed"
    listed = done(api.call("GET", f"/v1/events/{event}/signups", by="leader"))["items"]
    assert [signup["status"] for signup in listed] == ["cancelled", "confirmed"]
    refused(follow(api, two, "accept"), 409, "not_offered")

    path = f"/v1/phone-signups/{one['id']}/ticket"
    ticket = done(api.call("GET", path, headers={"Signup-Secret": one["secret"]}))
    assert ticket == done(api.call("GET", f"/v1/signups/{ticket['signup_id']}/ticket", by="leader"))
    path = f"/v1/phone-signups/{two['id']}/ticket"
    refused(api.call("GET", path, headers={"Signup-Secret": two["secret"]}), 409, "no_ticket")
    refused(api.call("GET", path, headers={"Signup-Secret": one["secret"]}), 404, "phone_signup_unknown")


def test_a_leader_calls_back_and_a_visitor_becomes_a_volunteer(api: Any, school: School) -> None:
    event, position = announce(api, school, **between("11:00", "12:00", day=6))
    asked = done(ask(api, position, "13800000003", name="符大兰", community_id=school.community), 201)
    [pending] = done(api.call("GET", f"/v1/events/{event}/phone-signups", by="leader"))["items"]
    assert (pending["id"], pending["name"], pending["phone"]) == (asked["id"], "符*", "13800000003")
    path = f"/v1/phone-signups/{asked['id']}/vouch"
    refused(api.call("POST", path), 401, "sign_in_needed")
    refused(api.call("POST", path, by="小周"), 403, "not_allowed")
    visitor = done(api.call("POST", path, by="leader"))["person_id"]
    refused(confirm(api, asked, "123456"), 409, "code_used")

    assert done(api.call("GET", "/v1/people?q=符大兰", by="coordinator"))["total"] == 0
    found = done(api.call("GET", "/v1/people?q=符大兰&visitors=true", by="coordinator"))["items"]
    assert [(one["id"], one["visitor"], one["phone"]) for one in found] == [(visitor, True, "138****0003")]
    taken_on = done(api.call("POST", f"/v1/people/{visitor}/take-on", by="coordinator"))
    assert (taken_on["visitor"], taken_on["code"][0]) == (False, "R")
    refused(api.call("POST", f"/v1/people/{visitor}/take-on", by="coordinator"), 409, "not_a_visitor")


def test_the_answer_is_the_same_for_who_is_signed_up_already(api: Any, school: School) -> None:
    _, position = announce(api, school, **between("13:00", "14:00", day=6))
    body = {"person_id": person(api, "小周")}
    done(api.call("POST", f"/v1/positions/{position}/signups", by="小周", json=body), 201)
    known = done(ask(api, position, "13900000001", name="小周"), 201)
    unknown = done(ask(api, position, "13900000002", name="小周"), 201)
    assert known.keys() == unknown.keys() == {"id", "secret", "expires_at"}
    refused(confirm(api, known, code_of(api, "13900000001")), 409, "already_signed_up")


def test_an_ask_that_is_sent_again_is_carried_out_once(api: Any, school: School) -> None:
    """Its answer holds a secret, which is not kept: who lost it asks anew, which replaces what waited."""
    event, position = announce(api, school, **between("19:00", "20:00", day=6))
    again = {"headers": {"Idempotency-Key": str(uuid4())}}
    done(ask(api, position, "13800000010", **again), 201)
    refused(ask(api, position, "13800000010", **again), 409, "already_answered")
    waiting = done(api.call("GET", f"/v1/events/{event}/phone-signups", by="leader"))["items"]
    assert len(waiting) == 1
    asked = done(ask(api, position, "13800000010"), 201)
    assert done(confirm(api, asked, code_of(api, "13800000010")))["status"] == "confirmed"


def test_wrong_codes_stay_counted_also_of_requests_that_may_be_sent_again(api: Any, school: School) -> None:
    _, position = announce(api, school, **between("15:00", "16:00", day=6))
    asked = done(ask(api, position, "13800000004"), 201)
    code = code_of(api, "13800000004")
    wrong = f"{(int(code) + 1) % 10**6:06}"
    for left in (4, 3, 2, 1):
        answer = confirm(api, asked, wrong, headers={"Idempotency-Key": str(uuid4())})
        assert refused(answer, 422, "code_wrong")["attempts_left"] == left
    for tried in (wrong, code):
        refused(confirm(api, asked, tried), 422, "code_blocked")
    assert done(follow(api, asked))["state"] == "blocked"


def test_a_wrong_code_does_not_use_up_the_key_of_the_right_one(api: Any, school: School) -> None:
    _, position = announce(api, school, **between("13:00", "14:00", day=6))
    asked = done(ask(api, position, "13800000014"), 201)
    code, key = code_of(api, "13800000014"), {"Idempotency-Key": str(uuid4())}
    refused(confirm(api, asked, f"{(int(code) + 1) % 10**6:06}", headers=key), 422, "code_wrong")
    confirmed = confirm(api, asked, code, headers=key)
    assert done(confirmed)["status"] == "confirmed"
    assert confirm(api, asked, code, headers=key).content == confirmed.content


def test_who_knows_a_key_and_not_the_secret_is_not_answered_again(api: Any, school: School) -> None:
    _, position = announce(api, school, **between("07:00", "08:00", day=6))
    asked = done(ask(api, position, "13800000015"), 201)
    sent = {"json": {"code": code_of(api, "13800000015")}, "headers": {"Idempotency-Key": str(uuid4())}}
    confirmed = follow(api, asked, "confirm", **sent)
    done(confirmed)
    for secret in ("", "x" * 43):
        refused(follow(api, {**asked, "secret": secret}, "confirm", **sent), 422, "idempotency_key_reused")
    assert follow(api, asked, "confirm", **sent).content == confirmed.content


def test_a_flood_is_told_when_to_come_back(api: Any, school: School) -> None:
    _, position = announce(api, school, **between("17:00", "18:00", day=6))
    for number in range(3):
        done(ask(api, position, "13800000005", name=f"符{number}"), 201)
    with nothing_changes(api):
        answer = ask(api, position, "13800000005", name="符四")
        problem = refused(answer, 429, "too_many_signups")
    assert problem["retry_after_seconds"] == 3600  # the clock stands still
    assert answer.headers["retry-after"] == "3600"
    assert "13800000005" not in answer.text


def test_who_makes_up_addresses_is_known_by_the_one_they_call_from(api: Any, school: School) -> None:
    """Without proxies the header is ignored, and with them only what they wrote counts."""
    _, position = announce(api, school, **between("09:00", "10:00", day=7))

    def flood(first: int, *forwarded: str) -> list[int]:
        calls = enumerate(forwarded, first)
        return [
            ask(api, position, f"138100000{number:02}", headers={"X-Forwarded-For": said}).status_code
            for number, said in calls
        ]

    limit(api, address=1)
    assert flood(0, "198.51.100.1", "198.51.100.2") == [429, 429]  # other tests have called from here
    proxies(api, 1)
    assert flood(10, "1.1.1.1, 198.51.100.3", "2.2.2.2, 198.51.100.3", "198.51.100.3") == [201, 429, 429]
    assert flood(20, "198.51.100.4", "198.51.100.5") == [201, 201]
    proxies(api, 2)
    assert flood(30, "9.9.9.9, 198.51.100.6, 10.0.0.1", "8.8.8.8, 198.51.100.6, 10.0.0.2") == [201, 429]
    assert flood(40, "198.51.100.7", "") == [429, 429]  # no way through both: the one who is connected


def test_without_the_secret_nobody_learns_whether_there_is_anything(api: Any, school: School) -> None:
    _, position = announce(api, school, **between("11:00", "12:00", day=7))
    asked = done(ask(api, position, "13800000006"), 201)
    unknown = {"id": asked["id"] + 1000, "secret": asked["secret"]}
    with nothing_changes(api):
        for secret in ("", "x" * 43, asked["secret"][:-1], asked["secret"].swapcase()):
            other = {"id": asked["id"], "secret": secret}
            for verb in ("", "cancel", "accept"):
                one = refused(follow(api, other, verb), 404, "phone_signup_unknown")
                two = refused(follow(api, unknown, verb), 404, "phone_signup_unknown")
                assert one == two
            refused(confirm(api, other, code_of(api, "13800000006")), 404, "phone_signup_unknown")
        path = f"/v1/phone-signups/{asked['id']}"
        refused(api.call("GET", path), 404, "phone_signup_unknown")
        refused(api.call("GET", f"{path}?secret={asked['secret']}"), 400, "invalid_request")
        refused(api.call("GET", path, headers={"Signup-Secret": "x" * 200}), 400, "invalid_request")


def test_nothing_of_it_is_logged(api: Any, school: School, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    _, position = announce(api, school, **between("13:00", "14:00", day=7))
    asked = done(ask(api, position, "13800000007", headers=HOME), 201)
    done(confirm(api, asked, code_of(api, "13800000007")))
    lines = "\n".join(JsonLines().format(record) for record in caplog.records if record.name[:4] == "volu")
    assert json.loads(lines.splitlines()[-1])["route"] == "/v1/phone-signups/{phone_signup_id}/confirm"
    for private in (asked["secret"], "13800000007", "符小兰", "203.0.113.7", "testclient"):
        assert private not in lines


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"name": "符\n小兰"}, 422, "malformed", "name"),
        ({"name": "\u202e"}, 422, "malformed", "name"),
        ({"name": ""}, 422, "malformed", "name"),
        ({"name": "长" * 61}, 422, "malformed", "name"),
        ({"name": None}, 400, "invalid_request", "name"),
        ({"phone": "none"}, 422, "malformed", "phone"),
        ({"phone": ""}, 422, "malformed", "phone"),
        ({"phone": 13800000008}, 400, "invalid_request", "phone"),
        ({"companions": 1}, 422, "malformed", "companions"),
        ({"companions": -1}, 422, "malformed", "companions"),
        ({"companions": 10**9}, 422, "malformed", "companions"),
        ({"companions": 10**40}, 422, "malformed", "companions"),
        ({"community_id": 999}, 404, "not_found", None),
        ({"community_id": 10**10}, 400, "invalid_request", "community_id"),
        ({"address": "1.2.3.4"}, 400, "invalid_request", "address"),
    ],
)
def test_bad_asks(api: Any, school: School, body: Any, status: int, code: str, field: str | None) -> None:
    _, position = announce(api, school, **between("15:00", "16:00", day=7))
    with nothing_changes(api):
        answer = ask(api, position, **{"phone": "13800000008", **body})
        assert refused(answer, status, code).get("field") == field


def test_positions_that_are_not_to_be_had_by_phone(api: Any, school: School) -> None:
    event, position = announce(api, school, **between("17:00", "18:00", day=7))
    ushers = done(add_position(api, event, name="引导员", earns_hours=True), 201)["id"]
    draft = done(create(api, school, **between("18:00", "19:00", day=7)), 201)["id"]
    of_draft = done(add_position(api, draft), 201)["id"]
    with nothing_changes(api):
        refused(ask(api, ushers, "13800000009"), 422, "not_by_phone")
        for unseen in (of_draft, 999_999, 10**9):
            refused(ask(api, unseen, "13800000009"), 404, "not_found")
        for none in (0, 2**31):
            refused(ask(api, none, "13800000009"), 400, "invalid_request")
        refused(api.call("GET", f"/v1/events/{event}/phone-signups"), 401, "sign_in_needed")
        refused(api.call("GET", "/v1/events/999999/phone-signups", by="leader"), 404, "not_found")
        refused(api.call("POST", "/v1/phone-signups/999999/vouch", by="leader"), 404, "not_found")
        refused(api.call("POST", "/v1/people/999999/take-on", by="officer"), 404, "not_found")
    done(api.call("POST", f"/v1/events/{event}/call-off", by="leader", json={}))
    refused(ask(api, position, "13800000009"), 409, "event_not_published")


@pytest.mark.parametrize("code", ["", "12345", "abcdef", "1234567", "１２３", "\u202e", "1" * 9000])
def test_what_is_no_code(api: Any, school: School, code: str) -> None:
    assert refused(confirm(api, {"id": 1, "secret": "x"}, code), 422, "malformed")["field"] == "code"
