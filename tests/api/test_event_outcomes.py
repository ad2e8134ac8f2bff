"""What follows an event through the API: consents, figures, evaluations, the list of attendance."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

import pytest
from python_calamine import load_workbook

from tests.api.lecture import add_position, announce, between, mark, sign_up
from tests.api.story import School, done, found_school, newcomer, nothing_changes, person, refused

MINORS = ("小明", "小红")


@pytest.fixture(scope="module")
def school(api: Any) -> School:
    found = found_school(api)
    for name in ("小周", "小郑", "小吴", "妈妈"):
        newcomer(api, name)
    for name in MINORS:
        newcomer(api, name, birth_date="2012-01-01")
        link = {"guardian_id": person(api, "妈妈"), "relation": "母亲", "valid_from": "2026-09-01"}
        done(api.call("POST", f"/v1/people/{person(api, name)}/guardians", by="officer", json=link), 204)
    return found


def ushers(api: Any, school: School, day: int) -> tuple[int, int]:
    """An event of a day and its position that serves."""
    event, _ = announce(api, school, **between("09:00", "10:00", day=day))
    position: int = done(add_position(api, event, name="引导员", earns_hours=True, capacity=9), 201)["id"]
    return event, position


def consent(api: Any, name: str, **what: Any) -> Any:
    body = {"guardian_id": person(api, "妈妈"), **what}
    return api.call("POST", f"/v1/people/{person(api, name)}/consents", by="妈妈", json=body)


def afterwards(api: Any, monkeypatch: pytest.MonkeyPatch, day: int) -> None:
    instant = datetime.fromisoformat(f"2026-12-{day:02}T18:00:00+08:00")
    monkeypatch.setattr(api.office, "clock", lambda: instant)


def test_a_guardian_consents_to_an_event(api: Any, school: School) -> None:
    event, _ = ushers(api, school, 8)
    kept = done(consent(api, "小明", event_id=event), 201)
    assert (kept["event_id"], kept["valid_from"], kept["valid_to"]) == (event, "2026-12-08", "2026-12-08")
    listed = done(api.call("GET", f"/v1/people/{person(api, '小明')}/consents", by="妈妈"))["items"]
    assert [one["event_id"] for one in listed] == [event]
    with nothing_changes(api):
        refused(consent(api, "小明", event_id=event, valid_from="2026-12-01"), 422, "malformed")
        refused(consent(api, "小明"), 422, "malformed")
        refused(consent(api, "小明", event_id=99999), 404, "not_found")
        refused(consent(api, "小明", event_id=0), 400, "invalid_request")


def test_a_guardian_takes_a_consent_back(api: Any, school: School) -> None:
    kept = done(consent(api, "小红", valid_from="2026-12-01", valid_to="2026-12-31"), 201)
    assert kept["event_id"] is None
    event, position = ushers(api, school, 9)
    signup = done(sign_up(api, position, "小红"), 201)["id"]
    withdrawn = done(api.call("POST", f"/v1/consents/{kept['id']}/withdraw", by="妈妈"))
    assert withdrawn["cancelled_signups"] == [signup]
    listed = done(api.call("GET", f"/v1/events/{event}/signups", by="leader"))["items"]
    assert [(one["name"], one["status"]) for one in listed] == [("小红", "cancelled")]
    told = done(api.call("GET", "/v1/notices", by="leader", params={"limit": 500}))["items"]
    assert any("小红" in one["text"] and "撤回了同意" in one["text"] for one in told)
    with nothing_changes(api):
        refused(sign_up(api, position, "小红"), 422, "consent_missing")
        refused(api.call("POST", f"/v1/consents/{kept['id']}/withdraw", by="妈妈"), 409, "already_withdrawn")


def test_a_minor_serves_so_long_a_day_and_no_longer(api: Any, school: School) -> None:
    """At 14 and more it is 240 minutes, shifts and events together."""
    done(consent(api, "小红", valid_from="2026-12-01", valid_to="2026-12-31"), 201)
    for hours in (("08:00", "10:00"), ("10:00", "12:00")):
        event, _ = announce(api, school, **between(*hours, day=15))
        position = done(add_position(api, event, name="引导员", earns_hours=True), 201)["id"]
        done(sign_up(api, position, "小红"), 201)
    event, audience = announce(api, school, **between("13:00", "14:00", day=15))
    position = done(add_position(api, event, name="引导员", earns_hours=True), 201)["id"]
    problem = refused(sign_up(api, position, "小红"), 422, "minor_day_full")
    assert (problem["most"], problem["minutes"]) == (240, 300)
    done(sign_up(api, audience, "小红"), 201)


def test_figures_count_what_became_of_it(api: Any, school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    event, position = ushers(api, school, 10)
    signups = {name: done(sign_up(api, position, name), 201)["id"] for name in ("小周", "小郑", "小吴")}
    path = f"/v1/events/{event}/figures"
    before = done(api.call("GET", path, by="leader"))
    assert (before["seats"]["taken"], before["seats"]["came"]) == (3, 0)
    afterwards(api, monkeypatch, 10)
    for name, attendance in (("小周", "attended"), ("小郑", "attended"), ("小吴", "absent")):
        done(mark(api, signups[name], attendance=attendance))
    found = done(api.call("GET", path, by="coordinator"))
    assert (found["seats"]["signed_up"], found["seats"]["came"], found["seats"]["no_shows"]) == (3, 2, 1)
    [here] = found["communities"]
    assert (here["community_id"], here["signed_up"], here["came"]) == (school.community, 3, 2)
    assert found["minding"]["minors"] == 0
    for by, status, code in (("小周", 403, "not_allowed"), ("neighbour", 403, "not_allowed")):
        refused(api.call("GET", path, by=by), status, code)
    refused(api.call("GET", path), 401, "sign_in_needed")
    refused(api.call("GET", "/v1/events/99999/figures", by="officer"), 404, "not_found")
    refused(api.call("GET", "/v1/event-series/99999/figures", by="officer"), 404, "not_found")


def test_who_was_there_says_how_it_was_and_reads_how_they_served(
    api: Any, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    event, position = ushers(api, school, 11)
    signups = {name: done(sign_up(api, position, name), 201)["id"] for name in ("小周", "小郑", "小吴")}

    def rate(name: str, rating: Any, remark: str = "", *, of: str = "evaluation", by: str = "") -> Any:
        body = {"rating": rating, "remark": remark}
        return api.call("POST", f"/v1/signups/{signups[name]}/{of}", by=by or name, json=body)

    refused(rate("小周", 5), 422, "not_over_yet")
    afterwards(api, monkeypatch, 11)
    for name in ("小周", "小郑"):
        done(mark(api, signups[name], attendance="attended"))
    with nothing_changes(api):
        refused(rate("小吴", 5), 422, "was_not_there")
        for rating in (0, 6, -1, 10**9):
            assert refused(rate("小周", rating), 422, "malformed")["field"] == "rating"
        for wrong in ("5", 4.5, None, True):
            refused(rate("小周", wrong), 400, "invalid_request")
        refused(rate("小周", 5, "好\x07"), 422, "malformed")
        refused(rate("小周", 5, by="小郑"), 403, "not_allowed")
        refused(rate("小周", 5, of="service-evaluation"), 403, "not_allowed")
    assert done(rate("小周", 3))["rating"] == 3
    assert done(rate("小周", 4, "很好"))["remark"] == "很好"
    path = f"/v1/events/{event}/evaluations"
    assert done(api.call("GET", path, by="leader"))["average"] is None
    done(rate("小郑", 5, "讲得清楚"))
    done(mark(api, signups["小吴"], attendance="attended"))
    done(rate("小吴", 5))
    found = done(api.call("GET", path, by="leader"))
    assert (found["rated"], found["average"], found["counts"]) == (3, 4.67, [0, 0, 0, 1, 2])
    assert [one["remark"] for one in found["remarks"]["items"]] == ["讲得清楚", "很好"]
    assert "小周" not in str(found)
    assert done(api.call("GET", f"/v1/events/{event}/figures", by="leader"))["ratings"]["average"] == 4.67

    done(rate("小周", 5, "耐心", of="service-evaluation", by="leader"))
    me = person(api, "小周")
    own = done(api.call("GET", f"/v1/people/{me}/evaluations", by="小周"))["items"]
    assert {(one["kind"], one["rating"]) for one in own} == {("service", 5), ("activity", 4)}
    refused(api.call("GET", f"/v1/people/{me}/evaluations", by="leader"), 403, "not_allowed")
    days = {"first": "2026-12-11", "last": "2026-12-11"}
    record = done(api.call("GET", f"/v1/people/{me}/record", by="小周", params=days))
    assert [one["evaluation"] for one in record["activities"]] == [{"rating": 5, "remark": "耐心"}]


def test_the_list_of_attendance_is_a_workbook(api: Any, school: School) -> None:
    event, position = ushers(api, school, 14)
    done(sign_up(api, position, "小周"), 201)
    path = f"/v1/events/{event}/attendance.xlsx"
    answer = api.call("GET", path, by="leader")
    assert answer.status_code == 200
    assert "attachment" in answer.headers["content-disposition"]
    with load_workbook(io.BytesIO(answer.content)) as book:
        rows = book.get_sheet_by_name("签到表").to_python()
    assert [row[1:3] for row in rows[4:5]] == [["引导员", "小周"]]
    refused(api.call("GET", path, by="小周"), 403, "not_allowed")
    refused(api.call("GET", path), 401, "sign_in_needed")
    refused(api.call("GET", "/v1/events/99999/attendance.xlsx", by="officer"), 404, "not_found")
