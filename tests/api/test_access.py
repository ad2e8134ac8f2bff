"""Tokens and roles through the API: who one is, and what ends it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.api.conftest import NOW
from tests.api.story import done, nothing_changes, refused


@pytest.fixture
def person(api: Any) -> int:
    """Somebody new, without a token."""
    body = {"name": "赵小兰", "community_id": api.community_id}
    person_id: int = done(api.call("POST", "/v1/people", by="officer", json=body), 201)["id"]
    return person_id


def sign_in(api: Any, person: int, **more: Any) -> dict[str, Any]:
    """Issues a token, which ``by="new"`` then uses."""
    body = {"label": "手机", **more}
    answer = api.call("POST", f"/v1/people/{person}/tokens", by="officer", json=body)
    issued: dict[str, Any] = done(answer, 201)
    assert answer.headers["cache-control"] == "no-store"
    api.secrets["new"] = issued["secret"]
    return issued


def test_a_token_names_a_person_until_it_is_revoked(api: Any, person: int) -> None:
    token = sign_in(api, person)
    me = done(api.call("GET", "/v1/me", by="new"))
    assert (me["person_id"], me["name"]) == (person, "赵小兰")
    assert (me["officer"], me["coordinates_communities"], me["leads_teams"]) == (False, [], [])
    listed = done(api.call("GET", f"/v1/people/{person}/tokens", by="new"))
    assert [(one["id"], one["label"]) for one in listed["items"]] == [(token["id"], "手机")]
    assert "secret" not in listed["items"][0]
    done(api.call("POST", f"/v1/tokens/{token['id']}/revoke", by="new"), 204)
    refused(api.call("GET", "/v1/me", by="new"), 401, "token_invalid")
    refused(api.call("POST", f"/v1/tokens/{token['id']}/revoke", by="officer"), 409, "already_revoked")


def test_a_token_expires(api: Any, person: int, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(api, person, valid_days=1)
    almost = NOW + timedelta(days=1) - timedelta(seconds=1)
    monkeypatch.setattr(api.office, "clock", lambda: almost)
    done(api.call("GET", "/v1/me", by="new"))
    monkeypatch.setattr(api.office, "clock", lambda: almost + timedelta(seconds=1))
    refused(api.call("GET", "/v1/me", by="new"), 401, "token_invalid")
    with_body = {"name": "凤翔"}
    refused(api.call("POST", "/v1/people", by="new", json=with_body), 401, "token_invalid")


def test_who_has_left_is_not_let_in(api: Any, person: int, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(api, person)
    leaving = {"on": "2026-12-04"}
    done(api.call("POST", f"/v1/people/{person}/leave-office", by="coordinator", json=leaving))
    done(api.call("GET", "/v1/me", by="new"))
    monkeypatch.setattr(api.office, "clock", lambda: datetime.fromisoformat("2026-12-04T00:00:00+08:00"))
    refused(api.call("GET", "/v1/me", by="new"), 401, "token_invalid")


def test_a_role_holds_between_its_days(api: Any, person: int, monkeypatch: pytest.MonkeyPatch) -> None:
    sign_in(api, person)
    refused(api.call("GET", "/v1/people", by="new"), 403, "not_allowed")
    role = {
        "person_id": person,
        "role": "community_coordinator",
        "community_id": api.community_id,
        "valid_from": "2026-12-03",
    }
    grant = done(api.call("POST", "/v1/roles", by="officer", json=role), 201)
    assert done(api.call("GET", "/v1/me", by="new"))["coordinates_communities"] == [api.community_id]
    done(api.call("GET", "/v1/people", by="new"))
    ended = api.call("POST", f"/v1/roles/{grant['id']}/end", by="officer", json={"last_day": "2026-12-03"})
    assert done(ended)["valid_to"] == "2026-12-03"
    done(api.call("GET", "/v1/people", by="new"))
    monkeypatch.setattr(api.office, "clock", lambda: NOW + timedelta(days=1))
    refused(api.call("GET", "/v1/people", by="new"), 403, "not_allowed")
    listed = done(api.call("GET", "/v1/roles", by="officer", params={"person_id": person}))
    assert [one["id"] for one in listed["items"]] == [grant["id"]]
    assert done(api.call("GET", "/v1/roles?community_id=999", by="officer"))["total"] == 0


ROLE = {"person_id": 2, "role": "street_officer", "valid_from": "2026-12-03"}


@pytest.mark.parametrize(
    ("path", "body", "status", "code", "field"),
    [
        ("/v1/people/999/tokens", {"label": "手机"}, 404, "not_found", None),
        ("/v1/people/2/tokens", {"label": ""}, 422, "malformed", "label"),
        ("/v1/people/2/tokens", {"label": "长" * 61}, 422, "malformed", "label"),
        ("/v1/people/2/tokens", {"label": "手机", "valid_days": 0}, 422, "malformed", "valid_days"),
        ("/v1/people/2/tokens", {"label": "手机", "valid_days": 401}, 422, "malformed", "valid_days"),
        ("/v1/people/2/tokens", {"label": "手机", "secret": "x"}, 400, "invalid_request", "secret"),
        ("/v1/tokens/999/revoke", None, 404, "not_found", None),
        ("/v1/roles", {**ROLE, "role": "team_leader"}, 422, "malformed", "role"),
        ("/v1/roles", {**ROLE, "role": "king"}, 400, "invalid_request", "role"),
        ("/v1/roles", {**ROLE, "person_id": 999}, 404, "not_found", None),
        ("/v1/roles", {**ROLE, "role": "community_coordinator"}, 422, "malformed", "community_id"),
        ("/v1/roles", {**ROLE, "community_id": 1}, 422, "malformed", "community_id"),
        ("/v1/roles", {**ROLE, "valid_to": "2026-12-02"}, 422, "malformed", "valid_to"),
        ("/v1/roles/999/end", {"last_day": "2026-12-31"}, 404, "not_found", None),
        ("/v1/roles/1/end", {"last_day": "2020-01-01"}, 422, "malformed", "last_day"),
    ],
)
def test_bad_input(api: Any, path: str, body: Any, status: int, code: str, field: str | None) -> None:
    with nothing_changes(api):
        problem = refused(api.call("POST", path, by="officer", json=body), status, code)
    assert problem.get("field") == field


def test_tokens_and_roles_are_the_street_offices(api: Any, person: int) -> None:
    token = sign_in(api, person)["id"]
    with nothing_changes(api):
        for by in ("coordinator", "volunteer"):
            refused(api.call("GET", f"/v1/people/{person}/tokens", by=by), 403, "not_allowed")
            refused(api.call("POST", f"/v1/tokens/{token}/revoke", by=by), 403, "not_allowed")
            answer = api.call("POST", f"/v1/people/{person}/tokens", by=by, json={"label": "手机"})
            refused(answer, 403, "not_allowed")
            refused(api.call("POST", "/v1/roles", by=by, json=ROLE), 403, "not_allowed")
            refused(api.call("GET", "/v1/roles", by=by), 403, "not_allowed")


def test_without_signing_in_nobody_learns_which_ids_exist(api: Any) -> None:
    for path in ("/v1/people/2", "/v1/people/999"):
        refused(api.call("GET", path), 401, "sign_in_needed")
    for token in (2, 999):
        refused(api.call("POST", f"/v1/tokens/{token}/revoke"), 401, "sign_in_needed")
    refused(api.call("POST", "/v1/people", content=b"{"), 401, "sign_in_needed")
