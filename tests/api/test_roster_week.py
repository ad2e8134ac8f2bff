"""A leader gives a seat, copies the week on, prints it and writes it to the group, all through the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.story import (
    MONDAY,
    NEXT_WEEK,
    School,
    assign,
    done,
    found_school,
    nothing_changes,
    plan_next_week,
    refused,
)
from tests.sheets.workbooks import read_workbook

WEEK_AFTER = "2026-W51"


@pytest.fixture(scope="module")
def school(api: Any) -> School:
    return found_school(api)


@pytest.fixture(scope="module")
def week(api: Any, school: School) -> list[int]:
    """Next week's draft shifts; the aunt's seat is on Tuesdays, and the uncle is on Monday's."""
    shifts = plan_next_week(api, school)
    [pattern] = done(api.call("GET", "/v1/patterns", by="leader"))["items"]
    seat = {"person_id": school.aunt, "weekday": 2, "valid_from": MONDAY}
    done(api.call("POST", f"/v1/patterns/{pattern['id']}/seats", by="leader", json=seat), 201)
    done(assign(api, shifts[0], school.uncle), 201)
    return shifts


def generate(api: Any, school: School, first: str, last: str) -> Any:
    path = f"/v1/programmes/{school.programme}/generate"
    return done(api.call("POST", path, by="leader", json={"first": first, "last": last}))


def test_a_seat_is_filled_listed_and_ended(api: Any, school: School, week: list[int]) -> None:
    outcome = generate(api, school, MONDAY, "2026-12-20")
    tuesday, another = outcome["seated"]
    assert tuesday == {"shift_id": week[1], "person_id": school.aunt}
    seats = f"/v1/programmes/{school.programme}/seats"
    [seat] = done(api.call("GET", seats, by="coordinator", params={"day": "2026-12-15"}))["items"]
    assert (seat["name"], seat["weekday"], seat["valid_to"]) == ("王阿姨", 2, None)
    again = {"person_id": school.aunt, "weekday": 2, "valid_from": "2026-12-15"}
    pattern = f"/v1/patterns/{seat['pattern_id']}/seats"
    with nothing_changes(api):
        refused(api.call("POST", pattern, by="leader", json=again), 409, "already_seated")
        refused(api.call("POST", pattern, by="leader", json={**again, "weekday": 6}), 422, "malformed")
    ended = {"last_day": "2026-12-14"}
    answer = done(api.call("POST", f"/v1/seats/{seat['id']}/end", by="leader", json=ended))
    assert answer["still_on"] == [another["shift_id"]]
    assert done(api.call("GET", seats, by="leader", params={"day": "2026-12-15"}))["total"] == 0


def test_a_week_is_copied(api: Any, school: School, week: list[int]) -> None:
    generate(api, school, "2026-12-14", "2026-12-20")
    path = f"/v1/programmes/{school.programme}/copy"
    weeks = {"from_week": NEXT_WEEK, "to_week": WEEK_AFTER}
    copied = done(api.call("POST", path, by="leader", json=weeks))
    assert [place["person_id"] for place in copied["placed"]] == [school.uncle]
    with nothing_changes(api):
        again = done(api.call("POST", path, by="leader", json=weeks))
        refused(api.call("POST", path, by="leader", json={**weeks, "to_week": NEXT_WEEK}), 422, "malformed")
    assert again["placed"] == []
    assert copied["placed"][0] in again["already_there"]


def test_the_week_is_printed(api: Any, school: School, week: list[int]) -> None:
    path = f"/v1/programmes/{school.programme}/weeks/{NEXT_WEEK}/sheet"
    for contacts, phone in (("false", "138****5678"), ("true", "13812345678")):
        answer = api.call("GET", path, by="leader", params={"contacts": contacts})
        assert answer.status_code == 200
        [sheet] = read_workbook(answer.content).sheets.values()
        assert (sheet.cells["D5"], sheet.cells["E5"]) == ("陈叔叔", phone)
    assert answer.headers["content-type"] == (
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    assert answer.headers["content-disposition"] == (
        'attachment; filename="roster-2026-W50.xlsx"; '
        "filename*=UTF-8''%E5%80%BC%E7%8F%AD%E8%A1%A8-2026-W50.xlsx"
    )
    assert answer.headers["cache-control"] == "private, no-store"
    refused(api.call("GET", f"{path[:-9]}W99/sheet", by="leader"), 422, "week_invalid")
    refused(api.call("GET", path, by="aunt"), 403, "not_allowed")


def test_the_week_is_written_for_the_group(api: Any, school: School, week: list[int]) -> None:
    path = f"/v1/programmes/{school.programme}/sites/{school.site}/weeks/{NEXT_WEEK}/text"
    [text] = done(api.call("GET", path, by="leader"))["parts"]
    assert text.startswith("【凤翔社区五点学堂值班表（草稿）】\n2026年第50周（12月7日—12月13日）")
    assert "12月7日（周一）17:00–18:00 陈叔叔【草稿；缺 1 人，其中带班 1 人】" in text
    [masked] = done(api.call("GET", path, by="leader", params={"masked": "true"}))["parts"]
    assert "17:00–18:00 陈*【" in masked
    refused(api.call("GET", path, by="aunt"), 403, "not_allowed")
