"""People, who answers for them, teams, the grid team and programmes through the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.story import School, done, found_school, nothing_changes, refused


@pytest.fixture(scope="module")
def school(api: Any) -> School:
    return found_school(api)


def register(api: Any, name: str, **more: Any) -> dict[str, Any]:
    body = {"name": name, "community_id": api.community_id, **more}
    made: dict[str, Any] = done(api.call("POST", "/v1/people", by="coordinator", json=body), 201)
    return made


def test_a_person_is_registered_found_and_corrected(api: Any) -> None:
    made = register(api, "单雄", phone="+86 139-0000-1234", birth_date="1990-02-03", code="V0900")
    assert (made["phone"], made["code"], made["qualifications"]) == ("13900001234", "V0900", [])
    path = f"/v1/people/{made['id']}"
    # 单 as a surname is read shàn; the list masks.
    for typed in ("单雄", "shanxiong", "sx", "v0900", "1234"):
        found = done(api.call("GET", "/v1/people", by="coordinator", params={"q": typed}))
        assert [(one["id"], one["name"], one["phone"]) for one in found["items"]] == [
            (made["id"], "单*", "139****1234")
        ]
    assert done(api.call("GET", "/v1/people?q=sx", by="neighbour"))["total"] == 0
    corrected = done(api.call("PATCH", path, by="coordinator", json={"name": "单雄信"}))
    assert (corrected["name"], corrected["phone"]) == ("单雄信", "13900001234")
    assert done(api.call("GET", path, by="officer")) == corrected

    token = api.call("POST", f"{path}/tokens", by="officer", json={"label": "手机"})
    api.secrets["self"] = done(token, 201)["secret"]
    assert done(api.call("PATCH", path, by="self", json={"phone": "13911112222"}))["phone"] == "13911112222"
    refused(api.call("PATCH", path, by="self", json={"name": "别人"}), 403, "not_allowed")

    done(api.call("POST", f"{path}/leave-office", by="coordinator", json={"on": "2026-12-01"}))
    assert done(api.call("GET", "/v1/people?q=V0900", by="officer"))["total"] == 0
    assert done(api.call("GET", "/v1/people?q=V0900&with_left=true", by="officer"))["total"] == 1


def test_a_minor_and_their_guardian(api: Any) -> None:
    child = register(api, "王小义", birth_date="2014-06-01")["id"]
    mother = register(api, "王妈妈", birth_date="1985-06-01")["id"]
    token = api.call("POST", f"/v1/people/{mother}/tokens", by="officer", json={"label": "手机"})
    api.secrets["mother"] = done(token, 201)["secret"]
    path = f"/v1/people/{child}"
    refused(api.call("GET", path, by="mother"), 403, "not_allowed")
    link = {"guardian_id": mother, "relation": "母亲", "valid_from": "2026-09-01"}
    done(api.call("POST", f"{path}/guardians", by="coordinator", json=link), 204)
    assert [one["relation"] for one in done(api.call("GET", path, by="mother"))["guardians"]] == ["母亲"]
    consent = {"guardian_id": mother, "valid_from": "2026-12-01", "valid_to": "2027-06-30"}
    given = done(api.call("POST", f"{path}/consents", by="mother", json=consent), 201)
    assert given["withdrawn_at"] is None
    withdrawn = done(api.call("POST", f"/v1/consents/{given['id']}/withdraw", by="mother"))
    assert withdrawn.pop("cancelled_signups") == []
    assert done(api.call("GET", f"{path}/consents", by="mother"))["items"] == [withdrawn]
    refused(api.call("POST", f"/v1/consents/{given['id']}/withdraw", by="mother"), 409, "already_withdrawn")
    for by in ("volunteer", "neighbour"):
        refused(api.call("GET", f"{path}/consents", by=by), 403, "not_allowed")
    swapped = {**link, "guardian_id": child}
    with nothing_changes(api):
        answer = api.call("POST", f"/v1/people/{mother}/guardians", by="coordinator", json=swapped)
        refused(answer, 422, "guardian_unfit")
        unlinked = {**consent, "guardian_id": child}
        refused(api.call("POST", f"{path}/consents", by="coordinator", json=unlinked), 422, "not_guardian")


def test_vouching_and_leave(api: Any, school: School) -> None:
    path = f"/v1/people/{school.aunt}"
    aunt = done(api.call("GET", path, by="aunt"))
    assert aunt["record_check"] == {"checked_on": "2026-09-01", "result": "clear"}
    assert aunt["qualifications"] == [
        {"kind": "trained_lead", "valid_from": "2026-09-01", "expires_on": None}
    ]
    leave = {"first_day": "2026-12-14", "last_day": "2026-12-18", "reason": "家里有事"}
    taken = done(api.call("POST", f"{path}/leave", by="aunt", json=leave), 201)
    assert "reason" not in taken
    assert done(api.call("GET", f"{path}/leave", by="coordinator"))["items"] == [taken]
    withdrawn = done(api.call("POST", f"/v1/leave/{taken['id']}/withdraw", by="aunt"))
    assert withdrawn["withdrawn_at"] is not None
    refused(api.call("POST", f"/v1/leave/{taken['id']}/withdraw", by="aunt"), 409, "already_withdrawn")
    refused(api.call("GET", f"{path}/leave", by="volunteer"), 403, "not_allowed")


def test_a_team_its_members_and_its_leader(api: Any, school: School) -> None:
    path = f"/v1/teams/{school.team}"
    members = done(api.call("GET", f"{path}/members", by="leader"))
    assert {one["name"] for one in members["items"]} == {"李队长", "王阿姨", "陈叔叔"}
    assert [one["leads"] for one in members["items"]] == [True, False, False]
    assert members["items"][0]["person_id"] == school.leader
    found = done(api.call("GET", f"{path}/members?q=way", by="leader"))
    assert [one["person_id"] for one in found["items"]] == [school.aunt]
    changed = done(api.call("PATCH", path, by="officer", json={"purpose": "照看孩子"}))
    assert (changed["name"], changed["purpose"]) == ("全职太太俱乐部", "照看孩子")
    assert done(api.call("GET", "/v1/teams", by="volunteer"))["items"] == [changed]
    assert done(api.call("GET", "/v1/teams?community_id=999", by="volunteer"))["total"] == 0

    me = done(api.call("GET", "/v1/me", by="volunteer"))["person_id"]
    joining = {"person_id": me, "on": "2026-12-03"}
    done(api.call("POST", f"{path}/members", by="volunteer", json=joining), 204)
    refused(api.call("POST", f"{path}/members", by="volunteer", json=joining), 409, "already_member")
    assert done(api.call("GET", f"{path}/members?day=2026-12-02", by="leader"))["total"] == 3
    assert done(api.call("GET", f"{path}/members", by="leader"))["total"] == 4
    done(api.call("POST", f"{path}/members/{me}/quit", by="volunteer", json={"on": "2026-12-03"}), 204)
    assert done(api.call("GET", f"{path}/members", by="leader"))["total"] == 3

    with nothing_changes(api):
        for by in ("aunt", "volunteer", "neighbour"):
            refused(api.call("GET", f"{path}/members", by=by), 403, "not_allowed")
        others = {"person_id": school.uncle, "on": "2026-12-03"}
        refused(api.call("POST", f"{path}/members", by="aunt", json=others), 403, "not_allowed")
        appoint = f"{path}/members/{school.aunt}/appoint"
        refused(api.call("POST", appoint, by="leader", json={}), 403, "not_allowed")


def test_the_grid_team(api: Any, school: School) -> None:
    grid = {"community_id": school.community, "code": "FX01-07", "name": "第七网格"}
    grid_id = done(api.call("POST", "/v1/grids", by="officer", json=grid), 201)["id"]
    post = {
        "person_id": school.uncle,
        "role": "residents_group_leader",
        "community_id": school.community,
        "grid_id": grid_id,
        "salaried": False,
        "since": "2026-03-01",
    }
    with nothing_changes(api):
        salaried = {**post, "salaried": True}
        refused(api.call("POST", "/v1/grid-posts", by="coordinator", json=salaried), 422, "never_salaried")
        refused(api.call("POST", "/v1/grid-posts", by="neighbour", json=post), 403, "not_allowed")
        unknown = {**post, "role": "grid_leader"}
        refused(api.call("POST", "/v1/grid-posts", by="coordinator", json=unknown), 400, "invalid_request")
    held = done(api.call("POST", "/v1/grid-posts", by="coordinator", json=post), 201)
    assert (held["name"], held["until"]) == ("陈*", None)
    refused(api.call("POST", "/v1/grid-posts", by="coordinator", json=post), 422, "post_taken")
    relieve = f"/v1/grid-posts/{held['id']}/relieve"
    early = api.call("POST", relieve, by="coordinator", json={"until": "2026-02-01"})
    assert refused(early, 422, "malformed")["field"] == "until"
    done(api.call("POST", relieve, by="coordinator", json={"until": "2026-12-01"}), 204)
    asked = {"grid_id": grid_id, "community_id": school.community}
    assert done(api.call("GET", "/v1/grid-posts", by="volunteer", params=asked))["total"] == 0
    before = {**asked, "day": "2026-11-30"}
    assert done(api.call("GET", "/v1/grid-posts", by="volunteer", params=before))["total"] == 1


def test_programmes(api: Any, school: School) -> None:
    renamed = api.call(
        "PATCH", f"/v1/programmes/{school.programme}", by="officer", json={"name": "五点学堂（城西）"}
    )
    programme = done(renamed)
    assert (programme["name"], programme["day_rule"]) == ("五点学堂（城西）", "workdays")
    assert done(api.call("GET", "/v1/programmes", params={"team_id": school.team}))["items"] == [programme]
    assert done(api.call("GET", "/v1/programmes?team_id=999"))["total"] == 0


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "field"),
    [
        ("/v1/people", {"name": "王明", "phone": "12345"}, 422, "malformed", "phone"),
        ("/v1/people", {"name": "王明", "birth_date": "2026-12-04"}, 422, "malformed", "birth_date"),
        ("/v1/people", {"name": "王明", "birth_date": "1899-12-04"}, 422, "malformed", "birth_date"),
        ("/v1/people", {"name": "王明", "birth_date": "2026-02-30"}, 400, "invalid_request", "birth_date"),
        ("/v1/people", {"name": "王" * 61}, 422, "malformed", "name"),
        ("/v1/people", {"name": "王\u0000明"}, 422, "malformed", "name"),
        ("/v1/people", {"name": 5}, 400, "invalid_request", "name"),
        ("/v1/people", {}, 400, "invalid_request", "name"),
        ("/v1/people", {"name": "王明", "code": "号码"}, 422, "malformed", "code"),
        ("/v1/people", {"name": "王明", "community_id": 999}, 404, "not_found", None),
        ("/v1/people", {"name": "王明", "id_number": "46"}, 400, "invalid_request", "id_number"),
        ("/v1/people/999/leave-office", {"on": "2026-12-04"}, 404, "not_found", None),
        (
            "/v1/people/$aunt/qualifications",
            {"kind": "lead", "valid_from": "2026-12-04", "expires_on": "2026-12-03"},
            422,
            "malformed",
            "expires_on",
        ),
        (
            "/v1/people/$aunt/record-checks",
            {"checked_on": "2026-12-04", "result": "clear"},
            422,
            "malformed",
            "checked_on",
        ),
        (
            "/v1/people/$aunt/record-checks",
            {"checked_on": "2026-12-03", "result": "盗窃"},
            400,
            "invalid_request",
            "result",
        ),
        (
            "/v1/people/$aunt/leave",
            {"first_day": "2026-12-04", "last_day": "2026-12-03"},
            422,
            "malformed",
            "last_day",
        ),
        ("/v1/teams", {"code": "QZ", "name": "另一队"}, 409, "code_taken", None),
        ("/v1/teams", {"code": "Q\u0000", "name": "另一队"}, 422, "malformed", "code"),
        ("/v1/teams", {"code": "NEW", "name": "另一队", "community_id": 999}, 404, "not_found", None),
        ("/v1/teams/999/members", {"person_id": 1, "on": "2026-12-03"}, 404, "not_found", None),
        ("/v1/teams/$team/members", {"person_id": 999, "on": "2026-12-03"}, 404, "not_found", None),
        ("/v1/teams/$team/members/1/quit", {"on": "2026-12-03"}, 422, "not_member", None),
        ("/v1/teams/$team/members/$aunt/quit", {"on": "2026-08-31"}, 422, "malformed", "on"),
        ("/v1/teams/$team/members/1/appoint", {}, 422, "not_member", None),
        ("/v1/programmes", {"code": "WDXT", "name": "x", "day_rule": "workdays"}, 409, "code_taken", None),
        (
            "/v1/programmes",
            {"code": "P", "name": "x", "day_rule": "moon"},
            400,
            "invalid_request",
            "day_rule",
        ),
        (
            "/v1/programmes",
            {"code": "P", "name": "x", "day_rule": "both", "team_id": 999},
            404,
            "not_found",
            None,
        ),
        ("/v1/grid-posts/999/relieve", {"until": "2026-12-03"}, 404, "not_found", None),
    ],
)
def test_bad_input(
    api: Any, school: School, path: str, body: Any, status: int, code: str, field: str | None
) -> None:
    with nothing_changes(api):
        problem = refused(api.call("POST", school.fill(path), by="officer", json=body), status, code)
    assert problem.get("field") == field
    assert "12345" not in str(problem)


def test_bad_corrections(api: Any, school: School) -> None:
    path = f"/v1/people/{school.aunt}"
    with nothing_changes(api):
        for body, field in (({"phone": "abc"}, "phone"), ({"birth_date": "2027-01-01"}, "birth_date")):
            problem = refused(api.call("PATCH", path, by="officer", json=body), 422, "malformed")
            assert problem["field"] == field
        refused(api.call("PATCH", "/v1/people/999", by="officer", json={}), 404, "not_found")
        refused(api.call("PATCH", "/v1/teams/999", by="officer", json={}), 404, "not_found")


def test_somebody_elses_data(api: Any, school: School) -> None:
    path = f"/v1/people/{school.aunt}"
    with nothing_changes(api):
        for by in ("volunteer", "neighbour", "leader"):
            refused(api.call("GET", path, by=by), 403, "not_allowed")
            refused(api.call("PATCH", path, by=by, json={"phone": "13911112222"}), 403, "not_allowed")
            leave = {"first_day": "2026-12-14", "last_day": "2026-12-18"}
            refused(api.call("POST", f"{path}/leave", by=by, json=leave), 403, "not_allowed")
        refused(api.call("GET", "/v1/people", by="volunteer"), 403, "not_allowed")
        refused(api.call("POST", "/v1/people", by="volunteer", json={"name": "王明"}), 403, "not_allowed")
