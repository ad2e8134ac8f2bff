"""Calendars of one's own over HTTP: files and addresses of every kind of badness, and nothing lost by any."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from datetime import timedelta
from typing import Any

import pytest

from api.aside import MOST, Aside, TooMuchAtOnce
from api.logs import JsonLines
from tests.api.conftest import NOW
from tests.api.story import (
    School,
    assign,
    done,
    found_school,
    newcomer,
    nothing_changes,
    plan_next_week,
    refused,
)
from tests.commitments.busy.calendar_text import calendar, event
from tests.web import NAME, Web
from volunteer_core.commitments.busy.addresses import is_open
from volunteer_core.commitments.busy.fetching import Fetcher

ICS = {"Content-Type": "text/calendar"}
TITLE = "心理门诊"
FILE = calendar(
    *event("DTSTART:20261207T170000", "DURATION:PT1H", f"SUMMARY:{TITLE}", uid="a"),
    *event("DTSTART:20261208T080000", "DURATION:PT1H", uid="b"),
)


@pytest.fixture(scope="module")
def school(api: Any) -> School:
    return found_school(api)


@pytest.fixture(scope="module")
def shifts(api: Any, school: School) -> list[int]:
    return plan_next_week(api, school)


@pytest.fixture(autouse=True)
def fetching(api: Any, web: Web) -> None:
    api.client.app.state.fetcher = web.fetcher()


def own(person: int) -> str:
    return f"/v1/people/{person}/busy-calendars"


def upload(api: Any, person: int, content: Any = FILE, *, by: str = "aunt", label: str = "手机") -> Any:
    return api.call("POST", own(person), by=by, params={"label": label}, content=content, headers=ICS)


def register(api: Any, person: int, address: str, *, by: str = "aunt") -> Any:
    body = {"label": "单位", "address": address}
    return api.call("POST", f"{own(person)}/address", by=by, json=body)


def listed(api: Any, person: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = done(api.call("GET", own(person), by="aunt"))
    return found


def test_a_life_from_upload_to_removal(api: Any, school: School, shifts: list[int]) -> None:
    monday, tuesday = shifts[:2]
    added = done(upload(api, school.aunt), 201)
    assert (added["label"], added["host"], added["spans"], added["problem"]) == ("手机", None, 2, "")
    assert added["until"] == "2027-06-01"
    assert added["says"] == "上传的文件不会自动更新，计到 2027年6月1日 星期二。"
    assert listed(api, school.aunt) == [added]
    candidates = done(api.call("GET", f"/v1/shifts/{monday}/candidates", by="leader"))
    assert [one["obstacles"] for one in candidates if one["person_id"] == school.aunt] == [["busy_elsewhere"]]
    warned = done(assign(api, monday, school.aunt), 201)
    assert warned["warnings"] == ["busy_elsewhere"]
    assert TITLE not in str(warned)
    assert done(assign(api, tuesday, school.aunt), 201)["warnings"] == []
    file = f"{own(school.aunt)}/{added['id']}"
    replaced = api.call("PUT", f"{file}/file", by="aunt", content=calendar(), headers=ICS)
    assert done(replaced)["spans"] == 0
    done(api.call("POST", f"/v1/shifts/{monday}/assignments/{school.aunt}/release", by="leader"))
    assert done(assign(api, monday, school.aunt), 201)["warnings"] == []
    refused(api.call("POST", f"{file}/refresh", by="aunt"), 409, "no_address")
    done(api.call("POST", f"{file}/remove", by="aunt"), 204)
    assert listed(api, school.aunt) == []
    refused(api.call("POST", f"{file}/remove", by="aunt"), 404, "not_found")


BAD = {
    "a page": (b"<!DOCTYPE html><html><body>BEGIN:VCALENDAR</body></html>", "not_a_calendar"),
    "nothing": (b"", "not_a_calendar"),
    "a picture": (b"\x89PNG\r\n\x1a\n\x00\x00", "not_a_calendar"),
    "cut off": (FILE[:-20], "calendar_truncated"),
    "cut in an event": (FILE[: FILE.index(b"END:VEVENT")], "calendar_truncated"),
    "UTF-16 without a mark": (FILE.decode().encode("utf-16-le"), "not_a_calendar"),
    "a wrong time": (calendar(*event("DTSTART:tomorrow")), "calendar_unreadable"),
    "every second": (
        calendar(*event("DTSTART:19700101T000000Z", "RRULE:FREQ=SECONDLY")),
        "calendar_beyond_limits",
    ),
    "steps of nothing": (
        calendar(*event("DTSTART:20261201T090000", "RRULE:FREQ=DAILY;INTERVAL=0")),
        "calendar_beyond_limits",
    ),
    "ten thousand days": (
        calendar(*event("DTSTART:20200101T090000", "DURATION:P10000D")),
        "calendar_beyond_limits",
    ),
}  # what takes for ever is in tests/commitments/busy


@pytest.mark.parametrize("bad", BAD)
def test_a_bad_file_is_a_clear_problem_and_nothing_is_lost(api: Any, school: School, bad: str) -> None:
    content, code = BAD[bad]
    kept = done(upload(api, school.aunt), 201)
    with nothing_changes(api):
        problem = refused(upload(api, school.aunt, content), 422, code)
        assert any("\u4e00" <= character <= "\u9fff" for character in problem["detail"])
        file = f"{own(school.aunt)}/{kept['id']}/file"
        refused(api.call("PUT", file, by="aunt", content=content, headers=ICS), 422, code)
        assert listed(api, school.aunt) == [kept]
    done(api.call("POST", f"{own(school.aunt)}/{kept['id']}/remove", by="aunt"), 204)


def test_utf_16_with_its_mark_is_read(api: Any, school: School) -> None:
    added = done(upload(api, school.aunt, FILE.decode().encode("utf-16")), 201)
    assert added["spans"] == 2
    done(api.call("POST", f"{own(school.aunt)}/{added['id']}/remove", by="aunt"), 204)


def test_fifty_megabytes_are_refused_before_they_are_read(api: Any, school: School) -> None:
    """With its length told and without."""
    told = upload(api, school.aunt, bytes(50_000_000))
    refused(told, 413, "body_too_large")
    untold = upload(api, school.aunt, (bytes(1_000_000) for _ in range(50)))
    refused(untold, 413, "body_too_large")


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("http://example.com/a.ics", "address_not_https"),
        ("file:///etc/passwd", "address_not_https"),
        ("https://me:pw@example.com/a.ics", "address_unusable"),
        ("https://example.com:22/a.ics", "address_unusable"),
        ("https://127.0.0.1/a.ics", "address_inward"),
        ("https://localhost/a.ics", "address_inward"),
        ("https://[::1]/a.ics", "address_inward"),
        ("https://169.254.169.254/latest/meta-data", "address_inward"),
        ("https://10.0.0.1:8443/a.ics", "address_inward"),
        ("webcal://2130706433/a.ics", "address_inward"),
        ("https://[::ffff:192.168.1.1]/a.ics", "address_inward"),
    ],
)
def test_an_address_that_is_none_or_points_inward(api: Any, school: School, address: str, code: str) -> None:
    api.client.app.state.fetcher = Fetcher()
    with nothing_changes(api):
        problem = refused(register(api, school.aunt, address), 422, code)
    assert address not in json.dumps(problem)


def test_an_address_that_redirects_inward(api: Any, school: School, web: Web) -> None:
    here = web.fetcher().resolve(NAME, 443)[0]
    api.client.app.state.fetcher = web.fetcher(
        resolve=lambda host, port: [here] if host == NAME else Fetcher().resolve(host, port),
        allowed=lambda address: address == here or is_open(address),
    )
    with nothing_changes(api):
        for target in ("https://169.254.169.254/latest", "https://[::1]/", "https://10.1.2.3:8443/"):
            away = register(api, school.aunt, web.leads("/away", target))
            refused(away, 422, "address_inward")
        away = register(api, school.aunt, web.leads("/away", "http://calendar.test/a.ics"))
        refused(away, 422, "address_not_https")


def test_an_address_shows_its_host_and_what_went_wrong(
    api: Any, school: School, web: Web, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "b1946ac92492"
    added = done(register(api, school.aunt, web.gives(f"/{secret}", FILE)), 201)
    assert (added["host"], added["spans"], added["says"]) == (NAME, 2, "自动更新，计到 2027年6月1日 星期二。")
    path = f"{own(school.aunt)}/{added['id']}"
    refused(api.call("POST", f"{path}/refresh", by="aunt"), 409, "just_tried")
    refused(api.call("PUT", f"{path}/file", by="aunt", content=FILE, headers=ICS), 409, "not_uploaded")
    everything = json.dumps(
        [listed(api, school.aunt), done(api.call("GET", "/v1/audit?limit=500", by="officer"))]
    )
    assert secret not in everything
    assert TITLE not in everything
    lines = [JsonLines().format(record) for record in caplog.records if not record.name.startswith("httpx")]
    assert not any(secret in line or TITLE in line for line in lines)
    done(api.call("POST", f"{path}/remove", by="aunt"), 204)


def test_a_refresh_that_fails_says_why_and_keeps_what_was_read(
    api: Any, school: School, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    added = done(register(api, school.aunt, web.gives("/mine", FILE)), 201)
    web.gives("/mine", b"<html>sign in</html>")
    monkeypatch.setattr(api.office, "clock", lambda: NOW + timedelta(hours=1))
    path = f"{own(school.aunt)}/{added['id']}"
    failed = done(api.call("POST", f"{path}/refresh", by="aunt"))
    assert (failed["problem"], failed["spans"], failed["read_at"]) == ("not_a_calendar", 2, added["read_at"])
    assert (
        failed["says"] == "这不是日历文件（.ics），请检查文件或地址。暂按 2026-12-03 12:00 读到的内容计算。"
    )
    done(api.call("POST", f"{path}/remove", by="aunt"), 204)


def test_they_are_ones_own(api: Any, school: School) -> None:
    newcomer(api, "陌生人")
    added = done(upload(api, school.aunt), 201)
    path = f"{own(school.aunt)}/{added['id']}"
    for other in ("leader", "coordinator", "officer", "陌生人"):
        for answer in (
            api.call("GET", own(school.aunt), by=other),
            upload(api, school.aunt, by=other),
            register(api, school.aunt, "https://example.com/", by=other),
            api.call("PUT", f"{path}/file", by=other, content=FILE, headers=ICS),
            api.call("POST", f"{path}/refresh", by=other),
            api.call("POST", f"{path}/remove", by=other),
        ):
            refused(answer, 403, "not_allowed")
    done(api.call("POST", f"{path}/remove", by="aunt"), 204)


def test_so_many_are_read_at_once_and_the_next_is_told_to_come_again() -> None:
    """Nobody waits in a line behind calendars that take long, and the threads of others are not taken."""
    aside, go = Aside(), threading.Event()

    async def crowd() -> list[Any]:
        begun = [asyncio.create_task(aside.run(go.wait, 30)) for _ in range(MOST)]
        await asyncio.sleep(0)
        with pytest.raises(TooMuchAtOnce):
            await aside.run(go.wait, 30)
        go.set()
        await asyncio.gather(*begun)
        return [await aside.run(len, "again") for _ in range(MOST + 1)]

    assert asyncio.run(crowd()) == [5] * (MOST + 1)
    aside.end()
