"""An event through the API: from the draft to the hours, with its wait-list."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.api.lecture import add_position, announce, between, create, mark, sign_up
from tests.api.story import School, done, found_school, newcomer, nothing_changes, person, refused


@pytest.fixture(scope="module")
def school(api: Any) -> School:
    for name in ("小周", "小郑", "小吴"):
        newcomer(api, name)
    return found_school(api)


def test_a_draft_is_seen_by_those_who_plan_it(api: Any, school: School) -> None:
    event = done(create(api, school, public=False), 201)
    assert (event["status"], event["published_at"]) == ("draft", None)
    assert (event["signup_closes_at"], event["cancel_until"]) == (event["starts_at"],) * 2
    path = f"/v1/events/{event['id']}"
    for by in ("leader", "coordinator", "officer"):
        assert done(api.call("GET", path, by=by))["positions"] == []
        assert event["id"] in ids(api, by)
    for by in (None, "小周", "neighbour"):
        refused(api.call("GET", path, by=by), 404, "not_found")
        assert event["id"] not in ids(api, by)
    done(api.call("POST", f"{path}/publish", by="leader"))
    done(api.call("GET", path, by="小周"))
    refused(api.call("GET", path), 404, "not_found")  # it is not public


def ids(api: Any, by: str | None, **asked: Any) -> list[int]:
    events = done(api.call("GET", "/v1/events", by=by, params={"limit": 500, **asked}))["items"]
    return [event["id"] for event in events]


def test_events_are_found_by_day_place_team_and_state(api: Any, school: School) -> None:
    event, _ = announce(api, school)
    assert event in ids(api, None, first="2026-12-05", last="2026-12-05")
    assert event not in ids(api, None, first="2026-12-06")
    assert event not in ids(api, None, last="2026-12-04")
    for field, value in (("community_id", school.community), ("team_id", school.team)):
        assert event in ids(api, None, **{field: value})
        assert ids(api, None, **{field: 999}) == []
    assert event in ids(api, None, status="published")
    assert event not in ids(api, None, status="called_off")


def test_who_waits_moves_up_in_order_of_arrival(api: Any, school: School) -> None:
    event, position = announce(api, school, seats=1)
    first = done(sign_up(api, position, "小周"), 201)
    assert (first["status"], first["place"]) == ("confirmed", None)
    waiting = [done(sign_up(api, position, name), 201) for name in ("小郑", "小吴")]
    assert [(one["status"], one["place"]) for one in waiting] == [("waiting", 1), ("waiting", 2)]
    (seats,) = done(api.call("GET", f"/v1/events/{event}"))["positions"]
    assert (seats["confirmed"], seats["waiting"], seats["free"]) == (1, 2, 0)

    done(api.call("POST", f"/v1/signups/{first['id']}/cancel", by="小周"))
    assert mine(api, "小周", event)["status"] == "cancelled"
    assert mine(api, "小郑", event)["status"] == "confirmed"
    assert mine(api, "小吴", event)["place"] == 1
    (told,) = done(api.call("GET", "/v1/notices", by="小郑"))["items"]
    assert told["kind"] == "promoted"

    done(api.call("POST", f"/v1/positions/{position}/capacity", by="leader", json={"capacity": 2}))
    listed = done(api.call("GET", f"/v1/events/{event}/signups", by="leader"))["items"]
    assert [(one["name"], one["status"]) for one in listed] == [
        ("小周", "cancelled"), ("小郑", "confirmed"), ("小吴", "confirmed")
    ]  # fmt: skip
    fewer = api.call("POST", f"/v1/positions/{position}/capacity", by="leader", json={"capacity": 1})
    assert refused(fewer, 422, "seats_taken")["taken"] == 2
    only = {"status": "confirmed", "position_id": position, "limit": 1, "offset": 1}
    page = done(api.call("GET", f"/v1/events/{event}/signups", by="leader", params=only))
    assert (page["total"], [one["name"] for one in page["items"]]) == (2, ["小吴"])


def mine(api: Any, name: str, event: int) -> dict[str, Any]:
    """What somebody sees of their sign-up."""
    listed = done(api.call("GET", f"/v1/people/{person(api, name)}/signups", by=name))["items"]
    found: dict[str, Any] = next(one for one in listed if one["event_id"] == event)
    assert (found["title"], found["position"]) == ("消防安全知识讲座", "听众")
    return found


def test_ushers_earn_hours_and_the_audience_none(
    api: Any, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, audience = announce(api, school, **between("09:00", "16:30", day=8))
    ushers = done(add_position(api, event, name="引导员", earns_hours=True), 201)["id"]
    signups = {
        name: done(sign_up(api, place, name), 201)["id"]
        for name, place in (("小周", audience), ("小郑", ushers))
    }
    refused(mark(api, signups["小郑"], attendance="attended"), 422, "not_yet_started")
    afterwards = datetime.fromisoformat("2026-12-08T18:00:00+08:00")
    monkeypatch.setattr(api.office, "clock", lambda: afterwards)
    minutes = {
        name: done(mark(api, signup, attendance="attended"))["minutes"] for name, signup in signups.items()
    }
    assert minutes == {"小周": 0, "小郑": 450}
    balance = done(api.call("GET", f"/v1/people/{person(api, '小郑')}/hours", by="小郑"))
    assert balance["service_minutes"] == 450
    corrected = mark(api, signups["小郑"], attendance="late", checked_in_at="2026-12-08T15:30:00+08:00")
    assert done(corrected)["minutes"] == 60


def test_a_change_moves_who_signed_up_and_calling_off_tells_them(api: Any, school: School) -> None:
    event, position = announce(api, school, title="清洁家园", **between("15:00", "16:30", day=9))
    signup = done(sign_up(api, position, "小吴"), 201)["id"]
    moved = {"starts_at": "2026-12-10T15:00:00+08:00"}
    changed = done(api.call("PATCH", f"/v1/events/{event}", by="leader", json=moved))
    assert (changed["starts_at"], changed["ends_at"]) == ("2026-12-10T07:00:00Z", "2026-12-10T08:30:00Z")
    off = done(api.call("POST", f"/v1/events/{event}/call-off", by="leader", json={"reason": "台风"}))
    assert off["status"] == "called_off"
    told = done(api.call("GET", "/v1/notices", by="小吴"))["items"][-1]
    assert told["kind"] == "called_off"
    assert "清洁家园" in told["text"]
    assert "台风" in told["text"]
    with nothing_changes(api):
        refused(sign_up(api, position, "小周"), 409, "event_not_published")
        refused(api.call("POST", f"/v1/signups/{signup}/cancel", by="小吴"), 409, "not_signed_up")
        for verb in ("publish", "call-off"):
            body = {"json": {}} if verb == "call-off" else {}
            answer = api.call("POST", f"/v1/events/{event}/{verb}", by="leader", **body)
            refused(answer, 409, "event_state")
        refused(add_position(api, event, name="新岗位"), 409, "event_state")
    assert done(api.call("GET", f"/v1/events/{event}"))["status"] == "called_off"


def test_one_signs_up_once_and_not_into_a_clash(api: Any, school: School) -> None:
    _, position = announce(api, school, **between("09:00", "10:00", day=7))
    _, beside = announce(api, school, **between("09:59", "11:00", day=7))
    _, after = announce(api, school, **between("10:00", "10:30", day=7))
    signup = done(sign_up(api, position, "小周"), 201)["id"]
    with nothing_changes(api):
        assert refused(sign_up(api, position, "小周"), 409, "already_signed_up")["signup_id"] == signup
        refused(sign_up(api, beside, "小周"), 422, "clash")
    done(sign_up(api, after, "小周"), 201)
    done(api.call("POST", f"/v1/signups/{signup}/cancel", by="小周"))
    refused(api.call("POST", f"/v1/signups/{signup}/cancel", by="小周"), 409, "not_signed_up")
    assert done(sign_up(api, position, "小周"), 201)["number"] == 2


def test_sign_up_has_its_time(api: Any, school: School) -> None:
    when = {"signup_opens_at": "2026-12-04T09:00:00+08:00", "signup_closes_at": "2026-12-05T09:00:00+08:00"}
    _, position = announce(api, school, **when)
    refused(sign_up(api, position, "小周"), 422, "signup_not_open")
    draft = done(create(api, school), 201)["id"]
    seats = done(add_position(api, draft), 201)["id"]
    refused(sign_up(api, seats, "小周"), 409, "event_not_published")


def test_age_is_that_of_the_day(api: Any, school: School) -> None:
    newcomer(api, "小孩", birth_date="2014-01-01")
    event, _ = announce(api, school, **between("15:00", "16:00", day=12))
    adults = done(add_position(api, event, name="引导员", min_age=18, earns_hours=True), 201)["id"]
    answer = sign_up(api, adults, "小孩", by="leader")
    refused(answer, 403, "not_allowed")  # neither the leader's team nor their community
    with nothing_changes(api):
        problem = sign_up(api, adults, "小孩", by="coordinator")
        assert problem.status_code == 422, problem.text
        assert "小孩" not in problem.text
