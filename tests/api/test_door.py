"""The door through the API: a picture that is scanned, two doors, a walk-in, and the hours at the end."""

from __future__ import annotations

import base64
from datetime import datetime
from itertools import count
from typing import Any

import pytest

from tests.api.lecture import add_position, announce, between, mark, sign_up
from tests.api.story import School, done, found_school, newcomer, person, refused
from tests.scanning import scanned
from volunteer_core.events.door.codes import verify

NAMES = ("小周", "小郑", "小吴", "小王")
_keys = count(1)


@pytest.fixture(scope="module")
def school(api: Any) -> School:
    for name in NAMES:
        newcomer(api, name)
    return found_school(api)


def at(api: Any, monkeypatch: pytest.MonkeyPatch, clock: str, *, day: int = 5) -> str:
    """Sets the office's clock, and gives the instant."""
    instant = f"2026-12-{day:02}T{clock}:00+08:00"
    monkeypatch.setattr(api.office, "clock", lambda: datetime.fromisoformat(instant))
    return instant


def scan(api: Any, event: int, *scans: dict[str, Any], by: str = "leader") -> Any:
    reports = [{"key": f"door-{next(_keys)}", "direction": "in", **one} for one in scans]
    return api.call("POST", f"/v1/events/{event}/scans", by=by, json={"reports": reports})


def tick(api: Any, signup: int, verb: str, *, by: str = "leader") -> Any:
    return api.call("POST", f"/v1/signups/{signup}/{verb}", by=by)


def test_a_ticket_is_shown_as_a_picture_that_a_door_reads(
    api: Any, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, position = announce(api, school, **between("15:00", "16:30"))
    signup = done(sign_up(api, position, "小周"), 201)["id"]
    picture = api.call("GET", f"/v1/signups/{signup}/ticket.svg", by="小周")
    assert picture.headers["content-type"].startswith("image/svg+xml")
    assert picture.headers["cache-control"] == "private, no-store"
    code = scanned(picture.text)
    ticket = done(api.call("GET", f"/v1/signups/{signup}/ticket", by="小周"))
    assert (ticket["code"], ticket["opens_at"]) == (code, "2026-12-05T06:00:00Z")

    door = done(api.call("GET", f"/v1/events/{event}/door", by="leader"))
    keys = {key["number"]: base64.b64decode(key["public_key"]) for key in door["keys"]}
    assert verify(code, keys)[1:] == (event, signup, 1)  # without the network
    assert [(one["signup_id"], one["serial"], one["name"]) for one in door["expected"]] == [
        (signup, 1, "小*")
    ]
    assert "小周" not in str(door)

    now = at(api, monkeypatch, "14:50")
    (first,) = done(scan(api, event, {"scanned_at": now, "code": code}))
    assert (first["outcome"], first["says"]) == ("admitted", "请进。")
    (second,) = done(scan(api, event, {"scanned_at": now, "code": code}, by="coordinator"))
    assert (second["outcome"], second["arrived_at"]) == ("already_in", "2026-12-05T06:50:00Z")

    renewed = done(api.call("POST", f"/v1/signups/{signup}/ticket/renew", by="小周"))
    answers = done(
        scan(api, event, *({"scanned_at": now, "code": one} for one in (code, renewed["code"], "FX1.", code)))
    )
    assert [one["refusal"] for one in answers] == [
        "ticket_revoked",
        "",
        "ticket_unreadable",
        "ticket_revoked",
    ]


def test_a_report_that_is_sent_again_is_answered_the_same(
    api: Any, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, position = announce(api, school, **between("09:00", "10:00", day=6))
    signup = done(sign_up(api, position, "小周"), 201)["id"]
    now = at(api, monkeypatch, "09:05", day=6)
    sent = {"scanned_at": now, "signup_id": signup, "key": "once"}
    first = done(scan(api, event, sent))
    assert first[0]["outcome"] == "admitted"
    assert done(scan(api, event, sent)) == first
    done(tick(api, signup, "check-out"))
    assert done(scan(api, event, sent))[0]["outcome"] == "admitted"


def test_the_life_of_an_event_at_its_door(api: Any, school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    event, audience = announce(api, school, seats=1, **between("15:00", "16:30", day=8))
    ushers = done(add_position(api, event, name="引导员", earns_hours=True), 201)["id"]
    absent = done(sign_up(api, audience, "小周"), 201)["id"]
    usher = done(sign_up(api, ushers, "小郑"), 201)["id"]
    refused(tick(api, usher, "check-in"), 422, "door_not_open")

    at(api, monkeypatch, "14:55", day=8)
    assert done(tick(api, usher, "check-in"))["outcome"] == "admitted"
    walk_in = {"person_id": person(api, "小吴")}
    at(api, monkeypatch, "15:10", day=8)
    path = f"/v1/positions/{audience}/walk-ins"
    refused(api.call("POST", path, by="leader", json=walk_in), 422, "no_seat_free")
    done(mark(api, absent, attendance="absent"))
    came = done(api.call("POST", path, by="leader", json=walk_in), 201)
    assert (came["outcome"], came["name"]) == ("admitted", "小*")
    refused(tick(api, absent, "check-in"), 422, "seat_given_away")
    refused(tick(api, absent, "check-out"), 409, "not_checked_in")

    at(api, monkeypatch, "16:00", day=8)
    assert done(tick(api, usher, "check-out"))["outcome"] == "left"
    hours = f"/v1/people/{person(api, '小郑')}/hours"
    assert done(api.call("GET", hours, by="小郑"))["service_minutes"] == 60
    assert done(tick(api, usher, "undo-check-in"))["left_at"] is None
    assert done(api.call("GET", hours, by="小郑"))["service_minutes"] == 0

    conclude = f"/v1/events/{event}/conclude"
    refused(api.call("POST", conclude, by="leader", json={}), 422, "event_not_over")
    at(api, monkeypatch, "18:00", day=8)
    found = done(api.call("POST", conclude, by="leader", json={}))
    assert (found["status"], found["attended"], found["missing"]) == ("held", 2, 1)
    assert done(api.call("POST", conclude, by="leader", json={"unmarked": "attended"})) == found
    assert done(api.call("GET", hours, by="小郑"))["service_minutes"] == 90
    assert done(api.call("GET", f"/v1/events/{event}"))["status"] == "held"


def test_nobody_else_gets_at_a_ticket_or_the_door(api: Any, school: School) -> None:
    event, position = announce(api, school, **between("15:00", "16:30", day=9))
    signup = done(sign_up(api, position, "小王"), 201)["id"]
    for path in (f"/v1/signups/{signup}/ticket", f"/v1/signups/{signup}/ticket.svg"):
        refused(api.call("GET", path), 401, "sign_in_needed")
        refused(api.call("GET", path, by="小周"), 403, "not_allowed")
        refused(api.call("GET", path, by="neighbour"), 403, "not_allowed")
    for by in ("小王", "neighbour"):
        refused(api.call("GET", f"/v1/events/{event}/door", by=by), 403, "not_allowed")
        scanned_there = {"scanned_at": "2026-12-09T15:00:00+08:00", "code": "x"}
        refused(scan(api, event, scanned_there, by=by), 403, "not_allowed")


@pytest.mark.parametrize(
    ("reports", "status", "code"),
    [
        ([], 400, "invalid_request"),
        ([{}], 400, "invalid_request"),
        ([{"scanned_at": "2026-12-03T12:00:00", "code": "x"}], 400, "invalid_request"),
        ([{"scanned_at": "2026-12-03T12:00:00Z", "signup_id": 0}], 400, "invalid_request"),
        ([{"scanned_at": "2026-12-03T12:00:00Z", "direction": "up"}], 400, "invalid_request"),
        ([{"scanned_at": "2026-12-03T12:00:00Z", "code": "x" * 20_000}], 413, "body_too_large"),
    ],
)
def test_a_list_that_cannot_be_read_is_refused_as_a_whole(
    api: Any, school: School, reports: list[dict[str, Any]], status: int, code: str
) -> None:
    event, _ = announce(api, school, **between("15:00", "16:30", day=10))
    refused(scan(api, event, *reports), status, code)


def test_odd_reports_are_refused_one_by_one(api: Any, school: School) -> None:
    event, _ = announce(api, school, **between("15:00", "16:30", day=11))
    sent = [
        {"scanned_at": "0001-01-01T00:00:00+08:00", "signup_id": 2**31 - 1},
        {"scanned_at": "9999-12-31T23:59:59-08:00", "code": "x"},
        {"scanned_at": "2026-12-03T12:00:00+08:00", "code": "", "key": ""},
        {"scanned_at": "2026-12-03T12:00:00+08:00", "code": "\0"},
        {"scanned_at": "2026-12-03T12:00:00+08:00", "code": "凤" * 1000},
    ]
    answers = done(scan(api, event, *sent))
    assert [one["refusal"] for one in answers] == [
        "malformed", "malformed", "malformed", "ticket_unreadable", "ticket_unreadable"
    ]  # fmt: skip
