"""Copies, series, minimum, for whom, and changes of positions through the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.lecture import add_position, announce, between, create, sign_up
from tests.api.story import School, done, found_school, newcomer, nothing_changes, person, refused

MANY = [f"2027-{month:02}-{day:02}" for month in (3, 4, 5) for day in range(1, 29)]
"""More than sixty."""


@pytest.fixture(scope="module")
def school(api: Any) -> School:
    for name in ("小周", "小郑", "小吴"):
        newcomer(api, name)
    return found_school(api)


def copies(api: Any, event: int, *, by: str = "leader", **body: Any) -> Any:
    return api.call("POST", f"/v1/events/{event}/copies", by=by, json=body)


def test_a_series_from_its_first_event_to_its_end(api: Any, school: School) -> None:
    event, position = announce(api, school, **between("15:00", "16:30", day=8))
    done(sign_up(api, position, "小周"), 201)
    made = done(copies(api, event, dates=["2026-12-12", "2026-12-15"], in_series=True, rest_days="next"), 201)
    assert [(one["asked_for"], one["day"]) for one in made["copies"]] == [
        ("2026-12-12", "2026-12-14"), ("2026-12-15", "2026-12-15")
    ]  # fmt: skip
    series = f"/v1/event-series/{made['series_id']}"
    assert [one["status"] for one in done(api.call("GET", series, by="leader"))["events"]] == [
        "published", "draft", "draft"
    ]  # fmt: skip
    assert len(done(api.call("GET", series))["events"]) == 1
    published = done(api.call("POST", f"{series}/publish", by="leader"))
    assert {one["status"] for one in published["events"]} == {"published"}
    refused(api.call("POST", f"{series}/publish", by="leader"), 409, "no_drafts")

    moved = {"starts_at": "2026-12-16T10:00:00+08:00"}
    done(api.call("PATCH", f"/v1/events/{made['copies'][1]['event']['id']}", by="leader", json=moved))
    first = {"first_day": "2027-03-02", "rest_days": "keep"}
    again = done(api.call("POST", f"{series}/copies", by="leader", json=first), 201)
    assert again["series_id"] != made["series_id"]
    assert [one["day"] for one in again["copies"]] == ["2027-03-02", "2027-03-08", "2027-03-10"]
    off = done(api.call("POST", f"{series}/call-off", by="leader", json={"reason": "讲师生病"}))
    assert {one["status"] for one in off["events"]} == {"called_off"}
    told = done(api.call("GET", "/v1/notices", by="小周"))["items"][-1]
    assert (told["kind"], "讲师生病" in told["text"]) == ("called_off", True)
    refused(api.call("POST", f"{series}/call-off", by="leader", json={}), 409, "nothing_to_come")


def test_copies_that_are_refused_change_nothing(api: Any, school: School) -> None:
    event, _ = announce(api, school, **between("15:00", "16:30", day=9))
    day = "2026-12-10"
    with nothing_changes(api):
        for body, status, code in (
            ({"dates": [day, day]}, 422, "malformed"),
            ({"dates": []}, 422, "malformed"),
            ({"dates": ["2026-12-01"]}, 422, "event_in_past"),
            ({"dates": MANY}, 422, "malformed"),
            ({"dates": ["0001-01-01"]}, 422, "malformed"),
            ({"dates": ["9999-12-31"]}, 422, "malformed"),
            ({"dates": ["2026-12-12"]}, 422, "on_rest_days"),
            ({"dates": ["2026-12-09"], "in_series": True}, 409, "days_taken"),
            ({"dates": ["gestern"]}, 400, "invalid_request"),
            ({"dates": day}, 400, "invalid_request"),
            ({"dates": [day], "rest_days": "skip"}, 400, "invalid_request"),
        ):  # fmt: skip
            refused(copies(api, event, **body), status, code)
        for by in ("小周", "neighbour"):
            refused(copies(api, event, by=by, dates=[day]), 403, "not_allowed")
        refused(copies(api, 999, by="officer", dates=[day]), 404, "not_found")
        for verb, body in (("publish", None), ("call-off", {}), ("copies", {"first_day": "2027-03-01"})):
            more = {} if body is None else {"json": body}
            answer = api.call("POST", f"/v1/event-series/999/{verb}", by="officer", **more)
            refused(answer, 404, "not_found")
        refused(api.call("GET", "/v1/event-series/999"), 404, "not_found")


def test_an_event_is_for_a_team_and_opens_again(api: Any, school: School) -> None:
    event, _ = announce(api, school, for_team_id=school.team, **between("09:00", "10:00", day=10))
    path = f"/v1/events/{event}"
    assert done(api.call("GET", path, by="leader"))["public"] is False
    for by in (None, "小周", "neighbour"):
        refused(api.call("GET", path, by=by), 404, "not_found")
    refused(api.call("GET", f"/calendars/events/{event}.ics"), 404, "not_found")
    change = {"public": True}
    refused(api.call("PATCH", path, by="leader", json=change), 422, "for_whom_invalid")
    change = {"for_team_id": None, "public": True}
    opened = done(api.call("PATCH", path, by="leader", json=change))
    assert (opened["public"], opened["for_team_id"]) == (True, None)
    done(api.call("GET", path))
    assert api.call("GET", f"/calendars/events/{event}.ics").status_code == 200
    both = {"for_team_id": school.team, "for_community_id": school.community}
    refused(api.call("PATCH", path, by="leader", json=both), 422, "for_whom_invalid")
    refused(create(api, school, for_grid_id=999), 404, "not_found")
    refused(create(api, school, public=True, for_team_id=school.team), 422, "for_whom_invalid")


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"minimum": -1}, 422, "malformed", "minimum"),
        ({"minimum": 10**9}, 422, "malformed", "minimum"),
        ({"minimum": 10**40}, 422, "malformed", "minimum"),
        ({"minimum": "3"}, 400, "invalid_request", "minimum"),
        ({"decided_at": "2026-12-05T09:00:00+08:00"}, 422, "malformed", "decided_at"),
        ({"minimum": 3, "decided_at": "2026-12-05T15:00:00+08:00"}, 422, "decision_invalid", None),
        ({"minimum": 3, "decided_at": "2026-12-03T12:00:00+08:00"}, 422, "decision_invalid", None),
        ({"minimum": 3, "decided_at": "2026-12-05T09:00:00"}, 400, "invalid_request", "decided_at"),
        ({"for_team_id": 0}, 400, "invalid_request", "for_team_id"),
        ({"for_community_id": "1"}, 400, "invalid_request", "for_community_id"),
    ],
)
def test_bad_minimums(api: Any, school: School, body: Any, status: int, code: str, field: str | None) -> None:
    event, _ = announce(api, school)
    with nothing_changes(api):
        assert refused(create(api, school, **body), status, code).get("field") == field
        answer = api.call("PATCH", f"/v1/events/{event}", by="leader", json=body)
        assert refused(answer, status, code).get("field") == field


def test_a_minimum_is_set_and_taken_back(api: Any, school: School) -> None:
    event, _ = announce(api, school, minimum=3)
    path = f"/v1/events/{event}"
    held = done(api.call("GET", path))
    assert (held["minimum"], held["decided_at"], held["goes_ahead"]) == (3, "2026-12-04T07:00:00Z", False)
    changed = done(api.call("PATCH", path, by="leader", json={"minimum": None}))
    assert (changed["minimum"], changed["decided_at"]) == (None, None)
    changed = done(api.call("PATCH", path, by="leader", json={"title": "讲座", "minimum": 2}))
    assert (changed["minimum"], changed["decided_at"]) == (2, "2026-12-04T07:00:00Z")


def test_a_position_is_changed_and_removed(api: Any, school: School) -> None:
    event, position = announce(api, school, **between("15:00", "16:30", day=11))
    done(sign_up(api, position, "小郑"), 201)
    path = f"/v1/positions/{position}"

    def patch(**body: Any) -> Any:
        return api.call("PATCH", path, by="leader", json=body)

    changed = done(patch(name="居民", min_age=18, offer_minutes=30, approval=True, most_companions=2))
    assert (changed["name"], changed["min_age"], changed["offer_minutes"]) == ("居民", 18, 30)
    assert (changed["approval"], changed["most_companions"], changed["taken"]) == (True, 2, 1)
    assert done(patch(min_age=None))["min_age"] is None
    with nothing_changes(api):
        unfit = refused(patch(min_age=60), 422, "no_longer_fit")
        assert unfit["person_ids"] == [person(api, "小郑")]
        refused(patch(earns_hours=True), 409, "service_settled")
        refused(patch(offer_minutes=0), 422, "malformed")
        refused(patch(most_companions=-1), 422, "malformed")
        refused(patch(capacity=3), 400, "invalid_request")
        refused(patch(starts_at="2026-12-13T15:00:00+08:00"), 422, "span_invalid")
        remove = f"/v1/events/{event}/positions/{position}/remove"
        refused(api.call("POST", remove, by="leader"), 409, "position_used")
        refused(api.call("POST", remove, by="小周"), 403, "not_allowed")
    assert done(patch(min_age=60, keep_confirmed=True))["confirmed"] == 1
    spare = done(add_position(api, event, name="摄影", approval=True), 201)
    assert spare["approval"] is True
    done(api.call("POST", f"/v1/events/{event}/positions/{spare['id']}/remove", by="leader"), 204)
    assert len(done(api.call("GET", f"/v1/events/{event}"))["positions"]) == 1
