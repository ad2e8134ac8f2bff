"""Places, days and the office's settings through the API."""

from __future__ import annotations

from typing import Any


def test_places(api: Any) -> None:
    answer = api.call("POST", "/v1/grids", by="officer", json={
        "community_id": api.community_id, "code": "FX01-03", "name": "第三网格",
    })  # fmt: skip
    assert answer.status_code == 201
    grid = answer.json()
    site = {"community_id": api.community_id, "grid_id": grid["id"], "code": "FX01-2", "name": "文化室"}
    answer = api.call("POST", "/v1/sites", by="officer", json=site)
    assert answer.status_code == 201
    made = answer.json()
    assert made == {**site, "id": made["id"], "address": "", "latitude": None, "longitude": None}

    path = f"/v1/sites/{made['id']}"
    answer = api.call("PATCH", path, by="coordinator", json={"address": "凤翔东路 12 号"})
    assert answer.status_code == 200
    assert answer.json() == {**made, "address": "凤翔东路 12 号"} == api.call("GET", path).json()
    assert api.call("PATCH", path, by="neighbour", json={"name": "x"}).status_code == 403
    assert api.call("PATCH", path, by="officer", json={"latitude": 20.0}).status_code == 422

    page = api.call("GET", f"/v1/sites?community_id={api.community_id}&limit=1&offset=1").json()
    assert (page["total"], page["limit"], page["offset"], len(page["items"])) == (2, 1, 1, 1)
    assert api.call("GET", "/v1/communities").json()["total"] == 2
    assert api.call("GET", "/v1/grids?community_id=999").json()["items"] == []


def test_days(api: Any) -> None:
    path = "/v1/workdays?first=2026-10-09&last=2026-10-11"
    days = api.call("GET", path).json()
    assert [day["workday"]["holds"] for day in days] == [True, True, False]
    assert days[1]["workday"]["layer"] == "national"

    declared = {"works": True, "name": "清洁日", "source": "街道办通知"}
    answer = api.call("PUT", "/v1/workdays/local-days/2026-10-11", by="officer", json=declared)
    assert answer.status_code == 200
    assert answer.json()["day"] == "2026-10-11"
    assert api.call("GET", path).json()[2]["workday"]["layer"] == "local"
    assert api.call("GET", "/v1/workdays/local-days").json()["total"] == 1
    found = api.call("GET", "/v1/workdays/nth-after?day=2026-10-09&number=2").json()
    assert found == {"day": "2026-10-11"}

    term = {"name": "上学期", "first_day": "2026-09-01", "last_day": "2027-01-22", "source": "教育局"}
    assert api.call("PUT", "/v1/workdays/terms", by="officer", json=term).json()["tentative"] is False
    assert api.call("GET", "/v1/workdays/terms").json()["total"] == 1
    assert api.call("PUT", "/v1/workdays/terms", by="coordinator", json=term).status_code == 403
    term["last_day"] = "2026-08-01"
    assert api.call("PUT", "/v1/workdays/terms", by="officer", json=term).status_code == 422


def test_whether_a_site_is_open(api: Any) -> None:
    path = f"/v1/sites/{api.site_id}/open"
    span = {"start": "2026-12-03T17:00:00+08:00", "end": "2026-12-03T18:00:00+08:00"}
    assert api.call("GET", path, params=span).json()["holds"] is True
    # A plus that nobody escaped arrives as a space.
    assert api.call("GET", f"{path}?start={span['start']}&end={span['end']}").json()["holds"] is True
    answer = api.call("GET", path, params={"start": span["end"], "end": span["start"]})
    assert answer.json()["code"] == "span_invalid"


def test_settings_and_audit(api: Any) -> None:
    path = "/v1/office/settings"
    assert api.call("GET", path, by="volunteer").json()["weekly_target_minutes"] == 120
    change = {"value": 150, "valid_from": "2027-01-01"}
    answer = api.call("PUT", f"{path}/weekly_target_minutes", by="officer", json=change)
    assert answer.json()["weekly_target_minutes"] == 150
    assert api.call("GET", path, by="volunteer").json()["weekly_target_minutes"] == 120
    later = api.call("GET", f"{path}?day=2027-01-01", by="volunteer").json()
    assert later["weekly_target_minutes"] == 150
    assert api.call("GET", f"{path}/changes", by="volunteer").json()["total"] == 1
    assert api.call("PUT", f"{path}/nothing", by="officer", json=change).status_code == 422
    huge = {"value": 10**30, "valid_from": "2027-01-01"}
    assert api.call("PUT", f"{path}/care_leads", by="officer", json=huge).status_code == 422

    log = api.call("GET", "/v1/audit?subject=setting_changes&limit=1", by="officer").json()
    assert (log["total"], log["items"][0]["actor_kind"]) == (1, "person")
    assert api.call("GET", "/v1/audit", by="coordinator").status_code == 403
