"""Availability, asking, rules and overrides through the API, and what is refused there."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.story import School, assign, done, found_school, newcomer, nothing_changes, refused


@pytest.fixture(scope="module")
def school(api: Any) -> School:
    return found_school(api)


SHIFT = {
    "programme_id": "$programme", "site_id": "$site", "minimum": 1, "maximum": 3,
    "starts_at": "2026-12-21T17:00:00+08:00", "ends_at": "2026-12-21T18:00:00+08:00",
}  # fmt: skip


def test_from_asking_to_an_override(api: Any, school: School) -> None:
    asks = f"/v1/programmes/{school.programme}/availability-asks"
    week = {"first_day": "2026-12-21", "last_day": "2026-12-27", "deadline": "2026-12-18T18:00:00+08:00"}
    asked = done(api.call("POST", asks, by="leader", json=week), 201)["id"]
    mine = done(api.call("GET", asks, by="aunt"))["items"]
    assert [one["id"] for one in mine] == [asked]
    answers = f"/v1/availability-asks/{asked}"
    refused(api.call("POST", f"{answers}/answers/{school.aunt}", by="aunt"), 422, "nothing_stated")
    tuesdays = {
        "spans": [{"weekday": 2, "starts": "16:30:00", "ends": "18:30:00"}],
        "valid_from": "2026-12-14",
    }
    aunt = f"/v1/people/{school.aunt}/availability"
    done(api.call("PUT", f"{aunt}/weekly", by="aunt", json=tuesdays))
    done(api.call("POST", f"{answers}/answers/{school.aunt}", by="aunt"))
    ill = {"first_day": "2026-12-22", "last_day": "2026-12-22", "kind": "cannot", "reason": "住院"}
    wish = done(api.call("POST", f"{aunt}/dates", by="aunt", json=ill), 201)
    assert wish["reason"] == "住院"
    done(api.call("PUT", f"{aunt}/limits", by="aunt", json={"max_per_week": 1, "site_ids": [school.site]}))
    assert "住院" not in api.call("GET", aunt, by="leader").text
    seen = done(api.call("GET", answers, by="leader"))
    assert (seen["asked"], seen["answered"]) == (3, 1)

    monday = done(api.call("POST", "/v1/shifts", by="leader", json=school.fill(SHIFT)), 201)["id"]
    found = done(api.call("GET", f"/v1/shifts/{monday}/candidates", by="leader"))
    assert [(one["obstacles"], one["not_said"]) for one in found if one["person_id"] == school.aunt] == [
        (["unavailable"], False)
    ]
    path = f"/v1/shifts/{monday}/assignments"
    against = {"person_id": school.aunt, "override_reason": "已与本人商量"}
    with nothing_changes(api):
        refused(assign(api, monday, school.aunt), 422, "unavailable")
        refused(api.call("POST", path, by="leader", json=against), 403, "not_allowed")
        refused(
            api.call("POST", path, by="coordinator", json={**against, "override_reason": ""}),
            422,
            "malformed",
        )
    done(api.call("POST", path, by="coordinator", json=against), 201)
    assert done(api.call("POST", f"{path}/{school.aunt}/lock", by="leader"))["locked"]
    coverage = f"/v1/programmes/{school.programme}/weeks/2026-W52/coverage"
    [shown] = done(api.call("GET", coverage, by="leader"))["shifts"][0]["people"]
    assert (shown["overridden"], shown["against"], shown["locked"]) == (["unavailable"], [], True)
    assert not done(api.call("POST", f"{path}/{school.aunt}/unlock", by="leader"))["locked"]


def test_rules_and_pairs(api: Any, school: School) -> None:
    path = f"/v1/programmes/{school.programme}"
    assert done(api.call("GET", f"{path}/roster-rules", by="aunt"))["lead_qualification"] == "trained_lead"
    done(api.call("PUT", f"{path}/roster-rules", by="leader", json={"newcomer_shifts": 2}))
    assert done(api.call("GET", f"{path}/roster-rules", by="aunt"))["newcomer_shifts"] == 2
    done(api.call("PUT", f"{path}/roster-rules", by="leader", json={}))
    two = {"person_id": school.aunt, "other_id": school.uncle}
    made = done(api.call("POST", f"{path}/pairs", by="leader", json={**two, "kind": "together"}), 201)
    with nothing_changes(api):
        refused(
            api.call("POST", f"{path}/pairs", by="leader", json={**two, "kind": "apart"}),
            409,
            "pair_contradicts",
        )
    stranger = {"person_id": school.aunt, "other_id": newcomer(api, "stranger"), "kind": "apart"}
    refused(api.call("POST", f"{path}/pairs", by="leader", json=stranger), 422, "not_of_team")
    refused(api.call("GET", f"{path}/pairs", by="aunt"), 403, "not_allowed")
    done(api.call("POST", f"{path}/pairs/{made['id']}/remove", by="leader"), 204)
    assert done(api.call("GET", f"{path}/pairs", by="leader"))["total"] == 0


WEEKLY = "/v1/people/$aunt/availability/weekly"
DATES = "/v1/people/$aunt/availability/dates"
LIMITS = "/v1/people/$aunt/availability/limits"
ASKS = "/v1/programmes/$programme/availability-asks"
RULES = "/v1/programmes/$programme/roster-rules"
PAIRS = "/v1/programmes/$programme/pairs"
SPAN = {"weekday": 1, "starts": "17:00:00", "ends": "18:00:00"}
WEEK = {"spans": [SPAN], "valid_from": "2026-12-14"}
DAY = {"first_day": "2026-12-22", "last_day": "2026-12-22", "kind": "can"}
ASK = {"first_day": "2026-12-21", "last_day": "2026-12-27", "deadline": "2026-12-18T18:00:00+08:00"}
PAIR = {"person_id": "$aunt", "other_id": "$uncle", "kind": "apart"}


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "field"),
    [
        ("PUT", WEEKLY, {**WEEK, "spans": [SPAN, SPAN]}, 422, "availability_overlaps", None),
        ("PUT", WEEKLY, {**WEEK, "spans": [SPAN | {"ends": "17:00:00"}]}, 422, "malformed", "spans"),
        ("PUT", WEEKLY, {**WEEK, "spans": [SPAN | {"weekday": 0}]}, 422, "malformed", "spans"),
        ("PUT", WEEKLY, {**WEEK, "spans": [SPAN | {"weekday": 10**30}]}, 422, "malformed", "spans"),
        ("PUT", WEEKLY, {**WEEK, "spans": [SPAN | {"starts": "09:00:00Z"}]}, 422, "malformed", "spans"),
        (
            "PUT",
            WEEKLY,
            {**WEEK, "spans": [SPAN | {"starts": "25:00:00"}]},
            400,
            "invalid_request",
            "spans[0].starts",
        ),
        ("PUT", WEEKLY, {**WEEK, "spans": [SPAN | {"day": 1}]}, 400, "invalid_request", "spans[0].day"),
        ("PUT", WEEKLY, {**WEEK, "valid_to": "2026-12-13"}, 422, "malformed", "valid_to"),
        ("PUT", "/v1/people/999/availability/weekly", WEEK, 404, "not_found", None),
        ("POST", DATES, {**DAY, "last_day": "2026-12-21"}, 422, "malformed", "last_day"),
        ("POST", DATES, {**DAY, "last_day": "2028-12-21"}, 422, "malformed", "last_day"),
        ("POST", DATES, {**DAY, "kind": "maybe"}, 400, "invalid_request", "kind"),
        ("POST", "/v1/availability-dates/999/withdraw", None, 404, "not_found", None),
        ("PUT", LIMITS, {"max_per_week": 10**30}, 422, "malformed", "max_per_week"),
        ("PUT", LIMITS, {"rest_minutes": -1}, 422, "malformed", "rest_minutes"),
        ("PUT", LIMITS, {"farthest_km": 1e300}, 422, "malformed", "farthest_km"),
        ("PUT", LIMITS, {"site_ids": [999]}, 404, "not_found", None),
        ("PUT", LIMITS, {"site_ids": [0]}, 400, "invalid_request", "site_ids[0]"),
        ("PUT", LIMITS, {"partner_ids": ["$aunt"]}, 422, "malformed", "partner_ids"),
        ("PUT", LIMITS, {"partner_ids": [999]}, 422, "not_of_team", None),
        ("POST", ASKS, {**ASK, "deadline": "2026-12-03T12:00:00+08:00"}, 422, "malformed", "deadline"),
        ("POST", ASKS, {**ASK, "deadline": "2026-12-22T00:00:01+08:00"}, 422, "malformed", "deadline"),
        ("POST", ASKS, {**ASK, "deadline": "2026-12-18T18:00:00"}, 400, "invalid_request", "deadline"),
        ("POST", ASKS, {**ASK, "last_day": "2026-12-20"}, 422, "malformed", "last_day"),
        ("POST", "/v1/programmes/999/availability-asks", ASK, 404, "not_found", None),
        ("POST", "/v1/availability-asks/999/answers/$aunt", None, 404, "not_found", None),
        ("PUT", RULES, {"min_age": 20, "max_age": 10}, 422, "malformed", "max_age"),
        ("PUT", RULES, {"newcomer_shifts": 10**30}, 422, "malformed", "newcomer_shifts"),
        ("PUT", RULES, {"lead_qualification": "带班"}, 422, "malformed", "lead_qualification"),
        ("PUT", RULES, {"leads": 2}, 400, "invalid_request", "leads"),
        ("PUT", "/v1/programmes/999/roster-rules", {}, 404, "not_found", None),
        ("POST", PAIRS, {**PAIR, "other_id": "$aunt"}, 422, "malformed", "other_id"),
        ("POST", PAIRS, {**PAIR, "other_id": 999}, 404, "not_found", None),
        ("POST", f"{PAIRS}/999/remove", None, 404, "not_found", None),
        ("POST", "/v1/shifts/999/assignments/$aunt/lock", None, 404, "not_found", None),
        ("POST", "/v1/shifts", {**SHIFT, "qualification": "急救"}, 422, "malformed", "qualification"),
    ],
)
def test_bad_input(
    api: Any, school: School, method: str, path: str, body: Any, status: int, code: str, field: str | None
) -> None:
    with nothing_changes(api):
        problem = refused(
            api.call(method, school.fill(path), by="officer", json=school.fill(body)), status, code
        )
    assert problem.get("field") == field
