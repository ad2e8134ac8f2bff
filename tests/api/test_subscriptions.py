"""Addresses of calendars: their secret, how they end, whose they are, and when they were last used."""

from __future__ import annotations

import logging
import sqlite3
from datetime import timedelta
from typing import Any

import pytest
from litestar.testing import TestClient

from api.app import create_app
from api.fetches import Fetches
from api.logs import JsonLines
from api.settings import Settings
from tests.api.conftest import NOW
from tests.api.phone import entries, gone, mine, path_of, published_school, subscribe
from tests.api.story import School, done, nothing_changes, refused
from tests.databases import Databases
from volunteer_core import database
from volunteer_core.opening import open_office


@pytest.fixture(scope="module")
def school(api: Any) -> School:
    return published_school(api)


@pytest.fixture
def address(api: Any, school: School) -> str:
    """The path of a new address of the aunt's calendar."""
    return path_of(done(subscribe(api, school.aunt), 201))


def test_a_replaced_address_says_only_that(
    api: Any, school: School, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = api.call("GET", address)
    old = mine(api, school.aunt)[0]["id"]
    issued = done(api.call("POST", f"/v1/subscriptions/{old}/rotate", by="aunt"))
    new = path_of(issued)
    assert new != address
    assert api.call("GET", new).content == before.content
    notice = api.call("GET", address, headers={"If-None-Match": before.headers["etag"]})
    (entry,) = entries(notice)
    assert "已更换" in entry["SUMMARY"]
    assert "五点学堂" not in notice.text
    assert notice.headers["content-disposition"] == 'inline; filename="replaced.ics"'
    same = api.call("GET", address, headers={"If-None-Match": notice.headers["etag"]})
    assert same.status_code == 304
    with nothing_changes(api):
        refused(api.call("POST", f"/v1/subscriptions/{old}/rotate", by="aunt"), 409, "subscription_ended")
    assert [one["replaced_at"] is None for one in mine(api, school.aunt)[:2]] == [True, False]
    monkeypatch.setattr(api.office, "clock", lambda: NOW + timedelta(days=30))
    gone(api.call("GET", address))


def test_addresses_that_are_none(api: Any, school: School, address: str) -> None:
    secret = address.removeprefix("/feeds/").removesuffix(".ics")
    for wrong in (
        secret[:-1],
        f"{secret}A",
        secret.swapcase(),
        secret[::-1],
        "x",
        "x" * 129,
        "%20",
        "凤翔",
        f"{secret}.ICS",
    ):
        gone(api.call("GET", f"/feeds/{wrong}.ics"))
        assert api.call("HEAD", f"/feeds/{wrong}.ics").status_code == 404
    refused(api.call("GET", f"/feeds/{secret}/events.ics"), 404, "route_unknown")
    refused(api.call("POST", address), 405, "method_not_allowed")
    subscription = mine(api, school.aunt)[0]["id"]
    done(api.call("POST", f"/v1/subscriptions/{subscription}/revoke", by="aunt"), 204)
    gone(api.call("GET", address))
    gone(api.call("GET", address, headers={"If-None-Match": "*"}))
    with nothing_changes(api):
        for verb in ("revoke", "rotate"):
            ended = api.call("POST", f"/v1/subscriptions/{subscription}/{verb}", by="aunt")
            refused(ended, 409, "subscription_ended")


def test_a_secret_is_shown_once_and_logged_never(
    api: Any, school: School, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    subscribed = done(subscribe(api, school.aunt, label="平板"), 201)
    address = path_of(subscribed)
    secret = address.removeprefix("/feeds/").removesuffix(".ics")
    api.call("GET", address)
    api.call("GET", f"{address}?x={secret}")
    api.call("GET", f"/feeds/{secret[:-1]}.ics")
    api.call("GET", f"/feeds/{secret}/x")
    listed = api.call("GET", f"/v1/people/{school.aunt}/subscriptions", by="aunt")
    assert done(listed)["items"][0]["label"] == "平板"
    assert secret not in listed.text
    assert secret not in api.call("GET", "/v1/audit?limit=500", by="officer").text
    rotated = api.call("POST", f"/v1/subscriptions/{subscribed['id']}/rotate", by="aunt")
    assert rotated.headers["cache-control"] == "no-store"
    lines = [
        JsonLines().format(record)
        for record in caplog.records
        if not record.name.startswith(("httpx", "httpcore"))
    ]  # those two are the phone
    assert any('"route":"/feeds/{name}"' in line for line in lines)
    assert not any(secret[:-1] in line for line in lines)


def test_the_last_fetch_is_written_with_others_once_a_minute(
    api: Any, school: School, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = NOW + timedelta(days=1)
    monkeypatch.setattr(api.office, "clock", lambda: at)
    api.client.app.state.fetches.write()  # what the tests before have left
    with nothing_changes(api):
        tag = api.call("GET", address).headers["etag"]
        assert mine(api, school.aunt)[0]["last_fetched_at"] is None
        at += timedelta(seconds=59)
        assert api.call("GET", address, headers={"If-None-Match": tag}).status_code == 304
        assert mine(api, school.aunt)[0]["last_fetched_at"] is None
        at += timedelta(seconds=1)
        api.call("HEAD", address)
    assert mine(api, school.aunt)[0]["last_fetched_at"] == "2026-12-04T04:01:00Z"
    at += timedelta(seconds=30)
    api.call("GET", "/calendars/events.ics")
    api.call("GET", address)
    api.client.app.state.fetches.write()  # as when the process ends
    assert mine(api, school.aunt)[0]["last_fetched_at"] == "2026-12-04T04:01:30Z"


def test_a_busy_database_costs_nobody_a_calendar(
    sqlite_databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only on SQLite: on PostgreSQL nobody has to wait for other people's writing."""
    monkeypatch.setattr(database, "BUSY_TIMEOUT_MS", 1)
    with sqlite_databases.new(tables=True) as url:
        office = open_office(url)
        noted = Fetches(office)
        noted.note(1)
        with sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None) as other:
            other.execute("BEGIN IMMEDIATE")
            noted.write()
            assert noted._noted.keys() == {1}
            other.execute("ROLLBACK")
        other.close()
        noted.write()
        assert not noted._noted
        office.dispose()


def test_what_was_collected_is_written_when_the_process_ends(api: Any, school: School, address: str) -> None:
    with TestClient(create_app(api.office, Settings())) as worker:
        assert worker.get(address).status_code == 200
        assert mine(api, school.aunt)[0]["last_fetched_at"] is None
    assert mine(api, school.aunt)[0]["last_fetched_at"] == "2026-12-03T04:00:00Z"


def test_one_subscribes_for_oneself(api: Any, school: School, address: str) -> None:
    subscription = mine(api, school.aunt)[0]["id"]
    with nothing_changes(api):
        for by in ("leader", "officer", "coordinator", "volunteer"):
            refused(subscribe(api, school.aunt, by=by), 403, "not_allowed")
            refused(api.call("POST", f"/v1/subscriptions/{subscription}/rotate", by=by), 403, "not_allowed")
            if by != "officer":
                path = f"/v1/people/{school.aunt}/subscriptions"
                refused(api.call("GET", path, by=by), 403, "not_allowed")
                refused(
                    api.call("POST", f"/v1/subscriptions/{subscription}/revoke", by=by), 403, "not_allowed"
                )
        refused(api.call("GET", f"/v1/people/{school.aunt}/subscriptions"), 401, "sign_in_needed")
    done(api.call("POST", f"/v1/subscriptions/{subscription}/revoke", by="officer"), 204)
    gone(api.call("GET", address))


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        ({"label": ""}, 422, "malformed", "label"),
        ({"label": "长" * 61}, 422, "malformed", "label"),
        ({"label": None}, 400, "invalid_request", "label"),
        ({"kind": "classmates"}, 400, "invalid_request", "kind"),
        ({"kind": "family"}, 422, "no_child_enrolled", None),
        ({"kind": "site", "subject_id": 999}, 404, "not_found", None),
        ({"alarm_minutes": -1}, 400, "invalid_request", "alarm_minutes"),
        ({"alarm_minutes": 10_081}, 400, "invalid_request", "alarm_minutes"),
        ({"past_days": 0}, 400, "invalid_request", "past_days"),
        ({"past_days": 367}, 400, "invalid_request", "past_days"),
        ({"language": "de"}, 400, "invalid_request", "language"),
        ({"show_cancelled": "yes"}, 400, "invalid_request", "show_cancelled"),
        ({"subject_id": "me"}, 400, "invalid_request", "subject_id"),
        ({"subject_id": 999}, 403, "not_allowed", None),
        ({"kind": "programme", "subject_id": 999}, 404, "not_found", None),
        ({"secret": "x"}, 400, "invalid_request", "secret"),
    ],
)
def test_bad_subscriptions(
    api: Any, school: School, body: Any, status: int, code: str, field: str | None
) -> None:
    with nothing_changes(api):
        known = {"kind": "person", "subject_id": school.aunt, "label": "手机", **body}
        answer = api.call("POST", "/v1/subscriptions", by="aunt", json=known)
        assert refused(answer, status, code).get("field") == field
        for verb in ("rotate", "revoke"):
            refused(api.call("POST", f"/v1/subscriptions/999/{verb}", by="aunt"), 404, "not_found")
            refused(api.call("POST", f"/v1/subscriptions/0/{verb}", by="aunt"), 400, "invalid_request")
        refused(api.call("GET", "/v1/people/999/subscriptions", by="officer"), 404, "not_found")
