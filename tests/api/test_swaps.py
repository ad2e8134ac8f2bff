"""A published week changes hands through the API: somebody cannot come, shifts are swapped and taken."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.story import (
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

WEEK = f"/v1/programmes/$programme/sites/$site/weeks/{NEXT_WEEK}"
ALONE = {"minimum": 1, "maximum": 1, "leads": 0}


@pytest.fixture(scope="module")
def school(api: Any) -> School:
    school = found_school(api)
    token = api.call("POST", f"/v1/people/{school.uncle}/tokens", by="officer", json={"label": "手机"})
    api.secrets["uncle"] = done(token, 201)["secret"]
    return school


@pytest.fixture(scope="module")
def shifts(api: Any, school: School) -> list[int]:
    """A published week: the aunt serves on Monday, the uncle on Tuesday, one person a day."""
    found = plan_next_week(api, school)
    for shift in found:
        done(api.call("PATCH", f"/v1/shifts/{shift}", by="leader", json=ALONE))
    for shift, person in zip(found, (school.aunt, school.uncle), strict=False):
        done(assign(api, shift, person), 201)
    done(publish(api, school))
    return found


def people_on(api: Any, school: School) -> list[list[int]]:
    """Who is on the week's shifts."""
    coverage = f"/v1/programmes/{school.programme}/weeks/{NEXT_WEEK}/coverage"
    week = done(api.call("GET", coverage, by="leader"))
    return [[one["person_id"] for one in shift["people"]] for shift in week["shifts"]]


def test_a_week_changes_hands(api: Any, school: School, shifts: list[int]) -> None:
    monday, tuesday, wednesday, *_ = shifts
    # The aunt and the uncle swap.
    wish = {"to_person_id": school.uncle, "return_shift_id": tuesday, "note": "周一有事"}
    offered = done(api.call("POST", f"/v1/shifts/{monday}/offers", by="aunt", json=wish), 201)
    assert (offered["status"], offered["asked"], offered["returned_shift_id"]) == ("open", "陈叔叔", tuesday)
    refused(api.call("POST", f"/v1/shifts/{monday}/offers", by="aunt", json=wish), 409, "already_offered")
    [seen] = done(api.call("GET", f"/v1/people/{school.uncle}/offers", by="uncle"))["items"]
    assert (seen["id"], seen["giver"], seen["note"]) == (offered["id"], "王阿姨", "周一有事")
    accept = f"/v1/offers/{offered['id']}/accept"
    refused(api.call("POST", accept, by="leader", json={}), 422, "not_asked")
    assert done(api.call("POST", accept, by="uncle", json={}))["status"] == "done"
    refused(api.call("POST", accept, by="uncle", json={}), 409, "offer_over")
    assert people_on(api, school)[:2] == [[school.uncle], [school.aunt]]

    # The leader takes an open shift, the aunt waits for it, the leader cannot come.
    free = {"first": "2026-12-07", "last": "2026-12-13"}
    seen = done(api.call("GET", f"/v1/people/{school.aunt}/open-shifts", by="aunt", params=free))
    assert [one["shift_id"] for one in seen] == shifts[2:]
    place = f"/v1/shifts/{wednesday}"
    taken = done(api.call("POST", f"{place}/take", by="leader", json={}), 201)
    assert (taken["status"], taken["person_id"]) == ("promised", school.leader)
    assert taken["confirmed_at"] is not None
    refused(api.call("POST", f"{place}/take", by="aunt", json={}), 422, "shift_full")
    assert done(api.call("POST", f"{place}/wait", by="aunt", json={}), 201)["place"] == 1
    [waits] = done(api.call("GET", f"{place}/wait", by="leader"))
    assert (waits["person_id"], waits["name"]) == (school.aunt, "王阿姨")
    gone = done(api.call("POST", f"{place}/cannot-come", by="leader", json={"reason": "孩子发烧"}))
    assert (gone["replaced"], people_on(api, school)[2]) == (True, [school.aunt])

    # The uncle cannot come either: nobody waits, and the leader reads whom to ask, not why.
    gone = done(api.call("POST", f"/v1/shifts/{monday}/cannot-come", by="uncle", json={"reason": "手术"}))
    assert (gone["replaced"], gone["leaders_told"]) == (False, 1)
    notices = done(api.call("GET", "/v1/notices", by="leader", params={"limit": 500}))["items"]
    [gap] = [one["text"] for one in notices if one["kind"] == "gap" and "陈叔叔" in one["text"]]
    assert "现缺 1 人。可替班：" in gap
    assert "手术" not in str(notices)
    [substitute, *_] = done(api.call("GET", f"/v1/shifts/{monday}/substitutes", by="leader"))["people"]
    assert substitute["name"] in gap
    own = f"/v1/people/{school.uncle}/drop-outs"
    assert [
        done(api.call("GET", own, by=by))["items"][0]["reason"] for by in ("uncle", "leader", "officer")
    ] == ["手术", None, None]

    # Of each change there is a version, and it is known who was told.
    found = done(api.call("GET", school.fill(f"{WEEK}/versions"), by="leader"))["items"]
    assert [one["cause"] for one in found[::-1]] == [
        "published",
        "handed_over",
        "taken",
        "cannot_come",
        "cannot_come",
    ]
    newest, first = found[0]["id"], found[-1]["id"]
    version = done(api.call("GET", f"/v1/roster-versions/{found[3]['id']}", by="leader"))
    assert {one["person"]["name"] for one in version["told"]} == {"王阿姨", "陈叔叔"}
    changes = f"/v1/roster-versions/{newest}/changes?since={first}"
    compared = done(api.call("GET", changes, by="leader"))
    assert [(one["shift_id"], one["person"]["name"]) for one in compared["came"]] == [
        (tuesday, "王阿姨"),
        (wednesday, "王阿姨"),
    ]

    confirmed = done(api.call("POST", f"/v1/shifts/{tuesday}/confirm", by="aunt", json={}))
    listed = done(api.call("GET", school.fill(f"{WEEK}/confirmations"), by="leader"))
    assert [one["confirmed_at"] for one in listed if one["shift_id"] == tuesday] == [
        confirmed["confirmed_at"]
    ]


def test_with_approval_the_leader_has_the_last_word(api: Any, school: School, shifts: list[int]) -> None:
    thursday = shifts[3]
    rules = f"/v1/programmes/{school.programme}/roster-rules"
    done(api.call("PUT", rules, by="leader", json={"swaps_need_approval": True}))
    done(assign(api, thursday, school.aunt), 201)
    for verb, body, end in (("refuse", {"reason": "须有带班"}, "declined"), ("approve", None, "done")):
        offered = done(api.call("POST", f"/v1/shifts/{thursday}/offers", by="aunt", json={}), 201)
        path = f"/v1/offers/{offered['id']}"
        assert done(api.call("POST", f"{path}/accept", by="uncle", json={}))["status"] == "accepted"
        listed = done(api.call("GET", f"/v1/teams/{school.team}/offers", by="leader"))["items"]
        assert [one["id"] for one in listed] == [offered["id"]]
        refused(api.call("POST", f"{path}/approve", by="aunt"), 403, "not_allowed")
        assert done(api.call("POST", f"{path}/{verb}", by="leader", json=body))["status"] == end
    assert people_on(api, school)[3] == [school.uncle]
    done(api.call("PUT", rules, by="leader", json={}))


LONG = "长" * 201


@pytest.fixture(scope="module")
def ids(api: Any, school: School, shifts: list[int]) -> dict[str, int]:
    """A published shift with the aunt on it, and a draft."""
    draft = {
        "programme_id": school.programme,
        "site_id": school.site,
        "starts_at": "2026-12-19T09:00:00+08:00",
        "ends_at": "2026-12-19T10:00:00+08:00",
        "minimum": 1,
        "maximum": 1,
    }
    done(assign(api, shifts[4], school.aunt), 201)
    return {
        "shift": shifts[4],
        "draft": done(api.call("POST", "/v1/shifts", by="leader", json=draft), 201)["id"],
    }


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "field"),
    [
        ("/v1/shifts/999/cannot-come", {}, 404, "not_found", None),
        ("/v1/shifts/$shift/cannot-come", {"person_id": 999}, 404, "not_found", None),
        ("/v1/shifts/$shift/cannot-come", {"person_id": "$leader"}, 404, "not_found", None),
        ("/v1/shifts/$shift/cannot-come", {"person_id": 0}, 400, "invalid_request", "person_id"),
        ("/v1/shifts/$shift/cannot-come", {"person_id": "$aunt", "reason": LONG}, 422, "malformed", "reason"),
        ("/v1/shifts/$shift/cannot-come", {"why": "病"}, 400, "invalid_request", "why"),
        ("/v1/shifts/$shift/confirm", {"person_id": "$leader"}, 404, "not_found", None),
        ("/v1/shifts/$draft/confirm", {"person_id": "$aunt"}, 409, "shift_not_published", None),
        ("/v1/shifts/$draft/offers", {"person_id": "$aunt"}, 409, "shift_not_published", None),
        ("/v1/shifts/$shift/offers", {"person_id": "$aunt", "note": LONG}, 422, "malformed", "note"),
        (
            "/v1/shifts/$shift/offers",
            {"person_id": "$aunt", "to_person_id": "$aunt"},
            422,
            "malformed",
            "to_person_id",
        ),
        (
            "/v1/shifts/$shift/offers",
            {"person_id": "$aunt", "return_shift_id": "$draft"},
            422,
            "malformed",
            "return_shift_id",
        ),
        (
            "/v1/shifts/$shift/offers",
            {"person_id": "$aunt", "to_person_id": "$uncle", "return_shift_id": 999},
            404,
            "not_found",
            None,
        ),
        ("/v1/offers/999/accept", {}, 404, "not_found", None),
        ("/v1/offers/999/decline", {}, 404, "not_found", None),
        ("/v1/offers/999/withdraw", None, 404, "not_found", None),
        ("/v1/offers/999/approve", None, 404, "not_found", None),
        ("/v1/offers/999/refuse", {"reason": "不行"}, 404, "not_found", None),
        ("/v1/offers/999/refuse", {}, 400, "invalid_request", "reason"),
        ("/v1/shifts/999/take", {}, 404, "not_found", None),
        ("/v1/shifts/$draft/take", {}, 409, "shift_not_published", None),
        ("/v1/shifts/$draft/wait", {}, 409, "shift_not_published", None),
        ("/v1/shifts/$shift/wait", {"person_id": "$aunt"}, 409, "already_committed", None),
        ("/v1/shifts/$shift/wait/leave", {}, 409, "not_waiting", None),
        ("/v1/shifts/$shift/take", {"person_id": "1"}, 400, "invalid_request", "person_id"),
    ],
)
def test_bad_input(
    api: Any,
    school: School,
    shifts: list[int],
    ids: dict[str, int],
    path: str,
    body: Any,
    status: int,
    code: str,
    field: str | None,
) -> None:
    for name, value in ids.items():
        path = path.replace(f"${name}/", f"{value}/")
    if body is not None:
        body = {key: ids.get(str(value)[1:], value) for key, value in body.items()}
    with nothing_changes(api):
        problem = refused(
            api.call("POST", school.fill(path), by="leader", json=school.fill(body)), status, code
        )
    assert problem.get("field") == field


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/shifts/999/substitutes", 404, "not_found"),
        ("/v1/shifts/999/wait", 404, "not_found"),
        ("/v1/people/999/offers", 404, "not_found"),
        ("/v1/people/$aunt/offers?pending_only=maybe", 400, "invalid_request"),
        ("/v1/people/$aunt/open-shifts?first=2026-12-07", 400, "invalid_request"),
        ("/v1/people/$aunt/open-shifts?first=2026-12-07&last=2026-12-06", 422, "span_invalid"),
        ("/v1/people/$aunt/open-shifts?first=2026-12-07&last=2027-12-06", 422, "malformed"),
        ("/v1/people/999/waits", 404, "not_found"),
        ("/v1/people/999/drop-outs", 404, "not_found"),
        ("/v1/teams/999/offers", 404, "not_found"),
        ("/v1/programmes/$programme/sites/$site/weeks/2026-W54/versions", 422, "week_invalid"),
        ("/v1/programmes/$programme/sites/999/weeks/2026-W50/versions", 404, "not_found"),
        ("/v1/programmes/$programme/sites/$site/weeks/50/confirmations", 422, "week_invalid"),
        ("/v1/roster-versions/999", 404, "not_found"),
        ("/v1/roster-versions/999/changes?since=1", 404, "not_found"),
        ("/v1/roster-versions/1/changes", 400, "invalid_request"),
    ],
)
def test_bad_questions(api: Any, school: School, path: str, status: int, code: str) -> None:
    refused(api.call("GET", school.fill(path), by="officer"), status, code)
