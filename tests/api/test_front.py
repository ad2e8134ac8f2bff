"""HEAD and OPTIONS, protecting headers, and logs without anything personal."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from litestar.testing import TestClient

from api.app import create_app
from api.logs import JsonLines
from api.settings import Settings
from tests.api.story import refused
from volunteer_core.opening import open_office


def test_head_is_get_without_a_body(api: Any) -> None:
    got, head = api.call("GET", "/v1/sites"), api.call("HEAD", "/v1/sites")
    assert head.status_code == 200
    assert head.content == b""
    assert head.headers == got.headers
    assert api.call("HEAD", "/v1/sites/999").status_code == 404


def test_options(api: Any) -> None:
    answer = api.call("OPTIONS", "/v1/sites")
    assert answer.status_code == 204
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_answers_are_not_kept(api: Any) -> None:
    answer = api.call("GET", "/v1/office/settings", by="volunteer")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_log_names_the_route_and_nobody(api: Any, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "volunteer.api.requests")
    api.call("GET", f"/v1/sites/{api.site_id}", by="officer")
    api.call("HEAD", "/v1/audit?subject=people", by="officer")
    api.call("GET", "/secret-path")
    records = [record for record in caplog.records if record.name == "volunteer.api.requests"]
    lines = [json.loads(JsonLines().format(record)) for record in records]
    assert [(line["method"], line["route"], line["status"]) for line in lines] == [
        ("GET", "/v1/sites/{site_id}", 200),
        ("HEAD", "/v1/audit", 200),
        ("GET", "-", 404),
    ]
    assert all(
        set(line) == {"at", "level", "logger", "message", "method", "route", "status", "ms"} for line in lines
    )


def test_a_log_line_of_an_exception_has_no_message() -> None:
    try:
        raise ValueError("张三")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "broke", None, info)
    line = json.loads(JsonLines().format(record))
    assert line["error"][0] == "builtins.ValueError"
    assert "张三" not in json.dumps(line, ensure_ascii=False)


def test_health_and_readiness(api: Any) -> None:
    assert api.call("GET", "/health").json() == {"status": "ok"}
    assert api.call("GET", "/ready").json() == {"status": "ok"}


def test_a_database_that_cannot_be_reached_is_told_without_its_address(
    caplog: pytest.LogCaptureFixture,
) -> None:
    office = open_office("sqlite:////nowhere/at/all.sqlite3")
    with TestClient(create_app(office, Settings()), raise_server_exceptions=False) as client:
        for path in ("/ready", "/v1/sites", "/calendars/events.ics"):
            answer = client.get(path)
            refused(answer, 503, "not_ready")
            assert answer.headers["retry-after"] == "1"
            assert "nowhere" not in answer.text
        assert client.get("/health").json() == {"status": "ok"}
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == ["not_ready"] * 3
    office.dispose()
