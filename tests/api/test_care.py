"""A day of the 五点学堂 through the API: a child comes, is handed over, and is nobody else's business."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from tests.api.care import CHILD, KIN, STRANGERS, add_child, authorise, enrol, open_session, staffed_school
from tests.api.story import MONDAY, School, done, nothing_changes, person, refused

AFTERNOON = datetime.fromisoformat("2026-12-07T17:05:00+08:00")
NEXT_DAY = datetime.fromisoformat("2026-12-08T09:00:00+08:00")


@pytest.fixture(scope="module")
def school(api: Any) -> School:
    return staffed_school(api)


@pytest.fixture
def child(api: Any, school: School) -> int:
    """A child of the community who comes on working days."""
    return add_child(api, school)


@pytest.fixture
def session(api: Any, school: School, monkeypatch: pytest.MonkeyPatch) -> int:
    """Monday's session: it is 17:05, and the aunt has opened it."""
    monkeypatch.setattr(api.office, "clock", lambda: AFTERNOON)
    found: int = done(open_session(api, school, by="aunt"))["id"]
    return found


def today(api: Any, child: int) -> dict[str, Any]:
    """What the mother sees of her child on Monday."""
    children = done(api.call("GET", f"/v1/children/today/{MONDAY}", by="妈妈"))
    found: dict[str, Any] = next(one for one in children if one["child_id"] == child)
    return found


def test_a_child_comes_and_goes_home_with_somebody_on_its_list(
    api: Any, school: School, child: int, session: int
) -> None:
    pickup = done(authorise(api, child), 201)
    assert pickup["name"] == "奶*"
    detail = done(api.call("GET", f"/v1/sessions/{session}", by="aunt"))
    seen = next(one for one in detail["children"] if one["child_id"] == child)
    assert (seen["name"], seen["arrived_at"]) == (CHILD, None)
    assert [(one["authorisation_id"], one["relation"]) for one in seen["pickups"]] == [(pickup["id"], KIN)]
    assert detail["adults"] == [{"person_id": school.aunt, "name": "王阿姨", "lead": True}]
    assert (detail["short_of_adults"], detail["leads_missing"]) == (1, 0)
    assert (today(api, child)["session_id"], today(api, child)["arrived_at"]) == (session, None)

    came = {"child_id": child, "at": "2026-12-07T17:01:00+08:00"}
    arrived = done(api.call("POST", f"/v1/sessions/{session}/arrivals", by="aunt", json=came))
    assert (arrived["arrived_at"], arrived["received_by"]) == ("2026-12-07T09:01:00Z", school.aunt)
    assert done(api.call("POST", f"/v1/sessions/{session}/arrivals", by="aunt", json=came)) == arrived
    assert today(api, child)["arrived_at"] == "2026-12-07T09:01:00Z"

    home = {"child_id": child, "authorisation_id": pickup["id"]}
    left = done(api.call("POST", f"/v1/sessions/{session}/handovers", by="aunt", json=home))
    assert (left["handed_over_at"], left["handed_over_by"]) == ("2026-12-07T09:05:00Z", school.aunt)
    assert today(api, child)["authorisation_id"] == pickup["id"]
    again = api.call("POST", f"/v1/sessions/{session}/handovers", by="aunt", json=home)
    refused(again, 409, "handed_over_already")


def test_a_child_is_nobody_elses_business(api: Any, school: School, child: int, session: int) -> None:
    pickup = done(authorise(api, child), 201)["id"]
    enrolment = done(api.call("GET", f"/v1/children/{child}", by="妈妈"))["enrolments"][0]["id"]
    span = {"valid_from": "2026-12-01", "valid_to": "2027-01-22"}
    calls: tuple[tuple[str, str, Any], ...] = (
        ("GET", f"/v1/children/{child}", None),
        ("GET", f"/v1/children/{child}/pickups", None),
        ("POST", f"/v1/children/{child}/pickups", {"person_id": 1, "relation": KIN, **span}),
        ("POST", f"/v1/pickups/{pickup}/withdraw", None),
        ("POST", f"/v1/children/{child}/guardians", {"person_id": 1, "relation": KIN}),
        ("POST", f"/v1/children/{child}/guardians/{person(api, '妈妈')}/unlink", None),
        ("POST", f"/v1/enrolments/{enrolment}/end", {"last_day": "2026-12-31"}),
        ("GET", f"/v1/sessions/{session}", None),
        ("POST", f"/v1/sessions/{session}/arrivals", {"child_id": child}),
        ("POST", f"/v1/sessions/{session}/handovers", {"child_id": child, "authorisation_id": pickup}),
    )
    with nothing_changes(api):
        for by in STRANGERS:
            for method, path, body in calls:
                more = {} if body is None else {"json": body}
                problem = api.call(method, path, by=by, **more)
                refused(problem, 403, "not_allowed")
                assert CHILD not in problem.text
            refused(enrol(api, school, child, by=by, weekdays="6"), 403, "not_allowed")
            refused(open_session(api, school, by=by), 403, "not_allowed")
            refused(api.call("GET", f"/v1/children/today/{MONDAY}", by=by), 403, "not_allowed")
            if by != "neighbour":  # who sees the children of the other community: none
                refused(api.call("GET", "/v1/children", by=by), 403, "not_allowed")
        assert done(api.call("GET", "/v1/children", by="neighbour"))["items"] == []
        refused(api.call("GET", f"/v1/children/{child}", by="aunt"), 403, "not_allowed")


def test_duty_ends_with_the_day(
    api: Any, school: School, session: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    done(api.call("GET", f"/v1/sessions/{session}", by="aunt"))
    monkeypatch.setattr(api.office, "clock", lambda: NEXT_DAY)
    refused(api.call("GET", f"/v1/sessions/{session}", by="aunt"), 403, "not_allowed")
    done(api.call("GET", f"/v1/sessions/{session}", by="coordinator"))


def test_whom_a_child_is_not_handed_over_to(api: Any, school: School, child: int, session: int) -> None:
    sibling = add_child(api, school)
    foreign = done(authorise(api, sibling), 201)["id"]
    own = done(authorise(api, child), 201)["id"]
    later = done(authorise(api, child, "妈妈", valid_from="2026-12-08"), 201)["id"]
    path = f"/v1/sessions/{session}/handovers"
    home = {"child_id": child, "authorisation_id": own}
    refused(api.call("POST", path, by="aunt", json=home), 422, "not_arrived")
    done(api.call("POST", f"/v1/sessions/{session}/arrivals", by="aunt", json={"child_id": child}))
    with nothing_changes(api):
        for authorisation, code in ((foreign, "pickup_not_listed"), (later, "pickup_out_of_dates")):
            body = {**home, "authorisation_id": authorisation}
            problem = api.call("POST", path, by="aunt", json=body)
            refused(problem, 422, code)
            assert CHILD not in problem.text
            assert KIN not in problem.text
        for at in ("2026-12-07T17:00:00+08:00", "2026-12-07T17:06:00+08:00"):  # before it came, and ahead
            problem = api.call("POST", path, by="aunt", json={**home, "at": at})
            assert refused(problem, 422, "malformed")["field"] == "at"
    done(api.call("POST", f"/v1/pickups/{own}/withdraw", by="妈妈"))
    refused(api.call("POST", path, by="aunt", json=home), 422, "pickup_withdrawn")


def test_only_enrolled_children_are_received(api: Any, school: School, child: int, session: int) -> None:
    enrolment = done(api.call("GET", f"/v1/children/{child}", by="妈妈"))["enrolments"][0]["id"]
    ended = {"last_day": "2026-12-04"}
    answer = api.call("POST", f"/v1/enrolments/{enrolment}/end", by="coordinator", json=ended)
    assert done(answer)["last_day"] == "2026-12-04"
    path = f"/v1/sessions/{session}/arrivals"
    with nothing_changes(api):
        refused(api.call("POST", path, by="aunt", json={"child_id": child}), 422, "not_enrolled")
        refused(api.call("POST", path, by="aunt", json={"child_id": 999}), 404, "not_found")
        yesterday = {"child_id": child, "at": "2026-12-06T17:00:00+08:00"}
        refused(api.call("POST", path, by="aunt", json=yesterday), 422, "not_session_day")


def test_a_session_needs_a_published_shift(api: Any, school: School) -> None:
    with nothing_changes(api):
        refused(open_session(api, school, by="coordinator", day="2026-12-12"), 422, "no_shift")
        which = {"programme_id": 999, "site_id": school.site, "day": MONDAY}
        refused(api.call("POST", "/v1/sessions", by="coordinator", json=which), 404, "not_found")
        refused(open_session(api, school, by="coordinator", day="gestern"), 400, "invalid_request")
        refused(api.call("GET", "/v1/sessions/999", by="coordinator"), 404, "not_found")


def test_how_many_adults_a_day_needs(api: Any, school: School, child: int) -> None:
    path = f"/v1/programmes/{school.programme}/care-need/{MONDAY}"
    for by in ("leader", "officer", "coordinator", "aunt"):
        need = done(api.call("GET", path, by=by, params={"site_id": school.site}))
        assert need["expected"] >= 1
        assert (need["adults"], need["leads"]) == (2, 1)
    refused(api.call("GET", path, by="volunteer", params={"site_id": school.site}), 403, "not_allowed")
    refused(api.call("GET", path, by="leader"), 400, "invalid_request")
    saturday = f"/v1/programmes/{school.programme}/care-need/2026-12-12"
    need = done(api.call("GET", saturday, by="leader", params={"site_id": school.site}))
    assert (need["expected"], need["adults"]) == (0, 0)
    path = f"/v1/programmes/{school.programme}/minimum-from-enrolment"
    span = {"first": MONDAY, "last": "2026-12-11"}
    assert done(api.call("POST", path, by="leader", json=span)) == []  # two are enough for so few
    backwards = {"first": "2026-12-11", "last": MONDAY}
    refused(api.call("POST", path, by="leader", json=backwards), 422, "malformed")
