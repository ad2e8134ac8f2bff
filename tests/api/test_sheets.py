"""Sheets over HTTP: looked over, imported whole, filled in from templates, handed out from the disk."""

from __future__ import annotations

import asyncio
import io
import json
from typing import Any

import openpyxl
import pytest

from tests.api.test_problems import check
from volunteer_core.people.registry import search
from volunteer_core.permissions import Actor
from volunteer_core.sheets.raw import LARGEST_BYTES

XLSX = {"Content-Type": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


def filled(content: bytes, *rows: dict[str, str], title: str = "") -> bytes:
    """A template with rows in it, by their headings."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    headings = [cell.value.rstrip("*") for cell in sheet[1]]
    for row in rows:
        assert row.keys() <= set(headings)
        sheet.append([row.get(heading) for heading in headings])
    if title:
        sheet.insert_rows(1)
        sheet["A1"] = title
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def send(api: Any, path: str, content: bytes, *, by: str = "officer") -> Any:
    return api.call("POST", f"/v1/imports/{path}?file=台账.xlsx", by=by, content=content, headers=XLSX)


def template(api: Any, kind: str) -> bytes:
    answer = api.call("GET", f"/v1/imports/{kind}/template", by="officer")
    assert answer.headers["content-type"] == XLSX["Content-Type"]
    assert "filename*=UTF-8''" in answer.headers["content-disposition"]
    content: bytes = answer.content
    return content


def test_people_from_the_template(api: Any) -> None:
    good = {
        "编号": "X1",
        "姓名": "单小敏",
        "电话": "13812345678",
        "社区": "凤翔社区",
        "出生日期": "1990年1月2日",
    }
    sheet = filled(template(api, "people"), good, good | {"编号": "X2", "电话": "12"}, title="花名册")
    seen = send(api, "people/preview", sheet).json()
    assert (seen["added"], seen["problem_count"], seen["left_out"]) == (1, 1, ["填写说明"])
    assert seen["problems"] == [
        {"file": "台账.xlsx", "sheet": "人员", "line": 4, "column": "电话", "problem": "不是有效的电话号码。"}
    ]
    problem = check(send(api, "people", sheet), 422, "file_malformed")
    assert problem["problems"] == seen["problems"]
    assert "工作表「人员」第 4 行「电话」列" in problem["detail"]
    sheet = filled(template(api, "people"), good, title="花名册")
    for expected in ((1, 0, 0), (0, 0, 1)):
        seen, done = (send(api, path, sheet).json() for path in ("people/preview", "people"))
        assert tuple(seen[key] for key in ("added", "corrected", "unchanged")) == expected
        assert tuple(done[key] for key in ("added", "corrected", "unchanged")) == expected
    moved = filled(template(api, "people"), good | {"电话": "13900000000"})
    assert send(api, "people/preview", moved).json()["corrected"] == 1
    with api.office.read(by=Actor.system("test")) as work:
        [row] = search(work, query="X1").items
    assert row.phone == "138****5678"  # nobody has imported the last


def test_past_hours_from_the_template_to_the_workbook(api: Any) -> None:
    people = filled(template(api, "people"), {"编号": "H1", "姓名": "符海燕"})
    assert send(api, "people", people).status_code == 200
    line = {
        "编号": "H1",
        "日期": "2026-11-02",
        "小时": "1.5",
        "活动内容": "劝导",
        "地点": "路口",
        "社区": "FX01",
    }
    sheet = filled(template(api, "hours"), line)
    assert send(api, "hours/preview", sheet).json()["added"] == 1
    assert send(api, "hours", sheet).json()["added"] == 1
    assert send(api, "hours", sheet).json()["unchanged"] == 1
    span = "first=2026-11-01&last=2026-11-30"
    answer = api.call("GET", f"/v1/hours/book?{span}", by="officer")
    assert answer.headers["content-type"] == XLSX["Content-Type"]
    assert answer.headers["cache-control"] == "private, no-store"
    assert int(answer.headers["content-length"]) == len(answer.content)
    book = openpyxl.load_workbook(io.BytesIO(answer.content), data_only=True)
    assert [cell.value for cell in book["明细"][5]][3:13] == [
        "H1", "符海燕", "（未归属）", "凤翔社区", "劝导", "路口", None, "志愿服务", 90, 1.5,
    ]  # fmt: skip
    for path in ("csv", "records"):
        answer = api.call("GET", f"/v1/hours/{path}?{span}", by="officer")
        assert answer.headers["content-type"].startswith("text/csv")
        assert int(answer.headers["content-length"]) == len(answer.content)
        assert "符海燕" in answer.content.decode("utf-8-sig")


@pytest.mark.parametrize("role", ["coordinator", "volunteer"])
def test_others_have_nothing_read_that_they_send(api: Any, role: str) -> None:
    for path in ("people", "people/preview", "hours", "hours/preview"):
        check(send(api, path, b"PK\x03\x04 no workbook", by=role), 403, "not_allowed")


def test_what_is_no_sheet_is_refused_and_looked_over_alike(api: Any) -> None:
    for path in ("people", "hours"):
        problem = check(send(api, path, b"PK\x03\x04 no workbook"), 422, "file_malformed")
        assert (
            send(api, f"{path}/preview", b"PK\x03\x04 no workbook").json()["problems"] == problem["problems"]
        )


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "in pieces"])
def test_200_megabytes_are_refused_before_they_are_read(api: Any, announced: bool) -> None:
    """As a server hands them over: what it has taken from the connection when the answer is given."""
    taken, sent = [], []
    piece = b"0" * 65_536

    async def receive() -> dict[str, Any]:
        taken.append(len(piece))
        return {"type": "http.request", "body": piece, "more_body": sum(taken) < 200_000_000}

    async def send_back(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"authorization", f"Bearer {api.secrets['officer']}".encode())]
    if announced:
        headers.append((b"content-length", b"200000000"))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/v1/imports/hours",
        "raw_path": b"/v1/imports/hours",
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }
    asyncio.run(api.client.app(scope, receive, send_back))
    assert sent[0]["status"] == 413
    assert json.loads(sent[1]["body"])["code"] == "body_too_large"
    assert sum(taken) < 1_000_000 < LARGEST_BYTES
