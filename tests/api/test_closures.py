"""A closure declared through the API calls off what it affects, and whoever is concerned is told."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.story import (
    MONDAY,
    School,
    assign,
    done,
    found_school,
    nothing_changes,
    plan_next_week,
    publish,
    refused,
)

MORNING, NIGHT = "2026-12-07T00:00:00+08:00", "2026-12-08T00:00:00+08:00"
TYPHOON = {"name": "台风停课", "source": "防汛指挥部", "starts_at": MORNING, "ends_at": NIGHT}


@pytest.fixture(scope="module")
def school(api: Any) -> School:
    return found_school(api)


def test_a_typhoon_day(api: Any, school: School) -> None:
    shifts = plan_next_week(api, school)
    done(assign(api, shifts[0], school.aunt), 201)
    done(publish(api, school))

    body = {**TYPHOON, "site_id": school.site}
    declared = done(api.call("POST", "/v1/closures", by="coordinator", json=body), 201)
    assert (declared["shifts"], declared["events"], declared["sessions"]) == (shifts[:1], [], [])
    closure = declared["closure"]
    assert (closure["site_id"], closure["starts_at"]) == (school.site, "2026-12-06T16:00:00Z")
    assert done(api.call("GET", f"/v1/shifts/{shifts[0]}", by="aunt"))["status"] == "called_off"
    told = done(api.call("GET", "/v1/notices", by="aunt"))["items"][-1]
    assert told["kind"] == "closure"
    assert "台风停课" in told["text"]

    span = {"start": MORNING, "end": NIGHT}
    assert done(api.call("GET", f"/v1/sites/{school.site}/open", params=span))["layer"] == "closure"
    refused(api.call("POST", f"/v1/shifts/{shifts[0]}/reinstate", by="leader"), 422, "site_closed")
    here = done(api.call("GET", "/v1/closures", params={"site_id": school.site}))
    assert [one["id"] for one in here["items"]] == [closure["id"]]

    lift = f"/v1/closures/{closure['id']}/lift"
    assert done(api.call("POST", lift, by="coordinator"))["lifted_at"] is not None
    refused(api.call("POST", lift, by="officer"), 409, "already_lifted")
    assert done(api.call("GET", "/v1/closures"))["total"] == 0
    assert done(api.call("GET", "/v1/closures?in_force=false"))["total"] == 1
    # What it called off stays so until somebody reinstates it.
    assert done(api.call("GET", f"/v1/shifts/{shifts[0]}", by="aunt"))["status"] == "called_off"
    assert done(api.call("POST", f"/v1/shifts/{shifts[0]}/reinstate", by="leader"))["status"] == "draft"


def test_which_closures_concern_a_site(api: Any, school: School) -> None:
    later = {**TYPHOON, "starts_at": "2027-03-01T00:00:00+08:00", "ends_at": "2027-03-02T00:00:00+08:00"}
    site = {"community_id": school.community, "code": "FX01-9", "name": "文化室"}
    other = done(api.call("POST", "/v1/sites", by="officer", json=site), 201)["id"]
    made = {
        kind: done(api.call("POST", "/v1/closures", by="officer", json={**later, **where}), 201)["closure"]
        for kind, where in (
            ("all", {}),
            ("community", {"community_id": school.community}),
            ("neighbours", {"community_id": school.community + 1}),
            ("site", {"site_id": school.site}),
            ("other", {"site_id": other}),
        )
    }
    listed = done(api.call("GET", "/v1/closures", params={"site_id": school.site}))["items"]
    assert {one["id"] for one in listed} == {made[kind]["id"] for kind in ("all", "community", "site")}


@pytest.mark.parametrize(
    ("change", "status", "code", "field"),
    [
        ({"ends_at": MORNING}, 422, "span_invalid", None),
        ({"ends_at": "2027-12-08T00:00:00+08:00"}, 422, "malformed", "ends_at"),
        ({"starts_at": "2026-12-07T00:00:00"}, 400, "invalid_request", "starts_at"),
        ({"starts_at": MONDAY}, 400, "invalid_request", "starts_at"),
        ({"name": "长" * 61}, 422, "malformed", "name"),
        ({"source": ""}, 422, "malformed", "source"),
        ({"site_id": 999}, 404, "not_found", None),
        ({"community_id": 999}, 404, "not_found", None),
        ({"community_id": 1, "site_id": 1}, 422, "malformed", "site_id"),
        ({"grid_id": 1}, 400, "invalid_request", "grid_id"),
    ],
)
def test_bad_input(api: Any, change: Any, status: int, code: str, field: str | None) -> None:
    with nothing_changes(api):
        answer = api.call("POST", "/v1/closures", by="officer", json={**TYPHOON, **change})
        assert refused(answer, status, code).get("field") == field
    refused(api.call("POST", "/v1/closures/999/lift", by="officer"), 404, "not_found")
    refused(api.call("GET", "/v1/closures?site_id=999"), 404, "not_found")


def test_a_coordinator_closes_their_own_community_only(api: Any, school: School) -> None:
    with nothing_changes(api):
        for by, where in (
            ("neighbour", {"site_id": school.site}),
            ("neighbour", {"community_id": school.community}),
            ("coordinator", {}),
            ("leader", {"site_id": school.site}),
        ):
            answer = api.call("POST", "/v1/closures", by=by, json={**TYPHOON, **where})
            refused(answer, 403, "not_allowed")
