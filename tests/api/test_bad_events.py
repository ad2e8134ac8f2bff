"""What is refused about events, positions and sign-ups: nothing of it changes anything."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.lecture import add_position, announce, between, create, mark, sign_up
from tests.api.story import School, done, found_school, newcomer, nothing_changes, person, refused


@pytest.fixture(scope="module")
def school(api: Any) -> School:
    for name in ("小周", "小郑", "小吴"):
        newcomer(api, name)
    return found_school(api)


def test_what_is_somebody_elses(api: Any, school: School) -> None:
    event, position = announce(api, school, **between("15:00", "16:00", day=13))
    signup = done(sign_up(api, position, "小周"), 201)["id"]
    calls = (
        ("POST", f"/v1/signups/{signup}/cancel", None),
        ("POST", f"/v1/signups/{signup}/attendance", {"attendance": "attended"}),
        ("GET", f"/v1/events/{event}/signups", None),
        ("GET", f"/v1/people/{person(api, '小周')}/signups", None),
        ("POST", f"/v1/positions/{position}/signups", {"person_id": person(api, "小周")}),
        ("POST", f"/v1/positions/{position}/capacity", {"capacity": 9}),
        ("POST", f"/v1/events/{event}/positions", {"name": "领队", "capacity": 1, "earns_hours": True}),
        ("PATCH", f"/v1/events/{event}", {"title": "别的"}),
        ("POST", f"/v1/events/{event}/publish", None),
        ("POST", f"/v1/events/{event}/call-off", {}),
    )
    with nothing_changes(api):
        for method, path, body in calls:
            more = {} if body is None else {"json": body}
            for by in ("小郑", "neighbour"):
                refused(api.call(method, path, by=by, **more), 403, "not_allowed")
            refused(api.call(method, path, **more), 401, "sign_in_needed")
        refused(create(api, school, by="小郑"), 403, "not_allowed")
        refused(create(api, school, by="neighbour"), 403, "not_allowed")


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"title": ""}, 422, "malformed", "title"),
        ({"title": "长" * 101}, 422, "malformed", "title"),
        ({"title": 5}, 400, "invalid_request", "title"),
        ({"description": "x" * 4001}, 422, "malformed", "description"),
        ({"starts_at": "2026-12-05T15:00:00"}, 400, "invalid_request", "starts_at"),
        ({"starts_at": "gestern"}, 400, "invalid_request", "starts_at"),
        (between("15:00", "16:00", day=2), 422, "event_in_past", None),
        ({"ends_at": "2026-12-05T15:00:00+08:00"}, 422, "span_invalid", None),
        ({"ends_at": "2026-12-07T15:00:00+08:00"}, 422, "malformed", "ends_at"),
        ({"starts_at": "2126-12-05T15:00:00+08:00"}, 422, "malformed", "starts_at"),
        ({"signup_closes_at": "2026-12-06T09:00:00+08:00"}, 422, "signup_window_invalid", None),
        ({"cancel_until": "2026-12-05T16:00:00+08:00"}, 422, "signup_window_invalid", None),
        ({"site_id": 999}, 404, "not_found", None),
        ({"site_id": "1"}, 400, "invalid_request", "site_id"),
        ({"site_id": 2**31}, 400, "invalid_request", "site_id"),
        ({"programme_id": 999}, 404, "not_found", None),
        ({"code": "有 空格"}, 422, "malformed", "code"),
        ({"status": "published"}, 400, "invalid_request", "status"),
    ],
)  # fmt: skip
def test_bad_events(api: Any, school: School, body: Any, status: int, code: str, field: str | None) -> None:
    with nothing_changes(api):
        problem = refused(create(api, school, **body), status, code)
    assert problem.get("field") == field


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"capacity": -1}, 422, "malformed", "capacity"),
        ({"capacity": 10**9}, 422, "malformed", "capacity"),
        ({"capacity": 10**40}, 422, "malformed", "capacity"),
        ({"capacity": "40"}, 400, "invalid_request", "capacity"),
        ({"capacity": 1.5}, 400, "invalid_request", "capacity"),
        ({"capacity": None}, 400, "invalid_request", "capacity"),
        ({"name": " "}, 422, "malformed", "name"),
        ({"name": "听众"}, 409, "position_name_taken", None),
        ({"min_age": -1}, 422, "malformed", "min_age"),
        ({"min_age": 30, "max_age": 20}, 422, "malformed", "max_age"),
        ({"starts_at": "2026-12-05T10:00:00+08:00"}, 422, "position_outside", None),
        ({"qualification": "x" * 99}, 422, "malformed", "qualification"),
        ({"earns_hours": 1}, 400, "invalid_request", "earns_hours"),
    ],
)
def test_bad_positions(
    api: Any, school: School, body: Any, status: int, code: str, field: str | None
) -> None:
    event, position = announce(api, school)
    with nothing_changes(api):
        answer = add_position(api, event, **{"name": "新岗位", **body})
        assert refused(answer, status, code).get("field") == field
        if "capacity" in body:
            path = f"/v1/positions/{position}/capacity"
            refused(api.call("POST", path, by="leader", json=body), status, code)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/v1/events/999", None),
        ("PATCH", "/v1/events/999", {"title": "讲座"}),
        ("POST", "/v1/events/999/publish", None),
        ("POST", "/v1/events/999/call-off", {}),
        ("POST", "/v1/events/999/positions", {"name": "听众", "capacity": 1, "earns_hours": False}),
        ("GET", "/v1/events/999/signups", None),
        ("POST", "/v1/positions/999/capacity", {"capacity": 1}),
        ("POST", "/v1/positions/999/signups", {"person_id": 1}),
        ("POST", "/v1/signups/999/cancel", None),
        ("POST", "/v1/signups/999/attendance", {"attendance": "attended"}),
        ("GET", "/v1/people/999/signups", None),
    ],
)
def test_unknown_ids(api: Any, school: School, method: str, path: str, body: Any) -> None:
    with nothing_changes(api):
        more = {} if body is None else {"json": body}
        refused(api.call(method, path, by="officer", **more), 404, "not_found")


def test_bad_questions_and_marks(api: Any, school: School) -> None:
    for query in ("first=gestern", "status=over", "team_id=0", "community_id=x", "frist=2026-12-01"):
        refused(api.call("GET", f"/v1/events?{query}"), 400, "invalid_request")
    _, position = announce(api, school, **between("15:00", "16:00", day=14))
    refused(sign_up(api, position, "小周", accompanied="yes"), 400, "invalid_request")
    answer = api.call("POST", f"/v1/positions/{position}/signups", by="officer", json={"person_id": 999})
    refused(answer, 404, "not_found")
    signup = done(sign_up(api, position, "小吴"), 201)["id"]
    assert refused(mark(api, signup, attendance="asleep"), 400, "invalid_request")["field"] == "attendance"
