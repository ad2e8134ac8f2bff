"""A leader makes a week, publishes it, repairs it and marks who was there, all through the API."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.api.story import (
    MONDAY,
    MONDAY_EVENING,
    NEXT_WEEK,
    School,
    assign,
    done,
    found_school,
    nothing_changes,
    plan_next_week,
    publish,
    refused,
)


@pytest.fixture(scope="module")
def school(api: Any) -> School:
    return found_school(api)


def test_a_week_from_pattern_to_tally(api: Any, school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    shifts = plan_next_week(api, school)
    monday = shifts[0]
    assert len(shifts) == 5
    span = {"first": MONDAY, "last": "2026-12-13"}
    again = done(api.call("POST", f"/v1/programmes/{school.programme}/generate", by="leader", json=span))
    nothing: dict[str, Any] = {"seated": [], "seats_left_open": [], "tentative": 0}
    assert again == {"added": [], "revived": [], "dropped": [], "kept": [], **nothing}
    assert done(api.call("GET", "/v1/patterns", by="aunt", params={"site_id": school.site}))["total"] == 1

    # A draft is seen by those who make the roster.
    assert done(api.call("GET", "/v1/shifts", by="leader", params=span))["total"] == 5
    assert done(api.call("GET", "/v1/shifts", by="coordinator", params=span))["total"] == 5
    assert done(api.call("GET", "/v1/shifts", by="aunt", params=span))["total"] == 0
    refused(api.call("GET", f"/v1/shifts/{monday}", by="aunt"), 404, "not_found")
    assert done(api.call("GET", f"/v1/shifts/{monday}", by="leader"))["status"] == "draft"

    free = done(api.call("GET", f"/v1/shifts/{monday}/candidates", by="leader"))
    assert {one["person_id"] for one in free} == {school.leader, school.aunt, school.uncle}
    assert all(one["obstacles"] == [] for one in free)
    assert done(assign(api, monday, school.aunt), 201)["status"] == "held"
    done(assign(api, monday, school.leader, by="coordinator"), 201)
    refused(assign(api, monday, school.uncle), 422, "shift_full")
    released = f"/v1/shifts/{monday}/assignments/{school.leader}/release"
    assert done(api.call("POST", released, by="leader"))["status"] == "released"
    done(assign(api, monday, school.uncle), 201)

    coverage = f"/v1/programmes/{school.programme}/weeks/{NEXT_WEEK}/coverage"
    week = done(api.call("GET", coverage, by="leader", params={"site_id": school.site}))
    assert (week["uncovered"], week["missing"]) == (4, 8)
    assert [one["name"] for one in week["shifts"][0]["people"]] == ["王阿姨", "陈叔叔"]
    assert week["shifts"][1]["reason"].startswith("缺 2 人，其中带班 1 人")

    published = done(publish(api, school))
    assert (published["shift_ids"], published["people_told"]) == (shifts, 2)
    assert done(api.call("GET", "/v1/shifts?status=published", by="aunt", params=span))["total"] == 5

    told = done(api.call("GET", "/v1/notices", by="leader", params={"team_id": school.team}))
    assert [one["name"] for one in told["items"]] == ["王*", "陈*"]
    text = done(api.call("GET", "/v1/notices/text", by="leader"))
    assert "12月7日（周一）17:00–18:00" in text["text"]
    ids = {"notice_ids": text["notice_ids"]}
    assert done(api.call("POST", "/v1/notices/told", by="leader", json=ids)) == {"changed": 2}
    assert done(api.call("POST", "/v1/notices/told", by="leader", json=ids)) == {"changed": 0}
    assert done(api.call("GET", "/v1/notices", by="leader"))["total"] == 0
    assert done(api.call("GET", "/v1/notices?open_only=false", by="aunt"))["total"] == 1

    attendance = f"/v1/shifts/{monday}/attendance"
    late = {"person_id": school.aunt, "attendance": "late", "checked_in_at": "2026-12-07T17:10:00+08:00"}
    refused(api.call("POST", attendance, by="leader", json=late), 422, "not_yet_started")
    monkeypatch.setattr(api.office, "clock", lambda: datetime.fromisoformat(MONDAY_EVENING))
    refused(api.call("POST", attendance, by="aunt", json=late), 403, "not_allowed")
    marked = done(api.call("POST", attendance, by="leader", json=late))
    assert (marked["kind"], marked["minutes"]) == ("service", 50)
    rest = done(api.call("POST", f"{attendance}/all", by="leader"))
    assert [(one["person_id"], one["minutes"]) for one in rest] == [(school.uncle, 60)]

    december = {"by": "team", "first": "2026-12-01", "last": "2026-12-31", "period": "month"}
    tally = done(api.call("GET", "/v1/tally", by="leader", params=december))
    assert [(row["key"], row["period"], row["service_minutes"], row["people"]) for row in tally["rows"]] == [
        (school.team, "2026-12", 110, 2)
    ]

    # What has begun stays when the week is taken back.
    path = f"/v1/programmes/{school.programme}/sites/{school.site}/weeks/{NEXT_WEEK}/withdraw"
    withdrawn = done(api.call("POST", path, by="leader"))
    assert withdrawn["shift_ids"] == shifts[1:]


def test_moving_and_calling_off(api: Any, school: School) -> None:
    shift = {
        "programme_id": school.programme,
        "site_id": school.site,
        "starts_at": "2026-12-19T09:00:00+08:00",
        "ends_at": "2026-12-19T11:00:00+08:00",
        "minimum": 1,
        "maximum": 5,
        "note": "周末大扫除",
    }
    made = done(api.call("POST", "/v1/shifts", by="leader", json=shift), 201)
    assert (made["status"], made["civil_date"], made["people"]) == ("draft", "2026-12-19", 0)
    path = f"/v1/shifts/{made['id']}"
    done(assign(api, made["id"], school.aunt), 201)
    done(publish(api, school, week="2026-W51"))
    later = {"starts_at": "2026-12-19T10:00:00+08:00", "ends_at": "2026-12-19T12:00:00+08:00"}
    assert done(api.call("PATCH", path, by="leader", json=later))["starts_at"] == "2026-12-19T02:00:00Z"
    called_off = done(api.call("POST", f"{path}/call-off", by="leader", json={"reason": "下雨"}))
    assert called_off == {"shift_id": made["id"], "people": 1}
    texts = [
        one["text"] for one in done(api.call("GET", "/v1/notices", by="aunt"))["items"]
        if "12月19日" in one["text"]
    ]  # fmt: skip
    assert len(texts) == 3
    assert "下雨" in texts[-1]
    refused(api.call("POST", f"{path}/call-off", by="leader", json={"reason": "下雨"}), 409, "shift_not_open")
    assert done(api.call("POST", f"{path}/reinstate", by="leader"))["status"] == "draft"
    refused(api.call("POST", f"{path}/reinstate", by="leader"), 409, "not_called_off")


def test_a_person_is_not_promised_twice(api: Any, school: School) -> None:
    shift = {
        "programme_id": school.programme,
        "site_id": school.site,
        "starts_at": "2026-12-21T17:00:00+08:00",
        "ends_at": "2026-12-21T18:00:00+08:00",
        "minimum": 1,
        "maximum": 5,
    }
    first = done(api.call("POST", "/v1/shifts", by="leader", json=shift), 201)["id"]
    second = done(api.call("POST", "/v1/shifts", by="leader", json=shift), 201)["id"]
    done(assign(api, first, school.aunt), 201)
    with nothing_changes(api):
        refused(assign(api, first, school.aunt), 409, "already_committed")
        clash = refused(assign(api, second, school.aunt), 422, "clash")
    assert clash["shift_id"] == first
    assert "王阿姨" not in str(clash)


SHIFT = {
    "programme_id": "$programme", "site_id": "$site", "minimum": 1, "maximum": 2,
    "starts_at": "2026-12-21T17:00:00+08:00", "ends_at": "2026-12-21T18:00:00+08:00",
}  # fmt: skip
PATTERN = {
    "programme_id": "$programme", "site_id": "$site", "weekdays": "135", "starts": "17:00:00",
    "ends": "18:00:00", "minimum": 1, "maximum": 2, "valid_from": "2026-12-04", "valid_to": "2027-01-22",
}  # fmt: skip
GENERATE = "/v1/programmes/$programme/generate"


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "field"),
    [
        ("/v1/shifts", {**SHIFT, "ends_at": "2026-12-21T17:00:00+08:00"}, 422, "span_invalid", None),
        ("/v1/shifts", {**SHIFT, "ends_at": "2026-12-23T17:00:00+08:00"}, 422, "malformed", "ends_at"),
        ("/v1/shifts", {**SHIFT, "starts_at": "2026-12-21T17:00:00"}, 400, "invalid_request", "starts_at"),
        ("/v1/shifts", {**SHIFT, "starts_at": "0001-01-01T00:00:00+08:00"}, 400, "invalid_request", ""),
        ("/v1/shifts", {**SHIFT, "note": "长" * 201}, 422, "malformed", "note"),
        ("/v1/shifts", {**SHIFT, "minimum": 3}, 422, "malformed", "minimum"),
        ("/v1/shifts", {**SHIFT, "maximum": 10**30}, 422, "malformed", "minimum"),
        ("/v1/shifts", {**SHIFT, "maximum": "2"}, 400, "invalid_request", "maximum"),
        ("/v1/shifts", {**SHIFT, "site_id": 999}, 404, "not_found", None),
        ("/v1/shifts", {**SHIFT, "programme_id": 999}, 404, "not_found", None),
        ("/v1/shifts/999/assignments", {"person_id": "$aunt"}, 404, "not_found", None),
        ("/v1/shifts/999/call-off", {"reason": "下雨"}, 404, "not_found", None),
        ("/v1/shifts/999/reinstate", None, 404, "not_found", None),
        ("/v1/shifts/999/attendance/all", None, 404, "not_found", None),
        ("/v1/patterns", {**PATTERN, "weekdays": "31"}, 422, "malformed", "weekdays"),
        ("/v1/patterns", {**PATTERN, "weekdays": "8"}, 422, "malformed", "weekdays"),
        ("/v1/patterns", {**PATTERN, "ends": "17:00:00"}, 422, "malformed", "ends"),
        ("/v1/patterns", {**PATTERN, "ends": "25:00:00"}, 400, "invalid_request", "ends"),
        ("/v1/patterns", {**PATTERN, "valid_to": "2026-12-01"}, 422, "malformed", "valid_to"),
        ("/v1/patterns/999/end", {"last_day": "2026-12-31"}, 404, "not_found", None),
        (GENERATE, {"first": "2026-12-07", "last": "2026-12-06"}, 422, "malformed", "last"),
        (GENERATE, {"first": "2026-12-07", "last": "2028-12-06"}, 422, "malformed", "last"),
        (GENERATE, {"first": "2026-12-07", "last": "2026-12-13", "site_id": 999}, 404, "not_found", None),
        ("/v1/programmes/999/generate", {"first": MONDAY, "last": MONDAY}, 404, "not_found", None),
        ("/v1/programmes/$programme/sites/$site/weeks/2026-50/publish", None, 422, "week_invalid", None),
        ("/v1/programmes/$programme/sites/$site/weeks/2027-W53/publish", None, 422, "week_invalid", None),
        (
            "/v1/programmes/$programme/sites/$site/weeks/2026-W40/publish",
            None,
            422,
            "nothing_to_publish",
            None,
        ),
        ("/v1/programmes/$programme/sites/999/weeks/2026-W50/publish", None, 404, "not_found", None),
        ("/v1/programmes/$programme/sites/$site/weeks/50/withdraw", None, 422, "week_invalid", None),
        ("/v1/notices/told", {"notice_ids": [999]}, 404, "not_found", None),
        ("/v1/notices/told", {"notice_ids": []}, 400, "invalid_request", "notice_ids"),
    ],
)
def test_bad_input(
    api: Any, school: School, path: str, body: Any, status: int, code: str, field: str | None
) -> None:
    with nothing_changes(api):
        problem = refused(
            api.call("POST", school.fill(path), by="leader", json=school.fill(body)), status, code
        )
    assert problem.get("field") == field


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/programmes/$programme/weeks/2026-W54/coverage", 422, "week_invalid"),
        ("/v1/programmes/999/weeks/2026-W50/coverage", 404, "not_found"),
        ("/v1/shifts?first=2026-12-08&last=2026-12-07", 422, "span_invalid"),
        ("/v1/shifts?first=2026-12-08", 400, "invalid_request"),
        ("/v1/shifts?first=2026-12-07&last=2026-12-08&status=lost", 400, "invalid_request"),
        ("/v1/shifts/999", 404, "not_found"),
        ("/v1/shifts/999/candidates", 404, "not_found"),
        ("/v1/patterns?site_id=x", 400, "invalid_request"),
    ],
)
def test_bad_questions(api: Any, school: School, path: str, status: int, code: str) -> None:
    refused(api.call("GET", school.fill(path), by="officer"), status, code)


def test_the_roster_is_made_by_those_who_answer_for_it(api: Any, school: School) -> None:
    shift = school.fill(
        {**SHIFT, "starts_at": "2026-12-28T17:00:00+08:00", "ends_at": "2026-12-28T18:00:00+08:00"}
    )
    made = done(api.call("POST", "/v1/shifts", by="leader", json=shift), 201)["id"]
    with nothing_changes(api):
        for by in ("aunt", "volunteer", "neighbour"):
            refused(api.call("POST", "/v1/shifts", by=by, json=shift), 403, "not_allowed")
            refused(assign(api, made, school.aunt, by=by), 403, "not_allowed")
            refused(publish(api, school, by=by), 403, "not_allowed")
            coverage = f"/v1/programmes/{school.programme}/weeks/{NEXT_WEEK}/coverage?site_id={school.site}"
            refused(api.call("GET", coverage, by=by), 403, "not_allowed")
            refused(api.call("GET", f"/v1/shifts/{made}/candidates", by=by), 403, "not_allowed")
        told = {"notice_ids": [999]}  # not even which notices there are
        refused(api.call("POST", "/v1/notices/told", by="aunt", json=told), 403, "not_allowed")
