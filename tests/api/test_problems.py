"""Bad input of every kind ends as a problem document with the right status, and never as a 500."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from api import problems
from api.explanations import explain
from api.operations import get
from volunteer_core.database import Busy
from volunteer_core.errors import Conflict, Refused

JSON = {"Content-Type": "application/json"}
COMMUNITY = {"code": "NEW", "name": "新社区"}


def check(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """Checks that an answer is a whole problem document, and gives it."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["code"] == code
    assert problem["type"] == f"urn:volunteer:problem:{code}"
    assert problem["title"]
    assert any("\u4e00" <= character <= "\u9fff" for character in problem["detail"])
    return problem


@pytest.mark.parametrize(
    ("path", "source", "field"),
    [
        ("/v1/sites/abc", "path", ""),
        ("/v1/sites/0", "path", "site_id"),
        ("/v1/sites/-3", "path", "site_id"),
        ("/v1/sites/99999999999999999999999", "path", "site_id"),
        ("/v1/sites/" + "9" * 5000, "path", ""),
        ("/v1/sites?community_id=x", "query", "community_id"),
        ("/v1/sites?community_id=0", "query", "community_id"),
        ("/v1/sites?community_id=99999999999999999999", "query", "community_id"),
        ("/v1/sites?limit=0", "query", "limit"),
        ("/v1/sites?limit=501", "query", "limit"),
        ("/v1/sites?offset=-1", "query", "offset"),
        ("/v1/sites?limit=1&limit=2", "query", "limit"),
        ("/v1/sites?comunity_id=1", "query", "comunity_id"),
        ("/v1/workdays?first=2026&last=2026-12-03", "query", "first"),
        ("/v1/workdays?first=2026-12-03", "query", "last"),
        ("/v1/workdays?first=2026-02-30&last=2026-12-03", "query", "first"),
        ("/v1/workdays/nth-after?day=2026-12-03&number=2001", "query", "number"),
        ("/v1/sites/1/open?start=2026&end=2026-12-03T18:00:00Z", "query", "start"),
        ("/v1/sites/1/open?start=2026-12-03T17:00:00&end=2026-12-03T18:00:00Z", "query", "start"),
        ("/v1/audit?subject=%00", "query", "subject"),
        ("/v1/audit?subject=" + "x" * 101, "query", "subject"),
    ],
)
def test_wrong_parameters(api: Any, path: str, source: str, field: str) -> None:
    problem = check(api.call("GET", path, by="officer"), 400, "invalid_request")
    assert (problem["source"], problem["field"]) == (source, field)


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        ({**COMMUNITY, "code": 5}, "code", "应为文字。"),
        ({"code": "A"}, "name", "缺少这一项。"),
        ({**COMMUNITY, "colour": 1}, "colour", "没有这一项，请核对名称。"),
        ([], "", "应为对象。"),
        (None, "", "应为对象。"),
    ],
)
def test_wrong_bodies(api: Any, body: object, field: str, said: str) -> None:
    answer = api.call("POST", "/v1/communities", by="officer", content=json.dumps(body), headers=JSON)
    problem = check(answer, 400, "invalid_request")
    assert (problem["source"], problem["field"], problem["problem"]) == ("body", field, said)


def test_numbers_are_not_read_from_texts(api: Any) -> None:
    body = {"community_id": str(api.community_id), "code": "G", "name": "网格"}
    problem = check(api.call("POST", "/v1/grids", by="officer", json=body), 400, "invalid_request")
    assert problem["field"] == "community_id"


@pytest.mark.parametrize(
    "content",
    [b"{", b"", b"\xff", b'{"code": "\\ud800", "name": "x"}', b'{"code": ' + b"[" * 9000, b"NaN", b"1e999"],
)
def test_not_json(api: Any, content: bytes) -> None:
    answer = api.call("POST", "/v1/communities", by="officer", content=content, headers=JSON)
    assert check(answer, 400, "invalid_request")["source"] == "body"


def test_other_content_types(api: Any) -> None:
    answer = api.call("POST", "/v1/communities", by="officer", data=COMMUNITY)
    check(answer, 415, "unsupported_media_type")
    answer = api.call("POST", "/v1/communities", by="officer", content=b'{"code": "A", "name": "B"}')
    check(answer, 415, "unsupported_media_type")


def test_too_large(api: Any) -> None:
    answer = api.call("POST", "/v1/communities", by="officer", json={**COMMUNITY, "name": "长" * 10_000})
    check(answer, 413, "body_too_large")


def test_values_that_core_refuses(api: Any) -> None:
    answer = api.call("POST", "/v1/communities", by="officer", json={"code": "a b", "name": "x"})
    problem = check(answer, 422, "malformed")
    assert problem["field"] == "code"
    answer = api.call("POST", "/v1/communities", by="officer", json={"code": "FX01", "name": "x"})
    assert check(answer, 409, "code_taken")["value"] == "FX01"
    assert check(api.call("GET", "/v1/sites/999"), 404, "not_found")["id"] == 999


def test_the_last_days_of_the_calendar(api: Any) -> None:
    answer = api.call("GET", "/v1/workdays/nth-after?day=9999-12-30&number=9")
    check(answer, 400, "invalid_request")


def test_addresses_and_methods(api: Any) -> None:
    check(api.call("GET", "/v1/nowhere"), 404, "route_unknown")
    check(api.call("GET", "/"), 404, "route_unknown")
    check(api.call("GET", "/openapi.yaml"), 404, "route_unknown")
    answer = api.call("DELETE", "/v1/sites")
    check(answer, 405, "method_not_allowed")
    assert set(answer.headers["allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "POST"}


def test_signing_in(api: Any) -> None:
    for authorization in ("", "Bearer", "Bearer ", "Basic dTpw", "token"):
        answer = api.call("GET", "/v1/sites", headers={"Authorization": authorization})
        check(answer, 401, "authorization_unreadable")
    for secret in ("nobody", "x" * 500, "密".encode()):
        header = b"Bearer " + (secret if isinstance(secret, bytes) else secret.encode())
        answer = api.call("GET", "/v1/sites", headers={"Authorization": header})
        check(answer, 401, "token_invalid")
        assert answer.headers["www-authenticate"] == "Bearer"
    answer = api.call("POST", "/v1/communities", json=COMMUNITY)
    check(answer, 401, "sign_in_needed")
    assert answer.headers["www-authenticate"] == "Bearer"
    check(api.call("POST", "/v1/communities", by="volunteer", json=COMMUNITY), 403, "not_allowed")
    answer = api.call("GET", "/v1/sites", headers={"Authorization": f"bearer {api.secrets['volunteer']}"})
    assert answer.status_code == 200


def test_mistakes_of_ours_tell_nothing(caplog: pytest.LogCaptureFixture) -> None:
    @get("/broken", operation=None, answers=None)
    def break_down() -> str:
        """Break down."""
        raise ZeroDivisionError("张三 13800138000")

    @get("/huge", operation=None, answers=None)
    def overflow() -> str:
        """Overflow."""
        raise OverflowError("张三")

    @get("/busy", operation=None, answers=None)
    def wait() -> str:
        """Wait."""
        raise Busy

    app = Litestar(
        [break_down, overflow, wait],
        exception_handlers={Exception: problems.respond},
        openapi_config=None,
        logging_config=None,
    )
    with TestClient(app) as client:
        answer = client.get("/broken")
        assert answer.json()["code"] == "internal_error"
        assert answer.status_code == 500
        assert client.get("/huge").status_code == 400
        answer = client.get("/busy")
    assert (answer.status_code, answer.headers["retry-after"], answer.json()["code"]) == (503, "1", "busy")
    logged = [record for record in caplog.records if record.name == "volunteer.api.problems"]
    assert len(logged) == 1
    assert logged[0].__dict__["route"] == "/broken"
    assert logged[0].__dict__["error"][0] == "builtins.ZeroDivisionError"
    assert logged[0].__dict__["error"][-1].endswith("break_down")
    assert "张三" not in str(logged[0].__dict__)


def test_every_refusal_has_a_status() -> None:
    """The table covers all kinds, the most specific row counts, and no code is used twice."""
    kinds = [Refused]
    for kind in kinds:
        kinds.extend(kind.__subclasses__())
    assert {problems.status_of(kind) for kind in kinds} <= set(range(400, 504))
    assert problems.status_of(Busy) == 503
    assert problems.status_of(Conflict) == 409
    codes = [kind.code for kind in kinds]
    assert len(codes) == len(set(codes)), sorted(code for code in codes if codes.count(code) > 1)


def test_facts_do_not_stand_in_for_members() -> None:
    class Odd(Refused, code="odd_for_this_test", sentence="奇怪：{status}"):
        """Odd."""

    document = problems.document(Odd(status="draft", detail="x", seats=3))
    assert document["status"] == 422
    assert document["detail"] == "奇怪：draft"
    assert document["seats"] == 3


@pytest.mark.parametrize(
    ("message", "path", "problem"),
    [
        ("Expected `int`, got `str` - at `$.people[0].id`", "people[0].id", "应为整数。"),
        ("Expected `int | null`, got `str`", "", "应为整数或空值。"),
        ("Expected `str` of length <= 60 - at `$.name`", "name", "长度应不超过 60。"),
        ("Expected `int` >= 1 - at `$.id`", "id", "应不小于 1。"),
        ("Object missing required field `name` - at `$.child`", "child.name", "缺少这一项。"),
        ("Invalid enum value 'x' - at `$.role`", "role", "不是可选的值。"),
        ("Something new", "", "取值不符合要求。"),
    ],
)
def test_explanations(message: str, path: str, problem: str) -> None:
    said = explain(message)
    assert (said.path, said.problem) == (path, problem)
