"""Attendance as hours: a person's ledger, corrections, what is overdue, and the office's tally."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.api.story import (
    MONDAY,
    MONDAY_EVENING,
    School,
    assign,
    done,
    found_school,
    nothing_changes,
    plan_next_week,
    publish,
    refused,
)

DECEMBER = {"first": "2026-12-01", "last": "2026-12-31"}


@pytest.fixture(scope="module")
def school(api: Any) -> School:
    """It is Monday evening: the aunt and the salaried uncle served, the leader is not marked yet."""
    school = found_school(api)
    grid = {"community_id": school.community, "code": "FX01-03", "name": "第三网格"}
    post = {
        "person_id": school.uncle,
        "role": "recruited_grid_worker",
        "community_id": school.community,
        "grid_id": done(api.call("POST", "/v1/grids", by="officer", json=grid), 201)["id"],
        "salaried": True,
        "since": "2026-03-01",
    }
    done(api.call("POST", "/v1/grid-posts", by="coordinator", json=post), 201)
    monday = plan_next_week(api, school)[0]
    for person in (school.aunt, school.uncle):
        done(assign(api, monday, person), 201)
    afternoon = {
        "programme_id": school.programme,
        "site_id": school.site,
        "starts_at": "2026-12-07T15:00:00+08:00",
        "ends_at": "2026-12-07T16:00:00+08:00",
        "minimum": 1,
        "maximum": 1,
    }
    afternoon = done(api.call("POST", "/v1/shifts", by="leader", json=afternoon), 201)
    done(assign(api, afternoon["id"], school.leader), 201)
    done(publish(api, school))
    api.office.clock = lambda: datetime.fromisoformat(MONDAY_EVENING)
    done(api.call("POST", f"/v1/shifts/{monday}/attendance/all", by="leader"))
    return school


def test_service_and_paid_duty_stay_apart(api: Any, school: School) -> None:
    aunt = done(api.call("GET", f"/v1/people/{school.aunt}/hours", by="aunt"))
    assert (aunt["service_minutes"], aunt["paid_duty_minutes"], aunt["stars"]) == (60, 0, 0)
    uncle = done(api.call("GET", f"/v1/people/{school.uncle}/hours", by="officer", params=DECEMBER))
    assert (uncle["service_minutes"], uncle["paid_duty_minutes"]) == (0, 60)
    before = {"first": "2026-11-01", "last": "2026-11-30"}
    november = done(api.call("GET", f"/v1/people/{school.aunt}/hours", by="aunt", params=before))
    assert november["service_minutes"] == 0


@pytest.mark.parametrize(
    ("by", "key"),
    [("team", "team"), ("programme", "programme"), ("community", "community"), ("person", "aunt")],
)
def test_the_tally_is_the_same_by_every_way(api: Any, school: School, by: str, key: str) -> None:
    asked = {**DECEMBER, "by": by, "period": "week", "community_id": school.community}
    tally = done(api.call("GET", "/v1/tally", by="officer", params=asked))
    assert (tally["service_minutes"], tally["paid_duty_minutes"], tally["people"]) == (60, 60, 1)
    row = tally["rows"][0]
    assert (row["key"], row["period"], row["service_minutes"]) == (getattr(school, key), "2026-W50", 60)


def test_progress_towards_two_hours_a_week(api: Any, school: School) -> None:
    path = f"/v1/people/{school.aunt}/progress?first={MONDAY}&last={MONDAY}"
    week = done(api.call("GET", path, by="aunt"))["weeks"][0]
    assert week == {"week": "2026-W50", "minutes": 60, "target": 120, "reached": False, "excused": None}


def test_what_is_still_to_be_recorded(api: Any, school: School) -> None:
    overdue = done(api.call("GET", "/v1/hours/overdue", by="leader", params={"team_id": school.team}))
    assert [(one["person_id"], one["due"], one["overdue"]) for one in overdue["items"]] == [
        (school.leader, "2026-12-21", False)
    ]
    assert done(api.call("GET", "/v1/hours/overdue?site_id=999", by="leader"))["total"] == 0
    assert done(api.call("GET", "/v1/hours/overdue", by="neighbour"))["total"] == 0
    refused(api.call("GET", "/v1/hours/overdue", by="aunt"), 403, "not_allowed")


def test_bad_corrections(api: Any, school: School) -> None:
    path = f"/v1/hours/entries/{entry_of(api, school.aunt)['id']}/correct"
    with nothing_changes(api):
        for minutes in (-1, 1441):
            body = {"minutes": minutes, "reason": "更正"}
            problem = refused(api.call("POST", path, by="officer", json=body), 422, "malformed")
            assert problem["field"] == "minutes"
        for reason in ("", "长" * 201, "更\u0000正"):
            body = {"minutes": 30, "reason": reason}
            problem = refused(api.call("POST", path, by="officer", json=body), 422, "malformed")
            assert problem["field"] == "reason"
        body = {"minutes": 30.5, "reason": "更正"}
        refused(api.call("POST", path, by="officer", json=body), 400, "invalid_request")
        right = {"minutes": 30, "reason": "更正"}
        refused(api.call("POST", "/v1/hours/entries/999/correct", by="officer", json=right), 404, "not_found")
        for by in ("leader", "aunt", "neighbour"):
            refused(api.call("POST", path, by=by, json=right), 403, "not_allowed")


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/people/999/hours", 404, "not_found"),
        ("/v1/people/$aunt/hours?first=2026-12-02&last=2026-12-01", 422, "malformed"),
        ("/v1/people/$aunt/hours/entries?first=2026-12-02&last=2026-12-01", 422, "malformed"),
        ("/v1/people/$aunt/hours/entries?first=gestern", 400, "invalid_request"),
        ("/v1/people/$aunt/progress?first=2026-12-07&last=2026-12-06", 422, "malformed"),
        ("/v1/people/$aunt/progress?first=2020-12-07&last=2026-12-06", 422, "malformed"),
        ("/v1/tally?by=team&first=2026-12-02&last=2026-12-01", 422, "malformed"),
        ("/v1/tally?by=team&first=2020-12-02&last=2026-12-01", 422, "malformed"),
        ("/v1/tally?by=colour&first=2026-12-01&last=2026-12-01", 400, "invalid_request"),
        ("/v1/tally?first=2026-12-01&last=2026-12-01", 400, "invalid_request"),
        ("/v1/tally?by=team&first=2026-12-01&last=2026-12-01&period=hour", 400, "invalid_request"),
    ],
)
def test_bad_questions(api: Any, school: School, path: str, status: int, code: str) -> None:
    refused(api.call("GET", school.fill(path), by="officer"), status, code)


def test_hours_are_seen_by_who_may(api: Any, school: School) -> None:
    for what in ("hours", "hours/entries", f"progress?first={MONDAY}&last={MONDAY}"):
        path = f"/v1/people/{school.aunt}/{what}"
        for by in ("aunt", "leader", "coordinator", "officer"):
            done(api.call("GET", path, by=by))
        for by in ("volunteer", "neighbour"):
            refused(api.call("GET", path, by=by), 403, "not_allowed")
    asked = {**DECEMBER, "by": "person"}
    refused(api.call("GET", "/v1/tally", by="aunt", params=asked), 403, "not_allowed")
    assert done(api.call("GET", "/v1/tally", by="neighbour", params=asked))["rows"] == []


def test_a_correction_keeps_both(api: Any, school: School) -> None:
    entry = entry_of(api, school.aunt)
    path = f"/v1/hours/entries/{entry['id']}/correct"
    body = {"minutes": 45, "reason": "提前离开"}
    renewed = done(api.call("POST", path, by="coordinator", json=body))
    assert (renewed["minutes"], renewed["reason"]) == (45, "提前离开")
    entries = done(api.call("GET", f"/v1/people/{school.aunt}/hours/entries", by="aunt"))["items"]
    assert [(one["minutes"], one["reverses_id"]) for one in entries] == [
        (45, None), (-60, entry["id"]), (60, None)
    ]  # fmt: skip
    balance = done(api.call("GET", f"/v1/people/{school.aunt}/hours", by="aunt"))
    assert balance["service_minutes"] == 45
    refused(api.call("POST", path, by="coordinator", json=body), 409, "already_reversed")
    page = done(api.call("GET", f"/v1/people/{school.aunt}/hours/entries?limit=1&offset=2", by="aunt"))
    assert (page["total"], [one["id"] for one in page["items"]]) == (3, [entry["id"]])


def entry_of(api: Any, person: int) -> dict[str, Any]:
    entries = done(api.call("GET", f"/v1/people/{person}/hours/entries", by="officer"))["items"]
    first: dict[str, Any] = entries[-1]
    return first
