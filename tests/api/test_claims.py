"""Claims and objections over HTTP: filed by a volunteer, decided by others, and every bad request refused."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.story import School, done, found_school, nothing_changes, refused

MORNING = {
    "starts_at": "2026-12-02T09:00:00+08:00",
    "ends_at": "2026-12-02T11:00:00+08:00",
    "what": "清理楼道",
    "place": "三号楼",
    "evidence": "群里有照片",
}
AFTERNOON = MORNING | {"starts_at": "2026-12-02T13:00:00+08:00", "ends_at": "2026-12-02T22:00:00+08:00"}


@pytest.fixture(scope="module")
def school(api: Any) -> School:
    return found_school(api)


def test_a_claim_is_filed_reviewed_shortened_and_objected_to(api: Any, school: School) -> None:
    filed = done(api.call("POST", f"/v1/people/{school.aunt}/claims", by="aunt", json=MORNING), 201)
    assert (filed["state"], filed["civil_date"], filed["late"]) == ("pending", "2026-12-02", False)
    listed = done(api.call("GET", "/v1/claims?state=pending&month=2026-12", by="leader"))
    assert [one["id"] for one in listed["items"]] == [filed["id"]]
    path = f"/v1/claims/{filed['id']}"
    review = done(api.call("GET", path, by="leader"))
    assert review["approved_whole"] == {
        "minutes": 120, "day_minutes": 120, "limit": None, "decider": "leader",
    }  # fmt: skip
    body = {"minutes": 90, "reason": "照片显示十点半结束"}
    shortened = done(api.call("POST", f"{path}/shorten", by="leader", json=body))
    assert (shortened["state"], shortened["credited_minutes"]) == ("approved", 90)
    for verb in ("approve", "withdraw"):
        by = "aunt" if verb == "withdraw" else "coordinator"
        refused(api.call("POST", f"{path}/{verb}", by=by), 409, "claim_decided")
    entry = f"/v1/hours/entries/{shortened['entry_id']}/objections"
    objection = done(api.call("POST", entry, by="aunt", json={"text": "到十一点才结束"}), 201)
    assert (objection["due"], objection["overdue"]) == ("2026-12-17", False)
    refused(api.call("POST", entry, by="aunt", json={"text": "到十一点才结束"}), 409, "objection_open")
    answer = f"/v1/objections/{objection['id']}/correct"
    done(api.call("POST", answer, by="coordinator", json={"minutes": 120, "reason": "楼长证实"}))
    explain = {"reason": "已更正"}
    refused(
        api.call("POST", answer.replace("correct", "explain"), by="officer", json=explain),
        409,
        "objection_settled",
    )
    own = done(api.call("GET", f"/v1/people/{school.aunt}/claims", by="aunt"))["items"]
    assert [(one["minutes"], one["credited_minutes"], one["decision"]) for one in own] == [
        (90, 120, "照片显示十点半结束")
    ]
    [seen] = done(api.call("GET", entry, by="aunt"))["items"]
    assert (seen["state"], seen["corrected_minutes"], seen["answer"]) == ("corrected", 120, "楼长证实")
    balance = done(api.call("GET", f"/v1/people/{school.aunt}/hours", by="aunt"))
    assert balance["service_minutes"] == 120


def test_a_long_day_says_who_is_needed(api: Any, school: School) -> None:
    filed = done(api.call("POST", f"/v1/people/{school.uncle}/claims", by="leader", json=AFTERNOON), 201)
    path = f"/v1/claims/{filed['id']}/approve"
    with nothing_changes(api):
        refused(api.call("POST", path, by="leader"), 422, "own_hours")
    done(api.call("POST", path, by="coordinator"))
    night = AFTERNOON | {"starts_at": "2026-12-02T08:00:00+08:00", "ends_at": "2026-12-02T12:00:00+08:00"}
    filed = done(api.call("POST", f"/v1/people/{school.uncle}/claims", by="officer", json=night), 201)
    path = f"/v1/claims/{filed['id']}"
    with nothing_changes(api):
        problem = refused(api.call("POST", f"{path}/approve", by="coordinator"), 403, "office_needed")
        assert (problem["minutes"], problem["limit"]) == (780, 720)
        refused(api.call("POST", f"{path}/approve", by="officer"), 422, "own_hours")
        body = {"minutes": 150, "reason": "核减"}
        refused(api.call("POST", f"{path}/shorten", by="leader", json=body), 403, "coordinator_needed")


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"ends_at": "2026-12-02T09:00:00+08:00"}, 422, "span_invalid"),
        ({"ends_at": "2026-12-03T01:00:00+08:00"}, 422, "over_midnight"),
        ({"ends_at": "2026-12-02T09:00:30+08:00"}, 422, "malformed"),
        (
            {"starts_at": "2026-12-03T11:00:00+08:00", "ends_at": "2026-12-03T13:00:00+08:00"},
            422,
            "claim_too_early",
        ),
        (
            {"starts_at": "2025-12-01T09:00:00+08:00", "ends_at": "2025-12-01T10:00:00+08:00"},
            422,
            "claim_too_old",
        ),
        (
            {"starts_at": "0001-01-01T00:00:00+08:00", "ends_at": "0001-01-01T01:00:00+08:00"},
            400,
            "invalid_request",
        ),
        (
            {"starts_at": "9999-12-31T22:00:00-08:00", "ends_at": "9999-12-31T23:00:00-08:00"},
            400,
            "invalid_request",
        ),
        ({"starts_at": "2026-12-02T09:00:00"}, 400, "invalid_request"),
        ({"kind": "paid_duty"}, 422, "malformed"),
        ({"kind": "holiday"}, 400, "invalid_request"),
        ({"minutes": 120}, 400, "invalid_request"),
        ({"evidence": "证\u0000据"}, 422, "malformed"),
        ({"team_id": 999}, 422, "not_of_team"),
        ({"site_id": 999, "place": ""}, 404, "not_found"),
        ({"programme_id": 999}, 404, "not_found"),
    ],
    ids=str,
)
def test_what_cannot_be_claimed(
    api: Any, school: School, wrong: dict[str, Any], status: int, code: str
) -> None:
    with nothing_changes(api):
        answer = api.call("POST", f"/v1/people/{school.leader}/claims", by="leader", json=MORNING | wrong)
        refused(answer, status, code)


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/claims?month=2026-13", 422, "month_invalid"),
        ("/v1/claims?state=lost", 400, "invalid_request"),
        ("/v1/claims?in_state=pending", 400, "invalid_request"),
        ("/v1/claims/999", 404, "not_found"),
        ("/v1/objections?month=2026", 422, "month_invalid"),
        ("/v1/objections?state=lost", 400, "invalid_request"),
        ("/v1/people/999/claims", 404, "not_found"),
        ("/v1/people/999/objections", 404, "not_found"),
        ("/v1/hours/entries/999/objections", 404, "not_found"),
    ],
)
def test_bad_questions(api: Any, school: School, path: str, status: int, code: str) -> None:
    refused(api.call("GET", path, by="officer"), status, code)
