"""Children through the API: registering, enrolling, who may take them home, and sheets of them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.care import CHILD, KIN, STRANGERS, add_child, authorise, enrol, staffed_school
from tests.api.story import School, done, newcomer, nothing_changes, person, refused
from volunteer_core.sheets.children import CHILDREN_COLUMNS


@pytest.fixture(scope="module")
def school(api: Any) -> School:
    return staffed_school(api)


@pytest.fixture
def child(api: Any, school: School) -> int:
    """A child of the community who comes on working days."""
    return add_child(api, school)


def test_guardian_and_coordinator_keep_the_list(api: Any, school: School, child: int) -> None:
    read = done(api.call("GET", f"/v1/children/{child}", by="妈妈"))
    assert [(one["person_id"], one["relation"]) for one in read["guardians"]] == [
        (person(api, "妈妈"), "母亲")
    ]
    assert child in [row["id"] for row in done(api.call("GET", "/v1/children?limit=500", by="妈妈"))["items"]]
    pickup = done(authorise(api, child, by="coordinator"), 201)["id"]
    refused(authorise(api, child), 409, "listed_already")
    withdrawn = done(api.call("POST", f"/v1/pickups/{pickup}/withdraw", by="妈妈"))
    assert withdrawn["withdrawn_at"] is not None
    refused(api.call("POST", f"/v1/pickups/{pickup}/withdraw", by="妈妈"), 409, "already_withdrawn")
    listed = done(api.call("GET", f"/v1/children/{child}/pickups", by="妈妈"))
    assert [one["id"] for one in listed["items"]] == [pickup]
    unlink = f"/v1/children/{child}/guardians/{person(api, '妈妈')}/unlink"
    assert done(api.call("POST", unlink, by="coordinator"))["guardians"] == []
    refused(api.call("GET", f"/v1/children/{child}", by="妈妈"), 403, "not_allowed")
    refused(api.call("POST", unlink, by="coordinator"), 404, "not_found")


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"birth_date": "2026-12-04"}, 422, "malformed", "birth_date"),
        ({"birth_date": "2008-12-03"}, 422, "malformed", "birth_date"),
        ({"birth_date": "2018-02-30"}, 400, "invalid_request", "birth_date"),
        ({"name": ""}, 422, "malformed", "name"),
        ({"name": "长" * 61}, 422, "malformed", "name"),
        ({"code": "有 空格"}, 422, "malformed", "code"),
        ({"community_id": "1"}, 400, "invalid_request", "community_id"),
        ({"school_class": "三（2）班"}, 400, "invalid_request", "school_class"),
        ({"community_id": 999}, 403, "not_allowed", None),
    ],
)
def test_bad_children(api: Any, school: School, body: Any, status: int, code: str, field: str | None) -> None:
    with nothing_changes(api):
        child = {"name": CHILD, "birth_date": "2018-03-04", "community_id": school.community, **body}
        problem = api.call("POST", "/v1/children", by="coordinator", json=child)
    assert refused(problem, status, code).get("field") == field
    assert CHILD not in problem.text


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"weekdays": "8"}, 422, "malformed", "weekdays"),
        ({"weekdays": "11"}, 422, "malformed", "weekdays"),
        ({"weekdays": ""}, 422, "malformed", "weekdays"),
        ({"weekdays": 12345}, 400, "invalid_request", "weekdays"),
        ({"weekdays": "6", "last_day": "2026-11-30"}, 422, "malformed", "last_day"),
        ({"weekdays": "56"}, 409, "enrolled_already", None),
        ({"weekdays": "6", "site_id": 999}, 404, "not_found", None),
        ({"weekdays": "6", "programme_id": 999}, 404, "not_found", None),
    ],
)
def test_bad_enrolments(
    api: Any, school: School, child: int, body: Any, status: int, code: str, field: str | None
) -> None:
    with nothing_changes(api):
        problem = refused(enrol(api, school, child, **body), status, code)
    assert problem.get("field") == field


def test_bad_pickups_and_guardians(api: Any, school: School, child: int) -> None:
    minor = newcomer(api, "哥哥", birth_date="2009-12-03")
    with nothing_changes(api):
        refused(authorise(api, child, "哥哥"), 422, "pickup_not_adult")
        backwards = authorise(api, child, valid_to="2026-11-30")
        assert refused(backwards, 422, "malformed")["field"] == "valid_to"
        refused(authorise(api, child, person_id=999), 404, "not_found")
        assert refused(authorise(api, child, relation=""), 422, "malformed")["field"] == "relation"
        # Nobody learns which children there are.
        refused(authorise(api, 999, by="coordinator"), 403, "not_allowed")
        path = f"/v1/children/{child}/guardians"
        for body, status, code in (
            ({"person_id": minor, "relation": "哥哥"}, 422, "guardian_unfit"),
            ({"person_id": 999, "relation": "母亲"}, 404, "not_found"),
            ({"person_id": 0, "relation": "母亲"}, 400, "invalid_request"),
        ):
            refused(api.call("POST", path, by="coordinator", json=body), status, code)
        ended = {"last_day": "2026-12-31"}
        refused(api.call("POST", "/v1/enrolments/999/end", by="coordinator", json=ended), 404, "not_found")


def test_the_audit_log_names_what_changed_and_not_the_child(api: Any, school: School, child: int) -> None:
    done(authorise(api, child), 201)
    for subject in ("children", "child_guardians", "enrolments", "pickup_authorisations"):
        log = api.call("GET", "/v1/audit", by="officer", params={"subject": subject, "limit": 500})
        assert done(log)["total"] > 0
        for private in (CHILD, KIN, "2018-03-04"):
            assert private not in log.text


def sheet(*rows: str) -> bytes:
    return "\n".join((",".join(CHILDREN_COLUMNS), *rows)).encode()


def import_children(api: Any, content: bytes, *, by: str) -> Any:
    return api.call("POST", "/v1/imports/children?file=儿童.csv", by=by, content=content)


def test_a_sheet_of_children_is_the_coordinators(api: Any, school: School) -> None:
    guardian = done(api.call("GET", f"/v1/people/{person(api, '奶奶')}", by="coordinator"))["code"]
    row = f"C901,{CHILD},2018-03-04,FX01-WD,WDXT,12345,2026-12-01,2027-01-22,{guardian},祖母,"
    for by in STRANGERS:
        with nothing_changes(api):
            problem = import_children(api, sheet(row), by=by)
            refused(problem, 403, "not_allowed")
            assert CHILD not in problem.text
    assert done(import_children(api, sheet(row), by="coordinator"))["added"] == 1
    assert done(import_children(api, sheet(row), by="coordinator"))["unchanged"] == 1
    # Who knows a code learns nothing by it: neither from the child's site nor from one of their own.
    site = {"community_id": 2, "code": "FX02-WD", "name": "滨江学堂"}
    done(api.call("POST", "/v1/sites", by="officer", json=site), 201)
    for known in (row, row.replace("FX01-WD", "FX02-WD")):
        with nothing_changes(api):
            refused(import_children(api, sheet(known), by="neighbour"), 403, "not_allowed")
    for by in ("officer", "leader", "volunteer"):  # before it is read
        refused(import_children(api, b"?", by=by), 403, "not_allowed")


def test_a_bad_sheet_names_every_place_and_loads_nothing(api: Any, school: School) -> None:
    guardian = done(api.call("GET", f"/v1/people/{person(api, '奶奶')}", by="coordinator"))["code"]
    good = f"C911,{CHILD},2018-03-04,FX01-WD,WDXT,12345,2026-12-01,2027-01-22,{guardian},祖母,"
    bad = f"C912,{CHILD},2018-13-04,FX09-WD,WDXT,12345,2026-12-01,2027-01-22,{guardian},祖母,"
    with nothing_changes(api):
        problem = refused(
            import_children(api, sheet(good, bad, "C913"), by="coordinator"), 422, "file_malformed"
        )
        assert [(one["line"], one["column"]) for one in problem["problems"]] == [
            (3, "birth_date"), (3, "site"), (4, None)
        ]  # fmt: skip
        refused(import_children(api, b"", by="coordinator"), 422, "file_malformed")
        refused(import_children(api, b"x" * 10_001, by="coordinator"), 413, "body_too_large")
